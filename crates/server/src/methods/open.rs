//! What SDKs ask of the open platform itself.

pub mod alipaycert_download;
