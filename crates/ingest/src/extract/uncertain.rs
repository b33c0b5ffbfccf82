//! Uncertain characters of an article: a repair reports them in the texts of a page; here they are found again in the
//! fields that were made of these texts.

use std::collections::BTreeMap;
use std::ops::Range;

use super::page::{Page, is_blank};

/// The maximum distance in characters between two successive lines of a field in the source: texts that extraction
/// removes between lines are short.
const LOOKAHEAD: usize = 4_096;

/// Returns the uncertain characters by field, as ranges of each field's characters. A field is its name, its text and
/// the lines of the page that it was made of; `uncertain` has the ranges of each of the page's texts.
pub fn of_fields(
    fields: &[(&str, Option<&str>, &[usize])],
    page: &Page,
    uncertain: &[Vec<Range<usize>>],
) -> BTreeMap<String, Vec<Range<usize>>> {
    let mut found = BTreeMap::new();
    for (name, text, lines) in fields {
        let ranges = text.map(|text| in_text(text, &source(page, lines, uncertain))).unwrap_or_default();
        if !ranges.is_empty() {
            found.insert((*name).to_string(), ranges);
        }
    }
    found
}

/// Returns the characters of some lines, blanks left out, each with whether it is uncertain.
fn source(page: &Page, lines: &[usize], uncertain: &[Vec<Range<usize>>]) -> Vec<(char, bool)> {
    let mut source = Vec::new();
    for piece in lines.iter().flat_map(|line| page.pieces_of(&page.lines[*line])) {
        let at = piece.text as usize;
        let (text, places) = (page.texts[at].chars(), uncertain.get(at).map_or(&[][..], Vec::as_slice));
        let flagged = text.enumerate().map(|(n, c)| (c, places.iter().any(|place| place.contains(&n))));
        source.extend(flagged.filter(|(c, _)| !is_blank(*c)));
    }
    source
}

/// Returns the uncertain characters of a text. Each of its lines is searched for in the source; one that is not there
/// verbatim is uncertain as a whole if an uncertain character of the source is in none of the others.
fn in_text(text: &str, source: &[(char, bool)]) -> Vec<Range<usize>> {
    let mut left = source.to_vec();
    let (mut ranges, mut unplaced): (Vec<Range<usize>>, Vec<Range<usize>>) = Default::default();
    let (mut offset, mut from) = (0, 0);
    for line in text.split('\n') {
        let length = line.chars().count();
        let chars: Vec<(usize, char)> = line.chars().enumerate().filter(|(_, c)| !is_blank(*c)).collect();
        let until = source.len().min(from + chars.len() + LOOKAHEAD);
        let near: String = source[from..until].iter().map(|(c, _)| c).collect();
        let line: String = chars.iter().map(|(_, c)| c).collect();
        let place = near.find(&line).map(|byte| from + near[..byte].chars().count());
        match place {
            Some(place) if !chars.is_empty() => {
                for ((n, _), flagged) in chars.iter().zip(&mut left[place..]) {
                    if std::mem::take(&mut flagged.1) {
                        ranges.push(offset + n..offset + n + 1);
                    }
                }
                from = place + chars.len();
            }
            _ if chars.is_empty() => {}
            _ => unplaced.push(offset..offset + length),
        }
        offset += length + 1;
    }
    if left.iter().any(|(_, flagged)| *flagged) {
        ranges.append(&mut unplaced);
    }
    joined(ranges)
}

fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, before| {
        let touches = next.start <= before.end;
        if touches {
            before.end = before.end.max(next.end);
        }
        touches
    });
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flagged(text: &str, uncertain: &[Range<usize>]) -> Vec<(char, bool)> {
        let chars = text.chars().enumerate().map(|(n, c)| (c, uncertain.iter().any(|range| range.contains(&n))));
        chars.filter(|(c, _)| !is_blank(*c)).collect()
    }

    #[test]
    fn characters_are_found_where_the_text_has_them() {
        for (text, source, uncertain, found) in [
            ("工会介入", "　工会 介入", vec![4..5], vec![2..3]),
            ("第一段\n第二段", "第一段第二段", vec![1..2, 4..5], vec![1..2, 5..6]),
            ("工会\n工会", "工会工会", vec![2..4], vec![3..5]),
            // The byline was cut off, and with it what was uncertain in it.
            ("正文", "记者某某正文", vec![2..4], vec![]),
            // A line that was changed on its way.
            ("第一段\n第二节", "第一段第二段", vec![5..6], vec![4..7]),
            ("第一段\n第二节", "第一段第二段", vec![0..1], vec![0..1]),
            ("", "工会", vec![0..1], vec![]),
            ("工会", "", vec![], vec![]),
        ] {
            assert_eq!(in_text(text, &flagged(source, &uncertain)), found, "{text:?} of {source:?}");
        }
    }
}
