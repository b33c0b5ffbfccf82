//! A model of an archive and of its index, and a random walk that changes both and compares them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::error::Error;
use gongxun_core::index::rollback::Rollback;
use gongxun_core::index::swap::swap;
use gongxun_core::index::tombstones::Tombstones;
use gongxun_core::index::{Generation, Resources, Snapshot, Writer, backup, delete, export};
use gongxun_core::verify::{self, verify};
use gongxun_ingest::ingest::{self, Observer, Options, Progress, Prune, Report};
use gongxun_text::random::Random;
use gongxun_text::segment::Segmenter;
use serde_json::json;

/// The most files that the archive has.
const FILES: usize = 9;
/// The number of texts: few enough that articles share them.
const TEXTS: usize = 40;
const RESOURCES: Resources = Resources::new(1, 32 << 20);

/// The content of a record.
#[derive(Debug, Clone, PartialEq)]
struct Record {
    /// The id that a JSON object gives itself.
    key: Option<String>,
    title: String,
    body: String,
}

/// A line of an export.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    id: String,
    title: String,
    body: String,
    json: String,
}

impl Line {
    /// Whether the id contains the number of the record that the line is a copy of.
    fn names_a_number(&self) -> bool {
        let line: serde_json::Value = serde_json::from_str(&self.json).unwrap();
        let numbered = |place: &str, number: &str| {
            let key = format!("#{}", number.trim_start_matches('0'));
            self.id == ArticleId::new(place, &key).0
        };
        line["origin"].as_str().and_then(|origin| origin.rsplit_once('#')).is_some_and(|(place, n)| numbered(place, n))
    }
}

/// A file of the archive.
#[derive(Debug, Clone, PartialEq)]
enum File {
    Page(Record),
    Lines(Vec<Record>),
    Zip(Vec<(String, Record)>),
    Export(Vec<Line>),
    /// A file that is gone and was not pruned: the claims that the index holds of it.
    Ghost(Vec<Claim>),
}

/// A record's claim on an id.
#[derive(Debug, Clone, PartialEq)]
struct Claim {
    id: String,
    copy: bool,
    title: String,
    body: String,
    /// Whether the id is one that numbers give.
    numbered: bool,
}

#[derive(Debug, Clone)]
struct Tombstone {
    id: String,
    text: (String, String),
    spared: BTreeSet<String>,
    by_text: bool,
}

type Files = BTreeMap<String, File>;
/// The articles of the index: for each id the file, the title and the body.
type Held = BTreeMap<String, (String, String, String)>;

impl File {
    fn claims(&self, name: &str) -> Vec<Claim> {
        let mut claims = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut own = |place: &str, key: &str, title: &str, body: &str, numbered: bool, claims: &mut Vec<Claim>| {
            let id = ArticleId::new(place, key).0;
            let count = seen.entry(id.clone()).or_insert(0);
            *count += 1;
            let numbered = numbered || *count > 1;
            let id = if *count > 1 { format!("{id}-{count}") } else { id };
            claims.push(Claim { id, copy: false, title: title.into(), body: body.into(), numbered });
        };
        match self {
            File::Page(Record { key, title, body }) => {
                own(name, key.as_deref().unwrap_or(""), title, body, false, &mut claims);
            }
            File::Lines(records) => {
                for (Record { key, title, body }, number) in records.iter().zip(1..) {
                    let by_title = Some(format!("{title}\n")).filter(|_| !title.is_empty());
                    let numbered = key.is_none() && by_title.is_none();
                    let key = key.clone().or(by_title).unwrap_or_else(|| format!("#{number}"));
                    own(name, &key, title, body, numbered, &mut claims);
                }
            }
            File::Zip(members) => {
                for (member, Record { key, title, body }) in members {
                    let place = format!("{name}!{member}");
                    own(&place, key.as_deref().unwrap_or(""), title, body, false, &mut claims);
                }
            }
            File::Export(lines) => {
                let mut texts: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
                for line in lines {
                    let text = (line.title.as_str(), line.body.as_str());
                    match texts.get(line.id.as_str()) {
                        Some(first) if *first == text => {}
                        Some(_) => own(name, &line.id, text.0, text.1, false, &mut claims),
                        None => {
                            texts.insert(&line.id, text);
                            let (id, (title, body)) = (line.id.clone(), (text.0.into(), text.1.into()));
                            claims.push(Claim { id, copy: true, title, body, numbered: line.names_a_number() });
                        }
                    }
                }
            }
            File::Ghost(claims_then) => claims = claims_then.clone(),
        }
        claims
    }

    fn bytes(&self) -> Vec<u8> {
        let one = |record: &Record| {
            let mut object = json!({"title": record.title, "body": record.body});
            if let Some(key) = &record.key {
                object["id"] = json!(key);
            }
            object.to_string()
        };
        match self {
            File::Page(record) => one(record).into_bytes(),
            File::Lines(records) => records.iter().map(|record| one(record) + "\n").collect::<String>().into_bytes(),
            File::Export(lines) => lines.iter().map(|line| line.json.clone() + "\n").collect::<String>().into_bytes(),
            File::Zip(members) => {
                let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
                for (member, record) in members {
                    zip.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
                    std::io::Write::write_all(&mut zip, one(record).as_bytes()).unwrap();
                }
                zip.finish().unwrap().into_inner()
            }
            File::Ghost(_) => unreachable!("a ghost is not written"),
        }
    }
}

/// A claim on an id, in its order of precedence: own before copy, then the name of the file, folder by folder.
type Ranked<'a> = (bool, Vec<&'a str>, Claim, &'a str);

/// Returns the articles that an index of these files must hold.
fn held(files: &Files, tombstones: &[Tombstone]) -> Held {
    let mut all: BTreeMap<String, Vec<Ranked<'_>>> = BTreeMap::new();
    for (name, file) in files {
        for claim in file.claims(name) {
            if !tombstones.iter().any(|one| one.keeps_out(&claim)) {
                let entry = (claim.copy, name.split('/').collect(), claim.clone(), name.as_str());
                all.entry(claim.id).or_default().push(entry);
            }
        }
    }
    let first = |claims: Vec<Ranked<'_>>| {
        let (_, _, claim, name) = claims.into_iter().min_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1))).unwrap();
        (name.to_string(), claim.title, claim.body)
    };
    all.into_iter().map(|(id, claims)| (id, first(claims))).collect()
}

impl Tombstone {
    fn keeps_out(&self, claim: &Claim) -> bool {
        let same_text = self.text == (claim.title.clone(), claim.body.clone());
        let same_id = self.id == claim.id;
        same_id && (same_text || !self.by_text) || same_text && !self.spared.contains(&claim.id)
    }
}

/// An archive, an index of it, and the model of both.
pub struct Desk {
    folder: tempfile::TempDir,
    index: PathBuf,
    seed: u64,
    random: Random,
    names: usize,
    /// The files on disk.
    disk: Files,
    /// The files on disk that the index read, by generation.
    read: BTreeMap<u64, Files>,
    tombstones: Vec<Tombstone>,
    log: Vec<String>,
}

/// Stops a run after a number of steps of progress.
struct Stop<'a> {
    flag: &'a AtomicBool,
    after: usize,
}

impl Observer for Stop<'_> {
    fn progress(&mut self, _: Progress) {
        if self.after == 0 {
            self.flag.store(true, Ordering::Relaxed);
        }
        self.after = self.after.saturating_sub(1);
    }
}

/// The steps that a failure prints; with the variable MODEL_LOG all of them.
const SAID: usize = 12;

impl Desk {
    pub fn new(seed: u64) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        Desk {
            index: folder.path().join("index-0"),
            folder,
            seed,
            random: Random::new(seed),
            names: 0,
            disk: Files::new(),
            read: BTreeMap::new(),
            tombstones: Vec::new(),
            log: Vec::new(),
        }
    }

    /// Changes the archive and the index step by step, and compares.
    pub fn walk(&mut self, steps: usize) {
        for step in 0..steps {
            for _ in 0..=self.random.below(3) {
                self.change();
            }
            match self.random.below(20) {
                0..9 => self.ingest(Prune::BelowPaths),
                9..12 => self.ingest(Prune::Nothing),
                12 | 13 => self.interrupted(),
                14 | 15 => self.reindex(),
                16 | 17 => self.delete(),
                18 => self.forget(),
                _ if step % 2 == 0 => self.rollback(),
                _ => self.snapshot(),
            }
            self.compare(step % 10 == 9);
        }
    }

    fn say(&self) -> String {
        let last = if std::env::var_os("MODEL_LOG").is_some() { self.log.len() } else { SAID };
        let log = self.log[self.log.len().saturating_sub(last)..].join("\n");
        format!("seed {}, after:\n{log}\n{:?}\nin {:?}\n", self.seed, self.tombstones, self.folder.path())
    }

    fn current(&self) -> u64 {
        Generation::current(&self.index).unwrap().map_or(0, |generation| generation.number)
    }

    fn files(&self) -> Files {
        self.read.get(&self.current()).cloned().unwrap_or_default()
    }

    fn record(&mut self) -> Record {
        let key = (self.random.below(3) == 0).then(|| self.random.below(6).to_string());
        let number = self.random.below(TEXTS);
        let title = if self.random.below(4) == 0 { String::new() } else { format!("第{number}篇") };
        Record { key, title, body: format!("工会的正文{number}，各不相同{number}。") }
    }

    fn records(&mut self) -> Vec<Record> {
        (0..1 + self.random.below(5)).map(|_| self.record()).collect()
    }

    /// Makes one change of the archive.
    fn change(&mut self) {
        let names: Vec<String> = self.disk.keys().cloned().collect();
        let pick = |random: &mut Random| names.get(random.below(names.len().max(1))).cloned();
        match self.random.below(10) {
            0..4 if self.disk.len() < FILES => self.add(),
            4 | 5 => {
                if let Some(name) = pick(&mut self.random) {
                    self.edit(&name);
                }
            }
            6 => {
                if let Some(name) = pick(&mut self.random) {
                    self.log.push(format!("remove {name}"));
                    self.disk.remove(&name);
                    fs::remove_file(self.folder.path().join(&name)).unwrap();
                }
            }
            7 => {
                if let Some(name) = pick(&mut self.random) {
                    let (_, ending) = name.rsplit_once('.').unwrap();
                    let to = self.name(ending);
                    self.log.push(format!("rename {name} to {to}"));
                    let file = self.disk.remove(&name).unwrap();
                    self.write(&to, file);
                    fs::remove_file(self.folder.path().join(&name)).unwrap();
                }
            }
            _ if self.disk.len() < FILES => self.add_export(),
            _ => {}
        }
    }

    fn name(&mut self, ending: &str) -> String {
        self.names += 1;
        let letter = char::from(b'a' + self.random.below(26) as u8);
        let folder = ["in", "in/b", "in/b.c"][self.random.below(3)];
        format!("{folder}/{letter}{:03}.{ending}", self.names)
    }

    fn add(&mut self) {
        let (ending, file) = match self.random.below(4) {
            0 | 1 => ("json", File::Page(self.record())),
            2 => ("jsonl", File::Lines(self.records())),
            _ => {
                let members = self.records().into_iter().zip(0..).map(|(r, n)| (format!("m{n}.json"), r)).collect();
                ("zip", File::Zip(members))
            }
        };
        let name = self.name(ending);
        self.log.push(format!("add {name}: {file:?}"));
        self.write(&name, file);
    }

    /// Adds an export of all or some articles of the index, some beside their pages and one line twice.
    fn add_export(&mut self) {
        if self.current() == 0 {
            return;
        }
        let mut lines: Vec<Line> = Vec::new();
        for article in self.articles() {
            if self.random.below(3) > 0 {
                let json = serde_json::to_string(&article).unwrap();
                lines.push(Line { id: article.id.0, title: article.title, body: article.body, json });
            }
        }
        for _ in 0..self.random.below(3) {
            if let Some(line) = lines.get(self.random.below(lines.len().max(1))).cloned() {
                let line = if self.random.below(2) == 0 { line } else { self.altered(line) };
                lines.push(line);
            }
        }
        if lines.is_empty() {
            return;
        }
        let name = self.name("jsonl");
        let ids: Vec<(&str, &str)> = lines.iter().map(|line| (line.id.as_str(), line.body.as_str())).collect();
        self.log.push(format!("add export {name}: {ids:?}"));
        self.write(&name, File::Export(lines));
    }

    fn altered(&mut self, line: Line) -> Line {
        let mut article: Article = serde_json::from_str(&line.json).unwrap();
        article.body = format!("改过的工会正文{}。", self.random.below(TEXTS));
        let json = serde_json::to_string(&article).unwrap();
        Line { body: article.body, json, ..line }
    }

    fn edit(&mut self, name: &str) {
        let mut file = self.disk[name].clone();
        match &mut file {
            File::Page(record) => *record = self.record(),
            File::Lines(records) => {
                let at = self.random.below(records.len() + 1);
                match self.random.below(3) {
                    0 => records.insert(at, self.record()),
                    1 if records.len() > 1 => drop(records.remove(at.min(records.len() - 1))),
                    _ => {
                        let at = at.min(records.len() - 1);
                        records[at] = self.record();
                    }
                }
            }
            File::Zip(members) => {
                let at = self.random.below(members.len());
                members[at].1 = self.record();
            }
            File::Export(lines) => {
                let at = self.random.below(lines.len());
                match self.random.below(2) {
                    0 if lines.len() > 1 => drop(lines.remove(at)),
                    _ => lines[at] = self.altered(lines[at].clone()),
                }
            }
            File::Ghost(_) => {}
        }
        self.log.push(format!("edit {name}: {file:?}"));
        self.write(name, file);
    }

    fn write(&mut self, name: &str, file: File) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.bytes()).unwrap();
        self.disk.insert(name.to_string(), file);
    }

    fn options(&self, prune: Prune) -> Options<'static> {
        Options::new([self.folder.path().join("in")]).prune(prune).commit_bytes(700)
    }

    fn is_sum(report: &Report, say: &str) {
        assert_eq!(report.read, report.new + report.changed + report.unchanged + report.rejected, "{say}{report:?}");
    }

    /// Updates the model after a run over the whole archive.
    fn note_read(&mut self, prune: Prune) {
        let before = self.files();
        let was = held(&before, &self.tombstones);
        let mut now = self.disk.clone();
        for (name, file) in before.into_iter().filter(|_| prune == Prune::Nothing) {
            now.entry(name).or_insert_with_key(|name| {
                let mut claims = file.claims(name);
                claims.retain(|claim| was.get(&claim.id).is_some_and(|(file, ..)| file == name));
                File::Ghost(claims)
            });
        }
        self.read.insert(self.current(), now);
    }

    fn ingest(&mut self, prune: Prune) {
        self.log.push(format!("-- index, {prune:?}"));
        let mut writer = Writer::open(&self.index, None, RESOURCES).unwrap();
        let report =
            ingest::ingest(&mut writer, self.options(prune), &mut ()).unwrap_or_else(|e| panic!("{}{e}", self.say()));
        writer.finish().unwrap();
        Desk::is_sum(&report, &self.say());
        self.note_read(prune);
    }

    /// Stops a run at some point, and resumes it with another.
    fn interrupted(&mut self) {
        let flag = AtomicBool::new(false);
        let after = self.random.below(6);
        self.log.push(format!("-- index, stopped after {after}"));
        let mut writer = Writer::open(&self.index, None, RESOURCES).unwrap();
        let options = self.options(Prune::BelowPaths).stop(&flag);
        match ingest::ingest(&mut writer, &options, &mut Stop { flag: &flag, after }) {
            Ok(_) | Err(Error::Interrupted) => {}
            Err(error) => panic!("{}{error}", self.say()),
        }
        // Dropped as by a kill, or finished.
        if self.random.below(2) == 0 {
            writer.finish().unwrap();
        } else {
            drop(writer);
        }
        self.is_sound();
        self.ingest(Prune::BelowPaths);
    }

    fn reindex(&mut self) {
        self.log.push("-- reindex".into());
        let mut writer = Writer::resume(&self.index, &Segmenter::builtin(), RESOURCES).unwrap();
        let report = ingest::ingest(&mut writer, self.options(Prune::BelowPaths), &mut ());
        let report = report.unwrap_or_else(|e| panic!("{}{e}", self.say()));
        let swapped = swap(writer, 2, report.held(), |snapshot| verify::sample(snapshot, 2));
        swapped.unwrap_or_else(|e| panic!("{}{e}\n{report:?}", self.say()));
        Desk::is_sum(&report, &self.say());
        self.read.insert(self.current(), self.disk.clone());
    }

    fn delete(&mut self) {
        let holds = held(&self.files(), &self.tombstones);
        let mut doomed = BTreeSet::new();
        for _ in 0..=self.random.below(2) {
            doomed.extend(holds.keys().nth(self.random.below(holds.len().max(1))).cloned());
        }
        self.log.push(format!("-- delete {doomed:?}"));
        let claims: BTreeMap<(String, String), Claim> = self
            .files()
            .iter()
            .flat_map(|(name, file)| file.claims(name).into_iter().map(|c| ((name.clone(), c.id.clone()), c)))
            .collect();
        for id in &doomed {
            let (file, title, body) = &holds[id];
            let text = (title.clone(), body.clone());
            let same = holds.iter().filter(|(other, (_, t, b))| !doomed.contains(*other) && (t, b) == (title, body));
            let spared = same.map(|(other, _)| other.clone()).collect();
            let sibling = id.contains('-') || holds.contains_key(&format!("{id}-2"));
            let by_text = sibling || claims[&(file.clone(), id.clone())].numbered;
            let other = |one: &Tombstone| (one.by_text || by_text) && one.text != text;
            self.tombstones.retain(|one| one.id != *id || other(one));
            self.tombstones.push(Tombstone { id: id.clone(), text, spared, by_text });
        }
        if !doomed.is_empty() {
            let mut writer = Writer::open(&self.index, None, RESOURCES).unwrap();
            let ids: Vec<ArticleId> = doomed.iter().cloned().map(ArticleId).collect();
            assert_eq!(delete::delete(&mut writer, &ids).unwrap(), ids.len() as u64, "{}", self.say());
            writer.finish().unwrap();
            self.is_sound();
        }
        self.ingest(Prune::BelowPaths);
    }

    fn forget(&mut self) {
        let Some(id) = self.tombstones.get(self.random.below(self.tombstones.len().max(1))).map(|one| one.id.clone())
        else {
            return self.ingest(Prune::BelowPaths);
        };
        self.log.push(format!("-- forget {id}"));
        self.tombstones.retain(|one| one.id != id);
        let mut writer = Writer::open(&self.index, None, RESOURCES).unwrap();
        assert!(!delete::forget(&mut writer, |one| one.id.0 == id).unwrap().is_empty(), "{}", self.say());
        writer.finish().unwrap();
        self.ingest(Prune::BelowPaths);
    }

    fn rollback(&mut self) {
        self.log.push("-- rollback".into());
        if let Ok(rollback) = Rollback::prepare(&self.index, None) {
            rollback.perform().unwrap();
            self.is_sound();
        }
        self.ingest(Prune::BelowPaths);
    }

    /// Replaces the index by a copy of itself.
    fn snapshot(&mut self) {
        self.log.push("-- snapshot".into());
        self.ingest(Prune::BelowPaths);
        self.names += 1;
        let to = self.folder.path().join(format!("index-{}", self.names));
        backup::backup(&self.index, &to).unwrap();
        let current = self.current();
        self.index = to;
        self.read.retain(|number, _| *number == current);
        self.ingest(Prune::BelowPaths);
    }

    fn articles(&self) -> Vec<Article> {
        articles(&Snapshot::open(&self.index).unwrap())
    }

    fn is_sound(&self) {
        let report = verify(&self.index, verify::Options::default().sample(0)).unwrap();
        assert!(report.files.damaged.is_empty() && report.counts.problems.is_empty(), "{}{report:?}", self.say());
    }

    /// Compares the index with the model; with `anew` also with an index that is built anew.
    fn compare(&self, anew: bool) {
        if self.current() == 0 {
            return;
        }
        let snapshot = Snapshot::open(&self.index).unwrap();
        let mut found = Held::new();
        for article in articles(&snapshot) {
            let file = snapshot.file(snapshot.find(&article.id).unwrap().unwrap()).unwrap();
            let before = found.insert(article.id.0.clone(), (file, article.title, article.body));
            assert_eq!(before, None, "{}{} is there twice", self.say(), article.id);
        }
        let files = self.files();
        let expect = held(&files, &self.tombstones);
        if found != expect {
            let missing: Vec<_> = expect.iter().filter(|(id, one)| found.get(*id) != Some(one)).collect();
            let wrong: Vec<_> = found.iter().filter(|(id, one)| expect.get(*id) != Some(one)).collect();
            panic!("{}missing {missing:#?}\nwrong {wrong:#?}", self.say());
        }
        assert_eq!(snapshot.articles(), expect.len() as u64);
        self.is_sound();
        let ghosts = files.values().any(|file| matches!(file, File::Ghost(_)));
        if anew && !ghosts {
            self.is_as_built_anew(&snapshot);
        }
    }

    fn is_as_built_anew(&self, snapshot: &Snapshot) {
        let other = tempfile::tempdir().unwrap();
        Tombstones::read(&self.index).unwrap().write(other.path()).unwrap();
        let mut writer = Writer::open(other.path(), None, RESOURCES).unwrap();
        ingest::ingest(&mut writer, self.options(Prune::Nothing), &mut ()).unwrap();
        writer.finish().unwrap();
        let other = Snapshot::open(other.path()).unwrap();
        assert_eq!(articles(snapshot), articles(&other), "{}", self.say());
        assert_eq!(clusters(snapshot), clusters(&other), "{}", self.say());
    }
}

fn articles(snapshot: &Snapshot) -> Vec<Article> {
    let mut articles = Vec::new();
    export::export(snapshot, None, |article| {
        articles.push(article.clone());
        Ok(())
    })
    .unwrap();
    articles
}

fn clusters(snapshot: &Snapshot) -> BTreeSet<Vec<ArticleId>> {
    let clusters = &snapshot.copies().unwrap().clusters;
    clusters.iter().map(|copies| copies.iter().map(|at| snapshot.id(*at).unwrap()).collect()).collect()
}
