//! `roots`: the archive's folders that are recorded in the index.

use std::path::Path;

use anyhow::bail;

use super::Outcome;
use super::args::RootsAction;
use super::output::print;
use super::{request, settings};
use gongxun_core::error::Error;
use gongxun_core::index::{Generation, Resources, Root, Snapshot, Writer};
use gongxun_core::view::clean;
use gongxun_ingest::ingest::roots::{move_root, shown};

/// Runs `roots`.
pub fn roots(index: &Path, action: Option<RootsAction>, json: bool) -> anyhow::Result<Outcome> {
    match action {
        Some(RootsAction::Move { name, path }) => moved(index, &name, &path),
        None => list(index, json),
    }
}

fn list(index: &Path, json: bool) -> anyhow::Result<Outcome> {
    let manifest = Snapshot::open(index)?.manifest()?;
    let roots: Vec<(&Root, u64, u64)> = manifest
        .roots()
        .map(|root| {
            let (files, articles) = manifest.below_root(&root.root);
            (root, files, articles)
        })
        .collect();
    let there = |root: &Root| root.path.is_dir();
    if json {
        let rows: Vec<_> = roots
            .iter()
            .map(|(root, files, articles)| {
                serde_json::json!({
                    "name": shown(root), "path": root.path, "files": files, "articles": articles, "there": there(root)
                })
            })
            .collect();
        print(&format!("{}\n", serde_json::Value::Array(rows)))?;
    } else {
        let mut text = String::new();
        for (root, files, articles) in &roots {
            let held = format!("{files} file{}, {}", if *files == 1 { "" } else { "s" }, request::articles(*articles));
            let held = settings::language().say(&held).into_owned();
            let missing =
                if there(root) { String::new() } else { format!("  {}", settings::language().say("(not there now)")) };
            let path = root.path.display();
            let name = clean::line(shown(root));
            let path = path.to_string();
            let path = clean::line(&path);
            text.push_str(&format!("{name}\t{path}\t{held}{missing}\n"));
        }
        print(&text)?;
    }
    Ok(if roots.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

fn moved(index: &Path, name: &str, path: &Path) -> anyhow::Result<Outcome> {
    if Generation::current(index)?.is_none() {
        return Err(Error::NoIndex(index.to_path_buf()).into());
    }
    if !path.is_dir() {
        bail!("{}: no folder here; name the one where the archive is now", path.display());
    }
    let mut writer = Writer::open(index, None, Resources::default().with_threads(1))?;
    let root = move_root(writer.manifest(), index, name, path)?;
    writer.set_root(root.clone());
    writer.finish()?;
    eprintln!("{} is {} now; the ids of its articles stay", shown(&root), root.path.display());
    Ok(Outcome::Found)
}
