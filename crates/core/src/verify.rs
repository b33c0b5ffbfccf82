//! Verification of an index: checksums, counts, and the recall contract.
//!
//! An index folder flows in, a [`Report`] flows out. The recall contract: every article whose title, lead, body or a
//! name in its credits contains a string is found by that string in quotes, and no other article is. Strings are chosen
//! at random from the stored texts; the search results are compared with a plain scan of all of them
//! ([`gongxun_text::strings::find`]).

mod contract;
mod options;
mod strings;

use std::collections::HashSet;
use std::path::Path;

pub use self::contract::{Contract, Failure, Figures, Scan, Side};
pub use self::options::{DEFAULT_SAMPLE, Extent, MAX_SAMPLE, Options};
pub use self::strings::{Kind, Sample, SampleKind, sample_string};
use crate::control::{Control, Progress};
use crate::error::{Error, Result};
use crate::index::check::{self, Files};
use crate::index::{Generation, Snapshot, listed};

/// The most problems of the counts that are described.
const MAX_PROBLEMS: usize = 20;

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Report {
    /// The generation.
    pub generation: u64,
    /// The commit.
    pub commit: u64,
    /// The files, and the damaged ones among them. If any is damaged, nothing else was checked.
    pub files: Files,
    /// The counts.
    pub counts: Counts,
    /// The recall contract; `None` if files are damaged.
    pub contract: Option<Contract>,
}

/// The number of articles, counted in every way there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Documents in the segments.
    pub documents: u64,
    /// Stored articles that were read back.
    pub stored: u64,
    /// Distinct ids among them.
    pub ids: u64,
    /// Articles listed in the manifest.
    pub manifest: u64,
    /// Descriptions of the disagreements, at most a few.
    pub problems: Vec<String>,
}

impl Report {
    /// Whether no fault was found.
    pub fn is_sound(&self) -> bool {
        self.files.damaged.is_empty()
            && self.counts.problems.is_empty()
            && self.contract.as_ref().is_some_and(Contract::holds)
    }
}

/// Verifies the current generation of an index.
///
/// # Errors
/// If there is no index, or its folder can't be read. Damage is not an error here: the report lists it.
pub fn verify(index: &Path, options: Options) -> Result<Report> {
    verify_under(index, options, &Control::default())
}

/// Verifies the current generation of an index, as long as the control lets it go on; it hears how many articles were
/// looked at.
///
/// # Errors
/// Same as [`verify`]; [`Error::Interrupted`] if the control asks to stop.
pub fn verify_under(index: &Path, options: Options, control: &Control<'_>) -> Result<Report> {
    let generation = Generation::current(index)?.ok_or_else(|| Error::NoIndex(index.to_path_buf()))?;
    let files = check::files(&generation)?;
    let mut report = Report { generation: generation.number, files, ..Report::default() };
    if !report.files.damaged.is_empty() {
        return Ok(report);
    }
    let snapshot = Snapshot::open_generation(&generation)?;
    report.commit = snapshot.commit.number;
    check::catching_panics(&generation, || {
        report.counts = count(&snapshot, control)?;
        report.contract = Some(contract::contract(&snapshot, options, control)?);
        Ok(())
    })?;
    Ok(report)
}

/// Tests the recall contract with a number of random strings on a snapshot. Returns a description of the first failure,
/// if any.
///
/// # Errors
/// If an index file can't be read or does not hold what was written.
pub fn sample(snapshot: &Snapshot, strings: usize) -> Result<Option<String>> {
    let options = Options { sample: strings, ..Options::default() };
    let contract =
        check::catching_panics(&snapshot.generation, || contract::contract(snapshot, options, &Control::default()))?;
    Ok(match contract.failures.first() {
        _ if contract.holds() => None,
        Some(Failure { string, id, side: Side::Missing }) => Some(format!("\"{string}\" does not find article {id}")),
        Some(Failure { string, id, side: Side::Wrong }) => Some(format!("\"{string}\" finds article {id} without it")),
        None => Some("a string is found in articles that are not there".to_string()),
    })
}

fn count(snapshot: &Snapshot, control: &Control<'_>) -> Result<Counts> {
    let mut counts = Counts { documents: snapshot.articles(), ..Counts::default() };
    let mut problems = Problems::default();
    let mut ids = HashSet::new();
    for found in snapshot.all() {
        if control.is_stopped() {
            return Err(Error::Interrupted);
        }
        control.report(Progress::new(counts.stored, counts.documents, counts.stored));
        let (address, article) = match found {
            Ok(found) => found,
            Err(error @ Error::Unreadable { .. }) => {
                problems.add(|| error.to_string());
                continue;
            }
            Err(error) => return Err(error),
        };
        counts.stored += 1;
        let id = snapshot.id(address)?;
        if id != article.id {
            problems.add(|| format!("the article stored as {} is indexed as {id}", article.id));
        }
        if snapshot.find(&article.id)? != Some(address) {
            problems.add(|| format!("{} is not found by its id", article.id));
        }
        if !ids.insert(article.id) {
            problems.add(|| format!("{id} is there twice"));
        }
    }
    counts.ids = ids.len() as u64;
    let listed = listed(snapshot)?;
    counts.manifest = listed.articles;
    listed.problems.into_iter().for_each(|problem| problems.add(|| problem));
    let same = counts.stored == counts.documents && counts.ids == counts.documents;
    if !same || counts.manifest != counts.documents {
        problems.add(|| "the counts do not agree".to_string());
    }
    counts.problems = problems.0;
    Ok(counts)
}

#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn add(&mut self, problem: impl FnOnce() -> String) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.push(problem());
        }
    }
}
