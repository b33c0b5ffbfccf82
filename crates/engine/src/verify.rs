//! Verification of an index: its number of articles, and the recall contract, by searching for random strings of the
//! articles and scanning all texts for them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::archive::Archive;
use crate::document;
use crate::found::{BATCH, Found};
use crate::lower::match_all;
use crate::manifest;
use crate::search::{self, MAX_HITS};
use crate::settings::Settings;
use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::index::Entry;
use gongxun_core::query::parse;
use gongxun_core::search::{Breadth, Copies, Kind, Request};
use gongxun_core::verify::{Figures, Sample, SampleKind, Scan, sample_string};
use gongxun_text::random::Random;

/// The most failures that are listed.
const MAX_FAILURES: usize = 20;
/// The number of substrings to each name, and to each single character, in the sample.
const TO_ONE: usize = 10;

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Verified {
    /// The number of articles that OpenSearch counts.
    pub articles: u64,
    /// The number of articles that it returned when all were read.
    pub given: u64,
    /// The number of articles that the manifest names. Records of several files with the same id count separately.
    pub manifest: u64,
    /// The figures of the strings, by kind.
    pub kinds: BTreeMap<&'static str, Figures>,
    /// Descriptions of failures, 20 at most.
    pub failures: Vec<String>,
}

impl Verified {
    /// Whether all counted articles were returned, and each string found exactly the articles that hold it.
    pub fn is_sound(&self) -> bool {
        self.articles == self.given && self.failures.is_empty()
    }
}

/// Verifies an index: random strings of its articles must find exactly the articles that hold them. `strings` is the
/// number of substrings, to which a tenth as many names and single characters are added; `seed` determines the
/// selection.
///
/// # Errors
/// If OpenSearch can't be reached or a response is incomplete; [`gongxun_core::error::Error::Interrupted`] if the
/// control asks to stop.
pub fn verify(settings: &Settings, strings: usize, seed: u64, control: &Control<'_>) -> Result<Verified> {
    let archive = Archive::open(settings)?;
    let index = archive.index();
    let mut verified =
        Verified { articles: search::count(index.client, index.name, &match_all())?, ..Verified::default() };
    verified.manifest = manifest::read(index.client, index.name)?.entries().map(Entry::held).sum();
    let all =
        json!({"query": match_all(), "sort": [{"order": "asc"}], "_source": {"excludes": ["article.margin", "print"]}});
    let mut random = Random::new(seed);
    let few = strings.div_ceil(TO_ONE);
    let mut samples = [
        Reservoir { wanted: SampleKind::Substring, most: strings, seen: 0, kept: Vec::new() },
        Reservoir { wanted: SampleKind::Name, most: few, seen: 0, kept: Vec::new() },
        Reservoir { wanted: SampleKind::Character, most: few, seen: 0, kept: Vec::new() },
    ];
    // From a small archive, several strings are drawn from each article, so that there are enough.
    let times = (strings as u64).div_ceil(verified.articles.max(1)).max(1);
    search::each_page(index.client, index.name, &all, BATCH, control, &mut |hits| {
        for hit in hits {
            let article = document::article(hit)?;
            verified.given += 1;
            for _ in 0..times {
                samples.iter_mut().for_each(|reservoir| {
                    reservoir.offer(sample_string(&article, reservoir.wanted, &mut random), &mut random)
                });
            }
        }
        Ok(true)
    })?;
    let mut strings: Vec<Sample> = samples.into_iter().flat_map(|reservoir| reservoir.kept).collect();
    strings.sort_by(|a, b| a.text.cmp(&b.text));
    strings.dedup();
    let mut found: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, sample) in strings.iter().enumerate() {
        let request = Request {
            breadth: Breadth::Exact,
            copies: Copies::All,
            ..Request::new(parse(&format!("\"{}\"", sample.text)))
        };
        let matches = Found::find(&index, &request, control)?.shown(&[Kind::Full]);
        let body = json!({"query": matches, "sort": [{"order": "asc"}], "_source": false});
        let mut first = body.clone();
        (first["size"], first["track_total_hits"]) = (json!(MAX_HITS), json!(true));
        // Most strings have no more hits than one response holds, and need no point in time.
        let answer = search::search(index.client, index.name, &first)?;
        if search::total(&answer)? <= MAX_HITS as u64 {
            for id in search::hits(&answer).iter().filter_map(|hit: &Value| hit["_id"].as_str()) {
                found.entry(id.to_string()).or_default().push(number);
            }
            continue;
        }
        search::each_page(index.client, index.name, &body, MAX_HITS, control, &mut |hits| {
            for id in hits.iter().filter_map(|hit: &Value| hit["_id"].as_str()) {
                found.entry(id.to_string()).or_default().push(number);
            }
            Ok(true)
        })?;
    }
    let scan = Scan::new(&strings);
    let mut figures = vec![Figures::default(); strings.len()];
    let mut failures = Vec::new();
    search::each_page(index.client, index.name, &all, BATCH, control, &mut |hits| {
        for hit in hits {
            let article = document::article(hit)?;
            let held = scan.held(&article);
            let given = found.remove(&article.id.0).unwrap_or_default();
            let mut fail = |number: usize, what: &str| {
                if failures.len() < MAX_FAILURES {
                    failures.push(format!("{}: {what} by {:?}", article.id, strings[number].text));
                }
            };
            for number in &held {
                if given.contains(number) {
                    figures[*number].hits += 1;
                } else {
                    figures[*number].missing += 1;
                    fail(*number, "not found");
                }
            }
            for number in given.iter().filter(|number| !held.contains(number)) {
                figures[*number].wrong += 1;
                fail(*number, "found without holding it");
            }
        }
        Ok(true)
    })?;
    let absent: BTreeMap<String, Vec<usize>> = found.into_iter().collect();
    for (id, numbers) in absent.into_iter().take(MAX_FAILURES.saturating_sub(failures.len())) {
        failures.push(format!("{id}: found by {} strings, and not there", numbers.len()));
    }
    for (sample, one) in strings.iter().zip(figures) {
        let sum = verified.kinds.entry(sample.kind.name()).or_default();
        sum.strings += 1;
        sum.exact += u64::from(one.missing == 0 && one.wrong == 0);
        sum.hits += one.hits;
        sum.missing += one.missing;
        sum.wrong += one.wrong;
    }
    verified.failures = failures;
    Ok(verified)
}

/// A uniform random sample of the strings of one kind (reservoir sampling).
struct Reservoir {
    wanted: SampleKind,
    most: usize,
    seen: usize,
    kept: Vec<Sample>,
}

impl Reservoir {
    fn offer(&mut self, sample: Option<Sample>, random: &mut Random) {
        let Some(sample) = sample.filter(|sample| !self.kept.contains(sample)) else { return };
        self.seen += 1;
        if self.kept.len() < self.most {
            self.kept.push(sample);
        } else if let Some(slot) = self.kept.get_mut(random.below(self.seen)) {
            *slot = sample;
        }
    }
}
