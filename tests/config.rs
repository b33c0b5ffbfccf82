//! `gongxun.toml` in the index folder: what it sets holds for every reader and writer of the index, and the file stays its
//! owner's.

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

const ARTICLES: &str = concat!(
    "{\"id\":\"1\",\"headline\":\"岑溪城桂花节开幕\",\"body\":\"岑溪城的桂花节昨日开幕，游客一千。\"}\n",
    "{\"id\":\"2\",\"headline\":\"岑溪城办赏桂会\",\"body\":\"赏桂会在岑溪城举办，工会到场。\"}\n"
);
const CONFIG: &str =
    "dictionary = \"words.txt\"\nsynonyms = \"synonyms.tsv\"\nlanguage = \"zh\"\n\n[fields]\ntitle = \"headline\"\n";

/// Returns a desk with two articles, and an index folder that holds only its owner's files.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("archive/a.jsonl", ARTICLES).write("index/gongxun.toml", CONFIG);
    desk.write("index/words.txt", "岑溪城\n").write("index/synonyms.tsv", "flowers\t桂花节\t赏桂会\n");
    desk
}

fn read(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.path(name)).unwrap()
}

#[test]
fn what_it_sets_holds_for_the_whole_index() {
    let desk = desk();
    let (_, err) = desk.run(&["index", "archive"]).exits(0);
    assert!(err.contains("2 条记录"), "{err}");
    let (out, _) = desk.run(&["segment", "岑溪城桂花节"]).exits(0);
    assert!(out.contains("岑溪城"), "{out}");
    let (out, err) = desk.run(&["search", "桂花节", "--lang", "en"]).exits(0);
    assert!(out.contains("岑溪城办«赏桂会»") && err.contains("also finds 赏桂会"), "{out}{err}");
    // Whatever folder it is read from, and in a copy that has the record alone.
    desk.run(&["snapshot", "copy"]).exits(0);
    assert!(!desk.path("copy/gongxun.toml").exists());
    let (out, err) = desk.run(&["search", "桂花节", "--index", "copy"]).exits(0);
    assert!(out.contains("«赏桂会»") && err.contains("also finds 赏桂会"), "{out}{err}");
    // The names of fields hold for files that come later, from whoever adds them.
    desk.write("archive/b.jsonl", "{\"id\":\"3\",\"headline\":\"桂花节闭幕\",\"body\":\"桂花节落幕了，明年再见。\"}\n");
    for index in ["index", "copy"] {
        desk.run(&["index", "archive", "--index", index]).exits(0);
        let (out, _) = desk.run(&["search", "title:闭幕", "--index", index]).exits(0);
        assert!(out.contains("桂花节«闭幕»"), "{out}");
    }
    let (_, err) = desk.run(&["index", "archive", "--map", "title=name", "--lang", "en"]).exits(2);
    assert!(err.contains("title=headline; leave out --map"), "{err}");
    desk.run(&["index", "archive", "--map", "title=headline"]).exits(0);
}

#[test]
fn a_field_that_is_none_is_refused_on_the_command_line_too() {
    let desk = desk();
    for args in [&["index", "archive"][..], &["reindex", "archive"], &["extract", "archive"]] {
        for (map, field) in [("titel=headline", "titel"), ("title=headline,=name", ""), ("Title=headline", "Title")] {
            let args = [args, &["--map", map, "--lang", "en"]].concat();
            let (out, err) = desk.run(&args).exits(2);
            let expect = match field {
                "" => "--map =name: write FIELD=NAME".to_string(),
                field => format!("--map {field}=headline: {field} is not a field; the fields are id, title, date, "),
            };
            assert!(out.is_empty() && err.contains(&expect), "{args:?}: {err}");
        }
    }
    let (_, err) = desk.run(&["extract", "archive", "--map", "titel=headline", "--lang", "zh"]).exits(2);
    assert!(err.contains("--map titel=headline：没有字段 titel；字段有 id, title"), "{err}");
    let (out, _) = desk.run(&["extract", "archive", "--map", "title = headline"]).exits(0);
    assert!(out.contains("岑溪城桂花节开幕"), "{out}");
}

#[test]
fn who_differs_from_the_record_is_told_and_shown_the_way_out() {
    let desk = desk();
    desk.write("index/gongxun.toml", CONFIG.replace("language = \"zh\"\n", ""));
    desk.run(&["index", "archive"]).exits(0);
    // Synonyms: a note, and the record holds until a writer takes them in.
    desk.write("index/synonyms.tsv", "flowers\t桂花节\t游园会\n");
    let (out, err) = desk.run(&["search", "桂花节"]).exits(0);
    assert!(out.contains("«赏桂会»") && err.contains("`gongxun index PATH…` takes them in"), "{out}{err}");
    desk.run(&["index", "archive"]).exits(0);
    let (out, err) = desk.run(&["search", "桂花节"]).exits(0);
    assert!(!out.contains("«赏桂会»") && !err.contains("gongxun.toml"), "{out}{err}");
    // A dictionary: writers are refused, searches go by the one of the index, and reindex builds with the new one.
    desk.write("index/words.txt", "岑溪\n");
    let (_, err) = desk.run(&["index", "archive"]).exits(2);
    assert!(
        err.contains("gongxun.toml: the index was built with another dictionary") && err.contains("reindex"),
        "{err}"
    );
    let (_, err) = desk.run(&["search", "桂花节"]).exits(0);
    assert!(err.contains("note: ") && err.contains("`gongxun reindex PATH…` builds one with yours"), "{err}");
    desk.write("other.txt", "桂花节\n");
    let (_, err) = desk.run(&["reindex", "archive", "--dict", "other.txt"]).exits(2);
    assert!(err.contains("leave out --dict"), "{err}");
    desk.run(&["reindex", "archive"]).exits(0);
    let (_, err) = desk.run(&["search", "桂花节"]).exits(0);
    assert!(!err.contains("gongxun.toml"), "{err}");
    desk.run(&["index", "archive"]).exits(0);
}

#[test]
fn the_file_stays_its_owners() {
    let desk = desk();
    desk.run(&["index", "archive"]).exits(0);
    desk.run(&["reindex", "archive", "--keep", "0"]).exits(0);
    desk.run(&["reindex", "archive", "--keep", "0"]).exits(0);
    desk.run(&["delete", "--query", "赏桂会", "--yes", "--purge"]).exits(0);
    for (name, content) in
        [("gongxun.toml", CONFIG), ("words.txt", "岑溪城\n"), ("synonyms.tsv", "flowers\t桂花节\t赏桂会\n")]
    {
        assert_eq!(read(&desk, &format!("index/{name}")), content);
    }
    // A purge rewrites the index with what was recorded.
    let (_, err) = desk.run(&["search", "桂花节", "--lang", "en"]).exits(0);
    assert!(err.contains("also finds 赏桂会"), "{err}");
    // A folder without it that holds other things is no place for an index.
    let foreign = Desk::new();
    foreign.write("index/words.txt", "岑溪城\n").write("archive/a.jsonl", ARTICLES);
    let (_, err) = foreign.run(&["index", "archive"]).exits(2);
    assert!(err.contains("this folder is not an index"), "{err}");
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    let desk = desk();
    desk.run(&["index", "archive"]).exits(0);
    for (content, expect) in [
        ("dictionary = \n", "gongxun.toml, line 1: "),
        ("\n\nsynonims = \"synonyms.tsv\"\n", "gongxun.toml, line 3: unknown key synonims"),
        ("language = \"fr\"\n", "gongxun.toml, line 1: \"fr\" is not a language of messages"),
        ("[fields]\ntitel = \"headline\"\n", "gongxun.toml, line 2: titel is not a field"),
        ("synonyms = \"nowhere.tsv\"\n", "nowhere.tsv: "),
    ] {
        desk.write("index/gongxun.toml", content);
        for args in [&["search", "桂花节"][..], &["index", "archive"], &["reindex", "archive"], &["timeline", "桂花节"]]
        {
            let (out, err) = desk.run(args).exits(2);
            assert!(out.is_empty() && err.contains(expect), "{args:?}: {err}");
        }
    }
    desk.write("index/gongxun.toml", b"language = \"zh\"\n# \xb9\xa4\n");
    let (_, err) = desk.run(&["search", "桂花节"]).exits(2);
    assert!(err.contains("gongxun.toml, line 2: not UTF-8"), "{err}");
    // The files that it names are in UTF-8 too, with or without a byte order mark.
    for (key, name) in [("dictionary", "words.txt"), ("synonyms", "synonyms.tsv")] {
        desk.write("index/gongxun.toml", format!("{key} = \"{name}\"\n"));
        desk.write(&format!("index/{name}"), b"\n\xb9\xa4\xbb\xe1\n");
        let (_, err) = desk.run(&["reindex", "archive"]).exits(2);
        assert!(err.contains(&format!("{name}, line 2: not UTF-8; save the file in UTF-8")), "{err}");
    }
    desk.write("index/gongxun.toml", "\u{FEFF}synonyms = \"synonyms.tsv\"\n");
    desk.write("index/synonyms.tsv", "\u{FEFF}flowers\t桂花节\t赏桂会\n");
    desk.run(&["reindex", "archive"]).exits(0);
}
