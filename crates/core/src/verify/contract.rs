//! The recall contract: search results compared with a plain scan of the stored texts.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::options::{Extent, Options};
use super::strings::{Kind, Sample, SampleKind, sample_string};
use crate::article::{Article, ArticleId};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::Snapshot;
use crate::query::parse;
use crate::search::compile::compile;
use crate::search::compile::plan::Breadth;
use crate::search::kind::Kind as Match;
use crate::search::matching::found::Matches;
use gongxun_text::fold::{fold, fold_char};
use gongxun_text::random::Random;
use gongxun_text::strings::{self, Class};
use gongxun_text::synonyms::Synonyms;

/// The most failures that are kept as examples.
const MAX_FAILURES: usize = 20;
/// The number of substrings per name and per character in the sample.
const SUBSTRINGS_TO_ONE: usize = 10;

/// The result of the comparison.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Contract {
    /// The figures by kind of string, over the sample.
    pub kinds: BTreeMap<Kind, Figures>,
    /// The figures by kind of string of the searches for every single article, with [`Extent::All`].
    pub own: BTreeMap<Kind, Figures>,
    /// Examples of failures.
    pub failures: Vec<Failure>,
}

/// The figures of the strings of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Figures {
    /// Number of strings tried.
    pub strings: u64,
    /// Number of strings found exactly: every article that holds them and no other.
    pub exact: u64,
    /// Number of articles that were found and hold the string.
    pub hits: u64,
    /// Number of articles that hold a string and were not found by it.
    pub missing: u64,
    /// Number of articles that were found by a string that they do not hold.
    pub wrong: u64,
}

/// A string and an article on which search and scan disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The string.
    pub string: String,
    /// The article.
    pub id: ArticleId,
    /// The direction of the disagreement.
    pub side: Side,
}

/// The direction in which search and scan disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The article holds the string and was not found.
    Missing,
    /// The article was found and does not hold the string.
    Wrong,
}

impl Contract {
    /// Whether nothing was missing and nothing wrong.
    pub fn holds(&self) -> bool {
        self.kinds.values().chain(self.own.values()).all(|f| f.missing == 0 && f.wrong == 0)
    }

    fn fail(&mut self, string: &str, id: &ArticleId, side: Side) {
        if self.failures.len() < MAX_FAILURES {
            self.failures.push(Failure { string: string.to_string(), id: id.clone(), side });
        }
    }
}

/// Compares search and scan, to the extent of the options.
///
/// # Errors
/// If an index file can't be read; [`Error::Interrupted`] if the control asks to stop.
pub fn contract(snapshot: &Snapshot, options: Options, control: &Control<'_>) -> Result<Contract> {
    let mut contract = Contract::default();
    let mut random = Random::new(options.seed);
    let samples = sample(snapshot, options, &mut random, &mut contract, control)?;
    compare(snapshot, &samples, &mut contract, control)?;
    Ok(contract)
}

/// Fails once the control says to stop.
fn go_on(control: &Control<'_>) -> Result<()> {
    if control.is_stopped() { Err(Error::Interrupted) } else { Ok(()) }
}

/// Draws the strings of the sample from articles chosen at random, in one pass over all; with [`Extent::All`] every
/// article is also searched for by strings of its own in this pass.
fn sample(
    snapshot: &Snapshot,
    options: Options,
    random: &mut Random,
    contract: &mut Contract,
    control: &Control<'_>,
) -> Result<Vec<Sample>> {
    let articles = snapshot.articles() as usize;
    let few = if options.sample == 0 { 0 } else { options.sample.div_ceil(SUBSTRINGS_TO_ONE) };
    let mut chosen: Vec<usize> = Vec::new();
    if articles > 0 {
        chosen.extend((0..options.sample).map(|_| random.below(articles)));
    }
    chosen.sort_unstable();
    let mut next = chosen.into_iter().peekable();
    let mut samples = Vec::new();
    // The same names and characters occur in thousands of articles: each is tried once.
    let (mut names, mut characters) = (Distinct::of(few), Distinct::of(few));
    for (at, found) in snapshot.all().enumerate() {
        go_on(control)?;
        let (_, article) = match found {
            // The counts report it.
            Err(Error::Unreadable { .. }) => continue,
            found => found?,
        };
        while next.next_if(|chosen| *chosen <= at).is_some() {
            samples.extend(sample_string(&article, SampleKind::Substring, random));
        }
        names.offer(sample_string(&article, SampleKind::Name, random), random);
        characters.offer(sample_string(&article, SampleKind::Character, random), random);
        if options.extent == Extent::All {
            own(snapshot, &article, random, contract)?;
        }
    }
    samples.extend(names.kept);
    samples.extend(characters.kept);
    Ok(samples)
}

/// A uniform random selection of the distinct strings offered.
struct Distinct {
    few: usize,
    seen: HashSet<String>,
    kept: Vec<Sample>,
}

impl Distinct {
    fn of(few: usize) -> Distinct {
        Distinct { few, seen: HashSet::new(), kept: Vec::new() }
    }

    fn offer(&mut self, sample: Option<Sample>, random: &mut Random) {
        let Some(sample) = sample.filter(|sample| !self.seen.contains(&sample.text)) else { return };
        self.seen.insert(sample.text.clone());
        if self.kept.len() < self.few {
            self.kept.push(sample);
        } else if let Some(slot) = self.kept.get_mut(random.below(self.seen.len())) {
            *slot = sample;
        }
    }
}

/// Searches for an article by a substring, a name and a character of its own.
fn own(snapshot: &Snapshot, article: &Article, random: &mut Random, contract: &mut Contract) -> Result<()> {
    let Some(address) = snapshot.find(&article.id)? else { return Ok(()) };
    for wanted in [SampleKind::Substring, SampleKind::Name, SampleKind::Character] {
        let Some(sample) = sample_string(article, wanted, random) else { continue };
        let found = find(snapshot, &sample.text)?.kind(address).is_some();
        let figures = contract.own.entry(sample.kind).or_default();
        figures.strings += 1;
        if found {
            figures.exact += 1;
            figures.hits += 1;
        } else {
            figures.missing += 1;
            contract.fail(&sample.text, &article.id, Side::Missing);
        }
    }
    Ok(())
}

/// Returns the matches of a string in quotes, without collapsing copies.
fn find(snapshot: &Snapshot, string: &str) -> Result<Matches> {
    let query = parse(&format!("\"{string}\""));
    let segmenter = snapshot.segmenter()?;
    let compiled = compile(query.root.as_ref(), &[], segmenter, Synonyms::builtin(), Breadth::Exact);
    Matches::find(snapshot, &compiled, &Control::default())
}

/// Searches for every string and scans every text for it.
fn compare(snapshot: &Snapshot, samples: &[Sample], contract: &mut Contract, control: &Control<'_>) -> Result<()> {
    let scan = Scan::new(samples);
    let mut found: Vec<std::vec::IntoIter<_>> = Vec::with_capacity(samples.len());
    for sample in samples {
        go_on(control)?;
        found.push(find(snapshot, &sample.text)?.addresses(Match::Full).into_iter());
    }
    let mut figures = vec![Figures::default(); samples.len()];
    // Maps each article to the strings whose next hit it is: hits and articles come in the same order.
    let mut next: HashMap<_, Vec<usize>> = HashMap::new();
    for (number, hits) in found.iter_mut().enumerate() {
        if let Some(address) = hits.next() {
            next.entry(address).or_default().push(number);
        }
    }
    for article in snapshot.all() {
        go_on(control)?;
        let (address, article) = match article {
            Ok((address, article)) => (address, Some(article)),
            // Its content is unknown, so its hits can't be judged wrong.
            Err(Error::Unreadable { id, .. }) => match snapshot.find(&id)? {
                Some(address) => (address, None),
                None => continue,
            },
            Err(error) => return Err(error),
        };
        let mut given = next.remove(&address).unwrap_or_default();
        for number in &given {
            if let Some(address) = found[*number].next() {
                next.entry(address).or_default().push(*number);
            }
        }
        let Some(article) = article else { continue };
        given.sort_unstable();
        let held = scan.held(&article);
        for number in &held {
            if given.binary_search(number).is_ok() {
                figures[*number].hits += 1;
            } else {
                figures[*number].missing += 1;
                contract.fail(&samples[*number].text, &article.id, Side::Missing);
            }
        }
        for number in given.iter().filter(|number| held.binary_search(number).is_err()) {
            figures[*number].wrong += 1;
            contract.fail(&samples[*number].text, &article.id, Side::Wrong);
        }
    }
    // The remaining hits belong to no article.
    for numbers in next.values() {
        numbers.iter().for_each(|number| figures[*number].wrong += 1);
    }
    for (sample, one) in samples.iter().zip(figures) {
        let sum = contract.kinds.entry(sample.kind).or_default();
        sum.strings += 1;
        sum.exact += u64::from(one.missing == 0 && one.wrong == 0);
        sum.hits += one.hits;
        sum.missing += one.missing;
        sum.wrong += one.wrong;
    }
    Ok(())
}

/// The sample's strings, keyed by their beginning, so that a text is scanned once and not once per string.
pub struct Scan {
    strings: Vec<Vec<char>>,
    /// Strings of one character, and those whose second one is a sign, which stands for any.
    by_first: HashMap<char, Vec<usize>>,
    by_two: HashMap<[char; 2], Vec<usize>>,
}

impl Scan {
    /// Creates a scan for these strings.
    pub fn new(samples: &[Sample]) -> Scan {
        let strings: Vec<Vec<char>> = samples.iter().map(|sample| fold(&sample.text).chars().collect()).collect();
        let (mut by_first, mut by_two) = (HashMap::<char, Vec<usize>>::new(), HashMap::<[char; 2], Vec<usize>>::new());
        for (number, string) in strings.iter().enumerate() {
            match string[strings::core(string)] {
                [first, second, ..] if Class::of(second) != Class::Other => {
                    by_two.entry([first, second]).or_default().push(number);
                }
                [first, ..] => by_first.entry(first).or_default().push(number),
                [] => {}
            }
        }
        Scan { strings, by_first, by_two }
    }

    /// Returns the numbers of the strings that the article holds, in order.
    pub fn held(&self, article: &Article) -> Vec<usize> {
        let mut held = Vec::new();
        // The text in which each string was looked for last: a string may begin at any number of places.
        let mut tried_in = vec![0; self.strings.len()];
        let names = article.credits.iter().map(|credit| credit.name.as_str());
        let texts = [article.title.as_str(), article.lead.as_deref().unwrap_or(""), article.body.as_str()];
        for (text, number) in texts.into_iter().chain(names).zip(1_u64..) {
            let text: Vec<char> = text.chars().map(fold_char).collect();
            for (at, first) in text.iter().enumerate() {
                let by_two = text.get(at + 1).and_then(|second| self.by_two.get(&[*first, *second]));
                let begin = self.by_first.get(first).into_iter().chain(by_two).flatten();
                for string in begin.copied() {
                    if tried_in[string] == number {
                        continue;
                    }
                    tried_in[string] = number;
                    if strings::find(&text, &self.strings[string]).next().is_some() {
                        held.push(string);
                    }
                }
            }
        }
        held.sort_unstable();
        held.dedup();
        held
    }
}
