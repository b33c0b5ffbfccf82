//! What an input may cost: limits in, trouble out.
//!
//! A [`Meter`] goes with each input and counts what is read, unpacked and found. [`Trouble`] is what a reader says when a
//! limit is hit or a stream is damaged; it travels inside [`io::Error`], so that it passes through any reader between.

use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;
use std::io::{self, Read};

use gongxun_core::error::Reason;

/// How large, deep and compressed an input may be before the reader sets a record aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that one record may have once it is unpacked; also the largest archive that is held in memory where
    /// an archive inside another one has to be.
    pub record_bytes: u64,
    /// How many archives may stand inside each other, and how many compressions around each other.
    pub nesting: u32,
    /// How many times its size an input may unpack to. Bytes that became records don't count against it, so an archive
    /// that merely compresses well is read to its end.
    pub ratio: u64,
    /// Unpacked bytes below which the ratio is not looked at.
    pub ratio_floor: u64,
    /// How many members the archives of one input may have in all.
    pub members: u64,
}

impl Limits {
    /// 64 MiB: the longest saved pages have a few.
    pub const RECORD_BYTES: u64 = 64 << 20;
    /// An archive in an archive in an archive.
    pub const NESTING: u32 = 3;
    /// Text rarely packs better than 1:100, the worst of deflate is 1:1032.
    pub const RATIO: u64 = 500;
    /// 64 MiB.
    pub const RATIO_FLOOR: u64 = 64 << 20;
    /// Ten million.
    pub const MEMBERS: u64 = 10_000_000;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            record_bytes: Limits::RECORD_BYTES,
            nesting: Limits::NESTING,
            ratio: Limits::RATIO,
            ratio_floor: Limits::RATIO_FLOOR,
            members: Limits::MEMBERS,
        }
    }
}

/// What one input has cost so far.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Limits,
    read: Cell<u64>,
    unpacked: Cell<u64>,
    members: Cell<u64>,
}

impl Meter {
    pub(super) fn new(limits: &Limits) -> Meter {
        Meter { limits: *limits, read: Cell::new(0), unpacked: Cell::new(0), members: Cell::new(0) }
    }

    /// Counts bytes that a decompressor gave, and says when they are too many for what was read.
    pub(super) fn unpacked(&self, bytes: usize) -> io::Result<()> {
        let unpacked = self.unpacked.get().saturating_add(bytes as u64);
        self.unpacked.set(unpacked);
        if unpacked > self.limits.ratio_floor && unpacked / self.limits.ratio.max(1) > self.read.get() {
            return Err(Trouble::limit(format!(
                "unpacks to more than {} times its size, which is the limit",
                self.limits.ratio
            )));
        }
        Ok(())
    }

    /// Takes bytes that became a record off what is held against the input.
    pub(super) fn delivered(&self, bytes: usize) {
        self.unpacked.set(self.unpacked.get().saturating_sub(bytes as u64));
    }

    /// What is held against the input; to go back to after a member that stands for itself.
    pub(super) fn held(&self) -> u64 {
        self.unpacked.get()
    }

    /// Goes back to what was held before a member that a directory gives apart from the others: if it is a bomb, they are
    /// not.
    pub(super) fn forgive(&self, held: u64) {
        self.unpacked.set(held.min(self.unpacked.get()));
    }

    /// Whether the input has more members than it may, so that the rest of it is left.
    pub(super) fn is_over(&self) -> bool {
        self.members.get() > self.limits.members
    }

    /// Counts a member.
    pub(super) fn member(&self) -> Result<(), Trouble> {
        let members = self.members.get() + 1;
        self.members.set(members);
        if members > self.limits.members {
            let detail = format!("more than {} members, which is the limit", self.limits.members);
            return Err(Trouble { reason: Reason::Limit, detail });
        }
        Ok(())
    }
}

/// The reader at the bottom: counts what is read, and marks the system's errors as what they are.
pub(super) struct Metered<'m, R> {
    pub(super) inner: R,
    pub(super) meter: &'m Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buf) {
                Ok(n) => {
                    self.meter.read.set(self.meter.read.get().saturating_add(n as u64));
                    return Ok(n);
                }
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => return Err(unreadable(&err)),
            }
        }
    }
}

impl<R: io::Seek> io::Seek for Metered<'_, R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        // Seeking before the start is a damaged archive's doing, not the system's.
        self.inner.seek(to).map_err(|err| match err.kind() {
            io::ErrorKind::InvalidInput => err,
            _ => unreadable(&err),
        })
    }
}

fn unreadable(err: &io::Error) -> io::Error {
    Trouble { reason: Reason::Unreadable, detail: err.to_string() }.into()
}

/// Why a stream gives no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) reason: Reason,
    pub(super) detail: String,
}

impl Trouble {
    /// A limit that was hit, as an error to pass through readers.
    pub(super) fn limit(detail: impl Into<String>) -> io::Error {
        Trouble { reason: Reason::Limit, detail: detail.into() }.into()
    }

    /// Damage, as an error to pass through readers.
    pub(super) fn damaged(detail: impl Into<String>) -> io::Error {
        Trouble { reason: Reason::Damaged, detail: detail.into() }.into()
    }

    /// The trouble inside an error. What no reader of ours named is damage: the system's own errors are named where they
    /// come up.
    pub(super) fn of(err: &io::Error) -> Trouble {
        let mut next: Option<&(dyn StdError + 'static)> = Some(err);
        while let Some(current) = next {
            if let Some(trouble) = current.downcast_ref::<Trouble>() {
                return trouble.clone();
            }
            next = match current.downcast_ref::<io::Error>() {
                Some(inner) => inner.get_ref().map(|e| e as &(dyn StdError + 'static)),
                None => current.source(),
            };
        }
        Trouble { reason: Reason::Damaged, detail: err.to_string() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl StdError for Trouble {}

impl From<Trouble> for io::Error {
    fn from(trouble: Trouble) -> io::Error {
        io::Error::other(trouble)
    }
}
