//! Makes every operation on the disk fail, one after the other: the run says which file and why, the index stays
//! usable, and the next run completes it. Also tests the order of syncs, which no test that only kills processes can
//! observe.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use gongxun_core::error::{Error, Result};
use gongxun_core::index::failpoint::{Fault, FaultGuard, Step};
use gongxun_core::index::{Generation, Resources, Snapshot, Writer, check};
use gongxun_ingest::ingest::roots::move_root;
use gongxun_ingest::ingest::{Options, Prune, ingest};
use gongxun_text::segment::Segmenter;

/// The bodies of the articles by their titles.
type State = BTreeMap<String, String>;

/// A folder with an archive and an index.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn index(&self) -> PathBuf {
        self.path("index")
    }

    /// Writes the archive: a file for each `count`, with articles that carry the edition.
    fn write(&self, edition: &str, counts: &[usize]) -> State {
        fs::create_dir_all(self.path("in")).unwrap();
        let mut state = State::new();
        for (file, count) in counts.iter().enumerate() {
            let mut lines = String::new();
            for n in 0..*count {
                let (title, body) = (format!("卷{file}之{n}"), format!("{edition}的正文，第{n}号，工会与骑手。"));
                lines.push_str(&serde_json::json!({"id": n.to_string(), "title": title, "body": body}).to_string());
                lines.push('\n');
                state.insert(title, body);
            }
            // An empty file would count as unread.
            let lines = if lines.is_empty() { "[]\n".to_string() } else { lines };
            fs::write(self.path("in").join(format!("{file}.jsonl")), lines).unwrap();
        }
        state
    }

    /// Tells the index, if there is one, that its archive is here now.
    fn moved(&self) {
        if Generation::current(&self.index()).unwrap().is_some() {
            let mut writer = Writer::open(&self.index(), None, RESOURCES).unwrap();
            let root = move_root(writer.manifest(), &self.path("index"), "in", &self.path("in")).unwrap();
            writer.set_root(root);
            writer.finish().unwrap();
        }
    }

    fn options(&self) -> Options<'static> {
        let root = self.path("in");
        Options::new([&root]).root(root.clone()).prune(Prune::BelowPaths).commit_bytes(1_500)
    }

    fn held(&self) -> State {
        let Some(generation) = Generation::current(&self.index()).unwrap() else { return State::new() };
        let damaged = check::files(&generation).unwrap().damaged;
        assert!(damaged.is_empty(), "{damaged:?}");
        let mut state = State::new();
        for found in Snapshot::open(&self.index()).unwrap().all() {
            let (_, article) = found.unwrap();
            assert_eq!(state.insert(article.title, article.body), None, "an article is there twice");
        }
        state
    }
}

const RESOURCES: Resources = Resources::new(1, 16 << 20);

fn index(desk: &Desk) -> Result<()> {
    let mut writer = Writer::open(&desk.index(), None, RESOURCES)?;
    ingest(&mut writer, desk.options(), &mut ())?;
    writer.finish()
}

fn reindex(desk: &Desk) -> Result<()> {
    let mut writer = Writer::resume(&desk.index(), &Segmenter::builtin(), RESOURCES)?;
    let generation = writer.generation().clone();
    ingest(&mut writer, desk.options(), &mut ())?;
    writer.finish_then(|| generation.make_current())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => assert!(fs::copy(entry.path(), target).is_ok()),
        }
    }
}

/// An operation on an index, with the index it is applied to.
struct Scenario {
    template: Desk,
    before: State,
    run: fn(&Desk) -> Result<()>,
}

fn first_index() -> Scenario {
    Scenario { template: Desk::new(), before: State::new(), run: index }
}

fn on_an_index(run: fn(&Desk) -> Result<()>) -> Scenario {
    let template = Desk::new();
    let before = template.write("旧版", &[9, 4]);
    index(&template).unwrap();
    Scenario { template, before, run }
}

impl Scenario {
    fn desk(&self) -> (Desk, State) {
        let desk = Desk::new();
        copy(self.template.0.path(), desk.0.path());
        desk.moved();
        let target = desk.write("新版", &[6, 0, 5]);
        (desk, target)
    }

    /// Returns the steps of a run that nothing goes wrong in.
    fn steps(&self) -> Vec<(Step, PathBuf)> {
        let (desk, _) = self.desk();
        let armed = FaultGuard::new(desk.0.path(), Fault::Never);
        (self.run)(&desk).unwrap();
        armed.steps()
    }

    fn fails(&self, fault: Fault) {
        let (desk, target) = self.desk();
        let armed = FaultGuard::new(desk.0.path(), fault);
        let result = (self.run)(&desk);
        let (Fault::Once(at) | Fault::From(at)) = fault else { return };
        let step = armed.steps().get(at - 1).cloned();
        drop(armed);
        let say = format!("{fault:?} {step:?}");
        let held = desk.held();
        match result {
            // Some steps only tidy up or merge; nothing is lost without them.
            Ok(()) => assert_eq!(held, target, "{say}"),
            Err(Error::Io { path, source }) => {
                assert!(path.starts_with(desk.0.path()), "{say}: {path:?}");
                assert_eq!(source.kind(), std::io::ErrorKind::StorageFull, "{say}: {source}");
            }
            Err(other) => panic!("{say}: {other}"),
        }
        for (title, body) in &held {
            let right = self.before.get(title) == Some(body) || target.get(title) == Some(body);
            assert!(right, "{say}: {title}: {body}");
        }
        let lost = self.before.keys().find(|title| target.contains_key(*title) && !held.contains_key(*title));
        assert_eq!(lost, None, "{say}");
        (self.run)(&desk).unwrap_or_else(|error| panic!("after {say}: {error}"));
        assert_eq!(desk.held(), target, "after {say}");
    }

    /// Makes each step of our own fail, and of the steps on tantivy's files the first of each kind.
    fn each_kind_fails(&self) {
        let mut met = BTreeSet::new();
        let steps = self.steps();
        for (at, (step, path)) in (1..).zip(&steps) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let kind = name.split_once('.').filter(|(stem, _)| stem.is_empty() || stem.len() == SEGMENT_NAME);
            if kind.is_some_and(|(_, kind)| !met.insert((*step as u8, kind.to_string()))) {
                continue;
            }
            self.fails(if at % 2 == 0 { Fault::Once(at) } else { Fault::From(at) });
        }
        self.fails(Fault::Once(steps.len() + 1));
    }

    /// Makes each step fail, alone and with all after it.
    fn each_step_fails(&self) {
        let steps = self.steps().len();
        for at in 1..=steps + 1 {
            self.fails(Fault::Once(at));
            self.fails(Fault::From(at));
        }
        println!("each of {steps} steps failed once, and with all after it");
    }
}

/// The length of tantivy's name of a segment.
const SEGMENT_NAME: usize = 32;

#[test]
fn a_first_index_survives_failures() {
    first_index().each_kind_fails();
}

#[test]
fn an_update_survives_failures() {
    on_an_index(index).each_kind_fails();
}

#[test]
fn a_new_generation_survives_failures() {
    on_an_index(reindex).each_kind_fails();
}

#[test]
#[ignore = "takes a minute or more: cargo test --release --lib failpoint -- --ignored --nocapture"]
fn the_failure_of_any_step_is_survived() {
    for scenario in [first_index(), on_an_index(index), on_an_index(reindex)] {
        scenario.each_step_fails();
    }
}

/// Nothing is named before it is durable: a power cut at any moment leaves a name with its content, or no name.
#[test]
fn names_follow_what_they_name() {
    const COMMIT: &str = "meta.json";
    const LIST: &str = ".managed.json";
    let desk = Desk::new();
    desk.write("新版", &[9, 4]);
    let armed = FaultGuard::new(desk.0.path(), Fault::Never);
    index(&desk).unwrap();
    reindex(&desk).unwrap();
    let steps = armed.steps();
    let is_swap = |path: &Path| path.ends_with(COMMIT) || path.ends_with("CURRENT");
    let renamed = steps.iter().enumerate().filter(|(_, (step, path))| *step == Step::Rename && !path.ends_with(LIST));
    let mut swaps = 0;
    for (at, (_, path)) in renamed {
        let (before, after) = (&steps[..at], &steps[at + 1..]);
        let last = |wanted: Step, path: &Path| before.iter().rposition(|(step, p)| *step == wanted && p == path);
        if !path.ends_with(COMMIT) {
            // tantivy syncs its list of segments by itself.
            let beside = path.with_extension("new");
            assert!(last(Step::Sync, &beside) > last(Step::Write, &beside), "{beside:?} is not synced");
        }
        let next = after.iter().position(|(step, path)| *step == Step::Rename && !path.ends_with(LIST));
        let synced = (Step::Sync, path.parent().unwrap().to_path_buf());
        assert!(after[..next.unwrap_or(after.len())].contains(&synced), "the folder of {path:?} is not synced");
        if !is_swap(path) {
            continue;
        }
        swaps += 1;
        for (_, file) in before.iter().filter(|(step, _)| *step == Step::Create) {
            assert!(last(Step::Sync, file) >= last(Step::Write, file), "{path:?} before {file:?} is synced");
            let named = last(Step::Sync, file.parent().unwrap()) > last(Step::Create, file);
            let need_not = file.ends_with("LOCK") || file.extension().is_some_and(|ending| ending == "new");
            assert!(named || need_not, "{path:?} before the folder of {file:?} is synced");
        }
    }
    assert!(swaps >= 6, "{swaps} commits and swaps");
    let is_list = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "words");
    let lists = steps.iter().filter(|(step, path)| *step == Step::Rename && is_list(path));
    assert!(lists.count() >= 4, "each segment has a word list");
}
