//! A compressed stream as a sequence of members: gzip members, zstd frames, or one plain member.
//!
//! A crawl compresses each record as a member of its own, so that a damaged one does not affect others.
//! [`Members::fill`] therefore stops at the end of each member, after its checksum is verified, [`Members::advance`]
//! moves to the next one, and [`Members::resync`] finds the next one after damage. As a plain reader ([`Read`]) the
//! members are one stream; a reader that reads on after damage gets the next intact member.
//!
//! The formats are gzip ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)), deflate
//! ([RFC 1951](https://www.rfc-editor.org/rfc/rfc1951)) and zstd ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878)).

use std::io::{self, BufRead, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::limits::{Meter, Trouble};
use super::sniff;
use super::window::Window;
use gongxun_core::error::Reason;

/// The number of bytes unpacked at once: few at first, since most members of archives are small.
const FIRST_CHUNK: usize = 8 << 10;
const CHUNK: usize = 64 << 10;
/// The longest name or comment in a gzip header, in bytes: this much is examined again behind each place where a member
/// may begin.
const HEADER_FIELD: usize = 4 << 10;
/// The largest dictionary before a zstd stream, in bytes.
const DICTIONARY: usize = 16 << 20;
/// The longest header of a zstd frame, in bytes.
const FRAME_HEADER: usize = 18;
/// The largest window of a zstd frame that a decoder takes, as the power of 2.
const MAX_WINDOW_LOG: u32 = 31;
/// The distance behind the last member, in bytes, within which a further one is searched for before the rest counts as
/// padding.
const PADDING: usize = 64 << 10;

/// The compression of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// None: the stream is its only member.
    Plain,
    Gzip,
    Zstd,
    /// Raw deflate of one member, as in a zip archive.
    Deflate,
}

/// A stream of members.
pub(super) struct Members<'w, 'a> {
    input: &'w mut Window<'a>,
    meter: &'w Meter,
    packing: Packing,
    inflate: Decompress,
    zstd: Option<Decoder<'static>>,
    /// The largest window of its zstd frames so far, in bytes, which the decoder holds in memory.
    window: u64,
    sum: Crc,
    dictionary: Option<Vec<u8>>,
    /// The unpacked bytes; those from `at` on are not consumed yet.
    output: Vec<u8>,
    at: usize,
    /// The number of bytes to unpack next.
    room: usize,
    inside: bool,
    /// Whether the meter counts this stream as one whose checksum is still to be verified.
    unverified: bool,
    /// The error of this member, reported once the bytes before it are consumed.
    broken: Option<Trouble>,
    /// Whether the last read reported damage.
    told: bool,
    /// Number of members begun.
    begun: u64,
}

impl<'w, 'a> Members<'w, 'a> {
    pub(super) fn new(input: &'w mut Window<'a>, packing: Packing, meter: &'w Meter) -> Members<'w, 'a> {
        meter.opened(i32::from(packing != Packing::Plain));
        Members {
            input,
            meter,
            packing,
            inflate: Decompress::new(false),
            zstd: None,
            window: 0,
            sum: Crc::new(),
            dictionary: None,
            output: Vec::new(),
            at: 0,
            room: FIRST_CHUNK,
            inside: false,
            unverified: false,
            broken: None,
            told: false,
            begun: 0,
        }
    }

    pub(super) fn packing(&self) -> Packing {
        self.packing
    }

    /// Returns the reader's offset in the compressed stream.
    pub(super) fn position(&self) -> u64 {
        self.input.position()
    }

    /// Returns the next bytes of this member; empty at its end.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.packing == Packing::Plain {
            return self.input.fill_buf();
        }
        while self.at == self.output.len() && self.inside {
            let result = match self.packing {
                Packing::Zstd => self.decode_frame(),
                _ => self.inflate(),
            };
            if let Err(err) = result {
                self.inside = false;
                self.broken = Some(Trouble::from_error(&err));
            }
        }
        match &self.broken {
            Some(trouble) if self.at == self.output.len() => Err(trouble.clone().into()),
            _ => Ok(&self.output[self.at..]),
        }
    }

    /// Returns the first bytes of the stream without consuming them.
    pub(super) fn head(&mut self) -> io::Result<&[u8]> {
        while self.fill()?.is_empty() {
            if !self.advance()? {
                break;
            }
        }
        self.fill()
    }

    /// Consumes bytes that [`Members::fill`] has returned.
    pub(super) fn take(&mut self, n: usize) {
        match self.packing {
            Packing::Plain => self.input.consume(n),
            _ => self.at = (self.at + n).min(self.output.len()),
        }
    }

    /// Moves to the start of the next member; returns whether there is one.
    pub(super) fn advance(&mut self) -> io::Result<bool> {
        if let Some(trouble) = &self.broken {
            return Err(trouble.clone().into());
        }
        self.output.clear();
        self.at = 0;
        match self.packing {
            Packing::Plain => Ok(!self.input.fill_buf()?.is_empty()),
            Packing::Gzip => self.begin_gzip(),
            Packing::Zstd => self.begin_frame(),
            Packing::Deflate => {
                self.inside = self.begun == 0;
                self.begun += 1;
                Ok(self.inside)
            }
        }
    }

    /// Marks the place of a plain stream for [`Members::go_back`].
    pub(super) fn mark(&mut self) {
        if self.packing == Packing::Plain {
            self.input.mark();
        }
    }

    /// Goes back to the mark of a plain stream, if there is one.
    pub(super) fn go_back(&mut self) {
        if self.packing == Packing::Plain {
            self.input.rewind();
        }
    }

    /// After damage, moves to a place where the next member may begin, behind the start of the damaged one.
    /// [`Members::advance`] then tells whether one does.
    pub(super) fn resync(&mut self) -> io::Result<bool> {
        self.inside = false;
        self.expect_checksum(false);
        self.broken = None;
        self.output.clear();
        self.at = 0;
        let magic: &[u8] = match self.packing {
            Packing::Gzip => b"\x1f\x8b\x08",
            Packing::Zstd => b"\x28\xB5\x2F\xFD",
            Packing::Plain | Packing::Deflate => return Ok(false),
        };
        self.input.rewind();
        self.input.consume(1);
        loop {
            let ahead = self.input.peek(CHUNK)?;
            if ahead.len() < magic.len() {
                let rest = ahead.len();
                self.input.consume(rest);
                return Ok(false);
            }
            if let Some(at) = find(ahead, magic) {
                self.input.consume(at);
                return Ok(true);
            }
            let passed = ahead.len() - (magic.len() - 1);
            self.input.consume(passed);
            // Skipped bytes are not gone back to.
            self.input.mark();
        }
    }

    /// Notes that the checksum of this member is still to be verified, or no longer.
    fn expect_checksum(&mut self, expected: bool) {
        if expected != self.unverified {
            self.unverified = expected;
            self.meter.unverified(if expected { 1 } else { -1 });
        }
    }

    fn begin_gzip(&mut self) -> io::Result<bool> {
        if self.begun > 0 {
            // Tapes and some writers pad with zeros.
            while self.input.fill_buf()?.first() == Some(&0) {
                self.input.consume(1);
            }
        }
        self.input.mark();
        if self.input.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let header: [u8; 10] = self.exactly()?;
        if header[..3] != *b"\x1f\x8b\x08" || header[3] & 0xE0 != 0 {
            return Err(Trouble::damaged("no gzip member where one should begin"));
        }
        let flags = header[3];
        if flags & 4 != 0 {
            let length = u16::from_le_bytes(self.exactly()?);
            let length = usize::from(length);
            if self.input.peek(length)?.len() < length {
                return Err(Trouble::damaged("the compressed stream is cut short"));
            }
            self.input.consume(length);
        }
        for _ in 0..(flags >> 3 & 1) + (flags >> 4 & 1) {
            let ahead = self.input.peek(HEADER_FIELD)?;
            let Some(end) = ahead.iter().position(|byte| *byte == 0) else {
                return Err(Trouble::damaged("a gzip header without an end"));
            };
            self.input.consume(end + 1);
        }
        if flags & 2 != 0 {
            self.exactly::<2>()?;
        }
        self.inflate.reset(false);
        self.sum.reset();
        self.inside = true;
        self.expect_checksum(true);
        self.begun += 1;
        Ok(true)
    }

    fn exactly<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let ahead = self.input.peek(N)?;
        match <[u8; N]>::try_from(ahead) {
            Ok(bytes) => {
                self.input.consume(N);
                Ok(bytes)
            }
            Err(_) => Err(Trouble::damaged("the compressed stream is cut short")),
        }
    }

    fn inflate(&mut self) -> io::Result<()> {
        self.make_room();
        let input = self.input.fill_buf().inspect_err(|_| self.output.clear())?;
        let at_end = input.is_empty();
        let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, &mut self.output, FlushDecompress::None);
        let read = (self.inflate.total_in() - read) as usize;
        let written = (self.inflate.total_out() - written) as usize;
        self.input.consume(read);
        self.output.truncate(written);
        self.sum.update(&self.output);
        self.meter.unpacked(written)?;
        match status {
            Ok(Status::StreamEnd) => {
                self.inside = false;
                if self.packing == Packing::Gzip {
                    self.check_gzip_end()?;
                    self.expect_checksum(false);
                }
                Ok(())
            }
            Ok(_) if at_end && written == 0 => Err(Trouble::damaged("the compressed stream is cut short")),
            Ok(_) if read == 0 && written == 0 => Err(Trouble::damaged("damaged deflate data")),
            Ok(_) => Ok(()),
            Err(err) => Err(Trouble::damaged(format!("damaged deflate data: {err}"))),
        }
    }

    fn make_room(&mut self) {
        self.output.resize(self.room, 0);
        self.at = 0;
        self.room = (2 * self.room).min(CHUNK);
    }

    fn check_gzip_end(&mut self) -> io::Result<()> {
        let (sum, length) = (u32::from_le_bytes(self.exactly()?), u32::from_le_bytes(self.exactly()?));
        if (sum, length) != (self.sum.sum(), self.sum.amount()) {
            return Err(Trouble::damaged("the checksum of a gzip member does not match"));
        }
        Ok(())
    }

    fn begin_frame(&mut self) -> io::Result<bool> {
        loop {
            self.input.mark();
            let head = self.input.peek(8)?;
            if head.is_empty() {
                return Ok(false);
            }
            if !sniff::is_zstd(head) {
                return Err(Trouble::damaged("no zstd frame where one should begin"));
            }
            if head.starts_with(b"\x28\xB5\x2F\xFD") {
                break;
            }
            self.pass_skippable()?;
        }
        if let Some(window) = window_of(self.input.peek(FRAME_HEADER)?).filter(|window| *window > self.window) {
            self.meter.window(self.window, window)?;
            self.window = window;
        }
        match &mut self.zstd {
            Some(decoder) => decoder.reinit()?,
            None => {
                let decoder = self.zstd.insert(match &self.dictionary {
                    Some(dictionary) => Decoder::with_dictionary(dictionary)?,
                    None => Decoder::new()?,
                });
                // The meter has the limit.
                decoder.set_parameter(DParameter::WindowLogMax(MAX_WINDOW_LOG))?;
            }
        }
        self.inside = true;
        self.expect_checksum(true);
        self.begun += 1;
        Ok(true)
    }

    /// Skips a skippable frame. The one at the start of a `.warc.zst` holds the dictionary of all frames, compressed or
    /// not.
    fn pass_skippable(&mut self) -> io::Result<()> {
        let magic: [u8; 4] = self.exactly()?;
        let length = u32::from_le_bytes(self.exactly()?) as usize;
        let holds_dictionary = self.begun == 0 && magic[0] == 0x5D && length <= DICTIONARY;
        let mut content = Vec::new();
        let mut left = length;
        while left > 0 {
            let ahead = self.input.fill_buf()?;
            if ahead.is_empty() {
                return Err(Trouble::damaged("the compressed stream is cut short"));
            }
            let n = ahead.len().min(left);
            if holds_dictionary {
                content.extend_from_slice(&ahead[..n]);
            }
            self.input.consume(n);
            left -= n;
        }
        if holds_dictionary {
            if content.starts_with(b"\x28\xB5\x2F\xFD") {
                if window_of(&content).is_none_or(|window| window > DICTIONARY as u64) {
                    return Err(Trouble::damaged("no dictionary where one should be"));
                }
                let mut unpacked = Vec::new();
                zstd::stream::read::Decoder::new(&content[..])?.take(DICTIONARY as u64).read_to_end(&mut unpacked)?;
                content = unpacked;
            }
            self.dictionary = Some(content);
        }
        Ok(())
    }

    fn decode_frame(&mut self) -> io::Result<()> {
        self.make_room();
        let Some(decoder) = &mut self.zstd else { return Err(Trouble::damaged("no zstd frame")) };
        let input = self.input.fill_buf().inspect_err(|_| self.output.clear())?;
        let at_end = input.is_empty();
        let mut packed = InBuffer::around(input);
        let mut unpacked = OutBuffer::around(&mut self.output[..]);
        let result = decoder.run(&mut packed, &mut unpacked);
        let (read, written) = (packed.pos(), unpacked.pos());
        self.input.consume(read);
        self.output.truncate(if result.is_ok() { written } else { 0 });
        self.meter.unpacked(written)?;
        match result {
            Ok(0) => {
                self.inside = false;
                self.expect_checksum(false);
            }
            Ok(_) if at_end && written == 0 => return Err(Trouble::damaged("the compressed stream is cut short")),
            Ok(_) => {}
            Err(err) => return Err(Trouble::damaged(format!("damaged zstd data: {err}"))),
        }
        Ok(())
    }

    fn read_on(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let ahead = self.fill()?;
            if !ahead.is_empty() {
                let n = ahead.len().min(buf.len());
                buf[..n].copy_from_slice(&ahead[..n]);
                self.take(n);
                return Ok(n);
            }
            match self.advance() {
                Ok(true) if self.packing == Packing::Plain => return Ok(0),
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(_) if self.begun > 0 && self.only_padding_follows()? => return Ok(0),
                Err(err) => return Err(err),
            }
        }
    }

    /// Moves to the next member with a valid start; returns whether there is one.
    fn next_whole(&mut self) -> io::Result<bool> {
        while self.resync()? {
            match self.advance() {
                Err(err) if Trouble::from_error(&err).reason == Reason::Damaged => {}
                result => return result,
            }
        }
        Ok(false)
    }

    /// Whether only padding follows: no further member begins nearby.
    fn only_padding_follows(&mut self) -> io::Result<bool> {
        let magic: &[u8] = if self.packing == Packing::Gzip { b"\x1f\x8b\x08" } else { b"\x28\xB5\x2F\xFD" };
        self.input.rewind();
        Ok(find(self.input.peek(PADDING)?, magic).is_none())
    }
}

impl Read for Members<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.told && !self.next_whole()? {
            return Ok(0);
        }
        let result = self.read_on(buf);
        self.told = result.as_ref().is_err_and(|err| Trouble::from_error(err).reason == Reason::Damaged);
        result
    }
}

impl Drop for Members<'_, '_> {
    fn drop(&mut self) {
        self.expect_checksum(false);
        self.meter.window(self.window, 0).ok();
        self.meter.opened(-i32::from(self.packing != Packing::Plain));
    }
}

/// Returns the size of the window of a zstd frame, by its header: what its decoder holds in memory, in bytes.
fn window_of(head: &[u8]) -> Option<u64> {
    let descriptor = *head.get(4)?;
    if descriptor & 0x20 == 0 {
        let byte = u32::from(*head.get(5)?);
        let base = 1u64 << (10 + (byte >> 3));
        return Some(base + base / 8 * u64::from(byte & 7));
    }
    // A frame of a single segment is its own window.
    let at = 5 + [0, 1, 2, 4][usize::from(descriptor & 3)];
    let length = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let field = head.get(at..at + length)?;
    let size = field.iter().rev().fold(0u64, |size, byte| size << 8 | u64::from(*byte));
    Some(if length == 2 { size + 256 } else { size })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|&b| b == first) {
        if bytes[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}
