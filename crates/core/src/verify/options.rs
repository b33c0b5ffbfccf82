//! The options of a verification.

/// The default number of random strings.
pub const DEFAULT_SAMPLE: usize = 1_000;
/// The most random strings.
pub const MAX_SAMPLE: usize = 10_000_000;

/// The extent of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extent {
    /// The strings of the sample.
    Sample,
    /// In addition to the sample, every article by strings of its own.
    All,
}

/// The options of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Number of random strings, by default [`DEFAULT_SAMPLE`], at most [`MAX_SAMPLE`]; in addition a tenth as many
    /// names, and a tenth as many single characters.
    pub sample: usize,
    /// The extent, by default [`Extent::Sample`].
    pub extent: Extent,
    /// The seed of the random choice, by default 1: the same seed draws the same strings.
    pub seed: u64,
}

impl Options {
    /// Sets the number of random strings; more than [`MAX_SAMPLE`] count as so many.
    pub fn sample(mut self, strings: usize) -> Options {
        self.sample = strings.min(MAX_SAMPLE);
        self
    }

    /// Sets how far the verification goes.
    pub fn extent(mut self, extent: Extent) -> Options {
        self.extent = extent;
        self
    }

    /// Sets the seed of the random choice.
    pub fn seed(mut self, seed: u64) -> Options {
        self.seed = seed;
        self
    }
}

impl Default for Options {
    fn default() -> Options {
        Options { sample: DEFAULT_SAMPLE, extent: Extent::Sample, seed: 1 }
    }
}
