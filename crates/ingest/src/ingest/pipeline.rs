//! The pipeline of three stages: one thread reads, all cores extract, the caller receives the results in the order of
//! the inputs.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded};
use rayon::prelude::*;

use super::options::Options;
use super::plan::{Planned, hash_file, reader_version};
use crate::archive::{self, Input, Record};
use crate::extract;
use gongxun_core::article::{Article, Origin};
use gongxun_core::error::{Error, Reason, Rejection, Result};
use gongxun_core::index::records::Class;
use gongxun_core::reprint::Fingerprint;

/// The maximum size of the records of a batch, in bytes (a larger record is a batch of its own).
const BATCH_BYTES: usize = 2 << 20;
/// The maximum number of records of a batch.
const BATCH_RECORDS: usize = 512;
/// The capacity of the queue between two stages, in batches.
const QUEUED_BATCHES: usize = 2;

/// The record that an article was read from.
pub struct Source {
    pub origin: Origin,
    /// Whether it is known to be what was written: see [`Record::verified`].
    pub verified: bool,
}

/// An event for the caller, in the order of the inputs.
pub enum Event {
    Start(usize),
    Article(Source, Box<((Article, Class), Fingerprint)>),
    Rejected(Rejection),
    End { input: usize, hash: Option<String> },
}

enum Raw {
    Start(usize),
    Record(Record),
    Rejected(Rejection),
    End { input: usize, hash: Option<String> },
}

/// Runs the three stages; `visit` is called on this thread. `consumed` counts the bytes read of the files.
pub fn pipeline(
    inputs: &[Planned],
    options: &Options<'_>,
    consumed: &AtomicU64,
    mut visit: impl FnMut(Event) -> Result<()>,
) -> Result<()> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let threads = threads.map_err(|e| Error::Invalid(format!("{} threads can't be started: {e}", options.threads)))?;
    let stop = AtomicBool::new(false);
    let stopped = || stop.load(Ordering::Relaxed) || options.is_stopped();
    std::thread::scope(|scope| {
        let (raw_in, raw_out) = bounded::<Vec<Raw>>(QUEUED_BATCHES);
        let (event_in, event_out) = bounded::<Vec<Event>>(QUEUED_BATCHES);
        scope.spawn(|| read_inputs(inputs, options, consumed, raw_in, &stopped));
        scope.spawn(|| threads.install(|| extract_batches(options, raw_out, event_in)));
        let mut result = Ok(());
        'batches: for batch in &event_out {
            for event in batch {
                result = visit(event);
                if result.is_err() {
                    break 'batches;
                }
            }
            if options.is_stopped() {
                result = Err(Error::Interrupted);
                break;
            }
        }
        // Lets the other stages drain.
        stop.store(true, Ordering::Relaxed);
        drop(event_out);
        if result.is_ok() && options.is_stopped() { Err(Error::Interrupted) } else { result }
    })
}

fn read_inputs(
    inputs: &[Planned],
    options: &Options<'_>,
    consumed: &AtomicU64,
    out: Sender<Vec<Raw>>,
    stopped: &dyn Fn() -> bool,
) {
    let mut done = 0;
    let reader = reader_version(options);
    let mut batch = Vec::new();
    let mut bytes = 0;
    for (at, planned) in inputs.iter().enumerate() {
        let input = &planned.input;
        batch.push(Raw::Start(at));
        let flow = archive::read(input, &options.limits, consumed, &mut |record| {
            match record {
                Ok(record) => {
                    bytes += record.bytes.len();
                    batch.push(Raw::Record(record));
                }
                Err(rejection) => batch.push(Raw::Rejected(rejection)),
            }
            if bytes >= BATCH_BYTES || batch.len() >= BATCH_RECORDS {
                bytes = 0;
                if out.send(std::mem::take(&mut batch)).is_err() || stopped() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        if flow.is_break() {
            return;
        }
        // A member that was read twice, or skipped, counts once.
        done += input.size;
        consumed.store(done, Ordering::Relaxed);
        // A file that changed while it was read gets no hash, so that it is read again next time; a device has no end.
        let hash = if input.path.is_file() && unchanged_since(input) {
            planned.hash.clone().or_else(|| hash_file(&input.path, &reader))
        } else {
            None
        };
        batch.push(Raw::End { input: at, hash });
        if stopped() {
            return;
        }
    }
    // The receiver is gone if the run has been stopped.
    out.send(batch).ok();
}

fn unchanged_since(input: &Input) -> bool {
    archive::stamp(&input.path).is_ok_and(|now| now == (input.size, input.modified_ns))
}

fn extract_batches(options: &Options<'_>, batches: Receiver<Vec<Raw>>, out: Sender<Vec<Event>>) {
    for batch in batches {
        let events: Vec<Event> = batch
            .into_par_iter()
            .map(|raw| match raw {
                Raw::Start(input) => Event::Start(input),
                Raw::End { input, hash } => Event::End { input, hash },
                Raw::Rejected(rejection) => Event::Rejected(rejection),
                Raw::Record(record) => match extract_one(&record, &options.extract) {
                    Ok(claim) => {
                        let fingerprint = Fingerprint::from_article(&claim.0);
                        let source = Source { verified: record.verified, origin: record.origin };
                        Event::Article(source, Box::new((claim, fingerprint)))
                    }
                    Err(rejection) => Event::Rejected(rejection),
                },
            })
            .collect();
        if out.send(events).is_err() {
            return;
        }
    }
}

/// Extracts one record; a page that makes the extractor panic is rejected like any other.
fn extract_one(record: &Record, options: &extract::Options) -> Result<(Article, Class), Rejection> {
    catch_unwind(AssertUnwindSafe(|| extract::extract_claim(record, options))).unwrap_or_else(|_| {
        let detail = "the extractor failed on this record; please report it";
        Err(Rejection::new(record.origin.clone(), Reason::Damaged, detail))
    })
}
