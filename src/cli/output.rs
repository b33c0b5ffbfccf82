//! Standard output and standard error.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Context as _;

use super::args::OutputArgs;
use gongxun_core::view::terminal::{Color, Style};

/// Writes to standard output.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes to a file, or to standard output where none is named. A plain file is written beside and renamed, so that half of
/// it never stands under its name; to anything else (a pipe, a device) is written as it is.
pub fn write_to(
    output: Option<&Path>,
    write: impl FnOnce(&mut dyn io::Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(output) = output else {
        let mut out = io::BufWriter::new(io::stdout().lock());
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    let can_not = || format!("{}: can't be written", output.display());
    let finish = |file: File| -> anyhow::Result<()> {
        let mut out = io::BufWriter::new(file);
        write(&mut out)?;
        out.flush().with_context(can_not)
    };
    if std::fs::metadata(output).is_ok_and(|metadata| !metadata.is_file()) {
        return finish(File::options().write(true).open(output).with_context(can_not)?);
    }
    let mut beside = output.as_os_str().to_os_string();
    beside.push(".new");
    let beside = Path::new(&beside);
    let written = finish(File::create(beside).with_context(can_not)?);
    let done = written.and_then(|()| std::fs::rename(beside, output).with_context(can_not));
    if done.is_err() {
        std::fs::remove_file(beside).ok();
    }
    done
}

/// What CSV begins with: the byte order mark where it is asked for, or where it goes to a file that ends in .csv.
pub fn csv_begins(output: &OutputArgs) -> &'static str {
    let is_csv = output.output.as_deref().and_then(Path::extension).is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    if output.bom.unwrap_or(is_csv) { gongxun_core::view::csv::BYTE_ORDER_MARK } else { "" }
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
