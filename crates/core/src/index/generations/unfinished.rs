//! Generations that an interrupted run left: a current one that is not marked as served, and unfinished ones beside it.
//!
//! The folder of the index and the settings of a new generation flow in; the generation to go on with flows out.

use std::path::Path;

use crate::error::Result;
use crate::index::commit::payload;
use crate::index::generations::generation::{Generation, Settings, Stage};
use crate::index::read::snapshot::Snapshot;

/// Returns the current generation, marked as served: a rollback killed before its last step has marked it as set aside.
///
/// # Errors
/// If the folder can't be read or the mark can't be written.
pub fn served(index: &Path) -> Result<Option<Generation>> {
    let current = Generation::current(index)?;
    if let Some(current) = &current
        && current.state().is_ok_and(|state| state.stage != Stage::Served)
    {
        current.mark(Stage::Served)?;
    }
    Ok(current)
}

/// Returns the unfinished generation with these settings that has articles, if there is one, marked as being built. Other
/// unfinished generations are removed; those that were set aside stay.
///
/// # Errors
/// If the folder can't be read, or a generation can't be marked or removed.
pub fn resumable(index: &Path, settings: &Settings) -> Result<Option<Generation>> {
    let current = served(index)?.map_or(0, |g| g.number);
    let set_aside = |g: &Generation| g.state().is_ok_and(|s| matches!(s.stage, Stage::RolledBack | Stage::Failed));
    let newer = Generation::all(index)?.into_iter().filter(|g| g.number > current);
    let begun: Vec<Generation> = newer.filter(|g| !set_aside(g)).collect();
    let usable = begun.iter().rfind(|g| {
        g.settings().is_ok_and(|own| own == *settings)
            && Snapshot::open_generation(g).is_ok_and(|s| s.commit.number > 0)
    });
    for other in begun.iter().filter(|g| Some(*g) != usable) {
        // If CURRENT was lost, any of them may be the one that it named.
        if current > 0 || payload::last_commit(other).is_none_or(|commit| commit.number == 0) {
            other.remove()?;
        }
    }
    // A swap killed before its last step has marked it as served; a generation under construction can't be rolled back to.
    if let Some(generation) = usable
        && generation.state()?.stage != Stage::Building
    {
        generation.mark(Stage::Building)?;
    }
    Ok(usable.cloned())
}
