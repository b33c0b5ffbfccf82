//! Generations: whole indexes side by side, one of which is current.
//!
//! ```text
//! index/CURRENT            names the generation that searchers open
//! index/LOCK               held by the one writer; the system lets go of it when the process ends, however it ends
//! index/tombstones.jsonl   what was deleted on request, in whatever generation (see [`crate::index::tombstones`])
//! index/gen-000003/        one generation: tantivy's files and
//!     generation.json      versions and dictionary that it was built with
//!     STATE                whether it has served searches, or was set aside; not there while it is built
//!     dictionary.txt       the user's own words, where there are any
//!     compression.dict     what stored articles are packed by (see [`crate::index::packing`])
//!     manifest-000042.jsonl what was read
//! ```
//!
//! A generation is built in its own folder, synced, and then CURRENT is replaced in one step; a build that is killed
//! leaves the old one serving.

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

/// What a generation was built with.
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
    /// The settings of a generation that is built now, with this segmenter.
    pub fn new(segmenter: &Segmenter) -> Settings {
        Settings {
            schema: SCHEMA_VERSION,
            fold: FOLD_VERSION,
            dictionary: segmenter.fingerprint(),
            program: env!("CARGO_PKG_VERSION").to_string(),
        }
    }
}

/// How far a generation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It is being built, or its build was killed: the next build goes on with it.
    Building,
    /// It is current, or was until a newer one replaced it: one can roll back to it.
    Served,
    /// A rollback went back behind it. No build goes on with it; one can roll forward to it.
    RolledBack,
    /// It did not pass the check before its swap. It never serves, and no build goes on with it.
    Failed,
}

/// What a generation's folder says about how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// How far it has come.
    pub stage: Stage,
    /// Since when, where the clock could be read.
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
    /// The generation's folder.
    pub fn folder(&self) -> PathBuf {
        self.index.join(folder::generation_name(self.number))
    }

    /// The current generation, or none where the folder holds no index.
    ///
    /// # Errors
    /// Where CURRENT can't be read or names nothing.
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
        let what = || format!("it says {:?}, which is no generation", text.trim());
        let number = number.ok_or_else(|| Error::Damaged { path, what: what() })?;
        Ok(Some(Generation { index: index.to_path_buf(), number }))
    }

    /// All generations in the folder, oldest first, finished or not. What is only called so is none.
    ///
    /// # Errors
    /// Where the folder can't be listed.
    pub fn all(index: &Path) -> Result<Vec<Generation>> {
        let (numbers, _) = folder::generations(index)?;
        Ok(numbers.into_iter().map(|number| Generation { index: index.to_path_buf(), number }).collect())
    }

    /// Makes the folder of a new generation with its settings and dictionary.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn create(index: &Path, segmenter: &Segmenter) -> Result<Generation> {
        let (_, highest) = folder::generations(index)?;
        let generation = Generation { index: index.to_path_buf(), number: highest + 1 };
        let folder = generation.folder();
        create_folder(&folder)?;
        // First what tells whose the folder is.
        let settings = serde_json::to_vec_pretty(&Settings::new(segmenter)).unwrap_or_default();
        replace_file(&folder.join(SETTINGS), &seal(&settings))?;
        if !segmenter.user_dict().is_empty() {
            replace_file(&folder.join(DICTIONARY), segmenter.user_dict().as_bytes())?;
        }
        Ok(generation)
    }

    /// How far the generation has come.
    ///
    /// # Errors
    /// Where its folder does not say.
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

    /// Notes durably how far the generation has come.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn mark(&self, stage: Stage) -> Result<()> {
        let state = serde_json::to_vec(&State { stage, since: Date::now() }).unwrap_or_default();
        replace_file(&self.folder().join(STATE), &seal(&state))
    }

    /// Makes this generation the current one.
    ///
    /// # Errors
    /// Where the disk refuses; the old one stays current then.
    pub fn make_current(&self) -> Result<()> {
        // A build that is killed between the two is gone on with: its number is still above the current one's.
        self.mark(Stage::Served)?;
        replace_file(&self.index.join(CURRENT), folder::current(self.number).as_bytes())
    }

    /// Removes the generation's folder. It is renamed first, so that no half of it is ever taken for a generation. Files in
    /// it that the index did not make stay.
    ///
    /// # Errors
    /// Where the disk refuses; [`Generation::clean_up`] tries again what was renamed.
    pub fn remove(&self) -> Result<()> {
        folder::remove(&self.index, self.number)
    }

    /// Removes what removals that were killed have left in an index folder.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn clean_up(index: &Path) -> Result<()> {
        folder::clean_up(index)
    }

    /// The files that say what the generation was built with, by name.
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

    /// The schema that the generation was built by, whether this program can read it or not.
    ///
    /// # Errors
    /// Where the settings can't be read or do not say.
    pub fn schema(&self) -> Result<u32> {
        let (path, settings) = self.read_settings()?;
        let schema = settings["schema"].as_u64().and_then(|schema| u32::try_from(schema).ok());
        schema.ok_or_else(|| Error::Damaged { path, what: "it names no schema".into() })
    }

    /// The settings as they stand there, with the path of their file.
    fn read_settings(&self) -> Result<(PathBuf, serde_json::Value)> {
        let path = self.folder().join(SETTINGS);
        let bytes = fs::read(&path).map_err(|e| Error::io(&path, e))?;
        let read = unseal(&bytes).and_then(|json| serde_json::from_slice(&json).map_err(|e| e.to_string()));
        match read {
            Ok(settings) => Ok((path, settings)),
            Err(what) => Err(Error::Damaged { path, what }),
        }
    }

    /// The segmenter with the user's words of the generation, and the program's own dictionary as it is now.
    ///
    /// # Errors
    /// Where the user's words can't be read.
    pub fn dictionary(&self) -> Result<Segmenter> {
        let path = self.folder().join(DICTIONARY);
        match fs::read_to_string(&path) {
            Ok(user) => Segmenter::with_user_dict(&user).map_err(|e| Error::Damaged { path, what: e.to_string() }),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(Segmenter::builtin()),
            Err(e) => Err(Error::io(path, e)),
        }
    }

    /// Reads the settings, and refuses a generation that this program can't read.
    ///
    /// # Errors
    /// [`Error::Schema`] for another version; [`Error::Damaged`] where the settings are not whole.
    pub fn settings(&self) -> Result<Settings> {
        let (path, value) = self.read_settings()?;
        let found = |found: String| Error::Schema { path: self.folder(), found, wanted: SCHEMA_VERSION };
        match value["schema"].as_u64() {
            Some(schema) if schema == u64::from(SCHEMA_VERSION) => {}
            Some(3) => {
                let what = "an index of schema 3, which `gongxun upgrade` brings over without the archive";
                return Err(found(what.into()));
            }
            Some(schema) => return Err(found(format!("an index of schema {schema}"))),
            None => return Err(found("an index without a schema".into())),
        }
        let settings: Settings =
            serde_json::from_value(value).map_err(|e| Error::Damaged { path, what: e.to_string() })?;
        if settings.fold != FOLD_VERSION {
            return Err(found(format!("an index folded by version {} (now {FOLD_VERSION})", settings.fold)));
        }
        Ok(settings)
    }

    /// The segmenter that the generation was built with.
    ///
    /// # Errors
    /// Where the dictionary is gone, changed, or the program's own dictionary is another one now.
    pub fn segmenter(&self, settings: &Settings) -> Result<Segmenter> {
        let segmenter = self.dictionary()?;
        if segmenter.fingerprint() != settings.dictionary {
            let found = format!("an index cut by dictionary {} (now {})", settings.dictionary, segmenter.fingerprint());
            return Err(Error::Schema { path: self.folder(), found, wanted: SCHEMA_VERSION });
        }
        Ok(segmenter)
    }
}

/// The right to write to an index folder. The system takes it back when the process ends.
#[derive(Debug)]
pub struct WriteLock {
    _file: File,
}

impl WriteLock {
    /// Takes the lock, making the folder an index where it is empty or does not exist.
    ///
    /// # Errors
    /// [`Error::Busy`] where another process holds it; [`Error::Invalid`] where the folder holds other things.
    pub fn acquire(index: &Path) -> Result<WriteLock> {
        folder::claim(index)?;
        WriteLock::take(index)
    }

    /// Takes the lock of a folder that is there.
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
