//! Tests of answers for use in other programs against a plain scan: occurrences, timelines, comparisons, facets,
//! exports, keywords and collocations. `cargo test --test answers -- --nocapture` prints what was compared.

#[path = "support/archive.rs"]
mod archive;
#[path = "support/data.rs"]
mod data;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::Path;

use archive::Archive;
use gongxun_core::article::Article;
use gongxun_core::control::Control;
use gongxun_core::index::Snapshot;
use gongxun_core::query::parse;
use gongxun_core::search::ids::Ids;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Breadth, Copies, Read, Request, Sort, collocations, concordance, keywords};
use gongxun_text::fold::{fold, fold_char, is_han};
use gongxun_text::random::Random;
use gongxun_text::segment::{Hmm, Segmenter};
use gongxun_text::strings::{self, Class};

/// The number of queries of each kind that are compared.
const QUERIES: usize = 500;
/// The lengths of their strings, in characters.
const IN_CORPUS: RangeInclusive<usize> = 1..=5;
const IN_NEWS: RangeInclusive<usize> = 2..=6;
/// The number of queries that are compared side by side.
const AT_ONCE: usize = 5;

/// An article in the form that the scan reads.
struct Plain {
    article: Article,
    /// Title, lead and body, folded.
    texts: [Vec<char>; 3],
    names: Vec<Vec<char>>,
    /// The key of the article's cluster.
    key: usize,
    /// The place in the cluster; the copy with the least is shown.
    place: u32,
    characters: u64,
}

fn chars(text: &str) -> Vec<char> {
    text.chars().map(fold_char).collect()
}

impl Plain {
    fn all(snapshot: &Snapshot) -> Vec<Plain> {
        let copies = snapshot.copies().unwrap();
        let plain = |(number, found): (usize, gongxun_core::error::Result<_>)| {
            let (address, article): (_, Article) = found.unwrap();
            let lead = article.lead.clone().unwrap_or_default();
            let (key, place) = match copies.copy(address) {
                Some(copy) => (usize::MAX - copy.cluster as usize, copy.place),
                None => (number, 0),
            };
            let texts = [article.title.as_str(), &lead, &article.body];
            Plain {
                characters: texts.iter().map(|text| text.chars().filter(|c| !c.is_whitespace()).count() as u64).sum(),
                texts: texts.map(chars),
                names: article.credits.iter().map(|credit| chars(&credit.name)).collect(),
                key,
                place,
                article,
            }
        };
        snapshot.all().enumerate().map(plain).collect()
    }

    fn occurrences(&self, string: &[char]) -> u64 {
        self.texts.iter().map(|text| strings::find(text, string).count() as u64).sum()
    }

    fn period(&self, length: usize) -> String {
        self.article.date.map(|date| date.to_string()[..length].to_string()).unwrap_or_default()
    }
}

/// The result of the scan for one string.
struct Scan<'a> {
    /// The articles that hold it, each with its number of occurrences: 0 for those that hold it in a name alone.
    hits: Vec<(&'a Plain, u64)>,
}

impl<'a> Scan<'a> {
    fn of(articles: &'a [Plain], string: &str) -> Scan<'a> {
        let string = chars(string);
        let hit = |plain: &'a Plain| {
            let count = plain.occurrences(&string);
            let named = || plain.names.iter().any(|name| strings::find(name, &string).next().is_some());
            (count > 0 || named()).then_some((plain, count))
        };
        Scan { hits: articles.iter().filter_map(hit).collect() }
    }

    /// Returns the hits that are shown if copies are collapsed.
    fn shown(&self) -> Vec<(&'a Plain, u64)> {
        let mut least: HashMap<usize, u32> = HashMap::new();
        for (plain, _) in &self.hits {
            let place = least.entry(plain.key).or_insert(u32::MAX);
            *place = (*place).min(plain.place);
        }
        self.hits.iter().filter(|(plain, _)| least[&plain.key] == plain.place).copied().collect()
    }

    /// Returns the articles and occurrences of each period.
    fn by_period(&self, length: usize, copies: Copies) -> BTreeMap<String, (u64, u64)> {
        let mut periods: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (plain, _) in &self.hits {
            let period = plain.period(length);
            if copies == Copies::All || seen.insert((period.clone(), plain.key)) {
                periods.entry(period).or_default().0 += 1;
            }
        }
        let shown = if copies == Copies::All { self.hits.clone() } else { self.shown() };
        shown.iter().for_each(|(plain, count)| periods.entry(plain.period(length)).or_default().1 += count);
        periods
    }
}

/// Returns strings of Chinese characters that stand in the articles.
fn strings_of(articles: &[Plain], lengths: &RangeInclusive<usize>, wanted: usize) -> Vec<String> {
    let mut random = Random::new(11);
    let mut strings = Vec::new();
    while strings.len() < wanted {
        let article = &articles[random.below(articles.len())].article;
        let text: Vec<char> = if random.below(4) == 0 { &article.title } else { &article.body }.chars().collect();
        let length = lengths.start() + random.below(lengths.end() - lengths.start() + 1);
        if text.len() < length {
            continue;
        }
        let start = random.below(text.len() - length + 1);
        let string = &text[start..start + length];
        if string.iter().all(|c| is_han(*c)) {
            strings.push(string.iter().collect());
        }
    }
    strings
}

fn request(query: &str, copies: Copies) -> Request {
    Request { copies, occurrences: true, characters: true, facets: true, ..Request::new(parse(query)) }
}

fn compare_with_scan(snapshot: &Snapshot, lengths: RangeInclusive<usize>) {
    let articles = Plain::all(snapshot);
    let control = Control::default();
    // By year: all articles and characters, each copy counted.
    let mut years: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for plain in articles.iter().filter(|plain| plain.article.date.is_some()) {
        let year = years.entry(plain.period(4)).or_default();
        *year = (year.0 + 1, year.1 + plain.characters);
    }
    let queries = strings_of(&articles, &lengths, QUERIES);
    let (mut hits, mut occurrences, mut values) = (0, 0, 0);
    for group in queries.chunks(AT_ONCE) {
        let scans: Vec<Scan<'_>> = group.iter().map(|string| Scan::of(&articles, string)).collect();
        for copies in [Copies::All, Copies::Collapsed] {
            let requests: Vec<Request> = group.iter().map(|string| request(&format!("\"{string}\""), copies)).collect();
            let table = snapshot.compare(&requests, Step::Year, &control).unwrap();
            for (number, scan) in scans.iter().enumerate() {
                let expect = scan.by_period(4, copies);
                for row in &table.periods {
                    let (count, here) = expect.get(&row.period).copied().unwrap_or_default();
                    let got = (row.counts[number], row.occurrences.as_ref().unwrap()[number]);
                    assert_eq!(got, (count, here), "{} {} {copies:?}", group[number], row.period);
                    if copies == Copies::All {
                        assert_eq!((row.all, row.characters.unwrap()), years[&row.period], "{}", row.period);
                        let rate = here as f64 * 1e6 / years[&row.period].1 as f64;
                        assert!((row.per_million.as_ref().unwrap()[number] - rate).abs() < 1e-9);
                    }
                }
                let sum: u64 = expect.values().map(|(_, here)| here).sum();
                assert_eq!(table.queries[number].occurrences, Some(sum), "{}", group[number]);
                let undated = expect.get("").map_or(0, |(count, _)| *count);
                if copies == Copies::All {
                    assert_eq!(table.queries[number].undated, undated);
                }
            }
            for (request, scan) in requests.iter().zip(&scans) {
                let expect = scan.by_period(7, copies);
                let timeline = snapshot.timeline(request, Step::Month, &control).unwrap();
                let got: BTreeMap<String, (u64, u64)> = timeline
                    .periods
                    .iter()
                    .filter(|period| period.count + period.occurrences.unwrap() > 0)
                    .map(|period| (period.name.clone(), (period.count, period.occurrences.unwrap())))
                    .collect();
                let dated = expect.into_iter().filter(|(period, sums)| !period.is_empty() && *sums != (0, 0)).collect();
                assert_eq!(got, dated, "{} {copies:?}", request.query.text);
                // The exported articles, and the lines of the concordance.
                let mut exported = BTreeSet::new();
                let all = Request { limit: usize::MAX, snippet_length: 0, ..request.clone() };
                let selection = snapshot.select(&all, &control, &mut |hit| {
                    exported.insert(hit.article.id.0.clone());
                    Ok(())
                });
                let shown = if copies == Copies::All { scan.hits.clone() } else { scan.shown() };
                let ids: BTreeSet<String> = shown.iter().map(|(plain, _)| plain.article.id.0.clone()).collect();
                assert_eq!(selection.unwrap().given, ids.len() as u64);
                assert_eq!(exported, ids, "{}", request.query.text);
                let mut lines = 0;
                let counts = snapshot.concordance(request, &concordance::Options::default(), &control, &mut |_| {
                    lines += 1;
                    Ok(())
                });
                let sum: u64 = shown.iter().map(|(_, count)| count).sum();
                assert_eq!((lines, counts.unwrap().occurrences), (sum, sum), "{}", request.query.text);
                if copies == Copies::Collapsed {
                    continue;
                }
                (hits, occurrences) = (hits + ids.len(), occurrences + sum);
                let results = snapshot.answer(request, &control).unwrap();
                assert_eq!(results.occurrences, Some(sum));
                let facets = results.facets.unwrap();
                for (list, of) in [
                    (
                        &facets.source,
                        (|article| article.source.iter().map(|s| fold(s)).collect())
                            as fn(&Article) -> BTreeSet<String>,
                    ),
                    (&facets.outlet, |article| article.outlets.iter().map(|outlet| fold(outlet)).collect()),
                    (&facets.editor, |article| article.editors().into_iter().map(fold).collect()),
                    (&facets.author, |article| article.authors().into_iter().map(fold).collect()),
                ] {
                    for value in list {
                        let folded = fold(&value.value);
                        let own = scan.hits.iter().filter(|(plain, _)| of(&plain.article).contains(&folded));
                        let expect = own.fold((0, 0), |sums, (_, count)| (sums.0 + 1, sums.1 + count));
                        assert_eq!(
                            (value.count, value.occurrences.unwrap()),
                            expect,
                            "{} {folded}",
                            request.query.text
                        );
                        values += 1;
                    }
                }
            }
        }
    }
    println!(
        "{QUERIES} strings in {} articles: {hits} articles and {occurrences} occurrences by year and month, exported, in \
         context, and {values} values of facets, each as in a plain scan",
        articles.len()
    );
}

fn corpus() -> Archive {
    let archive = Archive::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    archive.ingest_from(&corpus, &corpus);
    archive
}

#[test]
fn counts_over_time_facets_and_exports_are_those_of_a_plain_scan() {
    compare_with_scan(&corpus().snapshot(), IN_CORPUS);
}

#[test]
fn counts_in_real_articles_are_those_of_a_plain_scan() {
    let Some(path) = data::data("scale/cctv.jsonl") else { return };
    let archive = Archive::new();
    archive.ingest_from(&path, path.parent().unwrap());
    compare_with_scan(&archive.snapshot(), IN_NEWS);
}

/// For any query, the occurrences of a timeline are as many as the lines of the concordance.
#[test]
fn occurrences_are_the_lines_of_the_concordance() {
    let snapshot = corpus().snapshot();
    let control = Control::default();
    let articles = Plain::all(&snapshot);
    let strings = strings_of(&articles, &(2..=3), QUERIES * 2);
    let mut occurrences = 0;
    for (number, pair) in strings.chunks(2).enumerate() {
        let [first, second] = pair else { continue };
        let (c, d) = (first.chars().next().unwrap(), second.chars().next().unwrap());
        let query = match number % 16 {
            0 => format!("{first} {second}"),
            1 => format!("{first} OR \"{second}\""),
            2 => format!("\"{first}\" NEAR/9 \"{second}\""),
            3 => format!("{c}*{d}"),
            4 => format!("标题:{first} {first}"),
            5 => format!("{first} -{second}"),
            6 => format!("\"{first}，\""),
            7 => format!("{first}*"),
            8 => format!("*{c}"),
            9 => format!("{c}* OR *{c} OR {c}"),
            10 => format!("\"{c} {d}\"~20"),
            11 => format!("同句:({c} {second})"),
            12 => format!("同段:({c} {d} 1)"),
            13 => format!("{}*", number % 10),
            14 => format!("\"{c} 1,000\"~50 OR ?{d}"),
            _ => "农民工 工会 2019年".to_string(),
        };
        for (count, copies) in
            [(Breadth::Exact, Copies::All), (Breadth::Wide, Copies::Collapsed), (Breadth::Synonyms, Copies::All)]
        {
            let request = Request { count, ..request(&query, copies) };
            let timeline = snapshot.timeline(&request, Step::Year, &control).unwrap();
            let up_to = |limit: usize| {
                let options = concordance::Options::default().limit(limit);
                snapshot.concordance(&request, &options, &control, &mut |_| Ok(())).unwrap()
            };
            let all = up_to(usize::MAX);
            let lines = all.occurrences;
            assert_eq!(timeline.occurrences, Some(lines), "{query} {count:?}");
            // Occurrences behind the last line are counted without it.
            for limit in [0, 3] {
                let first = up_to(limit);
                let expected = (lines, all.articles, lines.min(limit as u64));
                assert_eq!((first.occurrences, first.articles, first.given), expected, "{query} {count:?} {limit}");
            }
            occurrences += lines;
        }
    }
    println!("{QUERIES} queries of sixteen forms: {occurrences} occurrences, as many as the concordance has lines");
    assert!(occurrences > 0);
}

/// The ids of a page are those of its hits, with the same counts.
#[test]
fn ids_are_those_of_the_hits() {
    let snapshot = corpus().snapshot();
    let control = Control::default();
    for query in
        ["工会", "农民工 工资", "\"工会\" OR 骑手", "讨薪", "标题:工会 -罢工", "没有这样的词", "date:2024", "整页:工会"]
    {
        let plain = request(query, Copies::All);
        for asked in [
            plain.clone(),
            Request { copies: Copies::Collapsed, second_stage: 0, limit: 3, ..plain.clone() },
            Request { sort: Sort::Newest, offset: 2, ..plain.clone() },
            Request { breadth: Breadth::Exact, limit: 0, ..plain },
        ] {
            let results = Read::answer(&snapshot, &asked, &control).unwrap();
            let ids = Read::ids(&snapshot, &asked, &control).unwrap();
            assert_eq!(ids, Ids::from(results), "{query}");
        }
    }
}

/// Returns the words of a text, as the index cuts it, with their ranges.
fn cut(text: &[char], segmenter: &Segmenter) -> Vec<(String, std::ops::Range<usize>)> {
    let folded: String = text.iter().collect();
    let mut tokens = Vec::new();
    segmenter.cut(&folded, Hmm::On, &mut tokens);
    let mut at = 0;
    let mut words = Vec::new();
    for token in tokens {
        let word = &folded[token.start as usize..token.end as usize];
        let range = at..at + word.chars().count();
        at = range.end;
        if word.chars().any(|c| Class::of(c) != Class::Other) {
            words.push((word.to_string(), range));
        }
    }
    words
}

#[test]
fn keywords_are_those_of_a_plain_count() {
    let snapshot = corpus().snapshot();
    let segmenter = snapshot.segmenter().unwrap();
    let articles = Plain::all(&snapshot);
    let words: Vec<Vec<(String, std::ops::Range<usize>)>> =
        articles.iter().map(|plain| plain.texts.iter().flat_map(|text| cut(text, segmenter)).collect()).collect();
    for query in ["农民工", "工会", "欠薪", "骑手", "高温"] {
        let scan = Scan::of(&articles, query);
        let own: BTreeSet<&str> = scan.hits.iter().map(|(plain, _)| plain.article.id.0.as_str()).collect();
        // For each side: occurrences and articles.
        let mut expect: HashMap<&str, [(u64, u64); 2]> = HashMap::new();
        let mut totals = [0; 2];
        for (plain, words) in articles.iter().zip(&words) {
            let side = usize::from(!own.contains(plain.article.id.0.as_str()));
            totals[side] += words.len() as u64;
            let different: BTreeSet<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
            words.iter().for_each(|(word, _)| expect.entry(word).or_default()[side].0 += 1);
            different.into_iter().for_each(|word| expect.entry(word).or_default()[side].1 += 1);
        }
        let options = keywords::Options::default().limit(usize::MAX).min_articles(1);
        let asked = request(&format!("\"{query}\""), Copies::All);
        let answer = snapshot.keywords(&asked, &options, &Control::default()).unwrap();
        assert_eq!([answer.words, answer.rest_words], totals, "{query}");
        assert_eq!((answer.articles, answer.rest_articles), (own.len() as u64, (articles.len() - own.len()) as u64));
        assert!(answer.keywords.len() > 20, "{query}");
        assert!(answer.keywords.is_sorted_by(|a, b| a.log_likelihood >= b.log_likelihood));
        for word in &answer.keywords {
            let got = [(word.count, word.articles), (word.rest_count, word.rest_articles)];
            assert_eq!(got, expect[word.word.as_str()], "{query}: {}", word.word);
        }
        // The word itself stands out, if it is a word.
        assert!(
            answer.keywords.iter().take(5).any(|word| word.word.contains(query)),
            "{query}: {:?}",
            answer.keywords.first()
        );
        // Of copies one counts.
        let collapsed = snapshot.keywords(&request(query, Copies::Collapsed), &options, &Control::default()).unwrap();
        let keys: BTreeSet<usize> = articles.iter().map(|plain| plain.key).collect();
        assert_eq!(collapsed.articles + collapsed.rest_articles, keys.len() as u64);
    }
}

#[test]
fn collocations_are_those_of_a_plain_count() {
    const WINDOW: usize = 6;
    let snapshot = corpus().snapshot();
    let segmenter = snapshot.segmenter().unwrap();
    let articles = Plain::all(&snapshot);
    for query in ["农民工", "工会", "工资"] {
        let string = chars(query);
        let mut near: HashMap<String, (u64, BTreeSet<&str>)> = HashMap::new();
        let mut everywhere: HashMap<String, u64> = HashMap::new();
        let (mut words_near, mut words) = (0, 0);
        for plain in &articles {
            for text in &plain.texts {
                let places: Vec<_> = strings::find(text, &string).collect();
                for (word, range) in cut(text, segmenter) {
                    words += 1;
                    *everywhere.entry(word.clone()).or_default() += 1;
                    let apart = |place: &std::ops::Range<usize>| range.end <= place.start || place.end <= range.start;
                    let within = |place: &std::ops::Range<usize>| {
                        let (from, to) = (range.start.min(place.start), range.end.max(place.end));
                        let distance = (to - from) - place.len();
                        distance <= WINDOW && !text[from..to].contains(&'\n')
                    };
                    let here = places.iter().filter(|place| {
                        // Only the paragraph's own occurrences matter.
                        let (from, to) = (range.start.min(place.start), range.end.max(place.end));
                        !text[from..to].contains(&'\n')
                    });
                    let here: Vec<_> = here.collect();
                    if here.iter().all(|place| apart(place)) && here.iter().any(|place| within(place)) {
                        words_near += 1;
                        let (count, ids) = near.entry(word).or_default();
                        *count += 1;
                        ids.insert(&plain.article.id.0);
                    }
                }
            }
        }
        let options = collocations::Options::default().window(WINDOW).limit(usize::MAX).min_count(1);
        let asked = request(&format!("\"{query}\""), Copies::All);
        let answer = snapshot.collocations(&asked, &options, &Control::default()).unwrap();
        assert_eq!((answer.words_near, answer.words), (words_near, words), "{query}");
        let sum: u64 = articles.iter().map(|plain| plain.occurrences(&string)).sum();
        assert_eq!(answer.occurrences, sum, "{query}");
        assert!(answer.collocations.len() > 10, "{query}");
        for word in &answer.collocations {
            let (count, ids) = &near[&word.word];
            assert_eq!((word.count, word.articles), (*count, ids.len() as u64), "{query}: {}", word.word);
            assert_eq!(word.archive_count, everywhere[&word.word], "{query}: {}", word.word);
            assert_eq!(word.left + word.right, word.count);
        }
    }
}
