//! What a new generation takes over from the one before: articles that this run can't read again.
//!
//! A generation is built from the paths that are named. What was read elsewhere, what can't be looked at now, what came by
//! standard input and what a program put in is not lost by that: its articles are copied, and the report says how many.

use super::options::Options;
use super::plan::{Plan, is_below};
use super::report::Observer;
use super::roots;
use super::roots::{Inner, Places, is_of_a_file};
use super::sink::Sink;
use gongxun_core::error::{Error, Result};
use gongxun_core::index::{DocAddress, Entry, Generation, Manifest, Snapshot, Writer};

/// The generation that serves while another is built, with its manifest.
pub struct Before {
    snapshot: Snapshot,
    manifest: Manifest,
}

/// The generation that serves, where the writer builds another. One that can't be read is said so, and nothing is taken
/// over from it: building anew is the way out of damage.
pub fn before(writer: &Writer, observer: &mut dyn Observer) -> Result<Option<Before>> {
    let building = writer.generation();
    let current = match Generation::current(&building.index) {
        Ok(Some(current)) if current != *building => current,
        _ => return Ok(None),
    };
    let opened = Snapshot::of(&current).and_then(|snapshot| Ok(Before { manifest: snapshot.manifest()?, snapshot }));
    match opened {
        Ok(before) => Ok(Some(before)),
        Err(error) => {
            observer.note(&format!("what is not below the named paths is not taken over: {error}"));
            Ok(None)
        }
    }
}

/// The places of the named paths, by the roots of both generations.
pub fn places(options: &Options<'_>, writer: &mut Writer, before: Option<&Before>, inner: Inner) -> Result<Places> {
    let Some(before) = before else { return roots::places(options, writer.manifest(), inner) };
    let places = roots::places(options, &before.manifest, inner)?;
    for root in before.manifest.roots().filter(|root| !places.replaced.contains(&root.root)) {
        writer.set_root(root.clone());
    }
    Ok(places)
}

/// Refuses to build from a folder that is empty where the generation before has articles of it.
pub fn is_there(options: &Options<'_>, plan: &Plan, before: &Before) -> Result<()> {
    if options.prune_most {
        return Ok(());
    }
    for (path, place) in options.paths.iter().zip(&plan.named) {
        let held: u64 = before.manifest.entries().filter(|e| is_below(&e.file, place)).map(Entry::held).sum();
        let mut inputs = plan.inputs.iter().map(|p| &p.input).chain(plan.unchanged.iter().map(|(input, _)| input));
        if held > 0 && is_of_a_file(place) && !inputs.any(|input| is_below(&input.name, place)) {
            return Err(Error::Invalid(format!(
                "{}: nothing is in it, and the index has {held} articles of it; is it mounted? Nothing was done; --yes builds without them",
                path.display()
            )));
        }
    }
    Ok(())
}

/// Takes over what this run does not read.
pub fn over(
    sink: &mut Sink<'_>,
    before: &Before,
    plan: &Plan,
    places: &Places,
    observer: &mut dyn Observer,
) -> Result<()> {
    let replaced = |file: &str| places.replaced.iter().any(|root| is_below(file, root));
    let left = |file: &str| !is_of_a_file(file) || !plan.is_named(file) && !replaced(file) || plan.is_unread(file);
    let mut entries: Vec<&Entry> = before.manifest.entries().filter(|entry| left(&entry.file)).collect();
    entries.sort_by(|a, b| a.file.cmp(&b.file));
    for entry in entries {
        let known = sink.target.manifest().get(&entry.file);
        if plan.named.contains(&entry.file) && !plan.is_unread(&entry.file) {
            // Standard input that is read now goes on from what came before.
            observer.note(&format!("{}: its articles of before are kept", entry.file));
        } else if let Some(known) = known {
            // The build goes on after a kill, and took these over before.
            sink.report.carried += known.articles;
            continue;
        }
        let mut articles = 0;
        for known in before.snapshot.of_file(&entry.file)?.into_values() {
            articles += u64::from(carry(sink, before, known.address, entry, observer)?);
        }
        // Its shadowed records are not in the index: where they speak now, the file must be read.
        let again = entry.again || !entry.shadowed.is_empty();
        let entry = Entry { articles, repeated: 0, shadowed: Vec::new(), in_place: Vec::new(), again, ..entry.clone() };
        sink.carried(entry);
        sink.commit_if_due()?;
    }
    if sink.report.carried > 0 {
        let carried = sink.report.carried;
        observer.note(&format!(
            "{carried} articles were taken over that are not below the named paths or can't be read now"
        ));
    }
    Ok(())
}

/// Takes over what was known of files that this run could not read to their end.
pub fn rest(sink: &mut Sink<'_>, before: &Before, observer: &mut dyn Observer) -> Result<()> {
    for file in std::mem::take(&mut sink.partial) {
        let Some(of_before) = before.manifest.get(&file) else { continue };
        let mut articles = 0;
        for known in before.snapshot.of_file(&file)?.into_values() {
            articles += u64::from(carry(sink, before, known.address, of_before, observer)?);
        }
        if let (1.., Some(entry)) = (articles, sink.target.manifest().get(&file).cloned()) {
            sink.carried(Entry { articles: entry.articles + articles, hash: String::new(), ..entry });
        }
    }
    Ok(())
}

/// Takes over one article, with its margin; one that can't be read is named and left out.
fn carry(
    sink: &mut Sink<'_>,
    before: &Before,
    address: DocAddress,
    entry: &Entry,
    observer: &mut dyn Observer,
) -> Result<bool> {
    match before.snapshot.whole(address) {
        Ok(article) => sink.carry(&article, entry),
        Err(error @ Error::Unreadable { .. }) => {
            observer.note(&format!("not taken over: {error}"));
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
