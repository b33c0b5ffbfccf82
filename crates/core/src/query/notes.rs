//! The notes of one query, with a bound on their number.

use std::ops::Range;

use super::{MAX_NOTES, Note, NoteKind};

/// A part of the query is shown with at most this many characters.
const MAX_SHOWN: usize = 24;

/// Notes in the order in which they arise, and the text that they speak of.
pub(super) struct Notes<'a> {
    chars: &'a [char],
    list: Vec<Note>,
}

impl<'a> Notes<'a> {
    pub fn new(chars: &'a [char]) -> Notes<'a> {
        Notes { chars, list: Vec::new() }
    }

    /// Adds a note, once for a kind and part; `message` is given the part in backquotes.
    pub fn add(&mut self, kind: NoteKind, span: Range<usize>, message: impl FnOnce(String) -> String) {
        if self.list.iter().any(|note| note.kind == kind && note.span == span) {
            return;
        }
        if self.list.len() < MAX_NOTES {
            let message = message(shown(&self.chars[span.clone()]));
            self.list.push(Note { kind, message, span });
        } else if self.list.len() == MAX_NOTES {
            let message = "there is more to remark on this query; the other notes were left out".into();
            self.list.push(Note { kind: NoteKind::MoreNotes, message, span });
        }
    }

    /// Adds a note unless one of its kind is there.
    pub fn add_once(&mut self, kind: NoteKind, span: Range<usize>, message: impl FnOnce(String) -> String) {
        if !self.list.iter().any(|note| note.kind == kind) {
            self.add(kind, span, message);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The notes in the order of the parts that they speak of.
    pub fn finish(mut self) -> Vec<Note> {
        self.list.sort_by_key(|note| (note.kind == NoteKind::MoreNotes, note.span.start));
        self.list
    }
}

fn shown(chars: &[char]) -> String {
    let mut shown: String = chars.iter().take(MAX_SHOWN).collect();
    if chars.len() > MAX_SHOWN {
        shown.push('…');
    }
    format!("`{}`", shown.trim())
}
