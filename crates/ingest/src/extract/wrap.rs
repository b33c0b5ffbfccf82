//! Joins text that a program broke into lines of one width (w3m, lynx, mail, copies of PDF) to paragraphs.
//!
//! A program broke a line if the line could not have taken the next character or word: its width and that of what comes
//! next exceed the width of the text. If most lines that stop within a sentence are such lines, the text is wrapped,
//! and they are joined. Artefacts of paging, which are page numbers and running heads, are recognised by their
//! repetition and kept apart.

use std::collections::HashMap;

use super::page::{Gap, is_blank, is_letter};
use gongxun_text::fold::is_han;

/// The narrowest width of a wrapped text, in columns.
const MIN_WIDTH: usize = 20;
/// The widest width of a wrapped text, in columns.
const MAX_WIDTH: usize = 160;
/// The least number of lines in a wrapped text that a program broke within a sentence.
const LEAST_BROKEN: usize = 2;
/// The least number of broken lines of the same width that show that a text was cut by counting characters.
const EXACT_LINES: usize = 6;
/// The number of lines at the head of a text (title, source) that may be longer than its width.
const HEAD: usize = 3;
/// One line in this many may be longer than the width: an address, a line of signs.
const LONGER: usize = 20;
/// The least share of the width, in hundredths, of a line that stops within a sentence and continues in the next.
const NEARLY_FULL: usize = 88;
/// The longest verse, in columns.
const VERSE: usize = 44;
/// The longest page number or running head, in characters.
const MAX_FURNITURE: usize = 48;
/// The least number of lines of text between two page numbers.
const PAGE_LINES: usize = 4;

/// Lines of the text that make one line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joined {
    /// Their numbers, each with the gap before it.
    pub lines: Vec<(usize, Gap)>,
    /// Whether it is a page number or a running head.
    pub furniture: bool,
}

/// Joins the lines of a text that was wrapped. Lines without a visible character are left out.
pub fn join(lines: &[&str]) -> Vec<Joined> {
    let furniture = furniture(lines);
    let flow: Vec<usize> = (0..lines.len()).filter(|i| !furniture[*i]).collect();
    let mut joined = match Wrapped::detect(lines, &flow) {
        Some(wrapped) => wrapped.join(&flow),
        None => flow.iter().filter(|i| !is_empty(lines[**i])).map(|i| single(*i, false)).collect(),
    };
    joined.extend((0..lines.len()).filter(|i| furniture[*i]).map(|i| single(i, true)));
    joined.sort_by_key(|line| line.lines[0].0);
    joined
}

fn single(line: usize, furniture: bool) -> Joined {
    Joined { lines: vec![(line, Gap::None)], furniture }
}

fn is_empty(line: &str) -> bool {
    line.chars().all(is_blank)
}

/// The unit in which lines are measured: columns of a terminal, or characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Columns,
    Characters,
}

impl Measure {
    fn of(self, c: char) -> usize {
        match self {
            Measure::Characters => 1,
            Measure::Columns if c == '\t' => 4,
            Measure::Columns => 1 + usize::from((c as u32) >= 0x1100 && (is_wide(c) || "“”‘’—…·".contains(c))),
        }
    }

    fn width(self, text: &str) -> usize {
        text.chars().map(|c| self.of(c)).sum()
    }
}

fn is_wide(c: char) -> bool {
    matches!(c as u32, 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F000..=0x1FFFF | 0x20000..=0x3FFFF)
}

/// Whether no line begins with this sign, so that some programs let it exceed the end of the line before.
fn is_closing(c: char) -> bool {
    "，。、；：！？）》」』】〕”’…—,.;:!?)]}%％".contains(c)
}

fn is_opening(c: char) -> bool {
    "（《「『【〔“‘([{".contains(c)
}

/// A line with its measures.
#[derive(Debug, Clone, Default)]
struct Line<'a> {
    text: &'a str,
    /// The columns of the blanks before it.
    indent: usize,
    /// Its columns, with the indent.
    width: usize,
    /// The columns of a closing sign at its end.
    hanging: usize,
    /// The columns of the word or number at its end, which is not broken.
    last: usize,
    /// The columns of its first word or character, with those that can't be separated from it.
    first: usize,
    /// Whether it ends where a sentence ends.
    ends: bool,
    /// Whether it is no running text: columns with gaps, an address, a line of signs.
    apart: bool,
}

impl<'a> Line<'a> {
    fn new(raw: &'a str, measure: Measure) -> Line<'a> {
        let text = raw.trim_end_matches(is_blank);
        let body = text.trim_start_matches(is_blank);
        let indent = measure.width(&text[..text.len() - body.len()]);
        let mut chars = body.chars().peekable();
        let mut first = 0;
        let mut word = false;
        while let Some(c) = chars.next() {
            first += measure.of(c);
            word = c.is_ascii_alphanumeric() || word && matches!(c, '.' | '-' | '\'' | '/' | ':' | '_' | ',');
            let stays = chars.peek().is_some_and(|n| {
                is_closing(*n) || word && (n.is_ascii_alphanumeric() || matches!(n, '-' | '\'' | '/' | '_'))
            });
            if !stays && !is_opening(c) {
                break;
            }
        }
        let last = body.chars().next_back();
        let word = body.len() - body.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
        let gaps = body.match_indices("   ").count() + body.match_indices('\t').count();
        Line {
            text: body,
            indent,
            width: indent + measure.width(body),
            hanging: last.filter(|c| is_closing(*c)).map_or(0, |c| measure.of(c)),
            last: measure.width(&body[body.len() - word..]),
            first,
            ends: ends_sentence(body),
            apart: gaps >= 2 || body.contains("://") || !body.chars().any(is_letter) && !body.chars().all(is_closing),
        }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Whether a line ends where a sentence or a list's head ends.
fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(|c: char| "）)”’」』】]〕".contains(c))
        .ends_with(['。', '！', '？', '…', '：', '!', '?', ':'])
        || text.ends_with('.')
}

/// A text that was wrapped at a width.
struct Wrapped<'a> {
    lines: Vec<Line<'a>>,
    raw: &'a [&'a str],
    width: usize,
    /// Whether all broken lines have exactly this width: the text was cut by counting, also within words and numbers.
    exact: bool,
    /// Whether the text has blanks between Chinese and Latin characters.
    blanks: bool,
}

impl<'a> Wrapped<'a> {
    /// Finds the width at which the lines of the flow were wrapped; none if they were not.
    fn detect(raw: &'a [&'a str], flow: &[usize]) -> Option<Wrapped<'a>> {
        let mut best: Option<(usize, usize, Vec<Line<'a>>)> = None;
        for measure in [Measure::Columns, Measure::Characters] {
            let lines: Vec<Line> = raw.iter().map(|line| Line::new(line, measure)).collect();
            if let Some((broken, width)) = width_of(&lines, flow, measure)
                && best.as_ref().is_none_or(|b| broken > b.0)
            {
                best = Some((broken, width, lines));
            }
        }
        let (_, width, lines) = best?;
        let mut wrapped = Wrapped { lines, raw, width, exact: false, blanks: sets_blanks(raw) };
        let broken: Vec<usize> =
            flow.windows(2).filter(|w| wrapped.is_broken(w[0], w[1])).map(|w| wrapped.lines[w[0]].width).collect();
        wrapped.exact = broken.len() >= EXACT_LINES && broken.iter().all(|w| w + 1 >= width);
        Some(wrapped)
    }

    fn is_broken(&self, at: usize, next: usize) -> bool {
        next == at + 1 && is_broken(&self.lines, at, self.width) && !self.lines[at].ends
    }

    fn join(&self, flow: &[usize]) -> Vec<Joined> {
        let mut joined: Vec<Joined> = Vec::new();
        let mut last: Option<usize> = None;
        // Whether a page ended since the last line, and an empty line was seen.
        let mut empty = false;
        for &at in flow {
            if self.lines[at].is_empty() {
                empty = true;
                continue;
            }
            let turned = last.is_some_and(|last| (last + 1..at).any(|i| !flow_has(flow, i)));
            match (last, joined.last_mut()) {
                (Some(before), Some(group))
                    if (!empty || turned) && self.goes_on(group.lines[0].0, group.lines.get(1), before, at, turned) =>
                {
                    group.lines.push((at, self.gap(before, at)));
                }
                _ => joined.push(single(at, false)),
            }
            last = Some(at);
            empty = false;
        }
        joined
    }

    /// Whether a line continues the text of the line before.
    fn goes_on(&self, first: usize, second: Option<&(usize, Gap)>, before: usize, at: usize, turned: bool) -> bool {
        let (line, next) = (&self.lines[before], &self.lines[at]);
        if line.apart || next.apart || begins_label(next.text) {
            return false;
        }
        let full = could_not_take(line, next, self.width);
        // A headline wider than the text was not broken.
        let within = line.width.saturating_sub(line.hanging.max(line.last)) <= self.width;
        let nearly = !line.ends && within && line.width * 100 >= self.width * NEARLY_FULL;
        if !(full || nearly) || turned && line.ends {
            return false;
        }
        // An indented line begins a paragraph, unless it is the hanging part of a list's item.
        match second {
            Some((second, _)) => next.indent <= self.lines[*second].indent,
            None => next.indent <= self.lines[first].indent || begins_item(self.lines[first].text),
        }
    }

    /// Returns what stood between two lines before they were broken.
    fn gap(&self, before: usize, at: usize) -> Gap {
        let (raw, next) = (self.raw[before], self.raw[at]);
        let (Some(last), Some(first)) =
            (self.lines[before].text.chars().next_back(), self.lines[at].text.chars().next())
        else {
            return Gap::None;
        };
        let wide = |c: char| is_wide(c) || is_closing(c) && !c.is_ascii() || is_opening(c) && !c.is_ascii();
        if wide(last) && wide(first) {
            return Gap::None;
        }
        let kept =
            raw.trim_end_matches(['\r', '\n']).ends_with(' ') || next.starts_with(' ') && !next.starts_with("  ");
        if kept && self.lines[at].indent <= 1 {
            return Gap::Blank;
        }
        let latin = |c: char| c.is_alphanumeric() && !is_wide(c);
        match (last, first) {
            (a, b) if a.is_ascii_digit() && b.is_ascii_digit() => Gap::None,
            ('-', b) if b.is_alphanumeric() => Gap::None,
            (a, b) if latin(a) && latin(b) => {
                if self.exact {
                    Gap::None
                } else {
                    Gap::Blank
                }
            }
            (a, b) if latin(a) && is_han(b) || is_han(a) && latin(b) => {
                if self.blanks {
                    Gap::Blank
                } else {
                    Gap::None
                }
            }
            (',' | ';' | '.' | ':' | '!' | '?' | ')', b) if latin(b) => Gap::Blank,
            _ => Gap::None,
        }
    }
}

fn flow_has(flow: &[usize], line: usize) -> bool {
    flow.binary_search(&line).is_ok()
}

/// Whether a line begins with a label of an article's head: 摘　要：, 关键词：.
fn begins_label(text: &str) -> bool {
    const LABELS: &[&str] = &["摘要", "关键词", "关键字", "作者", "来源", "单位"];
    const LONGEST: usize = 6;
    let end = text.chars().take(LONGEST).position(|c| matches!(c, '：' | ':'));
    let label = end.map(|end| text.chars().take(end).filter(|c| !is_blank(*c)).collect::<String>());
    label.is_some_and(|label| LABELS.contains(&label.as_str()))
}

/// Whether a line begins an item of a list.
fn begins_item(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    text.starts_with(['*', '-', '•', '·', '●', '○', '■', '+'])
        || rest.len() < text.len() && rest.starts_with(['.', '、', ')', '．'])
}

fn could_not_take(line: &Line, next: &Line, width: usize) -> bool {
    line.width.saturating_sub(line.hanging) <= width && line.width + next.first > width
}

/// Whether a line was broken at the width of the text, judged by it and the next line.
fn is_broken(lines: &[Line], at: usize, width: usize) -> bool {
    let (line, next) = (&lines[at], &lines[at + 1]);
    !next.is_empty() && !line.is_empty() && !line.apart && !next.apart && could_not_take(line, next, width)
}

/// Returns the width that explains the most line ends, and their number.
fn width_of(lines: &[Line], flow: &[usize], measure: Measure) -> Option<(usize, usize)> {
    let narrowest = if measure == Measure::Columns { MIN_WIDTH } else { MIN_WIDTH / 2 };
    let filled: Vec<usize> = flow.iter().copied().filter(|i| !lines[*i].is_empty()).collect();
    let mut count: HashMap<usize, usize> = HashMap::new();
    for &i in &filled {
        *count.entry(lines[i].width - lines[i].hanging).or_default() += 1;
        *count.entry(lines[i].width).or_default() += 1;
    }
    let mut widths: Vec<usize> = count.into_keys().filter(|w| (narrowest..=MAX_WIDTH).contains(w)).collect();
    widths.sort_unstable_by(|a, b| b.cmp(a));
    // The lines that stop within a sentence and are followed by another line.
    let pairs: Vec<usize> = flow
        .windows(2)
        .filter(|w| w[1] == w[0] + 1)
        .map(|w| w[0])
        .filter(|i| !lines[*i].is_empty() && !lines[*i].apart && !lines[i + 1].is_empty() && !lines[i + 1].apart)
        .collect();
    // If paragraphs are indented, a line above an indented line ends a paragraph.
    let flush = filled.iter().skip(HEAD).any(|i| lines[*i].indent == 0 && !lines[*i].apart);
    let set_in = |line: &Line| flush && line.indent > 1;
    let within: Vec<usize> = pairs.iter().copied().filter(|i| !lines[*i].ends && !set_in(&lines[*i + 1])).collect();
    let longer_allowed = filled.len() / LONGER;
    let mut best: Option<(usize, usize)> = None;
    for width in widths {
        let longer = filled
            .iter()
            .skip(HEAD)
            .filter(|i| !lines[**i].apart && lines[**i].width - lines[**i].hanging > width)
            .count();
        if longer > longer_allowed {
            break;
        }
        let broken: Vec<usize> = within.iter().copied().filter(|i| is_broken(lines, *i, width)).collect();
        // Verses each end with a sign; a wrapped list of names ends with 、 as well, but verses are shorter.
        let verse = |line: &Line| line.width <= VERSE && line.text.ends_with(is_closing) && !line.text.ends_with('、');
        let signs = broken.iter().filter(|i| verse(&lines[**i])).count();
        let enough = broken.len() >= LEAST_BROKEN || broken.iter().any(|i| is_plain_break(lines, &filled, *i));
        if enough && broken.len() * 2 >= within.len() && signs * 2 <= broken.len() {
            // Lines that end with a sentence are no evidence alone, but decide between two widths.
            let full = pairs.iter().filter(|i| is_broken(lines, **i, width)).count();
            if best.is_none_or(|b| full > b.0) {
                best = Some((full, width));
            }
        }
    }
    best
}

/// Whether one break alone shows that a text was wrapped: the longest line of all, and a long one, stops in a word or
/// between two, and the line below goes on without an indent.
fn is_plain_break(lines: &[Line], filled: &[usize], at: usize) -> bool {
    const LONG: usize = 50;
    let (line, next) = (&lines[at], &lines[at + 1]);
    line.width >= LONG
        && line.hanging == 0
        && next.indent <= line.indent
        && filled.iter().all(|i| lines[*i].width <= line.width + 1)
        && (next.ends || next.text.ends_with(is_closing))
}

/// Whether a text sets blanks between Chinese and Latin characters, more often than none.
fn sets_blanks(lines: &[&str]) -> bool {
    let (mut with, mut without) = (0usize, 0usize);
    for line in lines {
        let chars: Vec<char> = line.trim_matches(is_blank).chars().collect();
        let differ =
            |a: char, b: char| is_han(a) && b.is_ascii_alphanumeric() || a.is_ascii_alphanumeric() && is_han(b);
        without += chars.windows(2).filter(|w| differ(w[0], w[1])).count();
        with += chars.windows(3).filter(|w| w[1] == ' ' && differ(w[0], w[2])).count();
    }
    with > without
}

/// Tells for each line whether it is a page number or a running head: short lines that recur, equal but for numbers
/// that increase by one, and short lines that recur right beside them.
fn furniture(lines: &[&str]) -> Vec<bool> {
    let mut marks = vec![false; lines.len()];
    let filled: Vec<usize> = (0..lines.len()).filter(|i| !is_empty(lines[*i])).collect();
    let mut alike: HashMap<String, Vec<(usize, Vec<u64>)>> = HashMap::new();
    for (place, &i) in filled.iter().enumerate() {
        let text = lines[i].trim_matches(is_blank);
        if text.chars().count() > MAX_FURNITURE || text.ends_with('。') {
            continue;
        }
        let (key, numbers) = pattern(text);
        alike.entry(key).or_default().push((place, numbers));
    }
    let mut numbered: Vec<usize> = Vec::new();
    for same in alike.values() {
        let far = same.windows(2).all(|w| w[1].0 - w[0].0 > PAGE_LINES);
        let counts = same.first().is_some_and(|first| {
            (0..first.1.len()).any(|n| same.windows(2).all(|w| w[1].1.get(n).copied() == w[0].1[n].checked_add(1)))
        });
        if same.len() >= 2 && far && counts {
            numbered.extend(same.iter().map(|(place, _)| *place));
        }
    }
    let mut near = vec![false; filled.len()];
    for place in &numbered {
        near[place.saturating_sub(2)..(place + 3).min(filled.len())].fill(true);
    }
    let beside = |place: usize| near[place] || lines[filled[place]].starts_with('\u{C}');
    for same in alike.values() {
        if same.len() >= 2 && same.iter().skip(1).all(|(place, _)| beside(*place)) {
            same.iter().for_each(|(place, _)| marks[filled[*place]] = true);
        }
    }
    numbered.iter().for_each(|place| marks[filled[*place]] = true);
    marks
}

/// Returns a text without its numbers, and the numbers.
fn pattern(text: &str) -> (String, Vec<u64>) {
    let (mut key, mut numbers) = (String::new(), Vec::new());
    let mut number: Option<u64> = None;
    for c in text.chars().filter(|c| !is_blank(*c)).chain(['\n']) {
        match c.to_digit(10) {
            Some(digit) => number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(u64::from(digit))),
            None => {
                if let Some(number) = number.take() {
                    numbers.push(number);
                    key.push('#');
                }
                key.push(c);
            }
        }
    }
    (key, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        let show = |joined: &Joined| {
            let mut text = if joined.furniture { "# ".to_string() } else { String::new() };
            for (line, gap) in &joined.lines {
                if *gap == Gap::Blank {
                    text.push(' ');
                }
                text.push_str(lines[*line].trim_matches(is_blank));
            }
            text
        };
        join(&lines).iter().map(show).collect()
    }

    const PARAGRAPHS: [&str; 4] = [
        "岚州市人社局联合总工会开展欠薪排查，工作人员走进工地，向农民工发放维权手册，并现场受理投诉。负责人说，对拖欠工资的企业将依法查处，绝不让农民工流汗又流泪。",
        "据了解，今年以来全市共为2300名职工追回工资4100万元，比去年同期增长一成。下一步还将建立工资支付保证金制度，推动源头治理。",
        "“今年一月以来，我们走访了四十七个工地，登记在册的农民工一共两千六百三十九人，其中签订劳动合同的只有三成。”",
        "记者在浔南大道的一处工棚里见到老桂时，他正在收拾行李，说干了八个月的活，只拿到三千元生活费。",
    ];

    /// Breaks a text at a width in columns or characters, with or without regard to signs and words.
    fn wrap(text: &str, width: usize, measure: Measure, careful: bool) -> Vec<String> {
        let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
        let chars: Vec<char> = text.chars().collect();
        for (i, c) in chars.iter().enumerate() {
            let needs = measure.of(*c)
                + match chars.get(i + 1) {
                    Some(next) if careful && is_closing(*next) => measure.of(*next),
                    _ => 0,
                };
            let token = careful && i > 0 && c.is_ascii_alphanumeric() && chars[i - 1].is_ascii_alphanumeric();
            if used + needs > width && !(careful && is_closing(*c)) && !token {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(*c);
            used += measure.of(*c);
        }
        lines.push(line);
        lines
    }

    #[test]
    fn wrapped_paragraphs_are_joined_at_any_width() {
        for width in [26, 35, 40, 60, 72, 76, 100] {
            for measure in [Measure::Columns, Measure::Characters] {
                for careful in [false, true] {
                    for (indent, between) in [("　　", ""), ("", "\n"), ("　　", "\n")] {
                        let mut text = "岚州开展欠薪排查\n2020年3月4日 来源：岚州日报\n\n".to_string();
                        for paragraph in PARAGRAPHS {
                            text += &(wrap(&format!("{indent}{paragraph}"), width, measure, careful).join("\n") + "\n");
                            text += between;
                        }
                        let mut expect = vec!["岚州开展欠薪排查", "2020年3月4日 来源：岚州日报"];
                        expect.extend(PARAGRAPHS);
                        assert_eq!(
                            shown(&text),
                            expect,
                            "{width} {measure:?} {careful} {indent:?} {between:?}\n{text}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn lines_that_were_written_as_lines_stay() {
        for text in [
            "工棚\n\n作者：何岩\n\n铁皮屋\n雨打着\n一声一声\n是谁的工钱\n还没有来\n\n明天\n明天又是明天",
            "白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。\n床前明月光，疑是地上霜。\n举头望明月，低头思故乡。",
            "岚州总工会为职工办实事\n建职工书屋三百家\n为户外劳动者送清凉十万人次\n法律援助\n困难职工子女助学圆梦\n女职工两癌筛查\n疗休养\n技能竞赛",
            "企业   金额   日期\n岚州宏远建筑公司   312万元   2020\n浔南劳务有限公司   450万元   2021\n江北路桥工程公司   451万元   2022",
        ] {
            let expect: Vec<&str> = text.lines().filter(|l| !l.is_empty()).collect();
            assert_eq!(shown(text), expect);
        }
    }

    #[test]
    fn blanks_between_words_survive() {
        let check = |text: &str, expect: &[&str]| assert_eq!(shown(text), expect, "{text}");
        check(
            "The union said that it would go on with the\nstrike until the company comes back to the\ntable and talks about the wages of workers\nwho were laid off in May.",
            &[
                "The union said that it would go on with the strike until the company comes back to the table and talks about the wages of workers who were laid off in May.",
            ],
        );
        check(
            "工会用 AI 技术帮助职工查询自己的工资，并且\n用 App 提醒企业按时发放，比去年同期增长了一\n成，其中 2024 年一年就为职工追回工资一共 35\n万元，这些钱都是通过线上的办法追回来的。",
            &[
                "工会用 AI 技术帮助职工查询自己的工资，并且用 App 提醒企业按时发放，比去年同期增长了一成，其中 2024 年一年就为职工追回工资一共 35 万元，这些钱都是通过线上的办法追回来的。",
            ],
        );
    }

    #[test]
    fn page_numbers_and_running_heads_stand_apart() {
        let mut text = String::new();
        let mut expect: Vec<String> = Vec::new();
        for (page, paragraph) in PARAGRAPHS.iter().enumerate() {
            let lines = wrap(paragraph, 26, Measure::Columns, true);
            text += "岚州工会年鉴\n";
            text += &format!("{}\n\n— {} —\n", lines.join("\n"), page + 1);
            expect.extend(["# 岚州工会年鉴".to_string(), paragraph.to_string(), format!("# — {} —", page + 1)]);
        }
        assert_eq!(shown(&text), expect);
    }

    #[test]
    fn a_paragraph_goes_on_behind_a_page_number() {
        let lines = wrap(&PARAGRAPHS.concat(), 26, Measure::Columns, false);
        let mut text = String::new();
        for (n, line) in lines.iter().enumerate() {
            text += &format!("{line}\n");
            if n % 7 == 6 {
                text += &format!("\n第{}页\n\n", n / 7 + 1);
            }
        }
        let found = shown(&text);
        assert_eq!(found[0], PARAGRAPHS.concat());
        assert!(found[1..].iter().all(|line| line.starts_with("# 第")), "{found:#?}");
    }
}
