//! Rollback: makes an older generation current again.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::error::{Error, Result};
use crate::index::commit::check::{self, Files};
use crate::index::commit::manifest::{Manifest, Root};
use crate::index::deletion::delete;
use crate::index::deletion::tombstones::Tombstones;
use crate::index::generations::generation::{Generation, Stage, State, WriteLock};
use crate::index::read::snapshot::Snapshot;
use crate::index::write::resources::Resources;
use crate::index::write::writer::Writer;

/// One side of a rollback.
#[derive(Debug, Clone)]
pub struct Side {
    /// The generation.
    pub generation: Generation,
    /// Its stage, and since when.
    pub state: State,
    /// Its last commit.
    pub commit: u64,
    /// Number of articles it holds.
    pub articles: u64,
    /// Number of pages without an article that it holds.
    pub pages: u64,
}

/// A rollback that is ready to be performed. It holds the writer's lock.
#[derive(Debug)]
pub struct Rollback {
    /// The current generation, if it can be read.
    pub from: Option<Side>,
    /// The number of the current generation, if it is known.
    pub current: Option<u64>,
    /// The target generation.
    pub to: Side,
    /// Number of articles that only the current generation has; `None` if it can't be read.
    pub lost: Option<u64>,
    /// Number of articles whose text differs in the target generation.
    pub changed: Option<u64>,
    /// Number of articles that only the target generation has, without those deleted on request.
    pub back: Option<u64>,
    /// Number of pages without an article that only the current generation has, and that only the target generation has,
    /// without those deleted on request; `None` if the current one can't be read.
    pub pages: Option<(u64, u64)>,
    /// Number of articles of the target generation deleted on request since: the rollback removes them.
    pub deleted: u64,
    /// The folders of the archive, as the current generation knows them; empty if it can't be read.
    roots: Vec<Root>,
    lock: WriteLock,
}

impl Rollback {
    /// Prepares a rollback and works out its effects: to the generation before, or to generation `to`, which may be one
    /// that an earlier rollback went back past. The target's files are checked first.
    ///
    /// # Errors
    /// [`Error::Busy`] while a writer runs; [`Error::Invalid`] if there is not a such generation; [`Error::Damaged`] if
    /// its files do not hold what was written.
    pub fn prepare(index: &Path, to: Option<u64>) -> Result<Rollback> {
        // The lock must not turn a mistyped folder into an index.
        if matches!(Generation::current(index), Ok(None)) && Generation::all(index)?.is_empty() {
            return Err(Error::NoIndex(index.to_path_buf()));
        }
        let lock = WriteLock::acquire(index)?;
        let current = match Generation::current(index) {
            Ok(Some(current)) => Some(current),
            // A caller who names the generation need not know which one is current.
            _ if to.is_some() => None,
            Ok(None) => return Err(unknown(index, "no file CURRENT")?),
            Err(error) => return Err(unknown(index, &error.to_string())?),
        };
        let number = current.as_ref().map(|current| current.number);
        let to = target(index, number, to)?;
        let Files { damaged, .. } = check::files(&to)?;
        if let Some(damage) = damaged.into_iter().next() {
            return Err(Error::Damaged { path: damage.path, what: damage.what });
        }
        let target = Snapshot::open_generation(&to)?;
        let tombstones = Tombstones::read(index)?;
        let deleted = delete::kept_out(&tombstones, &target)?.len() as u64;
        let from = current.as_ref().and_then(|current| Snapshot::open_generation(current).ok());
        let compared = from.as_ref().map(|from| compare(from, &target)).transpose().ok().flatten();
        let pages = from.as_ref().and_then(|from| compare_pages(from, &target, &tombstones).ok());
        let manifest = from.as_ref().and_then(|from| from.manifest().ok());
        let roots = manifest.iter().flat_map(Manifest::roots).cloned().collect();
        Ok(Rollback {
            current: number,
            from: from.as_ref().and_then(|from| side(from).ok()),
            to: side(&target)?,
            lost: compared.map(|(lost, ..)| lost),
            changed: compared.map(|(_, changed, _)| changed),
            back: compared.map(|(.., back)| back.saturating_sub(deleted)),
            pages,
            deleted,
            roots,
            lock,
        })
    }

    /// Performs the rollback: removes from the older generation the articles deleted on request since, records where the
    /// folders of the archive are now, sets the current one aside, and replaces CURRENT. If killed at any moment, one of
    /// the two generations is current, and the rollback can be repeated.
    ///
    /// # Errors
    /// If a write fails.
    pub fn perform(self) -> Result<()> {
        let to = self.to.generation.clone();
        let tombstones = Tombstones::read(&to.index)?;
        let resources = Resources::default().with_threads(1);
        let mut writer = Writer::on(to.clone(), resources, self.lock)?;
        // A folder that was moved since would otherwise be read again under another name.
        for root in self.roots {
            if writer.manifest().below_root(&root.root).0 > 0 {
                writer.set_root(root);
            }
        }
        delete::apply(&mut writer, &tombstones)?;
        // Tombstones that existed when this generation was last written may have been dropped since.
        delete::read_again(&mut writer, |entry| entry.deleted > 0)?;
        writer.finish_then(|| {
            for newer in Generation::all(&to.index)?.iter().filter(|newer| newer.number > to.number) {
                if newer.state().is_ok_and(|state| state.stage == Stage::Served) {
                    newer.mark(Stage::RolledBack)?;
                }
            }
            to.make_current()
        })
    }
}

/// Returns the target generation.
fn target(index: &Path, current: Option<u64>, wanted: Option<u64>) -> Result<Generation> {
    let stage = |generation: &Generation| generation.state().map_or(Stage::Building, |state| state.stage);
    let all = Generation::all(index)?;
    let Some(wanted) = wanted else {
        let older = |g: &&Generation| current.is_some_and(|current| g.number < current) && stage(g) == Stage::Served;
        return all.iter().rfind(older).cloned().ok_or_else(|| {
            let number = current.unwrap_or_default();
            Error::Invalid(format!(
                "{}: generation {number} is current and no older one was kept, so there is nothing to go back to; `gongxun reindex PATH…` builds a new one",
                index.display()
            ))
        });
    };
    if current == Some(wanted) {
        return Err(Error::Invalid(format!("{}: generation {wanted} is already current", index.display())));
    }
    match all.iter().find(|generation| generation.number == wanted).map(|found| (found, stage(found))) {
        Some((found, Stage::Served | Stage::RolledBack)) => Ok(found.clone()),
        Some((found, stage)) => {
            let why = if stage == Stage::Failed { "did not pass its check" } else { "was never finished" };
            Err(Error::Invalid(format!("{}: generation {wanted} {why}; it can't serve", found.folder().display())))
        }
        None => {
            Err(Error::Invalid(format!("{}: there is no generation {wanted}; there {}", index.display(), list(&all))))
        }
    }
}

fn unknown(index: &Path, why: &str) -> Result<Error> {
    let all = Generation::all(index)?;
    Ok(Error::Invalid(format!(
        "{}: the current generation is unknown ({why}); name the one to go back to with --to N; there {}",
        index.display(),
        list(&all)
    )))
}

fn list(all: &[Generation]) -> String {
    let numbers: Vec<String> = all.iter().map(|generation| generation.number.to_string()).collect();
    match numbers.as_slice() {
        [one] => format!("is generation {one}"),
        _ => format!("are generations {}", numbers.join(", ")),
    }
}

fn side(snapshot: &Snapshot) -> Result<Side> {
    Ok(Side {
        generation: snapshot.generation.clone(),
        state: snapshot.generation.state()?,
        commit: snapshot.commit.number,
        articles: snapshot.articles(),
        pages: snapshot.pages()?,
    })
}

/// Counts the articles that only the first snapshot has, those whose text differs, and those that only the second has.
fn compare(from: &Snapshot, to: &Snapshot) -> Result<(u64, u64, u64)> {
    let mut old: HashMap<u64, u64> = contents(to)?.into_iter().collect();
    let (mut lost, mut changed) = (0, 0);
    for (id, content) in contents(from)? {
        match old.remove(&id) {
            None => lost += 1,
            Some(other) => changed += u64::from(other != content),
        }
    }
    Ok((lost, changed, old.len() as u64))
}

/// Counts the pages without an article that only the first snapshot has, and those that only the second has and that were
/// not deleted on request.
fn compare_pages(from: &Snapshot, to: &Snapshot, tombstones: &Tombstones) -> Result<(u64, u64)> {
    let ids = |snapshot: &Snapshot| Ok::<_, Error>(snapshot.page_ids()?.into_iter().collect::<HashSet<_>>());
    let (from, to) = (ids(from)?, ids(to)?);
    let back = to.difference(&from).filter(|id| tombstones.get(id).is_none()).count() as u64;
    Ok((from.difference(&to).count() as u64, back))
}

/// Returns the number of each article's id, and the hash of its content.
fn contents(snapshot: &Snapshot) -> Result<Vec<(u64, u64)>> {
    let mut contents = Vec::new();
    for segment in snapshot.searcher.segment_readers() {
        let (ids, hashes) = (segment.fast_fields().u64("id_order")?, segment.fast_fields().u64("content")?);
        let of_doc = |doc| (ids.first(doc).unwrap_or(0), hashes.first(doc).unwrap_or(0));
        contents.extend(segment.doc_ids_alive().map(of_doc));
    }
    Ok(contents)
}
