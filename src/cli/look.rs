//! `show`, `stats`, `segment` and the like: looks at what is there.

use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;

use super::args::{Args, SegmentArgs, StyleArg};
use super::explore::no_article;
use super::outcome::Outcome;
use super::output::print;
use gongxun_core::article::{Article, ArticleId, Date};
use gongxun_core::error::Error;
use gongxun_core::index::{Snapshot, Stats};
use gongxun_core::verify::{self, Extent};
use gongxun_core::view;
use gongxun_text::fold::fold;
use gongxun_text::segment::{Hmm, Segmenter};

/// `show`
pub fn show(index: &Path, id: &str, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let Some(address) = snapshot.find(&ArticleId(id.to_string()))? else {
        return no_article(index, id);
    };
    let article = snapshot.whole(address)?;
    if json {
        print(&(serde_json::to_string(&article)? + "\n"))?;
    } else {
        print(&view::article::text(&article))?;
    }
    Ok(Outcome::Found)
}

/// `cite`
pub fn cite(index: &Path, ids: &[String], style: Option<StyleArg>) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let mut articles = Vec::new();
    for id in ids {
        match snapshot.find(&ArticleId(id.clone()))? {
            Some(address) => articles.push(snapshot.article(address)?),
            None => return no_article(index, id),
        }
    }
    let articles: Vec<&Article> = articles.iter().collect();
    let cited = Date::now().map(|now| Date { time: None, ..now });
    let text = match style {
        Some(StyleArg::Gbt7714) => view::gbt7714::write(&articles, cited),
        Some(StyleArg::Ris) => view::ris::write(&articles, cited),
        Some(StyleArg::Bibtex) => view::bibtex::write(&articles, cited),
        None => [view::gbt7714::write, view::ris::write, view::bibtex::write].map(|of| of(&articles, cited)).join("\n"),
    };
    print(&text)?;
    Ok(Outcome::Found)
}

/// `stats`
pub fn stats(index: &Path, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let stats = Stats::of(&snapshot)?;
    let text = if json { serde_json::to_string(&stats)? + "\n" } else { view::stats::text(&stats) };
    print(&text)?;
    Ok(Outcome::Found)
}

/// `verify`
pub fn verify(index: &Path, all: bool, sample: usize, seed: u64) -> anyhow::Result<Outcome> {
    let extent = if all { Extent::All } else { Extent::Sample };
    let report = verify::verify(index, verify::Options { sample, extent, seed })?;
    print(&view::verify::text(&report))?;
    Ok(if report.is_sound() { Outcome::Found } else { Outcome::Failed })
}

/// `segment`
pub fn segment(index: &Path, args: SegmentArgs) -> anyhow::Result<Outcome> {
    let segmenter = match &args.dict {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("{}: can't be read", file.display()))?;
            Segmenter::with_user_dict(&text).with_context(|| file.display().to_string())?
        }
        None => match Snapshot::open(index) {
            Ok(snapshot) => snapshot.segmenter()?.clone(),
            Err(Error::NoIndex(_)) => Segmenter::builtin(),
            Err(error) => return Err(error.into()),
        },
    };
    let folded = fold(&args.text.join(" "));
    let mut tokens = Vec::new();
    if args.search {
        segmenter.cut_for_search(&folded, Hmm::On, &mut tokens);
    } else {
        segmenter.cut(&folded, Hmm::On, &mut tokens);
    }
    let words: Vec<&str> = tokens
        .iter()
        .map(|token| &folded[token.start as usize..token.end as usize])
        .filter(|word| !word.trim().is_empty())
        .collect();
    print(&(words.join(" ") + "\n"))?;
    Ok(if words.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

/// `completions`
pub fn completions(shell: clap_complete::Shell) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "gongxun", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Found)
}

/// `man`
pub fn man() -> anyhow::Result<Outcome> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(Outcome::Found)
}
