-- Pictures that merchants upload, beside those of world files.

-- pid is whose a picture is; those of world files are nobody's, and every merchant may name them. name is the merchant's word
-- for it.
ALTER TABLE image ADD COLUMN pid TEXT;
ALTER TABLE image ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN uploaded_at BIGINT;

-- How much each merchant has uploaded, which is bounded.
CREATE TABLE image_total (
    pid TEXT NOT NULL PRIMARY KEY,
    images BIGINT NOT NULL CHECK (images >= 0),
    bytes BIGINT NOT NULL CHECK (bytes >= 0)
);
