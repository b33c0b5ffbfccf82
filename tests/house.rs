//! Holds the map of the house (src/lib.rs): who may import whom, who may name which crate, no circles, no I/O where there
//! must be none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module may import from its own row and from rows above.
const ROWS: [&[&str]; 8] = [
    &["error", "article"],
    &["text"],
    &["query"],
    &["archive", "reprint", "index"],
    &["extract", "search"],
    &["ingest", "verify", "view"],
    &["web"],
    &["cli"],
];

/// Crates that only some modules may name.
const OWNERS: [(&str, &[&str]); 9] = [
    ("tantivy", &["index", "search", "error"]),
    ("jieba_rs", &["text"]),
    ("ferrous_opencc", &["text"]),
    ("rayon", &["ingest"]),
    ("axum", &["web"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("zip", &["archive"]),
    ("indicatif", &["cli"]),
];

/// What modules without I/O may not name.
const IO: [&str; 6] = ["std::fs", "std::net", "std::env", "std::thread", "std::process", "std::time::SystemTime"];
const PURE: [&str; 4] = ["text", "query", "extract", "view"];

#[test]
fn imports_go_up_the_map_only() {
    for (module, imports) in imports() {
        for other in imports {
            assert!(
                row(&other) <= row(&module),
                "{module} imports {other}, which stands below it; move the code up, or the use down"
            );
        }
    }
}

#[test]
fn there_are_no_circles() {
    let imports = imports();
    for start in imports.keys() {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = imports[start].iter().map(String::as_str).collect();
        while let Some(module) = open.pop() {
            assert_ne!(module, start, "{start} imports itself by way of others");
            if seen.insert(module) {
                open.extend(imports.get(module).into_iter().flatten().map(String::as_str));
            }
        }
    }
}

#[test]
fn crates_stay_behind_their_modules() {
    for (path, module, source) in sources() {
        for (name, owners) in OWNERS {
            let named = source.contains(&format!("{name}::")) || source.contains(&format!("use {name};"));
            assert!(!named || owners.contains(&module.as_str()), "{}: names {name}", path.display());
        }
    }
}

#[test]
fn pure_modules_do_no_io() {
    for (path, module, source) in sources().into_iter().filter(|(_, module, _)| PURE.contains(&module.as_str())) {
        for name in IO {
            assert!(!source.contains(name), "{}: {module} must not name {name}", path.display());
        }
    }
}

#[test]
fn every_module_is_on_the_map() {
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for (path, module, _) in sources() {
        assert!(ROWS.iter().any(|row| row.contains(&module.as_str())), "{}: not on the map", path.display());
        assert!(map.contains(&module), "{module} is not on the map in src/lib.rs");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn row(module: &str) -> usize {
    ROWS.iter().position(|row| row.contains(&module)).unwrap_or_else(|| panic!("{module} is not on the map"))
}

/// The top-level modules that each imports, itself left out.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, module, source) in sources() {
        let found = imports.entry(module.clone()).or_default();
        for (at, _) in source.match_indices("crate::") {
            let rest = &source[at + "crate::".len()..];
            if let Some(list) = rest.strip_prefix('{') {
                let list = list.split('}').next().unwrap();
                found.extend(list.split(',').filter_map(name));
            } else {
                found.extend(name(rest));
            }
        }
        found.remove(&module);
    }
    imports
}

/// The module at the beginning of a path, if it is one.
fn name(path: &str) -> Option<String> {
    let name: String = path.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
    ROWS.iter().any(|row| row.contains(&name.as_str())).then_some(name)
}

/// Every source file but lib.rs and main.rs, with its top-level module and its text without tests and comments.
fn sources() -> Vec<(PathBuf, String, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    let mut sources = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&src).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.strip_suffix(".rs").unwrap_or(first).to_string();
        if ["lib", "main"].contains(&module.as_str()) || relative.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        sources.push((path.clone(), module, code.join("\n")));
    }
    assert!(sources.len() > 10, "the sources were not found");
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}
