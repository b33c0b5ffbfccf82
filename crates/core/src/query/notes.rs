//! The notes on one query, bounded in number.

use std::ops::Range;

use super::{MAX_NOTES, Note, NoteKind};

/// The most characters of a part of the query that a note quotes.
const MAX_SHOWN: usize = 24;

/// Notes in the order in which they arise, with the text that they refer to.
pub(super) struct Notes<'a> {
    chars: &'a [char],
    list: Vec<Note>,
}

impl<'a> Notes<'a> {
    pub fn new(chars: &'a [char]) -> Notes<'a> {
        Notes { chars, list: Vec::new() }
    }

    /// Adds a note, at most once per kind and part; `message` is given the part in backquotes.
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

    /// Adds a note unless there is one of its kind.
    pub fn add_once(&mut self, kind: NoteKind, span: Range<usize>, message: impl FnOnce(String) -> String) {
        if !self.list.iter().any(|note| note.kind == kind) {
            self.add(kind, span, message);
        }
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the notes, ordered by the parts that they refer to.
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
