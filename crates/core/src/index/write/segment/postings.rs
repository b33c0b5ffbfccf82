//! In-memory postings: the tokens of a segment's articles, collected unsorted and, when the segment is written, sorted
//! by term and place and handed to tantivy's serializer in the order that it requires.
//!
//! tantivy's own writer looks each token up in one hash table for all fields, and most of these lookups miss the
//! processor's caches. Here a token is a 64-bit number that sorts as its term does: two characters, or a term's number,
//! in the high bits; the place in the low bits.

use std::io;
use std::ops::Range;

use hashbrown::HashTable;
use tantivy::DocId;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{FieldSerializer, InvertedIndexSerializer};
use tantivy::schema::Field;

use crate::index::analyzer::{self, Analyzer, MAX_RUN_CHARS, Pair};
use gongxun_text::fold::is_han;

/// The bit position of the term in a token.
const TERM: u32 = 32;
/// The bit position of the first of two characters in a token.
const FIRST: u32 = 48;
/// The interval of places at which the document is recorded.
const STEP: usize = 64;

/// Distinct terms, numbered in order of arrival.
#[derive(Default)]
struct Terms {
    numbers: HashTable<u32>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Terms {
    fn hash(term: &[u8]) -> u64 {
        use std::hash::BuildHasher;
        foldhash::fast::FixedState::default().hash_one(term)
    }

    fn count(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, number: u32) -> &[u8] {
        term(&self.bytes, &self.ends, number)
    }

    /// Returns the number of a term, adding it if it is new.
    fn number(&mut self, bytes: &[u8]) -> u32 {
        let Terms { numbers, bytes: all, ends } = self;
        let same = |number: &u32| term(all, ends, *number) == bytes;
        match numbers.find(Terms::hash(bytes), same) {
            Some(number) => *number,
            None => {
                let number = ends.len() as u32;
                all.extend_from_slice(bytes);
                ends.push(all.len());
                let hash = |number: &u32| Terms::hash(term(all, ends, *number));
                numbers.insert_unique(Terms::hash(bytes), number, hash);
                number
            }
        }
    }

    /// Returns all numbers, in the order of their terms.
    fn sorted(&self) -> Vec<u32> {
        let mut sorted: Vec<u32> = (0..self.count() as u32).collect();
        sorted.sort_unstable_by_key(|number| self.get(*number));
        sorted
    }

    fn clear(&mut self) {
        self.numbers.clear();
        self.bytes.clear();
        self.ends.clear();
    }

    fn memory(&self) -> usize {
        self.bytes.len() + self.count() * (size_of::<usize>() + 2 * size_of::<u32>())
    }
}

fn term<'a>(bytes: &'a [u8], ends: &[usize], number: u32) -> &'a [u8] {
    let number = number as usize;
    &bytes[number.checked_sub(1).map_or(0, |before| ends[before])..ends[number]]
}

/// The tokens of one field, each with a place: a document, or a character of all texts laid end to end.
#[derive(Default)]
pub struct Tokens {
    terms: Terms,
    tokens: Vec<u64>,
    /// The numbers of the terms in order, once sorted; tokens then hold their rank in it.
    sorted: Vec<u32>,
}

impl Tokens {
    /// Adds an occurrence of a term at a place. Places never decrease from call to call. Returns the term's number.
    pub fn push(&mut self, term: &[u8], place: u32) -> u32 {
        let number = self.terms.number(term);
        self.push_number(number, place);
        number
    }

    fn push_number(&mut self, number: u32, place: u32) {
        self.tokens.push(u64::from(number) << TERM | u64::from(place));
    }

    fn sort(&mut self) {
        self.sorted = self.terms.sorted();
        let mut ranks = vec![0; self.sorted.len()];
        for (rank, number) in (0u32..).zip(&self.sorted) {
            ranks[*number as usize] = rank;
        }
        for token in &mut self.tokens {
            let rank = ranks[(*token >> TERM) as usize];
            *token = u64::from(rank) << TERM | u64::from(*token as u32);
        }
        self.tokens.sort_unstable();
    }

    /// Returns the term of a token, after [`Tokens::sort`].
    fn term(&self, token: u64) -> &[u8] {
        self.terms.get(self.sorted[(token >> TERM) as usize])
    }

    /// Writes a field of tokens whose places are documents.
    ///
    /// # Errors
    /// If a write fails.
    pub fn write(
        &mut self,
        field: Field,
        freqs: bool,
        norms: Option<FieldNormReader>,
        out: &mut InvertedIndexSerializer,
    ) -> io::Result<()> {
        if self.tokens.is_empty() {
            return Ok(());
        }
        self.sort();
        let mut field = out.new_field(field, self.tokens.len() as u64, norms)?;
        let mut docs = Vec::new();
        for tokens in self.tokens.chunk_by(|a, b| a >> TERM == b >> TERM) {
            docs.clear();
            for token in tokens {
                count(&mut docs, *token as DocId);
            }
            write_term(&mut field, self.term(tokens[0]), freqs, &docs)?;
        }
        field.close()
    }

    /// Removes all tokens, keeping the memory for reuse.
    pub fn clear(&mut self) {
        self.terms.clear();
        self.tokens.clear();
        self.sorted.clear();
    }

    /// Returns the memory in use, in bytes.
    pub fn memory(&self) -> usize {
        self.terms.memory() + size_of_val(self.tokens.as_slice())
    }
}

/// Adds one occurrence in a document; documents come in ascending order.
fn count(docs: &mut Vec<(DocId, u32)>, doc: DocId) {
    match docs.last_mut() {
        Some((last, freq)) if *last == doc => *freq += 1,
        _ => docs.push((doc, 1)),
    }
}

fn write_term(field: &mut FieldSerializer, term: &[u8], freqs: bool, docs: &[(DocId, u32)]) -> io::Result<()> {
    // For a term without frequencies these are the values that tantivy's own writer gives.
    field.new_term(term, if freqs { docs.len() as u32 } else { 0 }, freqs)?;
    for (doc, freq) in docs {
        field.write_doc(*doc, if freqs { *freq } else { 0 }, &[]);
    }
    field.close_term()
}

/// Returns the indexed beginning of a word.
fn beginning(word: &str) -> &str {
    word.char_indices().nth(MAX_RUN_CHARS).map_or(word, |(end, _)| &word[..end])
}

/// The words of one text of each article, and the words inside them.
#[derive(Default)]
pub struct Words {
    /// The words.
    pub words: Tokens,
    /// The words inside longer words, once per article and longer word.
    pub parts: Tokens,
    /// For each word, by number: the document it was last seen in, and the range of `inner` with the words inside it.
    seen: Vec<(Option<DocId>, Range<u32>)>,
    inner: Vec<u32>,
}

impl Words {
    /// Adds the words of a document's text, and the words inside them if `parts` is set. Returns the number of words.
    pub fn push(&mut self, doc: DocId, analyzer: &mut Analyzer, parts: bool) -> u32 {
        let start = self.words.tokens.len();
        analyzer.words(|word| {
            self.words.push(beginning(word).as_bytes(), doc);
        });
        if parts {
            self.note_parts(start, doc, analyzer);
        }
        (self.words.tokens.len() - start) as u32
    }

    /// Adds the words inside the words from the token at `start` on.
    fn note_parts(&mut self, start: usize, doc: DocId, analyzer: &mut Analyzer) {
        let Words { words, parts, seen, inner } = self;
        for number in seen.len()..words.terms.count() {
            let start = inner.len() as u32;
            let word = words.terms.get(number as u32);
            for range in analyzer.words_inside(std::str::from_utf8(word).unwrap_or("")) {
                inner.push(parts.terms.number(&word[usize::from(range.start)..usize::from(range.end)]));
            }
            seen.push((None, start..inner.len() as u32));
        }
        for token in &words.tokens[start..] {
            let (last, range) = &mut seen[(token >> TERM) as usize];
            if *last != Some(doc) {
                *last = Some(doc);
                for part in &inner[range.start as usize..range.end as usize] {
                    parts.push_number(*part, doc);
                }
            }
        }
    }

    /// Removes all words, keeping the memory for reuse.
    pub fn clear(&mut self) {
        self.words.clear();
        self.parts.clear();
        self.seen.clear();
        self.inner.clear();
    }

    /// Returns the memory in use, in bytes.
    pub fn memory(&self) -> usize {
        self.words.memory() + self.parts.memory() + size_of_val(self.seen.as_slice()) + size_of_val(&*self.inner)
    }
}

/// The pairs of one text of each article with their positions, and its Chinese characters.
///
/// The texts are numbered as if laid end to end; a place is a character in all of them.
#[derive(Default)]
pub struct Pairs {
    /// Two characters of the Basic Multilingual Plane, or one and a zero, in the high bits; the place in the low bits.
    /// Code points sort as UTF-8 does.
    short: Vec<u64>,
    /// All other pairs.
    long: Tokens,
    /// The documents that have a text, and the places where the texts begin.
    docs: Vec<DocId>,
    starts: Vec<u32>,
    /// The place of the next text.
    next: u32,
    /// Number of Chinese characters.
    chars: u64,
    sorted: bool,
    buffer: String,
}

/// The number of tokens of a text in the fields of pairs and of characters.
#[derive(Debug, Clone, Copy, Default)]
pub struct PairCounts {
    /// Number of pairs.
    pub pairs: u32,
    /// Number of Chinese characters.
    pub chars: u32,
}

impl Pairs {
    /// The maximum number of places, and so the maximum length of a text.
    pub const MAX_PLACES: u32 = u32::MAX - 1;

    /// Whether there are places for a text of this many characters.
    pub fn has_room(&self, chars: usize) -> bool {
        chars < (Pairs::MAX_PLACES - self.next) as usize
    }

    /// Returns the number of places in use.
    pub fn places(&self) -> u32 {
        self.next
    }

    /// Adds a document's folded text.
    pub fn push(&mut self, doc: DocId, folded: &[char]) -> PairCounts {
        let start = self.next;
        self.docs.push(doc);
        self.starts.push(start);
        // Marks are placed one past the last character.
        self.next += folded.len() as u32 + 1;
        let before = self.count();
        analyzer::pairs(folded, |pair, position| self.push_pair(pair, start + position));
        let chars = folded.iter().filter(|c| is_han(**c)).count() as u32;
        self.chars += u64::from(chars);
        PairCounts { pairs: (self.count() - before) as u32, chars }
    }

    fn push_pair(&mut self, pair: Pair<'_>, place: u32) {
        let plain = |c: char| u16::try_from(u32::from(c)).ok();
        let buffer = &mut self.buffer;
        buffer.clear();
        let short = match pair {
            Pair::Two(first, second) => plain(first).zip(plain(second)),
            Pair::Run([only]) => plain(*only).zip(Some(0)),
            Pair::Run([first, second]) => plain(*first).zip(plain(*second)),
            Pair::Mark(mark) => mark.chars().next().and_then(plain).zip(Some(0)),
            Pair::Run(_) => None,
        };
        if let Some((first, second)) = short {
            self.short.push(u64::from(first) << FIRST | u64::from(second) << TERM | u64::from(place));
            return;
        }
        match pair {
            Pair::Two(first, second) => buffer.extend([first, second]),
            Pair::Run(run) => buffer.extend(run),
            Pair::Mark(mark) => buffer.push_str(mark),
        }
        self.long.push(buffer.as_bytes(), place);
    }

    /// Returns the number of pairs.
    fn count(&self) -> usize {
        self.short.len() + self.long.tokens.len()
    }

    fn sort(&mut self) {
        if !self.sorted {
            self.short.sort_unstable();
            self.long.sort();
            self.sorted = true;
        }
    }

    /// Writes the field of pairs.
    ///
    /// # Errors
    /// If a write fails.
    pub fn write(
        &mut self,
        field: Field,
        norms: Option<FieldNormReader>,
        out: &mut InvertedIndexSerializer,
    ) -> io::Result<()> {
        if self.docs.is_empty() {
            return Ok(());
        }
        self.sort();
        let places = Places::new(self);
        let mut field = out.new_field(field, self.count() as u64, norms)?;
        let (mut docs, mut deltas) = (Vec::new(), Vec::new());
        self.each_term(|term, tokens| {
            docs.clear();
            deltas.clear();
            let mut last = 0;
            for token in tokens {
                let text = places.text(*token as u32);
                let position = *token as u32 - self.starts[text];
                count(&mut docs, self.docs[text]);
                let fresh = docs.last().is_some_and(|(_, freq)| *freq == 1);
                deltas.push(if fresh { position } else { position - last });
                last = position;
            }
            field.new_term(term.as_bytes(), docs.len() as u32, true)?;
            let mut deltas = deltas.as_slice();
            for (doc, freq) in &docs {
                let (own, others) = deltas.split_at(*freq as usize);
                field.write_doc(*doc, *freq, own);
                deltas = others;
            }
            field.close_term()
        })?;
        field.close()
    }

    /// Writes the field of characters. Each character is the first of exactly one pair.
    ///
    /// # Errors
    /// If a write fails.
    pub fn write_chars(
        &mut self,
        field: Field,
        norms: Option<FieldNormReader>,
        out: &mut InvertedIndexSerializer,
    ) -> io::Result<()> {
        if self.chars == 0 {
            return Ok(());
        }
        self.sort();
        let places = Places::new(self);
        let mut field = out.new_field(field, self.chars, norms)?;
        // The frequency of the current character in each text, and the texts where it is not zero.
        let mut counts = vec![0u32; self.docs.len()];
        let mut texts: Vec<usize> = Vec::new();
        let mut current = None;
        let (mut docs, mut utf8) = (Vec::new(), [0; 4]);
        let mut write = |c: char, texts: &mut Vec<usize>, counts: &mut [u32]| {
            texts.sort_unstable();
            docs.clear();
            docs.extend(texts.drain(..).map(|text| (self.docs[text], std::mem::take(&mut counts[text]))));
            write_term(&mut field, c.encode_utf8(&mut utf8).as_bytes(), true, &docs)
        };
        self.each_term(|term, tokens| {
            let first = term.chars().next().filter(|c| is_han(*c));
            if let Some(done) = current.filter(|c| Some(*c) != first) {
                write(done, &mut texts, &mut counts)?;
            }
            current = first;
            if first.is_some() {
                for token in tokens {
                    let text = places.text(*token as u32);
                    if counts[text] == 0 {
                        texts.push(text);
                    }
                    counts[text] += 1;
                }
            }
            Ok(())
        })?;
        if let Some(done) = current {
            write(done, &mut texts, &mut counts)?;
        }
        field.close()
    }

    /// Visits each term with its tokens, in term order, after sorting.
    fn each_term(&self, mut act: impl FnMut(&str, &[u64]) -> io::Result<()>) -> io::Result<()> {
        let mut short = self.short.chunk_by(|a, b| a >> TERM == b >> TERM).peekable();
        let mut long = self.long.tokens.chunk_by(|a, b| a >> TERM == b >> TERM).peekable();
        let mut buffer = String::new();
        loop {
            buffer.clear();
            if let Some(tokens) = short.peek() {
                let unit = |shift: u32| char::from_u32(u32::from((tokens[0] >> shift) as u16)).filter(|c| *c != '\0');
                buffer.extend(unit(FIRST).into_iter().chain(unit(TERM)));
            }
            let other = long.peek().map(|tokens| self.long.term(tokens[0]));
            match other.filter(|other| buffer.is_empty() || *other < buffer.as_bytes()) {
                Some(other) => act(std::str::from_utf8(other).unwrap_or(""), long.next().unwrap_or(&[]))?,
                None if buffer.is_empty() => return Ok(()),
                None => act(&buffer, short.next().unwrap_or(&[]))?,
            }
        }
    }

    /// Removes all texts, keeping the memory for reuse.
    pub fn clear(&mut self) {
        self.short.clear();
        self.long.clear();
        self.docs.clear();
        self.starts.clear();
        self.next = 0;
        self.chars = 0;
        self.sorted = false;
    }

    /// Returns the memory in use, including what writing needs, in bytes.
    pub fn memory(&self) -> usize {
        let texts = self.docs.len() * 4 * size_of::<u32>();
        size_of_val(self.short.as_slice()) + self.long.memory() + texts + self.next as usize / STEP * size_of::<u32>()
    }
}

/// A map from places to texts.
struct Places<'a> {
    starts: &'a [u32],
    /// The text of each place that is a multiple of [`STEP`].
    steps: Vec<u32>,
}

impl Places<'_> {
    fn new(pairs: &Pairs) -> Places<'_> {
        let mut steps = Vec::with_capacity(pairs.next as usize / STEP + 1);
        for (text, end) in (0u32..).zip(pairs.starts[1..].iter().chain([&pairs.next])) {
            while steps.len() * STEP < *end as usize {
                steps.push(text);
            }
        }
        Places { starts: &pairs.starts, steps }
    }

    fn text(&self, place: u32) -> usize {
        let mut text = self.steps[place as usize / STEP] as usize;
        while self.starts.get(text + 1).is_some_and(|start| *start <= place) {
            text += 1;
        }
        text
    }
}
