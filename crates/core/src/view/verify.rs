//! What a verification found, as a person reads it.

use std::fmt::Write as _;

use super::{clean, width};
use crate::verify::{Contract, Report, Side};

/// One finding a line, the worst in full.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let files = &report.files;
    let _ = writeln!(out, "files       {} read, {:.1} MB", files.files, files.bytes as f64 / 1e6);
    for damage in &files.damaged {
        let _ = writeln!(out, "DAMAGED     {}: {}", clean::line(&damage.path.to_string_lossy()), damage.what);
    }
    if let Some(contract) = &report.contract {
        let counts = &report.counts;
        let _ = writeln!(
            out,
            "counts      {} documents, {} stored articles, {} ids, {} in the manifest",
            counts.documents, counts.stored, counts.ids, counts.manifest
        );
        for problem in &counts.problems {
            let _ = writeln!(out, "WRONG       {}", clean::line(problem));
        }
        out.push_str(&self::contract(contract));
    }
    let verdict = if report.is_sound() { "sound" } else { "NOT SOUND" };
    let _ = writeln!(out, "{verdict}: generation {}, commit {}", report.generation, report.commit);
    clean::text(&out).into_owned()
}

/// The figures of the recall contract as a table.
pub fn contract(contract: &Contract) -> String {
    let mut out = String::new();
    let mut table = |title: &str, kinds: &std::collections::BTreeMap<crate::verify::Kind, crate::verify::Figures>| {
        if kinds.is_empty() {
            return;
        }
        let _ = writeln!(
            out,
            "{} {:>9} {:>14} {:>10} {:>9} {:>9}",
            width::pad(title, 36),
            "tried",
            "found exactly",
            "hits",
            "missing",
            "false"
        );
        for (kind, f) in kinds {
            let share = if f.strings == 0 { 100.0 } else { f.exact as f64 * 100.0 / f.strings as f64 };
            let _ = writeln!(
                out,
                "  {} {:>9} {:>12.2} % {:>10} {:>9} {:>9}",
                width::pad(kind.name(), 34),
                f.strings,
                share,
                f.hits,
                f.missing,
                f.wrong
            );
        }
    };
    table("strings against a plain scan", &contract.kinds);
    table("every article by strings of its own", &contract.own);
    for failure in &contract.failures {
        let side = if failure.side == Side::Missing { "not found by" } else { "found, without it, by" };
        let _ = writeln!(out, "WRONG       {} {side} \"{}\"", failure.id, failure.string);
    }
    out
}
