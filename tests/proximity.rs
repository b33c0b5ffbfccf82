//! Tests that the positions of the index prove what a scan of the texts finds, on random texts and random needles.

#[path = "support/archive.rs"]
mod archive;

use archive::Archive;
use gongxun_core::query::{PatternPart, Unit};
use gongxun_core::search::compile::needle::Needle;
use gongxun_core::search::compile::plan::{Plan, Scope};
use gongxun_core::search::matching::matcher::{Matcher, texts};
use gongxun_core::search::matching::proximity;
use gongxun_core::search::matching::segment::Segment;
use gongxun_text::fold::fold_char;
use gongxun_text::random;
use serde_json::json;

/// The number of articles.
const ARTICLES: usize = 600;
/// The number of needles that are tried.
const NEEDLES: usize = 2_500;
/// The least number of needles that the positions decide without reading a text.
const SETTLED: usize = 1_200;
/// The parts that texts are made of: few, so that they often meet.
const LETTERS: [&str; 20] = [
    "工", "工", "会", "会", "资", "欠", "薪", "工会", "工资", "欠薪", "a", "ab", "b", "1", "12", "２", "，", " ", "。",
    "\n",
];
/// The number of signs that needles are made of beside.
const SIGNS: usize = 4;

/// Random texts.
struct Random(random::Random);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0.below(limit)
    }

    /// Returns a text of `least` to `most` parts, without the last `without` of [`LETTERS`].
    fn text(&mut self, least: usize, most: usize, without: usize) -> String {
        let parts = least + self.below(most - least + 1);
        (0..parts).map(|_| LETTERS[self.below(LETTERS.len() - without)]).collect()
    }

    fn needle(&mut self) -> Needle {
        let without = if self.below(4) == 0 { 0 } else { SIGNS };
        match self.below(4) {
            0 => Needle::Near { strings: self.strings(without), distance: self.below(8) },
            1 => Needle::Together { strings: self.strings(without), unit: Unit::Sentence },
            2 => Needle::Together { strings: self.strings(without), unit: Unit::Paragraph },
            _ => Needle::Pattern(self.pattern(without)),
        }
    }

    fn strings(&mut self, without: usize) -> Vec<Vec<char>> {
        let count = 1 + self.below(3);
        (0..count).map(|_| self.text(1, 2, without).chars().map(fold_char).collect()).collect()
    }

    fn pattern(&mut self, without: usize) -> Vec<PatternPart> {
        let count = 1 + self.below(5);
        let mut parts: Vec<PatternPart> = Vec::new();
        for _ in 0..count {
            let part = match (self.below(5), parts.last()) {
                (0, _) => PatternPart::AnyOne,
                (1, last) if last != Some(&PatternPart::AnyRun) => PatternPart::AnyRun,
                (_, Some(PatternPart::Literal(_))) => PatternPart::AnyOne,
                _ => PatternPart::Literal(self.text(1, 2, without).chars().map(fold_char).collect()),
            };
            parts.push(part);
        }
        parts
    }
}

#[test]
fn positions_prove_what_a_scan_finds() {
    let mut random = Random(random::Random::new(11));
    let archive = Archive::new();
    let mut lines = String::new();
    for number in 0..ARTICLES {
        let article = json!({
            "id": number.to_string(),
            "title": random.text(0, 4, 1),
            "lead": random.text(0, 6, 1),
            "body": random.text(0, 40, 0),
            "authors": [random.text(1, 3, SIGNS), random.text(1, 3, SIGNS)],
        });
        lines.push_str(&format!("{article}\n"));
    }
    archive.write("a.jsonl", lines);
    archive.ingest();
    let snapshot = archive.snapshot();
    let articles: Vec<_> = snapshot.all().map(Result::unwrap).collect();
    assert!(articles.len() > ARTICLES / 2, "{} articles", articles.len());

    let (mut settled, mut held) = (0, 0);
    for _ in 0..NEEDLES {
        let needle = random.needle();
        let scope = Scope { names: random.below(4) == 0, ..Scope::ALL };
        let mut found = Vec::new();
        let mut open = false;
        for segment in Segment::all(&snapshot) {
            let plan = Plan::Scan(needle.clone(), scope, Box::new(Plan::All));
            found.push(Matcher::new(&segment).documents(&plan, None).unwrap());
            let proved = proximity::documents(&needle, scope, &segment, &snapshot.fields, None).unwrap();
            open |= proved.is_none_or(|proved| !proved.open.is_empty());
        }
        settled += usize::from(!open);
        for (address, article) in &articles {
            let mut parts = texts(article, scope).into_iter();
            let expect = parts.any(|part| needle.is_in(&part.chars().map(fold_char).collect::<Vec<_>>()));
            let got = found[address.segment_ord as usize].contains(address.doc_id);
            assert_eq!(got, expect, "{needle:?} in {article:?}");
            held += usize::from(got);
        }
    }
    println!("{NEEDLES} needles in {} articles: {held} hits, {settled} settled by positions", articles.len());
    assert!(settled >= SETTLED && held > NEEDLES, "{settled} settled, {held} hits");
}
