//! Carrying over: the articles that a new generation copies from the one before, because this run can't read them
//! again.
//!
//! A generation is built from the paths that are named. Articles that were read elsewhere, can't be looked at now, came
//! by standard input or were put in by a program are not lost by that: they are copied, and the report counts them.

use std::collections::HashSet;

use super::options::Options;
use super::plan::{Plan, is_below, place_above, say_kept_below};
use super::report::Observer;
use super::roots;
use super::roots::{Inner, ResolvedPaths, is_of_a_file};
use super::sink::Sink;
use super::unread::{UnreadParts, say_kept};
use gongxun_core::error::{Error, Result};
use gongxun_core::index::{DocAddress, Entry, Generation, Manifest, Snapshot, Writer};

/// The current generation while another is built, with its manifest.
pub struct PreviousGeneration {
    snapshot: Snapshot,
    manifest: Manifest,
}

impl PreviousGeneration {
    /// Returns its articles.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }
}

/// Returns the current generation if the writer builds another. One that can't be read is reported, and nothing is
/// carried over from it: rebuilding is the way out of damage.
pub fn before(writer: &Writer, observer: &mut dyn Observer) -> Result<Option<PreviousGeneration>> {
    let building = writer.generation();
    let current = match Generation::current(&building.index) {
        Ok(Some(current)) if current != *building => current,
        _ => return Ok(None),
    };
    let opened = Snapshot::open_generation(&current)
        .and_then(|snapshot| Ok(PreviousGeneration { manifest: snapshot.manifest()?, snapshot }));
    match opened {
        Ok(before) => Ok(Some(before)),
        Err(error) => {
            observer.note(&format!("articles outside the named paths are not carried over: {error}"));
            Ok(None)
        }
    }
}

/// Returns the places of the named paths, by the roots of both generations.
pub fn places(
    options: &Options<'_>,
    writer: &mut Writer,
    before: Option<&PreviousGeneration>,
    inner: Inner,
) -> Result<ResolvedPaths> {
    let Some(before) = before else { return roots::places(options, writer.manifest(), inner) };
    let places = roots::places(options, &before.manifest, inner)?;
    for root in before.manifest.roots().filter(|root| !places.replaced.contains(&root.root)) {
        writer.set_root(root.clone());
    }
    Ok(places)
}

/// Refuses to build from an empty folder from which the previous generation has articles.
pub fn ensure_not_emptied(options: &Options<'_>, plan: &Plan, before: &PreviousGeneration) -> Result<()> {
    if options.prune_most {
        return Ok(());
    }
    for (path, place) in options.paths.iter().zip(&plan.named) {
        let held: u64 = before.manifest.entries().filter(|e| is_below(&e.file, place)).map(Entry::held).sum();
        let mut inputs = plan.inputs.iter().map(|p| &p.input).chain(plan.unchanged.iter().map(|(input, _)| input));
        if held > 0 && is_of_a_file(place) && !inputs.any(|input| is_below(&input.name, place)) {
            return Err(Error::Invalid(format!(
                "{}: it is empty, but the index has {held} articles from it; is it mounted? Nothing was changed; --yes builds without them",
                path.display()
            )));
        }
    }
    Ok(())
}

/// Carries over everything that this run does not read.
pub fn over(
    sink: &mut Sink<'_>,
    before: &PreviousGeneration,
    plan: &Plan,
    places: &ResolvedPaths,
    observer: &mut dyn Observer,
) -> Result<()> {
    plan.say_what_is_unread(&before.manifest, observer);
    let replaced = |file: &str| places.replaced.iter().any(|root| is_below(file, root));
    // A place that can't be looked at as a whole may hold files that are read.
    let read: HashSet<&str> = plan.inputs.iter().map(|planned| planned.input.name.as_str()).collect();
    let left = |file: &str| {
        let is_unread = plan.is_unread(file) && !read.contains(file);
        !is_of_a_file(file) || !plan.is_named(file) && !replaced(file) || is_unread
    };
    let mut entries: Vec<&Entry> = before.manifest.entries().filter(|entry| left(&entry.file)).collect();
    entries.sort_by(|a, b| a.file.cmp(&b.file));
    for entry in entries {
        let known = sink.target.manifest().get(&entry.file);
        if plan.named.contains(&entry.file) && !plan.is_unread(&entry.file) {
            // Standard input that is read now continues the earlier one: what is not met in it is carried over then.
            observer.note(&format!("{}: its articles of before are kept", entry.file));
            continue;
        } else if let Some(known) = known {
            // The build resumes after a kill, and has carried these over already.
            sink.report.carried += known.articles;
            continue;
        }
        carry_file(sink, before, entry, observer)?;
    }
    if sink.report.carried > 0 {
        let carried = sink.report.carried;
        observer.note(&format!("{carried} articles outside the named paths, or unreadable now, were carried over"));
    }
    Ok(())
}

/// Carries over a file with all that the previous generation has from it.
fn carry_file(
    sink: &mut Sink<'_>,
    before: &PreviousGeneration,
    entry: &Entry,
    observer: &mut dyn Observer,
) -> Result<()> {
    let (mut articles, whole) = (0, UnreadParts::whole());
    for known in before.snapshot.of_file(&entry.file)?.into_values() {
        articles += u64::from(carry(sink, before, known.address, (entry, &whole), observer)?);
    }
    let pages = sink.keep_pages(&before.snapshot, &entry.file, &whole, &mut HashSet::new(), observer)?;
    // Its shadowed records are not in the index: if they hold their ids now, the file must be read.
    let again = entry.again || !entry.shadowed.is_empty();
    let entry =
        Entry { articles, pages, repeated: 0, shadowed: Vec::new(), in_place: Vec::new(), again, ..entry.clone() };
    sink.carried(entry);
    sink.commit_if_due()
}

/// Carries over the known articles of files that this run could not read to their end, and of folders in the place of
/// which it met a file without an article.
pub fn rest(sink: &mut Sink<'_>, before: &PreviousGeneration, plan: &Plan, observer: &mut dyn Observer) -> Result<()> {
    let hollow = plan.hollow(sink.target.manifest());
    let is_left = |entry: &&Entry| {
        place_above(&entry.file, &hollow).is_some() && sink.target.manifest().get(&entry.file).is_none()
    };
    let mut left: Vec<&Entry> = before.manifest.entries().filter(is_left).collect();
    left.sort_by(|a, b| a.file.cmp(&b.file));
    say_kept_below(&hollow, left.iter().copied(), observer);
    for entry in left {
        carry_file(sink, before, entry, observer)?;
    }
    for (file, unread, mut met) in std::mem::take(&mut sink.partial) {
        let Some(of_before) = before.manifest.get(&file) else { continue };
        let mut articles = 0;
        for known in before.snapshot.of_file(&file)?.into_values() {
            articles += u64::from(carry(sink, before, known.address, (of_before, &unread), observer)?);
        }
        let pages = sink.keep_pages(&before.snapshot, &file, &unread, &mut met, observer)?;
        say_kept(&file, articles, observer);
        if let (1.., Some(entry)) = (articles + pages, sink.target.manifest().get(&file).cloned()) {
            let (articles, pages) = (entry.articles + articles, entry.pages + pages);
            sink.carried(Entry { articles, pages, hash: String::new(), ..entry });
        }
    }
    Ok(())
}

/// Carries over one article of a file if it may stand in an unread part of it, with its margin; one that can't be read
/// is reported and left out.
fn carry(
    sink: &mut Sink<'_>,
    before: &PreviousGeneration,
    address: DocAddress,
    (entry, unread): (&Entry, &UnreadParts),
    observer: &mut dyn Observer,
) -> Result<bool> {
    match before.snapshot.article_with_margin(address) {
        Ok(article) if unread.may_hold(&article.origin, &entry.file) => sink.carry(&article, entry),
        Ok(_) => Ok(false),
        Err(error @ Error::Unreadable { .. }) => {
            observer.note(&format!("not carried over: {error}"));
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
