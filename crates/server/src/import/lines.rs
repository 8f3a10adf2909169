//! Lines out of bytes, in bounded memory, numbered as editors number them.
//!
//! A line ends with LF, CR LF, CR CR LF (what a program on Windows makes of CR LF) or CR alone (what a spreadsheet
//! writes for old Macs). No byte of a longer character in UTF-8 or GB18030 is one of these, so lines are found before
//! they are decoded.

use super::source::unreadable;
use memchr::memchr2;
use std::io::Read;

/// The most bytes of a line: a row of two hundred columns with the longest texts that tags may have. What is longer is
/// read over, so that a file of one line takes no more memory than any other.
pub const LINE_BYTES_MAX: usize = 64 << 10;
/// The longest end of a line.
const END_BYTES_MAX: usize = 3;

/// The lines of a stream.
pub struct Lines {
    input: Box<dyn Read + Send>,
    buffer: Box<[u8]>,
    /// What is read and not yet handed out.
    start: usize,
    end: usize,
    /// Whether the input has nothing more.
    ended: bool,
    number: u64,
}

/// A line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// More than [`LINE_BYTES_MAX`].
    TooLong,
}

impl Lines {
    /// Of this stream.
    pub fn new(input: Box<dyn Read + Send>) -> Lines {
        let buffer = vec![0; 4 * LINE_BYTES_MAX].into_boxed_slice();
        Lines { input, buffer, start: 0, end: 0, ended: false, number: 0 }
    }

    /// The number of the line that [`Lines::next`] gave last, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line; the error says that the input cannot be read on.
    pub fn next(&mut self) -> Result<Option<Line<'_>>, String> {
        let (mut searched, mut too_long) = (0, false);
        let (len, end_len) = loop {
            let unread = &self.buffer[self.start..self.end];
            let found = memchr2(b'\r', b'\n', &unread[searched..]).map(|at| searched + at);
            let len = found.unwrap_or(unread.len());
            if LINE_BYTES_MAX < len {
                too_long = true;
                self.start += len;
                searched = 0;
                continue;
            }
            if let Some(at) = found
                && (self.ended || unread[at] == b'\n' || at + END_BYTES_MAX <= unread.len())
            {
                let end_len = match &unread[at..] {
                    [b'\r', b'\r', b'\n', ..] => 3,
                    [b'\r', b'\n', ..] => 2,
                    _ => 1,
                };
                break (at, end_len);
            }
            if self.ended {
                if len == 0 && !too_long {
                    return Ok(None);
                }
                break (len, 0);
            }
            searched = len;
            self.fill()?;
        };
        let line = self.start..self.start + len;
        self.start += len + end_len;
        self.number += 1;
        Ok(Some(if too_long { Line::TooLong } else { Line::Whole(&self.buffer[line]) }))
    }

    /// Reads more. There is room: less than a line and its end is left unread.
    fn fill(&mut self) -> Result<(), String> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let read = loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                read => break read.map_err(|error| unreadable(&error))?,
            }
        };
        self.end += read;
        self.ended = read == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Slow(std::io::Cursor<Vec<u8>>, usize);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn check(bytes: &[u8], expect: &[Option<&[u8]>]) {
        for at_a_time in [1, 2, 3, usize::MAX] {
            let mut lines = Lines::new(Box::new(Slow(std::io::Cursor::new(bytes.to_vec()), at_a_time)));
            let mut read = Vec::new();
            while let Some(line) = lines.next().expect("memory can be read") {
                read.push(match line {
                    Line::Whole(line) => Some(line.to_vec()),
                    Line::TooLong => None,
                });
            }
            assert_eq!(lines.number(), expect.len() as u64);
            let expect: Vec<_> = expect.iter().map(|line| line.map(<[u8]>::to_vec)).collect();
            assert!(read == expect, "{:?}…, {at_a_time} bytes at a time", bytes.get(..20).unwrap_or(bytes));
        }
    }

    #[test]
    fn lines_end_as_every_system_ends_them() {
        check(b"", &[]);
        check(b"a", &[Some(b"a")]);
        check(b"a\n", &[Some(b"a")]);
        check(b"a\nb", &[Some(b"a"), Some(b"b")]);
        check(b"a\r\n\r\nb\r\n", &[Some(b"a"), Some(b""), Some(b"b")]);
        check(b"a\r\r\nb\r\r\n", &[Some(b"a"), Some(b"b")]);
        check(b"a\rb\r", &[Some(b"a"), Some(b"b")]);
        check(b"a\r\rb", &[Some(b"a"), Some(b""), Some(b"b")]);
        check(b"a\n\nb\r", &[Some(b"a"), Some(b""), Some(b"b")]);
        check(b"\n", &[Some(b"")]);
    }

    #[test]
    fn long_lines_are_read_over() {
        let longest = vec![b'x'; LINE_BYTES_MAX];
        for end in ["\n", "\r\n", "\r"] {
            for more in [1, 100, 3 * LINE_BYTES_MAX - 1, 3 * LINE_BYTES_MAX, 9 * LINE_BYTES_MAX] {
                let file = [&longest, end.as_bytes(), &longest, &vec![b'x'; more], end.as_bytes(), b"b"].concat();
                check(&file, &[Some(&longest), None, Some(b"b")]);
            }
        }
        check(&vec![b'x'; 9 * LINE_BYTES_MAX], &[None]);
    }
}
