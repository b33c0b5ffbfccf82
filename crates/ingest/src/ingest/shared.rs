//! Articles that stand in the archive twice, in an export and in the file that it came of, and in the index once.

use std::path::Path;

use super::plan::{Plan, Planned};
use super::{Options, Sink, run};
use crate::archive::{self, Input};
use gongxun_core::error::Result;
use gongxun_core::index::tombstones::Tombstones;
use gongxun_core::index::{Entry, Writer};

/// Reads the files of a plan again of which articles do not stand in the index under their name. Gives how many came back.
pub fn read_shared(writer: &mut Writer, plan: Plan, tombstones: &Tombstones, options: &Options<'_>) -> Result<u64> {
    let shared = |input: &Input| writer.manifest().get(&input.name).is_some_and(|entry| entry.shared > 0);
    let unchanged = plan.unchanged.into_iter().map(|(input, _)| input);
    let mut inputs: Vec<Input> = plan.inputs.into_iter().map(|planned| planned.input).chain(unchanged).collect();
    // Standard input can't be read twice.
    inputs.retain(|input| shared(input) && input.path != Path::new(archive::STANDARD_INPUT));
    let plan =
        Plan { inputs: inputs.into_iter().map(|input| Planned { input, hash: None }).collect(), ..Plan::default() };
    let snapshot = Some(writer.snapshot()?);
    let mut sink = Sink::new(Some(&mut *writer), snapshot, tombstones, options);
    let finished = run(&plan, options, &mut sink, &mut ());
    let back = sink.report.new;
    writer.commit()?;
    finished.map(|()| back)
}

/// Counts for each file how many of its articles stand in the index under another one; gives the sum.
pub fn count_shared(writer: &mut Writer) -> Result<u64> {
    if writer.manifest().entries().all(|entry| entry.adopted == 0 && entry.shared == 0) {
        return Ok(0);
    }
    let snapshot = writer.snapshot()?;
    let mut changed = Vec::new();
    let mut sum = 0;
    for entry in writer.manifest().entries() {
        let shared = entry.articles.saturating_sub(snapshot.count_of_file(&entry.file)?);
        sum += shared;
        if shared != entry.shared {
            changed.push(Entry { shared, ..entry.clone() });
        }
    }
    changed.into_iter().for_each(|entry| writer.record(entry));
    writer.commit()?;
    Ok(sum)
}
