//! An archive that changes from day to day: articles come, change and go, and so do files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gongxun_text::random::Random;

/// The number of files of the archive at the beginning.
const FILES: usize = 24;
const ARTICLES: usize = 20;

/// The articles of an index: the text of each by its title, which never changes.
pub type State = BTreeMap<String, String>;

/// The archive: JSON lines in files, each article a title and a body.
pub struct Archive {
    folder: PathBuf,
    random: Random,
    pub files: BTreeMap<String, State>,
    /// The titles of the articles that were deleted from the index and are kept out.
    pub deleted: BTreeSet<String>,
    names: usize,
}

/// Returns the file that an article stands in.
pub fn file_of(title: &str) -> &str {
    title.split('之').next().unwrap_or_default()
}

impl Archive {
    /// Creates an archive in a new folder `in`.
    pub fn new(folder: &Path, seed: u64) -> Archive {
        let (folder, random) = (folder.join("in"), Random::new(seed));
        let mut archive = Archive { folder, random, files: BTreeMap::new(), deleted: BTreeSet::new(), names: 0 };
        std::fs::create_dir(&archive.folder).unwrap();
        for _ in 0..FILES {
            archive.add_file();
        }
        archive
    }

    /// Returns the articles that an index of the archive must hold.
    pub fn state(&self) -> State {
        let there = self.files.values().flatten().filter(|(title, _)| !self.deleted.contains(*title));
        there.map(|(title, body)| (title.clone(), body.clone())).collect()
    }

    fn add_file(&mut self) {
        self.names += 1;
        let file = format!("卷{:04}", self.names);
        self.files.insert(file.clone(), State::new());
        for _ in 0..ARTICLES {
            self.add_article(&file);
        }
        self.write(&file);
    }

    fn add_article(&mut self, file: &str) {
        self.names += 1;
        let (title, body) = (format!("{file}之{:06}", self.names), self.body());
        self.files.get_mut(file).unwrap().insert(title, body);
    }

    /// Returns a new text; one in eight is a copy of another.
    fn body(&mut self) -> String {
        if self.random.below(8) == 0
            && let Some(other) = self.files.values().flatten().nth(self.random.below(FILES * ARTICLES / 2))
        {
            return other.1.clone();
        }
        let words = ["工会", "欠薪", "骑手", "夜班", "合同", "仲裁", "车间", "女工", "工龄", "社保", "停工", "调解"];
        let sentence = |random: &mut Random| {
            let word: String = (0..8).map(|_| words[random.below(words.len())]).collect();
            format!("{word}第{}号。", random.below(1_000_000))
        };
        (0..6).map(|_| sentence(&mut self.random)).collect()
    }

    fn write(&self, file: &str) {
        let lines = self.files[file].iter().map(|(title, body)| {
            let date = "2024-05-01";
            serde_json::json!({"id": title, "title": title, "body": body, "date": date}).to_string() + "\n"
        });
        std::fs::write(self.folder.join(file).with_extension("jsonl"), lines.collect::<String>()).unwrap();
    }

    /// Changes the archive as from one day to the next: a third of the files change, a few are removed, a few added.
    pub fn change(&mut self) {
        for file in self.files.keys().cloned().collect::<Vec<_>>() {
            match self.random.below(24) {
                0 if self.files.len() > FILES / 2 => {
                    self.files.remove(&file);
                    std::fs::remove_file(self.folder.join(&file).with_extension("jsonl")).unwrap();
                }
                1..8 => self.change_file(&file),
                8 if self.files.len() < FILES * 2 => self.add_file(),
                _ => {}
            }
        }
    }

    fn change_file(&mut self, file: &str) {
        for title in self.files[file].keys().cloned().collect::<Vec<_>>() {
            let body = self.body();
            let articles = self.files.get_mut(file).unwrap();
            match self.random.below(6) {
                0 => drop(articles.remove(&title)),
                1..4 => drop(articles.insert(title, body)),
                _ => {}
            }
        }
        for _ in 0..self.random.below(6) {
            self.add_article(file);
        }
        self.write(file);
    }
}
