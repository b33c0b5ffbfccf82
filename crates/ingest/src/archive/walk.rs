//! The walk of one input through its containers: its place, its resources, its visitor.

use std::io;
use std::ops::ControlFlow;

use super::limits::{Limits, Meter, Trouble, over};
use super::record::{Media, Record};
use super::window::Window;
use gongxun_core::article::Origin;
use gongxun_core::error::{Reason, Rejection};

/// Whether to continue.
pub(super) type Flow = ControlFlow<()>;

/// The visitor, which receives each record and rejection.
pub(super) type Visit<'a> = dyn FnMut(Result<Record, Rejection>) -> Flow + 'a;

/// The walk through one input.
pub(super) struct Walk<'a> {
    pub(super) file: &'a str,
    pub(super) limits: &'a Limits,
    pub(super) meter: &'a Meter,
    pub(super) visit: &'a mut Visit<'a>,
    /// Opens a member of an archive.
    pub(super) open: Open,
}

/// Reads the stream at a place. The name decides the kind where the bytes don't: that of the file or member, without
/// the extensions of compressions that have been undone.
pub(super) type Open = fn(&mut Walk<'_>, &Place, &str, &mut Window<'_>) -> Flow;

/// A place in the input.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The path of the member inside its archives.
    pub(super) member: Option<String>,
    /// Number of archives around this place.
    pub(super) archives: u64,
    /// Number of compressions around this place.
    pub(super) layers: u64,
}

impl Place {
    /// Returns the place of a member of the archive at this place. A `!` in its name is escaped, so that it is not a
    /// separator of archive and member.
    pub(super) fn inside(&self, name: &str) -> Place {
        let name = name.replace('!', "\\!");
        let member = match &self.member {
            Some(outer) => format!("{outer}!{name}"),
            None => name,
        };
        Place { member: Some(member), archives: self.archives, layers: self.layers }
    }

    /// Returns the same place with one more archive around it.
    pub(super) fn enter_archive(&self, limits: &Limits) -> Result<Place, Trouble> {
        let place = Place { archives: self.archives + 1, ..self.clone() };
        if place.archives > limits.nesting {
            let detail = over(format!("an archive more than {} deep", limits.nesting), "nesting");
            return Err(Trouble { reason: Reason::Limit, detail });
        }
        Ok(place)
    }

    /// Returns the same place with one more compression around it.
    pub(super) fn enter_layer(&self, limits: &Limits) -> Result<Place, Trouble> {
        let place = Place { layers: self.layers + 1, ..self.clone() };
        // Each archive may be compressed once, and its content as well.
        if place.layers > limits.nesting.saturating_add(1) {
            let detail = over(format!("packed more than {} times", limits.nesting.saturating_add(1)), "nesting");
            return Err(Trouble { reason: Reason::Limit, detail });
        }
        Ok(place)
    }
}

impl Walk<'_> {
    pub(super) fn origin(&self, place: &Place, record: Option<u64>) -> Origin {
        Origin::new(self.file, place.member.clone(), record)
    }

    /// Delivers a record without metadata.
    pub(super) fn record(&mut self, place: &Place, record: Option<u64>, media: Media, bytes: Vec<u8>) -> Flow {
        let origin = self.origin(place, record);
        self.deliver(Record::new(origin, media, bytes))
    }

    pub(super) fn deliver(&mut self, mut record: Record) -> Flow {
        record.verified = self.meter.is_verified();
        self.meter.delivered(record.bytes.len());
        self.meter.aside(|| (self.visit)(Ok(record)))
    }

    pub(super) fn reject(
        &mut self,
        place: &Place,
        record: Option<u64>,
        reason: Reason,
        detail: impl Into<String>,
    ) -> Flow {
        let origin = self.origin(place, record);
        self.meter.aside(|| (self.visit)(Err(Rejection::new(origin, reason, detail))))
    }

    /// Reports a reader's error.
    pub(super) fn fail(&mut self, place: &Place, record: Option<u64>, err: &io::Error) -> Flow {
        let Trouble { reason, detail } = Trouble::from_error(err);
        self.reject(place, record, reason, detail)
    }
}
