//! The encoding of a margin's line numbers as text: runs of consecutive numbers, in page order.
//!
//! The navigation of a site is the same on all of its pages, and its lines were numbered one after the other when they
//! were first met: `1-48,2071,49-60` is the whole margin of a page.

/// The separator between a margin's numbers and the JSON before them. No JSON ends with it.
const SEPARATOR: char = '\n';
/// The most lines a margin may have; a text that claims more is damaged.
const MAX_LINES: usize = 1 << 24;

/// Encodes the numbers; empty if there are none.
pub fn runs(numbers: &[u32]) -> String {
    let mut text = String::new();
    for run in numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        text.push(if text.is_empty() { SEPARATOR } else { ',' });
        text.push_str(&run[0].to_string());
        if let [first, .., last] = run {
            debug_assert!(first < last);
            text.push('-');
            text.push_str(&last.to_string());
        }
    }
    text
}

/// Decodes the output of [`runs`]; `None` for any other text.
pub fn read_runs(text: &str) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    if text.is_empty() {
        return Some(numbers);
    }
    for run in text.strip_prefix(SEPARATOR)?.split(',') {
        let (first, last) = run.split_once('-').unwrap_or((run, run));
        let (first, last) = (first.parse::<u32>().ok()?, last.parse::<u32>().ok()?);
        if first > last || (last - first) as usize >= MAX_LINES - numbers.len().min(MAX_LINES) {
            return None;
        }
        numbers.extend(first..=last);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_roundtrip() {
        for (numbers, text) in [
            (&[][..], ""),
            (&[7], "\n7"),
            (&[1, 2, 3, 9, 4, 5], "\n1-3,9,4-5"),
            (&[3, 2, 2, u32::MAX], "\n3,2,2,4294967295"),
        ] {
            assert_eq!(runs(numbers), text);
            assert_eq!(read_runs(text).as_deref(), Some(numbers));
        }
        for bad in ["7", "\n", "\n-", "\n3-1", "\n1,", "\n1-x", "\n0-4294967295", "\n4294967296"] {
            assert_eq!(read_runs(bad), None, "{bad:?}");
        }
    }
}
