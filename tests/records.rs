//! Tests of articles in several places, records that appear and disappear, and unreadable folders: the content of the
//! index follows from the archive and the tombstones (docs/RECORDS.md), not from the order of runs.

#[path = "support/desk.rs"]
mod desk;
#[path = "support/packed.rs"]
mod packed;

use std::collections::BTreeSet;
use std::fs;
#[cfg(unix)]
use std::process::Command;

use desk::Desk;
use serde_json::{Value, json};

/// Returns a file of one article.
fn page(title: &str) -> String {
    json!({"title": title, "body": format!("工会的{title}，内容各不相同，{title}。")}).to_string()
}

fn export(desk: &Desk) -> Vec<Value> {
    let (out, _) = desk.run(&["export"]).output();
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn titles(desk: &Desk) -> Vec<String> {
    let mut titles: Vec<String> =
        export(desk).iter().map(|article| article["title"].as_str().unwrap().to_string()).collect();
    titles.sort();
    titles
}

fn id(desk: &Desk, title: &str) -> String {
    export(desk).iter().find(|article| article["title"] == title).unwrap()["id"].as_str().unwrap().to_string()
}

/// Checks that the index is sound, and equals one built anew from the same folder.
fn is_as_built_anew(desk: &Desk, folder: &str) {
    desk.run(&["verify", "--sample", "20"]).exits(0);
    let before = export(desk);
    desk.run(&["reindex", folder, "--yes"]).exits(0);
    assert_eq!(export(desk), before);
    desk.run(&["verify", "--sample", "20"]).exits(0);
}

fn three(names: [&str; 3]) -> Desk {
    let desk = Desk::new();
    for name in names {
        desk.write(&format!("corpus/{name}.json"), page(name));
    }
    desk.run(&["index", "corpus"]).exits(0);
    desk
}

#[test]
fn pages_that_come_back_as_their_export_goes_are_all_there() {
    let desk = three(["甲", "乙", "丙"]);
    desk.run(&["export", "--output", "backup.jsonl"]).exits(0);
    fs::rename(desk.path("corpus"), desk.path("pages")).unwrap();
    fs::remove_dir_all(desk.path("index")).unwrap();
    fs::create_dir(desk.path("corpus")).unwrap();
    fs::rename(desk.path("backup.jsonl"), desk.path("corpus/backup.jsonl")).unwrap();
    desk.run(&["index", "corpus"]).exits(0);
    assert_eq!(titles(&desk), ["丙", "乙", "甲"]);
    for name in ["甲", "乙", "丙"] {
        fs::rename(desk.path(&format!("pages/{name}.json")), desk.path(&format!("corpus/{name}.json"))).unwrap();
    }
    fs::remove_file(desk.path("corpus/backup.jsonl")).unwrap();
    desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert_eq!(titles(&desk), ["丙", "乙", "甲"]);
    is_as_built_anew(&desk, "corpus");
}

#[test]
fn an_unrelated_page_that_goes_takes_nothing_of_two_exports_with_it() {
    let desk = three(["P", "X", "Q"]);
    desk.run(&["export", "--output", "january.jsonl"]).exits(0);
    let january = fs::read_to_string(desk.path("january.jsonl")).unwrap();
    let january: String =
        january.lines().filter(|line| !line.contains("\"Q\"")).map(|line| format!("{line}\n")).collect();
    desk.write("corpus/january.jsonl", &january);
    fs::remove_file(desk.path("corpus/X.json")).unwrap();
    desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert_eq!(titles(&desk), ["P", "Q", "X"]);
    desk.write("corpus/february.jsonl", &january).run(&["index", "corpus"]).exits(0);
    assert_eq!(titles(&desk), ["P", "Q", "X"]);
    fs::remove_file(desk.path("corpus/Q.json")).unwrap();
    desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert_eq!(titles(&desk), ["P", "X"]);
    // The export that holds X is removed, and the other takes its place.
    fs::remove_file(desk.path("corpus/february.jsonl")).unwrap();
    desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert_eq!(titles(&desk), ["P", "X"]);
    is_as_built_anew(&desk, "corpus");
}

#[test]
fn a_page_speaks_for_itself_whatever_an_export_is_called() {
    for name in ["corpus/aa.jsonl", "corpus/zz.jsonl"] {
        let desk = Desk::new();
        desk.write("corpus/page.json", page("旧的说法")).run(&["index", "corpus"]).exits(0);
        desk.run(&["export", "--output", name]).exits(0);
        desk.run(&["index", "corpus"]).exits(0);
        desk.write("corpus/page.json", page("更正后的说法")).run(&["index", "corpus"]).exits(0);
        assert_eq!(titles(&desk), ["更正后的说法"]);
        is_as_built_anew(&desk, "corpus");
        assert_eq!(titles(&desk), ["更正后的说法"]);
        // If the page is gone, its copy remains.
        fs::remove_file(desk.path("corpus/page.json")).unwrap();
        desk.run(&["index", "corpus", "--prune"]).exits(0);
        assert_eq!(titles(&desk), ["旧的说法"]);
    }
}

#[test]
fn an_export_can_not_speak_for_a_page_that_it_is_no_copy_of() {
    for origin in ["corpus/page.json", "corpus/aa.jsonl#00001", "corpus/zz.jsonl#00001"] {
        for name in ["corpus/aa.jsonl", "corpus/zz.jsonl"] {
            let desk = Desk::new();
            desk.write("corpus/page.json", page("真实的报道")).run(&["index", "corpus"]).exits(0);
            let id = id(&desk, "真实的报道");
            fs::remove_dir_all(desk.path("index")).unwrap();
            let forged = json!({"id": id, "title": "伪造", "body": "伪造的内容：工人们很满意。", "origin": origin, "source": null});
            desk.write(name, forged.to_string()).run(&["index", "corpus"]).exits(0);
            assert!(titles(&desk).contains(&"真实的报道".to_string()), "{name} {origin}: {:?}", titles(&desk));
            let (shown, _) = desk.run(&["show", &id]).exits(0);
            assert!(shown.contains("真实的报道") && !shown.contains("伪造"), "{name} {origin}: {shown}");
            is_as_built_anew(&desk, "corpus");
        }
    }
}

/// Copies that an archive file holds of its own records are repetitions, before them or behind them.
#[test]
fn a_file_that_holds_records_and_copies_of_them_has_each_once() {
    for (copies_first, changed) in [(false, false), (true, false), (false, true), (true, true)] {
        let desk = Desk::new();
        let own: String = ["甲", "乙", "丙"].map(|title| page(title) + "\n").concat();
        desk.write("corpus/a.jsonl", &own).run(&["index", "corpus"]).exits(0);
        desk.run(&["export", "--output", "copies.jsonl"]).exits(0);
        let mut copies = fs::read_to_string(desk.path("copies.jsonl")).unwrap();
        if changed {
            copies = copies.replace("内容各不相同", "内容改过");
        }
        let both = if copies_first { copies + &own } else { own + &copies };
        desk.write("corpus/a.jsonl", &both).run(&["index", "corpus"]).exits(0);
        assert_eq!(titles(&desk), ["丙", "乙", "甲"]);
        assert!(export(&desk).iter().all(|article| article["body"].as_str().unwrap().contains("各不相同")));
        is_as_built_anew(&desk, "corpus");
        // With a record kept out on request, its copy is kept out too, and the count stays right.
        desk.run(&["delete", &id(&desk, "甲"), "--yes"]).exits(0);
        desk.write("corpus/a.jsonl", &(both + "\n")).run(&["index", "corpus"]).exits(0);
        assert_eq!(titles(&desk), ["丙", "乙"]);
        is_as_built_anew(&desk, "corpus");
    }
}

/// What stands behind damage in a file of JSON lines was not read, and is not gone.
#[test]
fn a_file_of_lines_that_is_cut_short_keeps_its_articles() {
    let desk = Desk::new();
    let lines: String = ["甲", "乙", "丙"].map(|title| page(title) + "\n").concat();
    desk.write("corpus/a.jsonl", &lines).run(&["index", "corpus"]).exits(0);
    let cut: String = lines.chars().take(lines.chars().count() / 2).collect();
    let (_, err) = desk.write("corpus/a.jsonl", &cut).run(&["index", "corpus"]).exits(0);
    assert!(err.contains("bad-json"), "{err}");
    assert_eq!(titles(&desk), ["丙", "乙", "甲"]);
    desk.run(&["verify", "--sample", "20"]).exits(0);
    // A shorter file that can be read to its end says what is gone; a line that is no article was read.
    desk.write("corpus/a.jsonl", page("甲") + "\n{\"x\":1}\n").run(&["index", "corpus"]).exits(0);
    assert_eq!(titles(&desk), ["甲"]);
    is_as_built_anew(&desk, "corpus");
}

/// A file, its content before and after a change, and how many of its two articles stay.
type Change = (&'static str, Vec<u8>, Vec<u8>, usize);

/// Returns changes of files that hold two articles, or the first of them alone.
fn changes(one: &str, two: &str) -> Vec<Change> {
    let zip = packed::zip(&[("a.json", one.as_bytes()), ("b.json", two.as_bytes())]);
    let rest = |content: &[u8]| packed::zip(&[("a.json", content)]);
    let altered = |field: usize, value: u16| {
        let mut zip = rest(one.as_bytes());
        packed::set_zip_field(&mut zip, "a.json", field, value);
        zip
    };
    let (single, lines) = (one.as_bytes().to_vec(), format!("{one}\n{two}\n").into_bytes());
    let list = format!("[{one},\n{two}]").into_bytes();
    let tar = packed::tar(&[("a.json", one.as_bytes()), ("b.json", two.as_bytes())]);
    let junk: Vec<u8> = (0..4_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    // The member that is not in the second archive is gone, unless what is damaged may be any record.
    vec![
        ("x.zip", zip.clone(), rest(one.as_bytes()), 1),
        ("encrypted.zip", zip.clone(), altered(8, 1), 1),
        ("method.zip", zip.clone(), altered(10, 99), 1),
        ("empty.zip", zip.clone(), rest(b""), 1),
        ("nul.zip", zip.clone(), rest(&[0; 900]), 1),
        ("binary.zip", zip.clone(), rest(&junk), 2),
        ("other.zip", zip.clone(), rest(b"{\"x\":1}"), 0),
        ("none.zip", zip, packed::zip(&[]), 0),
        ("empty.json", single.clone(), Vec::new(), 1),
        ("blank.json", single.clone(), b"\n".to_vec(), 1),
        ("nul.json", single.clone(), vec![0; 20_000], 1),
        ("binary", single, junk, 1),
        ("empty.jsonl", lines.clone(), Vec::new(), 2),
        ("nul.jsonl", lines, vec![0; 500], 2),
        ("none.json", list, b"[]".to_vec(), 0),
        ("nul.tar", tar.clone(), vec![0; 10_240], 2),
        ("empty.tar.gz", packed::gzip(&tar), packed::gzip(b""), 2),
    ]
}

/// What can't be read is not gone: it may be readable again. What was read to its end without a record is.
#[test]
fn a_part_that_can_not_be_read_is_not_gone() {
    let desk = Desk::new();
    desk.write("corpus/other.json", page("别"));
    let count = changes("", "").len();
    let of_file = |n: usize| changes(&page(&format!("甲{n}")), &page(&format!("乙{n}"))).swap_remove(n);
    let (mut stay, mut kept_in) = (vec!["别".to_string()], Vec::new());
    for n in 0..count {
        let (name, before, _, articles) = of_file(n);
        desk.write(&format!("corpus/{name}"), before);
        stay.extend(["甲", "乙"].iter().take(articles).map(|title| format!("{title}{n}")));
        kept_in.extend(Some(name).filter(|name| articles > 0 && *name != "x.zip"));
    }
    stay.sort();
    desk.run(&["index", "corpus"]).exits(0);
    for n in 0..count {
        let (name, _, after, _) = of_file(n);
        desk.write(&format!("corpus/{name}"), after);
    }
    for command in [&["index", "corpus", "--prune"][..], &["reindex", "corpus"]] {
        let (_, err) = desk.run(command).exits(0);
        assert_eq!(titles(&desk), stay, "{err}");
        let notes = err.lines().filter(|line| line.contains("can't be read in full"));
        let mut named: Vec<&str> = notes.filter_map(|note| note.split("corpus/").nth(1)?.split(':').next()).collect();
        named.sort_unstable();
        kept_in.sort_unstable();
        assert_eq!(named, kept_in, "{err}");
        desk.run(&["verify", "--sample", "20"]).exits(0);
    }
    // The files themselves are removed: nothing of them stays.
    (0..count).for_each(|n| fs::remove_file(desk.path(&format!("corpus/{}", of_file(n).0))).unwrap());
    desk.run(&["index", "corpus", "--prune", "--yes"]).exits(0);
    assert_eq!(titles(&desk), ["别"]);
}

/// A checksum stands behind what it is of: articles that were read before it failed do not replace others.
#[test]
fn a_damaged_stream_replaces_no_article() {
    let line = |title: &str| page(title) + "\n";
    let html = |title: &str| {
        let paragraph =
            format!("<p>工会的{title}，内容各不相同，{title}。工会为环卫工人建起驿站，供他们歇脚喝水。</p>");
        format!("<html><head><title>{title}</title></head><body><h1>{title}</h1>{}</body></html>", paragraph.repeat(3))
    };
    let pages = |change: fn(String) -> String, titles: &[&str]| -> Vec<(String, String)> {
        titles.iter().map(|title| (format!("http://a.cn/{title}.html"), change(html(title)))).collect()
    };
    let lines = |change: fn(String) -> String, titles: &[&str]| -> Vec<u8> {
        titles.iter().map(|title| change(line(title))).collect::<String>().into_bytes()
    };
    let tar = |change: fn(String) -> String, titles: &[&str]| {
        let lines: Vec<(String, String)> =
            titles.iter().map(|title| (format!("{}.json", title.len()), change(page(title)))).collect();
        let members: Vec<(&str, &[u8])> = lines.iter().map(|(name, page)| (name.as_str(), page.as_bytes())).collect();
        packed::tar(&members)
    };
    let crawl = |change: fn(String) -> String, titles: &[&str]| {
        let pages = pages(change, titles);
        packed::warc(&pages.iter().map(|(url, page)| (url.as_str(), page.clone())).collect::<Vec<_>>())
    };
    type Pack<'a> = Box<dyn Fn(fn(String) -> String, &[&str]) -> Vec<u8> + 'a>;
    let packs: Vec<(&str, Pack<'_>)> = vec![
        ("a.jsonl.gz", Box::new(|change, titles| packed::gzip(&lines(change, titles)))),
        ("a.jsonl.zst", Box::new(|change, titles| packed::zstd(&lines(change, titles)))),
        ("a.zip", Box::new(|change, titles| packed::zip(&[("a.jsonl", &lines(change, titles))]))),
        ("a.tar.gz", Box::new(|change, titles| packed::gzip(&tar(change, titles)))),
        ("a.tar.zst", Box::new(|change, titles| packed::zstd(&tar(change, titles)))),
        ("tar.zip", Box::new(|change, titles| packed::zip(&[("a.tar", &tar(change, titles))]))),
        ("a.warc.gz", Box::new(|change, titles| packed::gzip(&crawl(change, titles)))),
        ("a.warc.zst", Box::new(|change, titles| packed::zstd(&crawl(change, titles)))),
    ];
    let altered = |text: String| text.replace("内容各不相同", "内容改过了啊");
    let is_altered = |articles: &[Value], title: &str| {
        let article = articles.iter().find(|article| article["title"] == title);
        article.map(|article| article["body"].as_str().unwrap().contains("改过"))
    };
    // The last record of a damaged crawl is not delivered, since the damage is at its end.
    let titles = |n: usize| ["驿站", "新驿站", "新的驿站", "新的好驿站"].map(|title| format!("{title}{n}"));
    let write = |desk: &Desk, change: fn(String) -> String, articles: std::ops::Range<usize>, is_damaged: bool| {
        for (n, (name, pack)) in packs.iter().enumerate() {
            let titles = titles(n);
            let mut packed = pack(change, &titles[articles.clone()].iter().map(String::as_str).collect::<Vec<_>>());
            if is_damaged {
                packed::break_checksum(&mut packed);
            }
            desk.write(&format!("corpus/{name}"), packed);
        }
    };
    let holds = |desk: &Desk, expect: &dyn Fn(&str) -> [Option<bool>; 3], err: &str| {
        let articles = export(desk);
        for (n, (name, _)) in packs.iter().enumerate() {
            let titles = titles(n);
            let found: Vec<Option<bool>> = titles[..3].iter().map(|title| is_altered(&articles, title)).collect();
            assert_eq!(found, expect(name), "{name}: {err}");
        }
    };
    let desk = Desk::new();
    desk.write("corpus/other.json", page("别"));
    write(&desk, |text| text, 0..2, false);
    let (_, err) = desk.run(&["index", "corpus"]).exits(0);
    holds(&desk, &|_| [Some(false), Some(false), None], &err);
    // New articles of a damaged stream are taken in, as they are the first time. Of a short zstd stream nothing is
    // unpacked before its checksum is tested.
    write(&desk, altered, 0..4, true);
    for command in [&["index", "corpus", "--prune"][..], &["reindex", "corpus"], &["index", "corpus"]] {
        let (_, err) = desk.run(command).exits(0);
        assert!(packs.iter().all(|(name, _)| err.contains(&format!("corpus/{name}: can't be read"))), "{err}");
        holds(&desk, &|name| [Some(false), Some(false), (!name.ends_with(".zst")).then_some(true)], &err);
        desk.run(&["verify", "--sample", "20"]).exits(0);
    }
    // Whole again, the streams say what holds.
    write(&desk, altered, 1..3, false);
    let (_, err) = desk.run(&["index", "corpus"]).exits(0);
    holds(&desk, &|_| [None, Some(true), Some(true)], &err);
    is_as_built_anew(&desk, "corpus");
}

/// A new generation of one folder reads exports of others again if they may now hold what is gone.
#[test]
fn a_folder_is_built_anew_while_an_export_elsewhere_holds_its_lost_page() {
    let desk = Desk::new();
    for name in ["甲", "乙", "丙"] {
        desk.write(&format!("pages/{name}.json"), page(name));
    }
    desk.run(&["index", "pages"]).exits(0);
    fs::create_dir(desk.path("backup")).unwrap();
    desk.run(&["export", "--output", "backup/all.jsonl"]).exits(0);
    desk.run(&["index", "backup"]).exits(0);
    fs::remove_file(desk.path("pages/甲.json")).unwrap();
    desk.run(&["reindex", "pages"]).exits(0);
    assert_eq!(titles(&desk), ["丙", "乙", "甲"]);
    desk.run(&["verify", "--sample", "20"]).exits(0);
    // The other way round: the export is read, the pages are carried over.
    desk.run(&["reindex", "backup"]).exits(0);
    assert_eq!(titles(&desk), ["丙", "乙", "甲"]);
    desk.run(&["verify", "--sample", "20"]).exits(0);
    fs::remove_dir_all(desk.path("pages")).unwrap();
    fs::create_dir(desk.path("pages")).unwrap();
    desk.run(&["reindex", "pages", "--yes"]).exits(0);
    assert_eq!(titles(&desk), ["丙", "乙", "甲"]);
    desk.run(&["verify", "--sample", "20"]).exits(0);
}

#[test]
fn a_tombstone_is_no_line_number() {
    let desk = Desk::new();
    let line = |n: u32| json!({"body": format!("工会第{n}篇文章内容各不相同{n}{n}")}).to_string() + "\n";
    let lines = |numbers: &[u32]| numbers.iter().map(|n| line(*n)).collect::<String>();
    desk.write("corpus/a.jsonl", lines(&[1, 2, 3, 4])).run(&["index", "corpus"]).exits(0);
    let bodies = || -> BTreeSet<u64> {
        let number =
            |article: &Value| article["body"].as_str().unwrap().chars().nth(3).unwrap().to_digit(10).unwrap().into();
        export(&desk).iter().map(number).collect()
    };
    let second = export(&desk).into_iter().find(|a| a["body"].as_str().unwrap().contains("第2篇")).unwrap();
    desk.run(&["delete", second["id"].as_str().unwrap()]).output();
    assert_eq!(bodies(), [1, 3, 4].into());
    let (_, err) = desk.write("corpus/a.jsonl", lines(&[2, 3, 4])).run(&["index", "corpus"]).exits(0);
    assert_eq!(bodies(), [3, 4].into());
    assert!(err.contains("another text"), "{err}");
    // A second one gets the same number and is deleted: the first stays out all the same.
    let third = export(&desk).into_iter().find(|a| a["body"].as_str().unwrap().contains("第3篇")).unwrap();
    desk.run(&["delete", third["id"].as_str().unwrap()]).output();
    desk.write("corpus/a.jsonl", lines(&[4, 3, 2])).run(&["index", "corpus"]).exits(0);
    assert_eq!(bodies(), [4].into());
    is_as_built_anew(&desk, "corpus");
}

#[test]
fn a_line_put_in_before_others_does_not_change_their_ids() {
    let desk = Desk::new();
    let line = |n: u32| {
        json!({"title": format!("第{n}篇"), "date": "2024-05-01", "body": format!("正文{n}。")}).to_string() + "\n"
    };
    desk.write("corpus/a.jsonl", line(1) + &line(2)).run(&["index", "corpus"]).exits(0);
    let (first, second) = (id(&desk, "第1篇"), id(&desk, "第2篇"));
    desk.write("corpus/a.jsonl", line(0) + &line(1) + &line(2)).run(&["index", "corpus"]).exits(0);
    assert_eq!((id(&desk, "第1篇"), id(&desk, "第2篇")), (first, second));
}

#[test]
fn hundreds_of_records_of_one_id_come_and_go() {
    let desk = Desk::new();
    let lines = |count: u32| -> String {
        (0..count)
            .map(|n| {
                json!({"id": "7", "title": format!("简报{n}"), "body": format!("第{n}号工会消息，内容各不相同{n}。")})
                    .to_string()
                    + "\n"
            })
            .collect()
    };
    for count in [400, 100, 300] {
        desk.write("corpus/a.jsonl", lines(count)).run(&["index", "corpus"]).exits(0);
        assert_eq!(export(&desk).len(), count as usize);
        desk.run(&["verify", "--sample", "5"]).exits(0);
    }
    is_as_built_anew(&desk, "corpus");
}

#[cfg(unix)]
#[test]
fn no_two_files_have_one_name() {
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::new();
    desk.write("corpus/中文.json", page("乙"));
    let name = std::ffi::OsStr::from_bytes(b"\xd6\xd0\xce\xc4.json");
    fs::write(desk.path("corpus").join(name), page("甲")).unwrap();
    // A name like that of a member of an archive.
    let mut zip = zip::ZipWriter::new(fs::File::create(desk.path("corpus/x.zip")).unwrap());
    for member in ["m.json", "a.zip!m.json"] {
        zip.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, page(&format!("内{member}")).as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    desk.write("corpus/x.zip!m.json", page("外")).write("corpus/x.zip!a.zip!m.json", page("更外"));
    desk.run(&["index", "corpus"]).exits(0);
    assert_eq!(titles(&desk).len(), 6, "{:?}", titles(&desk));
    let ids: BTreeSet<String> = export(&desk).iter().map(|article| article["id"].to_string()).collect();
    assert_eq!(ids.len(), 6);
    is_as_built_anew(&desk, "corpus");
}

#[test]
fn an_id_of_an_export_that_stands_there_twice_takes_no_other_article_away() {
    let line = |id: &str, title: &str| {
        json!({"id": id, "title": title, "source": null, "body": format!("{title}篇工会的文章"), "origin": "p.jsonl#00001"}).to_string() + "\n"
    };
    let desk = Desk::new();
    let (a, second) = ("a".repeat(20), format!("{}-2", "a".repeat(20)));
    desk.write("corpus/e.jsonl", line(&a, "甲") + &line(&second, "乙") + &line(&a, "甲") + &line(&a, "丙"));
    let (_, err) = desk.run(&["index", "corpus"]).exits(0);
    assert_eq!(titles(&desk), ["丙", "乙", "甲"]);
    assert!(err.contains("4 records read = 3 new"), "{err}");
    is_as_built_anew(&desk, "corpus");
}

#[test]
fn what_is_not_below_the_named_paths_stays() {
    let desk = Desk::new();
    desk.write("out/o.json", page("外面")).write("corpus/a.json", page("里面")).write("corpus/b.json", page("再里面"));
    desk.run(&["index", "out"]).exits(0);
    desk.run(&["index", "-"]).input(&page("管道")).exits(0);
    desk.run(&["index", "-"]).input(&page("另一管道")).exits(0);
    desk.run(&["index", "corpus"]).exits(0);
    let all = ["再里面", "另一管道", "外面", "管道", "里面"];
    assert_eq!(titles(&desk), all);
    let (_, err) = desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert!(err.contains("they are kept"), "{err}");
    assert_eq!(titles(&desk), all);
    // A new generation takes over the articles that it does not read.
    let (_, err) = desk.run(&["reindex", "corpus"]).exits(0);
    assert!(err.contains("3 carried over"), "{err}");
    assert_eq!(titles(&desk), all);
    desk.run(&["verify", "--sample", "20"]).exits(0);
    // From another folder the same names are found, absolute or relative.
    let absolute = desk.path("corpus");
    let (_, err) = desk.run(&["index", absolute.to_str().unwrap()]).exits(0);
    assert!(err.contains("0 new + 0 changed + 2 unchanged"), "{err}");
    let index = desk.path("index");
    let (_, err) = desk.run_in("corpus", &["index", ".", "--index", index.to_str().unwrap()]).exits(0);
    assert!(err.contains("0 new + 0 changed + 2 unchanged"), "{err}");
}

#[cfg(unix)]
#[test]
fn unreadable_folders_are_not_pruned() {
    let desk = Desk::new();
    for year in ["2019", "2020", "2021"] {
        desk.write(&format!("corpus/{year}/a.json"), page(year));
    }
    desk.write("elsewhere/l.json", page("链接"));
    std::os::unix::fs::symlink("../elsewhere/l.json", desk.path("corpus/link.json")).unwrap();
    desk.run(&["index", "corpus"]).exits(0);
    assert_eq!(titles(&desk).len(), 4);
    // A link without its target, and a folder that has become a loop, can't be read.
    fs::rename(desk.path("elsewhere"), desk.path("away")).unwrap();
    fs::rename(desk.path("corpus/2019"), desk.path("2019")).unwrap();
    std::os::unix::fs::symlink("2019", desk.path("corpus/2019")).unwrap();
    let (_, err) = desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert!(err.contains("corpus/2019: can't be read now"), "{err}");
    assert_eq!(titles(&desk).len(), 4);
    desk.run(&["reindex", "corpus"]).exits(0);
    assert_eq!(titles(&desk).len(), 4);
    desk.run(&["verify", "--sample", "20"]).exits(0);
    // The folder is gone for good, with one of four articles.
    fs::remove_file(desk.path("corpus/2019")).unwrap();
    desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert_eq!(titles(&desk).len(), 3);
}

#[test]
fn a_folder_that_is_empty_or_half_gone_is_not_pruned_without_yes() {
    let desk = three(["甲", "乙", "丙"]);
    fs::rename(desk.path("corpus"), desk.path("unmounted")).unwrap();
    fs::create_dir(desk.path("corpus")).unwrap();
    for command in ["index", "reindex"] {
        let (_, err) = desk.run(&[command, "corpus", "--prune"]).exits(2);
        assert!(err.contains("is it mounted?") && err.contains("--yes"), "{err}");
        assert_eq!(titles(&desk).len(), 3);
    }
    fs::copy(desk.path("unmounted/甲.json"), desk.path("corpus/甲.json")).unwrap();
    desk.write("corpus/丁.json", page("丁"));
    let (_, err) = desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert_eq!(titles(&desk), ["丁", "甲"], "{err}");
    fs::remove_file(desk.path("corpus/丁.json")).unwrap();
    fs::remove_file(desk.path("corpus/甲.json")).unwrap();
    desk.write("corpus/戊.txt", "");
    let (_, err) = desk.run(&["index", "corpus", "--prune"]).exits(2);
    assert!(err.contains("2 of its 2 articles"), "{err}");
    desk.run(&["index", "corpus", "--prune", "--yes"]).exits(0);
    assert_eq!(titles(&desk), [""; 0]);
}

/// A disk that is not mounted leaves an empty folder, anywhere below a root.
#[test]
fn what_was_below_a_folder_that_is_empty_now_is_kept() {
    let desk = Desk::new();
    for name in ["2019/a", "2019/b/c", "2020/d", "2020/e", "2021/f"] {
        desk.write(&format!("corpus/{name}.json"), page(name));
    }
    desk.run(&["index", "corpus"]).exits(0);
    let all = ["2019/a", "2019/b/c", "2020/d", "2020/e", "2021/f"];
    assert_eq!(titles(&desk), all);
    fs::remove_dir_all(desk.path("corpus/2019")).unwrap();
    fs::create_dir(desk.path("corpus/2019")).unwrap();
    for command in [&["index", "corpus", "--prune"][..], &["reindex", "corpus"], &["index", "corpus", "--prune"]] {
        let (_, err) = desk.run(command).exits(0);
        assert!(err.contains("corpus/2019: the folder is empty") && err.contains("2 articles"), "{command:?}: {err}");
        assert!(err.contains("is it mounted?") && err.contains("--yes"), "{command:?}: {err}");
        assert_eq!(titles(&desk), all, "{command:?}");
        desk.run(&["verify", "--sample", "20"]).exits(0);
    }
    // A folder that holds something else, and one that is gone: its files are gone too.
    desk.write("corpus/2019/g.json", page("2019/g"));
    fs::remove_dir_all(desk.path("corpus/2021")).unwrap();
    desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert_eq!(titles(&desk), ["2019/g", "2020/d", "2020/e"]);
    fs::remove_file(desk.path("corpus/2019/g.json")).unwrap();
    desk.run(&["index", "corpus", "--prune"]).exits(0);
    assert_eq!(titles(&desk), ["2019/g", "2020/d", "2020/e"]);
    desk.run(&["index", "corpus", "--prune", "--yes"]).exits(0);
    assert_eq!(titles(&desk), ["2020/d", "2020/e"]);
    is_as_built_anew(&desk, "corpus");
}

/// A change of what stands at a path: its name, whether it was a folder, and what takes its place.
#[cfg(unix)]
type Replacement = (&'static str, bool, fn(&std::path::Path));

#[cfg(unix)]
#[test]
fn what_a_thing_without_an_article_has_taken_the_place_of_is_kept() {
    let replacements: [Replacement; 5] = [
        ("pipe.json", false, |path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success())),
        ("device.json", false, |path| std::os::unix::fs::symlink("/dev/null", path).unwrap()),
        ("empty", true, |path| fs::write(path, "").unwrap()),
        ("nul", true, |path| fs::write(path, [0; 900]).unwrap()),
        ("socket/deep", true, |path| drop(std::os::unix::net::UnixListener::bind(path).unwrap())),
    ];
    let desk = Desk::new();
    let file = |name: &str, is_folder: bool| if is_folder { format!("{name}/a.json") } else { name.to_string() };
    for (name, is_folder, _) in replacements {
        desk.write(&format!("corpus/{}", file(name, is_folder)), page(name));
    }
    desk.write("corpus/b.json", page("b")).run(&["index", "corpus"]).exits(0);
    let before = titles(&desk);
    for (name, is_folder, replace) in replacements {
        let path = desk.path(&format!("corpus/{name}"));
        if is_folder {
            fs::remove_dir_all(&path).unwrap()
        } else {
            fs::remove_file(&path).unwrap()
        }
        replace(&path);
    }
    for command in
        [&["index", "corpus", "--prune", "--yes"][..], &["reindex", "corpus"], &["index", "corpus", "--prune"]]
    {
        let (_, err) = desk.run(command).exits(0);
        assert_eq!(titles(&desk), before, "{command:?}: {err}");
        for (name, ..) in replacements {
            assert!(
                err.contains(&format!("corpus/{name}: can't be read now; its articles are kept (1)")),
                "{name}: {err}"
            );
        }
        desk.run(&["verify", "--sample", "20"]).exits(0);
    }
    // A file with an article in it has taken the place of the folder.
    desk.write("corpus/empty", page("c"));
    for (name, ..) in replacements.into_iter().filter(|(name, ..)| *name != "empty") {
        fs::remove_file(desk.path(&format!("corpus/{name}"))).unwrap();
    }
    desk.run(&["index", "corpus", "--prune", "--yes"]).exits(0);
    assert_eq!(titles(&desk), ["b", "c"]);
    is_as_built_anew(&desk, "corpus");
}

/// Another form of a page is read, and takes nothing away.
#[test]
fn a_form_of_a_snapshot_that_is_empty_now_is_kept() {
    let html = |text: &str| format!("<h1>{text}</h1><p>工会的{text}，这一页有两句话。记者在现场看到{text}。</p>");
    let desk = Desk::new();
    let index = "{\"url\":\"http://h.example/1\",\"timestamp\":\"1700000000\"}";
    desk.write("a/1700000000/index.json", index).write("a/b.json", page("b"));
    desk.write("a/1700000000/singlefile.html", html("快照的一页")).run(&["index", "a"]).exits(0);
    desk.write("a/1700000000/singlefile.html", "").write("a/1700000000/output.html", html("文档树的一页"));
    for command in [&["index", "a", "--prune"][..], &["reindex", "a"], &["index", "a", "--prune"]] {
        let (_, err) = desk.run(command).exits(0);
        assert!(err.contains("singlefile.html: can't be read now; its articles are kept (1)"), "{command:?}: {err}");
        assert_eq!(titles(&desk), ["b", "快照的一页", "文档树的一页"], "{command:?}: {err}");
    }
    // Once it can be read again, or is gone, there is one form.
    desk.write("a/1700000000/singlefile.html", html("快照的一页")).run(&["index", "a", "--prune"]).exits(0);
    assert_eq!(titles(&desk), ["b", "快照的一页"]);
    fs::remove_file(desk.path("a/1700000000/singlefile.html")).unwrap();
    desk.run(&["index", "a", "--prune"]).exits(0);
    assert_eq!(titles(&desk), ["b", "文档树的一页"]);
    is_as_built_anew(&desk, "a");
}

#[test]
fn roots_are_named_listed_and_moved() {
    let desk = three(["甲", "乙", "丙"]);
    let first = id(&desk, "甲");
    desk.write("other/corpus/a.json", page("别的"));
    let (_, err) = desk.run(&["index", "other/corpus"]).exits(2);
    assert!(err.contains("roots move corpus") && err.contains("--root-name"), "{err}");
    desk.run(&["index", "other/corpus", "--root-name", "别处"]).exits(0);
    let (_, err) = desk.run(&["index", "."]).exits(2);
    assert!(err.contains("encloses the root") && err.contains("gongxun reindex ."), "{err}");
    let (out, _) = desk.run(&["roots"]).exits(0);
    assert!(out.contains("corpus\t") && out.contains("3 files, 3 articles") && out.contains("别处\t"), "{out}");

    fs::rename(desk.path("corpus"), desk.path("moved")).unwrap();
    let (out, _) = desk.run(&["roots", "--json"]).exits(0);
    let rows: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&rows[0]["name"], &rows[0]["there"], &rows[0]["articles"]),
        (&json!("corpus"), &json!(false), &json!(3))
    );
    desk.run(&["roots", "move", "nobody", "moved"]).exits(2);
    let (_, err) = desk.run(&["roots", "move", "corpus", "index"]).exits(2);
    assert!(err.contains("inside the index folder"), "{err}");
    desk.run(&["roots", "move", "corpus", "moved"]).exits(0);
    let (_, err) = desk.run(&["index", "moved", "--prune"]).exits(0);
    assert!(err.contains("0 new + 0 changed + 3 unchanged"), "{err}");
    assert_eq!(id(&desk, "甲"), first);
    // A new generation of the folder above assigns all names anew.
    desk.run(&["reindex", "."]).exits(0);
    assert_eq!(titles(&desk).len(), 4);
    let origins: BTreeSet<String> = export(&desk).iter().map(|a| a["origin"].as_str().unwrap().to_string()).collect();
    assert!(
        origins.iter().all(|origin| origin.contains("/moved/") || origin.contains("/other/corpus/")),
        "{origins:?}"
    );
    desk.run(&["verify", "--sample", "20"]).exits(0);
}

#[test]
fn a_rollback_keeps_where_the_roots_are_now() {
    let desk = three(["甲", "乙", "丙"]);
    let ids = |desk: &Desk| export(desk).iter().map(|a| a["id"].to_string()).collect::<BTreeSet<String>>();
    let before = ids(&desk);
    desk.run(&["reindex", "corpus"]).exits(0);
    fs::rename(desk.path("corpus"), desk.path("moved")).unwrap();
    desk.run(&["roots", "move", "corpus", "moved"]).exits(0);
    desk.run(&["rollback"]).exits(0);
    let (_, err) = desk.run(&["index", "moved", "--prune"]).exits(0);
    assert!(err.contains("0 new + 0 changed + 3 unchanged"), "{err}");
    assert_eq!(ids(&desk), before);
}

#[test]
fn pages_without_an_article_stay_by_the_rule_of_articles() {
    let list: String = (1..30).map(|n| format!("<li><a href='/{n}.html'>频道的第{n}条消息标题</a></li>")).collect();
    let list =
        format!("<html><head><meta charset='utf-8'><title>频道</title></head><body><ul>{list}</ul></body></html>");
    let found = |desk: &Desk| {
        let (out, _) = desk.run(&["search", "整页:\"频道的第7条消息标题\"", "--format", "json"]).output();
        serde_json::from_str::<Value>(&out).unwrap()["page_total"].as_u64().unwrap_or(0)
    };
    for (content, stays) in [("", 1), ("\0\0\0\0", 1), ("<p>没有链接的另一页，只有这一句。</p>", 0)] {
        for command in ["index", "reindex"] {
            let desk = Desk::new();
            desk.write("a/甲.json", page("甲")).write("a/list.html", &list);
            desk.run(&["index", "a"]).exits(0);
            assert_eq!(found(&desk), 1);
            desk.write("a/list.html", content);
            desk.run(&[command, "a"]).exits(0);
            assert_eq!(found(&desk), stays, "{content:?} {command}");
            desk.run(&["verify", "--sample", "10"]).exits(0);
            // When it can be read again, it stands once.
            desk.write("a/list.html", &list);
            desk.run(&["index", "a"]).exits(0);
            assert_eq!(found(&desk), 1, "{content:?} {command}");
            fs::remove_file(desk.path("a/list.html")).unwrap();
            let (_, err) = desk.run(&["index", "a", "--prune"]).exits(0);
            assert!(err.contains("; 1 page without an article removed"), "{err}");
            assert_eq!(found(&desk), 0, "{content:?} {command}");
            if command == "reindex" {
                let (_, err) = desk.run(&["rollback", "--dry-run"]).exits(0);
                assert!(err.contains("pages without an article: 0 lost, 1 regained"), "{err}");
                assert!(err.contains("1 article, 1 page without an article, current since"), "{err}");
            }
        }
    }
    // In a new generation those of other folders, and those of standard input, are carried over.
    let desk = Desk::new();
    desk.write("a/甲.json", page("甲")).write("b/乙.json", page("乙")).write("b/list.html", &list);
    desk.run(&["index", "a", "b"]).exits(0);
    for command in [&["reindex", "a"][..], &["index", "a", "b"], &["reindex", "b"], &["reindex", "a", "b"]] {
        desk.run(command).exits(0);
        assert_eq!(found(&desk), 1, "{command:?}");
        desk.run(&["verify", "--sample", "10"]).exits(0);
    }
    let desk = Desk::new();
    desk.run(&["index", "-"]).input(&list).exits(0);
    desk.run(&["index", "-"]).input("{\"id\": \"7\", \"title\": \"一篇\", \"body\": \"正文一句。\"}\n").exits(0);
    assert_eq!(found(&desk), 1);
    desk.write("a/甲.json", page("甲")).run(&["reindex", "a"]).exits(0);
    assert_eq!(found(&desk), 1);
    // With commits in between, and standard input read again.
    for inputs in [["a", "-"], ["-", "a"]] {
        let more = "{\"id\": \"8\", \"title\": \"另一篇\", \"body\": \"另一句正文。\"}\n";
        desk.run(&["reindex", inputs[0], inputs[1], "--commit-mb", "0.00001"]).input(more).exits(0);
        assert_eq!(found(&desk), 1, "{inputs:?}");
    }
}

#[test]
fn a_page_beside_a_snapshot_without_a_form_is_carried_over_once() {
    let desk = Desk::new();
    let index = "{\"url\":\"http://h.example/1\",\"timestamp\":\"1700000000\"}";
    desk.write("a/1700000000/index.json", index).write("a/1700000000/mine.json", page("甲"));
    desk.write(
        "a/1700000000/singlefile.html",
        "<h1>快照的一页</h1><p>工会的正文，这一页有两句话。记者在现场看到。</p>",
    );
    desk.run(&["index", "a"]).exits(0);
    let before = titles(&desk);
    assert_eq!(before.len(), 2);
    desk.write("a/1700000000/singlefile.html", "");
    for command in ["reindex", "index", "reindex"] {
        desk.run(&[command, "a"]).exits(0);
        assert_eq!(titles(&desk), before, "{command}");
    }
    desk.run(&["verify", "--sample", "10"]).exits(0);
}

#[test]
fn a_crawl_that_comes_into_an_archive_file_removes_nothing() {
    let desk = Desk::new();
    let json = |title: &str| page(title);
    let (p, q, r) = (json("甲"), json("乙"), json("丙"));
    let mut members: Vec<(&str, &[u8])> = vec![
        ("p.json", p.as_bytes()),
        ("pages/q.json", q.as_bytes()),
        ("sub/r.json", r.as_bytes()),
        ("datapackage.json", b"{}"),
    ];
    desk.write("a/z.zip", packed::zip(&members));
    desk.run(&["index", "a"]).exits(0);
    let before = titles(&desk);
    assert_eq!(before.len(), 3);
    members.push(("archive/c.warc.gz", b""));
    desk.write("a/z.zip", packed::zip(&members));
    desk.run(&["index", "a"]).exits(0);
    assert_eq!(titles(&desk), before);
}
