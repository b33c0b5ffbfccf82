//! Tests of operations on a whole index: deleting, rolling back, the check before a swap, export, snapshots.

#[path = "support/archive.rs"]
mod archive;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use archive::Archive;
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::error::Error;
use gongxun_core::index::generation::Stage;
use gongxun_core::index::rollback::Rollback;
use gongxun_core::index::swap::{Swapped, swap};
use gongxun_core::index::tombstones::Tombstones;
use gongxun_core::index::{Generation, Resources, Snapshot, Stats, Writer, backup, delete, export};
use gongxun_core::verify::{self, verify};
use gongxun_ingest::ingest::{self, Options, Prune, Report};
use gongxun_text::segment::Segmenter;
use serde_json::json;

const RESOURCES: Resources = Resources::new(1, 32 << 20);

fn options(archive: &Archive) -> Options<'static> {
    Options::new([archive.inputs()]).root(archive.inputs()).prune(Prune::BelowPaths)
}

fn take_in(writer: &mut Writer, options: &Options<'_>) -> Report {
    let report = ingest::ingest(writer, options, &mut ()).unwrap();
    assert_eq!(report.read, report.new + report.changed + report.unchanged + report.rejected, "{report:?}");
    report
}

fn reindex(archive: &Archive, keep: usize) -> (Report, Swapped) {
    let mut writer = Writer::resume(&archive.index(), &Segmenter::builtin(), RESOURCES).unwrap();
    let report = take_in(&mut writer, &options(archive));
    let swapped = swap(writer, keep, report.held(), |snapshot| verify::sample(snapshot, 5)).unwrap();
    (report, swapped)
}

fn remove(archive: &Archive, ids: &[ArticleId]) -> u64 {
    let mut writer = Writer::open(&archive.index(), None, RESOURCES).unwrap();
    let gone = delete::delete(&mut writer, ids).unwrap();
    writer.finish().unwrap();
    gone
}

fn forget(archive: &Archive, id: &ArticleId) -> usize {
    let mut writer = Writer::open(&archive.index(), None, RESOURCES).unwrap();
    let forgotten = delete::forget(&mut writer, |one| one.id == *id).unwrap();
    writer.finish().unwrap();
    forgotten.len()
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

fn titles(archive: &Archive) -> BTreeSet<String> {
    articles(&archive.snapshot()).into_iter().map(|article| article.title).collect()
}

fn set(titles: &[&str]) -> BTreeSet<String> {
    titles.iter().map(|title| title.to_string()).collect()
}

fn id_of(archive: &Archive, title: &str) -> ArticleId {
    articles(&archive.snapshot()).into_iter().find(|article| article.title == title).unwrap().id
}

fn is_sound(index: &Path) -> bool {
    let report = verify(index, verify::Options::default().sample(20)).unwrap();
    assert!(report.files.damaged.is_empty() && report.counts.problems.is_empty(), "{report:?}");
    report.is_sound()
}

fn clusters(snapshot: &Snapshot) -> BTreeSet<Vec<ArticleId>> {
    let clusters = &snapshot.copies().unwrap().clusters;
    clusters.iter().map(|copies| copies.iter().map(|at| snapshot.id(*at).unwrap()).collect()).collect()
}

const TEXT: &str = "临近年关，工地上的钢筋工还没有拿到去年的工钱。劳动监察大队的人来过三次，第三次带走了考勤表和工资册。\
    包工头说总承包方欠他的款，总承包方说款已经付清，两边的账对不上。工会派来的律师把一百多人的工时逐日核对。";

fn line(id: &str, title: &str, body: &str) -> String {
    json!({"id": id, "title": title, "date": "2019-01-24", "source": "甲报", "body": body}).to_string() + "\n"
}

/// Returns a file of three articles, and a file with the text of one of them once more.
fn archive() -> Archive {
    let archive = Archive::new();
    let others = line("2", "快递站的工会", "快递站里成立了工会，第一件事是谈派费。")
        + &line("3", "环卫工的早餐", "凌晨四点，环卫工在驿站里吃早餐。");
    archive.write("a.jsonl", line("1", "钢筋工的腊月", TEXT) + &others);
    archive.write("b.jsonl", line("1", "钢筋工的腊月", &TEXT.replace('，', "，\n")));
    archive.ingest();
    archive
}

#[test]
fn what_was_deleted_stays_out_until_it_is_forgotten() {
    let archive = archive();
    let id = id_of(&archive, "快递站的工会");
    assert_eq!(archive.titles("派费"), ["快递站的工会"]);
    assert_eq!(remove(&archive, std::slice::from_ref(&id)), 1);
    assert_eq!(archive.titles("派费"), [""; 0]);
    let stats = Stats::from_snapshot(&archive.snapshot()).unwrap();
    assert_eq!((stats.articles, stats.deleted), (3, 1));
    assert!(is_sound(&archive.index()));

    // Unchanged, changed, under another id, in a new generation: it does not come back.
    let report = archive.ingest();
    assert_eq!((report.read, report.unchanged, report.rejected, report.deleted), (4, 3, 1, 1));
    archive.write("c.jsonl", line("9", "快递站的工会", "快递站裡成立了工會,第一件事是談派費."));
    let report = archive.ingest();
    assert_eq!((report.read, report.new, report.rejected, report.deleted), (5, 0, 2, 2));
    let (report, _) = reindex(&archive, 1);
    assert_eq!((report.read, report.new, report.deleted), (5, 3, 2));
    assert_eq!(titles(&archive), set(&["钢筋工的腊月", "环卫工的早餐"]));
    assert!(is_sound(&archive.index()));

    // Forgotten, both files are read again although nothing in them changed.
    assert_eq!(forget(&archive, &id), 1);
    assert_eq!(forget(&archive, &id), 0);
    let report = archive.ingest();
    assert_eq!((report.read, report.new, report.unchanged, report.deleted), (5, 2, 3, 0));
    assert!(is_sound(&archive.index()));
}

#[test]
fn another_copy_of_the_same_text_stays_where_it_was_left() {
    let archive = archive();
    let snapshot = archive.snapshot();
    let same: Vec<_> = articles(&snapshot).into_iter().filter(|article| article.title == "钢筋工的腊月").collect();
    let [first, second] = same.as_slice() else { panic!("{same:?}") };
    let address = snapshot.find(&first.id).unwrap().unwrap();
    let others = delete::other_copies(&snapshot, &[address]).unwrap();
    assert_eq!(others, [snapshot.find(&second.id).unwrap().unwrap()]);
    assert_eq!(clusters(&snapshot).len(), 1);

    remove(&archive, std::slice::from_ref(&first.id));
    assert!(clusters(&archive.snapshot()).is_empty());
    for report in [archive.ingest(), reindex(&archive, 1).0] {
        assert_eq!((report.held(), report.deleted), (3, 1));
    }
    let left: BTreeSet<ArticleId> = articles(&archive.snapshot()).into_iter().map(|article| article.id).collect();
    assert!(left.contains(&second.id) && !left.contains(&first.id));

    // With the last copy gone, its text does not come in under any id.
    remove(&archive, std::slice::from_ref(&second.id));
    archive.write("c.jsonl", line("9", "钢筋工的腊月", TEXT));
    let (report, _) = reindex(&archive, 1);
    assert_eq!((report.held(), report.deleted), (2, 3));
    // All of them may come back, by the option.
    let mut writer = Writer::open(&archive.index(), None, RESOURCES).unwrap();
    let report = take_in(&mut writer, &options(&archive).restore(true));
    writer.finish().unwrap();
    assert_eq!((report.new, report.deleted), (3, 0));
    assert!(Tombstones::read(&archive.index()).unwrap().is_empty());
    assert!(is_sound(&archive.index()));
}

#[test]
fn a_deletion_that_was_killed_before_its_commit_is_finished_by_the_next_run() {
    let archive = archive();
    let id = id_of(&archive, "快递站的工会");
    let copied = archive.index().with_file_name("copy");
    backup::backup(&archive.index(), &copied).unwrap();
    remove(&archive, &[id]);
    // The state in which the tombstone is on disk and the commit is not.
    fs::copy(Tombstones::path(&archive.index()), Tombstones::path(&copied)).unwrap();
    assert_eq!(Snapshot::open(&copied).unwrap().articles(), 4);
    let mut writer = Writer::open(&copied, None, RESOURCES).unwrap();
    let report = take_in(&mut writer, &options(&archive));
    writer.finish().unwrap();
    assert_eq!((report.unchanged, report.rejected, report.removed), (3, 1, 1));
    assert_eq!(Snapshot::open(&copied).unwrap().articles(), 3);
    assert!(is_sound(&copied));
}

#[test]
fn a_rollback_says_what_it_loses_and_keeps_what_was_deleted_out() {
    let archive = archive();
    let refused = Rollback::prepare(&archive.index(), None).unwrap_err();
    assert!(refused.to_string().contains("generation 1 is current and no older one"), "{refused}");
    archive.write("a.jsonl", line("1", "钢筋工的腊月", "改过了。") + &line("4", "新来的", "新来的一篇。"));
    reindex(&archive, 1);
    assert_eq!(archive.snapshot().articles(), 3);
    let gone = articles(&archive.snapshot()).into_iter().find(|article| article.body == "改过了。").unwrap().id;
    remove(&archive, std::slice::from_ref(&gone));

    let busy = Writer::open(&archive.index(), None, RESOURCES).unwrap();
    assert!(matches!(Rollback::prepare(&archive.index(), None), Err(Error::Busy(_))));
    drop(busy);
    let rollback = Rollback::prepare(&archive.index(), None).unwrap();
    assert_eq!((rollback.current, rollback.to.generation.number), (Some(2), 1));
    assert_eq!((rollback.lost, rollback.changed, rollback.back, rollback.deleted), (Some(1), Some(0), Some(2), 1));
    rollback.perform().unwrap();
    assert_eq!(archive.snapshot().generation.number, 1);
    assert_eq!(titles(&archive), set(&["钢筋工的腊月", "快递站的工会", "环卫工的早餐"]));
    assert_eq!(archive.snapshot().find(&gone).unwrap(), None);
    assert!(is_sound(&archive.index()));

    // The generation that was set aside is not resumed as a build, and the swap keeps the one before it.
    let (report, swapped) = reindex(&archive, 1);
    assert_eq!((report.new, swapped.generation.number), (2, 3));
    let numbers = |index: &Path| Generation::all(index).unwrap().iter().map(|g| g.number).collect::<Vec<_>>();
    assert_eq!(swapped.before.map(|before| before.number), Some(1));
    assert_eq!(numbers(&archive.index()), [1, 3]);
    assert_eq!(Rollback::prepare(&archive.index(), None).unwrap().to.generation.number, 1);
}

#[test]
fn a_rollback_can_be_undone_and_one_that_was_killed_does_no_harm() {
    let archive = archive();
    reindex(&archive, 1);
    let generation = |number| Generation { index: archive.index(), number };
    // Killed before its last step: the newer one is marked and still current.
    generation(2).mark(Stage::RolledBack).unwrap();
    assert_eq!(archive.snapshot().generation.number, 2);
    archive.ingest();
    assert_eq!(generation(2).state().unwrap().stage, Stage::Served);

    Rollback::prepare(&archive.index(), None).unwrap().perform().unwrap();
    assert_eq!(archive.snapshot().generation.number, 1);
    assert_eq!(generation(2).state().unwrap().stage, Stage::RolledBack);
    let refused = Rollback::prepare(&archive.index(), None).unwrap_err();
    assert!(refused.to_string().contains("nothing to go back to"), "{refused}");
    let refused = Rollback::prepare(&archive.index(), Some(7)).unwrap_err();
    assert!(refused.to_string().contains("there are generations 1, 2"), "{refused}");
    Rollback::prepare(&archive.index(), Some(2)).unwrap().perform().unwrap();
    assert_eq!(archive.snapshot().generation.number, 2);

    // An unreadable current generation is no obstacle, nor is a damaged CURRENT, if a number is given.
    fs::write(generation(2).folder().join("meta.json"), "{").unwrap();
    let rollback = Rollback::prepare(&archive.index(), None).unwrap();
    assert!(rollback.from.is_none() && rollback.lost.is_none());
    drop(rollback);
    fs::write(archive.index().join("CURRENT"), "nonsense").unwrap();
    let refused = Rollback::prepare(&archive.index(), None).unwrap_err();
    assert!(refused.to_string().contains("--to N"), "{refused}");
    Rollback::prepare(&archive.index(), Some(1)).unwrap().perform().unwrap();
    assert!(is_sound(&archive.index()));
    // A rollback to a damaged generation is refused, with the file's name.
    let damaged = Rollback::prepare(&archive.index(), Some(2)).unwrap_err();
    assert!(damaged.to_string().contains("gen-000002"), "{damaged}");
}

#[test]
fn a_generation_that_fails_its_check_never_serves() {
    let archive = archive();
    let build = || {
        let mut writer = Writer::resume(&archive.index(), &Segmenter::builtin(), RESOURCES).unwrap();
        let report = take_in(&mut writer, &options(&archive));
        (writer, report.held())
    };
    let unsound = |swapped: Result<Swapped, Error>, says: &str| {
        let error = swapped.unwrap_err();
        assert!(matches!(error, Error::Unsound { .. }) && error.to_string().contains(says), "{error}");
        assert_eq!(archive.snapshot().generation.number, 1);
        assert_eq!(archive.snapshot().articles(), 4);
    };
    // Fewer articles than were put in.
    let (writer, articles) = build();
    unsound(swap(writer, 1, articles + 1, |_| Ok(None)), "5 articles were put in, 4 are there");
    // A flipped bit.
    let (writer, articles) = build();
    assert_eq!((writer.generation().number, articles), (3, 4));
    let folder = writer.generation().folder();
    let store = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path());
    let store = store.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "store")).unwrap();
    let mut bytes = fs::read(&store).unwrap();
    bytes[5] ^= 1;
    fs::write(&store, bytes).unwrap();
    unsound(swap(writer, 1, articles, |_| Ok(None)), store.to_str().unwrap());
    // A check of the caller.
    let (writer, articles) = build();
    unsound(swap(writer, 1, articles, |_| Ok(Some("nothing is found".into()))), "nothing is found");
    // A rollback to the bad ones is refused, and the next swap removes them.
    let refused = Rollback::prepare(&archive.index(), Some(3)).unwrap_err();
    assert!(refused.to_string().contains("did not pass its check"), "{refused}");
    let (_, swapped) = reindex(&archive, 1);
    assert_eq!((swapped.generation.number, swapped.articles), (5, 4));
    assert_eq!(Generation::all(&archive.index()).unwrap().len(), 2);
}

/// Returns an archive with all kinds of articles: damaged pages, exports with ids, a zip with GBK and Big5 pages, a
/// crawl.
fn corpus() -> Archive {
    let archive = Archive::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    archive.write("x/rest.jsonl", line("7", "同名", TEXT) + &line("7", "同名", "另一篇。"));
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for folder in ["pages", "damaged", "dumps"] {
        let mut names: Vec<_> =
            fs::read_dir(corpus.join(folder)).unwrap().flatten().map(|entry| entry.path()).collect();
        names.sort();
        for (at, path) in names.iter().enumerate() {
            let name = path.file_name().unwrap().to_str().unwrap();
            if at % 2 == 0 {
                archive.write(&format!("{folder}/{name}"), fs::read(path).unwrap());
            } else {
                let method = zip::write::SimpleFileOptions::default();
                zip.start_file(format!("{folder}/{name}"), method).unwrap();
                std::io::Write::write_all(&mut zip, &fs::read(path).unwrap()).unwrap();
            }
        }
    }
    archive.write("pages.zip", zip.finish().unwrap().into_inner());
    for name in ["export.jsonl", "crawl.warc.gz"] {
        archive.write(name, fs::read(corpus.join(name)).unwrap());
    }
    archive.ingest();
    archive
}

#[test]
fn an_export_gives_the_same_index_again() {
    let archive = corpus();
    let snapshot = archive.snapshot();
    let before = articles(&snapshot);
    assert!(before.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert!(before.iter().any(|article| article.original.is_some()));
    assert!(before.iter().any(|article| article.origin.contains(".zip!")));
    assert!(before.iter().any(|article| article.id.0.contains('-')), "two records of one id");
    assert!(before.iter().any(|article| article.outlets.len() > 1 && !article.credits.is_empty()));
    let lines = |articles: &[Article]| -> String {
        articles.iter().map(|article| serde_json::to_string(article).unwrap() + "\n").collect()
    };

    let again = Archive::new();
    again.write("export.jsonl", lines(&before));
    let report = again.ingest();
    assert_eq!((report.new, report.rejected, report.duplicate_ids), (before.len() as u64, 0, 0));
    let other = again.snapshot();
    assert_eq!(articles(&other), before);
    assert_eq!(clusters(&other), clusters(&snapshot));
    assert!(!clusters(&other).is_empty());
    let contents = |snapshot: &Snapshot| -> Vec<_> {
        before.iter().map(|article| snapshot.content(&article.id).unwrap()).collect()
    };
    assert_eq!(contents(&other), contents(&snapshot));
    assert!(is_sound(&again.index()));
    // The order does not depend on segments.
    assert_eq!(lines(&articles(&other)), lines(&before));
}

/// The number of snapshots taken, each of another commit.
const COPIES: usize = 6;

#[test]
fn a_snapshot_is_an_index_of_one_commit_while_another_thread_commits() {
    let archive = archive();
    let stop = AtomicBool::new(false);
    let copies = archive.index().with_file_name("copies");
    let mut commits = BTreeSet::new();
    std::thread::scope(|scope| {
        // Every commit adds an article and changes another, so that segments appear, are merged and disappear.
        let writer = scope.spawn(|| {
            for n in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                archive.write(&format!("n/{n:04}.jsonl"), line("1", &format!("第{n}号"), &format!("第{n}号的正文。")));
                archive.write("n/last.jsonl", line("1", "最后", &format!("最后是{n}。")));
                archive.ingest();
            }
        });
        for n in 0..COPIES {
            let copied = backup::backup(&archive.index(), &copies.join(n.to_string())).unwrap();
            let snapshot = Snapshot::open(&copies.join(n.to_string())).unwrap();
            assert_eq!((copied.commit, copied.articles), (snapshot.commit.number, snapshot.articles()));
            commits.insert(copied.commit);
            while archive.snapshot().commit.number == copied.commit && !writer.is_finished() {
                std::thread::yield_now();
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(commits.len(), COPIES);
    for n in 0..COPIES {
        let index = copies.join(n.to_string());
        assert!(is_sound(&index));
        let snapshot = Snapshot::open(&index).unwrap();
        let numbered: BTreeSet<usize> = articles(&snapshot)
            .iter()
            .filter_map(|article| article.title.strip_prefix('第')?.strip_suffix('号')?.parse().ok())
            .collect();
        // All up to some number, and none after it.
        assert_eq!(numbered, (0..numbered.len()).collect());
    }
    // Writing to the copy does not affect the original.
    let before = articles(&archive.snapshot());
    let mut writer = Writer::open(&copies.join("0"), None, RESOURCES).unwrap();
    let report = take_in(&mut writer, &options(&archive).prune(Prune::BelowPaths));
    writer.finish().unwrap();
    assert!(report.new > 0);
    assert!(is_sound(&copies.join("0")));
    assert_eq!(articles(&Snapshot::open(&copies.join("0")).unwrap()), before);
    assert_eq!(articles(&archive.snapshot()), before);
    let refused = backup::backup(&archive.index(), &copies).unwrap_err();
    assert!(refused.to_string().contains("not empty"), "{refused}");
}

#[test]
fn an_export_beside_its_pages_counts_once_and_takes_their_place() {
    let archive = archive();
    let pages = articles(&archive.snapshot());
    let lines: String = pages.iter().map(|article| serde_json::to_string(article).unwrap() + "\n").collect();
    for name in ["0-export.jsonl", "z-export.jsonl"] {
        let archive = self::archive();
        archive.write(name, &lines);
        let report = archive.ingest();
        assert_eq!((report.read, report.new, report.unchanged, report.shared), (8, 0, 8, 4));
        assert_eq!(articles(&archive.snapshot()), pages);
        assert!(is_sound(&archive.index()));
        let (report, swapped) = reindex(&archive, 1);
        assert_eq!((report.read, report.held(), swapped.articles), (8, 4, 4));
        assert!(is_sound(&archive.index()));

        // A page that changed is not overwritten by the older export, whichever is read later.
        archive.write("b.jsonl", line("1", "钢筋工的腊月", "改过了。"));
        archive.ingest();
        archive.write(name, lines.clone() + "\n");
        archive.ingest();
        assert_eq!(archive.titles("改过了"), ["钢筋工的腊月"]);
        assert!(is_sound(&archive.index()));

        // The pages are removed: their articles are in the export.
        fs::remove_file(archive.inputs().join("a.jsonl")).unwrap();
        fs::remove_file(archive.inputs().join("b.jsonl")).unwrap();
        let report = archive.ingest();
        assert_eq!((report.removed, report.shared), (0, 0), "{report:?}");
        assert_eq!(articles(&archive.snapshot()), pages);
        assert!(is_sound(&archive.index()));
        let report = archive.ingest();
        assert_eq!((report.unchanged, report.removed), (4, 0));
    }
}
