//! Resource limits on inputs: limits in, [`Trouble`] out.
//!
//! A [`Meter`] accompanies each input and counts the bytes read and unpacked and the members found. A reader reports
//! [`Trouble`] when a limit is exceeded or a stream is damaged; it travels inside [`io::Error`], so that it passes
//! through any reader in between.

use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use gongxun_core::error::Reason;

/// Limits on the size, nesting and compression of an input, beyond which a record is set aside.
///
/// Each limit has a name, which the report of a record over it states and [`Limits::set`] accepts. The defaults are the
/// associated constants of the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum size of an unpacked record in bytes; also of an archive that has to be held in memory because it is
    /// inside another one.
    pub record_bytes: u64,
    /// The maximum number of bytes of a record that are read as a page.
    pub page_bytes: u64,
    /// The maximum number of bytes of a page that are read as Markdown; a larger one is read as plain text, with its marks.
    pub markdown_bytes: u64,
    /// The deepest nesting of archives, and of compressions.
    pub nesting: u64,
    /// The maximum ratio of an input's unpacked size to its size. Bytes that became records don't count, so an archive
    /// that merely compresses well is read to its end; but they do count where compressions are nested, since nothing
    /// compresses twice, and beyond [`Limits::BEYOND`] times the ratio.
    pub ratio: u64,
    /// The number of unpacked bytes below which the ratio is not checked.
    pub ratio_floor: u64,
    /// The maximum size of the windows of all zstd streams that are open inside each other, in bytes: what their decoders
    /// hold in memory.
    pub window_bytes: u64,
    /// The maximum number of members in the archives of one input, in total.
    pub members: u64,
    /// The deepest nesting of folders.
    pub folders: u64,
    /// The maximum time for opening and unpacking one input, in seconds; 0 for no limit.
    pub seconds: u64,
}

impl Limits {
    /// The default of `record_bytes`, 64 MiB: the longest saved pages have a few.
    pub const RECORD_BYTES: u64 = 64 << 20;
    /// The default of `page_bytes`, 16 MiB.
    pub const PAGE_BYTES: u64 = 16 << 20;
    /// The default of `markdown_bytes`, 1 MiB: a parsed mark may take 200 times its bytes.
    pub const MARKDOWN_BYTES: u64 = 1 << 20;
    /// The default of `nesting`: an archive in an archive in an archive.
    pub const NESTING: u64 = 3;
    /// The multiple of the ratio that applies to bytes that became records.
    pub const BEYOND: u64 = 10;
    /// The default of `ratio`: text rarely compresses better than 1:100, and the extreme of deflate is 1:1032.
    pub const RATIO: u64 = 500;
    /// The default of `ratio_floor`, 64 MiB.
    pub const RATIO_FLOOR: u64 = 64 << 20;
    /// The default of `window_bytes`, 256 MiB: two streams of `zstd --ultra -22` or `--long` inside each other.
    pub const WINDOW_BYTES: u64 = 256 << 20;
    /// The default of `members`, ten million.
    pub const MEMBERS: u64 = 10_000_000;
    /// The default of `folders`, two hundred.
    pub const FOLDERS: u64 = 200;
    /// The default of `seconds`, no limit: reading is linear in the bytes that the other limits bound, and the outcome
    /// must not depend on the machine.
    pub const SECONDS: u64 = 0;

    /// The limits' names, as accepted by [`Limits::set`].
    pub const NAMES: [&str; 10] = [
        "record-bytes",
        "page-bytes",
        "markdown-bytes",
        "nesting",
        "ratio",
        "ratio-floor",
        "window-bytes",
        "members",
        "folders",
        "seconds",
    ];

    /// Sets one limit by its name: `record-bytes=256M`. A number may end in K, M or G, powers of 1024.
    ///
    /// # Errors
    /// A description of the error, with the correct form.
    ///
    /// ```
    /// use gongxun_ingest::archive::Limits;
    /// let mut limits = Limits::default();
    /// limits.set("record-bytes=256M").unwrap();
    /// assert_eq!(limits.record_bytes, 256 << 20);
    /// assert!(limits.set("depth=3").unwrap_err().contains("nesting"));
    /// ```
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or("write NAME=NUMBER, such as record-bytes=256M")?;
        let name = name.trim().to_ascii_lowercase();
        let slot = self.slot(&name).ok_or_else(|| format!("no limit is named {name}; {}", Limits::NAMES.join(", ")))?;
        *slot = number(value.trim()).ok_or_else(|| format!("{value} is not a number; write {name}=256M"))?;
        Ok(())
    }

    fn slot(&mut self, name: &str) -> Option<&mut u64> {
        Some(match name {
            "record-bytes" => &mut self.record_bytes,
            "page-bytes" => &mut self.page_bytes,
            "markdown-bytes" => &mut self.markdown_bytes,
            "nesting" => &mut self.nesting,
            "ratio" => &mut self.ratio,
            "ratio-floor" => &mut self.ratio_floor,
            "window-bytes" => &mut self.window_bytes,
            "members" => &mut self.members,
            "folders" => &mut self.folders,
            "seconds" => &mut self.seconds,
            _ => return None,
        })
    }

    /// Returns the message for a record that is too large.
    pub(super) fn too_large(&self) -> String {
        over(format!("more than {} bytes", self.record_bytes), "record-bytes")
    }
}

/// Parses a number with an optional suffix for a power of 1024.
fn number(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// Returns the message for a limit that was exceeded: by what, and the limit's name.
pub(super) fn over(what: impl fmt::Display, name: &str) -> String {
    format!("{what}, which is the limit; --max {name}=N raises it")
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            record_bytes: Limits::RECORD_BYTES,
            page_bytes: Limits::PAGE_BYTES,
            markdown_bytes: Limits::MARKDOWN_BYTES,
            nesting: Limits::NESTING,
            ratio: Limits::RATIO,
            ratio_floor: Limits::RATIO_FLOOR,
            window_bytes: Limits::WINDOW_BYTES,
            members: Limits::MEMBERS,
            folders: Limits::FOLDERS,
            seconds: Limits::SECONDS,
        }
    }
}

/// The resources that one input has used so far.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Limits,
    read: Cell<u64>,
    unpacked: Cell<u64>,
    /// All bytes unpacked, whatever became of them, and those unpacked inside another compression.
    total: Cell<u64>,
    nested: Cell<u64>,
    /// Number of nested open decompressors.
    open: Cell<u32>,
    members: Cell<u64>,
    /// Total size of the windows of open streams, in bytes.
    windows: Cell<u64>,
    /// Number of open streams whose checksum has not been verified yet.
    unverified: Cell<u32>,
    /// The time at which reading has taken too long.
    deadline: Cell<Option<Instant>>,
}

impl Meter {
    pub(super) fn new(limits: &Limits) -> Meter {
        let seconds = Some(limits.seconds).filter(|seconds| *seconds > 0).map(Duration::from_secs);
        Meter {
            limits: *limits,
            read: Cell::new(0),
            unpacked: Cell::new(0),
            total: Cell::new(0),
            nested: Cell::new(0),
            open: Cell::new(0),
            members: Cell::new(0),
            windows: Cell::new(0),
            unverified: Cell::new(0),
            deadline: Cell::new(seconds.and_then(|seconds| Instant::now().checked_add(seconds))),
        }
    }

    /// Fails if reading has taken too long.
    fn in_time(&self) -> Result<(), Trouble> {
        if !self.is_late() {
            return Ok(());
        }
        let detail = over(format!("reading it takes more than {} seconds", self.limits.seconds), "seconds");
        Err(Trouble { reason: Reason::Limit, detail })
    }

    fn is_late(&self) -> bool {
        self.deadline.get().is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Runs work that does not count towards the time: the consumer of a record may be slow, or wait.
    pub(super) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        let Some(deadline) = self.deadline.get() else { return work() };
        let started = Instant::now();
        let done = work();
        self.deadline.set(deadline.checked_add(started.elapsed()));
        done
    }

    /// Counts a decompressor's output, and fails if it is too much for the bytes read.
    pub(super) fn unpacked(&self, bytes: usize) -> io::Result<()> {
        let add = |counter: &Cell<u64>| {
            counter.set(counter.get().saturating_add(bytes as u64));
            counter.get()
        };
        let ratio = self.limits.ratio.max(1);
        let exceeds =
            |unpacked: u64, ratio: u64| unpacked > self.limits.ratio_floor && unpacked / ratio > self.read.get();
        let nested = if self.open.get() > 1 { add(&self.nested) } else { 0 };
        if exceeds(add(&self.unpacked), ratio)
            || exceeds(nested, ratio)
            || exceeds(add(&self.total), ratio.saturating_mul(Limits::BEYOND))
        {
            let what = format!("unpacks to more than {} times its size", self.limits.ratio);
            return Err(Trouble::limit(over(what, "ratio")));
        }
        Ok(self.in_time()?)
    }

    /// Counts a decompressor being opened (1) or closed (-1).
    pub(super) fn opened(&self, more: i32) {
        self.open.set(self.open.get().saturating_add_signed(more));
    }

    /// Counts the window of a stream instead of its earlier one, and fails if that is more memory than allowed.
    pub(super) fn window(&self, before: u64, bytes: u64) -> io::Result<()> {
        let windows = self.windows.get().saturating_sub(before).saturating_add(bytes);
        if windows > self.limits.window_bytes {
            let what = format!("packed with windows of more than {} bytes", self.limits.window_bytes);
            return Err(Trouble::limit(over(what, "window-bytes")));
        }
        self.windows.set(windows);
        Ok(())
    }

    /// Counts a stream whose checksum is still to be verified (1), or that was verified or left (-1).
    pub(super) fn unverified(&self, more: i32) {
        self.unverified.set(self.unverified.get().saturating_add_signed(more));
    }

    /// Whether the checksums of all streams around this place have been verified.
    pub(super) fn is_verified(&self) -> bool {
        self.unverified.get() == 0
    }

    /// Deducts bytes that became a record from the input's account.
    pub(super) fn delivered(&self, bytes: usize) {
        self.unpacked.set(self.unpacked.get().saturating_sub(bytes as u64));
    }

    /// Returns the input's account; see [`Meter::forgive`].
    pub(super) fn held(&self) -> u64 {
        self.unpacked.get()
    }

    /// Restores the account from before a member that a directory lists separately: if it is a bomb, the others are
    /// not.
    pub(super) fn forgive(&self, held: u64) {
        self.unpacked.set(held.min(self.unpacked.get()));
    }

    /// Whether the input has too many members or takes too long, so that the rest of it is skipped.
    pub(super) fn is_over(&self) -> bool {
        self.members.get() > self.limits.members || self.is_late()
    }

    /// Counts a member.
    pub(super) fn member(&self) -> Result<(), Trouble> {
        let members = self.members.get() + 1;
        self.members.set(members);
        if members > self.limits.members {
            let detail = over(format!("more than {} members", self.limits.members), "members");
            return Err(Trouble { reason: Reason::Limit, detail });
        }
        self.in_time()
    }
}

/// The innermost reader: counts the bytes read, and marks errors of the operating system as such.
pub(super) struct Metered<'m, R> {
    pub(super) inner: R,
    pub(super) meter: &'m Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.meter.in_time()?;
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
        // Seeking before the start is caused by a damaged archive, not by the system.
        self.inner.seek(to).map_err(|err| match err.kind() {
            io::ErrorKind::InvalidInput => err,
            _ => unreadable(&err),
        })
    }
}

fn unreadable(err: &io::Error) -> io::Error {
    Trouble { reason: Reason::Unreadable, detail: err.to_string() }.into()
}

/// The reason why a stream ends early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) reason: Reason,
    pub(super) detail: String,
}

impl Trouble {
    /// Returns an exceeded limit, as an error that passes through readers.
    pub(super) fn limit(detail: impl Into<String>) -> io::Error {
        Trouble { reason: Reason::Limit, detail: detail.into() }.into()
    }

    /// Returns damage as an error that passes through readers.
    pub(super) fn damaged(detail: impl Into<String>) -> io::Error {
        Trouble { reason: Reason::Damaged, detail: detail.into() }.into()
    }

    /// Returns the trouble inside an error. An error that none of our readers has classified is damage: the system's
    /// own errors are classified at their source.
    pub(super) fn from_error(err: &io::Error) -> Trouble {
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
