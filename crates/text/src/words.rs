//! Texts with lazily computed word boundaries. To tell a word from characters that cross word boundaries takes the
//! segmentation of the run of Chinese around it, so runs are segmented on demand, and the result is kept with the text,
//! at two bits a character.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fold::fold_char;
use super::segment::{Hmm, Segmenter, Token};
use super::strings::Class;

/// The characters of a text, as printed and folded: one for one, so that a match in the fold can be marked in the text.
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
    /// The characters of runs that have been segmented.
    cut: Places,
    /// The first character of each word of these runs, and the one after each run.
    starts: Places,
}

/// The relation of a piece of text to the words of the run that it begins in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordFit {
    /// It begins and ends at word boundaries, or is not in a run of Chinese.
    Whole,
    /// It begins or ends inside a word and extends beyond it.
    Across,
    /// It lies within one word, whose range in the text this is.
    Inside(Range<usize>),
}

/// Reusable buffers for a run's text and words.
#[derive(Debug, Default)]
pub struct Scratch {
    run: String,
    tokens: Vec<Token>,
}

impl Text {
    /// Collects the characters of a text. None of its runs is segmented yet.
    pub fn of(text: &str) -> Text {
        // Most of them take three bytes.
        let mut printed = Vec::with_capacity(text.len() / 3 + 1);
        printed.extend(text.chars());
        let folded: Vec<char> = printed.iter().copied().map(fold_char).collect();
        let (cut, starts) = (Places::of(folded.len() + 1), Places::of(folded.len() + 1));
        Text { printed, folded, cut, starts }
    }

    /// Returns the relation of a range of characters to the words around it. One text must always be used with the same
    /// segmenter.
    ///
    /// ```
    /// use gongxun_text::{segment::Segmenter, words::{Scratch, WordFit, Text}};
    /// let (text, segmenter) = (Text::of("管理和服務水平"), Segmenter::builtin());
    /// let stand = |range| text.stand(&range, &segmenter, &mut Scratch::default());
    /// assert_eq!((stand(2..4), stand(3..7), stand(3..5)), (WordFit::Across, WordFit::Whole, WordFit::Inside(3..7)));
    /// ```
    pub fn stand(&self, range: &Range<usize>, segmenter: &Segmenter, room: &mut Scratch) -> WordFit {
        if range.is_empty() || Class::of(self.folded[range.start]) != Class::Han {
            return WordFit::Whole;
        }
        if !self.cut.has(range.start) {
            self.cut_run(range.start, segmenter, room);
        }
        if !range.clone().all(|at| self.cut.has(at)) {
            return WordFit::Whole;
        }
        let (begins, ends) = (self.starts.has(range.start), self.starts.has(range.end));
        if (range.start + 1..range.end).any(|at| self.starts.has(at)) {
            return if begins && ends { WordFit::Whole } else { WordFit::Across };
        }
        // Each run begins with a word, and its end is marked too.
        let start = (0..=range.start).rev().find(|at| self.starts.has(*at)).unwrap_or(0);
        let end = (range.end..self.folded.len()).find(|at| self.starts.has(*at)).unwrap_or(self.folded.len());
        if begins && ends { WordFit::Whole } else { WordFit::Inside(start..end) }
    }

    fn cut_run(&self, at: usize, segmenter: &Segmenter, room: &mut Scratch) {
        let text = &self.folded;
        let han = |c: &char| Class::of(*c) == Class::Han;
        let start = at - text[..at].iter().rev().take_while(|c| han(c)).count();
        let end = at + text[at..].iter().take_while(|c| han(c)).count();
        let Scratch { run, tokens } = room;
        run.clear();
        run.extend(&text[start..end]);
        segmenter.cut(run, Hmm::On, tokens);
        let mut position = start;
        for token in tokens.iter() {
            self.starts.add(position);
            position += run[token.start as usize..token.end as usize].chars().count();
        }
        self.starts.add(end);
        // A thread that sees a character marked as segmented also sees its run's words and that the characters after it
        // are segmented: threads may query at the same time.
        (start..end).rev().for_each(|at| self.cut.add(at));
    }
}

/// A set of positions in a text. Threads may add to it concurrently.
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
