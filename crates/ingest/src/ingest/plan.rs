//! The plan of a run: the inputs compared with the manifest, to decide which are read.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::path::Path;

use super::options::{Options, Prune};
use super::report::Observer;
use super::roots::{ResolvedPaths, is_of_a_file, require_outside};
use crate::archive::{self, Aside, Input, Limits};
use gongxun_core::error::{Error, Result};
use gongxun_core::index::{Entry, Manifest};

/// The version of reading and extraction: files read by another version are read again.
const READER_VERSION: u32 = 5;
/// The buffer size for hashing a file, in bytes.
const HASH_BUFFER: usize = 1 << 20;

/// The files to read, and those that need not be read.
#[derive(Default)]
pub struct Plan {
    pub inputs: Vec<Planned>,
    pub unchanged: Vec<(Input, Entry)>,
    /// Files of the manifest that are missing and to be pruned.
    pub gone: Vec<String>,
    pub rejected: u64,
    pub files: u64,
    /// The places that could not be looked at: nothing is concluded from files missing there.
    pub unread: HashSet<String>,
    /// The folders without any entry, unless all of their articles may be removed.
    pub empty: HashSet<String>,
    /// The places that were named.
    pub named: Vec<String>,
}

/// A file to be read, with its hash if it is known already.
pub struct Planned {
    pub input: Input,
    pub hash: Option<String>,
}

/// Plans a run. `known` is the manifest of earlier runs; files of the index folder `index` are not inputs.
pub fn plan(
    options: &Options<'_>,
    places: &ResolvedPaths,
    known: &Manifest,
    index: Option<&Path>,
    observer: &mut dyn Observer,
) -> Result<Plan> {
    let index = index.and_then(|index| std::fs::canonicalize(index).ok());
    options.paths.iter().try_for_each(|path| require_outside(path, index.as_deref()))?;
    let mut plan = Plan { named: places.named.iter().map(|(_, place)| place.clone()).collect(), ..Plan::default() };
    let mut inputs = archive::inputs_named(&places.named, &options.limits, &mut |aside| match aside {
        Aside::Rejected(rejection) => {
            plan.rejected += 1;
            plan.unread.insert(rejection.origin.file.clone());
            observer.rejected(&rejection);
        }
        Aside::Empty(name) if !options.prune_most => drop(plan.empty.insert(name)),
        Aside::Empty(_) => {}
        Aside::PassedOver(name) => drop(plan.unread.insert(name)),
        Aside::Index(path, name) => {
            plan.unread.insert(name);
            let own = index.as_ref().filter(|index| std::fs::canonicalize(&path).is_ok_and(|path| path == **index));
            observer.note(&match own {
                Some(index) => skipped(index),
                None => {
                    format!("{}: another index, or a copy of one, is inside the archive; it is skipped", path.display())
                }
            });
        }
    })?;
    // `gongxun index .` must not read the index that it writes.
    if let Some(index) = &index {
        let before = inputs.len();
        inputs.retain(|input| !std::fs::canonicalize(&input.path).is_ok_and(|path| path.starts_with(index)));
        if inputs.len() < before {
            observer.note(&skipped(index));
        }
    }
    let reader = reader_version(options);
    plan.files = inputs.len() as u64;
    if options.prune == Prune::BelowPaths {
        plan.gone = gone(&plan, &inputs, known);
        plan.ensure_not_emptied(options, &inputs, known)?;
        plan.say_what_stays(known, observer);
    }
    for input in inputs {
        let again = |entry: &&Entry| entry.again || options.restore && entry.deleted > 0;
        let known = known.get(&input.name).filter(|entry| !again(entry));
        let entry = known.filter(|e| e.size == input.size && e.hash.ends_with(&reader));
        let hash = match entry {
            Some(entry) if entry.modified_ns != input.modified_ns => hash_file(&input.path, &reader),
            _ => None,
        };
        match entry {
            Some(entry) if entry.modified_ns == input.modified_ns || hash.as_ref() == Some(&entry.hash) => {
                plan.unchanged.push((input, entry.clone()));
            }
            _ => plan.inputs.push(Planned { input, hash }),
        }
    }
    Ok(plan)
}

fn skipped(index: &Path) -> String {
    format!("{}: the index is inside the archive; it is skipped", index.display())
}

/// Returns the manifest's files below the named paths that are missing, in folders that could be looked at.
fn gone(plan: &Plan, inputs: &[Input], known: &Manifest) -> Vec<String> {
    let present: HashSet<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let files = known.entries().map(|entry| entry.file.as_str()).filter(|file| is_of_a_file(file));
    let files = files.filter(|file| !present.contains(file) && plan.is_named(file) && !plan.is_unread(file));
    let mut gone: Vec<String> = files.map(str::to_string).collect();
    gone.sort();
    gone
}

impl Plan {
    /// Leaves the files for which `wanted` holds, and no other.
    pub fn keep(&mut self, wanted: impl Fn(&str) -> bool) {
        self.inputs.retain(|planned| wanted(&planned.input.name));
        self.unchanged.retain(|(input, _)| wanted(&input.name));
        self.gone.retain(|file| wanted(file));
        self.files = (self.inputs.len() + self.unchanged.len()) as u64;
    }

    /// Whether a file is below the paths that were named.
    pub fn is_named(&self, file: &str) -> bool {
        self.named.iter().any(|place| is_below(file, place))
    }

    /// Whether a file is in a place that the walk could not look at, or in a folder that is empty now: what is missing there
    /// may be there again.
    pub fn is_unread(&self, file: &str) -> bool {
        place_around(file, &self.unread).or_else(|| place_around(file, &self.empty)).is_some()
    }

    /// Returns the missing files that are gone after what this run has read, by the manifest that it has written: a file
    /// without an article in the place of a folder does not tell what became of the folder.
    pub fn gone_for_good(&self, read: &Manifest, observer: &mut dyn Observer) -> Vec<String> {
        if self.gone.is_empty() {
            return Vec::new();
        }
        let hollow = self.hollow(read);
        let is_gone = |file: &&String| place_above(file, &hollow).is_none();
        say_kept_below(&hollow, read.entries().filter(|entry| !is_gone(&&entry.file)), observer);
        self.gone.iter().filter(is_gone).cloned().collect()
    }

    /// Returns the files of this run that hold neither an article nor a page, by the manifest that it has written.
    pub fn hollow(&self, read: &Manifest) -> HashSet<String> {
        let inputs =
            self.inputs.iter().map(|planned| &planned.input).chain(self.unchanged.iter().map(|(input, _)| input));
        let is_hollow = |file: &&String| read.get(file).is_some_and(|entry| entry.articles + entry.pages == 0);
        inputs.map(|input| &input.name).filter(is_hollow).cloned().collect()
    }

    /// Refuses to remove everything of an empty folder: it may be one that is not mounted.
    fn ensure_not_emptied(&self, options: &Options<'_>, inputs: &[Input], known: &Manifest) -> Result<()> {
        if options.prune_most {
            return Ok(());
        }
        for (path, place) in options.paths.iter().zip(&self.named) {
            let held: u64 = known.entries().filter(|e| is_below(&e.file, place)).map(Entry::held).sum();
            if held > 0 && is_of_a_file(place) && !inputs.iter().any(|input| is_below(&input.name, place)) {
                return Err(Error::Invalid(format!(
                    "{}: it is empty, but the index has {held} articles from it; is it mounted? Nothing was changed; --yes removes them",
                    path.display()
                )));
            }
        }
        Ok(())
    }

    /// Reports the places of which the articles are kept although nothing was found there.
    pub fn say_what_is_unread(&self, known: &Manifest, observer: &mut dyn Observer) {
        for (places, is_empty) in [(&self.unread, false), (&self.empty, true)] {
            let mut held: BTreeMap<&str, u64> = BTreeMap::new();
            for entry in known.entries().filter(|_| !places.is_empty()) {
                if let Some(place) = place_around(&entry.file, places) {
                    *held.entry(place).or_default() += entry.held();
                }
            }
            for (place, held) in held.into_iter().filter(|(_, held)| *held > 0) {
                observer.note(&match is_empty {
                    true => format!(
                        "{place}: the folder is empty, and the index has {held} articles from it, which are kept; is it mounted? Remove the folder, or --yes removes them"
                    ),
                    false => unread_now(place, held),
                });
            }
        }
    }

    /// Reports the files that stay although the walk did not find them.
    fn say_what_stays(&self, known: &Manifest, observer: &mut dyn Observer) {
        self.say_what_is_unread(known, observer);
        let elsewhere = known.entries().filter(|entry| !self.is_named(&entry.file));
        let (files, articles) = elsewhere.fold((0, 0), |(files, sum), entry| (files + 1, sum + entry.held()));
        if articles > 0 {
            observer
                .note(&format!("{files} files with {articles} articles are outside the named paths; they are kept"));
        }
    }
}

/// Returns the one of some places that a file is at or below.
fn place_around<'f>(file: &'f str, places: &HashSet<String>) -> Option<&'f str> {
    if places.is_empty() {
        return None;
    }
    let ends = file.match_indices('/').map(|(at, _)| at).chain([file.len()]);
    let nameless = places.contains("") && is_of_a_file(file);
    ends.map(|end| &file[..end]).find(|place| places.contains(*place)).or_else(|| nameless.then_some(""))
}

/// Returns the one of some places that a file is below.
pub fn place_above<'f>(file: &'f str, places: &HashSet<String>) -> Option<&'f str> {
    place_around(file.rsplit_once('/')?.0, places)
}

/// Reports the articles that are kept below files in the place of folders.
pub fn say_kept_below<'e>(
    hollow: &HashSet<String>,
    kept: impl Iterator<Item = &'e Entry>,
    observer: &mut dyn Observer,
) {
    let mut held: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in kept {
        if let Some(place) = place_above(&entry.file, hollow) {
            *held.entry(place).or_default() += entry.held();
        }
    }
    for (place, held) in held.into_iter().filter(|(_, held)| *held > 0) {
        observer.note(&unread_now(place, held));
    }
}

fn unread_now(place: &str, held: u64) -> String {
    format!("{place}: can't be read now; its articles are kept ({held})")
}

/// Whether a file is at or below a place; the nameless root is above all files.
pub fn is_below(file: &str, place: &str) -> bool {
    let rest = file.strip_prefix(place);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || place.is_empty() && is_of_a_file(file)
}

/// Returns the suffix of a file's hash, by which files that were read by another version, with other field names or
/// within other limits are read again.
pub fn reader_version(options: &Options<'_>) -> String {
    let mut fields = format!("{:?}", options.extract.field_map);
    // The time limit does not affect the content read.
    let limits = Limits { seconds: 0, ..options.limits };
    if limits != Limits::default() {
        fields.push_str(&format!("{limits:?}"));
    }
    format!(".{READER_VERSION}.{}", &blake3::hash(fields.as_bytes()).to_hex()[..8])
}

/// Returns the hash of a file as kept in the manifest; `None` if it can't be read.
pub fn hash_file(path: &Path, reader: &str) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    let mut file = std::io::BufReader::with_capacity(HASH_BUFFER, File::open(path).ok()?);
    std::io::copy(&mut file, &mut hasher).ok()?;
    Some(format!("{}{reader}", &hasher.finalize().to_hex()[..32]))
}
