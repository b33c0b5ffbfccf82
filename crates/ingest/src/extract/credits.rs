//! Reads credits in a line: behind labels (责任编辑：李四), in brackets (记者 张三), below pictures (刘通摄).

use std::ops::Range;

use super::interview;
use super::line::{Reader, colon_after, is_bar, is_separator, starts, stop_at};
use super::names::{self, Place};
use super::outlets::is_outlet;
use super::page::{SOFT, is_letter, is_mark};
use super::vocabulary::TOOK;
use gongxun_core::article::Role;
use gongxun_text::fold::is_han;

/// A label without a colon, and the names behind it.
pub struct Bare {
    /// The role that the label gives.
    pub role: Role,
    /// The label's range in the line.
    pub label: Range<usize>,
    /// The names.
    pub names: Vec<String>,
    /// The end of the names.
    pub end: usize,
}

impl Reader {
    /// Takes the photographers that captions end with: （刘通摄）, ▲某某日报图片记者黎旭、李言摄.
    pub fn photographers(&mut self) {
        // Each of these words has one of two characters.
        if !self.chars.iter().any(|c| matches!(c, '摄' | '图')) {
            return;
        }
        for at in 0..self.chars.len() {
            let Some((word, roles)) = TOOK.iter().find(|(word, _)| starts(&self.chars[at..], word)) else { continue };
            let end = at + word.chars().count();
            let closes = self.chars[end..].iter().find(|c| !c.is_whitespace() && **c != SOFT);
            let ends = closes.is_none_or(|c| !is_letter(*c) && !matches!(c, ':' | '/' | '|' | '丨'));
            if ends && !self.covered[at] {
                self.take_photographers(at, end, roles);
            }
        }
    }

    /// Takes the reporters of a byline without a title: 【鐘武達、陳世宗／綜合報導】, 鐘武達／台中報導.
    pub fn reporters(&mut self) {
        const NAMES: usize = 24;
        const REPORT: usize = 8;
        let Some(from) = self.chars.iter().position(|c| is_letter(*c)) else { return };
        let bracketed = from > 0 && matches!(self.chars[from - 1], '(' | '[' | '【' | '〔' | '〖');
        let Some(slash) = self.chars[from..].iter().take(NAMES).position(|c| *c == '/').map(|at| from + at) else {
            return;
        };
        let run = self.chars[slash + 1..].iter().take(REPORT + 1).take_while(|c| is_letter(**c)).count();
        let end = slash + 1 + run;
        let word: String = self.chars[slash + 1..end].iter().collect();
        let closes = match self.chars.get(end) {
            Some(c) => bracketed && matches!(c, ')' | ']' | '】' | '〕' | '〗'),
            None => true,
        };
        if run > REPORT || !closes || !(word.ends_with("报导") || word.ends_with("报道")) {
            return;
        }
        let head: String = self.printed[from..slash].iter().collect();
        let tokens: Vec<&str> = head.split(['、', ' ', '　', ',', '，']).filter(|token| !token.is_empty()).collect();
        let names: Vec<String> = tokens.iter().flat_map(|token| names::read(token, Place::Bare)).collect();
        if tokens.is_empty() || names.len() < tokens.len() || is_outlet(&head) {
            return;
        }
        self.found.labels += 1;
        self.cover(from..end);
        for name in names {
            self.push(Role::Reporter, &name);
        }
    }

    fn take_photographers(&mut self, at: usize, end: usize, roles: &[Role]) {
        const LONGEST: usize = 24;
        let mut names: Vec<String> = Vec::new();
        let (mut stop, mut start, mut titled) = (at, at, false);
        while !titled {
            while stop > 0 && (is_separator(self.chars[stop - 1]) || self.chars[stop - 1] == '和') && names.len() < 6 {
                stop -= 1;
            }
            let run = self.chars[..stop].iter().rev().take_while(|c| is_letter(**c) || names::is_dot(**c)).count();
            if run == 0 || run > LONGEST {
                break;
            }
            let mut from = stop - run;
            // 新华社记者李尕: the names stand behind the title.
            let title =
                (from..stop).rev().find_map(|i| self.title_at(i).filter(|(_, e)| *e <= stop).map(|(_, e)| (i, e)));
            let begin = from;
            if let Some((_, title_end)) = title {
                (from, titled) = (title_end, true);
            }
            let token: String = self.printed[from..stop].iter().collect();
            let last = self.chars[stop - 1];
            // 航拍, 翻拍, 自摄: a verb, not a name's last character.
            let read = if matches!(last, '拍' | '航' | '偷' | '抓' | '翻') {
                Vec::new()
            } else {
                names::read(&token, Place::Bare)
            };
            if read.is_empty() && !(titled && from == stop && !names.is_empty()) {
                break;
            }
            names.splice(0..0, read);
            start = if titled { begin } else { from };
            stop = from;
        }
        if names.is_empty() {
            return;
        }
        self.found.labels += 1;
        self.cover(start..end);
        for name in names {
            for role in roles {
                self.push(*role, &name);
            }
        }
    }

    pub fn labelled_names(&mut self, roles: &[Role], label: usize, from: usize) -> usize {
        let said: String = self.printed[from..].iter().collect();
        if interview::is_sentence(&said) && self.asks(label, from) {
            return from;
        }
        let (names, end) = self.names(from, Place::Labelled, Some(roles[0]));
        if names.is_empty() {
            let rest_empty = self.chars[from..].iter().all(|c| !is_letter(*c));
            if rest_empty && roles.len() == 1 {
                self.found.credit_awaited = Some(roles[0]);
            }
            // 作者：《财经》综合报道 names an office, not a person.
            let office = from
                + self.chars[from..]
                    .iter()
                    .take_while(|c| is_letter(**c) || matches!(**c, '《' | '》' | ' ' | SOFT))
                    .count();
            if rest_empty || office - from <= 14 && self.chars[office..].iter().all(|c| !is_letter(*c)) {
                self.found.labels += 1;
                self.found.edited |= roles[0].edits();
                self.cover(label..office.max(from));
            }
            return from;
        }
        self.found.labels += 1;
        self.found.edited |= roles[0].edits();
        // 本报记者: the text joined to the label before it belongs to it.
        let start = self.outlet_before(label);
        self.cover(start..end);
        // 责任编辑：南方 都市报 names an outlet.
        let value: String = self.printed[from..end].iter().filter(|c| is_letter(**c)).collect();
        let names = if value.chars().count() >= 4 && is_outlet(&value) { Vec::new() } else { names };
        for name in names {
            for role in roles {
                self.push(*role, &name);
            }
        }
        end
    }

    /// Whether a label begins the line and speech follows: no names up to the next label or the line's end.
    fn asks(&self, label: usize, from: usize) -> bool {
        let begins = self.outlet_before(label);
        let first = self.chars[..begins].iter().all(|c| !is_letter(*c));
        let (names, end) = self.names(from, Place::Bare, None);
        let next = self.chars.get(end).copied();
        first
            && (names.is_empty()
                || next.is_some_and(|c| matches!(c, '?' | '!' | ',' | '。')) && self.goes_on_talking(end))
    }

    /// Whether letters stand behind a sign, in a line without another label.
    fn goes_on_talking(&self, sign: usize) -> bool {
        let rest = &self.chars[sign..];
        rest.iter().any(|c| is_letter(*c)) && !(sign..self.chars.len()).any(|at| self.label_here(at))
    }

    /// Reads names from a place on, and returns them with their end. `task` is the role of a label that names a task,
    /// behind which an organisation may stand, or a title and an outlet before the names: 采写：南都记者 段小满.
    pub fn names(&self, from: usize, place: Place, task: Option<Role>) -> (Vec<String>, usize) {
        let mut names: Vec<String> = Vec::new();
        let mut at = from;
        let mut end = from;
        let mut half: Option<String> = None;
        loop {
            let gap = at;
            while self.chars.get(at).is_some_and(|c| is_separator(*c) || *c == ':' && at < from + 2) {
                at += 1;
            }
            let slash = self.chars[gap..at].contains(&'/');
            if names.is_empty()
                && task.is_some()
                && let Some((_, stop)) = self.title_at(at)
            {
                at = stop;
                continue;
            }
            if at >= self.chars.len()
                || self.dates.iter().any(|d| d.range.start == at)
                || (at > from && self.label_starts(at))
                || stop_at(&self.chars, at).is_some()
            {
                break;
            }
            let start = at;
            while at < self.chars.len()
                && (is_letter(self.chars[at])
                    || names::is_dot(self.chars[at])
                    || matches!(self.chars[at], '_' | '.' | '\''))
                && !is_bar(self.chars[at])
                && !(at > start && (self.label_starts(at) || stop_at(&self.chars, at).is_some()))
                && !self.dates.iter().any(|d| d.range.start == at)
            {
                at += 1;
            }
            if at == start {
                break;
            }
            let mut token: String = self.printed[start..at].iter().collect();
            if names.is_empty()
                && task.is_some()
                && let Some((_, stop)) = self.title_at(at)
            {
                // 南都记者, 新京报首席记者: the reporter's outlet, not a name.
                at = stop;
                continue;
            }
            if colon_after(&self.chars, at).is_some_and(|c| c == at + 1) && half.is_none() {
                // The next label, which is not in the vocabulary: 人气：, 微信：.
                if let Some((name, len)) = name_before_label(&token) {
                    names.push(name);
                    end = start + len;
                }
                break;
            }
            if let Some(first) = half.take() {
                // 张 三: two single characters are one name; 李 小明 too.
                if token.chars().count() <= 2 && token.chars().all(is_han) {
                    token.insert_str(0, &first);
                    let read = names::read(&token, place);
                    if read.is_empty() {
                        break;
                    }
                    end = at;
                    names.extend(read);
                    continue;
                }
                break;
            }
            if token.chars().count() == 1 && token.chars().all(is_han) {
                half = Some(token);
                continue;
            }
            if names::is_staff_code(&token) && !names.is_empty() {
                end = at;
                continue;
            }
            let signature = names::without_staff_code(&token);
            if signature.len() < token.len() {
                token.truncate(signature.len());
            }
            // 圖／記者李毓康攝: a verb stands behind the name.
            if task.is_some() && token.chars().count() > 2 && token.ends_with(['摄', '攝']) {
                token.pop();
            }
            if place == Place::Labelled && names::is_latin_word(&token) {
                let (name, stop) = self.latin_name(start, at);
                names.push(name);
                (at, end) = (stop, stop);
                continue;
            }
            let mut read = names::read(&token, place);
            if slash && (token.ends_with(['道', '导', '導', '电', '電'])) {
                read.clear();
            } else if read.is_empty() {
                read = names::before_place(&token);
            }
            if place == Place::Labelled && !read.is_empty() && self.is_prose(&token, at) {
                break;
            }
            if read.is_empty() {
                if task == Some(Role::Author) && names.is_empty() && names::is_organisation(&token) {
                    names.push(token);
                    end = at;
                }
                break;
            }
            names.extend(read);
            end = at;
        }
        names.dedup();
        (names, end)
    }

    /// Whether the text behind a label continues as a sentence: 作者：近日，某市…
    fn is_prose(&self, token: &str, end: usize) -> bool {
        const LETTERS: usize = 10;
        names::read(token, Place::Bare).is_empty()
            && self.chars.get(end).is_some_and(|c| matches!(c, '，' | ',' | '。'))
            && self.chars[end + 1..].iter().take_while(|c| is_letter(**c) || is_mark(**c)).count() >= LETTERS
    }

    /// Returns a Latin name of one to four words with one blank between them: Demi Lan.
    fn latin_name(&self, start: usize, end: usize) -> (String, usize) {
        const MOST: usize = 4;
        let mut end = end;
        for _ in 1..MOST {
            let word = end + 1;
            let len = self
                .printed
                .get(word..)
                .unwrap_or_default()
                .iter()
                .take_while(|c| c.is_ascii_alphabetic() || **c == '.')
                .count();
            let token: String = self.printed.get(word..word + len).unwrap_or_default().iter().collect();
            if self.chars.get(end) != Some(&' ') || !names::is_latin_word(&token) {
                break;
            }
            end = word + len;
        }
        (self.printed[start..end].iter().collect(), end)
    }

    /// Takes a name before its label in brackets: (陈巍 编辑).
    pub fn name_before(&mut self, role: Role, label: usize, end: usize) {
        if !self.chars.get(end).is_none_or(|c| matches!(c, ')' | ']' | '】' | '〕')) {
            return;
        }
        let Some(open) = self.chars[..label].iter().rposition(|c| matches!(c, '(' | '[' | '【' | '〔')) else {
            return;
        };
        let inner: String = self.printed[open + 1..label].iter().collect();
        let names: Vec<String> = inner
            .split(|c: char| c.is_whitespace() || c == '、')
            .filter(|t| !t.is_empty())
            .map(str::to_string)
            .collect();
        let read: Vec<String> = names.iter().flat_map(|n| names::read(n, Place::Bare)).collect();
        if names.is_empty() || read.len() < names.len() || !inner.contains(char::is_whitespace) {
            return;
        }
        self.found.labels += 1;
        self.cover(open + 1..end);
        for name in read {
            self.push(role, &name);
        }
    }

    /// Whether a run of bare names may end here.
    pub fn ends_well(&self, at: usize) -> bool {
        match self.chars.get(at) {
            None => true,
            Some(c) => {
                !is_letter(*c)
                    || self.label_starts(at)
                    || stop_at(&self.chars, at).is_some()
                    || starts(&self.chars[at..], "报道")
                    || starts(&self.chars[at..], "报导")
            }
        }
    }

    /// Takes bare credits (本报记者 张三) if the line or the brackets around them hold nothing else.
    pub fn bare_names(&mut self, bare: Vec<Bare>) {
        if bare.is_empty() {
            return;
        }
        let mut spans = Vec::new();
        for Bare { role, label, names, end } in bare {
            let start = self.outlet_before(label.start);
            spans.push((role, start..end, names));
        }
        let mut covered = self.covered.clone();
        for (_, span, _) in &spans {
            covered[span.clone()].fill(true);
        }
        self.cover_outlets(&mut covered);
        let open = |i: usize| is_letter(self.chars[i]) && !covered[i];
        let line_is_byline = (0..self.chars.len()).filter(|i| open(*i)).count() * 5 <= self.chars.len();
        let mut last_inside: Option<usize> = None;
        for (role, span, names) in spans {
            let left = (0..span.start).rev().find(|i| !self.chars[*i].is_whitespace()).map(|i| self.chars[i]);
            // The second credit in brackets follows the first: （记者 张三 通讯员 李四）.
            let follows = last_inside.is_some_and(|end: usize| {
                end <= span.start && self.chars[end..span.start].iter().all(|c| is_separator(*c))
            });
            let inside = follows || matches!(left, Some('(' | '[' | '【' | '〔' | '〖' | '<'));
            if !(line_is_byline || inside) {
                continue;
            }
            self.found.labels += 1;
            last_inside = inside.then_some(span.end);
            self.cover(span);
            for name in names {
                self.push(role, &name);
            }
        }
    }

    /// Marks runs of letters as accounted for that are outlets: 聯合報 before 記者.
    fn cover_outlets(&self, covered: &mut [bool]) {
        let mut at = 0;
        while at < self.chars.len() {
            let run = self.chars[at..]
                .iter()
                .zip(&covered[at..])
                .take_while(|(c, covered)| is_letter(**c) && !**covered)
                .count();
            if run > 0 && is_outlet(&self.printed[at..at + run].iter().collect::<String>()) {
                covered[at..at + run].fill(true);
            }
            at += run.max(1);
        }
    }

    /// Returns the end of a byline's names including the kind of report behind a slash: 記者林宸／即時報導.
    pub fn with_report(&self, end: usize) -> usize {
        const LONGEST: usize = 8;
        let mut at = end;
        while self.chars.get(at).is_some_and(|c| c.is_whitespace() || *c == SOFT) {
            at += 1;
        }
        if !matches!(self.chars.get(at), Some('/' | '╱' | '-')) {
            return end;
        }
        let run = self.chars[at + 1..].iter().take(LONGEST + 1).take_while(|c| is_letter(**c)).count();
        let word = &self.chars[at + 1..at + 1 + run];
        let report = ["报导", "报道", "电", "摄影", "采访", "整理", "特稿"].iter().any(|w| {
            let w: Vec<char> = w.chars().collect();
            word.ends_with(&w)
        });
        if report && run <= LONGEST { at + 1 + run } else { end }
    }

    /// Whether a word that asks for a name has nothing but the name beside it, in brackets or in a short line.
    pub fn is_enclosed(&self, label: usize, end: usize) -> bool {
        const LONGEST: usize = 40;
        let start = self.outlet_before(label);
        let before = self.chars[..start].iter().rposition(|c| !c.is_whitespace()).map(|p| self.chars[p]);
        let close = |c: &char| matches!(c, ')' | ']' | '】' | '〕');
        let bracketed = before.is_some_and(|c| matches!(c, '(' | '[' | '【' | '〔'))
            && self.chars[end..].iter().take(LONGEST).any(close);
        let blank = self.chars.get(end).is_some_and(|c| c.is_whitespace() || *c == SOFT);
        let alone = start == 0
            && blank
            && self.chars.len() <= LONGEST / 2
            && !self.chars.iter().any(|c| matches!(c, '。' | '，'));
        bracketed || alone
    }
}

/// Returns the name before a label without a blank between them, and its length: 梁禾 in 梁禾微信.
fn name_before_label(token: &str) -> Option<(String, usize)> {
    let chars: Vec<char> = token.chars().collect();
    [3, 2].into_iter().filter(|len| chars.len() >= len + 2).find_map(|len| {
        let name: String = chars[..len].iter().collect();
        (names::read(&name, Place::Bare).len() == 1).then_some((name, len))
    })
}
