//! Alignment of two texts: their common subsequence, and the kinds of differences.
//!
//! "Characters" are those of [`letters`](super::fingerprint::letters): letters, digits and Chinese characters, without
//! blanks and punctuation. Shingles that occur once in each text are anchors; the longest chain of them that is in
//! order in both is the frame, and the stretch between two anchors is compared character by character, or framed again
//! by shorter shingles. So the cost is linear in the length, not quadratic.

use std::ops::Range;

use super::fingerprint::letters;

/// The lengths of the shingles of the frame, and of the frames inside its gaps, in characters.
const FRAMES: [usize; 2] = [4, 2];
/// The longest run of differing characters that counts as a slip or damage; a longer one is another text.
const SLIP: usize = 2;
/// The least length of a run that one text has and the other hardly has, from which it counts as cut out or put in: a
/// sentence, not a name.
const CUT: usize = 12;

/// The result of aligning two texts, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Characters that both have, in the same order.
    pub common: usize,
    /// Characters in short places that differ.
    pub slips: usize,
    /// Characters in long places that differ, between the first and the last common character.
    pub blocks: usize,
    /// Characters that one of the two has inside, where the other has nothing.
    pub cuts: usize,
    /// Characters before the first and behind the last common one that stand opposite others. A stretch that only one
    /// of the two texts has at an end was cut off the other or put around it, and does not count.
    pub ends: usize,
    /// Numbers in the text with fewer characters, between the first and the last common character.
    pub numbers: usize,
    /// Places where both texts have a number, and not the same one.
    pub other_numbers: usize,
    /// Characters of the shorter text.
    pub shorter: usize,
    /// Characters of the longer text.
    pub longer: usize,
}

/// The most characters of a text that are compared: more than an article has, fewer than a hostile page.
const MAX_LETTERS: usize = 1 << 18;

/// Returns the characters by which texts are compared: the first 262,144.
pub fn folded(text: &str) -> Vec<char> {
    letters(text).take(MAX_LETTERS).collect()
}

/// Aligns two texts, given as their characters.
pub fn compare(a: &[char], b: &[char]) -> Comparison {
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let matches = matches(a, b);
    let mut comparison = Comparison { shorter: a.len(), longer: b.len(), ..Comparison::default() };
    let (Some(first), Some(last)) = (matches.first().copied(), matches.last().copied()) else {
        comparison.ends = a.len();
        return comparison;
    };
    comparison.ends = first.a.min(first.b) + (a.len() - last.end_a()).min(b.len() - last.end_b());
    comparison.numbers = count_numbers(&a[first.a..last.end_a()]);
    let mut at = first;
    comparison.common = first.length;
    for next in &matches[1..] {
        let (gap_a, gap_b) = (at.end_a()..next.a, at.end_b()..next.b);
        let (less, more) = (gap_a.len().min(gap_b.len()), gap_a.len().max(gap_b.len()));
        match less {
            0..=SLIP if more >= CUT => {
                comparison.slips += less;
                comparison.cuts += more;
            }
            0..=SLIP if more <= SLIP => comparison.slips += more,
            _ => comparison.blocks += more,
        }
        if a[gap_a].iter().any(|c| is_numeral(*c)) && b[gap_b].iter().any(|c| is_numeral(*c)) {
            comparison.other_numbers += 1;
        }
        comparison.common += next.length;
        at = *next;
    }
    comparison
}

/// A run of equal characters.
#[derive(Debug, Clone, Copy)]
struct Match {
    a: usize,
    b: usize,
    length: usize,
}

impl Match {
    fn end_a(&self) -> usize {
        self.a + self.length
    }

    fn end_b(&self) -> usize {
        self.b + self.length
    }
}

/// Returns the common runs, in order. The common prefix and suffix are found first: most copies need no frame, and a
/// text that repeats itself has none.
fn matches(a: &[char], b: &[char]) -> Vec<Match> {
    let long = |length: usize| if length < FRAMES[0] { 0 } else { length };
    let head = long(a.iter().zip(b).take_while(|(a, b)| a == b).count());
    let tail = long(a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(a, b)| a == b).count());
    let mut matches = Vec::new();
    let (end_a, end_b) = (a.len() - tail, b.len() - tail);
    if head > 0 {
        push(&mut matches, Match { a: 0, b: 0, length: head });
    }
    frame(a, b, head..end_a, head..end_b, &FRAMES, &mut matches);
    if tail > 0 {
        push(&mut matches, Match { a: end_a, b: end_b, length: tail });
    }
    matches
}

/// Adds the matches inside two ranges, in order, each separated from the one before in at least one text.
fn frame(a: &[char], b: &[char], in_a: Range<usize>, in_b: Range<usize>, sizes: &[usize], out: &mut Vec<Match>) {
    let Some((size, smaller)) = sizes.split_first() else { return };
    let mut at = (in_a.start, in_b.start);
    let chain = chain(a, b, &in_a, &in_b, *size);
    for (anchor_a, anchor_b) in chain {
        if anchor_a < at.0 || anchor_b < at.1 {
            continue;
        }
        // Extend the anchor to the left and right as far as the characters are equal.
        let (mut from_a, mut from_b) = (anchor_a, anchor_b);
        while from_a > at.0 && from_b > at.1 && a[from_a - 1] == b[from_b - 1] {
            (from_a, from_b) = (from_a - 1, from_b - 1);
        }
        let mut length = anchor_a - from_a + size;
        while from_a + length < in_a.end && from_b + length < in_b.end && a[from_a + length] == b[from_b + length] {
            length += 1;
        }
        between(a, b, at.0..from_a, at.1..from_b, smaller, out);
        push(out, Match { a: from_a, b: from_b, length });
        at = (from_a + length, from_b + length);
    }
    if at != (in_a.start, in_b.start) || sizes.len() < FRAMES.len() {
        between(a, b, at.0..in_a.end, at.1..in_b.end, smaller, out);
    }
}

/// Adds the matches between two anchors.
fn between(a: &[char], b: &[char], in_a: Range<usize>, in_b: Range<usize>, sizes: &[usize], out: &mut Vec<Match>) {
    if in_a.is_empty() || in_b.is_empty() {
        return;
    }
    if in_a.len() == in_b.len() {
        let equal = |i: &usize| a[in_a.start + i] == b[in_b.start + i];
        let same = (0..in_a.len()).filter(equal).count();
        if same * 2 >= in_a.len() {
            for i in (0..in_a.len()).filter(equal) {
                push(out, Match { a: in_a.start + i, b: in_b.start + i, length: 1 });
            }
            return;
        }
    }
    frame(a, b, in_a, in_b, sizes, out);
}

fn push(out: &mut Vec<Match>, next: Match) {
    match out.last_mut() {
        Some(last) if last.end_a() == next.a && last.end_b() == next.b => last.length += next.length,
        _ => out.push(next),
    }
}

/// Returns the places of the longest chain of shingles that occur once in each range and are in order in both.
fn chain(a: &[char], b: &[char], in_a: &Range<usize>, in_b: &Range<usize>, size: usize) -> Vec<(usize, usize)> {
    let (once_a, once_b) = (once(a, in_a, size), once(b, in_b, size));
    let mut pairs = Vec::new();
    let mut rest = once_b.iter().peekable();
    for (shingle, at_a) in &once_a {
        while rest.next_if(|(other, _)| other < shingle).is_some() {}
        if let Some((_, at_b)) = rest.next_if(|(other, _)| other == shingle) {
            pairs.push((*at_a, *at_b));
        }
    }
    pairs.sort_unstable();
    longest_increasing(&pairs)
}

/// Returns the shingles that occur once, in order, with their places.
fn once(text: &[char], range: &Range<usize>, size: usize) -> Vec<(u128, usize)> {
    let pack = |shingle: &[char]| shingle.iter().fold(0u128, |all, c| all << 32 | u128::from(u32::from(*c)));
    let mut all: Vec<(u128, usize)> =
        text[range.clone()].windows(size).zip(range.start..).map(|(shingle, at)| (pack(shingle), at)).collect();
    all.sort_unstable();
    all.chunk_by(|x, y| x.0 == y.0).filter(|same| same.len() == 1).map(|same| same[0]).collect()
}

/// Returns the longest sequence of pairs, in order of the first component, whose second component grows as well
/// (patience sorting).
fn longest_increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        let pile = tops.partition_point(|top| pairs[*top].1 < pair.1);
        before.push(pile.checked_sub(1).map(|below| tops[below]));
        match tops.get_mut(pile) {
            Some(top) => *top = at,
            None => tops.push(at),
        }
    }
    let mut chain = Vec::new();
    let mut next = tops.last().copied();
    while let Some(at) = next {
        chain.push(pairs[at]);
        next = before[at];
    }
    chain.reverse();
    chain
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || "〇零一二三四五六七八九十百千万亿两".contains(c)
}

fn count_numbers(text: &[char]) -> usize {
    text.chunk_by(|a, b| is_numeral(*a) == is_numeral(*b)).filter(|run| is_numeral(run[0])).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "省总工会昨天公布第三次调查的结果，在四十八家企业里，有二十一家欠过加班费，补发之后还有两家没有付清。\
        负责调查的人说，名单交给了监察部门，工人可以到服务站登记，带上合同和考勤记录就行。";

    fn of(a: &str, b: &str) -> Comparison {
        let (a, b) = (folded(a), folded(b));
        assert_eq!(compare(&a, &b), compare(&b, &a), "whichever comes first");
        compare(&a, &b)
    }

    #[test]
    fn a_part_is_in_the_whole() {
        let all = folded(TEXT).len();
        let part: String = TEXT.chars().skip(20).take(50).collect();
        let whole = format!("首页 新闻 正文\n{TEXT}\n上一篇 下一篇");
        for (a, b) in [(part.as_str(), TEXT), (TEXT, whole.as_str()), (TEXT, TEXT)] {
            let comparison = of(a, b);
            assert_eq!(comparison.common, comparison.shorter, "{comparison:?}");
            assert_eq!((comparison.slips, comparison.blocks, comparison.cuts, comparison.ends), (0, 0, 0, 0));
        }
        assert_eq!(of(TEXT, TEXT).shorter, all);
    }

    #[test]
    fn slips_words_and_sentences_are_told_apart() {
        let slips = of(TEXT, &TEXT.replace("公布", "公布了").replace("加班费", "加斑费").replace("登记", "登己"));
        assert_eq!((slips.slips, slips.blocks, slips.cuts, slips.other_numbers), (3, 0, 0, 0));
        let words = of(TEXT, &TEXT.replace("省总工会", "劳动学会").replace("监察部门", "仲裁机构"));
        assert_eq!((words.blocks, words.ends, words.slips), (4, 3, 0), "{words:?}");
        let sentence = of(TEXT, &TEXT.replace("有二十一家欠过加班费，", ""));
        assert_eq!((sentence.cuts, sentence.blocks), (0, 10), "ten letters are no sentence: {sentence:?}");
        let sentence = of(TEXT, &TEXT.replace("有二十一家欠过加班费，补发之后还", ""));
        assert_eq!((sentence.cuts, sentence.blocks), (15, 0), "{sentence:?}");
    }

    #[test]
    fn other_numbers_are_counted() {
        let other = of(TEXT, &TEXT.replace("第三次", "第五次").replace("四十八", "53"));
        assert_eq!((other.numbers, other.other_numbers), (4, 2), "{other:?}");
    }

    #[test]
    fn nothing_in_common() {
        let none = of(TEXT, "快递站里成立了工会，第一件事是谈派费。");
        assert!(none.common < 6, "{none:?}");
        assert_eq!(of("", TEXT), Comparison { longer: folded(TEXT).len(), ..Comparison::default() });
    }

    #[test]
    fn repeated_text_takes_no_longer() {
        let line = "工人日报工人日报工人日报".repeat(5_000);
        let comparison = of(&line, &format!("{line}。中工网"));
        assert_eq!((comparison.common, comparison.blocks), (comparison.shorter, 0), "{comparison:?}");
    }
}
