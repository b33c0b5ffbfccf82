//! `extract --explain`: the part of each line of a page, and the reason.

use std::io::{BufWriter, Write as _};
use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;

use super::args::Format;
use super::outcome::Outcome;
use anyhow::bail;
use gongxun_core::view::clean;
use gongxun_ingest::archive;
use gongxun_ingest::extract::{Explanation, explain};
use gongxun_ingest::ingest::Options;

/// Prints the parts of the lines of each record in the options' inputs.
pub fn print(options: &Options<'_>, format: Format) -> anyhow::Result<Outcome> {
    if !matches!(format, Format::Text | Format::Json | Format::Jsonl) {
        bail!("--explain prints text, json or jsonl");
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    let inputs = archive::inputs(&options.paths, &options.root, &options.limits, &mut |rejection| {
        eprintln!("rejected: {}", clean::line(&rejection.to_string()));
    })?;
    let mut printed = 0u64;
    let mut failed: Option<std::io::Error> = None;
    for input in inputs {
        let flow = archive::read(&input, &options.limits, &AtomicU64::new(0), &mut |record| {
            match record.and_then(|record| explain(&record, &options.extract)) {
                Ok(explanation) => {
                    printed += 1;
                    failed = write(&mut out, &explanation, format).err();
                }
                Err(rejection) => eprintln!("rejected: {}", clean::line(&rejection.to_string())),
            }
            if failed.is_some() || options.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if flow.is_break() {
            break;
        }
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    out.flush()?;
    Ok(if printed == 0 { Outcome::Nothing } else { Outcome::Found })
}

fn write(out: &mut impl std::io::Write, explanation: &Explanation, format: Format) -> std::io::Result<()> {
    match format {
        Format::Json => return writeln!(out, "{}", serde_json::to_string_pretty(explanation).unwrap_or_default()),
        Format::Text => {}
        _ => return writeln!(out, "{}", serde_json::to_string(explanation).unwrap_or_default()),
    }
    let article = &explanation.article;
    writeln!(out, "{}: {}", clean::line(&article.origin), clean::line(&article.title))?;
    for line in &explanation.lines {
        let block = line.block.map(|block| serde_json::to_value(block).unwrap_or_default());
        let part = match block.as_ref().and_then(|block| block.as_str()) {
            Some(block) => format!("{} {block}", line.part),
            None => line.part.to_string(),
        };
        writeln!(out, "{:>5}  {part:<14}  {}  [{}]", line.line, clean::line(&line.text.replace('\t', "｜")), line.why)?;
    }
    writeln!(out)
}
