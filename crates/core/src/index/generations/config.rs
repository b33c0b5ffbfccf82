//! `gongxun.toml`: the choices of an index's owner for the whole of it.
//!
//! The file stands in the index folder and belongs to its owner: it is read, never written or removed. A writer records
//! the choices with its next commit ([`Choices`]), the dictionary when a generation is begun; searches use the record, so
//! that two of them never differ.
//!
//! ```toml
//! dictionary = "words.txt"     # the user's own words, one a line; the path is relative to this file
//! synonyms = "synonyms.tsv"    # a note and two or more terms a line, separated by tabs
//! language = "zh"              # of messages: "zh" or "en"
//!
//! [fields]                     # our fields by their names in JSON
//! title = "headline"
//! ```
//!
//! The form is TOML, of which this much is read: comments, keys set to a string on one line, and the table `[fields]`.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::index::generations::generation::Generation;
use crate::index::storage::names::CONFIG;
use crate::named_file::{self, MAX_BYTES, beginning};
use gongxun_text::segment::Segmenter;
use gongxun_text::synonyms::Synonyms;

/// The largest file of synonyms that is recorded, in bytes. Each commit holds it.
pub const MAX_SYNONYMS: usize = 1 << 20;
/// The languages of messages.
const LANGUAGES: [&str; 2] = ["zh", "en"];
/// The fields that can have another name in JSON.
pub const FIELDS: [&str; 14] = [
    "id",
    "title",
    "date",
    "source",
    "outlets",
    "credits",
    "editor",
    "chief_editor",
    "authors",
    "section",
    "page",
    "url",
    "lead",
    "body",
];

/// The choices for a whole index that a commit records, beside the dictionary, which its generation records.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Choices {
    /// The user's synonyms, as their file has them; empty if there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub synonyms: String,
    /// Our fields with their names in JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(String, String)>,
}

impl Choices {
    /// Whether nothing was chosen.
    pub fn is_empty(&self) -> bool {
        *self == Choices::default()
    }
}

/// The content of a `gongxun.toml` and of the files that it names.
#[derive(Clone)]
pub struct Config {
    /// Its path.
    pub path: PathBuf,
    /// The user's own words, if it names a dictionary.
    pub dictionary: Option<Segmenter>,
    /// The synonyms and fields.
    pub choices: Choices,
    /// The language of messages: `zh` or `en`.
    pub language: Option<String>,
}

#[derive(Default)]
struct ConfigFile {
    dictionary: Option<PathBuf>,
    synonyms: Option<PathBuf>,
    language: Option<String>,
    fields: BTreeMap<String, String>,
}

impl Config {
    /// Reads the file of an index folder and the files that it names; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Invalid`] with file, line and the way out if one of them does not hold what it should; [`Error::Io`] if one
    /// can't be read.
    pub fn read(index: &Path) -> Result<Option<Config>> {
        let path = index.join(CONFIG);
        let text = match beginning(&path, MAX_BYTES) {
            Ok(bytes) => utf8(&path, bytes)?,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(e) => return Err(Error::io(path, e)),
        };
        let written = parse(&path, &text)?;
        let dictionary = match &written.dictionary {
            Some(name) => {
                let file = index.join(name);
                let words = utf8(&file, named_file::read(&file)?)?;
                let segmenter = Segmenter::with_user_dict(&words);
                Some(segmenter.map_err(|e| Error::Invalid(format!("{}: {e}", file.display())))?)
            }
            None => None,
        };
        let synonyms = match &written.synonyms {
            Some(name) => synonyms(&index.join(name))?,
            None => String::new(),
        };
        let choices = Choices { synonyms, fields: written.fields.into_iter().collect() };
        Ok(Some(Config { path, dictionary, choices, language: written.language }))
    }

    /// Returns the language of messages that an index folder's file sets; `None` also if the file can't be read, which
    /// the command reports.
    pub fn language(index: &Path) -> Option<String> {
        let path = index.join(CONFIG);
        parse(&path, std::str::from_utf8(&beginning(&path, MAX_BYTES).ok()?).ok()?).ok()?.language
    }

    /// Returns the segmenter for a new generation of an index: the one that is asked for, or that of the folder's file, or
    /// the built-in one.
    ///
    /// # Errors
    /// Same as [`Config::read`]; [`Error::Invalid`] if another one is asked for than the file names.
    pub fn segmenter(index: &Path, asked: Option<Segmenter>) -> Result<Segmenter> {
        let Some(config) = Config::read(index)? else { return Ok(asked.unwrap_or_else(Segmenter::builtin)) };
        match (asked, config.dictionary.clone()) {
            (Some(asked), Some(_)) => config.check_dictionary(&asked).map(|()| asked),
            (asked, own) => Ok(asked.or(own).unwrap_or_else(Segmenter::builtin)),
        }
    }

    /// Refuses a dictionary that is asked for beside another one that the file names.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the way out.
    fn check_dictionary(&self, asked: &Segmenter) -> Result<()> {
        match &self.dictionary {
            Some(own) if own.fingerprint() != asked.fingerprint() => Err(Error::Invalid(format!(
                "{}: it names another dictionary than the one given; leave out --dict, or name that one in the file",
                self.path.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses a generation that was built with another dictionary than the one that the file names.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the way out.
    pub fn fits(&self, segmenter: &Segmenter) -> Result<()> {
        match &self.dictionary {
            Some(own) if own.fingerprint() != segmenter.fingerprint() => Err(Error::Invalid(format!(
                "{}: the index was built with another dictionary than the one that it names; `gongxun reindex PATH…` builds one with it",
                self.path.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Describes how the file differs from the record, for a note; `None` if it does not. Searches use the record.
    ///
    /// # Errors
    /// If the generation's settings can't be read.
    pub fn differs(&self, generation: &Generation, recorded: &Choices) -> Result<Option<String>> {
        let path = self.path.display();
        let dictionary = match &self.dictionary {
            Some(own) => own.fingerprint() != generation.settings()?.dictionary,
            None => false,
        };
        Ok(match () {
            () if dictionary => Some(format!(
                "{path}: the index was built with another dictionary; `gongxun reindex PATH…` builds one with yours"
            )),
            () if self.choices != *recorded => Some(format!(
                "{path}: its synonyms or fields were changed; `gongxun index PATH…` takes them in, until then those before hold"
            )),
            () => None,
        })
    }
}

/// Reads the synonyms and checks them.
fn synonyms(file: &Path) -> Result<String> {
    let bytes = named_file::read(file)?;
    if bytes.len() > MAX_SYNONYMS {
        return Err(Error::Invalid(format!(
            "{}: larger than {MAX_SYNONYMS} bytes; leave out what the index needs least",
            file.display()
        )));
    }
    let text = utf8(file, bytes)?;
    Synonyms::default().with_user(&text).map_err(|e| Error::Invalid(format!("{}: {e}", file.display())))?;
    Ok(text)
}

/// Returns the text of a file in UTF-8, without a byte order mark.
///
/// Other charsets are not guessed: what is recorded must not depend on whether the program can read pages.
fn utf8(file: &Path, bytes: Vec<u8>) -> Result<String> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|b| *b == b'\n').count();
        Error::Invalid(format!("{}, line {line}: not UTF-8; save the file in UTF-8", file.display()))
    })?;
    if text.starts_with('\u{FEFF}') {
        text.drain(..'\u{FEFF}'.len_utf8());
    }
    Ok(text)
}

fn parse(path: &Path, text: &str) -> Result<ConfigFile> {
    let mut written = ConfigFile::default();
    let mut in_fields = false;
    for (number, line) in text.lines().enumerate() {
        let read = match line.trim() {
            "" => Ok(()),
            line if line.starts_with('#') => Ok(()),
            line if line.starts_with('[') => match line.split('#').next().unwrap_or_default().trim() {
                "[fields]" => {
                    in_fields = true;
                    Ok(())
                }
                table => Err(format!("unknown table {table}")),
            },
            line => setting(line).and_then(|(key, value)| written.set(key, value, in_fields)),
        };
        read.map_err(|what| {
            Error::Invalid(format!(
                "{}, line {}: {what}; dictionary, synonyms, language and [fields] are what it can hold",
                path.display(),
                number + 1
            ))
        })?;
    }
    Ok(written)
}

/// Reads a line of TOML that sets a key to a string, in double quotes or in single ones.
fn setting(line: &str) -> Result<(&str, String), String> {
    let wrong = || "not of the form key = \"value\"".to_string();
    let (key, value) = line.split_once('=').ok_or_else(wrong)?;
    let key = key.trim().trim_matches('"');
    let mut chars = value.trim().chars();
    let quote = chars.next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(wrong)?;
    let mut text = String::new();
    loop {
        match chars.next() {
            None => return Err("a quote is not closed".into()),
            Some(c) if c == quote => break,
            Some('\\') if quote == '"' => match chars.next() {
                Some(c @ ('"' | '\\')) => text.push(c),
                _ => return Err("a backslash in double quotes; write the value in single quotes".into()),
            },
            Some(c) => text.push(c),
        }
    }
    let rest = chars.as_str().trim_start();
    if key.is_empty() || !(rest.is_empty() || rest.starts_with('#')) {
        return Err(wrong());
    }
    Ok((key, text))
}

impl ConfigFile {
    fn set(&mut self, key: &str, value: String, in_fields: bool) -> Result<(), String> {
        let is_set = match key {
            field if in_fields => {
                if !FIELDS.contains(&field) {
                    return Err(format!("{field} is not a field; the fields are {}", FIELDS.join(", ")));
                }
                self.fields.insert(field.to_string(), value).is_some()
            }
            "dictionary" => self.dictionary.replace(value.into()).is_some(),
            "synonyms" => self.synonyms.replace(value.into()).is_some(),
            "language" => {
                if !LANGUAGES.contains(&value.as_str()) {
                    return Err(format!("{value:?} is not a language of messages: write \"zh\" or \"en\""));
                }
                self.language.replace(value).is_some()
            }
            key => return Err(format!("unknown key {key}")),
        };
        if is_set { Err(format!("{key} is set twice")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(text: &str) -> Result<Option<Config>> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(CONFIG), text).unwrap();
        fs::write(folder.path().join("words.txt"), "桂花节\n").unwrap();
        fs::write(folder.path().join("synonyms.tsv"), "flowers\t桂花节\t赏桂节\n").unwrap();
        fs::write(folder.path().join("broken.tsv"), "flowers\t桂花节\t赏桂节\nalone\t桂花\n").unwrap();
        Config::read(folder.path())
    }

    #[test]
    fn all_that_it_can_hold() {
        let text = "# ours\ndictionary = 'words.txt'\nsynonyms = \"synonyms.tsv\"\nlanguage = \"zh\"\n[fields]\ntitle = \"headline\"\n";
        let config = read(text).unwrap().unwrap();
        assert!(config.dictionary.unwrap().has_word("桂花节"));
        assert_eq!(config.choices.synonyms, "flowers\t桂花节\t赏桂节\n");
        assert_eq!(config.choices.fields, [("title".to_string(), "headline".to_string())]);
        assert_eq!(config.language.as_deref(), Some("zh"));
        assert!(read("").unwrap().unwrap().choices.is_empty());
        assert!(Config::read(Path::new("/nowhere")).unwrap().is_none());
    }

    #[test]
    fn an_error_names_file_line_and_way_out() {
        for (text, expect) in [
            ("language = \"zh\"\ndictionary = ", "gongxun.toml, line 2: "),
            ("language = \"zh\"\n\ndictonary = 'words.txt'\n", "gongxun.toml, line 3: unknown key dictonary"),
            ("\nlanguage = \"fr\"\n", "gongxun.toml, line 2: \"fr\" is not a language"),
            (
                "[fields]\ntitel = \"headline\"\n",
                "gongxun.toml, line 2: titel is not a field; the fields are id, title",
            ),
            ("[fields]\ntitle = 3\n", "gongxun.toml, line 2: "),
            ("synonyms = 'broken.tsv'\n", "broken.tsv: line 2: "),
            ("dictionary = 'nowhere.txt'\n", "nowhere.txt: "),
        ] {
            let error = read(text).err().expect(text).to_string();
            assert!(error.contains(expect), "{text:?}: {error}");
        }
    }
}
