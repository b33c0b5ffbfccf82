//! The reader of JSON: one record for each object. The input is one object, an array of objects, concatenated objects,
//! or one object a line.
//!
//! Only the form is checked here. A line or value that is not a JSON object is reported with its line, and reading goes
//! on.

use std::io::{self, BufRead};
use std::ops::ControlFlow;

use serde::de::IgnoredAny;

use super::inputs::STANDARD_INPUT;
use super::limits::Trouble;
use super::loose::{self, Leniency};
use super::record::{Media, Record};
use super::sniff::{self, ending};
use super::walk::{Flow, Place, Walk};
use super::window::{Line, Window, read_line, read_whole};
use gongxun_core::error::{Reason, Rejection};
use gongxun_text::charset;

/// The number of bytes in which the first line is examined to tell JSON lines from JSON that is spread over lines.
const FIRST_LINE: usize = 1 << 20;
/// The number of bytes that are read again behind broken values, regardless of the file's size.
const READ_AGAIN: usize = 32 << 20;
/// The number of bytes that are read again in addition, per byte of the file.
const READ_AGAIN_A_BYTE: usize = 8;

/// Reads a JSON file in any of the forms. A file of one object is a single record without a number; arrays, files named
/// as JSON lines, and streams count as files of many records even if they have only one so far.
pub(super) fn read(walk: &mut Walk<'_>, place: &Place, name: &str, stream: &mut Window<'_>) -> Flow {
    let is_array = stream.peek(sniff::HEAD).is_ok_and(|head| head.trim_ascii_start().starts_with(b"["));
    if is_array || matches!(ending(name).as_str(), "jsonl" | "ndjson") || walk.file == STANDARD_INPUT {
        return objects(walk, place, name, stream);
    }
    let (mut first, mut met) = (None, false);
    let Walk { file, limits, meter, ref mut visit, open } = *walk;
    let mut hold = |record: Result<Record, Rejection>| match record {
        Ok(record) if !met => {
            (first, met) = (Some(record), true);
            Flow::Continue(())
        }
        record => {
            met = true;
            if let Some(first) = first.take() {
                visit(Ok(first))?;
            }
            visit(record)
        }
    };
    let flow = objects(&mut Walk { file, limits, meter, visit: &mut hold, open }, place, name, stream);
    match first {
        Some(mut only) if flow.is_continue() => {
            only.origin.record = None;
            (walk.visit)(Ok(only))
        }
        _ => flow,
    }
}

fn objects(walk: &mut Walk<'_>, place: &Place, name: &str, stream: &mut Window<'_>) -> Flow {
    let head = match stream.peek(sniff::HEAD) {
        Ok(head) => head,
        Err(err) => return walk.fail(place, None, &err),
    };
    if charset::sniff_utf16(head).is_some() {
        return read_decoded(walk, place, name, stream);
    }
    if head.starts_with(b"\xEF\xBB\xBF") {
        stream.consume(3);
    }
    match is_lines(name, stream) {
        Ok(true) => lines(walk, place, stream),
        // In GBK a brace or backslash may be half a character.
        Ok(false) if !is_utf8(stream) => read_decoded(walk, place, name, stream),
        Ok(false) => values(walk, place, stream),
        Err(err) => walk.fail(place, None, &err),
    }
}

/// Whether a stream begins in UTF-8, judging by its first bytes.
fn is_utf8(stream: &mut Window<'_>) -> bool {
    let head = stream.peek(sniff::HEAD).unwrap_or_default();
    std::str::from_utf8(head).err().is_none_or(|err| err.error_len().is_none())
}

/// Decodes a file as a whole before reading it: UTF-16 has line ends and braces of its own, and in other charsets
/// braces may be part of a character.
fn read_decoded(walk: &mut Walk<'_>, place: &Place, name: &str, stream: &mut Window<'_>) -> Flow {
    let mut bytes = Vec::new();
    match read_whole(stream, walk.limits.record_bytes, &mut bytes) {
        Ok(true) => {
            let text = charset::decode(&bytes, None, false).text;
            let mut decoded = text.trim_start_matches('\0').as_bytes();
            let mut inner = Window::new(&mut decoded);
            match is_lines(name, &mut inner) {
                Ok(true) => lines(walk, place, &mut inner),
                _ => values(walk, place, &mut inner),
            }
        }
        Ok(false) => walk.reject(place, None, Reason::Limit, "larger than one record may be, and not in UTF-8"),
        Err(err) => walk.fail(place, None, &err),
    }
}

/// Whether a file holds one value a line: its first line that is not blank is a complete object, or the name says so
/// and the line doesn't look like the start of something longer.
fn is_lines(name: &str, stream: &mut Window<'_>) -> io::Result<bool> {
    let named = matches!(ending(name).as_str(), "jsonl" | "ndjson");
    let mut size = 64 << 10;
    loop {
        let head = stream.peek(size)?;
        let (all, whole) = (head.len(), head.len() < size);
        let start = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(all);
        let rest = &head[start..];
        let end = rest.iter().position(|&b| b == b'\n');
        if end.is_none() && !whole && size < FIRST_LINE {
            size *= 4;
            continue;
        }
        let line = rest[..end.unwrap_or(rest.len())].trim_ascii_end();
        if line.first() == Some(&b'[') {
            return Ok(false);
        }
        let opens_more = matches!(line, b"{" | b"{\"");
        return Ok(check(line).is_ok() || (end.is_none() && !whole) || (named && !opens_more));
    }
}

fn lines(walk: &mut Walk<'_>, place: &Place, stream: &mut Window<'_>) -> Flow {
    let mut line = Vec::new();
    let mut number = 0;
    // Whether the last read failed: after a damaged member, an intact one may begin in the middle of a line.
    let mut failed = false;
    loop {
        let found = read_line(stream, walk.limits.record_bytes, &mut line);
        number += 1;
        let begins_inside = failed && !line.starts_with(b"{");
        match found {
            Ok(Line::End) => return Flow::Continue(()),
            Ok(Line::Whole) if begins_inside || line.trim_ascii().is_empty() => failed = false,
            Ok(Line::Whole) => {
                failed = false;
                value(walk, place, number, number, &line)?;
            }
            Ok(Line::TooLong) => too_long(walk, place, number, number)?,
            Err(err) if failed || Trouble::from_error(&err).reason != Reason::Damaged => {
                return if failed { Flow::Continue(()) } else { walk.fail(place, Some(number), &err) };
            }
            Err(err) => {
                walk.fail(place, Some(number), &err)?;
                failed = true;
                stream.retry();
            }
        }
    }
}

fn too_long(walk: &mut Walk<'_>, place: &Place, record: u64, line: u64) -> Flow {
    let detail = format!("line {line}: {}", walk.limits.too_large());
    walk.reject(place, Some(record), Reason::Limit, detail)
}

/// Delivers one value that begins on `line`, or reports what is wrong with it; returns whether it was valid.
fn value(walk: &mut Walk<'_>, place: &Place, record: u64, line: u64, bytes: &[u8]) -> ControlFlow<(), bool> {
    let bytes = bytes.trim_ascii();
    let mut text = match std::str::from_utf8(bytes) {
        Ok(_) => bytes.to_vec(),
        Err(_) => charset::decode(bytes, None, false).text.into_bytes(),
    };
    match check(&text).or_else(|wrong| mended(&text).map(|mended| text = mended).ok_or(wrong)) {
        Ok(()) => walk.record(place, Some(record), Media::Json, text)?,
        Err((down, what)) => {
            walk.reject(place, Some(record), Reason::BadJson, format!("line {}: {what}", line + down))?;
            return ControlFlow::Continue(false);
        }
    }
    ControlFlow::Continue(true)
}

/// Checks that bytes are one JSON object; otherwise returns the error, with the number of lines before it.
fn check(bytes: &[u8]) -> Result<(), (u64, String)> {
    if bytes.first().is_some_and(|&b| b != b'{') {
        return Err((0, "not a JSON object".to_string()));
    }
    match serde_json::from_slice::<IgnoredAny>(bytes) {
        Ok(_) => Ok(()),
        Err(err) => {
            let text = err.to_string();
            let what = text.split(" at line ").next().unwrap_or_default();
            Err((err.line().saturating_sub(1) as u64, format!("column {}: {what}", err.column())))
        }
    }
}

/// Returns an object with some invalid values (`NaN`, a number beyond all bounds) replaced by null.
fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    let value = loose::parse(std::str::from_utf8(bytes).ok()?, Leniency::Values)?;
    value.is_object().then(|| value.to_string().into_bytes())
}

/// Splits a stream into its values by braces and quotes alone, so that a broken value does not affect others. A value
/// whose closing brace is missing swallows those behind it; a value that begins on a line of its own, indented no
/// further, is then read again.
fn values(walk: &mut Walk<'_>, place: &Place, stream: &mut Window<'_>) -> Flow {
    let limit = walk.limits.record_bytes;
    let mut cutter = ValueSplitter::default();
    let mut record = 0;
    // The bytes swallowed by a broken value; those from `at` on are still to be read again.
    let (mut again, mut at) = (Vec::new(), 0);
    let mut budget = READ_AGAIN;
    loop {
        let cut;
        if at < again.len() {
            let used;
            (used, cut) = cutter.take(&again[at..], limit);
            at += used;
        } else {
            let used;
            (used, cut) = match stream.fill_buf() {
                Ok([]) => (0, !cutter.is_empty()),
                Ok(ahead) => cutter.take(ahead, limit),
                Err(err) => return walk.fail(place, Some(record + 1), &err),
            };
            stream.consume(used);
            budget = budget.saturating_add(used * READ_AGAIN_A_BYTE);
            if used == 0 && !cut {
                break;
            }
        }
        if !cut {
            continue;
        }
        record += 1;
        let bytes = cutter.finish();
        if bytes.is_empty() {
            too_long(walk, place, record, cutter.began + 1)?;
        } else if !value(walk, place, record, cutter.began + 1, &bytes)?
            && let Some(next) = swallowed(&bytes, cutter.indent)
            && bytes.len() - next <= budget
        {
            budget -= bytes.len() - next;
            cutter.lines -= count_lines(&bytes[next..]);
            (cutter.line_indent, cutter.at_line_start) = (0, true);
            // The bytes read of `again` are still in it: nothing is copied, however often it is read.
            match again[..at].ends_with(&bytes) {
                true => at -= bytes.len() - next,
                false => {
                    let rest = again.split_off(at);
                    again = bytes[next..].to_vec();
                    again.extend(rest);
                    at = 0;
                }
            }
        }
    }
    if record == 0 {
        return walk.reject(place, None, Reason::NotArticle, "no object in it");
    }
    Flow::Continue(())
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}

/// Returns the offset in a broken value at which the next one may begin: a brace that opens a line, indented no further
/// than the value's own line.
fn swallowed(value: &[u8], indent: usize) -> Option<usize> {
    let mut start = value.iter().position(|&b| b == b'\n')? + 1;
    loop {
        let line = &value[start..];
        let blank = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        if blank <= indent && line.get(blank) == Some(&b'{') {
            return Some(start);
        }
        start += line.iter().position(|&b| b == b'\n')? + 1;
    }
}

/// The state of the splitter of values.
#[derive(Default)]
struct ValueSplitter {
    /// The value so far.
    value: Vec<u8>,
    /// Number of open brackets inside the value.
    depth: u32,
    in_string: bool,
    escaped: bool,
    too_long: bool,
    /// Whether the bracket of an outer array is open.
    in_array: bool,
    /// Number of lines before this place, and before the value.
    lines: u64,
    began: u64,
    /// Number of blanks at the start of this line, and whether there has been nothing else in it yet.
    line_indent: usize,
    at_line_start: bool,
    /// Number of blanks at the start of the line where the value begins.
    indent: usize,
}

impl ValueSplitter {
    /// Consumes bytes up to the end of a value; returns how many, and whether a value is complete.
    fn take(&mut self, bytes: &[u8], limit: u64) -> (usize, bool) {
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => {
                    self.lines += 1;
                    self.line_indent = 0;
                    self.at_line_start = true;
                }
                b' ' | b'\t' if self.at_line_start => self.line_indent += 1,
                _ => self.at_line_start = false,
            }
            if self.value.is_empty() && !self.too_long {
                match byte {
                    b' ' | b'\t' | b'\r' | b'\n' | b',' => continue,
                    b'[' if !self.in_array => {
                        self.in_array = true;
                        continue;
                    }
                    b']' if self.in_array => {
                        self.in_array = false;
                        continue;
                    }
                    _ => (self.began, self.indent) = (self.lines, self.line_indent),
                }
            }
            let ends_before = self.depth == 0 && !self.in_string && matches!(byte, b',' | b']' | b'\n');
            if ends_before && !self.value.is_empty() {
                // A bare word or number between values. The byte that ends it is examined again, unless its line is
                // counted.
                return (at + usize::from(byte == b'\n'), true);
            }
            if self.value.len() as u64 >= limit {
                self.too_long = true;
                self.value.clear();
            }
            if !self.too_long {
                self.value.push(byte);
            }
            if self.step(byte) {
                return (at + 1, true);
            }
        }
        (bytes.len(), false)
    }

    /// Tracks one byte through strings and brackets; returns whether it closes the value.
    fn step(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                // A string has no raw line end: one whose closing quote is missing ends with its line.
                b'"' | b'\n' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }

    /// Whether no value has begun.
    fn is_empty(&self) -> bool {
        !self.too_long && self.value.trim_ascii().is_empty()
    }

    /// Takes the complete value; empty if it is too long.
    fn finish(&mut self) -> Vec<u8> {
        (self.depth, self.in_string, self.escaped, self.too_long) = (0, false, false, false);
        std::mem::take(&mut self.value)
    }
}
