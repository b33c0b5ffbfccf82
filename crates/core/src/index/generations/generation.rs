//! Generations: complete indexes side by side, one of which is current.
//!
//! ```text
//! index/CURRENT            names the generation that searchers open
//! index/LOCK               held by the one writer; the system releases it when the process ends, however it ends
//! index/tombstones.jsonl   articles deleted on request, in whatever generation (see [`crate::index::tombstones`])
//! index/gen-000003/        one generation: tantivy's files and
//!     generation.json      the versions and the dictionary it was built with
//!     STATE                whether it has served searches, or was set aside; absent while it is built
//!     dictionary.txt       the user's own words, if there are any
//!     compression.dict     the dictionary of stored articles (see [`crate::index::packing`])
//!     manifest-000042.jsonl the files that were read
//! ```
//!
//! A generation is built in its own folder and synced, and then CURRENT is replaced in one step; a build that is killed
//! leaves the old generation serving.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::article::Date;
use crate::error::{Error, Result};
use crate::index::generations::folder;
use crate::index::schema::SCHEMA_VERSION;
use crate::index::storage::atomic_files::{create_folder, remove_unfinished, replace_file};
use crate::index::storage::failpoint::{Step, point};
use crate::index::storage::names::{CURRENT, DICTIONARY, LOCK, SETTINGS, STATE};
use crate::index::storage::seal::{seal, unseal};
use crate::index::store::packing;
use gongxun_text::fold::FOLD_VERSION;
use gongxun_text::segment::Segmenter;

/// The versions and dictionary a generation was built with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// See [`SCHEMA_VERSION`].
    pub schema: u32,
    /// See [`FOLD_VERSION`].
    pub fold: u32,
    /// [`Segmenter::fingerprint`] of the dictionary.
    pub dictionary: String,
    /// The version of this program.
    pub program: String,
}

impl Settings {
    /// Returns the settings of a generation built now with this segmenter.
    pub fn new(segmenter: &Segmenter) -> Settings {
        Settings {
            schema: SCHEMA_VERSION,
            fold: FOLD_VERSION,
            dictionary: segmenter.fingerprint(),
            program: env!("CARGO_PKG_VERSION").to_string(),
        }
    }

    /// Whether a generation built now with this segmenter would fold and cut text in the same way.
    pub(in crate::index) fn follows_rules_of(&self, segmenter: &Segmenter) -> bool {
        self.fold == FOLD_VERSION && self.dictionary == segmenter.fingerprint()
    }
}

/// The stage of a generation's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It is being built, or its build was killed: the next build resumes it.
    Building,
    /// It is current, or was until a newer one replaced it: rollback can return to it.
    Served,
    /// A rollback went back past it. No build resumes it; rollback can return to it.
    RolledBack,
    /// It failed the check before its swap. It never serves, and no build resumes it.
    Failed,
}

/// The recorded stage of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The stage.
    pub stage: Stage,
    /// The time since when, if the clock could be read.
    pub since: Option<Date>,
}

/// One generation of an index folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// The index folder.
    pub index: PathBuf,
    /// The generation's number, from 1.
    pub number: u64,
}

impl Generation {
    /// Returns the generation's folder.
    pub fn folder(&self) -> PathBuf {
        self.index.join(folder::generation_name(self.number))
    }

    /// Returns the current generation, or `None` if the folder holds no index.
    ///
    /// # Errors
    /// If CURRENT can't be read or names no generation.
    pub fn current(index: &Path) -> Result<Option<Generation>> {
        let path = index.join(CURRENT);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) if e.kind() == ErrorKind::NotADirectory => return Err(folder::no_folder(index)),
            Err(e) => return Err(Error::io(path, e)),
        };
        let number = folder::named(&text);
        if number.is_none() && !folder::is_index(index) {
            return Ok(None);
        }
        let what = || format!("it says {:?}, which is not a generation", text.trim());
        let number = number.ok_or_else(|| Error::Damaged { path, what: what() })?;
        Ok(Some(Generation { index: index.to_path_buf(), number }))
    }

    /// Returns all generations in the folder, oldest first, finished or not; folders that merely have such a name are
    /// left out.
    ///
    /// # Errors
    /// If the folder can't be listed.
    pub fn all(index: &Path) -> Result<Vec<Generation>> {
        let (numbers, _) = folder::generations(index)?;
        Ok(numbers.into_iter().map(|number| Generation { index: index.to_path_buf(), number }).collect())
    }

    /// Creates the folder of a new generation with its settings and dictionary.
    ///
    /// # Errors
    /// If a write fails.
    pub fn create(index: &Path, segmenter: &Segmenter) -> Result<Generation> {
        let (_, highest) = folder::generations(index)?;
        let generation = Generation { index: index.to_path_buf(), number: highest + 1 };
        let folder = generation.folder();
        create_folder(&folder)?;
        // First the file that identifies the folder as ours.
        let settings = serde_json::to_vec_pretty(&Settings::new(segmenter)).unwrap_or_default();
        replace_file(&folder.join(SETTINGS), &seal(&settings))?;
        if !segmenter.user_dict().is_empty() {
            replace_file(&folder.join(DICTIONARY), segmenter.user_dict().as_bytes())?;
        }
        Ok(generation)
    }

    /// Returns the stage of the generation.
    ///
    /// # Errors
    /// If its folder has no valid record of it.
    pub fn state(&self) -> Result<State> {
        let path = self.folder().join(STATE);
        match fs::read(&path) {
            Ok(bytes) => {
                let read = unseal(&bytes).and_then(|json| serde_json::from_slice(&json).map_err(|e| e.to_string()));
                read.map_err(|what| Error::Damaged { path, what })
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(State { stage: Stage::Building, since: None }),
            Err(e) => Err(Error::io(path, e)),
        }
    }

    /// Durably records the stage of the generation.
    ///
    /// # Errors
    /// If a write fails.
    pub fn mark(&self, stage: Stage) -> Result<()> {
        let state = serde_json::to_vec(&State { stage, since: Date::now() }).unwrap_or_default();
        replace_file(&self.folder().join(STATE), &seal(&state))
    }

    /// Makes this generation the current one.
    ///
    /// # Errors
    /// If a write fails; the old generation stays current then.
    pub fn make_current(&self) -> Result<()> {
        // A build killed between the two steps is resumed: its number is still higher than the current one's.
        self.mark(Stage::Served)?;
        replace_file(&self.index.join(CURRENT), folder::current(self.number).as_bytes())
    }

    /// Removes the generation's folder, after renaming it, so that a half-removed one is never mistaken for a
    /// generation. Files that the index did not make stay.
    ///
    /// # Errors
    /// If a write fails; [`Generation::clean_up`] retries the removal of renamed files.
    pub fn remove(&self) -> Result<()> {
        folder::remove(&self.index, self.number)
    }

    /// Removes the remains of removals that were killed from an index folder.
    ///
    /// # Errors
    /// If a write fails.
    pub fn clean_up(index: &Path) -> Result<()> {
        folder::clean_up(index)
    }

    /// Returns the files with the settings and dictionaries of the generation, by name.
    pub(in crate::index) fn own_files(&self) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        let mut files = Vec::new();
        for name in [SETTINGS, DICTIONARY, packing::FILE] {
            let path = self.folder().join(name);
            match fs::read(&path) {
                Ok(bytes) => files.push((name.into(), bytes)),
                Err(e) if e.kind() == ErrorKind::NotFound && name != SETTINGS => {}
                Err(e) => return Err(Error::io(path, e)),
            }
        }
        Ok(files)
    }

    /// Returns the schema version of the generation, whether this program can read it or not.
    ///
    /// # Errors
    /// If the settings can't be read or name no schema.
    pub fn schema(&self) -> Result<u32> {
        let (path, settings) = self.read_settings()?;
        let schema = settings["schema"].as_u64().and_then(|schema| u32::try_from(schema).ok());
        schema.ok_or_else(|| Error::Damaged { path, what: "it names no schema".into() })
    }

    /// Returns the settings as JSON, with the path of their file.
    fn read_settings(&self) -> Result<(PathBuf, serde_json::Value)> {
        let path = self.folder().join(SETTINGS);
        let bytes = fs::read(&path).map_err(|e| Error::io(&path, e))?;
        let read = unseal(&bytes).and_then(|json| serde_json::from_slice(&json).map_err(|e| e.to_string()));
        match read {
            Ok(settings) => Ok((path, settings)),
            Err(what) => Err(Error::Damaged { path, what }),
        }
    }

    /// Returns a segmenter with the generation's user words and the program's present built-in dictionary.
    ///
    /// # Errors
    /// If the user's words can't be read.
    pub fn dictionary(&self) -> Result<Segmenter> {
        let path = self.folder().join(DICTIONARY);
        match fs::read_to_string(&path) {
            Ok(user) => Segmenter::with_user_dict(&user).map_err(|e| Error::Damaged { path, what: e.to_string() }),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(Segmenter::builtin()),
            Err(e) => Err(Error::io(path, e)),
        }
    }

    /// Reads the settings; refuses a generation that this program can't read.
    ///
    /// # Errors
    /// [`Error::Schema`] for another version; [`Error::Damaged`] if the settings are not intact.
    pub fn settings(&self) -> Result<Settings> {
        let settings = self.settings_of_any_rules()?;
        if settings.fold != FOLD_VERSION {
            let then = settings.fold;
            return Err(self.other_version(format!(
                "an index folded by version {then} (now {FOLD_VERSION}), which `gongxun upgrade` converts without the archive"
            )));
        }
        Ok(settings)
    }

    /// Reads the settings of a generation of the present schema, whatever its fold and dictionary.
    ///
    /// # Errors
    /// Same as [`Generation::settings`], for another schema alone.
    pub(in crate::index) fn settings_of_any_rules(&self) -> Result<Settings> {
        let (path, value) = self.read_settings()?;
        match value["schema"].as_u64() {
            Some(schema) if schema == u64::from(SCHEMA_VERSION) => {}
            Some(3) => {
                let what = "an index of schema 3, which `gongxun upgrade` converts without the archive";
                return Err(self.other_version(what.into()));
            }
            Some(schema) => return Err(self.other_version(format!("an index of schema {schema}"))),
            None => return Err(self.other_version("an index without a schema".into())),
        }
        serde_json::from_value(value).map_err(|e| Error::Damaged { path, what: e.to_string() })
    }

    fn other_version(&self, found: String) -> Error {
        Error::Schema { path: self.folder(), found, wanted: SCHEMA_VERSION }
    }

    /// Returns the segmenter that the generation was built with.
    ///
    /// # Errors
    /// If the dictionary is gone or changed, or the program's built-in dictionary is another one now.
    pub fn segmenter(&self, settings: &Settings) -> Result<Segmenter> {
        let segmenter = self.dictionary()?;
        if segmenter.fingerprint() != settings.dictionary {
            let (then, now) = (&settings.dictionary, segmenter.fingerprint());
            return Err(self.other_version(format!(
                "an index cut by dictionary {then} (now {now}), which `gongxun upgrade` converts without the archive"
            )));
        }
        Ok(segmenter)
    }
}

/// The exclusive right to write to an index folder. The system releases it when the process ends.
#[derive(Debug)]
pub struct WriteLock {
    _file: File,
}

impl WriteLock {
    /// Acquires the lock, making the folder an index if it is empty or does not exist.
    ///
    /// # Errors
    /// [`Error::Busy`] if another process holds it; [`Error::Invalid`] if the folder holds other things.
    pub fn acquire(index: &Path) -> Result<WriteLock> {
        folder::claim(index)?;
        WriteLock::take(index)
    }

    /// Acquires the lock of a folder that exists.
    pub(in crate::index) fn take(index: &Path) -> Result<WriteLock> {
        let path = index.join(LOCK);
        let open = || OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = point(Step::Create, &path).and_then(|()| open()).map_err(|e| Error::io(&path, e))?;
        match file.try_lock() {
            Ok(()) => {
                remove_unfinished(index);
                Ok(WriteLock { _file: file })
            }
            Err(TryLockError::WouldBlock) => Err(Error::Busy(index.to_path_buf())),
            Err(TryLockError::Error(e)) => Err(Error::io(path, e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_of_another_fold_is_refused_with_the_way_out() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let segmenter = Segmenter::builtin();
        let generation = Generation::create(folder.path(), &segmenter).expect("a generation");
        assert_eq!(generation.settings().expect("its settings").fold, FOLD_VERSION);
        let older = Settings { fold: FOLD_VERSION - 1, ..Settings::new(&segmenter) };
        let json = serde_json::to_vec_pretty(&older).expect("settings are JSON");
        replace_file(&generation.folder().join(SETTINGS), &seal(&json)).expect("they are written");
        let error = generation.settings().expect_err("another fold").to_string();
        assert!(error.contains("gongxun upgrade") && error.contains("gongxun reindex"), "{error}");
    }
}
