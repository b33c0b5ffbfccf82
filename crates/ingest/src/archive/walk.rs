//! One input on its way through its containers: where the walk stands, what it costs, whom it tells.

use std::io;
use std::ops::ControlFlow;

use super::limits::{Limits, Meter, Trouble, over};
use super::record::{Media, Record};
use super::window::Window;
use gongxun_core::article::Origin;
use gongxun_core::error::{Reason, Rejection};

/// Whether to go on.
pub(super) type Flow = ControlFlow<()>;

/// Who is told of each record and rejection.
pub(super) type Visit<'a> = dyn FnMut(Result<Record, Rejection>) -> Flow + 'a;

/// The walk through one input.
pub(super) struct Walk<'a> {
    pub(super) file: &'a str,
    pub(super) limits: &'a Limits,
    pub(super) meter: &'a Meter,
    pub(super) visit: &'a mut Visit<'a>,
    /// What opens a member of an archive.
    pub(super) open: Open,
}

/// Reads what is at a place. The name is the one to go by: of the file or member, without the endings of compressions that
/// are undone already.
pub(super) type Open = fn(&mut Walk<'_>, &Place, &str, &mut Window<'_>) -> Flow;

/// Where in the input the walk stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The path of the member inside its archives.
    pub(super) member: Option<String>,
    /// How many archives are around this place.
    pub(super) archives: u64,
    /// How many compressions are around this place.
    pub(super) layers: u64,
}

impl Place {
    /// The place of a member of the archive at this place. A `!` in its name is none between archive and member.
    pub(super) fn inside(&self, name: &str) -> Place {
        let name = name.replace('!', "\\!");
        let member = match &self.member {
            Some(outer) => format!("{outer}!{name}"),
            None => name,
        };
        Place { member: Some(member), archives: self.archives, layers: self.layers }
    }

    /// The same place with one more archive around it.
    pub(super) fn enter_archive(&self, limits: &Limits) -> Result<Place, Trouble> {
        let place = Place { archives: self.archives + 1, ..self.clone() };
        if place.archives > limits.nesting {
            let detail = over(format!("an archive more than {} deep", limits.nesting), "nesting");
            return Err(Trouble { reason: Reason::Limit, detail });
        }
        Ok(place)
    }

    /// The same place with one more compression around it.
    pub(super) fn enter_layer(&self, limits: &Limits) -> Result<Place, Trouble> {
        let place = Place { layers: self.layers + 1, ..self.clone() };
        // Each archive may be packed once, and what is inside it as well.
        if place.layers > limits.nesting.saturating_add(1) {
            let detail = over(format!("packed more than {} times", limits.nesting.saturating_add(1)), "nesting");
            return Err(Trouble { reason: Reason::Limit, detail });
        }
        Ok(place)
    }
}

impl Walk<'_> {
    pub(super) fn origin(&self, place: &Place, record: Option<u64>) -> Origin {
        Origin { file: self.file.to_string(), member: place.member.clone(), record }
    }

    /// Hands over a record that has nothing but its bytes.
    pub(super) fn record(&mut self, place: &Place, record: Option<u64>, media: Media, bytes: Vec<u8>) -> Flow {
        let origin = self.origin(place, record);
        self.deliver(Record { origin, media, bytes, charset: None, url: None, captured: None, dated: None })
    }

    pub(super) fn deliver(&mut self, record: Record) -> Flow {
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

    /// Reports what a reader said.
    pub(super) fn fail(&mut self, place: &Place, record: Option<u64>, err: &io::Error) -> Flow {
        let Trouble { reason, detail } = Trouble::of(err);
        self.reject(place, record, reason, detail)
    }
}
