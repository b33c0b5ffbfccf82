//! The swap: a generation that was built is checked, made current, and the old ones beyond those to keep are removed, all
//! under the one writer's lock.

use crate::error::{Error, Result};
use crate::index::commit::check::{self, Files};
use crate::index::generations::generation::{Generation, Stage};
use crate::index::read::listed::listed;
use crate::index::read::snapshot::Snapshot;
use crate::index::write::writer::Writer;

/// How many problems an error tells.
const TOLD_PROBLEMS: usize = 3;

/// What a swap did.
#[derive(Debug)]
pub struct Swapped {
    /// The generation that is current now.
    pub generation: Generation,
    /// How many articles it holds.
    pub articles: u64,
    /// The generation that was current before, where it was kept.
    pub before: Option<Generation>,
    /// Why older generations could not be removed. They are in nobody's way but take room; the next swap tries again.
    pub left: Vec<Error>,
}

/// Finishes the writer's generation, checks it and makes it current; `keep` older ones stay, the one that was current
/// before among them. `articles` is how many the build says it has put in; `further` may look for more that is wrong, and
/// says what it is.
///
/// Checked are the checksum of every file, and that the articles in the segments, in the manifest and in the build's count
/// are as many.
///
/// # Errors
/// [`Error::Unsound`] where the check fails: the old generation goes on serving, and no later build goes on with the bad
/// one. Otherwise where the disk refuses.
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
    Ok(Swapped { generation, articles, before, left })
}

/// What is wrong with a generation, if anything.
fn problem(
    generation: &Generation,
    articles: u64,
    further: impl FnOnce(&Snapshot) -> Result<Option<String>>,
) -> Result<Option<String>> {
    let Files { damaged, .. } = check::files(generation)?;
    if let Some(damage) = damaged.first() {
        return Ok(Some(format!("{}: {}", damage.path.display(), damage.what)));
    }
    let snapshot = Snapshot::of(generation)?;
    check::guarded(generation, || {
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

/// Removes what is neither current nor among the `keep` that one would roll back to: `before`, then the last that served.
/// Generations that were set aside or never finished go. Gives what could not be removed.
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
