//! What is to be read: the inputs beside what the manifest knows of them.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use super::{Observer, Options, Prune};
use crate::archive::{self, Input};
use crate::extract;
use gongxun_core::error::Result;
use gongxun_core::index::{Entry, Manifest};

/// The version of reading and extraction: files read by another are read again.
const READER_VERSION: u32 = 1;
/// The size of a read when a file is hashed.
const HASH_BUFFER: usize = 1 << 20;

/// What is to be read, and what need not be.
#[derive(Default)]
pub struct Plan {
    pub inputs: Vec<Planned>,
    pub unchanged: Vec<(Input, Entry)>,
    /// Files of the manifest that are to go.
    pub gone: Vec<String>,
    pub rejected: u64,
    pub files: u64,
}

/// A file that is to be read, and its hash where that is known already.
pub struct Planned {
    pub input: Input,
    pub hash: Option<String>,
}

/// Looks at the inputs. `known` is what was read before; files of the index folder `index` are no inputs.
pub fn plan(
    options: &Options<'_>,
    known: &Manifest,
    index: Option<&Path>,
    observer: &mut dyn Observer,
) -> Result<Plan> {
    let mut rejected = 0;
    let mut inputs = archive::inputs(&options.paths, &options.root, &mut |rejection| {
        rejected += 1;
        observer.rejected(&rejection);
    })?;
    // `gongxun index .` must not read the index that it writes.
    if let Some(index) = index.and_then(|index| std::fs::canonicalize(index).ok()) {
        inputs.retain(|input| !std::fs::canonicalize(&input.path).is_ok_and(|path| path.starts_with(&index)));
    }
    let reader = reader_version(&options.extract);
    let present: HashSet<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let below: Vec<String> = options.paths.iter().map(|path| archive::name_under(path, &options.root)).collect();
    let is_below = |file: &str| {
        below.iter().any(|path| {
            path.is_empty()
                || file == path
                || file.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let mut gone: Vec<String> = known
        .entries()
        .map(|entry| entry.file.as_str())
        .filter(|file| match options.prune {
            Prune::Nothing => false,
            Prune::BelowPaths => is_below(file),
            Prune::Everything => true,
        })
        .filter(|file| !present.contains(file))
        .map(str::to_string)
        .collect();
    gone.sort();
    let mut plan = Plan { gone, rejected, files: inputs.len() as u64, ..Plan::default() };
    for input in inputs {
        let again = |entry: &&Entry| options.restore && entry.deleted > 0;
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

/// What a file's hash ends with: files read by another version or with other field names are read again.
pub fn reader_version(options: &extract::Options) -> String {
    let fields = format!("{:?}", options.field_map);
    format!(".{READER_VERSION}.{}", &blake3::hash(fields.as_bytes()).to_hex()[..8])
}

/// The hash of a file as the manifest keeps it; none where it can't be read.
pub fn hash_file(path: &Path, reader: &str) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    let mut file = std::io::BufReader::with_capacity(HASH_BUFFER, File::open(path).ok()?);
    std::io::copy(&mut file, &mut hasher).ok()?;
    Some(format!("{}{reader}", &hasher.finalize().to_hex()[..32]))
}
