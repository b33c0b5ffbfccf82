//! Standard output, standard error, and files that are named for output.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::args::OutputArgs;
use super::settings;
use gongxun_core::index::folder;
use gongxun_core::view::terminal::{Color, Style, articles};

/// The part of a temporary file's name between the name of the file that it replaces and the number of the process.
const UNDER_WAY: &str = ".gongxun-";
/// The most symbolic links that are followed.
const LINKS: usize = 40;

/// Writes to standard output.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes to a file, or to standard output if none is named.
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
    let mut file = OutputFile::create(output).with_context(can_not)?;
    let mut out = io::BufWriter::new(&mut file);
    write(&mut out)?;
    out.flush().with_context(can_not)?;
    drop(out);
    file.finish().with_context(can_not)
}

/// Returns the beginning of a CSV file: the byte order mark if it is asked for, or the output is a file that ends in
/// .csv.
pub fn csv_begins(output: &OutputArgs) -> &'static str {
    let is_csv = output.output.as_deref().and_then(Path::extension).is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    if output.bom.unwrap_or(is_csv) { gongxun_core::view::csv::BYTE_ORDER_MARK } else { "" }
}

/// Whether an error means that the reader of the output has closed it.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}

/// Returns the style of text on standard output: in colour and broken into lines on a terminal, plain in a pipe.
pub fn style() -> Style {
    let terminal = io::stdout().is_terminal();
    Style {
        color: if settings::is_colored(terminal) { Color::On } else { Color::Off },
        width: terminal.then(|| usize::from(console::Term::stdout().size().1)),
        language: settings::language(),
    }
}

/// Refuses a file in an index folder, whatever it is: all that stands there is the index's own.
pub fn outside_an_index(path: &Path) -> io::Result<()> {
    match folder::index_around(&end_of_links(path)?) {
        Some(index) => Err(io::Error::other(format!(
            "it is inside the index folder {}, which only the program writes to; name a file elsewhere",
            index.display()
        ))),
        None => Ok(()),
    }
}

/// A file for output. A plain file is replaced in one step, so that an incomplete output never has its name, and a
/// symbolic link is followed; a pipe or device is written to.
#[derive(Debug)]
pub struct OutputFile {
    file: File,
    /// The temporary path that is written, and the path that it replaces; only for a plain file.
    replaces: Option<(PathBuf, PathBuf)>,
}

impl OutputFile {
    /// Opens the file. Nothing has its name before [`OutputFile::finish`].
    pub fn create(path: &Path) -> io::Result<OutputFile> {
        if let Some(file) = open_descriptor(path) {
            return Ok(OutputFile { file: file?, replaces: None });
        }
        let known = fs::metadata(path).ok();
        if known.as_ref().is_some_and(|metadata| !metadata.is_file()) {
            return Ok(OutputFile { file: OpenOptions::new().write(true).open(path)?, replaces: None });
        }
        let path = end_of_links(path)?;
        outside_an_index(&path)?;
        let (folder, beside) = beside(&path)?;
        remove_abandoned(&folder, &path);
        let file = OpenOptions::new().create_new(true).write(true).open(&beside)?;
        // Held as long as the process lives: distinguishes the files of running processes from those of killed ones.
        file.try_lock().ok();
        if let Some(known) = known {
            // The new file has the permissions of the old one.
            file.set_permissions(known.permissions()).ok();
        }
        Ok(OutputFile { file, replaces: Some((beside, path)) })
    }

    /// Makes the output durable and gives it its name.
    pub fn finish(mut self) -> io::Result<()> {
        let Some((beside, path)) = self.replaces.take() else { return Ok(()) };
        let done = self.file.sync_all().and_then(|()| fs::rename(&beside, &path));
        if done.is_err() {
            fs::remove_file(&beside).ok();
        }
        done?;
        match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => File::open(".")?.sync_all(),
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if let Some((beside, _)) = &self.replaces {
            fs::remove_file(beside).ok();
        }
    }
}

/// Returns the descriptor that a path names, if it names one that is open. A file behind it is continued and not
/// replaced: `--output /dev/stdout >> log`.
#[cfg(unix)]
fn open_descriptor(path: &Path) -> Option<io::Result<File>> {
    use std::os::fd::AsFd as _;
    match path.to_str()? {
        "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => {
            Some(io::stdout().as_fd().try_clone_to_owned().map(File::from))
        }
        "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => {
            Some(io::stderr().as_fd().try_clone_to_owned().map(File::from))
        }
        path if path.starts_with("/dev/fd/") || path.starts_with("/proc/") => {
            Some(OpenOptions::new().append(true).open(path))
        }
        _ => None,
    }
}

#[cfg(not(unix))]
fn open_descriptor(_: &Path) -> Option<io::Result<File>> {
    None
}

/// Follows symbolic links to their end, whether a file is there or not.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// Returns the folder of a file, and the temporary name beside it that this process writes to.
fn beside(path: &Path) -> io::Result<(PathBuf, PathBuf)> {
    let name = path.file_name().ok_or_else(|| io::Error::other("not the name of a file"))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!("{UNDER_WAY}{}", std::process::id()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok((folder.to_path_buf(), folder.join(beside)))
}

/// Removes the temporary files with which killed processes were to replace this file: those that no running process
/// holds.
fn remove_abandoned(folder: &Path, path: &Path) {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return };
    let prefix = format!(".{name}{UNDER_WAY}");
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry
            .file_name()
            .to_str()
            .and_then(|name| name.strip_prefix(&prefix))
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let free =
                File::open(entry.path()).is_ok_and(|file| !matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
            if free {
                fs::remove_file(entry.path()).ok();
            }
        }
    }
}

/// Formats numbers of articles and of pages without one, of which at least one is not zero.
pub fn counted(of_articles: u64, of_pages: u64) -> String {
    match (of_articles, of_pages) {
        (count, 0) => articles(count),
        (0, count) => pages(count),
        (count, of_pages) => format!("{}, {}", articles(count), pages(of_pages)),
    }
}

/// Formats a number of pages without an article.
pub fn pages(count: u64) -> String {
    if count == 1 { "1 page without an article".to_string() } else { format!("{count} pages without an article") }
}
