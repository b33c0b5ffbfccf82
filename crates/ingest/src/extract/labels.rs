//! Reads a line with metadata (来源：新华网 2012年1月5日 作者：张三 责任编辑：李四): its source, dates, credits and section.
//!
//! Labels are matched in folded text, so 責任編輯 and 來源 are found like 责任编辑 and 来源. A label with a colon counts anywhere
//! in a line; one without a colon (本报记者 张三) counts only if the line, or the brackets, hold nothing but labels, names
//! and an outlet, so that prose about a 责任编辑 yields nothing.

use super::credits::BareCredit;
use super::date::{self, find_dates};
pub use super::line::{DateKind, LineMetadata};
use super::line::{Reader, is_bar, starts, stop_at};
use super::names::Place;
use super::newspaper;
use super::page::{SOFT, is_letter, is_mark};
use super::vocabulary::{Label, NON_SOURCES};
use gongxun_core::article::Role;

/// The longest source, in characters.
const MAX_SOURCE: usize = 40;
/// The longest line that is read, in characters; longer ones are prose.
pub const MAX_LINE: usize = 400;

/// Reads a line; [`SOFT`] marks the borders of its pieces.
pub fn read(text: &str) -> LineMetadata {
    let printed: Vec<char> = text.chars().take(MAX_LINE).collect();
    let chars = date::folded(&text.chars().take(MAX_LINE).collect::<String>());
    let dates = find_dates(&chars);
    let mut reader = Reader {
        covered: vec![false; chars.len()],
        printed,
        found: LineMetadata { said: vec![DateKind::Nothing; dates.len()], ..LineMetadata::default() },
        dates,
        chars,
    };
    reader.newspaper();
    reader.photographers();
    reader.reporters();
    reader.run();
    reader.finish()
}

impl Reader {
    fn run(&mut self) {
        let mut at = 0;
        let mut bare: Vec<BareCredit> = Vec::new();
        // The last label of a date, and its end.
        let mut date_label: Option<(DateKind, usize)> = None;
        while at < self.chars.len() {
            if let Some(n) = self.dates.iter().position(|d| d.range.start == at) {
                let range = self.dates[n].range.clone();
                self.found.labels += 1;
                let label = date_label.filter(|(_, end)| at <= end + 4).map(|(said, _)| said);
                at = range.end;
                self.found.said[n] = label.unwrap_or_else(|| self.date_kind_after(at));
                self.cover(range);
                continue;
            }
            if self.covered[at] {
                at += 1;
                continue;
            }
            if let Some(end) = self.day_of_year(at, date_label) {
                at = end;
                continue;
            }
            let Some((label, end)) = self.label_at(at) else {
                if let Some(len) = stop_at(&self.chars, at) {
                    at = self.counter(at, at + len);
                } else {
                    at += 1;
                }
                continue;
            };
            let value = self.delimiter_after(at, end);
            at = match (label, value) {
                (Label::Source, Some(value)) => self.source(at, value),
                (Label::Credit(role), Some(value)) => self.labelled_names(&[role], at, value),
                (Label::WordsAndPictures, value) => {
                    self.labelled_names(&[Role::Author, Role::Photographer], at, value.unwrap_or(end))
                }
                (Label::Other, value) if value.is_some() || starts(&self.chars[at..], "实习生") => {
                    let (names, stop) = self.names(value.unwrap_or(end), Place::BareCredit, None);
                    if !names.is_empty() {
                        self.cover(at..stop);
                    }
                    if names.is_empty() { end } else { stop }
                }
                (Label::Section, Some(value)) => self.section(at, value),
                (Label::Date | Label::Written | Label::Updated, value) => {
                    let said = match label {
                        Label::Date => DateKind::Published,
                        Label::Written => DateKind::Written,
                        _ => DateKind::Updated,
                    };
                    let value = value.unwrap_or(end);
                    date_label = Some((said, value));
                    self.found.labels += 1;
                    self.cover(at..value);
                    value
                }
                (Label::Lead, Some(value)) => {
                    if self.found.lead_at.is_none() && at <= 2 {
                        self.found.lead_at = Some(value);
                    }
                    value
                }
                (Label::Source, None) if self.chars[at..end].ends_with(&['于']) || self.in_brackets(at, end) => {
                    self.source(at, end)
                }
                (Label::Source, None) if self.is_cell(at, end) => self.source(at, end),
                (Label::Credit(role), None) if end - at > 1 => {
                    let place = if self.is_enclosed(at, end) { Place::Enclosed } else { Place::BareCredit };
                    let (names, stop) = self.names(end, place, None);
                    if names.is_empty() || !self.ends_well(stop) {
                        self.name_before(role, at, end);
                        end
                    } else {
                        let stop = self.with_report(stop);
                        bare.push(BareCredit { role, label: at..end, names, end: stop });
                        stop
                    }
                }
                _ => end,
            };
        }
        self.bare_names(bare);
    }

    /// Reads the words behind a date that say what kind of date it is: 2023-05-04 09:20 发布.
    fn date_kind_after(&self, end: usize) -> DateKind {
        let rest = &self.chars[end..];
        let gap = rest.iter().take(2).take_while(|c| c.is_whitespace() || **c == SOFT).count();
        let says = |words: &[&str]| words.iter().any(|w| starts(&rest[gap..], w));
        if says(&["发布", "发表", "刊发", "首发"]) {
            DateKind::Published
        } else if says(&["更新", "修改", "编辑"]) {
            DateKind::Updated
        } else {
            DateKind::Nothing
        }
    }

    /// Takes a day without a year if a label stands before it, or a time of day behind it in a short line.
    fn day_of_year(&mut self, at: usize, label: Option<(DateKind, usize)>) -> Option<usize> {
        const SHORT: usize = 40;
        let begins =
            self.chars[at].is_ascii_digit() && !at.checked_sub(1).is_some_and(|p| self.chars[p].is_ascii_digit());
        if !begins || self.found.day.is_some() || !self.dates.is_empty() {
            return None;
        }
        let day = date::day_of_year_at(&self.chars, at)?;
        let labelled = label.is_some_and(|(said, end)| at <= end + 4 && said == DateKind::Published);
        let timed = day.clock.is_some() && self.chars.len() <= SHORT;
        if !labelled && !timed {
            return None;
        }
        let end = day.range.end;
        self.cover(day.range.clone());
        self.found.labels += 1;
        self.found.day = Some(day);
        Some(end)
    }

    /// Marks a button or counter as accounted for, with the number beside it: 1234次阅读, 评论(18), 人气：5380 次.
    fn counter(&mut self, at: usize, end: usize) -> usize {
        let digit = |c: &char| c.is_ascii_digit() || matches!(c, ',' | '万' | '+');
        let mut from = at;
        while from > 0 && matches!(self.chars[from - 1], '次' | '条' | '人' | ' ' | SOFT) {
            from -= 1;
        }
        let unit = from;
        while from > 0 && digit(&self.chars[from - 1]) {
            from -= 1;
        }
        if from < unit {
            self.cover(from..at);
        }
        let mut to = end;
        while self.chars.get(to).is_some_and(|c| matches!(*c, ':' | '(' | '[' | ' ' | '量' | '数' | SOFT)) {
            to += 1;
        }
        let number = to;
        while self.chars.get(to).is_some_and(digit) {
            to += 1;
        }
        if to == number || self.dates.iter().any(|d| d.range.contains(&number)) {
            self.cover(at..end);
            return end;
        }
        while self.chars.get(to).is_some_and(|c| matches!(c, '次' | '条' | '人' | ')' | ']')) {
            to += 1;
        }
        self.cover(at..to);
        to
    }

    /// Whether a label without a colon and its value are a cell of a line of such: 来源CSDN | 作者魏兴.
    fn is_cell(&self, label: usize, end: usize) -> bool {
        const LONGEST: usize = 14;
        let edge = |c: Option<&char>| c.is_none_or(|c| *c == SOFT || is_bar(*c));
        let before = self.chars[..label].iter().rposition(|c| *c != ' ').map(|p| &self.chars[p]);
        let run = self.chars[end..].iter().take_while(|c| is_letter(**c) || matches!(c, '-' | '·')).count();
        let after = self.chars[end + run..].iter().position(|c| *c != ' ').map(|p| &self.chars[end + run + p]);
        let lined = self.found.labels > 0 || !self.dates.is_empty() || self.chars.iter().any(|c| is_bar(*c));
        (1..=LONGEST).contains(&run) && edge(before) && edge(after) && lined
    }

    /// Takes the name and page number of a newspaper: 《岚州日报》 2019年05月17日 星期五 第04版：劳动关系.
    fn newspaper(&mut self) {
        let Some(page) = newspaper::read(&self.chars, &self.dates) else { return };
        self.found.labels += 1;
        self.found.source = page.outlet.clone().map(|range| self.printed[range].iter().collect());
        // A citation of a newspaper needs the number of the page.
        let number: String = self.printed[page.number.clone()].iter().collect();
        self.found.section.get_or_insert_with(|| number.trim().to_string());
        for range in page.outlet.into_iter().chain([page.number]) {
            self.cover(range);
        }
    }

    /// Whether a label at a place opens a bracket: 【来源 新华网】.
    fn in_brackets(&self, at: usize, end: usize) -> bool {
        at.checked_sub(1).is_some_and(|p| matches!(self.chars[p], '[' | '【' | '(' | '〔' | '〖'))
            && self.chars.get(end).is_some_and(|c| c.is_whitespace())
    }

    fn source(&mut self, label: usize, from: usize) -> usize {
        let mut at = from;
        while self.chars.get(at).is_some_and(|c| c.is_whitespace() || *c == SOFT) {
            at += 1;
        }
        let start = at;
        let mut opened = 0i32;
        while at < self.chars.len() && at - start < MAX_SOURCE {
            let c = self.chars[at];
            let blank = c.is_whitespace() || c == SOFT;
            let next_blank = self.chars.get(at + 1).is_none_or(|c| c.is_whitespace() || *c == SOFT);
            let ends =
                matches!(c, '|' | ']' | '】' | '〕' | '〗' | '。' | '?' | '!' | '│' | '┊' | '>' | '[' | '【' | '〔')
                    || (c == SOFT && at > start && !self.goes_on(at))
                    || (blank && next_blank && at > start)
                    || (c == ')' && opened == 0)
                    || self.dates.iter().any(|d| d.range.start == at)
                    || (at > start && self.label_here(at))
                    || (at > start && stop_at(&self.chars, at).is_some())
                    || (c == '(' && self.chars.get(at + 1).is_some_and(|c| c.is_ascii_digit()));
            if ends {
                break;
            }
            opened += i32::from(c == '(') - i32::from(c == ')');
            at += 1;
        }
        let value: String = self.printed[start..at].iter().filter(|c| **c != SOFT).collect();
        let value = value.trim_matches(|c: char| c.is_whitespace() || ":：,，;；、-—_/|>·".contains(c));
        let value = unbalanced_open(value);
        self.found.labels += 1;
        self.cover(label..at);
        let nobody = NON_SOURCES.contains(&value);
        let good = value.chars().any(is_letter) && !value.chars().any(|c| matches!(c, '，' | '。')) && !nobody;
        if good && self.found.source.is_none() {
            self.found.source = Some(value.to_string());
        } else if !good && !nobody && self.chars[at..].iter().all(|c| !is_letter(*c)) {
            self.found.source_awaited = true;
        }
        at.max(from)
    }

    /// Whether a source continues behind a border of pieces: 中工网|-工人日报.
    fn goes_on(&self, soft: usize) -> bool {
        let next = self.chars.get(soft + 1);
        let before = soft.checked_sub(1).and_then(|p| self.chars.get(p));
        let joins = |c: Option<&char>| c.is_some_and(|c| matches!(c, '-' | '—' | '–' | '·' | '/' | '、' | '《' | '》'));
        joins(next) || joins(before)
    }

    fn section(&mut self, label: usize, from: usize) -> usize {
        let rest: String = self.printed[from..].iter().collect();
        let value: String = rest.trim_start().chars().take_while(|c| is_letter(*c)).collect();
        let len = value.chars().count();
        if (2..=10).contains(&len) {
            let skipped = rest.chars().count() - rest.trim_start().chars().count();
            self.found.section.get_or_insert(value);
            self.found.labels += 1;
            self.cover(label..from + skipped + len);
            return from + skipped + len;
        }
        from
    }

    fn finish(mut self) -> LineMetadata {
        let mut run = String::new();
        for (i, c) in self.chars.iter().enumerate() {
            let letter = is_letter(*c);
            self.found.letters += usize::from(letter);
            self.found.covered += usize::from(letter && self.covered[i]);
            let joins = !run.is_empty() && (is_mark(*c) || matches!(c, '-' | '—' | '·'));
            if !self.covered[i] && (letter || joins) {
                run.push(self.printed[i]);
            } else if !run.is_empty() {
                self.found.rest.push(std::mem::take(&mut run));
            }
        }
        if !run.is_empty() {
            self.found.rest.push(run);
        }
        if let Some(dated) = self.dates.first() {
            let gap = |c: &char| c.is_whitespace() || *c == SOFT;
            let before: Vec<usize> = (0..dated.range.start)
                .rev()
                .skip_while(|i| gap(&self.chars[*i]))
                .take_while(|i| (is_letter(self.chars[*i]) || matches!(self.chars[*i], '-' | '·')) && !self.covered[*i])
                .collect();
            self.found.before_date =
                (!before.is_empty()).then(|| before.iter().rev().map(|i| self.printed[*i]).collect());
        }
        if let Some(dated) = self.dates.iter().find(|d| d.date.time().is_some()) {
            let rest = &self.chars[dated.range.end..];
            let gap = rest.iter().take_while(|c| c.is_whitespace() || **c == SOFT).count();
            let run = rest[gap..].iter().take_while(|c| is_letter(**c) || matches!(c, '-' | '·')).count();
            let from = dated.range.end + gap;
            let free = !self.covered[from..from + run].iter().any(|c| *c);
            if run > 0 && free {
                self.found.after_date = Some(self.printed[from..from + run].iter().collect());
            }
        }
        self.found.dates = self.dates;
        self.found
    }
}

/// Cuts a value at an opening bracket that is never closed.
fn unbalanced_open(value: &str) -> &str {
    for (open, close) in [('(', ')'), ('（', '）'), ('《', '》')] {
        if let Some(at) = value.rfind(open)
            && !value[at..].contains(close)
            && open != '《'
        {
            return value[..at].trim_end();
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let found = read(text);
        let credits: Vec<String> = found.credits.iter().map(|c| format!("{}={}", c.role.zh(), c.name)).collect();
        let date = found.dates.first().map(|d| d.date.to_string()).unwrap_or_default();
        format!("{}|{}|{}", found.source.unwrap_or_default(), date, credits.join(" "))
    }

    #[test]
    fn lines_tell_source_date_and_credits() {
        for (line, expect) in [
            ("来源：新华网 2023年02月17日 19:15", "新华网|2023-02-17T19:15:00+08:00|"),
            ("來源:中工網-工人日報", "中工網-工人日報||"),
            ("2012年01月12日01:10来源：天极网", "天极网|2012-01-12T01:10:00+08:00|"),
            ("来源 : 央视网", "央视网||"),
            ("来　源：央视网　　作　者：张三", "央视网||作者=张三"),
            ("来源：北京商报字号:T|T0人参与0条评论打印转发", "北京商报||"),
            ("2012年01月12日 10:10 来源：长江商报 作者：罗义", "长江商报|2012-01-12T10:10:00+08:00|作者=罗义"),
            ("编辑：杨书杰 责任编辑：刘亮", "||编辑=杨书杰 责任编辑=刘亮"),
            ("（责任编辑：张 三）", "||责任编辑=张三"),
            ("【责编 李四】", "||责任编辑=李四"),
            ("[责任编辑：xinht] 标签：龙票 涨幅", "||责任编辑=xinht"),
            ("責任編輯:肖天", "||责任编辑=肖天"),
            ("工人日报-中工网评论员 郭振纲", "||评论员=郭振纲"),
            ("本报记者 张三 李四 通讯员 王五", "||记者=张三 记者=李四 通讯员=王五"),
            ("华西都市报记者彭晗侯婷婷摄影吕甲", "||记者=彭晗 记者=侯婷婷 摄影=吕甲"),
            ("文/张三 图/李四", "||作者=张三 摄影=李四"),
            ("一审：张三　二审：李四　监制：王五", "||审核=张三 审核=李四 监制=王五"),
            ("编辑：吕思齐　版式：丁然　校对：许静禾", "||编辑=吕思齐 校对=许静禾"),
            ("责编：温良 美编：丁然 策划：王五", "||责任编辑=温良"),
            ("本报北京3月5日电（记者张三）昨天，中华全国总工会在北京召开会议，研究部署工作。", "||记者=张三"),
            ("新华社北京3月5日电（记者 张三、李四）昨天", "||记者=张三 记者=李四"),
            ("记者从会议上获悉，责任编辑制度将改革", "||"),
            ("他曾任责任编辑王强的助手，后来离开了编辑部去了别处工作。", "||"),
            ("本文来源于《财经网》　2012年01月12日 18:49 我要评论（0）", "《财经网》|2012-01-12T18:49:00+08:00|"),
            ("数据资料来源：统计局", "||"),
            ("（记者 李宝花）", "||记者=李宝花"),
            ("【鐘武達、陳世宗／綜合報導】", "||记者=鐘武達 记者=陳世宗"),
            ("【中央社／台北報導】", "||"),
            ("來源：\u{1f}新浪網\u{1f}記者郭洋", "新浪網||记者=郭洋"),
        ] {
            assert_eq!(show(line), expect, "{line}");
        }
    }
}
