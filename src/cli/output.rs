//! Standard output and standard error.

use std::io::{self, IsTerminal as _, Write as _};

use gongxun_core::view::terminal::{Color, Style};

/// Writes to standard output.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Whether an error means that whoever reads our output has stopped.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}

/// How text on standard output is set: in colour and broken into lines on a terminal, plain in a pipe.
pub fn style() -> Style {
    let terminal = io::stdout().is_terminal();
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Style {
        color: if terminal && !plain { Color::On } else { Color::Off },
        width: terminal.then(|| usize::from(console::Term::stdout().size().1)),
    }
}
