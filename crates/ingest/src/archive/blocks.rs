//! The common layer of crawls below their records: a stream of members in, lines and blocks out, and resynchronization
//! to the next record after damage.

use std::io;

use super::limits::Trouble;
use super::members::{Members, Packing};
use gongxun_core::error::Reason;

/// The block of a record, which may extend over further members.
pub(super) struct Block<'b, 'w, 'a> {
    pub(super) members: &'b mut Members<'w, 'a>,
    pub(super) left: u64,
}

impl Block<'_, '_, '_> {
    /// Reads up to `most` bytes of the rest.
    pub(super) fn read(&mut self, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let mut most = most;
        while most > 0 && self.left > 0 {
            let left = self.left;
            let ahead = self.fill()?;
            let n = ahead.len().min(most).min(usize::try_from(left).unwrap_or(usize::MAX));
            into.extend_from_slice(&ahead[..n]);
            self.take(n);
            most -= n;
        }
        Ok(())
    }

    /// Skips the rest.
    pub(super) fn skip(&mut self) -> io::Result<()> {
        while self.left > 0 {
            let left = self.left;
            let n = self.fill()?.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            self.take(n);
        }
        Ok(())
    }

    fn take(&mut self, n: usize) {
        self.members.take(n);
        self.left -= n as u64;
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        while self.members.fill()?.is_empty() {
            if self.members.packing() == Packing::Plain || !self.members.advance()? {
                return Err(Trouble::damaged("the record is cut short"));
            }
        }
        self.members.fill()
    }
}

/// Returns the first line of the next record: the one that a search has found, otherwise the next one; `None` at the
/// end.
pub(super) fn first_line(
    members: &mut Members<'_, '_>,
    found: Option<Vec<u8>>,
    keep: usize,
) -> io::Result<Option<Vec<u8>>> {
    match found {
        Some(line) => Ok(Some(line)),
        None if skip_to_record(members)? => read_line(members, keep).map(Some),
        None => Ok(None),
    }
}

/// Skips blanks to the start of a record; returns whether there is one.
fn skip_to_record(members: &mut Members<'_, '_>) -> io::Result<bool> {
    loop {
        match members.fill()?.first() {
            Some(b'\r' | b'\n' | b' ' | b'\0') => members.take(1),
            Some(_) => return Ok(true),
            None => {
                if !members.advance()? {
                    return Ok(false);
                }
            }
        }
    }
}

/// Reads a line, without its end, keeping its first `keep` bytes. It may extend over further members.
pub(super) fn read_line(members: &mut Members<'_, '_>, keep: usize) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    while !read_part(members, keep, &mut line)? {
        if members.packing() == Packing::Plain || !members.advance()? {
            break;
        }
    }
    Ok(line)
}

/// Reads to the end of the line or of the member; returns whether the line has ended.
fn read_part(members: &mut Members<'_, '_>, keep: usize, line: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        let ahead = members.fill()?;
        if ahead.is_empty() {
            return Ok(false);
        }
        let end = ahead.iter().position(|&b| b == b'\n');
        let taken = end.unwrap_or(ahead.len());
        let kept = taken.min(keep.saturating_sub(line.len()));
        line.extend_from_slice(&ahead[..kept]);
        members.take(taken + usize::from(end.is_some()));
        if end.is_some() {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(true);
        }
    }
}

/// The recognition of a record by its first line: `find` returns the part of a line that begins a record, given no more
/// than the line's last `longest` bytes. That part is at the end of a line: where a record was cut short, the next one
/// begins on its last line.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) longest: usize,
    pub(super) find: fn(&[u8]) -> Option<&[u8]>,
}

/// Finds the next record after damage, and returns its first line.
pub(super) fn resync(members: &mut Members<'_, '_>, start: Start) -> io::Result<Option<Vec<u8>>> {
    members.go_back();
    loop {
        match next_start(members, start) {
            Ok(Some(line)) => return Ok(Some(line)),
            Ok(None) if members.packing() == Packing::Plain => return Ok(None),
            Ok(None) => match members.advance() {
                Ok(true) => continue,
                Ok(false) => return Ok(None),
                Err(err) => go_on(err)?,
            },
            Err(err) => go_on(err)?,
        }
        // The stream is broken here: the next member may be intact.
        loop {
            if !members.resync()? {
                return Ok(None);
            }
            match members.advance() {
                Ok(true) => break,
                Ok(false) => return Ok(None),
                Err(err) => go_on(err)?,
            }
        }
    }
}

fn go_on(err: io::Error) -> io::Result<()> {
    if Trouble::from_error(&err).reason == Reason::Damaged { Ok(()) } else { Err(err) }
}

/// Returns the first line of the next record in the rest of this member.
fn next_start(members: &mut Members<'_, '_>, start: Start) -> io::Result<Option<Vec<u8>>> {
    let mut tail = Vec::new();
    loop {
        let ahead = members.fill()?;
        if ahead.is_empty() {
            return Ok(None);
        }
        let end = ahead.iter().position(|&b| b == b'\n');
        let taken = end.unwrap_or(ahead.len());
        tail.extend_from_slice(&ahead[taken.saturating_sub(start.longest)..taken]);
        members.take(taken + usize::from(end.is_some()));
        tail.drain(..tail.len().saturating_sub(start.longest));
        if end.is_some() {
            if let Some(line) = (start.find)(tail.trim_ascii_end()) {
                return Ok(Some(line.to_vec()));
            }
            tail.clear();
        }
    }
}
