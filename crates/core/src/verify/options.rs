//! What is asked of a verification.

/// How many random strings are tried unless another number is asked for.
pub const DEFAULT_SAMPLE: usize = 1_000;
/// How far a verification goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The strings of the sample.
    Sample,
    /// Beside the sample, every article by strings of its own.
    All,
}

/// What is asked of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many random strings are taken; a tenth as many names, and a tenth as many single characters.
    pub sample: usize,
    /// How far it goes.
    pub extent: Extent,
    /// Where the random choice begins: the same seed takes the same strings.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { sample: DEFAULT_SAMPLE, extent: Extent::Sample, seed: 1 }
    }
}
