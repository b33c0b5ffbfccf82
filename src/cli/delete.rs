//! `delete`.

use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::bail;

use super::args::{CopiesArg, DeleteArgs};
use super::outcome::Outcome;
use super::output::print;
use super::search::matching;
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::index::tombstones::Tombstones;
use gongxun_core::index::{DocAddress, Resources, Snapshot, Writer, delete};
use gongxun_core::view;

/// How many of the other copies are printed; `--dry-run --copies yes` prints all.
const PRINTED_COPIES: usize = 10;

/// `delete`
pub fn delete(index: &Path, args: DeleteArgs) -> anyhow::Result<Outcome> {
    if args.list {
        return list(index);
    }
    if args.forget {
        return forget(index, &args.ids);
    }
    if args.ids.is_empty() && args.query.is_none() && args.source.is_none() {
        bail!("name what to delete: ids, --query or --source");
    }
    let snapshot = Snapshot::open(index)?;
    let tombstones = Tombstones::read(index)?;
    let mut doomed = BTreeSet::new();
    let mut unknown = Vec::new();
    for id in args.ids.iter().map(|id| ArticleId(id.clone())) {
        match snapshot.find(&id)? {
            Some(address) => {
                doomed.insert(address);
            }
            None if tombstones.get(&id).is_some() => eprintln!("note: {id} was deleted before"),
            None => unknown.push(id.0),
        }
    }
    if !unknown.is_empty() {
        bail!("{}: no article of this id in {}; nothing was deleted", unknown.join(", "), index.display());
    }
    if args.query.is_some() || args.source.is_some() {
        doomed.extend(matching(&snapshot, args.query.as_deref(), args.source.as_deref())?);
    }
    let load = |addresses: &[DocAddress]| -> gongxun::Result<Vec<Article>> {
        addresses.iter().map(|address| snapshot.article(*address)).collect()
    };
    let doomed: Vec<DocAddress> = doomed.into_iter().collect();
    let copies = load(&delete::other_copies(&snapshot, &doomed)?)?;
    let mut doomed = load(&doomed)?;
    if doomed.is_empty() {
        eprintln!("nothing to delete");
        return Ok(Outcome::Nothing);
    }
    print(&view::reprints::text(&doomed))?;
    let verb = if args.dry_run { "would be deleted" } else { "to delete" };
    eprintln!("{} {verb}", articles(doomed.len()));
    if !copies.is_empty() && copies_go(&args, &copies)? {
        print(&view::reprints::text(&copies))?;
        doomed.extend(copies);
    }
    if args.dry_run {
        return Ok(Outcome::Found);
    }
    let ids: Vec<ArticleId> = doomed.into_iter().map(|article| article.id).collect();
    let mut writer = Writer::open(index, None, resources())?;
    let gone = delete::delete(&mut writer, &ids)?;
    writer.finish()?;
    eprintln!("{} deleted; no later run brings them back (`gongxun delete --forget ID` does)", articles(gone as usize));
    eprintln!(
        "note: their text stays on disk until segments are merged and older generations go; `gongxun reindex --keep 0 PATH…` does both now"
    );
    Ok(Outcome::Found)
}

/// Whether the other copies go too. They are listed where that was not said beforehand.
fn copies_go(args: &DeleteArgs, copies: &[Article]) -> anyhow::Result<bool> {
    let count = copies.len();
    match args.copies {
        CopiesArg::Yes => {
            eprintln!("and {count} more: other copies of them");
            return Ok(true);
        }
        CopiesArg::No => return Ok(false),
        CopiesArg::Ask => {}
    }
    eprintln!("there are other copies of them ({count}):");
    eprint!("{}", view::reprints::text(&copies[..count.min(PRINTED_COPIES)]));
    if count > PRINTED_COPIES {
        eprintln!("and {} more; --dry-run --copies yes lists all", count - PRINTED_COPIES);
    }
    if args.dry_run || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        eprintln!("the copies stay; --copies yes deletes them too");
        return Ok(false);
    }
    eprint!("delete the copies too? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let go = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "是");
    if !go {
        eprintln!("the copies stay");
    }
    Ok(go)
}

/// `delete --forget`
fn forget(index: &Path, ids: &[String]) -> anyhow::Result<Outcome> {
    if ids.is_empty() {
        bail!(
            "name the ids to let back in; `gongxun delete --list` lists them, `gongxun index --restore PATH…` lets all in"
        );
    }
    let tombstones = Tombstones::read(index)?;
    let ids: BTreeSet<ArticleId> = ids.iter().cloned().map(ArticleId).collect();
    if let Some(id) = ids.iter().find(|id| tombstones.get(id).is_none()) {
        bail!("{id}: was not deleted from {}; nothing was changed", index.display());
    }
    let mut writer = Writer::open(index, None, resources())?;
    let forgotten = delete::forget(&mut writer, |one| ids.contains(&one.id))?;
    writer.finish()?;
    eprintln!("{} may come back: `gongxun index PATH…` reads their files again", articles(forgotten.len()));
    Ok(Outcome::Found)
}

/// `delete --list`
fn list(index: &Path) -> anyhow::Result<Outcome> {
    let tombstones = Tombstones::read(index)?;
    let lines: String = tombstones.iter().map(|one| format!("{}  {}\n", one.id, one.file)).collect();
    print(&lines)?;
    eprintln!("{} deleted on request", articles(tombstones.len()));
    Ok(if tombstones.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

fn articles(count: usize) -> String {
    if count == 1 { "1 article".into() } else { format!("{count} articles") }
}

/// Deleting cuts no text: one thread is enough.
fn resources() -> Resources {
    Resources { threads: 1, ..Resources::default() }
}
