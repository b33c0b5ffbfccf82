//! `delete`.

use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::args::{CopiesArg, DeleteArgs};
use super::ingest::stop_on_interrupt;
use super::outcome::Outcome;
use super::output::{counted, print};
use super::search::matching;
use super::settings;
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::error::Error;
use gongxun_core::index::tombstones::Tombstones;
use gongxun_core::index::{DocAddress, Resources, Snapshot, Writer, delete, purge};
use gongxun_core::query;
use gongxun_core::view::terminal::articles;
use gongxun_core::view::{self, clean};

/// The most other copies that are printed; `--dry-run --copies yes` prints all.
const PRINTED_COPIES: usize = 10;
/// The most articles that are deleted without confirmation or `--yes`, if ids name them or there is no terminal.
const UNASKED: usize = 20;

/// Runs `delete`.
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
    let (mut doomed, mut pages) = (BTreeSet::new(), BTreeSet::new());
    let (mut unknown, mut before) = (Vec::new(), Vec::new());
    for id in args.ids.iter().map(|id| ArticleId(id.clone())) {
        // An article and a page may share an id.
        let (article, without_article) = (snapshot.find(&id)?, snapshot.find_pages(&id)?);
        let is_known = article.is_some() || !without_article.is_empty();
        doomed.extend(article);
        pages.extend(without_article);
        if is_known {
            continue;
        }
        if tombstones.get(&id).is_some() {
            eprintln!("note: {id} was deleted before");
            before.push(id);
        } else {
            unknown.push(id.0);
        }
    }
    if !unknown.is_empty() {
        bail!("{}: no article of this id in {}; nothing was deleted", unknown.join(", "), index.display());
    }
    if args.query.is_some() || args.source.is_some() {
        require_understood(&args)?;
        let (articles, without_article) = matching(&snapshot, args.query.as_deref(), args.source.as_deref())?;
        doomed.extend(articles);
        pages.extend(without_article);
    }
    let load = |addresses: &[DocAddress]| -> gongxun_core::error::Result<Vec<Article>> {
        addresses.iter().map(|address| snapshot.article(*address).or_else(Error::into_placeholder)).collect()
    };
    let doomed: Vec<DocAddress> = doomed.into_iter().collect();
    let copies = (load(&delete::other_copies(&snapshot, &doomed)?)?, delete::other_pages(&snapshot, &pages)?);
    let mut doomed = load(&doomed)?;
    let mut pages: Vec<Article> = pages.into_iter().map(|page| snapshot.page(page)).collect::<Result<_, _>>()?;
    if doomed.is_empty() && pages.is_empty() {
        if args.purge && !before.is_empty() {
            drop(snapshot);
            return purge(index, &before, &articles(before.len() as u64), &args.snapshot);
        }
        eprintln!("nothing to delete");
        return Ok(Outcome::Nothing);
    }
    print(&listed(&doomed, &pages))?;
    let verb = if args.dry_run { "would be deleted" } else { "to delete" };
    eprintln!("{} {verb}", counted(doomed.len() as u64, pages.len() as u64));
    let (of_articles, of_pages) = copies;
    if of_articles.len() + of_pages.len() > 0 && copies_go(&args, &of_articles, &of_pages)? {
        print(&listed(&of_articles, &of_pages))?;
        doomed.extend(of_articles);
        pages.extend(of_pages);
    }
    if args.dry_run {
        return Ok(Outcome::Found);
    }
    if !args.yes && !confirmed(&args, doomed.len(), pages.len())? {
        eprintln!("nothing was deleted");
        return Ok(Outcome::Nothing);
    }
    let of_pages: BTreeSet<ArticleId> = pages.iter().map(|page| page.id.clone()).collect();
    let deleted = counted(doomed.len() as u64, pages.len() as u64);
    let ids: Vec<ArticleId> = doomed.into_iter().map(|article| article.id).chain(of_pages).collect();
    if args.purge {
        drop(snapshot);
        return purge(index, &[ids, before].concat(), &deleted, &args.snapshot);
    }
    let mut writer = Writer::open(index, None, resources())?;
    delete::delete(&mut writer, &ids)?;
    writer.finish()?;
    eprintln!("{deleted} deleted; no later run brings them back (`gongxun delete --forget ID` does)");
    eprintln!(
        "note: their text stays on disk until segments are merged and older generations are removed; --purge erases it at once"
    );
    Ok(Outcome::Found)
}

/// Formats articles, and pages without one, one a line.
fn listed(of_articles: &[Article], of_pages: &[Article]) -> String {
    view::reprints::text(of_articles, settings::language()) + &view::terminal::pages(of_pages)
}

/// Runs `delete --purge`; `what` says how much was named.
fn purge(index: &Path, ids: &[ArticleId], what: &str, snapshots: &[PathBuf]) -> anyhow::Result<Outcome> {
    for index in std::iter::once(index).chain(snapshots.iter().map(PathBuf::as_path)) {
        let purged = purge::purge(index, ids, Resources::default(), &Control::default().stop(stop_on_interrupt()))?;
        let proof = match purged.lines {
            0 => "none of their lines is long enough to search for; all files were rewritten without them".into(),
            lines => format!("none holds any of {lines} lines that only they had"),
        };
        eprintln!(
            "{}: {what} purged; generation {} with {} is the only one; {} files, {:.1} MB, were read: {proof}",
            index.display(),
            purged.generation,
            articles(purged.articles),
            purged.files,
            purged.bytes as f64 / 1e6,
        );
        for path in &purged.foreign {
            eprintln!(
                "note: {}: contains a purged line; it is not a file of the index and was left as it is",
                path.display()
            );
        }
        for path in &purged.unsearched {
            eprintln!(
                "note: {}: is not plain text, as of a copy of an index, and can't be searched for a purged line; it is not of the index and was left as it is",
                path.display()
            );
        }
    }
    eprintln!(
        "note: copies and exports elsewhere, and the archive itself, are not touched; a backup is named with --snapshot"
    );
    Ok(Outcome::Found)
}

/// Refuses a query with any part that was not understood, or understood in one of several ways: without a filter that
/// was left out, everything that it was to spare would be deleted.
fn require_understood(args: &DeleteArgs) -> anyhow::Result<()> {
    let query = args.query.as_deref().map(query::parse);
    let notes: Vec<&str> = query.iter().flat_map(|query| &query.notes).map(|note| note.message.as_str()).collect();
    if !notes.is_empty() {
        let notes = notes.join("; ");
        bail!("nothing was deleted, because search has notes on the query: {notes}; write it so that there are none");
    }
    if args.source.as_deref().is_some_and(|source| source.trim().is_empty()) {
        bail!("--source names nothing, and nothing was deleted");
    }
    Ok(())
}

/// Whether this many articles may be deleted. Asks on a terminal if a query selected them, or there are many.
fn confirmed(args: &DeleteArgs, of_articles: usize, of_pages: usize) -> anyhow::Result<bool> {
    let by_query = args.query.is_some() || args.source.is_some();
    let (count, counted) = (of_articles + of_pages, counted(of_articles as u64, of_pages as u64));
    match is_a_dialogue() {
        true if by_query || count > UNASKED => ask(&format!("delete {counted}?")),
        false if count > UNASKED => {
            bail!("{counted} are more than {UNASKED}: nothing was deleted; --yes deletes them")
        }
        _ => Ok(true),
    }
}

fn is_a_dialogue() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn ask(question: &str) -> anyhow::Result<bool> {
    std::eprint!("{} [y/N] ", clean::text(&settings::language().say(question)));
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "是"))
}

/// Whether the other copies are deleted too. They are listed if the arguments do not say so.
fn copies_go(args: &DeleteArgs, of_articles: &[Article], of_pages: &[Article]) -> anyhow::Result<bool> {
    let count = of_articles.len() + of_pages.len();
    match args.copies {
        CopiesArg::Yes => {
            eprintln!("and {count} more: other copies of them");
            return Ok(true);
        }
        CopiesArg::No => return Ok(false),
        CopiesArg::Ask => {}
    }
    eprintln!("there are other copies of them ({count}):");
    let first = of_articles.len().min(PRINTED_COPIES);
    let rest = of_pages.len().min(PRINTED_COPIES - first);
    std::eprint!("{}", listed(&of_articles[..first], &of_pages[..rest]));
    if count > PRINTED_COPIES {
        eprintln!("and {} more; --dry-run --copies yes lists all", count - PRINTED_COPIES);
    }
    if args.dry_run || !is_a_dialogue() {
        eprintln!("the copies stay; --copies yes deletes them too");
        return Ok(false);
    }
    let go = ask("delete the copies too?")?;
    if !go {
        eprintln!("the copies stay");
    }
    Ok(go)
}

/// Runs `delete --forget`.
fn forget(index: &Path, ids: &[String]) -> anyhow::Result<Outcome> {
    if ids.is_empty() {
        bail!(
            "name the ids whose deletion to lift; `gongxun delete --list` lists them, `gongxun index --restore PATH…` lifts all"
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
    eprintln!("{} may be indexed again: `gongxun index PATH…` reads their files", articles(forgotten.len() as u64));
    Ok(Outcome::Found)
}

/// Runs `delete --list`.
fn list(index: &Path) -> anyhow::Result<Outcome> {
    let tombstones = Tombstones::read(index)?;
    let lines: String = tombstones.iter().map(|one| format!("{}  {}\n", one.id, clean::line(&one.file))).collect();
    print(&lines)?;
    eprintln!("{} deleted on request", articles(tombstones.len() as u64));
    Ok(if tombstones.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

/// Returns the resources of a deletion: it segments no text, so one thread is enough.
fn resources() -> Resources {
    Resources::default().with_threads(1)
}
