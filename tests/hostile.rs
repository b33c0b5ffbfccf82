//! Queries that are meant to cost time give what a plain scan of the texts gives, and none of them panics.

#[path = "support/archive.rs"]
mod archive;
#[path = "support/hostile.rs"]
mod hostile;
#[path = "support/hostile_inputs.rs"]
mod hostile_inputs;

use std::path::Path;

use archive::Archive;
use gongxun_core::article::Article;
use gongxun_core::control::Control;
use gongxun_core::query::{Query, parse};
use gongxun_core::search::compile::compile;
use gongxun_core::search::compile::needle::Needle;
use gongxun_core::search::compile::plan::{Breadth, Plan, Scope, Word};
use gongxun_core::search::matching::matcher::texts;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Copies, Read as _, Request, collocations, concordance};
use gongxun_ingest::ingest::{Options, extract_all};
use gongxun_text::fold::fold_char;
use gongxun_text::random::Random;
use gongxun_text::strings;
use gongxun_text::synonyms::Synonyms;
use serde_json::json;

/// Folds a text.
fn folded(text: &str) -> Vec<char> {
    text.chars().map(fold_char).collect()
}

/// Whether an article satisfies a plan, by its texts alone; `None` where a plan asks for something else than text.
fn holds(plan: &Plan, article: &Article) -> Option<bool> {
    let string = |string: &[char], scope: Scope| {
        texts(article, scope).into_iter().any(|text| strings::find(&folded(text), string).next().is_some())
    };
    let word = |word: &Word, scope: Scope| word.strings().any(|plan| string(&plan.pattern, scope));
    Some(match plan {
        Plan::All => true,
        Plan::Nothing => false,
        Plan::String(plan, scope) => string(&plan.pattern, *scope),
        Plan::Words(words, scope) => words.iter().all(|each| word(each, *scope)),
        Plan::AnyWord(words, scope) => words.iter().any(|each| word(each, *scope)),
        Plan::Term(words, synonyms, scope) => {
            (!words.is_empty() && words.iter().all(|each| word(each, *scope)))
                || synonyms.iter().any(|plan| string(&plan.pattern, *scope))
        }
        Plan::Scan(needle, scope, _) => texts(article, *scope).into_iter().any(|text| needle.is_in(&folded(text))),
        Plan::And(plans) => {
            plans.iter().map(|plan| holds(plan, article)).collect::<Option<Vec<_>>>()?.into_iter().all(|held| held)
        }
        Plan::Or(plans) => {
            plans.iter().map(|plan| holds(plan, article)).collect::<Option<Vec<_>>>()?.into_iter().any(|held| held)
        }
        Plan::Not(plan) => !holds(plan, article)?,
        Plan::Key(..) | Plan::Date(..) | Plan::Margin(_) => return None,
    })
}

#[test]
fn hostile_queries_give_what_a_scan_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let archive = Archive::new();
    archive.ingest_from(&folder, &folder);
    let snapshot = archive.snapshot();
    let articles: Vec<Article> = snapshot.all().map(|each| each.unwrap().1).collect();
    let queries = hostile::queries();
    assert!(queries.len() >= 300, "{} queries", queries.len());
    let mut compared = 0;
    for hostile in queries {
        let given = hostile::ask(&snapshot, &hostile);
        let Ok(given) = given else { continue };
        if hostile.command != "search" {
            continue;
        }
        let query = parse(&hostile.queries[0]);
        let segmenter = snapshot.segmenter().unwrap();
        let plan = compile(query.root.as_ref(), &[], segmenter, Synonyms::builtin(), Breadth::Exact).full;
        let expect: Option<Vec<bool>> = articles.iter().map(|article| holds(&plan, article)).collect();
        if let Some(expect) = expect {
            let request = Request { breadth: Breadth::Exact, copies: Copies::All, limit: 0, ..Request::new(query) };
            let all = snapshot.answer(&request, &Control::default()).unwrap();
            assert_eq!(all.total, expect.iter().filter(|held| **held).count() as u64, "{}: {given}", hostile.name);
            compared += 1;
        }
    }
    println!("{compared} compared with a scan of {} articles", articles.len());
    assert!(compared >= 250, "{compared}");
}

/// The longest query that is counted in several ways, in bytes: longer ones repeat a short one.
const MAX_COUNTED: usize = 1_000;

/// However they are counted, by the index, by texts, or together with others in one pass over the texts, the articles
/// and occurrences of a query are the same.
#[test]
fn hostile_queries_are_counted_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let archive = Archive::new();
    archive.ingest_from(&folder, &folder);
    let snapshot = archive.snapshot();
    let control = Control::default();
    let queries: Vec<String> = hostile::queries().into_iter().flat_map(|hostile| hostile.queries).collect();
    let queries: Vec<&String> = queries.iter().filter(|query| query.len() < MAX_COUNTED).collect();
    let mut occurrences = 0;
    for group in queries.chunks(5) {
        let request = |query: &&String| Request { occurrences: true, ..Request::new(parse(query)) };
        let requests: Vec<Request> = group.iter().map(request).collect();
        let compared = snapshot.compare(&requests, Step::Year, &control).unwrap();
        for (request, compared) in requests.iter().zip(&compared.queries) {
            let query = &compared.query;
            let timeline = snapshot.timeline(request, Step::Year, &control).unwrap();
            assert_eq!((timeline.total, timeline.occurrences), (compared.total, compared.occurrences), "{query}");
            let options = concordance::Options::default();
            let counts = snapshot.concordance(request, &options, &control, &mut |_| Ok(())).unwrap();
            assert_eq!(compared.occurrences, Some(counts.occurrences), "{query}");
            let near = snapshot.collocations(request, &collocations::Options::default(), &control).unwrap();
            assert_eq!((near.occurrences, near.articles), (counts.occurrences, counts.articles), "{query}");
            occurrences += counts.occurrences;
        }
    }
    println!("{} queries: {occurrences} occurrences in each", queries.len());
    assert!(occurrences > 0);
}

/// The size of each hostile input that is read, in bytes: a square cost is felt at twice as much.
const INPUT_BYTES: usize = 32 << 10;

#[test]
fn hostile_inputs_are_read_or_rejected_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = hostile_inputs::inputs();
    assert!(inputs.len() >= 300, "{}", inputs.len());
    for input in &inputs {
        std::fs::write(folder.path().join(input.name), input.bytes(INPUT_BYTES)).unwrap();
    }
    let mut met = std::collections::BTreeSet::new();
    extract_all(&Options::new([folder.path()]).root(folder.path()), |record| {
        met.insert(match record {
            Ok(article) => article.origin,
            Err(rejection) => {
                assert!(!rejection.detail.contains("extractor failed"), "{rejection:?}");
                rejection.origin.to_string()
            }
        });
        Ok(())
    })
    .unwrap();
    for input in &inputs {
        assert!(met.iter().any(|origin| origin.contains(input.name)), "{}: neither read nor rejected", input.name);
    }
}

/// The length of the string that a program looks for; text that is parsed is limited, a built query is not.
const LONG_PHRASE: usize = 2_000_000;

#[test]
fn a_phrase_of_millions_of_characters_is_found_exactly() {
    let mut random = Random::new(9);
    let characters: Vec<char> = "工会职农民欠薪讨仲裁骑手，。".chars().collect();
    let mut body: Vec<char> = (0..LONG_PHRASE).map(|_| characters[random.below(characters.len())]).collect();
    let archive = Archive::new();
    let text: String = body.iter().collect();
    archive.write("a.json", json!({ "title": "长", "body": text }).to_string());
    for n in 0..4 {
        archive.write(&format!("{n}.json"), json!({ "title": "短", "body": "工会职工。" }).to_string());
    }
    archive.ingest();
    let snapshot = archive.snapshot();
    let total = |phrase: &str| snapshot.search(Query::phrase(phrase)).run().unwrap().total;
    assert_eq!(total(&text), 1);
    body[LONG_PHRASE - 3] = '煤';
    assert_eq!(total(&body.iter().collect::<String>()), 0);
}

/// The parts of texts with numbers.
const PARTS: [&str; 22] = [
    "1",
    "12",
    "077",
    "1077",
    "1,077",
    "１，０７７",
    "301,077",
    "2,301,077",
    "2025",
    "2,025",
    "0371",
    "1,07",
    "人",
    "年",
    "元",
    ",",
    "，",
    "、",
    ".",
    "。",
    "%",
    "a",
];
/// The number of strings that are tried.
const STRINGS: usize = 4_000;

#[test]
fn numbers_are_found_in_either_form() {
    let mut random = Random::new(5);
    let mut draw = |least: usize, most: usize| -> String {
        let parts = least + random.below(most - least + 1);
        (0..parts).map(|_| PARTS[random.below(PARTS.len())]).collect()
    };
    let archive = Archive::new();
    let mut lines = String::new();
    for number in 0..400 {
        let article = json!({ "id": number.to_string(), "title": draw(1, 4), "body": format!("工{}", draw(4, 25)) });
        lines.push_str(&format!("{article}\n"));
    }
    archive.write("a.jsonl", lines);
    archive.ingest();
    let snapshot = archive.snapshot();
    let articles: Vec<Article> = snapshot.all().map(|each| each.unwrap().1).collect();
    assert!(articles.len() > 300, "{}", articles.len());
    let (mut held, mut in_other_form) = (0, 0);
    for _ in 0..STRINGS {
        let text = draw(1, 3);
        let string = folded(&text);
        let found = |article: &Article| -> u64 {
            texts(article, Scope::ALL).iter().map(|text| strings::find(&folded(text), &string).count() as u64).sum()
        };
        let counts: Vec<u64> = articles.iter().map(found).collect();
        let request = Request {
            breadth: Breadth::Exact,
            copies: Copies::All,
            occurrences: true,
            limit: 0,
            ..Request::new(Query::phrase(&text))
        };
        let answer = snapshot.answer(&request, &Control::default()).unwrap();
        let expect = counts.iter().filter(|count| **count > 0).count() as u64;
        assert_eq!(answer.total, expect, "{text:?}");
        assert_eq!(answer.occurrences, Some(counts.iter().sum()), "{text:?}");
        held += expect;
        let numbers = strings::numbers(&string[strings::core(&string)]);
        if let [number] = numbers.as_slice() {
            let other = Needle::String(number.other.clone());
            in_other_form += articles.iter().filter(|a| other.is_in(&folded(&a.body)) && found(a) > 0).count();
        }
    }
    println!(
        "{STRINGS} strings in {} articles: {held} hits, {in_other_form} where the other form stands",
        articles.len()
    );
    assert!(held > STRINGS as u64 && in_other_form > 1_000, "{held}, {in_other_form}");
}
