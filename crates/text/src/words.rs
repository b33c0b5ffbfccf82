//! A text with its words. Telling a word from letters inside other words takes the cut of the run of Chinese around it, so
//! runs are cut when they are asked about, and what was found is kept with the text, two bits a character.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fold::fold_char;
use super::segment::{Hmm, Segmenter, Token};
use super::strings::Class;

/// The characters of a text, as printed and folded: one for one, so that what is found in the fold is marked in the text.
///
/// ```
/// let text = gongxun_text::words::Text::of("農民工");
/// assert_eq!((text.printed[0], text.folded[0]), ('農', '农'));
/// ```
#[derive(Debug, Default)]
pub struct Text {
    /// As printed.
    pub printed: Vec<char>,
    /// Their fold.
    pub folded: Vec<char>,
    /// The characters of runs that were cut.
    cut: Places,
    /// Those at which words of these runs begin, and the one after each run.
    starts: Places,
}

/// How a piece of a text stands to the words of the run that it begins in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stand {
    /// It begins and ends where words do, or is not in a run of Chinese alone.
    Whole,
    /// It begins or ends inside a word and reaches out of it.
    Across,
    /// It lies in one word, which is the text's range.
    Inside(Range<usize>),
}

/// Room for a run's text and words, to be used again.
#[derive(Debug, Default)]
pub struct Room {
    run: String,
    tokens: Vec<Token>,
}

impl Text {
    /// The characters of this text. None of its runs is cut yet.
    pub fn of(text: &str) -> Text {
        // Most of them take three bytes.
        let mut printed = Vec::with_capacity(text.len() / 3 + 1);
        printed.extend(text.chars());
        let folded: Vec<char> = printed.iter().copied().map(fold_char).collect();
        let (cut, starts) = (Places::of(folded.len() + 1), Places::of(folded.len() + 1));
        Text { printed, folded, cut, starts }
    }

    /// How a range of characters stands to the words around it. A text is asked with one segmenter, always the same.
    ///
    /// ```
    /// use gongxun_text::{segment::Segmenter, words::{Room, Stand, Text}};
    /// let (text, segmenter) = (Text::of("管理和服務水平"), Segmenter::builtin());
    /// let stand = |range| text.stand(&range, &segmenter, &mut Room::default());
    /// assert_eq!((stand(2..4), stand(3..7), stand(3..5)), (Stand::Across, Stand::Whole, Stand::Inside(3..7)));
    /// ```
    pub fn stand(&self, range: &Range<usize>, segmenter: &Segmenter, room: &mut Room) -> Stand {
        if range.is_empty() || Class::of(self.folded[range.start]) != Class::Han {
            return Stand::Whole;
        }
        if !self.cut.has(range.start) {
            self.cut_run(range.start, segmenter, room);
        }
        if !range.clone().all(|at| self.cut.has(at)) {
            return Stand::Whole;
        }
        let (begins, ends) = (self.starts.has(range.start), self.starts.has(range.end));
        if (range.start + 1..range.end).any(|at| self.starts.has(at)) {
            return if begins && ends { Stand::Whole } else { Stand::Across };
        }
        // Each run begins with a word, and one is noted behind it.
        let start = (0..=range.start).rev().find(|at| self.starts.has(*at)).unwrap_or(0);
        let end = (range.end..self.folded.len()).find(|at| self.starts.has(*at)).unwrap_or(self.folded.len());
        if begins && ends { Stand::Whole } else { Stand::Inside(start..end) }
    }

    fn cut_run(&self, at: usize, segmenter: &Segmenter, room: &mut Room) {
        let text = &self.folded;
        let han = |c: &char| Class::of(*c) == Class::Han;
        let start = at - text[..at].iter().rev().take_while(|c| han(c)).count();
        let end = at + text[at..].iter().take_while(|c| han(c)).count();
        let Room { run, tokens } = room;
        run.clear();
        run.extend(&text[start..end]);
        segmenter.cut(run, Hmm::On, tokens);
        let mut position = start;
        for token in tokens.iter() {
            self.starts.add(position);
            position += run[token.start as usize..token.end as usize].chars().count();
        }
        self.starts.add(end);
        // Whoever sees that a character is cut sees its run's words, and that the characters behind it are cut: threads may
        // ask at the same time.
        (start..end).rev().for_each(|at| self.cut.add(at));
    }
}

/// A set of places of a text. Threads may add at the same time.
#[derive(Debug, Default)]
struct Places(Box<[AtomicU64]>);

impl Places {
    fn of(length: usize) -> Places {
        Places((0..length.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word.load(Ordering::Acquire) >> (at % 64) & 1 == 1)
    }

    fn add(&self, at: usize) {
        self.0[at / 64].fetch_or(1 << (at % 64), Ordering::Release);
    }
}
