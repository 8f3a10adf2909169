//! What merchants show: pictures.

pub mod image_upload;
