//! Finds the items of numbered lists by their numbers, whatever else the lines look like.

use super::page::Page;

/// The most digits of an item's number.
const DIGITS: usize = 3;

/// Tells for each line whether it is an item of a numbered list: the line above or below, in the same flow, has the
/// number before or behind.
pub fn find(page: &Page) -> Vec<bool> {
    let numbers: Vec<Option<u32>> = page.lines.iter().map(|line| number_of(&line.text)).collect();
    let mut items = vec![false; numbers.len()];
    for (at, pair) in numbers.windows(2).enumerate() {
        if let [Some(one), Some(next)] = pair
            && one + 1 == *next
            && page.home(at) == page.home(at + 1)
        {
            items[at..at + 2].fill(true);
        }
    }
    items
}

/// Returns the number that an item begins with: 3 in 3、 and in 3. and （3）.
fn number_of(text: &str) -> Option<u32> {
    let text = text.trim_start_matches(['（', '(']);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = text[digits..].chars().next()?;
    let ends = matches!(sign, '、' | '.' | '．' | ')' | '）');
    // 3.5 is a decimal number.
    let whole = sign != '.' || !text[digits + 1..].starts_with(|c: char| c.is_ascii_digit());
    if ends && whole && (1..=DIGITS).contains(&digits) { text[..digits].parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::html;
    use super::*;

    #[test]
    fn items_are_told_by_their_neighbours() {
        for (inside, expect) in [
            ("<p>1、甲<p>2、4乙<p>4、丁", "tt."),
            ("<p>（1）甲<p>（2）乙<p>丙", "tt."),
            ("<p>1.5万元<p>2.5万元", ".."),
            ("<p>3、甲<p>一段<p>4、乙", "..."),
            ("<div><p>一<p>1、甲</div><div><p>2、乙<p>二</div>", "...."),
        ] {
            let mut page = html::parse(inside);
            page.build_lines();
            let found: String = find(&page).iter().map(|item| if *item { 't' } else { '.' }).collect();
            assert_eq!(found, expect, "{inside}");
        }
    }
}
