//! Tests of a damaged index: verification names the file, and a search reports it instead of a panic or a silently
//! wrong answer.

#[path = "support/archive.rs"]
mod archive;

use std::fs;
use std::path::{Path, PathBuf};

use archive::Archive;
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::error::Error;
use gongxun_core::index::rollback::Rollback;
use gongxun_core::index::tombstones::Tombstones;
use gongxun_core::index::{Entry, Generation, Resources, Snapshot, Stats, Writer, check, delete, export, swap};
use gongxun_core::query::parse;
use gongxun_core::search::{Copies, Request, search};
use gongxun_core::verify::{self, Extent, verify};
use gongxun_ingest::ingest::{Observer, Options, ingest};
use gongxun_text::random::Random;
use gongxun_text::segment::Segmenter;
use gongxun_text::synonyms::Synonyms;

fn little() -> verify::Options {
    verify::Options::default().sample(20).seed(5)
}

fn much() -> verify::Options {
    verify::Options::default().sample(60).extent(Extent::All).seed(5)
}

/// Returns an index of a few hundred articles, one of them deleted, so that every kind of file is there.
fn archive() -> Archive {
    let archive = Archive::new();
    let words = ["工会", "職工", "欠薪", "劳动合同", "外卖骑手", "2024年", "GDP增长", "集体协商", "工伤"];
    for n in 0..300usize {
        let word = |k: usize| words[(n * 7 + k * 3 + n / 9) % words.len()];
        let body: Vec<String> = (0..12).map(|k| format!("第{n}篇说{}，又说{}。", word(k), word(k + n))).collect();
        let line = serde_json::json!({
            "id": n.to_string(), "title": format!("{}与{}", word(1), word(2)), "date": "2024-05-01", "source": "中工网-工人日报",
            "body": body.join("\n"), "credits": [{"role": "记者", "name": format!("王{}", word(0))}],
        });
        archive.write(&format!("{n}.json"), line.to_string());
    }
    archive.ingest();
    fs::remove_file(archive.inputs().join("17.json")).unwrap();
    archive.ingest();
    archive
}

#[test]
fn a_whole_index_is_sound() {
    let archive = archive();
    let report = verify(&archive.index(), much()).unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.counts.documents, 299);
    let contract = report.contract.unwrap();
    assert!(contract.kinds.len() >= 3 && contract.own.values().map(|f| f.strings).sum::<u64>() > 800, "{contract:?}");
    assert!(contract.kinds.values().all(|f| f.hits >= f.strings && f.exact == f.strings), "{contract:?}");
}

#[test]
fn articles_that_the_manifest_does_not_know_are_told() {
    let archive = archive();
    let mut writer = Writer::open(&archive.index(), None, Resources::new(1, 32 << 20)).unwrap();
    let snapshot = archive.snapshot();
    let (_, mut article) = snapshot.all().next().unwrap().unwrap();
    article.id = gongxun_core::article::ArticleId::new("another", "1");
    let stored = gongxun_core::index::document::encode(&article);
    writer.add(&article, "another", stored).unwrap();
    writer.finish().unwrap();
    let report = verify(&archive.index(), much()).unwrap();
    assert!(!report.is_sound() && !report.counts.problems.is_empty(), "{report:?}");
}

#[test]
fn a_flipped_bit_is_named_and_nothing_panics() {
    let archive = archive();
    let queries = ["工会", "\"欠薪,又说\"", "王* 2024年", "source:工人日报 工伤", "gdp NEAR/20 职工", "工"];
    let mut kinds = Vec::new();
    for path in files(&archive.snapshot().generation.folder()) {
        let ending = path.extension().unwrap().to_str().unwrap().to_string();
        if ["lock", "json", "jsonl"].contains(&ending.as_str()) {
            continue;
        }
        let whole = fs::read(&path).unwrap();
        let places = 24.min(whole.len());
        for place in 0..places {
            // Places at the beginning, at the end and between: headers, footers and contents.
            let at =
                if place < 8 { whole.len() - 1 - place * 9 % whole.len() } else { whole.len() * (place - 8) / places };
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (place % 8);
            fs::write(&path, &flipped).unwrap();
            let report = verify(&archive.index(), much()).unwrap();
            let named: Vec<&PathBuf> = report.files.damaged.iter().map(|damage| &damage.path).collect();
            // A deletion file may be of any older version.
            let is_older = ending == "del" && whole[at].is_ascii_digit() && flipped[at].is_ascii_digit();
            let is_named = !report.is_sound() && named.contains(&&path);
            assert!(is_named || is_older && report.is_sound(), "{path:?} byte {at}: {:?}", report.files);
            for query in queries {
                match look(&archive.index(), query) {
                    // A bit that this query does not read, or that only verification checks.
                    Ok(()) => {}
                    Err(Error::Damaged { path: named, .. }) => assert_eq!(named, path, "{query}"),
                    Err(other) => panic!("{path:?} byte {at}, {query}: {other:?}"),
                }
            }
        }
        fs::write(&path, &whole).unwrap();
        kinds.push(ending);
    }
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["bin", "del", "fast", "fieldnorm", "idx", "pos", "store", "term", "words"]);
    assert!(verify(&archive.index(), much()).unwrap().is_sound());
}

/// Segments, and the deletions of one, may each be of an older version: two upgrades lie between.
#[test]
fn a_deletion_file_may_be_of_a_version_of_its_own() {
    let archive = archive();
    let minor = |path: &Path, change: i64| {
        let mut bytes = fs::read(path).unwrap();
        let field = b"\"minor\":";
        let at = bytes.windows(field.len()).rposition(|window| window == field).unwrap() + field.len();
        let digits: Vec<u8> = bytes[at..].iter().copied().take_while(u8::is_ascii_digit).collect();
        let number = std::str::from_utf8(&digits).unwrap().parse::<i64>().unwrap() + change;
        bytes[at..at + digits.len()].copy_from_slice(number.to_string().as_bytes());
        fs::write(path, bytes).unwrap();
    };
    let segments = ["fast", "fieldnorm", "idx", "pos", "store", "term"];
    let is = |path: &Path, endings: &[&str]| path.extension().is_some_and(|found| endings.iter().any(|e| found == *e));
    let files = files(&archive.snapshot().generation.folder());
    files.iter().filter(|path| is(path, &segments)).for_each(|path| minor(path, -2));
    let deletions: Vec<&PathBuf> = files.iter().filter(|path| is(path, &["del"])).collect();
    let [deletions] = deletions[..] else { panic!("{deletions:?}") };
    minor(deletions, -1);
    let report = verify(&archive.index(), little()).unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(archive.snapshot().articles(), 299);
    // No older program can have written this.
    minor(deletions, 3);
    let report = verify(&archive.index(), little()).unwrap();
    assert!(report.files.damaged.iter().any(|damage| damage.path == *deletions), "{report:?}");
}

#[test]
fn files_that_are_cut_short_or_gone_are_named() {
    let archive = archive();
    for path in files(&archive.snapshot().generation.folder()) {
        let ending = path.extension().unwrap().to_str().unwrap();
        if ["lock", "new"].contains(&ending) || path.file_name().unwrap().to_str().unwrap().starts_with('.') {
            continue;
        }
        let whole = fs::read(&path).unwrap();
        for cut in [Some(whole.len() / 2), Some(0), None] {
            match cut {
                Some(length) => fs::write(&path, &whole[..length]).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let report = verify(&archive.index(), much()).unwrap();
            let named = report.files.damaged.iter().any(|damage| damage.path == path);
            assert!(named && !report.is_sound(), "{path:?} cut to {cut:?}: {:?}", report.files.damaged);
        }
        fs::write(&path, &whole).unwrap();
    }
}

/// Covers what an earlier version, or a bug, may have stored.
#[test]
fn an_article_that_can_not_be_read_costs_itself_alone() {
    let archive = archive();
    let stored: [&[u8]; 6] = [b"", b"{\"id\":1}", b"{\"id\":\"x\",\"title\":", b"\xff", b"null", b"{\"id\":\"x\"}[7"];
    let mut writer = Writer::open(&archive.index(), None, Resources::new(1, 32 << 20)).unwrap();
    let mut ids = Vec::new();
    for (n, stored) in stored.into_iter().enumerate() {
        let mut article = Article::default();
        article.id = ArticleId::new("elsewhere.html", &n.to_string());
        article.title = "毒页".into();
        article.body = format!("毒页的正文第{n}篇，职工说的。");
        article.origin = "elsewhere.html".into();
        writer.add(&article, "elsewhere.html", stored.to_vec()).unwrap();
        ids.push(article.id);
    }
    writer.record(Entry { file: "elsewhere.html".into(), articles: ids.len() as u64, ..Entry::default() });
    writer.finish().unwrap();
    let are_named = |texts: &[String]| {
        for id in &ids {
            let named = texts.iter().any(|text| text.contains(&id.0) && text.contains("elsewhere.html"));
            assert!(named, "{id}: {texts:?}");
        }
    };

    let snapshot = archive.snapshot();
    let results = search(&snapshot, &Request::new(parse("毒页")), Synonyms::builtin()).unwrap();
    assert!(results.hits.is_empty());
    are_named(&results.notes);
    let request = Request { limit: 400, facets: true, copies: Copies::All, ..Request::new(parse("职工")) };
    let results = search(&snapshot, &request, Synonyms::builtin()).unwrap();
    assert!(results.hits.len() > 80, "{}", results.hits.len());
    are_named(&results.notes);
    let mut exported = 0;
    let left_out = export::export(&snapshot, None, |_| {
        exported += 1;
        Ok(())
    });
    assert_eq!(exported, 299);
    are_named(&left_out.unwrap().iter().map(ToString::to_string).collect::<Vec<_>>());
    let report = verify(&archive.index(), much()).unwrap();
    assert!(!report.is_sound() && report.files.damaged.is_empty() && report.contract.unwrap().holds());
    are_named(&report.counts.problems);

    // A new generation takes over the articles that can be read, and is sound.
    struct Notes(Vec<String>);
    impl Observer for Notes {
        fn note(&mut self, what: &str) {
            self.0.push(what.to_string());
        }
    }
    let mut notes = Notes(Vec::new());
    let mut writer = Writer::resume(&archive.index(), &Segmenter::builtin(), Resources::one_thread()).unwrap();
    let options = Options::new([archive.inputs()]).root(archive.inputs());
    let report = ingest(&mut writer, &options, &mut notes).unwrap();
    are_named(&notes.0);
    swap::swap(writer, 1, report.held(), |_| Ok(None)).unwrap();
    assert!(verify(&archive.index(), much()).unwrap().is_sound());
    // The old one is sound too, once they are deleted.
    Rollback::prepare(&archive.index(), None).unwrap().perform().unwrap();
    assert_eq!(archive.snapshot().articles(), 305);
    let mut writer = Writer::open(&archive.index(), None, Resources::one_thread()).unwrap();
    assert_eq!(delete::delete(&mut writer, &ids).unwrap(), 6);
    writer.finish().unwrap();
    assert!(verify(&archive.index(), much()).unwrap().is_sound());
}

/// Reads an index in every way; each way with its answer, or with its error.
fn says(index: &Path) -> Vec<(&'static str, Result<String, String>)> {
    let generation = || Generation::current(index)?.ok_or_else(|| Error::NoIndex(index.to_path_buf()));
    let say = |what: Result<String, Error>| {
        what.map_err(|error| match Generation::current(index) {
            Ok(Some(generation)) => check::diagnosed(&generation, error).to_string(),
            _ => error.to_string(),
        })
    };
    let results = |query: &str| {
        let request = Request { facets: true, limit: 50, ..Request::new(parse(query)) };
        let mut results = search(&Snapshot::open(index)?, &request, Synonyms::builtin())?;
        results.took = Default::default();
        Ok(format!("{results:?}"))
    };
    let exported = || {
        let mut lines = String::new();
        let left_out = export::export(&Snapshot::open(index)?, None, |article| {
            lines += &serde_json::to_string(article).unwrap();
            Ok(())
        })?;
        left_out.into_iter().next().map_or(Ok(lines), Err)
    };
    let manifest = || {
        let manifest = Snapshot::open(index)?.manifest()?;
        let mut entries: Vec<String> = manifest.entries().map(|entry| format!("{entry:?}")).collect();
        entries.sort();
        Ok(format!("{entries:?} {:?}", manifest.roots().collect::<Vec<_>>()))
    };
    let back = || {
        let back = Rollback::prepare(index, None)?;
        let to = (back.to.generation.number, back.to.state, back.to.commit, back.to.articles);
        Ok(format!("{to:?} {:?} {:?} {:?}", back.lost, back.changed, back.back))
    };
    let mut said = vec![("generation", say(generation().map(|g| g.number.to_string())))];
    said.extend(
        ["工会", "\"欠薪,又说\"", "王* 2024年", "source:工人日报 工伤"].map(|query| ("search", say(results(query)))),
    );
    said.push(("export", say(exported())));
    said.push(("stats", say(Snapshot::open(index).and_then(|s| Ok(format!("{:?}", Stats::from_snapshot(&s)?))))));
    said.push(("manifest", say(manifest())));
    said.push(("tombstones", say(Tombstones::read(index).map(|t| format!("{:?}", t.iter().collect::<Vec<_>>())))));
    said.push(("rollback", say(back())));
    said
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => files.extend(all_files(&entry.path())),
            false => files.push(entry.path()),
        }
    }
    files.retain(|file| fs::metadata(file).unwrap().len() > 0);
    files.sort();
    files
}

/// Flips bits of all files of an index, one at a time: each is refused, named by a verification, or without effect. The
/// same holds after a run that adds articles and merges segments.
fn flip(flips: usize, seed: u64) {
    let archive = archive();
    let id = archive.snapshot().all().next().unwrap().unwrap().1.id;
    let mut writer = Writer::open(&archive.index(), None, Resources::one_thread()).unwrap();
    delete::delete(&mut writer, &[id]).unwrap();
    writer.finish().unwrap();
    let mut writer = Writer::resume(&archive.index(), &Segmenter::builtin(), Resources::one_thread()).unwrap();
    let options = Options::new([archive.inputs()]).root(archive.inputs());
    let report = ingest(&mut writer, &options, &mut ()).unwrap();
    swap::swap(writer, 1, report.held(), |_| Ok(None)).unwrap();
    let more = |index: &Path| -> Result<(), Error> {
        let mut writer = Writer::open(index, None, Resources::one_thread())?;
        ingest(&mut writer, &options, &mut ())?;
        writer.finish()
    };
    fs::remove_file(archive.inputs().join("3.json")).unwrap();
    let line = |n: usize| format!("{{\"title\":\"新的一篇{n}\",\"body\":\"第{n}篇新的正文，职工说了{n}遍。\"}}\n");
    let before = says(&archive.index());
    archive.write("more.jsonl", (0..150).map(line).collect::<String>());
    let place = tempfile::tempdir().unwrap();
    let index = place.path().join("index");
    copy(&archive.index(), &index);
    more(&index).unwrap();
    let after = says(&index);
    let exported =
        |said: &[(&str, Result<String, String>)]| said.iter().find(|one| one.0 == "export").unwrap().1.clone();

    let mut random = Random::new(seed);
    let files = all_files(&archive.index());
    let (mut wrong, mut refused, mut named, mut harmless) = (Vec::new(), 0, 0, 0);
    for n in 0..flips {
        let file = &files[random.below(files.len())];
        fs::remove_dir_all(&index).unwrap();
        copy(&archive.index(), &index);
        let name = file.strip_prefix(archive.index()).unwrap();
        let mut bytes = fs::read(file).unwrap();
        let (at, bit) = (random.below(bytes.len()), random.below(8));
        bytes[at] ^= 1 << bit;
        fs::write(index.join(name), bytes).unwrap();
        let what = format!("flip {n}: {} byte {at} bit {bit}", name.display());
        let mut look = || {
            let here = index.display().to_string();
            let said = says(&index);
            for (way, answer) in &said {
                if let Err(error) = answer
                    && !error.contains(&here)
                    && !error.contains("can't be read")
                {
                    wrong.push(format!("{what}: {way} names nothing: {error}"));
                }
            }
            let verified = verify(&index, little()).map(|report| report.is_sound());
            let differs: Vec<&str> = said.iter().zip(&before).filter(|(a, b)| a != b).map(|(a, _)| a.0).collect();
            let silent: Vec<&str> =
                said.iter().zip(&before).filter(|(a, b)| a.1.is_ok() && a != b).map(|(a, _)| a.0).collect();
            match verified {
                Err(_) => refused += 1,
                Ok(false) => named += 1,
                Ok(true) if silent.is_empty() && differs.is_empty() => harmless += 1,
                Ok(true) if silent.is_empty() => refused += 1,
                Ok(true) => wrong.push(format!("{what}: silently wrong: {silent:?}")),
            }
            if more(&index).is_ok()
                && verify(&index, little()).is_ok_and(|report| report.is_sound())
                && exported(&says(&index)) != exported(&after)
            {
                wrong.push(format!("{what}: laundered by a run"));
            }
        };
        if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(&mut look)) {
            let text =
                panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string()));
            wrong.push(format!("{what}: panicked: {text:?}"));
        }
    }
    println!("{flips} flips: {refused} refused, {named} named, {harmless} harmless, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn flips_are_refused_named_or_harmless() {
    flip(24, 1);
}

#[test]
#[ignore = "takes minutes: cargo test --release --test damage -- --ignored --nocapture"]
fn hundreds_of_flips_are_refused_named_or_harmless() {
    let number = |name: &str, otherwise| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(otherwise);
    flip(number("FLIPS", 500) as usize, number("FLIP_SEED", 7));
}

fn look(index: &Path, query: &str) -> Result<(), Error> {
    let looked = Snapshot::open(index).and_then(|snapshot| {
        let request = Request { facets: true, ..Request::new(parse(query)) };
        search(&snapshot, &request, Synonyms::builtin()).map(|_| ())
    });
    let generation = Generation::current(index)?.unwrap();
    looked.map_err(|error| check::diagnosed(&generation, error))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some());
    files.sort();
    files
}
