//! Kills the program at random moments and checks what is left.
//!
//! The real program runs over an archive that changes between rounds: articles come, change and go, and so do files. At
//! a moment drawn from the seed it is killed by SIGKILL. After each kill the index must open; each article must be
//! there once or not at all, as it was before the run or as the archive has it now; what an ended run had acknowledged
//! must be there; the generation before the current one must read as it did when it was replaced. A run that ends by
//! itself must have brought the index to exactly the state of the archive, and at the end the index equals one that was
//! built anew. An article with a tombstone stays away from then on, whether the run that set it survived to remove it
//! or not.
//!
//! `reindex` and `rollback` switch generations in one step: after a kill one of the two is current and whole, and the
//! other is still there. Half of their kills wait for the first file that a swap replaces, and fall between its steps.
//! `snapshot` and `export` leave all or nothing, and the index as it was.
//!
//! `cargo test` does a short run. The long one is `cargo test --release --test crash -- --ignored --nocapture`;
//! `CRASH_KILLS` and `CRASH_SEED` change how many kills and which moments.
#![cfg(unix)]

#[path = "support/changing.rs"]
mod changing;

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::index::generation::Stage;
use gongxun_core::index::tombstones::Tombstones;
use gongxun_core::index::{Generation, Snapshot, check};
use gongxun_core::verify::{Options, verify};
use gongxun_text::random::Random;

use self::changing::{Archive, State, file_of};

/// The number of kills in a short run.
const SHORT: usize = 12;
/// The default number of kills in the long run.
const LONG: usize = 200;
/// The latest moment at which the very first run is killed.
const FIRST_GUESS: Duration = Duration::from_millis(300);
/// SIGKILL.
const KILL: i32 = 9;
/// The approximate duration of a swap, from the first file that it replaces.
const SWAP: Duration = Duration::from_millis(30);

/// A command to be killed.
struct Task {
    name: &'static str,
    args: &'static [&'static str],
    kind: Kind,
    /// Whether the index goes from the one state to the other in a single step.
    one_step: bool,
    /// Whether it makes another generation current.
    swaps: bool,
}

/// The effect of a command on the index.
enum Kind {
    /// A build from the archive, with the function that returns the index's articles from those before and the archive.
    Build(fn(&State, &Archive) -> State),
    /// The deletion of a randomly drawn article.
    Delete,
    /// A switch to a randomly drawn generation.
    Rollback,
    /// A copy, which leaves the index as it is; the function reads what was written.
    Copy(fn(&Desk) -> Option<State>),
}

const TASKS: [Task; 7] = [
    Task {
        name: "index",
        args: &["index", "in", ROOT, COMMIT],
        kind: Kind::Build(added),
        one_step: false,
        swaps: false,
    },
    Task {
        name: "index --prune",
        args: &["index", "--prune", "in", ROOT, COMMIT],
        kind: Kind::Build(replaced),
        one_step: false,
        swaps: false,
    },
    Task {
        name: "reindex",
        args: &["reindex", "in", ROOT, COMMIT],
        kind: Kind::Build(replaced),
        one_step: true,
        swaps: true,
    },
    Task { name: "delete", args: &["delete", "--copies", "no"], kind: Kind::Delete, one_step: true, swaps: false },
    Task { name: "rollback", args: &["rollback"], kind: Kind::Rollback, one_step: true, swaps: true },
    Task {
        name: "snapshot",
        args: &["snapshot", COPY],
        kind: Kind::Copy(Desk::snapshot),
        one_step: true,
        swaps: false,
    },
    Task {
        name: "export",
        args: &["export", "--output", EXPORT],
        kind: Kind::Copy(Desk::export),
        one_step: true,
        swaps: false,
    },
];
const ROOT: &str = "--root=in";
/// The interval of commits in megabytes, at which a run makes a dozen or two.
const COMMIT: &str = "--commit-mb=0.02";
/// The folder that `snapshot` writes to.
const COPY: &str = "copy";
const EXPORT: &str = "export.jsonl";

/// Returns the articles of the archive, and those of files that are gone.
fn added(before: &State, archive: &Archive) -> State {
    let gone = before.iter().filter(|(title, _)| !archive.files.contains_key(file_of(title)));
    let gone = gone.filter(|(title, _)| !archive.deleted.contains(*title));
    gone.map(|(title, body)| (title.clone(), body.clone())).chain(archive.state()).collect()
}

fn replaced(_: &State, archive: &Archive) -> State {
    archive.state()
}

/// The folder with the archive and the index.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn start(&self, index: &str, task: &Task, drawn: Option<String>) -> Child {
        Command::new(env!("CARGO_BIN_EXE_gongxun"))
            .args(["--index", index])
            .args(task.args)
            .args(drawn)
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Returns the n-th article of the index with its title.
    fn draw(&self, n: usize) -> (ArticleId, String) {
        let snapshot = Snapshot::open(&self.index()).unwrap();
        let (_, article) = snapshot.all().nth(n).unwrap().unwrap();
        (article.id, article.title)
    }

    /// Reads the copy of the index, if there is one, and removes it.
    fn snapshot(&self) -> Option<State> {
        let copy = self.folder.path().join(COPY);
        let held = Generation::current(&copy).unwrap().map(|generation| read(&generation));
        std::fs::remove_dir_all(copy).ok();
        held
    }

    /// Reads the exported articles, if any were exported, and removes them.
    fn export(&self) -> Option<State> {
        let path = self.folder.path().join(EXPORT);
        let lines = std::fs::read_to_string(&path).ok()?;
        std::fs::remove_file(path).unwrap();
        let articles = lines.lines().map(|line| serde_json::from_str::<Article>(line).unwrap());
        Some(articles.map(|article| (article.title, article.body)).collect())
    }

    /// Returns the files that a swap replaces: their numbers in the file system.
    fn swap_files(&self) -> Vec<u64> {
        let index = self.index();
        let folders = Generation::all(&index).unwrap().into_iter().map(|generation| generation.folder());
        let files = folders.map(|folder| folder.join("STATE")).chain([index.join("CURRENT")]);
        files.filter_map(|file| Some(std::fs::metadata(file).ok()?.ino())).collect()
    }

    /// Whether an article is kept out of the index.
    fn is_deleted(&self, id: &ArticleId) -> bool {
        Tombstones::read(&self.index()).unwrap().get(id).is_some()
    }

    /// Returns the number and the articles of the current generation; 0 if there is no index yet.
    fn held(&self) -> (u64, State) {
        match Generation::current(&self.index()).unwrap() {
            Some(generation) => (generation.number, read(&generation)),
            None => (0, State::new()),
        }
    }
}

/// Reads the articles of a generation. Every file of it must be whole and every article there once.
fn read(generation: &Generation) -> State {
    let damaged = check::files(generation).unwrap().damaged;
    assert!(damaged.is_empty(), "damaged: {damaged:?}");
    let snapshot = Snapshot::open_generation(generation).unwrap();
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

/// Returns the first article in which two states differ, in words.
fn difference(found: &State, wanted: &State) -> Option<String> {
    let titles: BTreeSet<&String> = found.keys().chain(wanted.keys()).collect();
    let mut differing = titles.into_iter().filter(|title| found.get(*title) != wanted.get(*title));
    let first = differing.next()?;
    let more = differing.count();
    Some(format!("{first}: {:?} where {:?} is right, and {more} more", found.get(first), wanted.get(first)))
}

/// Counts of the points at which runs were killed, for the report.
#[derive(Default)]
struct Tally {
    kills: usize,
    /// Kills after which the index had changed, but not to its final state.
    between: usize,
    /// Runs that ended before the kill.
    ended: usize,
    /// Kills during the steps of a swap, or right behind it.
    swaps: usize,
    /// Kills after which another generation was current.
    swapped: usize,
    /// The duration of an undisturbed run.
    length: Duration,
}

fn crash(kills: usize, seed: u64) {
    println!("crash: {kills} kills, CRASH_SEED={seed}");
    let desk = Desk { folder: tempfile::tempdir().unwrap() };
    let mut archive = Archive::new(desk.folder.path(), seed);
    let mut random = Random::new(seed ^ 0x5EED);
    let mut tallies: Vec<Tally> = TASKS.iter().map(|_| Tally::default()).collect();
    // The articles of each generation when it was last checked.
    let mut generations: BTreeMap<u64, State> = BTreeMap::new();
    let (mut current, mut held) = (0, State::new());
    let mut killed = 0;
    let offset = random.below(1_000) as f64 / 1_000.0;
    while killed < kills {
        let at = random.below(TASKS.len());
        let task = &TASKS[at];
        if !matches!(task.kind, Kind::Build(_)) && held.is_empty() {
            continue;
        }
        let was = current;
        let (mut target, mut argument, mut deleted, mut aim) = (held.clone(), None, None, was);
        match task.kind {
            Kind::Build(state) => target = state(&held, &archive),
            Kind::Delete => {
                let (id, title) = desk.draw(random.below(held.len()));
                target.remove(&title);
                argument = Some(id.0.clone());
                deleted = Some((id, title));
            }
            Kind::Rollback => {
                let others: Vec<u64> = generations.keys().copied().filter(|number| *number != was).collect();
                if others.is_empty() {
                    continue;
                }
                aim = others[random.below(others.len())];
                target = generations[&aim].clone();
                target.retain(|title, _| !archive.deleted.contains(title));
                argument = Some(format!("--to={aim}"));
            }
            Kind::Copy(_) => {}
        }
        // Moments are spread evenly over the duration of a run; a tenth of them over its last tenth, where it swaps.
        let spread = (offset + killed as f64 * 0.618_033_988_75).fract();
        let share = if random.below(10) == 0 { 0.9 + spread / 10.0 } else { spread };
        // The very first run is killed too, at a guessed moment; then each command runs once to its end.
        let length = match tallies[at].length {
            Duration::ZERO if killed == 0 => FIRST_GUESS.mul_f64(share),
            Duration::ZERO => Duration::MAX,
            length => length.mul_f64(share),
        };
        // Half of the kills of a swap wait until the swap has begun.
        let in_swap = task.swaps && killed > 0 && !tallies[at].length.is_zero() && random.below(2) == 0;
        let files = desk.swap_files();

        let started = Instant::now();
        let mut child = desk.start("index", task, argument);
        let mut status = None;
        while status.is_none() && if in_swap { desk.swap_files() == files } else { started.elapsed() < length } {
            std::thread::sleep(Duration::from_micros(if in_swap { 100 } else { 500 }));
            status = child.try_wait().unwrap();
        }
        if in_swap {
            std::thread::sleep(SWAP.mul_f64(spread));
        }
        let (elapsed, ended) = (started.elapsed(), status.is_some());
        // Sends SIGKILL; a process that has ended meanwhile is not affected.
        child.kill().ok();
        let output = child.wait_with_output().unwrap();
        let ended = ended || output.status.signal() != Some(KILL);
        let say = format!(
            "seed {seed}, kill {killed}, {} {} after {elapsed:?}",
            task.name,
            if ended { "ended" } else { "killed" }
        );
        if let Some((id, title)) = deleted {
            let noted = desk.is_deleted(&id);
            assert!(noted || !ended, "{say}: {title} is deleted and not kept out");
            if noted {
                archive.deleted.insert(title);
            }
        }
        let (number, now) = desk.held();
        let before = std::mem::replace(&mut held, now);
        current = number;
        if task.swaps {
            let whole = if number == was { &before } else { &target };
            assert_eq!(difference(&held, whole), None, "{say}: generation {number}, before {was}");
            assert!(number == was || aim == was || number == aim, "{say}: generation {number}, to be {aim}");
        }
        if let Kind::Copy(left) = task.kind {
            let left = left(&desk);
            assert!(left.is_some() || !ended, "{say}: nothing was written");
            assert_eq!(left.and_then(|left| difference(&left, &held)), None, "{say}");
        }
        if ended {
            assert!(output.status.success(), "{say}: {}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(difference(&held, &target), None, "{say}");
            tallies[at].ended += 1;
            // The machine may be busier now.
            let length = tallies[at].length;
            tallies[at].length = if length.is_zero() { elapsed } else { (length + elapsed.max(length / 2)) / 2 };
            archive.change();
        } else {
            killed += 1;
            tallies[at].kills += 1;
            tallies[at].swaps += usize::from(in_swap);
            tallies[at].swapped += usize::from(number != was);
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
            // The archive may change while a run is in progress.
            if random.below(3) == 0 {
                archive.change();
            }
        }
        look_at_others(&desk, &archive, number, was, &mut generations, &say);
        if number > 0 {
            generations.insert(number, held.clone());
        }
        if number > 0 && killed % 10 == 9 {
            let report = verify(&desk.index(), Options::default().sample(20).seed(seed)).unwrap();
            assert!(report.is_sound(), "{say}: {:?}", report.counts);
        }
    }
    finish(&desk, &archive);
    for (task, tally) in TASKS.iter().zip(&tallies) {
        println!(
            "crash: {:14} {:4} kills, {:3} between two states, {:3} in a swap, {:3} after it; {:3} runs ended, in about {:?}",
            task.name, tally.kills, tally.between, tally.swaps, tally.swapped, tally.ended, tally.length
        );
    }
    println!(
        "crash: {} generations, {} articles at the end; nothing lost, nothing doubled",
        generations.len(),
        held.len()
    );
}

/// Compares the generations that are not current with their state when they were, except for later deletions.
fn look_at_others(
    desk: &Desk,
    archive: &Archive,
    current: u64,
    was: u64,
    generations: &mut BTreeMap<u64, State>,
    say: &str,
) {
    let all = Generation::all(&desk.index()).unwrap();
    assert!(was == 0 || all.iter().any(|generation| generation.number == was), "{say}: generation {was} is gone");
    let mut others = BTreeMap::new();
    for generation in all.into_iter().filter(|generation| generation.number != current) {
        let number = generation.number;
        let stage = generation.state().unwrap().stage;
        match generations.get(&number) {
            // A swap to it was killed before its last step: the next reindex may resume it.
            Some(_) if number > current && stage == Stage::Served => {}
            Some(known) => {
                let found = read(&generation);
                let mut wanted = known.clone();
                wanted.retain(|title, _| found.contains_key(title) || !archive.deleted.contains(title));
                assert_eq!(difference(&found, &wanted), None, "{say}: generation {number} beside the current one");
                others.insert(number, found);
            }
            None => assert!(number > current || stage != Stage::Served, "{say}: generation {number} was never current"),
        }
    }
    *generations = others;
}

/// Lets the last runs end; the index must equal one that is built anew.
fn finish(desk: &Desk, archive: &Archive) {
    // The index that is built anew keeps out the same articles.
    let anew = desk.folder.path().join("anew");
    std::fs::create_dir(&anew).unwrap();
    Tombstones::read(&desk.index()).unwrap().write(&anew).unwrap();
    for (index, task) in [("index", &TASKS[1]), ("index", &TASKS[2]), ("anew", &TASKS[0])] {
        let output = desk.start(index, task, None).wait_with_output().unwrap();
        assert!(output.status.success(), "{}: {}", task.name, String::from_utf8_lossy(&output.stderr));
        assert_eq!(difference(&desk.held().1, &archive.state()), None, "after the last {}", task.name);
        let report = verify(&desk.index(), Options::default().sample(200).seed(1)).unwrap();
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

/// Returns the files of an index folder that no generation needs.
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
