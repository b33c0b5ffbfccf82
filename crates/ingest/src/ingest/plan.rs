//! The plan of a run: the inputs compared with the manifest, to decide which are read.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use super::options::{Options, Prune};
use super::report::Observer;
use super::roots::{ResolvedPaths, is_of_a_file, require_outside};
use crate::archive::{self, Input, Limits};
use gongxun_core::error::{Error, Reason, Result};
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
    pub unread: Vec<String>,
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
    if let Some(index) = index {
        options.paths.iter().try_for_each(|path| require_outside(path, index))?;
    }
    let index = index.and_then(|index| std::fs::canonicalize(index).ok());
    let (mut rejected, mut unread) = (0, Vec::new());
    let mut inputs = archive::inputs_named(&places.named, &options.limits, &mut |rejection| {
        rejected += 1;
        // A pipe or a device exists, and is not a file.
        if rejection.reason != Reason::Unknown {
            unread.push(rejection.origin.file.clone());
        }
        observer.rejected(&rejection);
    })?;
    // `gongxun index .` must not read the index that it writes.
    if let Some(index) = &index {
        let before = inputs.len();
        inputs.retain(|input| !std::fs::canonicalize(&input.path).is_ok_and(|path| path.starts_with(index)));
        if inputs.len() < before {
            observer.note(&format!("{}: the index is inside the archive; it is skipped", index.display()));
        }
    }
    let reader = reader_version(options);
    let named: Vec<String> = places.named.iter().map(|(_, place)| place.clone()).collect();
    let mut plan = Plan { rejected, unread, named, files: inputs.len() as u64, ..Plan::default() };
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

/// Returns the manifest's files below the named paths that are missing, in folders that could be looked at.
fn gone(plan: &Plan, inputs: &[Input], known: &Manifest) -> Vec<String> {
    let present: HashSet<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let files = known.entries().map(|entry| entry.file.as_str()).filter(|file| is_of_a_file(file));
    let files = files.filter(|file| plan.is_named(file) && !plan.is_unread(file) && !present.contains(file));
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

    /// Whether a file is in a place that the walk could not look at.
    pub fn is_unread(&self, file: &str) -> bool {
        self.unread.iter().any(|place| is_below(file, place))
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

    /// Reports the files that stay although the walk did not find them.
    fn say_what_stays(&self, known: &Manifest, observer: &mut dyn Observer) {
        for place in &self.unread {
            let held: u64 = known.entries().filter(|e| is_below(&e.file, place)).map(Entry::held).sum();
            if held > 0 {
                observer.note(&format!("{place}: can't be read now; its articles are kept ({held})"));
            }
        }
        let elsewhere = known.entries().filter(|entry| !self.is_named(&entry.file));
        let (files, articles) = elsewhere.fold((0, 0), |(files, sum), entry| (files + 1, sum + entry.held()));
        if articles > 0 {
            observer
                .note(&format!("{files} files with {articles} articles are outside the named paths; they are kept"));
        }
    }
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
