//! Pictures that pages show.

use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{Module, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module { tables: &[Table::on_every_node("image")], proofs: &[] };

statements! {
    PUT = "INSERT INTO image (id, media_type, bytes) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET media_type = excluded.media_type, bytes = excluded.bytes
        WHERE image.media_type <> excluded.media_type OR image.bytes <> excluded.bytes";
    HAS = "SELECT COUNT(*) FROM image WHERE id = $1";
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

/// States an image; whether anything changed.
pub fn put_image(tx: &mut Tx, image: &Image) -> Result<bool, Fault> {
    Ok(tx.execute(PUT, params![&image.id, &image.media_type, &image.bytes])? == 1)
}

/// One image.
pub fn image(tx: &mut Tx, id: &str) -> Result<Option<Image>, Fault> {
    let row = tx.query_opt(GET, params![id])?;
    Ok(row.map(|(id, media_type, bytes)| Image { id, media_type, bytes }))
}

/// Whether there is such an image.
pub fn has_image(tx: &mut Tx, id: &str) -> Result<bool, Fault> {
    Ok(tx.query_one::<(i64,)>(HAS, params![id])?.0 == 1)
}
