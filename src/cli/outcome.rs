//! The outcome of a command, and its exit code.

/// The exit code of a command that was interrupted (Ctrl-C), as in shells.
pub const INTERRUPTED: u8 = 130;

/// The outcome of a command that ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Something was found or done.
    Found,
    /// Nothing was found.
    Nothing,
    /// The command was executed, but with failures: rejections under `--strict`, a failed verification.
    Failed,
}
