//! Suggestions for misspelled queries (words of the index that sound like what was typed, or differ from it by one
//! character), and completion of a prefix.
//!
//! A suggestion is a note beside the answer: nothing here changes what a query matches.

use std::collections::HashMap;
use std::ops::Range;

use tantivy::schema::Field;

use super::listed_words::suggested;
use super::nearby::{Nearby, Wanted, near};
use crate::control::{Control, Stops};
use crate::error::{Error, Result};
use crate::index::word_lists::CHARS;
use crate::index::{Snapshot, analyzer, check};
use crate::query::{Node, Piece, parse};
use crate::search::compile::plan::Breadth;
use crate::search::kind::Kind;
use crate::search::matching::strings::terms;
use crate::search::pipeline::Found;
use crate::search::request::Request;
use crate::search::results::page::Suggestion;
use gongxun_text::fold::{fold, is_han};
use gongxun_text::pinyin::{rough, rough_sound, sound, typed};
use gongxun_text::synonyms::Synonyms;

/// The most suggestions that are made.
pub const MAX_SUGGESTIONS: usize = 3;
/// The length from which on words that differ by one character are suggested: nearly all shorter words differ by one.
const MIN_CHARS_LIKE: usize = 3;
/// The length from which on typed letters are compared roughly.
const MIN_LETTERS_ROUGH: usize = 4;
/// The most places of a query that are examined.
const MAX_PLACES: usize = 48;
/// The longest query for which suggestions are made: a longer one is a question, which hardly ever matches in full with
/// one place changed.
const MAX_QUERY_CHARS: usize = 16;
/// The most words of the dictionary that a misspelled word may have been cut into.
const MAX_CUT: usize = 3;
/// The most candidates that are kept for a place.
const MAX_CANDIDATES: usize = 4;

/// A word of the index that completes a prefix, with its document frequency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completion {
    /// The word, folded.
    pub word: String,
    /// The number of articles that have the word in title or body; those with both count twice.
    pub articles: u64,
}

/// Returns the words of the index that begin with these characters, or whose pinyin begins with these letters, the most
/// frequent first.
///
/// # Errors
/// If an index file can't be read; [`Error::Interrupted`] if the control asks to stop: the words found by then need not
/// be the most frequent.
pub fn complete(snapshot: &Snapshot, prefix: &str, limit: usize, control: &Control<'_>) -> Result<Vec<Completion>> {
    let prefix = fold(prefix.trim());
    if prefix.is_empty() {
        return Ok(Vec::new());
    }
    let letters = typed(&prefix);
    let fields = [snapshot.fields.title.words, snapshot.fields.body.words];
    let words = check::catching_panics(&snapshot.generation, || {
        let mut found = words(snapshot, &fields, &prefix, control)?;
        if let Some(letters) = letters {
            // Words of Latin letters begin with the prefix, Chinese ones with its sound: none does both.
            found.extend(words_near(snapshot, &fields, &[Wanted::Beginning(letters)], |_| true, control)?);
        }
        Ok(found)
    })?;
    let mut found: Vec<Completion> = words.into_iter().map(|(word, articles)| Completion { word, articles }).collect();
    found.sort_by(|a, b| b.articles.cmp(&a.articles).then_with(|| a.word.cmp(&b.word)));
    found.truncate(limit);
    Ok(found)
}

/// A place of the query that may be misspelled.
struct Place {
    /// The range in characters of the query's text.
    span: Range<usize>,
    /// The folded text of the place.
    text: Vec<char>,
    /// Its letters in pinyin.
    sound: String,
    /// Its letters in rough pinyin.
    rough: String,
    /// Whether it was typed in Latin letters.
    latin: bool,
    /// The candidates: the distance of each (the smaller, the nearer), its frequency and the word.
    candidates: Vec<(u8, u64, String)>,
}

/// Suggests queries with full matches in place of a query that has none.
///
/// # Errors
/// If an index file can't be read.
pub fn did_you_mean(snapshot: &Snapshot, request: &Request) -> Result<Vec<Suggestion>> {
    let mut pieces = Vec::new();
    if let Some(root) = &request.query.root {
        collect(root, &mut pieces);
    }
    let query: Vec<char> = request.query.text.chars().collect();
    if pieces.iter().map(|piece| piece.span.len()).sum::<usize>() > MAX_QUERY_CHARS {
        return Ok(Vec::new());
    }
    let mut places = places(&pieces, &query, snapshot)?;
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<Wanted> = places.iter().map(Place::wanted).collect();
    let is_near = |word: &str| {
        let chars: Vec<char> = word.chars().collect();
        is_word(&chars) && places.iter().any(|place| place.nearness(word, &chars).is_some())
    };
    for (word, articles) in suggested(snapshot, &wanted, is_near)? {
        let chars: Vec<char> = word.chars().collect();
        for place in &mut places {
            if let Some(nearness) = place.nearness(&word, &chars) {
                place.candidates.push((nearness, articles, word.clone()));
            }
        }
    }
    for place in &mut places {
        place.candidates.sort_by(|a, b| (a.0, b.1, &a.2).cmp(&(b.0, a.1, &b.2)));
        place.candidates.truncate(MAX_CANDIDATES);
    }
    places.retain(|place| !place.candidates.is_empty());
    // The nearest first; among equals the longer place, since a match there is less likely by chance.
    places.sort_by_key(|place| (place.candidates[0].0, std::cmp::Reverse(place.text.len()), place.span.start));
    confirmed(snapshot, request, &query, &places)
}

/// Returns the queries with one place changed, or with all changed, that have full matches.
fn confirmed(snapshot: &Snapshot, request: &Request, query: &[char], places: &[Place]) -> Result<Vec<Suggestion>> {
    let mut tries: Vec<String> = Vec::new();
    let mut apart: Vec<(&Range<usize>, &str)> = Vec::new();
    for place in places {
        let meets = |(other, _): &(&Range<usize>, &str)| other.start < place.span.end && place.span.start < other.end;
        if !apart.iter().any(meets) {
            apart.push((&place.span, &place.candidates[0].2));
        }
    }
    if apart.len() > 1 {
        tries.push(changed(query, apart));
    }
    for nth in 0..MAX_CANDIDATES {
        for place in places {
            tries.extend(place.candidates.get(nth).map(|(_, _, word)| changed(query, vec![(&place.span, word)])));
        }
    }
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for query in tries.into_iter().take(MAX_PLACES) {
        if suggestions.len() == MAX_SUGGESTIONS {
            break;
        }
        if suggestions.iter().any(|other| other.query == query) {
            continue;
        }
        let root = parse(&query).root;
        let (asked, how) = ((root.as_ref(), &*request.filters), (Breadth::Exact, request.copies));
        let control = Control::default();
        let articles = Found::of_tree(snapshot, asked, Synonyms::builtin(), how, &control)?.total(Kind::Full);
        if articles > 0 {
            suggestions.push(Suggestion { query, articles });
        }
    }
    Ok(suggestions)
}

/// Returns the query with some words replaced.
fn changed(query: &[char], mut words: Vec<(&Range<usize>, &str)>) -> String {
    words.sort_by_key(|(span, _)| span.start);
    let mut out = String::new();
    let mut at = 0;
    for (span, word) in words {
        out.extend(&query[at..span.start]);
        out.push_str(word);
        at = span.end;
    }
    out.extend(&query[at..]);
    out
}

/// Collects the pieces of text that the query requires, in order.
fn collect<'a>(node: &'a Node, pieces: &mut Vec<&'a Piece>) {
    match node {
        Node::Text(piece) | Node::Phrase(piece) => pieces.push(piece),
        Node::Near { terms: nodes, .. } | Node::Together { terms: nodes, .. } | Node::And(nodes) | Node::Or(nodes) => {
            nodes.iter().for_each(|node| collect(node, pieces));
        }
        Node::Field { node, .. } => collect(node, pieces),
        Node::Pattern(_) | Node::Filter(_) | Node::Not(_) => {}
    }
}

fn places(pieces: &[&Piece], query: &[char], snapshot: &Snapshot) -> Result<Vec<Place>> {
    let segmenter = snapshot.segmenter()?;
    let mut places: Vec<Place> = Vec::new();
    let mut add = |span: Range<usize>, text: Vec<char>| {
        let word: String = text.iter().collect();
        let (latin, letters) = match typed(&word) {
            Some(letters) => (true, Some(letters)),
            None => (false, sound(&word)),
        };
        let length_fits = latin || (CHARS.0..=CHARS.1).contains(&text.len());
        if let Some(sound) = letters.filter(|_| length_fits && places.len() < MAX_PLACES) {
            let rough = rough_sound(&word).unwrap_or_else(|| rough(&sound));
            places.push(Place { span, text, sound, rough, latin, candidates: Vec::new() });
        }
    };
    // Pinyin is often typed syllable by syllable, so neighbours in Latin letters are examined together too.
    for (at, first) in pieces.iter().enumerate().filter(|(_, piece)| typed(&piece.text).is_some()) {
        let after = pieces[at..].iter().zip(pieces[at + 1..].iter());
        let together = after.take_while(|(left, right)| {
            let between = query.get(left.span.end..right.span.start);
            typed(&right.text).is_some() && between.is_some_and(|between| between.iter().all(|c| c.is_whitespace()))
        });
        if let Some((_, last)) = together.last() {
            let span = first.span.start..last.span.end;
            add(span.clone(), query[span].to_vec());
        }
    }
    for piece in pieces {
        let folded = fold(&piece.text);
        let chars: Vec<char> = folded.chars().collect();
        if query.len() < piece.span.end || piece.span.len() != chars.len() {
            continue;
        }
        if typed(&folded).is_some() {
            add(piece.span.clone(), chars);
            continue;
        }
        // The segmentation cuts a misspelled word to pieces: it is a run of short words, or one that the index lacks.
        let mut cut: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        analyzer::words(&folded, segmenter, &mut Vec::new(), |word| {
            let word: Vec<char> = word.chars().collect();
            let found = chars[at..].windows(word.len()).position(|window| window == word);
            if let Some(start) = found.map(|offset| at + offset) {
                at = start + word.len();
                cut.push(start..at);
            }
        });
        for length in 1..=MAX_CUT {
            for words in cut.windows(length) {
                let range = words[0].start..words[length - 1].end;
                let joined = words.windows(2).all(|pair| pair[0].end == pair[1].start);
                if joined && chars[range.clone()].iter().all(|c| is_han(*c)) {
                    let span = piece.span.start + range.start..piece.span.start + range.end;
                    add(span, chars[range].to_vec());
                }
            }
        }
    }
    Ok(places)
}

impl Place {
    /// Returns the target for words that may be similar.
    fn wanted(&self) -> Wanted {
        match self.latin {
            true => Wanted::Letters(self.sound.clone()),
            false => {
                let one_off = self.text.len() >= MIN_CHARS_LIKE;
                let Place { text, sound, rough, .. } = self;
                Wanted::Like { word: text.clone(), sound: sound.clone(), rough: rough.clone(), one_off }
            }
        }
    }

    /// Returns the distance of a word from this place (the smaller, the nearer); none if the word is too far away, or
    /// the same.
    fn nearness(&self, word: &str, chars: &[char]) -> Option<u8> {
        if chars == self.text {
            return None;
        }
        if !self.latin && chars.len() != self.text.len() {
            return None;
        }
        let letters = sound(word)?;
        let is_rough = || rough_sound(word).is_some_and(|rough| rough == self.rough);
        if self.latin {
            return if letters == self.sound {
                Some(0)
            } else {
                (self.sound.len() >= MIN_LETTERS_ROUGH && is_rough()).then_some(1)
            };
        }
        let different = chars.iter().zip(&self.text).filter(|(a, b)| a != b).count();
        if letters == self.sound {
            Some(0)
        } else if different < chars.len() && is_rough() {
            Some(1)
        } else {
            (different == 1 && chars.len() >= MIN_CHARS_LIKE).then_some(2)
        }
    }
}

fn is_word(word: &[char]) -> bool {
    (CHARS.0..=CHARS.1).contains(&word.len()) && word.iter().all(|c| is_han(*c))
}

/// Returns the terms of some fields that begin with a prefix, with the number of articles, over all segments.
fn words(snapshot: &Snapshot, fields: &[Field], prefix: &str, control: &Control<'_>) -> Result<HashMap<String, u64>> {
    let mut found: HashMap<String, u64> = HashMap::new();
    let mut watch = Watch { control, looked_at: 0 };
    for segment in snapshot.searcher.segment_readers() {
        for field in fields {
            terms(segment, *field, prefix, |word, info| {
                add(&mut found, word, u64::from(info.doc_freq), |_| true);
                watch.go_on()
            })?;
        }
    }
    Ok(found)
}

/// Returns the terms of some fields that are near a target, with the number of articles, over all segments.
fn words_near(
    snapshot: &Snapshot,
    fields: &[Field],
    wanted: &[Wanted],
    is_near: impl Fn(&str) -> bool,
    control: &Control<'_>,
) -> Result<HashMap<String, u64>> {
    let mut found: HashMap<String, u64> = HashMap::new();
    let nearby = Nearby::new(wanted);
    let mut watch = Watch { control, looked_at: 0 };
    for segment in snapshot.searcher.segment_readers() {
        for field in fields {
            near(segment, *field, &nearby, |word, articles| {
                add(&mut found, word, articles, &is_near);
                watch.go_on()
            })?;
        }
    }
    Ok(found)
}

/// The control of a walk over terms, asked once in [`Watch::EVERY`] terms.
struct Watch<'a> {
    control: &'a dyn Stops,
    looked_at: usize,
}

impl Watch<'_> {
    const EVERY: usize = 1_024;

    fn go_on(&mut self) -> Result<()> {
        self.looked_at += 1;
        match self.looked_at % Watch::EVERY == 1 && self.control.is_stopped() {
            true => Err(Error::Interrupted),
            false => Ok(()),
        }
    }
}

fn add(found: &mut HashMap<String, u64>, word: &str, articles: u64, is_wanted: impl Fn(&str) -> bool) {
    match found.get_mut(word) {
        Some(sum) => *sum += articles,
        None if is_wanted(word) => {
            found.insert(word.to_string(), articles);
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::article::Article;
    use crate::index::word_lists::is_listed;
    use crate::index::{Index, IndexSettings, Resources};
    use gongxun_text::random::Random;

    /// Returns the texts of places that may be misspelled, among them words of the index with one character changed.
    fn typed_wrong(words: &HashMap<String, u64>, random: &mut Random) -> Vec<String> {
        let known =
            ["工汇", "公汇", "职攻", "农名工", "市民工", "劳动正义", "失业保险进", "养姥保险", "焦元山", "方案"];
        let letters = ["gonghui", "zhigong", "xian", "nvgong", "反敢", "fangan", "lingong"];
        let mut texts: Vec<String> = known.iter().chain(&letters).map(|text| text.to_string()).collect();
        let mut words: Vec<&String> =
            words.keys().filter(|word| is_listed(&word.chars().collect::<Vec<_>>())).collect();
        words.sort();
        for _ in 0..150 {
            let mut word: Vec<char> = words[random.below(words.len())].chars().collect();
            let other: Vec<char> = words[random.below(words.len())].chars().collect();
            let at = random.below(word.len());
            word[at] = other[random.below(other.len())];
            texts.push(word.iter().collect());
        }
        texts
    }

    /// Compares the suggested words with those of a scan of all words, for each place; returns how many have any.
    fn compare_with_scan(snapshot: &Snapshot, texts: &[String]) -> usize {
        let all = words(snapshot, &snapshot.fields.suggested(), "", &Control::default()).unwrap();
        let mut found_any = 0;
        for text in texts {
            let latin = typed(text).is_some();
            let sound = typed(text).or_else(|| sound(text)).unwrap();
            let rough = rough_sound(text).unwrap_or_else(|| rough(&sound));
            let place = Place { span: 0..0, text: text.chars().collect(), sound, rough, latin, candidates: Vec::new() };
            let is_near = |word: &str| {
                let chars: Vec<char> = word.chars().collect();
                is_word(&chars) && place.nearness(word, &chars).is_some()
            };
            let scanned: HashMap<String, u64> = all.clone().into_iter().filter(|(word, _)| is_near(word)).collect();
            assert_eq!(suggested(snapshot, &[place.wanted()], is_near).unwrap(), scanned, "{text}");
            found_any += usize::from(!scanned.is_empty());
        }
        found_any
    }

    #[test]
    fn every_word_that_is_near_is_found_and_no_other_is() {
        let index = Index::in_memory(IndexSettings::default()).unwrap();
        let mut writer = index.writer(Resources::one_thread()).unwrap();
        let mut random = Random::new(84);
        let bodies = [
            "工会组织职工代表大会讨论集体合同，农民工工资支付保障条例施行，劳动争议仲裁委员会受理。",
            "公会与商会举行会议，方案引起反感，女工在西安的先进车间，劳动者的权利和权力，失业保险金。",
            "资工事务，直供部件，市民工程，农民专列，工资支撑，五险一金，社会保险，养老保险，工伤认定。",
            "林工与临工，凌空的灵工，零工市场，方案和反感，返岗与饭干。",
        ];
        // Names of few characters, so that many differ by one and many sound alike.
        let alphabet: Vec<char> = "工公会汇农民名劳老动东方案反感安西先林零凌灵山珊三".chars().collect();
        let name = |random: &mut Random| -> String {
            (0..1 + random.below(9)).map(|_| alphabet[random.below(alphabet.len())]).collect()
        };
        let mut ids = Vec::new();
        for number in 0..240 {
            let body = format!("{}{}，{}。", bodies[number % bodies.len()], name(&mut random), name(&mut random));
            let (title, source) = (name(&mut random), name(&mut random));
            let article = Article::new(&number.to_string(), title, body).editor("焦远山").source(source);
            let article = article.author(name(&mut random)).editor(name(&mut random));
            ids.push(AsRef::<Article>::as_ref(&article).id.clone());
            writer.put(&article).unwrap();
            if number % 40 == 39 {
                for _ in 0..6 {
                    writer.remove(&ids[random.below(ids.len())]).unwrap();
                }
                writer.commit().unwrap();
            }
        }
        let listed = index.snapshot();
        let segments = listed.searcher.segment_readers();
        assert!(segments.len() > 4 && segments.iter().any(|segment| segment.has_deletes()));
        assert!((0..segments.len()).all(|segment| listed.word_list(segment).is_some()));
        let all = words(&listed, &listed.fields.suggested(), "", &Control::default()).unwrap();
        assert!(all.len() > 500, "{}", all.len());
        let texts = typed_wrong(&all, &mut random);
        assert!(compare_with_scan(&listed, &texts) >= 100);
        // Some lists gone, some damaged: the same by a walk over the dictionaries.
        let folder = listed.generation.folder();
        let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let lists: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "words")).collect();
        assert_eq!(lists.len(), segments.len());
        for (nth, path) in lists.iter().enumerate() {
            let mut bytes = fs::read(path).unwrap();
            fs::remove_file(path).unwrap();
            if nth % 2 == 0 {
                let at = random.below(bytes.len());
                bytes[at] ^= 16;
                fs::write(path, bytes).unwrap();
            }
        }
        let walked = Snapshot::open(index.path()).unwrap();
        assert!((0..segments.len()).all(|segment| walked.word_list(segment).is_none()));
        assert!(compare_with_scan(&walked, &texts) >= 100);
        let damaged = check::files(&walked.generation).unwrap().damaged;
        assert_eq!(damaged.iter().map(|damage| &damage.path).collect::<BTreeSet<_>>(), lists.iter().collect());
        // The next commit makes those that are gone, and the end of a build merges the segments and their lists.
        writer.put(&Article::new("one more", "工会", "农民工")).unwrap();
        writer.finish().unwrap();
        let merged = index.snapshot();
        assert_eq!(merged.searcher.segment_readers().len(), 1);
        assert!(merged.word_list(0).is_some());
        assert!(compare_with_scan(&merged, &texts) >= 100);
        assert!(lists.iter().all(|path| !path.exists()));
        assert_eq!(check::files(&merged.generation).unwrap().damaged, []);
    }

    #[test]
    fn what_begins_with_letters_or_their_sound_is_completed() {
        let index = Index::in_memory(IndexSettings::default()).unwrap();
        let mut writer = index.writer(Resources::default()).unwrap();
        writer.put(&Article::new("1", "工会", "工会和工程，gong与GongYi，女工。")).unwrap();
        writer.commit().unwrap();
        let snapshot = index.snapshot();
        let words = |prefix: &str| {
            let found = complete(&snapshot, prefix, 10, &Control::default()).unwrap();
            found.into_iter().map(|completion| completion.word).collect::<Vec<_>>()
        };
        assert_eq!(words("gong"), ["工会", "gong", "gongyi", "工程"]);
        assert_eq!(words("gongh"), ["工会"]);
        assert_eq!(words("工"), ["工会", "工程"]);
        assert_eq!(words("nü"), ["女工"]);
    }
}
