//! Text in a double-byte charset with a damaged or lost byte: the bytes in, the text with its letters in step again out.
//!
//! One wrong byte puts a decoder out of step: it pairs the second byte of each letter with the first of the next one, up
//! to the next line end or tag. Where a run of bytes does not decode well, the way through it is found that gives the
//! commonest letters for the fewest bytes left out.

use encoding_rs::Encoding;

use super::decode::{Decoded, decode_as};
use super::weight::weigh;

/// What leaving a byte out costs. An uncommon letter costs about one, so a way that leaves one out must put several
/// letters right.
const LEFT_OUT: f32 = 4.0;
/// What an ASCII letter inside a run costs.
const ASCII: f32 = 0.2;
/// The longest run that is looked at; the way through it is kept in memory.
const LONGEST: usize = 256 << 10;

/// Decodes with each run in step. Only runs that hold an error are looked at closely.
pub(super) fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let mut decoded = Decoded { text: String::with_capacity(bytes.len() * 3 / 2), charset: encoding.name(), errors: 0 };
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = rest.iter().position(|&b| is_between(b)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        push_run(encoding, run, &mut decoded);
        let length = after.iter().position(|&b| !is_between(b)).unwrap_or(after.len());
        decoded.text.extend(after[..length].iter().map(|&b| char::from(b)));
        rest = &after[length..];
    }
    decoded
}

/// Whether a byte is never part of a longer letter: a control, a blank, punctuation below the digits.
fn is_between(byte: u8) -> bool {
    byte < 0x30
}

fn push_run(encoding: &'static Encoding, run: &[u8], decoded: &mut Decoded) {
    match encoding.decode_without_bom_handling_and_without_replacement(run) {
        Some(text) => decoded.text.push_str(&text),
        None if run.len() > LONGEST => {
            let plain = decode_as(encoding, run);
            decoded.text.push_str(&plain.text);
            decoded.errors += plain.errors;
        }
        None => {
            for step in way_through(encoding, run) {
                decoded.errors += usize::from(step.is_none());
                match step {
                    Some(Letter { first, second }) => decoded.text.extend([first, second].into_iter().flatten()),
                    None => decoded.text.push('\u{FFFD}'),
                }
            }
        }
    }
}

/// What one step through a run gives: one letter, or two where a charset has one code for a base and its accent.
#[derive(Clone, Copy)]
struct Letter {
    first: Option<char>,
    second: Option<char>,
}

/// The cheapest way through a run: letters, and nothing for a byte left out.
fn way_through(encoding: &'static Encoding, run: &[u8]) -> Vec<Option<Letter>> {
    // For each place: what the cheapest way to it costs, how many bytes its last step has, and what that step gives.
    let mut ways: Vec<(f32, usize, Option<Letter>)> = vec![(f32::INFINITY, 0, None); run.len() + 1];
    ways[0].0 = 0.0;
    for at in 0..run.len() {
        let so_far = ways[at].0;
        let mut step = |length: usize, cost: f32, letter: Option<Letter>| {
            if so_far + cost < ways[at + length].0 {
                ways[at + length] = (so_far + cost, length, letter);
            }
        };
        step(1, LEFT_OUT, None);
        if run[at] < 0x80 {
            step(1, ASCII, Some(Letter { first: Some(char::from(run[at])), second: None }));
            continue;
        }
        for length in [2, 4] {
            let Some(code) = run.get(at..at + length) else { continue };
            // Four bytes are one letter in GB18030 where the second and the fourth are digits.
            if length == 4 && !(code[1].is_ascii_digit() && code[3].is_ascii_digit()) {
                continue;
            }
            if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(code) {
                let mut letters = text.chars();
                let letter = Letter { first: letters.next(), second: letters.next() };
                let cost = 1.0 - letter.first.map_or(0.0, weigh) as f32;
                step(length, cost, Some(letter));
            }
        }
    }
    let mut steps = Vec::new();
    let mut at = run.len();
    while at > 0 {
        let (_, length, letter) = ways[at];
        steps.push(letter);
        at -= length.max(1);
    }
    steps.reverse();
    steps
}
