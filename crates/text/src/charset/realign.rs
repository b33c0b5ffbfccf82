//! Realignment of text in a double-byte charset with a damaged or lost byte.
//!
//! One wrong byte throws a decoder out of step: it pairs the second byte of each character with the first of the next
//! one, up to the next line end or tag. For a run of bytes that does not decode well, a shortest-path search finds the
//! decoding with the commonest characters for the fewest bytes left out.

use encoding_rs::Encoding;

use super::decode::{Decoded, decode_as};
use super::weight::weigh;

/// The cost of leaving a byte out. An uncommon character costs about one, so a path that leaves a byte out must set
/// several characters right.
const LEFT_OUT: f32 = 4.0;
/// The cost of an ASCII character inside a run.
const ASCII: f32 = 0.2;
/// The length of the longest run that is realigned, in bytes; its paths are kept in memory.
const LONGEST: usize = 256 << 10;

/// Decodes text, realigning the runs that contain an error.
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

/// Whether a byte is never part of a longer character: a control, a blank, punctuation below the digits.
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
            for step in cheapest_path(encoding, run) {
                decoded.errors += usize::from(step.is_none());
                match step {
                    Some(Letter { first, second }) => decoded.text.extend([first, second].into_iter().flatten()),
                    None => decoded.text.push('\u{FFFD}'),
                }
            }
        }
    }
}

/// The output of one step through a run: one character, or two where a charset has one code for a base and its accent.
#[derive(Clone, Copy)]
struct Letter {
    first: Option<char>,
    second: Option<char>,
}

/// Returns the cheapest path through a run: characters, and `None` for a byte left out.
fn cheapest_path(encoding: &'static Encoding, run: &[u8]) -> Vec<Option<Letter>> {
    // For each place: the cost of the cheapest path to it, the number of bytes of its last step, and the output of that
    // step.
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
            // Four bytes are one character in GB18030 if the second and the fourth are digits.
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
