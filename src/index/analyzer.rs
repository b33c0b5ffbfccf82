//! The tokenizers that fill the fields: words, parts of words, pairs and chars of a text.
//!
//! A text as printed flows in; tokens of its fold flow out. What a query asks for is compiled by the same rules in
//! [`crate::search`], so the functions that name tokens are public.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

use crate::text::compound;
use crate::text::fold::fold_char;
use crate::text::segment::{self, Hmm, Segmenter};
use crate::text::strings::{Class, ends_sentence};

/// The name of the words tokenizer.
pub const WORDS: &str = "words";
/// The name of the pairs tokenizer.
pub const PAIRS: &str = "pairs";
/// The name of the chars tokenizer.
pub const CHARS: &str = "chars";

/// The name of the parts tokenizer.
pub const PARTS: &str = "parts";

/// The longest token of letters or digits, in characters; longer runs are indexed and asked for by their beginning.
pub const MAX_RUN_CHARS: usize = 200;

/// The token at each sentence end.
pub const SENTENCE_END: &str = "。";
/// The token at each paragraph end.
pub const PARAGRAPH_END: &str = "¶";

/// What stands beside a run of Chinese characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Punctuation, a blank, or the edge of the text.
    Gap,
    /// A letter or a digit.
    Word,
}

/// The token for a run's first character.
pub fn first_of_run(c: char, before: Beside, token: &mut String) {
    token.push(if before == Beside::Gap { '^' } else { '<' });
    token.push(c);
}

/// The token for a run's last character.
pub fn last_of_run(c: char, after: Beside, token: &mut String) {
    token.push(c);
    token.push(if after == Beside::Gap { '$' } else { '>' });
}

/// All tokenizers, for an index whose words are cut by this segmenter.
pub fn tokenizers(segmenter: &Segmenter) -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(WORDS, WordsTokenizer { segmenter: segmenter.clone(), stream: Buffer::default() });
    let (segmenter, known, stream) = (segmenter.clone(), HashMap::new(), Buffer::default());
    manager.register(PARTS, PartsTokenizer { segmenter, known, stream });
    manager.register(PAIRS, PairsTokenizer::default());
    manager.register(CHARS, CharsTokenizer::default());
    manager
}

/// The words of a folded text that are indexed and scored: jieba's precise words without punctuation and blanks.
pub fn words<'a>(folded: &'a str, segmenter: &Segmenter, cut: &mut Vec<segment::Token>, mut emit: impl FnMut(&'a str)) {
    segmenter.cut(folded, Hmm::On, cut);
    words_of(folded, cut).for_each(&mut emit);
}

fn words_of<'a>(folded: &'a str, cut: &[segment::Token]) -> impl Iterator<Item = &'a str> {
    let words = cut.iter().map(|token| &folded[token.start as usize..token.end as usize]);
    words.filter(|word| word.chars().any(|c| Class::of(c) != Class::Other))
}

/// The pairs of a text: bigrams inside runs of Chinese, the first and last character of each run, whole runs of letters
/// and of digits, a mark at each sentence end and at each paragraph end. The position is the index of the character.
pub fn pairs(folded: impl Iterator<Item = char>, mut emit: impl FnMut(&str, u32)) {
    let mut token = String::new();
    let mut before = ('\n', Class::Other);
    // The run of letters or digits under way: its class and its beginning.
    let mut run_start = 0;
    let mut run = String::new();
    let mut run_chars = 0;
    let mut position = 0u32;
    let close = |run: &mut String, start: u32, emit: &mut dyn FnMut(&str, u32)| {
        if !run.is_empty() {
            emit(run, start);
            run.clear();
        }
    };
    let beside = |class: Class| if class == Class::Other { Beside::Gap } else { Beside::Word };
    for c in folded {
        let class = Class::of(c);
        let (last, last_class) = before;
        if class != last_class {
            close(&mut run, run_start, &mut emit);
            run_start = position;
            run_chars = 0;
        }
        if last_class == Class::Han && class != Class::Han {
            token.clear();
            last_of_run(last, beside(class), &mut token);
            emit(&token, position - 1);
        }
        match class {
            Class::Han => {
                token.clear();
                if last_class == Class::Han {
                    token.push(last);
                    token.push(c);
                    emit(&token, position - 1);
                } else {
                    first_of_run(c, beside(last_class), &mut token);
                    emit(&token, position);
                }
            }
            Class::Letter | Class::Digit => {
                if run_chars < MAX_RUN_CHARS {
                    run.push(c);
                }
                run_chars += 1;
            }
            Class::Other => {
                if c == '\n' {
                    emit(PARAGRAPH_END, position);
                }
                if ends_sentence(c) {
                    emit(SENTENCE_END, position);
                }
            }
        }
        before = (c, class);
        position += 1;
    }
    close(&mut run, run_start, &mut emit);
    if before.1 == Class::Han {
        token.clear();
        last_of_run(before.0, Beside::Gap, &mut token);
        emit(&token, position - 1);
    }
    if position > 0 {
        emit(PARAGRAPH_END, position);
        emit(SENTENCE_END, position);
    }
}

/// A text with its fold and its words. The fields of a text are made one after the other, so the last one is kept for each
/// thread.
#[derive(Default)]
struct Prepared {
    text: String,
    folded: String,
    /// Who cut the words; none where nobody did.
    segmenter: Option<Segmenter>,
    cut: Vec<segment::Token>,
}

thread_local! {
    static PREPARED: RefCell<Prepared> = RefCell::default();
}

/// Hands over the fold of a text and, where a segmenter is given, its words.
fn prepared<T>(text: &str, segmenter: Option<&Segmenter>, take: impl FnOnce(&str, &[segment::Token]) -> T) -> T {
    PREPARED.with_borrow_mut(|last| {
        if last.text != text {
            last.text.clear();
            last.text.push_str(text);
            last.folded.clear();
            last.folded.extend(text.chars().map(fold_char));
            last.segmenter = None;
        }
        if let Some(segmenter) = segmenter
            && !last.segmenter.as_ref().is_some_and(|other| other.is_same(segmenter))
        {
            segmenter.cut(&last.folded, Hmm::On, &mut last.cut);
            last.segmenter = Some(segmenter.clone());
        }
        take(&last.folded, &last.cut)
    })
}

/// Tokens of one text, laid end to end.
#[derive(Clone, Default)]
struct Buffer {
    text: String,
    /// The end of each token in `text`, and its position.
    tokens: Vec<(u32, u32)>,
    next: usize,
    token: Token,
}

impl Buffer {
    fn clear(&mut self) {
        self.text.clear();
        self.tokens.clear();
        self.next = 0;
        self.token.reset();
    }

    fn push(&mut self, token: &str, position: u32) {
        self.text.push_str(token);
        self.tokens.push((self.text.len() as u32, position));
    }
}

/// Hands tantivy the tokens of a buffer.
struct BufferStream<'a>(&'a mut Buffer);

impl TokenStream for BufferStream<'_> {
    fn advance(&mut self) -> bool {
        let buffer = &mut *self.0;
        let Some(&(end, position)) = buffer.tokens.get(buffer.next) else { return false };
        let start = buffer.next.checked_sub(1).map_or(0, |before| buffer.tokens[before].0);
        buffer.next += 1;
        buffer.token.text.clear();
        buffer.token.text.push_str(&buffer.text[start as usize..end as usize]);
        buffer.token.position = position as usize;
        true
    }

    fn process(&mut self, sink: &mut dyn FnMut(&Token)) {
        while self.advance() {
            sink(&self.0.token);
        }
    }

    fn token(&self) -> &Token {
        &self.0.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.0.token
    }
}

#[derive(Clone)]
struct WordsTokenizer {
    segmenter: Segmenter,
    stream: Buffer,
}

impl Tokenizer for WordsTokenizer {
    type TokenStream<'a> = BufferStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> BufferStream<'a> {
        let WordsTokenizer { segmenter, stream } = self;
        stream.clear();
        prepared(text, Some(segmenter), |folded, cut| {
            for (position, word) in words_of(folded, cut).enumerate() {
                let end = word.char_indices().nth(MAX_RUN_CHARS).map_or(word.len(), |(at, _)| at);
                stream.push(&word[..end], position as u32);
            }
        });
        BufferStream(stream)
    }
}

/// How many longer words a tokenizer remembers the parts of.
const REMEMBERED_WORDS: usize = 1 << 14;

#[derive(Clone)]
struct PartsTokenizer {
    segmenter: Segmenter,
    /// The words inside a word, as ranges of its bytes.
    known: HashMap<Box<str>, Box<[Range<u16>]>>,
    stream: Buffer,
}

impl Tokenizer for PartsTokenizer {
    type TokenStream<'a> = BufferStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> BufferStream<'a> {
        let PartsTokenizer { segmenter, known, stream } = self;
        stream.clear();
        prepared(text, Some(segmenter), |folded, cut| {
            // A word of two characters has no part of two. Letters and digits are one run.
            let longer = |word: &&str| word.len() > MAX_PLAIN_BYTES && word.chars().all(|c| Class::of(c) == Class::Han);
            // What is recorded is whether a text has a part, so each longer word is looked at once.
            let mut words: Vec<&str> = words_of(folded, cut).filter(longer).collect();
            words.sort_unstable();
            words.dedup();
            for word in words {
                if !known.contains_key(word) {
                    if known.len() == REMEMBERED_WORDS {
                        known.clear();
                    }
                    known.insert(word.into(), inner_words(word, segmenter));
                }
                for part in known.get(word).into_iter().flatten() {
                    stream.push(&word[usize::from(part.start)..usize::from(part.end)], 0);
                }
            }
        });
        BufferStream(stream)
    }
}

/// Two characters of the basic plane have so many bytes.
const MAX_PLAIN_BYTES: usize = 6;

/// The words inside a word, as ranges of its bytes.
fn inner_words(word: &str, segmenter: &Segmenter) -> Box<[Range<u16>]> {
    let chars: Vec<char> = word.chars().collect();
    let ends = chars.iter().scan(0, |end, c| {
        *end += c.len_utf8() as u16;
        Some(*end)
    });
    let places: Vec<u16> = std::iter::once(0).chain(ends).collect();
    let inner = compound::inner_words(&chars, segmenter);
    inner.into_iter().map(|range| places[range.start]..places[range.end]).collect()
}

#[derive(Clone, Default)]
struct PairsTokenizer(Buffer);

impl Tokenizer for PairsTokenizer {
    type TokenStream<'a> = BufferStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> BufferStream<'a> {
        self.0.clear();
        prepared(text, None, |folded, _| pairs(folded.chars(), |token, position| self.0.push(token, position)));
        BufferStream(&mut self.0)
    }
}

#[derive(Clone, Default)]
struct CharsTokenizer(Buffer);

impl Tokenizer for CharsTokenizer {
    type TokenStream<'a> = BufferStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> BufferStream<'a> {
        self.0.clear();
        prepared(text, None, |folded, _| {
            let mut utf8 = [0; 4];
            for (position, c) in folded.chars().filter(|c| Class::of(*c) == Class::Han).enumerate() {
                self.0.push(c.encode_utf8(&mut utf8), position as u32);
            }
        });
        BufferStream(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    #[test]
    fn pairs_of_a_text() {
        let mut tokens = Vec::new();
        pairs(fold("工會2024，職工權。\nＡＩ人").chars(), |token, position| {
            tokens.push(format!("{token}{position}"))
        });
        assert_eq!(
            tokens.join(" "),
            "^工0 工会0 会>1 20242 ^职7 职工7 工权8 权$9 。10 ¶11 。11 ai12 <人14 人$14 ¶15 。15"
        );
    }
}
