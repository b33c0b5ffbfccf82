//! Tests the structure of the sources against docs/ARCHITECTURE.md: the order of modules inside each crate, no circular
//! imports of files, crates that only their owners name, no I/O in pure modules, and an accurate map.

#[path = "support/house/mod.rs"]
#[allow(dead_code, reason = "each test that takes it in uses a part of it")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use support::{Crate, Edges, circles};

/// A crate of the workspace: its folder, and its layers from the lowest to the highest. A module here is a folder or file
/// right below `src`; it may use the modules of its own layer and of those before.
struct Member {
    name: &'static str,
    folder: &'static str,
    layers: &'static [&'static [&'static str]],
}

const MEMBERS: [Member; 6] = [
    Member {
        name: "gongxun-text",
        folder: "crates/text/src",
        layers: &[
            &["random", "report", "fold", "strings", "pinyin", "function_words", "lexicon", "charset"],
            &["segment"],
            &["compound", "words", "synonyms", "repair"],
        ],
    },
    Member {
        name: "gongxun-core",
        folder: "crates/core/src",
        layers: &[
            &["date", "article", "error", "named_file", "control"],
            &["query"],
            &["reprint"],
            &["index"],
            &["search"],
            &["verify", "view"],
        ],
    },
    Member { name: "gongxun-ingest", folder: "crates/ingest/src", layers: &[&["archive"], &["extract"], &["ingest"]] },
    Member {
        name: "gongxun-server",
        folder: "crates/server/src",
        layers: &[
            &["language", "settings", "problem", "assets", "metrics"],
            &["conditions"],
            &["archive"],
            &["params", "guard"],
            &["api", "page"],
            &["router"],
            &["net"],
        ],
    },
    Member {
        name: "gongxun-engine",
        folder: "crates/engine/src",
        layers: &[
            &["settings", "error", "tokens"],
            &["http", "mapping"],
            &["document", "search", "admin", "stored"],
            &["manifest", "bulk", "lower", "local"],
            &["push", "release", "statistics", "found", "pages"],
            &["facets", "timeline", "hits"],
            &["archive", "reprints"],
            &["verify"],
        ],
    },
    Member { name: "gongxun", folder: "src", layers: &[&["snapshot", "writer"], &["index"], &["ingest"], &["cli"]] },
];

/// Crates that only some modules may name; `*` stands for a whole crate of ours.
const OWNERS: [(&str, &[&str]); 11] = [
    ("tantivy", &["gongxun-core/index", "gongxun-core/search", "gongxun-core/error"]),
    ("jieba_rs", &["gongxun-text/*"]),
    ("rayon", &["gongxun-core/search", "gongxun-ingest/ingest"]),
    ("axum", &["gongxun-server/*"]),
    ("ureq", &["gongxun-engine/http"]),
    ("clap", &["gongxun/cli"]),
    ("anyhow", &["gongxun/cli"]),
    ("indicatif", &["gongxun/cli"]),
    ("plotters", &["gongxun/cli"]),
    ("html5ever", &["gongxun-ingest/extract"]),
    ("flate2", &["gongxun-ingest/archive"]),
];

/// Names that modules without I/O may not use.
const IO: [&str; 6] = ["std::fs", "std::net", "std::env", "std::thread", "std::process", "std::time::SystemTime"];
const PURE: [&str; 4] = ["gongxun-text/*", "gongxun-core/query", "gongxun-core/view", "gongxun-ingest/extract"];

#[test]
fn modules_use_those_of_lower_layers_alone() {
    for member in &MEMBERS {
        let wrong = out_of_order(member.layers, &member.read().edges());
        assert!(wrong.is_empty(), "{}: {}", member.name, wrong.join("\n"));
    }
}

#[test]
fn files_take_names_in_one_direction() {
    for member in &MEMBERS {
        let circles = circles(&member.read().edges());
        assert!(circles.is_empty(), "{}: {circles:?}", member.name);
    }
}

#[test]
fn crates_stay_behind_their_owners() {
    for member in &MEMBERS {
        for (file, named) in member.read().named {
            for (name, owners) in OWNERS {
                let ours = owned(owners, member.name, module(&file));
                assert!(!named.contains(name) || ours, "{}/{file} names {name}", member.folder);
            }
        }
    }
}

#[test]
fn pure_modules_do_no_io() {
    for member in &MEMBERS {
        for (file, text) in member.sources() {
            let code: String = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap()
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .collect();
            let pure = owned(&PURE, member.name, module(&file));
            for name in IO {
                assert!(!pure || !code.contains(name), "{}/{file} must not name {name}", member.folder);
            }
        }
    }
}

#[test]
fn modules_of_tantivy_in_use_are_those_of_the_docs() {
    let page = fs::read_to_string(root().join("docs/FORMAT.md")).expect("docs/FORMAT.md");
    let (_, list) = page.split_once("## Dependencies on tantivy's internals\n").expect("a list of dependencies");
    let (list, _) = list.split_once("\nNames at tantivy's root").expect("a table of modules");
    let rows = list.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |"));
    let documented: BTreeSet<String> =
        rows.flat_map(|(names, _)| names.split('`').skip(1).step_by(2)).map(str::to_string).collect();
    let core = MEMBERS.iter().find(|member| member.name == "gongxun-core").unwrap();
    let names = core.sources().into_values().flat_map(|text| names_below("tantivy", &text));
    let used: BTreeSet<String> = names.filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase())).collect();
    assert_eq!(
        documented, used,
        "the modules in docs/FORMAT.md (left) are not those that crates/core/src names (right)"
    );
}

#[test]
fn names_below_a_crate_are_seen_in_every_form() {
    let text = "use tantivy::{DocId, query::{Query, Weight}, store::*};\nuse tantivy::index::Index;\n\
                // tantivy::comment::X\nfn f() { tantivy::version(); my_tantivy::no::X }\nuse tantivy::{\n    schema,\n};";
    let names: Vec<String> = names_below("tantivy", text).into_iter().collect();
    assert_eq!(names, ["DocId", "index", "query", "schema", "store", "version"]);
}

/// Run with `GONGXUN_BLESS=1 cargo test --test house` to write the map anew.
#[test]
fn the_map_of_the_docs_is_true() {
    let path = root().join("docs/ARCHITECTURE.md");
    let page = fs::read_to_string(&path).expect("docs/ARCHITECTURE.md");
    let (begin, end) = ("<!-- map: drawn by tests/house.rs -->\n", "<!-- end of map -->");
    let (before, rest) = page.split_once(begin).expect("docs/ARCHITECTURE.md has a map");
    let (_, after) = rest.split_once(end).expect("the map ends");
    let drawn = format!("{before}{begin}{}{end}{after}", MEMBERS.iter().map(map).collect::<String>());
    if std::env::var_os("GONGXUN_BLESS").is_some() {
        fs::write(&path, drawn).unwrap();
    } else {
        assert!(page == drawn, "the map is not that of the sources: GONGXUN_BLESS=1 cargo test --test house");
    }
}

#[test]
fn a_circle_is_seen_through_what_a_facade_hands_on() {
    let files = [
        ("lib.rs", "pub mod a; pub mod b;"),
        ("a/mod.rs", "mod deep; pub use deep::Deep;"),
        ("a/deep.rs", "use crate::b::Other; pub struct Deep(Other);"),
        ("b.rs", "pub struct Other; fn f() { let _ = crate::a::Deep::new(); }"),
    ];
    assert_eq!(circles(&Crate::parse(files).edges()), [["a/deep.rs", "b.rs"]]);
    let straight =
        [files[0], files[1], files[2], ("b.rs", "pub struct Other; #[cfg(test)] mod tests { use crate::a::Deep; }")];
    assert!(circles(&Crate::parse(straight).edges()).is_empty());
}

#[test]
fn a_module_that_reaches_up_or_is_in_no_layer_is_seen() {
    let files = [("lib.rs", "mod low; mod high;"), ("low.rs", "use crate::high::X;"), ("high.rs", "pub struct X;")];
    let edges = Crate::parse(files).edges();
    assert_eq!(out_of_order(&[&["low"], &["high"]], &edges).len(), 1);
    assert!(out_of_order(&[&["high"], &["low"]], &edges).is_empty());
    assert_eq!(out_of_order(&[&["high"]], &edges).len(), 1);
}

impl Member {
    /// Returns the files below the folder with their text.
    fn sources(&self) -> BTreeMap<String, String> {
        let folder = root().join(self.folder);
        let mut sources = BTreeMap::new();
        collect(&folder, &folder, &mut sources);
        assert!(!sources.is_empty(), "{}: the sources were not found", self.folder);
        sources
    }

    fn read(&self) -> Crate {
        Crate::parse(self.sources().iter().map(|(file, text)| (file.as_str(), text.as_str())))
    }
}

/// Returns the names that a file takes from a module of a higher layer, or from one that is in none.
fn out_of_order(layers: &[&[&str]], edges: &Edges) -> Vec<String> {
    let layer = |file: &str| layers.iter().position(|layer| layer.contains(&module(file)));
    let facade = |file: &str| ["lib.rs", "main.rs"].contains(&file);
    let mut wrong = Vec::new();
    for (file, others) in edges.iter().filter(|(file, _)| !facade(file)) {
        for (other, names) in others.iter().filter(|(other, _)| !facade(other)) {
            match (layer(file), layer(other)) {
                (Some(own), Some(its)) if its <= own => {}
                (Some(_), Some(_)) => {
                    wrong.push(format!("{file} takes {names:?} from {other}, which is in a higher layer"))
                }
                _ => wrong.push(format!("{file} or {other} is in no layer")),
            }
        }
    }
    wrong
}

/// Returns the module that a file is in: the folder or file right below `src`.
fn module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

fn owned(owners: &[&str], member: &str, module: &str) -> bool {
    owners.iter().any(|owner| {
        let (its, which) = owner.split_once('/').unwrap();
        its == member && (which == "*" || which == module)
    })
}

/// Returns the names right below the root of a crate that a source uses, by `use` or by path; comments don't count.
fn names_below(name: &str, text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let first = |path: &str| path.split(|letter: char| !is_part(letter)).next().unwrap_or_default().to_string();
    let mut names = BTreeSet::new();
    let root = format!("{name}::");
    for (at, _) in code.match_indices(&root).filter(|(at, _)| !code[..*at].ends_with(is_part)) {
        let rest = &code[at + root.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(first(rest));
            continue;
        };
        let (mut depth, mut begins) = (0, true);
        for (at, letter) in group.char_indices() {
            if begins && is_part(letter) {
                names.insert(first(&group[at..]));
                begins = false;
            }
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ => {}
            }
        }
    }
    names
}

/// Formats one line for each module: its files, and the modules that it uses.
fn map(member: &Member) -> String {
    let edges = member.read().edges();
    let sources = member.sources();
    let mut text = format!(
        "\n### {} (`{}`)\n\n| module | files | takes names from |\n| --- | --- | --- |\n",
        member.name, member.folder
    );
    for name in member.layers.iter().flat_map(|layer| layer.iter()) {
        let own = |file: &&String| module(file) == *name;
        let files: Vec<&str> =
            sources.keys().filter(own).map(|file| file.strip_prefix(&format!("{name}/")).unwrap_or(file)).collect();
        let others: BTreeSet<&str> = edges
            .iter()
            .filter(|(file, _)| own(file))
            .flat_map(|(_, others)| others.keys())
            .map(|file| module(file))
            .filter(|other| other != name)
            .collect();
        let others: Vec<&str> = others.into_iter().collect();
        writeln!(text, "| {name} | {} | {} |", files.join(", "), others.join(", ")).unwrap();
    }
    text.push('\n');
    text
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Collects every Rust file below `folder` except those with tests alone.
fn collect(folder: &Path, src: &Path, sources: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let tests = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !tests {
            collect(&path, src, sources);
        } else if path.extension().is_some_and(|e| e == "rs") && !tests {
            let name = path.strip_prefix(src).unwrap().to_str().unwrap().replace('\\', "/");
            sources.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}
