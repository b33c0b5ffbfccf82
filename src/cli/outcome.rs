//! The outcome of a command, and its exit code.

/// The exit code of a command that was interrupted (Ctrl-C), as shells have it.
pub const INTERRUPTED: u8 = 130;

/// The outcome of a command that ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Something was found or done.
    Found,
    /// Nothing was found.
    Nothing,
    /// It was done, and not all is well: rejections under `--strict`, a failed verification.
    Failed,
}
