//! The report of a verification, for people.

use std::fmt::Write as _;

use super::messages::Language;
use super::{clean, width};
use crate::verify::{Contract, Report, Side};

/// Formats a report, one finding a line, the most severe in full.
pub fn text(report: &Report, language: Language) -> String {
    let mut out = String::new();
    let label = |name: &str| width::pad(&language.say(name), 12);
    let files = &report.files;
    let read = format!("{} read, {:.1} MB", files.files, files.bytes as f64 / 1e6);
    let _ = writeln!(out, "{}{}", label("files"), language.say(&read));
    for damage in &files.damaged {
        let path = damage.path.to_string_lossy();
        let _ = writeln!(out, "{}{}: {}", label("DAMAGED"), clean::line(&path), language.say(&damage.what));
    }
    if let Some(contract) = &report.contract {
        let counts = &report.counts;
        let held = format!(
            "{} documents, {} stored articles, {} ids, {} in the manifest",
            counts.documents, counts.stored, counts.ids, counts.manifest
        );
        let _ = writeln!(out, "{}{}", label("counts"), language.say(&held));
        for problem in &counts.problems {
            let _ = writeln!(out, "{}{}", label("WRONG"), clean::line(&language.say(problem)));
        }
        out.push_str(&self::contract(contract, language));
    }
    let verdict = if report.is_sound() { "sound" } else { "NOT SOUND" };
    let verdict = format!("{verdict}: generation {}, commit {}", report.generation, report.commit);
    let _ = writeln!(out, "{}", language.say(&verdict));
    clean::text(&out).into_owned()
}

/// Formats the figures of the recall contract as a table.
pub fn contract(contract: &Contract, language: Language) -> String {
    let mut out = String::new();
    let right = |name: &str, columns: usize| {
        let name = language.say(name);
        " ".repeat(columns.saturating_sub(width::columns(&name))) + &name
    };
    let mut table = |title: &str, kinds: &std::collections::BTreeMap<crate::verify::Kind, crate::verify::Figures>| {
        if kinds.is_empty() {
            return;
        }
        let _ = writeln!(
            out,
            "{} {} {} {} {} {}",
            width::pad(&language.say(title), 36),
            right("tried", 9),
            right("found exactly", 14),
            right("hits", 10),
            right("missing", 9),
            right("false", 9)
        );
        for (kind, f) in kinds {
            let share = if f.strings == 0 { 100.0 } else { f.exact as f64 * 100.0 / f.strings as f64 };
            let _ = writeln!(
                out,
                "  {} {:>9} {:>12.2} % {:>10} {:>9} {:>9}",
                width::pad(&language.say(kind.name()), 34),
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
        let (wrong, side) = (width::pad(&language.say("WRONG"), 12), language.say(side));
        let _ = writeln!(out, "{wrong}{} {side} \"{}\"", failure.id, failure.string);
    }
    out
}
