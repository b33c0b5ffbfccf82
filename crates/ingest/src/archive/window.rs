//! A buffered reader with lookahead and a way back.
//!
//! Formats are detected by looking at the first bytes ([`Window::peek`]). A damaged member of a compressed stream may
//! have been read past its end before the damage showed; [`Window::mark`] and [`Window::rewind`] go back to its start.

use std::io::{self, BufRead, Read};

use super::limits::Trouble;

/// The number of bytes read at once: few at first, since most files and members are small.
const FIRST_CHUNK: usize = 8 << 10;
const CHUNK: usize = 64 << 10;
/// The most bytes kept for going back. A longer member can only be skipped forward.
const HISTORY: usize = 16 << 20;

/// A buffered reader with lookahead and a way back.
pub(super) struct Window<'a> {
    inner: &'a mut dyn Read,
    /// The buffer, filled up to `end`.
    buffer: Vec<u8>,
    end: usize,
    /// The reader's index in `buffer`.
    at: usize,
    /// The index in `buffer` that [`Window::rewind`] goes back to.
    mark: Option<usize>,
    /// The offset of `buffer[0]` in the stream.
    offset: u64,
    ended: bool,
    /// The error met while looking ahead; reported once the bytes before it are read, and at every read after that.
    error: Option<Trouble>,
}

impl<'a> Window<'a> {
    pub(super) fn new(inner: &'a mut dyn Read) -> Window<'a> {
        Window { inner, buffer: Vec::new(), end: 0, at: 0, mark: None, offset: 0, ended: false, error: None }
    }

    /// Returns the reader's offset in the stream, in bytes.
    pub(super) fn position(&self) -> u64 {
        self.offset + self.at as u64
    }

    /// Returns the next bytes without consuming them: `n`, or fewer if the stream ends or breaks.
    pub(super) fn peek(&mut self, n: usize) -> io::Result<&[u8]> {
        while self.end - self.at < n && !self.ended && self.error.is_none() {
            self.more();
        }
        if self.at == self.end
            && let Some(trouble) = &self.error
        {
            return Err(trouble.clone().into());
        }
        Ok(&self.buffer[self.at..self.end.min(self.at + n)])
    }

    /// Marks this place for [`Window::rewind`].
    pub(super) fn mark(&mut self) {
        self.mark = Some(self.at);
    }

    /// Goes back to the marked place; returns whether it could.
    pub(super) fn rewind(&mut self) -> bool {
        match self.mark {
            Some(mark) => {
                self.at = mark;
                true
            }
            None => false,
        }
    }

    /// Clears the error, for an underlying reader that can resume after it.
    pub(super) fn retry(&mut self) {
        self.error = None;
    }

    fn more(&mut self) {
        if self.mark.is_some_and(|mark| self.at - mark > HISTORY) {
            self.mark = None;
        }
        let kept = self.mark.unwrap_or(self.at);
        let chunk = if self.position() < CHUNK as u64 && self.end < CHUNK { FIRST_CHUNK } else { CHUNK };
        if kept >= CHUNK || kept == self.end {
            self.buffer.copy_within(kept..self.end, 0);
            self.offset += kept as u64;
            self.end -= kept;
            self.at -= kept;
            self.mark = self.mark.map(|mark| mark - kept);
        }
        if self.buffer.len() < self.end + chunk {
            // Doubling keeps a long lookahead from being copied over and over.
            self.buffer.resize((self.end + chunk).max(self.end * 2), 0);
        } else if self.buffer.len() > HISTORY && self.end < CHUNK {
            // One long member is no reason to keep this much memory.
            self.buffer.truncate(2 * CHUNK);
            self.buffer.shrink_to_fit();
        }
        let read = loop {
            match self.inner.read(&mut self.buffer[self.end..self.end + chunk]) {
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        match read {
            Ok(0) => self.ended = true,
            Ok(n) => self.end += n.min(chunk),
            Err(err) => self.error = Some(Trouble::from_error(&err)),
        }
    }
}

impl Read for Window<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let ahead = self.fill_buf()?;
        let n = ahead.len().min(buf.len());
        buf[..n].copy_from_slice(&ahead[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Window<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.end {
            self.peek(1)?;
        }
        Ok(&self.buffer[self.at..self.end])
    }

    fn consume(&mut self, n: usize) {
        self.at = (self.at + n).min(self.end);
    }
}

/// Reads everything left, up to one byte more than `limit`; returns whether that was all.
pub(super) fn read_whole(reader: &mut dyn Read, limit: u64, into: &mut Vec<u8>) -> io::Result<bool> {
    reader.take(limit.saturating_add(1)).read_to_end(into)?;
    Ok(into.len() as u64 <= limit)
}

/// Reads everything left and drops it, so that the checksums of the streams around it are verified.
pub(super) fn skip_rest(stream: &mut Window<'_>) -> io::Result<()> {
    loop {
        let ahead = stream.fill_buf()?.len();
        if ahead == 0 {
            return Ok(());
        }
        stream.consume(ahead);
    }
}

/// The outcome of [`read_line`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// The stream has ended.
    End,
    /// A line is in the buffer, without its line end.
    Whole,
    /// The line is longer than the limit and was skipped.
    TooLong,
}

/// Reads one line of at most `limit` bytes into `line`, which is cleared first.
pub(super) fn read_line(reader: &mut dyn BufRead, limit: u64, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let (mut any, mut long) = (false, false);
    loop {
        let ahead = reader.fill_buf()?;
        if ahead.is_empty() {
            break;
        }
        any = true;
        let end = ahead.iter().position(|&b| b == b'\n');
        let taken = end.unwrap_or(ahead.len());
        long |= (line.len() + taken) as u64 > limit;
        if !long {
            line.extend_from_slice(&ahead[..taken]);
        }
        reader.consume(taken + usize::from(end.is_some()));
        if end.is_some() {
            break;
        }
    }
    if long {
        line.clear();
        return Ok(Line::TooLong);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(if any { Line::Whole } else { Line::End })
}
