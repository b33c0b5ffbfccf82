//! Indexes inside archive files, of which nothing is read: an index is no archive.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::inputs::IS_AN_INDEX;
use super::walk::{Place, Walk};
use gongxun_core::error::Reason;
use gongxun_core::index::folder;

/// The folders of one archive file that are indexes, and whether each was reported.
#[derive(Default)]
pub(super) struct Indexes {
    folders: BTreeMap<String, bool>,
}

impl Indexes {
    /// Finds those that all names of the members show.
    pub(super) fn among(names: impl Iterator<Item = String>) -> Indexes {
        let found = names.filter_map(|name| folder::index_by_member(&name).map(str::to_string));
        Indexes { folders: found.map(|folder| (folder, false)).collect() }
    }

    /// Whether a member is in an index that its name, or that of a member before, shows; the first of each is reported.
    pub(super) fn hold(&mut self, walk: &mut Walk<'_>, place: &Place, name: &str) -> ControlFlow<(), bool> {
        if let Some(folder) = folder::index_by_member(name).filter(|folder| !self.folders.contains_key(*folder)) {
            self.folders.insert(folder.to_string(), false);
        }
        if self.folders.is_empty() {
            return ControlFlow::Continue(false);
        }
        let ends = [0].into_iter().chain(name.match_indices('/').map(|(at, _)| at));
        let Some(folder) = ends.map(|end| &name[..end]).find(|folder| self.folders.contains_key(*folder)) else {
            return ControlFlow::Continue(false);
        };
        if self.folders.insert(folder.to_string(), true) == Some(false) {
            let around = if folder.is_empty() { place.clone() } else { place.inside(folder) };
            walk.reject(&around, None, Reason::Unknown, IS_AN_INDEX)?;
        }
        ControlFlow::Continue(true)
    }
}
