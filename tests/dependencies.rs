//! Tests the dependencies of the crate: the number of crates in each feature set, and licences that `deny.toml` allows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

/// The most crates that the library alone may have in its tree, itself included; tantivy has 113 of them.
const LIBRARY_ALONE: usize = 125;

/// A feature set, and the crates that it must not pull in.
const WITHOUT: [(&[&str], &[&str]); 3] = [
    (
        &["--no-default-features"],
        &["clap", "anyhow", "indicatif", "html5ever", "flate2", "zip", "tar", "axum", "tokio"],
    ),
    (
        &["--no-default-features", "--features", "ingest"],
        &["clap", "anyhow", "indicatif", "console", "ctrlc", "axum", "tokio"],
    ),
    (&["--no-default-features", "--features", "cli"], &["axum", "tokio", "hyper", "maud", "utoipa"]),
];

#[test]
fn the_library_alone_is_light() {
    let crates = tree(&["--no-default-features"]);
    println!("library alone: {}", crates.len());
    println!("with ingest: {}", tree(&["--no-default-features", "--features", "ingest"]).len());
    println!("program without serve: {}", tree(&["--no-default-features", "--features", "cli"]).len());
    println!("program: {}", tree(&[]).len());
    println!("with engine: {}", tree(&["--features", "engine"]).len());
    assert!(crates.len() <= LIBRARY_ALONE, "{} crates: {:?}", crates.len(), crates.keys());
}

#[test]
fn feature_sets_leave_out_what_they_do_not_need() {
    for (features, unwanted) in WITHOUT {
        let names: BTreeSet<String> = tree(features).into_keys().map(|(name, _)| name).collect();
        for name in unwanted {
            assert!(!names.contains(*name), "{features:?} pulls in {name}");
        }
    }
}

#[test]
fn licences_are_those_that_deny_toml_allows() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    let list = page.split_once("allow = [").and_then(|(_, rest)| rest.split_once(']')).expect("a list of licences").0;
    let allowed: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    let all = tree(&["--all-features"]);
    let wrong: Vec<_> = all.into_iter().filter(|(_, licence)| !is_allowed(licence, &allowed)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn an_expression_is_allowed_when_one_of_its_ways_is() {
    let allowed = BTreeSet::from(["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]);
    let cases = [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
        ("(MIT OR GPL-3.0) AND GPL-3.0", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT AND (Apache-2.0 OR (GPL-3.0 AND MIT))", true),
        ("", false),
    ];
    for (expression, right) in cases {
        assert_eq!(is_allowed(expression, &allowed), right, "{expression}");
    }
}

/// Returns the crates that a feature set is linked with on this platform, by name and version, with the licence of
/// each.
fn tree(features: &[&str]) -> BTreeMap<(String, String), String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--locked", "--offline", "--edges", "normal", "--package", "gongxun", "--prefix", "none"])
        .args(["--format", "{p}|{l}"])
        .args(features)
        .output()
        .expect("cargo tree runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| {
            let (package, licence) = line.split_once('|')?;
            let mut words = package.split(' ');
            let key = (words.next()?.to_string(), words.next()?.to_string());
            Some((key, licence.trim_end_matches(" (*)").to_string()))
        })
        .collect()
}

/// Whether an SPDX expression can be met by allowed licences alone: `AND` binds closer than `OR`, as the norm has it.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.trim();
    if let Some(parts) = split(expression, " OR ").or_else(|| split(expression, "/")) {
        return parts.iter().any(|part| is_allowed(part, allowed));
    }
    if let Some(parts) = split(expression, " AND ") {
        return parts.iter().all(|part| is_allowed(part, allowed));
    }
    match expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => is_allowed(inner, allowed),
        None => allowed.contains(expression),
    }
}

/// Returns the parts between `separator` outside of brackets, if there is one.
fn split<'a>(expression: &'a str, separator: &str) -> Option<Vec<&'a str>> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in expression.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && at >= start && expression[at..].starts_with(separator) => {
                parts.push(&expression[start..at]);
                start = at + separator.len();
            }
            _ => {}
        }
    }
    (start > 0).then(|| {
        parts.push(&expression[start..]);
        parts
    })
}
