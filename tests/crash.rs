//! Kills the program at random moments and looks at what is left.
//!
//! The real program runs over an archive that changes between rounds: articles come, change and go, and so do files. At
//! a moment drawn from the seed it is killed by SIGKILL. After each kill the index must open; each article must be there
//! once or not at all, as it was before the run or as the archive has it now; what an ended run had acknowledged must be
//! there; the generation before the current one must read as it did when it was replaced. A run that ends by itself must
//! have brought the index to exactly the state of the archive, and at the end the index equals one that was built anew.
//! What `delete` has noted as deleted stays away from then on, whether that run lived to take it out or not.
//!
//! `cargo test` makes a short run of it. The long one is
//! `cargo test --release --test crash -- --ignored --nocapture`; `CRASH_KILLS` and `CRASH_SEED` change how many kills and
//! which moments.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gongxun::ArticleId;
use gongxun::index::tombstones::Tombstones;
use gongxun::index::{Generation, Snapshot, check};
use gongxun::verify::{Extent, Options, Random, verify};

/// How many times a short run kills.
const SHORT: usize = 12;
/// How many times the long run kills unless told otherwise.
const LONG: usize = 200;
/// Files of the archive at the beginning, and articles of each.
const FILES: usize = 24;
const ARTICLES: usize = 20;
/// After how long the first run of all is killed, at most.
const FIRST_GUESS: Duration = Duration::from_millis(300);
/// SIGKILL.
const KILL: i32 = 9;

/// What an index holds: the text of each article by its title, which is its name for life.
type State = BTreeMap<String, String>;

/// A command that is killed, and what the index holds once it has ended.
struct Task {
    name: &'static str,
    args: &'static [&'static str],
    /// From what the index held before and what the archive holds.
    target: fn(&State, &Archive) -> State,
    /// Whether one article is drawn from what the index holds, to be deleted.
    deletes: bool,
    /// Whether the index goes from the one state to the other in a single step.
    one_step: bool,
}

const TASKS: [Task; 4] = [
    Task { name: "index", args: &["index", "in", ROOT, COMMIT], target: added, deletes: false, one_step: false },
    Task {
        name: "index --prune",
        args: &["index", "--prune", "in", ROOT, COMMIT],
        target: replaced,
        deletes: false,
        one_step: false,
    },
    Task { name: "reindex", args: &["reindex", "in", ROOT, COMMIT], target: replaced, deletes: false, one_step: true },
    Task { name: "delete", args: &["delete", "--copies", "no"], target: kept, deletes: true, one_step: true },
];
const ROOT: &str = "--root=in";
/// Commits are so far apart that a run makes a dozen or two.
const COMMIT: &str = "--commit-mb=0.02";

/// The articles of the archive, and those of files that are gone.
fn added(before: &State, archive: &Archive) -> State {
    let gone = before.iter().filter(|(title, _)| !archive.files.contains_key(file_of(title)));
    let gone = gone.filter(|(title, _)| !archive.deleted.contains(*title));
    gone.map(|(title, body)| (title.clone(), body.clone())).chain(archive.state()).collect()
}

fn replaced(_: &State, archive: &Archive) -> State {
    archive.state()
}

/// What was there; the article that is deleted is taken out by whoever drew it.
fn kept(before: &State, _: &Archive) -> State {
    before.clone()
}

/// The archive: JSON lines in files, each article a title and a body.
struct Archive {
    folder: PathBuf,
    random: Random,
    files: BTreeMap<String, State>,
    /// The titles of what was deleted from the index and is kept out.
    deleted: BTreeSet<String>,
    names: usize,
}

fn file_of(title: &str) -> &str {
    title.split('之').next().unwrap_or_default()
}

impl Archive {
    fn new(folder: &Path, seed: u64) -> Archive {
        let (folder, random) = (folder.join("in"), Random::new(seed));
        let mut archive = Archive { folder, random, files: BTreeMap::new(), deleted: BTreeSet::new(), names: 0 };
        std::fs::create_dir(&archive.folder).unwrap();
        for _ in 0..FILES {
            archive.add_file();
        }
        archive
    }

    fn state(&self) -> State {
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

    /// A text of its own; one in eight is a copy of another.
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

    /// Another day: a third of the files change, a few go, a few come.
    fn change(&mut self) {
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

/// The folder with the archive and the index.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn start(&self, index: &str, task: &Task, deleted: Option<&ArticleId>) -> Child {
        Command::new(env!("CARGO_BIN_EXE_gongxun"))
            .args(["--index", index])
            .args(task.args)
            .args(deleted.map(|id| &id.0))
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// The n-th article of the index with its title.
    fn draw(&self, n: usize) -> (ArticleId, String) {
        let snapshot = Snapshot::open(&self.index()).unwrap();
        let (_, article) = snapshot.all().nth(n).unwrap().unwrap();
        (article.id, article.title)
    }

    /// Whether an article is kept out of the index.
    fn is_deleted(&self, id: &ArticleId) -> bool {
        Tombstones::read(&self.index()).unwrap().get(id).is_some()
    }

    /// What the current generation holds, and its number; 0 where there is no index yet.
    fn held(&self) -> (u64, State) {
        match Generation::current(&self.index()).unwrap() {
            Some(generation) => (generation.number, read(&generation)),
            None => (0, State::new()),
        }
    }
}

/// What a generation holds. Every file of it is whole and every article is there once.
fn read(generation: &Generation) -> State {
    let damaged = check::files(generation).unwrap().damaged;
    assert!(damaged.is_empty(), "damaged: {damaged:?}");
    let snapshot = Snapshot::of(generation).unwrap();
    let mut state = State::new();
    let mut ids = BTreeSet::new();
    for found in snapshot.all() {
        let (_, article) = found.unwrap();
        assert!(ids.insert(article.id.clone()), "{} is there twice", article.id);
        let twice = state.insert(article.title.clone(), article.body);
        assert!(twice.is_none(), "{} is there twice", article.title);
    }
    state
}

/// The first article in which two states differ, in words.
fn difference(found: &State, wanted: &State) -> Option<String> {
    let titles: BTreeSet<&String> = found.keys().chain(wanted.keys()).collect();
    let mut differing = titles.into_iter().filter(|title| found.get(*title) != wanted.get(*title));
    let first = differing.next()?;
    let more = differing.count();
    Some(format!("{first}: {:?} where {:?} is right, and {more} more", found.get(first), wanted.get(first)))
}

/// What a run was killed at, for the report.
#[derive(Default)]
struct Tally {
    kills: usize,
    /// Kills after which the index had moved on, and was not yet there.
    between: usize,
    /// Runs that ended before the kill.
    ended: usize,
    /// How long a run takes.
    length: Duration,
}

fn crash(kills: usize, seed: u64) {
    println!("crash: {kills} kills, CRASH_SEED={seed}");
    let desk = Desk { folder: tempfile::tempdir().unwrap() };
    let mut archive = Archive::new(desk.folder.path(), seed);
    let mut random = Random::new(seed ^ 0x5EED);
    let mut tallies: Vec<Tally> = TASKS.iter().map(|_| Tally::default()).collect();
    // What each generation held when it was last looked at.
    let mut generations: BTreeMap<u64, State> = BTreeMap::new();
    let mut held = State::new();
    let mut killed = 0;
    let offset = random.below(1_000) as f64 / 1_000.0;
    while killed < kills {
        let at = random.below(TASKS.len());
        let task = &TASKS[at];
        if task.deletes && held.is_empty() {
            continue;
        }
        let drawn = task.deletes.then(|| desk.draw(random.below(held.len())));
        let mut target = (task.target)(&held, &archive);
        if let Some((_, title)) = &drawn {
            target.remove(title);
        }
        // Moments are spread evenly over the length of a run; a tenth of them over its last tenth, where it swaps.
        let spread = (offset + killed as f64 * 0.618_033_988_75).fract();
        let share = if random.below(10) == 0 { 0.9 + spread / 10.0 } else { spread };
        // The very first run is killed too, at a moment that is a guess; then each command runs once to its end.
        let length = match tallies[at].length {
            Duration::ZERO if killed == 0 => FIRST_GUESS.mul_f64(share),
            Duration::ZERO => Duration::MAX,
            length => length.mul_f64(share),
        };

        let started = Instant::now();
        let mut child = desk.start("index", task, drawn.as_ref().map(|(id, _)| id));
        let mut status = None;
        while status.is_none() && started.elapsed() < length {
            std::thread::sleep(Duration::from_micros(500));
            status = child.try_wait().unwrap();
        }
        let (elapsed, ended) = (started.elapsed(), status.is_some());
        // Sends SIGKILL; who has ended meanwhile does not mind.
        child.kill().ok();
        let output = child.wait_with_output().unwrap();
        let ended = ended || output.status.signal() != Some(KILL);
        let say = format!(
            "seed {seed}, kill {killed}, {} {} after {elapsed:?}",
            task.name,
            if ended { "ended" } else { "killed" }
        );
        if let Some((id, title)) = drawn {
            let noted = desk.is_deleted(&id);
            assert!(noted || !ended, "{say}: {title} is deleted and not kept out");
            if noted {
                archive.deleted.insert(title);
            }
        }
        let (number, now) = desk.held();
        let before = std::mem::replace(&mut held, now);
        if ended {
            assert!(output.status.success(), "{say}: {}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(difference(&held, &target), None, "{say}");
            tallies[at].ended += 1;
            // The machine may be busier now than it was.
            let length = tallies[at].length;
            tallies[at].length = if length.is_zero() { elapsed } else { (length + elapsed.max(length / 2)) / 2 };
            archive.change();
        } else {
            killed += 1;
            tallies[at].kills += 1;
            if held != before && held != target {
                assert!(!task.one_step, "{say}: the swap is not one step");
                tallies[at].between += 1;
            }
            let titles: BTreeSet<&String> = held.keys().chain(before.keys()).chain(target.keys()).collect();
            for title in titles {
                let found = held.get(title);
                let right = found == before.get(title) || found == target.get(title);
                assert!(
                    right,
                    "{say}: {title}: {found:?}, before {:?}, then {:?}",
                    before.get(title),
                    target.get(title)
                );
            }
            // Nobody waits for the end of the run before the archive goes on changing.
            if random.below(3) == 0 {
                archive.change();
            }
        }
        let kept = Generation::all(&desk.index()).unwrap().into_iter().rfind(|g| g.number < number);
        if let Some(kept) = kept {
            let was = generations.get(&kept.number);
            let was = was.unwrap_or_else(|| panic!("{say}: generation {} was never current", kept.number));
            assert_eq!(difference(&read(&kept), was), None, "{say}: generation {} before the current one", kept.number);
        }
        if number > 0 {
            generations.insert(number, held.clone());
        }
        if number > 0 && killed % 10 == 9 {
            let report = verify(&desk.index(), Options { sample: 20, extent: Extent::Sample, seed }).unwrap();
            assert!(report.is_sound(), "{say}: {:?}", report.counts);
        }
    }
    finish(&desk, &archive);
    for (task, tally) in TASKS.iter().zip(&tallies) {
        println!(
            "crash: {:14} {:4} kills, {:3} of them between two states; {:3} runs ended, in about {:?}",
            task.name, tally.kills, tally.between, tally.ended, tally.length
        );
    }
    println!(
        "crash: {} generations, {} articles at the end; nothing lost, nothing doubled",
        generations.len(),
        held.len()
    );
}

/// The last runs are left to end; the index equals one that was built anew.
fn finish(desk: &Desk, archive: &Archive) {
    // The one that is built anew keeps out the same.
    let anew = desk.folder.path().join("anew");
    std::fs::create_dir(&anew).unwrap();
    Tombstones::read(&desk.index()).unwrap().write(&anew).unwrap();
    for (index, task) in [("index", &TASKS[1]), ("index", &TASKS[2]), ("anew", &TASKS[0])] {
        let output = desk.start(index, task, None).wait_with_output().unwrap();
        assert!(output.status.success(), "{}: {}", task.name, String::from_utf8_lossy(&output.stderr));
        assert_eq!(difference(&desk.held().1, &archive.state()), None, "after the last {}", task.name);
        let report = verify(&desk.index(), Options { sample: 200, extent: Extent::Sample, seed: 1 }).unwrap();
        assert!(report.is_sound(), "after the last {}: {report:?}", task.name);
    }
    let copies = |index: &str| -> BTreeSet<BTreeSet<String>> {
        let snapshot = Snapshot::open(&desk.folder.path().join(index)).unwrap();
        let clusters = &snapshot.copies().unwrap().clusters;
        clusters.iter().map(|copies| copies.iter().map(|at| snapshot.id(*at).unwrap().0).collect()).collect()
    };
    assert!(!copies("anew").is_empty());
    assert_eq!(copies("index"), copies("anew"));
    let stray: Vec<String> = strays(&desk.index());
    assert!(stray.is_empty(), "left behind: {stray:?}");
}

/// Files of an index folder that no generation needs.
fn strays(index: &Path) -> Vec<String> {
    let names = |folder: &Path| -> Vec<String> {
        let list = std::fs::read_dir(folder).unwrap();
        list.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    let mut strays: Vec<String> = names(index).into_iter().filter(|name| name.ends_with(".new")).collect();
    strays.extend(names(index).into_iter().filter(|name| name.starts_with("gen-")).skip(2));
    let current = Generation::current(index).unwrap().unwrap().folder();
    for kind in ["manifest-", "clusters-", "fingerprints-"] {
        strays.extend(names(&current).into_iter().filter(|name| name.starts_with(kind)).skip(1));
    }
    strays.extend(names(&current).into_iter().filter(|name| name.ends_with(".new")));
    strays
}

fn number(variable: &str, otherwise: u64) -> u64 {
    match std::env::var(variable) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{variable}={value} is no number")),
        Err(_) => otherwise,
    }
}

#[test]
fn killed_a_dozen_times_nothing_is_lost_or_doubled() {
    crash(SHORT, number("CRASH_SEED", 1));
}

#[test]
#[ignore = "takes minutes: cargo test --release --test crash -- --ignored --nocapture"]
fn killed_hundreds_of_times_nothing_is_lost_or_doubled() {
    crash(number("CRASH_KILLS", LONG as u64) as usize, number("CRASH_SEED", 1));
}
