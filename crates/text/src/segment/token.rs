//! The output and the options of segmentation.

/// Whether words that the dictionary lacks are guessed by jieba's hidden Markov model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hmm {
    /// Guess them.
    On,
    /// Leave them as single characters.
    Off,
}

/// One token: a range of bytes of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}
