//! Tests that the occurrences of a concordance are those of a plain scan, in order, and that their context is the
//! text's.

#[path = "support/archive.rs"]
mod archive;
#[path = "support/data.rs"]
mod data;

use std::ops::RangeInclusive;
use std::path::Path;

use archive::Archive;
use gongxun_core::article::Article;
use gongxun_core::control::Control;
use gongxun_core::index::Snapshot;
use gongxun_core::query::parse;
use gongxun_core::search::concordance::{Context, Counts, Line, Options, Order, concordance};
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Breadth, Copies, Request, compare::compare, search};
use gongxun_text::fold::fold_char;
use gongxun_text::random::Random;
use gongxun_text::strings;
use gongxun_text::synonyms::Synonyms;

/// The number of strings that are tried over the sample corpus, and their lengths in characters.
const IN_CORPUS: (usize, RangeInclusive<usize>) = (200, 1..=5);
/// The same over real articles, of which most hold nearly every frequent character.
const IN_NEWS: (usize, RangeInclusive<usize>) = (100, 2..=6);

fn corpus() -> Archive {
    let archive = Archive::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    archive.ingest_from(&corpus, &corpus);
    archive
}

fn lines(snapshot: &Snapshot, request: &Request, options: &Options) -> (Vec<Line>, Counts) {
    let mut lines = Vec::new();
    let counts = concordance(snapshot, request, options, &Control::default(), &mut |line| {
        lines.push(line);
        Ok(())
    });
    (lines, counts.unwrap())
}

fn all_copies(query: &str) -> Request {
    Request { copies: Copies::All, ..Request::new(parse(query)) }
}

fn texts(article: &Article) -> [(&'static str, &str); 3] {
    [("title", &article.title), ("lead", article.lead.as_deref().unwrap_or_default()), ("body", &article.body)]
}

/// Returns the occurrences of a string in the articles: id, field, offset.
fn scan(articles: &[Article], string: &str) -> Vec<(String, &'static str, usize)> {
    let string: Vec<char> = string.chars().map(fold_char).collect();
    let mut found = Vec::new();
    for article in articles {
        for (field, text) in texts(article) {
            let folded: Vec<char> = text.chars().map(fold_char).collect();
            found.extend(strings::find(&folded, &string).map(|range| (article.id.0.clone(), field, range.start)));
        }
    }
    found.sort();
    found
}

fn compare_with_scan(archive: &Archive, (strings, lengths): (usize, RangeInclusive<usize>)) {
    let snapshot = archive.snapshot();
    let articles: Vec<Article> = snapshot.all().map(|found| found.unwrap().1).collect();
    let mut random = Random::new(5);
    let mut occurrences = 0;
    let mut tried = 0;
    while tried < strings {
        let article = &articles[random.below(articles.len())];
        let text: Vec<char> = texts(article)[2 * random.below(2)].1.chars().collect();
        let length = lengths.start() + random.below(lengths.end() - lengths.start() + 1);
        if text.len() < length {
            continue;
        }
        let start = random.below(text.len() - length + 1);
        let string: String = text[start..start + length].iter().collect();
        if !string.chars().all(gongxun_text::fold::is_han) {
            continue;
        }
        tried += 1;
        let (lines, counts) = lines(&snapshot, &all_copies(&format!("\"{string}\"")), &Options::default());
        let expect = scan(&articles, &string);
        let mut got: Vec<_> = lines.iter().map(|line| (line.article.id.0.clone(), line.field, line.offset)).collect();
        got.sort();
        assert_eq!(got, expect, "{string}");
        assert_eq!(counts.occurrences, expect.len() as u64);
        let folded = |text: &str| text.chars().map(fold_char).collect::<String>();
        assert!(lines.iter().all(|line| folded(&line.keyword) == folded(&string)), "{string}");
        occurrences += expect.len();
    }
    println!("{tried} strings in {} articles: {occurrences} occurrences, each as in a plain scan", articles.len());
}

#[test]
fn occurrences_are_those_of_a_plain_scan() {
    compare_with_scan(&corpus(), IN_CORPUS);
}

#[test]
fn occurrences_in_real_articles_are_those_of_a_plain_scan() {
    let Some(path) = data::data("scale/cctv.jsonl") else { return };
    let archive = Archive::new();
    archive.ingest_from(&path, path.parent().unwrap());
    compare_with_scan(&archive, IN_NEWS);
}

#[test]
fn lines_come_in_the_order_asked_for() {
    let archive = corpus();
    let snapshot = archive.snapshot();
    let request = all_copies("工会");
    let with = |order, limit| lines(&snapshot, &request, &Options::default().order(order).limit(limit));
    let (by_date, counts) = with(Order::Oldest, usize::MAX);
    let dates: Vec<_> = by_date.iter().filter_map(|line| line.article.date.map(|date| date.to_string())).collect();
    assert!(dates.is_sorted() && dates.len() > 20, "{dates:?}");
    for order in [Order::Left, Order::Right] {
        let (all, of_all) = with(order, usize::MAX);
        assert_eq!((all.len(), of_all.occurrences), (by_date.len(), counts.occurrences));
        let keys: Vec<String> = all
            .iter()
            .map(|line| match order {
                Order::Left => line.left.chars().rev().take(8).map(fold_char).collect(),
                _ => line.right.chars().take(8).map(fold_char).collect(),
            })
            .collect();
        assert!(keys.is_sorted(), "{keys:?}");
        let (first, of_first) = with(order, 5);
        assert_eq!(first[..], all[..5]);
        assert_eq!((of_first.given, of_first.occurrences), (5, counts.occurrences));
    }
}

#[test]
fn context_is_the_text_around() {
    let archive = Archive::new();
    archive.write(
        "a.json",
        r#"{"title":"無題","body":"开头。甲厂工會“成立了。”乙厂没有。\n第二段说工会。","date":"2024-05-01"}"#,
    );
    archive.ingest();
    let snapshot = archive.snapshot();
    let with = |context| {
        let (lines, _) = lines(&snapshot, &all_copies("\"工会\""), &Options::default().context(context));
        lines.into_iter().map(|line| (line.left, line.keyword, line.right)).collect::<Vec<_>>()
    };
    let expect = |lines: [(&str, &str, &str); 2]| lines.map(|(a, b, c)| (a.into(), b.into(), c.into()));
    assert_eq!(with(Context::Characters(3)), expect([("。甲厂", "工會", "“成立"), ("二段说", "工会", "。")]));
    assert_eq!(with(Context::Sentence), expect([("甲厂", "工會", "“成立了。”"), ("第二段说", "工会", "。")]));
}

#[test]
fn what_was_typed_counts_and_more_where_it_is_asked_for() {
    let archive = corpus();
    let snapshot = archive.snapshot();
    let typed = lines(&snapshot, &all_copies("外来工"), &Options::default());
    assert!(typed.0.iter().all(|line| line.keyword == "外来工"), "{:?}", typed.0);
    let wide = Request { count: Breadth::Synonyms, ..all_copies("外来工") };
    let wide = lines(&snapshot, &wide, &Options::default());
    assert!(wide.1.occurrences > typed.1.occurrences);
    assert!(wide.0.iter().any(|line| line.keyword == "农民工"));
}

#[test]
fn a_comparison_agrees_with_searches_year_by_year() {
    let archive = corpus();
    let snapshot = archive.snapshot();
    let queries = ["农民工", "工会", "\"欠薪\" 罢工", "没有的词语"];
    let requests: Vec<Request> = queries.iter().map(|query| Request::new(parse(query))).collect();
    let table = compare(&snapshot, &requests, Step::Year, &Control::default()).unwrap();
    assert!(table.periods.len() > 5);
    for (number, query) in queries.iter().enumerate() {
        let mut dated = 0;
        for row in &table.periods {
            let of_year = Request::new(parse(&format!("({query}) 日期:{}", row.period)));
            let of_year = search(&snapshot, &of_year, Synonyms::builtin()).unwrap();
            assert_eq!(row.counts[number], of_year.total, "{query} {}", row.period);
            dated += row.counts[number];
        }
        // Copies of different years count in each of these years.
        assert!(table.queries[number].count <= dated + table.queries[number].undated);
    }
    assert_eq!(table.queries[3].count, 0);
}
