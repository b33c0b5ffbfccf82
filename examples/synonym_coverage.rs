//! Counts the occurrences of the synonym file's groups in real text: for each group the articles of each set that hold
//! its terms, and the number of groups that occur at all.
//!
//! ```text
//! GONGXUN_DATA=… cargo run --release --example synonym_coverage [all|unseen|cut]
//! ```
//! The sets are `corpus/` and, if `GONGXUN_DATA` names its folder, `scale/cctv.jsonl`. `all` prints every group with
//! the number of articles behind each term, `unseen` the groups of which no term occurs, `cut` the terms that a line
//! finds and whose characters mostly cross word boundaries (全总 in 安全总局).

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use gongxun_core::article::Article;
use gongxun_core::index::{Resources, Snapshot, Writer};
use gongxun_ingest::ingest::{self, Options};
use gongxun_text::fold::fold;
use gongxun_text::segment::{Hmm, Segmenter};
use gongxun_text::synonyms::{Group, Synonyms, builtin_groups};

/// The most occurrences of a term that is not called cut: there is too little evidence.
const FEW: u64 = 5;

/// The occurrences of a term.
#[derive(Default, Clone)]
struct Seen {
    /// Articles of each set.
    articles: Vec<u64>,
    /// Occurrences in all sets.
    places: u64,
    /// The occurrences that cross a word boundary.
    cut: u64,
}

impl Seen {
    fn anywhere(&self) -> bool {
        self.places > 0
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let groups: Vec<Group> = builtin_groups().collect();
    let mut sets = vec![("corpus/", corpus()?)];
    match std::env::var_os("GONGXUN_DATA") {
        Some(data) => sets.push(("scale/cctv.jsonl", lines(&PathBuf::from(data).join("scale/cctv.jsonl"))?)),
        None => eprintln!("SKIPPED: scale/cctv.jsonl needs GONGXUN_DATA"),
    }
    let terms: HashSet<&str> = groups.iter().flat_map(members).map(String::as_str).collect();
    let seen = count(&terms, &sets);
    let (finds, found): (HashSet<&String>, HashSet<&String>) =
        (groups.iter().flat_map(|group| &group.terms).collect(), groups.iter().flat_map(answers).collect());

    let start = Instant::now();
    let finds_many = Synonyms::builtin().lookup("讨薪").len();
    println!("read in {:.2} ms; 讨薪 finds {finds_many} terms", start.elapsed().as_secs_f64() * 1000.0);
    let share = |n: usize, of: usize| format!("{n} of {of} ({:.0} %)", n as f64 * 100.0 / of.max(1) as f64);
    let one_way = groups.iter().filter(|group| !group.found.is_empty()).count();
    println!(
        "{} groups, {one_way} of them one-way; {} terms, of which {} find",
        groups.len(),
        terms.len(),
        finds.len()
    );
    for (at, (name, texts)) in sets.iter().enumerate() {
        let here = |term: &String| seen[term.as_str()].articles[at] > 0;
        let any = groups.iter().filter(|group| members(group).any(here)).count();
        let answered = groups.iter().filter(|group| answers(group).any(here)).count();
        println!("{name}: {} articles; groups with a term in one {}", texts.len(), share(any, groups.len()));
        println!("    with a term that is found {}", share(answered, groups.len()));
    }
    let anywhere = |term: &String| seen[term.as_str()].anywhere();
    let any = groups.iter().filter(|group| members(group).any(anywhere)).count();
    let answered = groups.iter().filter(|group| answers(group).any(anywhere)).count();
    println!("in all: groups with a term seen {}", share(any, groups.len()));
    println!("    with a term that is found {}", share(answered, groups.len()));
    println!("    terms seen {}", share(terms.iter().filter(|term| seen[**term].anywhere()).count(), terms.len()));
    let mut cut: Vec<&&String> = found.iter().filter(|term| is_cut(&seen[term.as_str()])).collect();
    cut.sort();
    println!("    terms that are found and mostly cut through words {}", share(cut.len(), found.len()));

    let counted = |term: &String| format!("{term} {:?}", seen[term.as_str()].articles);
    let listed = |group: &Group| {
        let side = |terms: &[String]| terms.iter().map(counted).collect::<Vec<_>>().join(", ");
        match group.found.is_empty() {
            true => format!("{}: {}", group.note, side(&group.terms)),
            false => format!("{}: {} > {}", group.note, side(&group.terms), side(&group.found)),
        }
    };
    match wanted.as_str() {
        "all" => groups.iter().for_each(|group| println!("{}", listed(group))),
        "unseen" => {
            groups.iter().filter(|group| !members(group).any(anywhere)).for_each(|group| println!("{}", listed(group)))
        }
        "cut" => cut.iter().for_each(|term| {
            let seen = &seen[term.as_str()];
            println!("{term}: {} of {} places", seen.cut, seen.places);
        }),
        _ => {}
    }
    Ok(())
}

/// Returns all terms of a group.
fn members(group: &Group) -> impl Iterator<Item = &String> {
    group.terms.iter().chain(&group.found)
}

/// Returns the terms of a group that another one finds.
fn answers(group: &Group) -> impl Iterator<Item = &String> {
    let found: HashSet<&String> = group.terms.iter().flat_map(|term| group.found_by(term)).collect();
    found.into_iter()
}

fn is_cut(seen: &Seen) -> bool {
    seen.places > FEW && seen.cut * 2 > seen.places
}

/// Looks up all terms at every place of every text.
fn count(terms: &HashSet<&str>, sets: &[(&str, Vec<String>)]) -> HashMap<String, Seen> {
    let empty = Seen { articles: vec![0; sets.len()], ..Seen::default() };
    let mut seen: HashMap<String, Seen> = terms.iter().map(|term| (term.to_string(), empty.clone())).collect();
    let mut by_first: HashMap<char, Vec<&str>> = HashMap::new();
    terms.iter().for_each(|term| by_first.entry(term.chars().next().unwrap_or(' ')).or_default().push(term));
    let segmenter = Segmenter::builtin();
    let mut tokens = Vec::new();
    for (at, (_, texts)) in sets.iter().enumerate() {
        for text in texts {
            segmenter.cut(text, Hmm::On, &mut tokens);
            let mut edges: Vec<usize> = tokens.iter().map(|token| token.start as usize).collect();
            edges.push(text.len());
            let mut here = HashSet::new();
            for (start, first) in text.char_indices() {
                for term in by_first.get(&first).into_iter().flatten() {
                    let end = start + term.len();
                    if !text[start..].starts_with(term) || !stands_alone(text, start, end) {
                        continue;
                    }
                    let Some(seen) = seen.get_mut(*term) else { continue };
                    seen.places += 1;
                    let whole = edges.binary_search(&start).is_ok() && edges.binary_search(&end).is_ok();
                    let joined =
                        edges.partition_point(|edge| *edge < end) > edges.partition_point(|edge| *edge <= start);
                    seen.cut += u64::from(!whole && joined);
                    if here.insert(*term) {
                        seen.articles[at] += 1;
                    }
                }
            }
        }
    }
    seen
}

/// Whether no run of Latin letters or digits goes on at either end.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let inside = |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at..].chars().next());
        before.zip(after).is_some_and(|(a, b)| {
            a.is_ascii_alphabetic() && b.is_ascii_alphabetic() || a.is_ascii_digit() && b.is_ascii_digit()
        })
    };
    !inside(start) && !inside(end)
}

/// Returns the texts of the sample articles, folded.
fn corpus() -> Result<Vec<String>, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir()?;
    let index = folder.path().join("index");
    let options = Options::new([root.join("corpus")]).root(root.to_path_buf());
    let mut writer = Writer::open(&index, None, Resources::new(2, 100 << 20))?;
    ingest::ingest(&mut writer, &options, &mut ())?;
    writer.finish()?;
    let snapshot = Snapshot::open(&index)?;
    let article =
        |found: gongxun_core::error::Result<(_, Article)>| -> Result<String, Box<dyn Error>> { Ok(text(&found?.1)) };
    snapshot.all().map(article).collect()
}

/// Returns the texts of a file of JSON lines, folded.
fn lines(file: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let lines = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let text = |line: &str| -> Result<String, Box<dyn Error>> {
        let value: serde_json::Value = serde_json::from_str(line)?;
        let field = |name: &str| value[name].as_str().unwrap_or("").to_string();
        Ok(text(&{
            let mut article = Article::default();
            article.title = field("title");
            article.body = field("body");
            article
        }))
    };
    lines.lines().map(text).collect()
}

fn text(article: &Article) -> String {
    fold(&[article.title.as_str(), article.lead.as_deref().unwrap_or_default(), article.body.as_str()].join("\n"))
}
