//! A file that a command sends to the store's owner: read twice, since the whole of it decides its charset before any
//! of it is taken.

use super::{Failure, output};
use crate::import::{Detection, charset_name, charset_of};
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wire::Charset;

/// Which charset a file has.
#[derive(Args)]
pub struct CharsetArg {
    /// The file's charset, where it shall not be found out
    #[arg(long)]
    charset: Option<FileCharset>,
}

/// What a file may be written in.
#[derive(Clone, Copy, ValueEnum)]
enum FileCharset {
    /// As most programs write.
    #[value(name = "utf-8", alias = "utf8")]
    Utf8,
    /// As spreadsheets in China write; GBK and GB2312 are parts of it.
    #[value(name = "gb18030", aliases = ["gbk", "gb2312"])]
    Gb18030,
}

impl CharsetArg {
    /// The charset, and what is doubtful about it. The refusal begins with what was not done.
    pub fn detect(&self, input: &FileInput, not_done: &str) -> Result<Detection, Failure> {
        let asked = self.charset.map(|charset| match charset {
            FileCharset::Utf8 => Charset::Utf8,
            FileCharset::Gb18030 => Charset::Gbk,
        });
        let path = input.path.display();
        let found = charset_of(input.read(), asked);
        let found = found.map_err(|wrong| Failure(format!("{not_done}: {path}: {wrong}")))?;
        if asked.is_none() && found.charset != Charset::Utf8 {
            output::note(format!("{path}: read as {}; --charset says otherwise", charset_name(found.charset)));
        }
        Ok(found)
    }
}

/// A file that can be read again and again.
pub struct FileInput {
    path: PathBuf,
    file: Arc<File>,
    len: u64,
}

impl FileInput {
    /// Opens it, `-` for standard input; what can be read only once is kept in a temporary file.
    pub fn open(path: &Path) -> Result<FileInput, Failure> {
        let unreadable = |error: std::io::Error| Failure(format!("{}: {error}", path.display()));
        let kept = |mut input: Box<dyn Read>| {
            let mut file = tempfile::tempfile()?;
            std::io::copy(&mut input, &mut file)?;
            Ok(file)
        };
        let file = if path.as_os_str() == "-" {
            kept(Box::new(std::io::stdin().lock()))
        } else {
            let opened = File::open(path).map_err(unreadable)?;
            let metadata = opened.metadata().map_err(unreadable)?;
            if metadata.is_file() || metadata.is_dir() { Ok(opened) } else { kept(Box::new(opened)) }
        };
        let file = Arc::new(file.map_err(unreadable)?);
        let len = file.metadata().map_err(unreadable)?.len();
        Ok(FileInput { path: path.to_owned(), file, len })
    }

    /// Its bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Reads it from its begin.
    pub fn read(&self) -> impl Read + Send + 'static {
        Positioned { file: self.file.clone(), at: 0 }
    }
}

/// Reads a file from its own position, whatever others do.
struct Positioned {
    file: Arc<File>,
    at: u64,
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.at)?;
        self.at += len as u64;
        Ok(len)
    }
}
