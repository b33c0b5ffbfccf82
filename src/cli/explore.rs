//! `timeline`, `facets`, `similar`, `why-not`, `complete`: looks at the archive by way of a query or an article.

use std::path::Path;

use anyhow::bail;

use super::args::{QueryArgs, StepArg, WhyNotArgs};
use super::ask::{self, remarks, synonyms};
use super::outcome::Outcome;
use super::output::{print, style};
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::index::Snapshot;
use gongxun_core::query::Query;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Request, similar, suggest, timeline, why_not};
use gongxun_core::view;

/// `timeline`
pub fn timeline(index: &Path, args: &QueryArgs, by: StepArg, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let request = ask::request(&args.query, &args.conditions)?;
    let step = match by {
        StepArg::Day => Step::Day,
        StepArg::Month => Step::Month,
        StepArg::Year => Step::Year,
    };
    let timeline = timeline::timeline(&snapshot, &request, &*synonyms(&args.conditions)?, step)?;
    if json {
        print(&(view::timeline::json(&request.query, &timeline) + "\n"))?;
    } else {
        request.query.notes.iter().for_each(|note| eprintln!("note: {}", note.message));
        timeline.notes.iter().for_each(|note| eprintln!("note: {note}"));
        if timeline.total > 0 {
            print(&view::timeline::chart(&timeline, style()))?;
        }
        eprintln!("{} of {} articles", timeline.total, snapshot.articles());
    }
    Ok(found(timeline.total))
}

/// `facets`
pub fn facets(index: &Path, args: &QueryArgs, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let request = Request { limit: 0, facets: true, ..ask::request(&args.query, &args.conditions)? };
    let results = gongxun_core::search::search(&snapshot, &request, &*synonyms(&args.conditions)?)?;
    if json {
        print(&(view::json::counts(&request.query, &results) + "\n"))?;
    } else {
        remarks(&request, &results);
        eprintln!("{}", view::terminal::summary(&results));
        if let Some(facets) = &results.facets {
            print(&view::terminal::facets(facets, style()))?;
        }
    }
    Ok(found(results.total + results.partial_total))
}

/// `similar`
pub fn similar(index: &Path, id: &str, limit: usize, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let Some(results) = similar::similar(&snapshot, &ArticleId(id.to_string()), limit)? else {
        return no_article(index, id);
    };
    if json {
        let query = Query { text: format!("similar:{id}"), root: None, notes: Vec::new() };
        print(&(view::json::answer(&query, &results) + "\n"))?;
    } else {
        results.notes.iter().for_each(|note| eprintln!("note: {note}"));
        print(&view::terminal::hits(&results, 0, style()))?;
    }
    Ok(found(results.hits.len() as u64))
}

/// `reprints`
pub fn reprints(index: &Path, id: &str, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let id = ArticleId(id.to_string());
    let Some(own) = snapshot.find(&id)? else { return no_article(index, &id.0) };
    let copies = snapshot.copies()?.of(own);
    let copies: Vec<Article> = copies.iter().map(|at| snapshot.article(*at)).collect::<gongxun::Result<_>>()?;
    if json {
        print(&(view::reprints::json(&id, &copies) + "\n"))?;
    } else if copies.is_empty() {
        eprintln!("{id}: no other copy");
    } else {
        print(&view::reprints::text(&copies))?;
    }
    Ok(found(copies.len() as u64))
}

/// `why-not`: the last part is the id, as the query is as many parts as one likes.
pub fn why_not(index: &Path, args: &WhyNotArgs) -> anyhow::Result<Outcome> {
    let Some((id, parts)) = args.query_and_id.split_last() else { bail!("write a query, and an article's id") };
    let snapshot = Snapshot::open(index)?;
    let request = ask::request(parts, &args.conditions)?;
    let Some(answer) = why_not::why_not(&snapshot, &request, &*synonyms(&args.conditions)?, &ArticleId(id.clone()))?
    else {
        return no_article(index, id);
    };
    if args.json {
        print(&(view::why_not::json(&request.query.text, &answer) + "\n"))?;
    } else {
        request.query.notes.iter().for_each(|note| eprintln!("note: {}", note.message));
        print(&view::why_not::text(&answer))?;
    }
    Ok(Outcome::Found)
}

/// `complete`
pub fn complete(index: &Path, prefix: &str, limit: usize, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let words = suggest::complete(&snapshot, prefix, limit)?;
    let text = if json {
        let words: Vec<_> = words
            .iter()
            .map(|completion| serde_json::json!({"word": completion.word, "articles": completion.articles}))
            .collect();
        serde_json::to_string(&words)? + "\n"
    } else {
        words.iter().map(|completion| completion.word.clone() + "\n").collect()
    };
    print(&text)?;
    Ok(found(words.len() as u64))
}

/// What stops a command that was given an id that no article has.
pub fn no_article(index: &Path, id: &str) -> anyhow::Result<Outcome> {
    let hint = if ArticleId::is_valid(id) { "" } else { "; an id is what search prints under each hit" };
    bail!("{id}: no article of this id in {}{hint}", index.display())
}

fn found(count: u64) -> Outcome {
    if count > 0 { Outcome::Found } else { Outcome::Nothing }
}
