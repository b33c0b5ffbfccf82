//! The swap: checks a new generation, makes it current and removes old ones beyond those to keep, all under the one
//! writer's lock.

use crate::error::{Error, Result};
use crate::index::commit::check::{self, Files};
use crate::index::generations::generation::{Generation, Stage};
use crate::index::read::listed::listed;
use crate::index::read::snapshot::Snapshot;
use crate::index::write::writer::Writer;

/// The most problems that an error lists.
const TOLD_PROBLEMS: usize = 3;

/// The result of a swap.
#[derive(Debug)]
pub struct Swapped {
    /// The generation that is current now.
    pub generation: Generation,
    /// Number of articles it holds.
    pub articles: u64,
    /// The generation that was current before, if it was kept.
    pub before: Option<Generation>,
    /// The errors of older generations that could not be removed. They are harmless but take space; the next swap tries
    /// again.
    pub left: Vec<Error>,
    /// The errors of articles of the generation before that can't be read ([`Error::Unreadable`]), and so were not
    /// brought over. The next run reads their files again.
    pub left_out: Vec<Error>,
}

/// Finishes the writer's generation, checks it and makes it current; `keep` older ones stay, among them the one that
/// was current. `articles` is the number of articles that the build has put in; `further` may check for more problems,
/// and returns a description.
///
/// The check verifies the checksum of every file, and that the segments, the manifest and the build agree on the number
/// of articles.
///
/// # Errors
/// [`Error::Unsound`] if the check fails: the old generation goes on serving, and no later build resumes the bad one.
/// Otherwise if a write fails.
pub fn swap(
    writer: Writer,
    keep: usize,
    articles: u64,
    further: impl FnOnce(&Snapshot) -> Result<Option<String>>,
) -> Result<Swapped> {
    let generation = writer.generation().clone();
    let before = Generation::current(&generation.index)?;
    let mut left = Vec::new();
    writer.finish_then(|| {
        if let Some(what) = problem(&generation, articles, further)? {
            generation.mark(Stage::Failed)?;
            return Err(Error::Unsound { path: generation.folder(), what });
        }
        generation.make_current()?;
        left = remove_older(&generation, before.as_ref(), keep);
        Ok(())
    })?;
    let before = before.filter(|before| before.folder().exists());
    Ok(Swapped { generation, articles, before, left, left_out: Vec::new() })
}

/// Returns a description of what is wrong with a generation, if anything.
fn problem(
    generation: &Generation,
    articles: u64,
    further: impl FnOnce(&Snapshot) -> Result<Option<String>>,
) -> Result<Option<String>> {
    let Files { damaged, .. } = check::files(generation)?;
    if let Some(damage) = damaged.first() {
        return Ok(Some(format!("{}: {}", damage.path.display(), damage.what)));
    }
    let snapshot = Snapshot::open_generation(generation)?;
    check::catching_panics(generation, || {
        let listed = listed(&snapshot)?;
        let mut problems = listed.problems;
        let found = snapshot.articles();
        if found != articles || found != listed.articles {
            let listed = listed.articles;
            problems.push(format!("{articles} articles were put in, {found} are there, {listed} are in the manifest"));
        }
        if problems.is_empty() {
            return further(&snapshot);
        }
        let more = problems.len().saturating_sub(TOLD_PROBLEMS);
        problems.truncate(TOLD_PROBLEMS);
        let more = if more > 0 { format!("; {more} more") } else { String::new() };
        Ok(Some(problems.join("; ") + &more))
    })
}

/// Removes all generations except the current one and the `keep` best to roll back to: `before`, then the last that
/// served. Generations that were set aside or never finished are removed. Returns the errors of those that could not be
/// removed.
fn remove_older(current: &Generation, before: Option<&Generation>, keep: usize) -> Vec<Error> {
    let mut left: Vec<Error> = Generation::clean_up(&current.index).err().into_iter().collect();
    let mut older = match Generation::all(&current.index) {
        Ok(all) => all,
        Err(error) => return vec![error],
    };
    older.retain(|generation| generation != current);
    let served = |g: &&Generation| Some(*g) != before && g.state().is_ok_and(|state| state.stage == Stage::Served);
    let kept: Vec<&Generation> = before.into_iter().chain(older.iter().rev().filter(served)).take(keep).collect();
    let gone = older.iter().filter(|generation| !kept.contains(generation));
    left.extend(gone.filter_map(|generation| generation.remove().err()));
    left
}
