//! Finds the headline among the visible lines, checked against the page's `title` element.

use std::ops::Range;

use super::page::{Page, is_letter};
use super::worth::{Kind, Worth};
use super::{date, labels, outlets, signatures};
use gongxun_text::fold::fold_char;

/// Tags that sites put before a headline.
const TAGS: &[&str] = &[
    "[视频]",
    "【视频】",
    "[图文]",
    "[组图]",
    "【组图】",
    "[图集]",
    "[图片]",
    "[高清]",
    "[多图]",
    "[原创]",
    "[转载]",
    "[图]",
];
/// The least letters of a declared title whose repetition is the headline wherever it stands.
const LEAST_REPEATED: usize = 6;
/// The number of lines above the body that are searched for an undeclared headline.
const NEAR: usize = 15;
/// The most lines between the lines with metadata and the text: buttons, captions.
const ABOUT_NEAR: usize = 7;
/// The least letters of the page's title that a visible line must repeat.
const LEAST_LETTERS: usize = 4;
/// The longest headline, in letters.
const LONGEST: usize = 120;

/// The most letters of a section's name above a headline.
const SECTION: u32 = 6;

/// The length in letters from which on a headline counts only if there is no other.
const LONG: usize = 60;

/// The score of such a headline, in letters, against shorter ones.
const LONG_SCORE: usize = 12;

/// The score of a line that repeats the declared title and says nothing else.
const EXACT_SCORE: usize = 12;

/// A headline and, if it is visible, its line.
#[derive(Debug, Clone, PartialEq)]
pub struct Title {
    /// The headline.
    pub text: String,
    /// The line it stands in.
    pub line: Option<usize>,
    /// The lines that continue it, if it is broken.
    pub more: Range<usize>,
}

impl Title {
    /// Makes a visible line the headline.
    pub fn at_line(page: &Page, line: usize) -> Title {
        Title { text: clean(&page.lines[line].text), line: Some(line), more: 0..0 }
    }
}

/// Finds the headline before the first line of the body.
pub fn find(page: &Page, worth: &[Worth], run: &Range<usize>) -> Title {
    let body_start = run.start;
    let declared = declared_titles(page);
    if let Some(line) = visible(page, worth, body_start, &declared) {
        let title = Title::at_line(page, line);
        let (more, end) = continued(page, line, body_start, &declared);
        return Title { text: headline(page, line, &declared) + &more, more: line + 1..end, ..title };
    }
    if let Some(line) = heading(page, worth, body_start, &declared) {
        return Title::at_line(page, line);
    }
    // If the page declares only its site's name, or nothing, the headline stands above the lines with metadata.
    if (page.dump || declared.iter().all(|t| is_site(&without_site(t))))
        && let Some(line) = undeclared(page, worth, run)
    {
        return Title::at_line(page, line);
    }
    let text = declared.first().map(|t| clean(&without_site(t))).unwrap_or_default();
    Title { text, line: None, more: 0..0 }
}

/// Returns the declared headline of a page, without the site's name.
pub fn declared(page: &Page) -> Option<String> {
    declared_titles(page).first().map(|t| clean(&without_site(t)))
}

/// Returns the keys of the declared titles, with and without the site's name: a line that says no more repeats the
/// headline.
pub fn declared_keys(page: &Page) -> Vec<Vec<char>> {
    let mut keys: Vec<Vec<char>> = Vec::new();
    for title in declared_titles(page) {
        for text in [clean(&title), clean(&without_site(&title))] {
            let key = key(&text);
            if key.len() >= LEAST_REPEATED && !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// Finds a headline that the page does not declare: the line right above the lines with metadata, or above the first
/// paragraph.
fn undeclared(page: &Page, worth: &[Worth], run: &Range<usize>) -> Option<usize> {
    let line = |i: usize| &page.lines[i];
    let prose = |i: usize| {
        worth[i].kind == Kind::Sentence
            && (line(i).letters >= 70 || line(i).letters >= 20 && line(i).text.contains('。'))
    };
    let about = |i: usize| {
        let dated = line(i).letters <= 80 && !date::find_dates(&date::folded(&line(i).text)).is_empty();
        let byline = line(i).letters <= 60
            && (labels::read(&line(i).text).labels > 0 || outlets::outlet_of_byline(&line(i).text).is_some());
        worth[i].kind == Kind::About || dated || byline
    };
    let good = |i: &usize| {
        let text = &line(*i).text;
        let separators = text.chars().filter(|c| matches!(c, '|' | '｜' | '>' | '»' | '›' | '│')).count();
        matches!(worth[*i].kind, Kind::Short | Kind::Sentence | Kind::Title)
            && (LEAST_LETTERS..=LONGEST).contains(&(line(*i).letters as usize))
            && separators < 2
            && line(*i).link_letters == 0
            && !(line(*i).letters <= 8 && outlets::is_outlet(text.trim()))
            && !about(*i)
            && !text.contains("http")
            && !text.contains('@')
            && !text.contains("www.")
            && !text.ends_with(['：', ':'])
    };
    // The first prose with metadata shortly above it; a teaser in the head of the page has none.
    let near = run.start..(run.start + 2 * NEAR).min(page.lines.len());
    let letters =
        |range: Range<usize>| range.filter(|i| worth[*i].kind == Kind::Sentence).map(|i| line(i).letters).sum::<u32>();
    let leaves_most = |i: usize| letters(run.start..i) * 2 < letters(i..run.end.max(i));
    let first = near
        .clone()
        .find(|i| prose(*i) && (i.saturating_sub(ABOUT_NEAR)..*i).any(about) && leaves_most(*i))
        .or_else(|| near.clone().find(|i| prose(*i)))
        .unwrap_or(run.start);
    // From the text upwards: the lines with metadata stand together, with at most buttons between them.
    let from = first.saturating_sub(NEAR);
    let mut top = None;
    let mut gap = 0;
    for i in (from..first).rev() {
        if about(i) {
            (top, gap) = (Some(i), 0);
        } else if top.is_some() {
            gap += 1;
            if gap > 2 {
                break;
            }
        }
    }
    let best = |range: Range<usize>| range.rev().find(good);
    // A text file of the article alone begins with the headline.
    let plain = |i: usize| {
        !matches!(worth[i].kind, Kind::Beside | Kind::End | Kind::Links | Kind::Legal)
            && line(i).text.chars().filter(|c| matches!(c, '|' | '｜' | '>' | '»' | '›' | '│')).count() < 2
    };
    let told = (1..3.min(page.lines.len())).any(about);
    if page.dump
        && (first <= ABOUT_NEAR || told)
        && (0..first.min(ABOUT_NEAR)).filter(|i| !line(*i).furniture).all(plain)
    {
        // 国内联播快讯 ends like an outlet's name, but above the line of the date it is none.
        let named = |i: usize| {
            i + 1 < first
                && line(i).letters <= 8
                && outlets::is_outlet(line(i).text.trim())
                && about(i + 1)
                && !about(i)
        };
        let head = (0..first).find(|i| !line(*i).furniture && (good(i) || named(*i)));
        if let Some(head) = head {
            // The name of a section stands above the headline, and is much shorter: 工路维权.
            let next = (head + 1..first).find(|i| !line(*i).furniture).filter(|i| good(i) && !about(head + 1));
            let section = |next: usize| line(head).letters <= SECTION && line(next).letters >= 2 * line(head).letters;
            let named = |next: usize| !signatures::names_alone(&line(next).text).is_empty();
            return Some(next.filter(|next| section(*next) && !named(*next)).unwrap_or(head));
        }
    }
    let above = top.and_then(|t| best(t.saturating_sub(4)..t));
    above.or_else(|| best(from..first))
}

/// Returns the text and end of the lines right below a headline that continue the declared title: a headline broken in
/// two.
fn continued(page: &Page, line: usize, body_start: usize, declared: &[String]) -> (String, usize) {
    let mut so_far = key(&page.lines[line].text);
    let mut text = String::new();
    let mut end = line + 1;
    for next in line + 1..(line + 3).min(body_start) {
        let own = key(&page.lines[next].text);
        let longer: Vec<char> = so_far.iter().chain(&own).copied().collect();
        let goes_on = own.len() >= LEAST_LETTERS && declared.iter().any(|t| key(t).starts_with(&longer));
        if !goes_on || page.lines[next].block != page.lines[line].block {
            break;
        }
        text.push(' ');
        text.push_str(page.lines[next].text.trim());
        so_far = longer;
        end = next + 1;
    }
    (text, end)
}

/// Returns the titles that the page declares: `title`, OpenGraph and others.
fn declared_titles(page: &Page) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    let mut push = |text: &str| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().filter(|c| is_letter(*c)).count() >= 2 && !titles.contains(&text) {
            titles.push(text);
        }
    };
    if let Some(title) = page.title {
        push(&page.texts[title as usize]);
    }
    // The first line of a crawl's text is the page's `title`, with the site's name behind it.
    if let Some(first) = page.lines.first().filter(|l| page.dump && without_site(&l.text) != l.text.trim()) {
        push(&without_site(&first.text));
    }
    for meta in &page.metas {
        if matches!(
            meta.name.as_str(),
            "og:title" | "twitter:title" | "articletitle" | "headline" | "title" | "dc.title"
        ) {
            push(&page.texts[meta.text as usize]);
        }
    }
    titles
}

/// Returns a text's folded letters, which two prints of one headline share.
pub fn key(text: &str) -> Vec<char> {
    text.chars().map(fold_char).filter(|c| is_letter(*c)).collect()
}

/// Finds the visible line before the body that repeats the declared title: the longest, and among equals the nearest to
/// the body.
fn visible(page: &Page, worth: &[Worth], body_start: usize, declared: &[String]) -> Option<usize> {
    let printed = declared;
    let declared: Vec<Vec<char>> = declared.iter().map(|t| key(t)).collect();
    let bare: Vec<Vec<char>> = printed.iter().map(|t| key(&without_site(t))).collect();
    let mut best: Option<(usize, usize)> = None;
    for (i, line) in page.lines.iter().enumerate().take((body_start + 3).min(page.lines.len())) {
        if page.dump && i == 0 {
            continue;
        }
        let letters = line.letters as usize;
        if !(LEAST_LETTERS..=LONGEST).contains(&letters)
            || matches!(worth[i].kind, Kind::Hidden | Kind::Beside | Kind::End)
        {
            continue;
        }
        let own = key(&line.text);
        let repeats = declared.iter().any(|t| {
            if page.dump {
                return *t == own;
            }
            let at_start = t.len() >= own.len() && t[..own.len()] == own[..];
            at_start || (own.len() >= 6 && t.windows(own.len()).any(|w| w == own.as_slice()))
        });
        // A heading may be longer than the declared title: 【即时播报】标题.
        let holds =
            line.heading > 0 && own.len() >= 8 && declared.iter().any(|t| common_run(t, &own) * 10 >= own.len() * 6);
        if !(repeats || holds) {
            continue;
        }
        // A declared title may repeat the article's first paragraph behind the headline.
        let prose = line.text.contains('。') && own.len() > LONG;
        let length = if own.len() > LONG && prose { LONG_SCORE } else { own.len().min(LONG) };
        // Of two lines with the same letters, the one with the declared punctuation is the headline.
        let same_print = printed.iter().any(|t| t.contains(line.text.trim()));
        // A subheading may begin with the headline, and is longer than the declared title.
        let same = declared.iter().chain(&bare).any(|t| *t == own);
        let score = length * 2
            + if line.heading > 0 { 4 } else { 0 }
            + usize::from(same_print)
            + if same { EXACT_SCORE } else { 0 };
        if best.is_none_or(|(_, s)| score >= s) {
            best = Some((i, score));
        }
    }
    best.map(|(i, _)| i)
}

/// Finds a heading shortly before the body if the page declares no title that is visible.
fn heading(page: &Page, worth: &[Worth], body_start: usize, declared: &[String]) -> Option<usize> {
    let from = body_start.saturating_sub(NEAR);
    let named = declared.iter().all(|t| is_site(&without_site(t)));
    let good = |i: &usize| {
        let line = &page.lines[*i];
        let letters = line.letters as usize;
        // 首页 - 新闻动态 is a breadcrumb.
        let path = ["首页", "首頁", "当前位置", "您的位置"].iter().any(|w| line.text.trim_start().starts_with(w));
        (5..=LONGEST).contains(&letters)
            && !path
            && line.link_letters * 2 <= line.letters
            && matches!(worth[*i].kind, Kind::Short | Kind::Sentence)
    };
    // If the page's title names only its site or section, any heading can be the headline.
    let levels = if named { 1..=6 } else { 1..=3 };
    { levels }.find_map(|level| (from..body_start).rev().find(|i| page.lines[*i].heading == level && good(i))).filter(
        |i| {
            // A declared title that shares little with the heading describes the page better, unless it names the site
            // alone.
            let own = key(&page.lines[*i].text);
            declared.iter().all(|t| t.is_empty())
                || shares(&own, declared)
                || declared.iter().all(|t| key(&without_site(t)).len() < 8)
        },
    )
}

/// Returns the length of the longest beginning of `title` that stands anywhere in `own`.
fn common_run(title: &[char], own: &[char]) -> usize {
    (0..own.len()).map(|at| own[at..].iter().zip(title).take_while(|(a, b)| a == b).count()).max().unwrap_or(0)
}

fn shares(own: &[char], declared: &[String]) -> bool {
    declared.iter().any(|t| {
        let t = key(t);
        let common = own.iter().filter(|c| t.contains(c)).count();
        common * 10 >= own.len() * 7
    })
}

/// The most characters of the name of a site or section.
const LONGEST_SITE: usize = 24;

/// Removes the names of site and section from a declared title: 标题_频道_某某网.
pub fn without_site(title: &str) -> String {
    let chars: Vec<char> = title.chars().collect();
    let hard = |c: char| matches!(c, '_' | '|' | '｜' | '│' | '丨' | '‖' | '»' | '>');
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        let dash = matches!(c, '-' | '－' | '—' | '–' | '─');
        if hard(c) || dash {
            let mut end = i + 1;
            while end < chars.len() && (chars[end] == c) {
                end += 1;
            }
            let spaced = i > 0 && chars[i - 1] == ' ' && chars.get(end) == Some(&' ');
            let inside_latin = |k: Option<&char>| k.is_some_and(|k| k.is_ascii_alphanumeric());
            let joins = dash && !spaced && inside_latin(chars.get(i.wrapping_sub(1))) && inside_latin(chars.get(end));
            if !joins {
                cuts.push((i, end));
            }
            i = end;
        } else {
            i += 1;
        }
    }
    let part = |from: usize, to: usize| chars[from..to].iter().collect::<String>().trim().to_string();
    let mut end = chars.len();
    let mut head_letters = chars.iter().filter(|c| is_letter(**c)).count();
    for &(from, to) in cuts.iter().rev() {
        head_letters -= chars[from..end].iter().filter(|c| is_letter(**c)).count();
        let blanks = |part: &[char]| part.iter().take_while(|c| c.is_whitespace()).count();
        let behind = chars[to..end].iter().rev().take_while(|c| c.is_whitespace()).count();
        let length = (end - to).saturating_sub(behind).saturating_sub(blanks(&chars[to..end]));
        if head_letters < LEAST_LETTERS || length > LONGEST_SITE {
            break;
        }
        let separator = chars[from];
        if !(is_site(&part(to, end)) || hard(separator) && separator != '丨') {
            break;
        }
        end = from;
    }
    let text = part(0, end);
    // 某某网 - 标题 begins with the site's name.
    match cuts.iter().find(|c| c.1 < end) {
        Some(&(from, to))
            if is_named_site(&part(0, from)) && part(to, end).chars().count() > part(0, from).chars().count() =>
        {
            part(to, end)
        }
        _ => text,
    }
}

/// Whether a part of a title names a site or one of its sections, or is too short for a headline.
fn is_site(part: &str) -> bool {
    is_named_site(part) || part.chars().filter(|c| is_letter(*c)).count() <= 4
}

fn is_named_site(part: &str) -> bool {
    const ENDS: &[&str] = &[
        "网",
        "报",
        "在线",
        "频道",
        "新闻",
        "中心",
        "社",
        "首页",
        "门户",
        "资讯",
        "日报",
        "晚报",
        "周刊",
        "杂志",
        "电视台",
        "广播",
        "com",
        "cn",
        "net",
        "org",
        "站",
        "财经",
        "娱乐",
        "体育",
        "科技",
        "社会",
        "国际",
        "国内",
        "军事",
        "要闻",
        "时政",
        "健康",
        "教育",
        "文化",
        "台",
        "版",
        "论坛",
        "专栏",
        "评论",
        "台湾",
        "天地",
        "生活",
        "地方",
        "热点",
        "中国",
        "世界",
    ];
    let folded: String = part.chars().map(fold_char).collect();
    let folded = folded.trim();
    let letters = folded.chars().filter(|c| is_letter(*c)).count();
    letters <= 14 && ENDS.iter().any(|e| folded.ends_with(e))
}

/// Returns a line's text as a headline, without a tag in an element of its own that the declared title lacks.
fn headline(page: &Page, line: usize, declared: &[String]) -> String {
    /// The most letters of such a tag.
    const TAG: usize = 4;
    const MARKS: &[&str] =
        &["原创", "转载", "独家", "首发", "置顶", "推荐", "精华", "热", "荐", "图文", "视频", "专题", "深度"];
    let text = &page.lines[line].text;
    let mark = MARKS
        .iter()
        .find(|mark| page.soft_text(&page.lines[line]).starts_with(&format!("{mark}{}", super::page::SOFT)));
    // A tag of a forum or section in brackets: [讨论] 标题.
    let bracketed = || {
        let inner = text.trim_start().strip_prefix(['[', '【'])?;
        let (tag, rest) = inner.split_once([']', '】'])?;
        (tag.chars().count() <= TAG).then_some(rest)
    };
    let rest = mark.and_then(|mark| text.trim_start().strip_prefix(mark)).or_else(bracketed).map(clean);
    rest.filter(|rest| !rest.is_empty() && declared.iter().any(|t| key(t).starts_with(&key(rest))))
        .unwrap_or_else(|| clean(text))
}

fn clean(text: &str) -> String {
    const NAMED: &[&str] = &["标题", "题目", "主题", "標題", "題目", "主題"];
    let mut text = text.trim();
    for name in NAMED {
        let rest = text.strip_prefix(name).map(str::trim_start).and_then(|rest| rest.strip_prefix(['：', ':']));
        text = rest.map_or(text, str::trim_start);
    }
    for tag in TAGS {
        text = text.strip_prefix(tag).unwrap_or(text).trim_start();
    }
    let text = text.replace(['\n', '\t'], " ");
    text.trim_matches(|c: char| c.is_whitespace() || c == super::page::SOFT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn site_names_go() {
        for (title, expect) in [
            ("北京鼓励家庭储备应急物资_财经_凤凰网", "北京鼓励家庭储备应急物资"),
            ("十张以上即可办理--社会--人民网", "十张以上即可办理"),
            ("業界稱廢除以藥養醫至少需十年 - 新浪網 - 新聞", "業界稱廢除以藥養醫至少需十年"),
            (
                "菸害防治－菸害新法上路3年 癮君子減少42萬人｜醫藥健康｜中時樂活｜中時電子報",
                "菸害防治－菸害新法上路3年 癮君子減少42萬人",
            ),
            ("工人日报社评丨打好“联”字牌", "工人日报社评丨打好“联”字牌"),
            ("柯达COVID-19应对", "柯达COVID-19应对"),
        ] {
            assert_eq!(without_site(title), expect);
        }
    }
}
