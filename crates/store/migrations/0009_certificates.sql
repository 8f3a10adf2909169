-- Certificates of apps and of the platform.

-- The certificates by which an app may sign its calls: a JSON list of DER in base64, the one that was stated last at its end.
ALTER TABLE app ADD COLUMN certificates TEXT NOT NULL DEFAULT '[]';

-- The platform's certificates, the current one and earlier ones: whoever finds a serial number in an answer may ask for its
-- certificate. chain is PEM, the certificate before those that it leads to the root by.
CREATE TABLE platform_certificate (
    cert_sn TEXT NOT NULL PRIMARY KEY,
    chain TEXT NOT NULL
);
