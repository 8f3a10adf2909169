//! Pictures that pages show: those of world files, which every merchant may name, and those that merchants upload.

use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table { lock: Lock::Thing, ..Table::on_every_node("image") },
        Table { lock: Lock::Counter, ..Table::on_coordinator("image_total") },
    ],
    proofs: &[Proof { name: "uploaded pictures", count: TOTALS, differ: TOTALS_OFF, values: &[] }],
};

statements! {
    PUT = "INSERT INTO image (id, media_type, bytes) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET media_type = excluded.media_type, bytes = excluded.bytes
        WHERE image.pid IS NULL AND (image.media_type <> excluded.media_type OR image.bytes <> excluded.bytes)";
    ADD = "INSERT INTO image (id, media_type, bytes, pid, name, uploaded_at) VALUES ($1, $2, $3, $4, $5, $6)";
    COUNT_IN = "INSERT INTO image_total (pid, images, bytes) VALUES ($1, 1, $2)
        ON CONFLICT (pid) DO UPDATE SET images = image_total.images + 1, bytes = image_total.bytes + excluded.bytes
        WHERE image_total.images < $3 AND image_total.bytes + excluded.bytes <= $4";
    HAS = "SELECT COUNT(*) FROM image WHERE id = $1 AND (pid IS NULL OR pid = $2)";
    TOTALS: proof = "SELECT COUNT(*) FROM image_total";
    TOTALS_OFF: proof = "SELECT pid, CAST(SUM(kept_bytes) AS TEXT) || ' bytes in ' || CAST(SUM(kept) AS TEXT),
            CAST(SUM(found_bytes) AS TEXT) || ' bytes in ' || CAST(SUM(found) AS TEXT) FROM
        (SELECT pid, bytes AS kept_bytes, images AS kept, 0 AS found_bytes, 0 AS found FROM image_total
            UNION ALL SELECT pid, 0, 0, LENGTH(bytes), 1 FROM image WHERE pid IS NOT NULL) AS parts
        GROUP BY pid HAVING SUM(kept_bytes) <> SUM(found_bytes) OR SUM(kept) <> SUM(found) ORDER BY pid";
    GET = "SELECT id, media_type, bytes FROM image WHERE id = $1";
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// 32 characters on the platform; any here.
    pub id: String,
    /// As a header says it: `image/png`.
    pub media_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A picture that a merchant uploads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedImage<'a> {
    /// The picture; nobody else has its id.
    pub image: &'a Image,
    /// Whose it is.
    pub pid: &'a str,
    /// What the merchant calls it.
    pub name: &'a str,
    /// UTC milliseconds.
    pub uploaded_at: i64,
}

/// What a merchant may upload in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageRoom {
    /// The most pictures.
    pub images: i64,
    /// The most bytes in them.
    pub bytes: i64,
}

/// Keeps a picture that a merchant uploads; `false` when the merchant has no room for it.
pub fn add_image(tx: &mut Tx, upload: &UploadedImage<'_>, room: ImageRoom) -> Result<bool, Fault> {
    let UploadedImage { image: Image { id, media_type, bytes }, pid, name, uploaded_at } = upload;
    let len = i64::try_from(bytes.len()).map_err(|_| Fault::bug("a picture beyond all bounds"))?;
    if room.images < 1 || room.bytes < len {
        return Ok(false);
    }
    tx.execute(ADD, params![id, media_type, bytes, *pid, *name, *uploaded_at])?;
    Ok(tx.execute(COUNT_IN, params![*pid, len, room.images, room.bytes])? == 1)
}

/// States an image of a world file; whether anything changed. What a merchant has uploaded stays as it is.
pub fn put_image(tx: &mut Tx, image: &Image) -> Result<bool, Fault> {
    Ok(tx.execute(PUT, params![&image.id, &image.media_type, &image.bytes])? == 1)
}

/// One image.
pub fn image(tx: &mut Tx, id: &str) -> Result<Option<Image>, Fault> {
    let row = tx.query_opt(GET, params![id])?;
    Ok(row.map(|(id, media_type, bytes)| Image { id, media_type, bytes }))
}

/// Whether there is such an image that this merchant may show: one of a world file, or its own.
pub fn has_image(tx: &mut Tx, id: &str, pid: &str) -> Result<bool, Fault> {
    Ok(tx.query_one::<(i64,)>(HAS, params![id, pid])?.0 == 1)
}
