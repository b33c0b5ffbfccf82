//! The recall contract over a real archive: random substrings, names and single characters found in quotes, against a
//! plain scan of all texts. The archive is taken as it is, and turned to traditional letters character by character;
//! the figure for text converted by phrases stands beside it, because such text does not fold back one to one (瞭解, 答覆).
//!
//! ```text
//! GONGXUN_DATA=… cargo run --release --example recall_contract
//! ```
//! Another file of JSON lines may be named as the first argument, another number of strings as the second.

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use gongxun_core::article::Article;
use gongxun_core::control::Control;
use gongxun_core::index::{Resources, Snapshot, Writer};
use gongxun_core::query::parse;
use gongxun_core::search::compile::compile;
use gongxun_core::search::matching::found::Matches;
use gongxun_core::search::{Breadth, Kind};
use gongxun_core::verify::{self, Extent, SampleKind};
use gongxun_ingest::ingest::{self, Options};
use gongxun_text::fold::fold_char;
use gongxun_text::random::Random;
use gongxun_text::synonyms::Synonyms;

/// The number of substrings to try; in addition a tenth as many names, and a tenth as many characters.
const STRINGS: usize = 5_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let file = match (args.next(), std::env::var_os("GONGXUN_DATA")) {
        (Some(file), _) => PathBuf::from(file),
        (None, Some(data)) => PathBuf::from(data).join("scale/cctv.jsonl"),
        (None, None) => return Err("name a file of JSON lines, or the folder of the data in GONGXUN_DATA".into()),
    };
    let strings = args.next().map_or(Ok(STRINGS), |n| n.parse())?;
    let lines = std::fs::read_to_string(&file)?;
    let folder = tempfile::tempdir()?;
    let traditional = traditional_letters();
    let by_characters = |text: &str| text.chars().map(|c| traditional.get(&c).copied().unwrap_or(c)).collect();
    let opencc = OpenCC::from_config(BuiltinConfig::S2t)?;
    let by_phrases = |text: &str| opencc.convert(text);

    let mut sound = contract(folder.path(), "as it is", &lines, strings)?;
    sound &= contract(folder.path(), "traditional, by characters", &convert(&lines, &by_characters)?, strings)?;
    phrases(folder.path(), &lines, &convert(&lines, &by_phrases)?, strings)?;
    if sound { Ok(()) } else { Err("the recall contract does not hold".into()) }
}

/// Builds an index of the lines and verifies it.
fn contract(folder: &Path, name: &str, lines: &str, sample: usize) -> Result<bool, Box<dyn Error>> {
    let index = build(folder, lines)?;
    let report = verify::verify(&index, verify::Options::default().sample(sample).extent(Extent::Sample).seed(1))?;
    println!("{name}\n{}", gongxun_core::view::verify::text(&report, Default::default()));
    std::fs::remove_dir_all(index)?;
    Ok(report.is_sound())
}

/// Counts the simplified strings that find the same articles after the texts were converted by phrases.
fn phrases(folder: &Path, simplified: &str, converted: &str, sample: usize) -> Result<(), Box<dyn Error>> {
    let mut random = Random::new(1);
    let articles: Vec<&str> = simplified.lines().collect();
    let mut strings = Vec::new();
    // An article that has nothing to draw is skipped, so the number of attempts is limited.
    for _ in 0..sample * 4 {
        if strings.len() < sample && !articles.is_empty() {
            let article = article(articles[random.below(articles.len())])?;
            strings
                .extend(verify::sample_string(&article, SampleKind::Substring, &mut random).map(|sample| sample.text));
        }
    }
    let mut answers = Vec::new();
    for lines in [simplified, converted] {
        let index = build(folder, lines)?;
        let snapshot = Snapshot::open(&index)?;
        let found: Result<Vec<_>, _> = strings.iter().map(|string| find(&snapshot, string)).collect();
        answers.push(found?);
        std::fs::remove_dir_all(index)?;
    }
    let same = answers[0].iter().zip(&answers[1]).filter(|(before, after)| before == after).count();
    let hits: usize = answers[0].iter().map(Vec::len).sum();
    let kept = |(before, after): (&Vec<String>, &Vec<String>)| {
        before.iter().filter(|id| after.binary_search(id).is_ok()).count()
    };
    let kept: usize = answers[0].iter().zip(&answers[1]).map(kept).sum();
    println!(
        "traditional, by phrases\n{} simplified strings: {:.2} % find the same articles as before; {:.2} % of {hits} hits are kept",
        strings.len(),
        same as f64 * 100.0 / strings.len().max(1) as f64,
        kept as f64 * 100.0 / hits.max(1) as f64
    );
    Ok(())
}

/// Returns the ids that a string in quotes finds, in order.
fn find(snapshot: &Snapshot, string: &str) -> gongxun_core::error::Result<Vec<String>> {
    let query = parse(&format!("\"{string}\""));
    let compiled = compile(query.root.as_ref(), &[], snapshot.segmenter()?, Synonyms::builtin(), Breadth::Exact);
    let found = Matches::find(snapshot, &compiled, &Control::default())?.addresses(Kind::Full);
    let mut ids =
        found.into_iter().map(|at| snapshot.id(at).map(|id| id.0)).collect::<gongxun_core::error::Result<Vec<_>>>()?;
    ids.sort_unstable();
    Ok(ids)
}

fn build(folder: &Path, lines: &str) -> Result<PathBuf, Box<dyn Error>> {
    let input = folder.join("articles.jsonl");
    std::fs::write(&input, lines)?;
    let index = folder.join("index");
    let options = Options::new([input]).root(folder.to_path_buf());
    let mut writer = Writer::open(&index, None, Resources::new(2, 200 << 20))?;
    ingest::ingest(&mut writer, &options, &mut ())?;
    writer.finish()?;
    Ok(index)
}

/// Converts every text of every line; ids stay as they were.
fn convert(lines: &str, letters: &dyn Fn(&str) -> String) -> Result<String, Box<dyn Error>> {
    let mut out = String::with_capacity(lines.len());
    for line in lines.lines() {
        let mut value: serde_json::Value = serde_json::from_str(line)?;
        for (name, field) in value.as_object_mut().into_iter().flatten() {
            if name != "id"
                && name != "url"
                && let Some(text) = field.as_str()
            {
                *field = letters(text).into();
            }
        }
        out.push_str(&value.to_string());
        out.push('\n');
    }
    Ok(out)
}

fn article(line: &str) -> Result<Article, Box<dyn Error>> {
    let value: serde_json::Value = serde_json::from_str(line)?;
    let text = |name: &str| value[name].as_str().unwrap_or("").to_string();
    Ok({
        let mut article = Article::default();
        article.title = text("title");
        article.body = text("body");
        article
    })
}

/// Maps each simplified character to a traditional one that folds back to it: the first in the order of Unicode.
fn traditional_letters() -> HashMap<char, char> {
    let mut letters = HashMap::new();
    for c in ('\u{4e00}'..='\u{9fff}').filter(|c| fold_char(*c) != *c) {
        letters.entry(fold_char(c)).or_insert(c);
    }
    letters
}
