//! Purging: articles deleted on request are erased from the files as well, at once.
//!
//! A deletion removes an article from search results; its text stays in segments until they are merged, in older
//! generations, in lines of margins, and perhaps in the compression dictionary of stored articles. A purge builds a
//! generation of the remaining stored articles, swaps it in, removes all others, and then reads every file to prove
//! that none holds a text of the purged articles.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use tantivy::DocAddress;

use crate::article::{Article, ArticleId};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::deletion::delete;
use crate::index::generations::folder;
use crate::index::generations::generation::Generation;
use crate::index::generations::restore;
use crate::index::generations::swap::{Swapped, swap};
use crate::index::read::snapshot::Snapshot;
use crate::index::storage::names::{GENERATION, REMOVED, is_of_a_generation, is_of_an_index, numbered};
use crate::index::store::document;
use crate::index::write::resources::Resources;
use crate::index::write::writer::Writer;

/// The least length of a line that counts as evidence; shorter ones occur in other texts too.
const MIN_EVIDENCE: usize = 8;

/// The result of a purge.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Purged {
    /// The generation that is current now; all others are gone.
    pub generation: u64,
    /// Number of articles it holds.
    pub articles: u64,
    /// Number of files of the index read afterwards. None of them holds a purged text.
    pub files: u64,
    /// Total size of these files, in bytes.
    pub bytes: u64,
    /// Number of distinct lines of the purged texts that they were searched for. 0 if no line is long enough to be told
    /// from other texts; then only the ids were looked for.
    pub lines: u64,
    /// The files in the index folder that are not the index's and hold such a line. They were not touched.
    pub foreign: Vec<PathBuf>,
    /// What stands in the index folder, is not the index's, and holds files that are not plain text, such as a copy of an
    /// index: whether a purged text is in it is not known. It was not touched.
    pub unsearched: Vec<PathBuf>,
}

/// Deletes the articles and pages with these ids, unless already deleted, and purges them from all files of the index.
///
/// # Errors
/// [`Error::Busy`] while another writer runs; [`Error::Damaged`] or [`Error::Unreadable`] if a remaining article can't
/// be read; [`Error::Interrupted`] if the control asks to stop, and then nothing is purged; [`Error::Unsound`] if the new
/// generation fails its check; [`Error::Invalid`] if a file of the index still holds a text.
pub fn purge(index: &Path, ids: &[ArticleId], resources: Resources, control: &Control<'_>) -> Result<Purged> {
    let current = || Generation::current(index)?.ok_or_else(|| Error::NoIndex(index.to_path_buf()));
    current()?;
    let ids: BTreeSet<&ArticleId> = ids.iter().collect();
    let lines = lines_of(index, &ids)?;
    let mut writer = Writer::open(index, None, resources)?;
    delete::delete(&mut writer, &ids.iter().map(|id| (*id).clone()).collect::<Vec<_>>())?;
    writer.finish()?;
    let swapped = rebuild(&current()?, resources, control)?;
    if let Some(error) = swapped.left.into_iter().next() {
        return Err(error);
    }
    let mut purged = Purged {
        generation: swapped.generation.number,
        articles: swapped.articles,
        files: 0,
        bytes: 0,
        lines: 0,
        foreign: Vec::new(),
        unsearched: Vec::new(),
    };
    check_purged(&swapped.generation, &ids, lines, &mut purged)?;
    Ok(purged)
}

/// Returns the lines of the articles' and pages' texts in all generations, deleted or not.
fn lines_of(index: &Path, ids: &BTreeSet<&ArticleId>) -> Result<BTreeSet<String>> {
    let mut lines = BTreeSet::new();
    for generation in Generation::all(index)? {
        // A generation that can't be read is removed regardless.
        let Ok(snapshot) = Snapshot::open_generation(&generation) else { continue };
        let mut collect = |article: &Article| {
            if ids.contains(&article.id) {
                lines.extend(texts(article).flat_map(str::lines).filter(|line| is_evidence(line)).map(str::to_string));
            }
        };
        each_stored(&snapshot, |address| snapshot.article_with_margin(address), &mut collect);
        if let Some(margin) = snapshot.margin() {
            each_stored(margin, |address| snapshot.page(address), &mut collect);
        }
    }
    Ok(lines)
}

fn texts(article: &Article) -> impl Iterator<Item = &str> {
    let original = article.original.iter().flat_map(|original| original.values());
    let own = [&article.title, &article.body].into_iter().chain(&article.lead).chain(&article.byline);
    own.chain(&article.margin).chain(original).map(String::as_str)
}

fn is_evidence(line: &str) -> bool {
    line.chars().count() >= MIN_EVIDENCE
}

/// Visits every stored article that can be read, deleted ones included.
fn each_stored(snapshot: &Snapshot, read: impl Fn(DocAddress) -> Result<Article>, give: &mut dyn FnMut(&Article)) {
    for (ord, segment) in snapshot.searcher.segment_readers().iter().enumerate() {
        for doc in 0..segment.max_doc() {
            if let Ok(article) = read(DocAddress::new(ord as u32, doc)) {
                give(&article);
            }
        }
    }
}

/// Builds a generation of the stored articles and pages of another one and swaps it in; no older one is kept.
fn rebuild(old: &Generation, resources: Resources, control: &Control<'_>) -> Result<Swapped> {
    restore::check_all(old)?;
    let snapshot = Snapshot::open_generation(old)?;
    let mut writer = Writer::new_generation(&old.index, snapshot.segmenter()?, resources)?;
    writer.set_choices(snapshot.commit.choices.clone());
    let (articles, left_out) = restore::everything(&mut writer, &snapshot, control)?;
    // No older generation stays that would still hold it.
    if let Some(error) = left_out.into_iter().next() {
        return Err(error);
    }
    drop(snapshot);
    swap(writer, 0, articles, |_| Ok(None))
}

/// Reads every file in the index folder, and fails if one of the index's holds a line that occurs in no remaining article.
fn check_purged(
    generation: &Generation,
    ids: &BTreeSet<&ArticleId>,
    mut lines: BTreeSet<String>,
    purged: &mut Purged,
) -> Result<()> {
    let remains = |path: &Path, what: String| {
        Err(Error::Invalid(format!(
            "{}: {what}; what was named is deleted, but not purged; the same command with the same ids tries again",
            path.display()
        )))
    };
    let snapshot = Snapshot::open_generation(generation)?;
    let mut found = None;
    let mut leave = |text: &str| lines.retain(|line| !text.contains(line.as_str()));
    let mut visit = |article: &Article| {
        if ids.contains(&article.id) {
            found = Some(article.id.clone());
        }
        leave(&serde_json::from_slice::<serde_json::Value>(&document::encode(article)).map_or(String::new(), strings));
    };
    each_stored(&snapshot, |address| snapshot.article(address), &mut visit);
    if let Some(margin) = snapshot.margin() {
        each_stored(margin, |address| margin.article(address), &mut visit);
    }
    if let Some(id) = found {
        return remains(&generation.folder(), format!("{id} is stored in it still"));
    }
    purged.lines = lines.len() as u64;
    let mut unsearched = BTreeSet::new();
    for path in files_below(&generation.index)? {
        let is_own = is_own(&generation.index, &path);
        let bytes = match fs::read(&path) {
            Err(_) if !is_own => {
                unsearched.insert(foreign_entry(&generation.index, &path));
                continue;
            }
            read => read.map_err(|e| Error::io(&path, e))?,
        };
        if !is_own && std::str::from_utf8(&bytes).is_err() {
            unsearched.insert(foreign_entry(&generation.index, &path));
        }
        let text = String::from_utf8_lossy(&bytes);
        let line = lines.iter().find(|line| text.contains(line.as_str()));
        match line {
            _ if is_own => {
                purged.files += 1;
                purged.bytes += bytes.len() as u64;
            }
            Some(_) => purged.foreign.push(path.clone()),
            None => {}
        }
        if let Some(line) = line.filter(|_| is_own) {
            let beginning: String = line.chars().take(MIN_EVIDENCE / 2).collect();
            return remains(&path, format!("it holds a line of what was purged, which begins with {beginning}…"));
        }
    }
    purged.unsearched = unsearched.into_iter().collect();
    let (numbers, _) = folder::generations(&generation.index)?;
    match numbers.iter().find(|number| **number != generation.number) {
        Some(number) => remains(&generation.index.join(folder::generation_name(*number)), "it still exists".into()),
        None => Ok(()),
    }
}

/// Returns all strings of a JSON value, one a line.
fn strings(value: serde_json::Value) -> String {
    use serde_json::Value::{Array, Object, String as Text};
    match value {
        Text(text) => text + "\n",
        Array(values) => values.into_iter().map(strings).collect(),
        Object(fields) => fields.into_iter().map(|(_, value)| strings(value)).collect(),
        _ => String::new(),
    }
}

/// Whether a file in an index folder is one that the index made.
fn is_own(index: &Path, path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    match path.parent() {
        Some(folder) if folder == index => is_of_an_index(name),
        Some(folder) => folder.parent() == Some(index) && is_of_generations(folder) && is_of_a_generation(name),
        None => false,
    }
}

/// Whether the folder is a generation's, by its name.
fn is_of_generations(folder: &Path) -> bool {
    let name = folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
    [GENERATION, REMOVED].iter().any(|prefix| numbered(name, prefix).is_some())
}

/// Returns the outermost file or folder around a file in an index folder that the index did not make.
fn foreign_entry(index: &Path, path: &Path) -> PathBuf {
    let inside = |around: &&Path| around.parent().is_some_and(|above| above != index || !is_of_generations(around));
    let below = path.ancestors().take_while(|around| *around != index).filter(inside);
    below.last().unwrap_or(path).to_path_buf()
}

/// Returns the files below an index folder.
fn files_below(index: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![index.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| Error::io(&folder, e))? {
            let entry = entry.map_err(|e| Error::io(&folder, e))?;
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files.sort();
    Ok(files)
}
