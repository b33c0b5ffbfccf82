//! Prints how much of articles is lost, and how much goes to the wrong part, when they are put into pages of known
//! make: `GONGXUN_DATA=… cargo run --example extraction_templates [ARTICLES]`.
//!
//! `GONGXUN_DATA` names a folder with `scale/cctv.jsonl` and `modern/{html,gold.jsonl}`. Each article is wrapped at
//! four widths as a text file, laid out in tables, broken by `<br>`, put into a page as WeChat makes them and above a
//! long section of comments; and it takes the place of the article in the saved pages of `modern`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use gongxun_core::article::Origin;
use gongxun_ingest::archive::{Media, Record};
use gongxun_ingest::extract::{Options, explain};
use serde_json::Value;

/// The default number of articles.
const ARTICLES: usize = 2_000;
/// The number of articles put into each frame of a saved page.
const IN_EACH_FRAME: usize = 12;
/// The least number of characters of an article: less is the caption of a film.
const LEAST_LETTERS: usize = 60;
/// The number of pages of each template that are named, those with most characters in the wrong part.
const NAMED: usize = 3;

struct Article {
    title: String,
    date: String,
    source: String,
    editor: String,
    paragraphs: Vec<String>,
}

fn main() {
    let Some(data) = std::env::var_os("GONGXUN_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: the figures need GONGXUN_DATA");
        return;
    };
    // With a part of a template's or frame's name after the number, prints its first page.
    let shown = std::env::args().nth(2);
    let wanted = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(ARTICLES);
    let articles = articles(&data, wanted);
    if shown.is_none() {
        println!("{} articles; shares of their characters", articles.len());
        println!("{:<24} {:>7} {:>9} {:>9} {:>9} {:>9}", "template", "pages", "lost", "missing", "foreign", "wrong");
    }
    let mut total = Score::default();
    for (name, media, make) in templates() {
        let mut score = Score::default();
        if shown.as_ref().is_some_and(|part| name.contains(part.as_str())) {
            return println!("{}", make(&articles[15], 0));
        }
        for (n, article) in articles.iter().enumerate() {
            score.add(&format!("{n} {}", article.title), media, &make(article, n), article);
        }
        if shown.is_none() {
            score.print(name);
        }
        total.join(score);
    }
    let mut framed = Score::default();
    let mut frames = 0;
    for frame in frames_of(&data) {
        let mut score = Score::default();
        if shown.as_ref().is_some_and(|part| frame.name.contains(part.as_str())) {
            return println!("{}", frame.with(&articles[0]));
        }
        for n in 0..IN_EACH_FRAME {
            let article = &articles[(frames * IN_EACH_FRAME + n) * 7 % articles.len()];
            score.add(&frame.name, Media::Html, &frame.with(article), article);
        }
        if score.wrong() > 0.005 {
            score.print(&frame.name);
        }
        framed.join(score);
        frames += 1;
    }
    framed.worst.clear();
    framed.print(&format!("{frames} frames of pages"));
    total.join(framed);
    total.worst.clear();
    total.print("all");
}

fn articles(data: &Path, wanted: usize) -> Vec<Article> {
    let text = std::fs::read_to_string(data.join("scale/cctv.jsonl")).unwrap_or_default();
    let all = text.lines().count().max(1);
    let step = (all / wanted.max(1)).max(1);
    let mut articles = Vec::new();
    for value in text.lines().step_by(step).filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let field = |name: &str| value[name].as_str().unwrap_or_default().trim().to_string();
        let body = field("body");
        let paragraphs: Vec<String> = body.lines().map(|p| p.trim().to_string()).filter(|p| !p.is_empty()).collect();
        if letters(&body).len() >= LEAST_LETTERS && !field("title").is_empty() && articles.len() < wanted {
            let source = if field("source").is_empty() { "央视网".to_string() } else { field("source") };
            let editor = if field("editor").is_empty() { "梁禾".to_string() } else { field("editor") };
            articles.push(Article { title: field("title"), date: field("date"), source, editor, paragraphs });
        }
    }
    articles
}

type Make = fn(&Article, usize) -> String;

fn templates() -> Vec<(&'static str, Media, Make)> {
    vec![
        ("text at 26 columns", Media::Dump, |a, n| text_file(a, 26, n)),
        ("text at 35 columns", Media::Dump, |a, n| text_file(a, 35, n)),
        ("text at 60 columns", Media::Dump, |a, n| text_file(a, 60, n)),
        ("text at 72 columns", Media::Dump, |a, n| text_file(a, 72, n)),
        ("layout of tables", Media::Html, |a, _| tables(a)),
        ("line breaks", Media::Html, |a, _| breaks(a)),
        ("WeChat", Media::Html, |a, _| wechat(a)),
        ("comments", Media::Html, |a, n| comments(a, n)),
    ]
}

fn columns(c: char) -> usize {
    1 + usize::from(c as u32 >= 0x2E80 || "“”‘’—…".contains(c))
}

/// Writes a text file whose paragraphs begin with an indent, are separated by empty lines, or both.
fn text_file(article: &Article, width: usize, n: usize) -> String {
    let (indent, between) = [("　　", ""), ("", "\n"), ("　　", "\n")][n % 3];
    let mut text = format!("{}\n{} 来源：{}\n\n", article.title, article.date, article.source);
    for paragraph in &article.paragraphs {
        let mut used = 0;
        for c in format!("{indent}{paragraph}").chars() {
            // Half of the files are broken without regard to punctuation, half let a mark exceed the end of the line.
            let hangs = n % 2 == 1 && "，。、；：！？）》”".contains(c);
            if used + columns(c) > width && !hangs {
                text.push('\n');
                used = 0;
            }
            text.push(c);
            used += columns(c);
        }
        text.push('\n');
        text.push_str(between);
    }
    text + &format!("\n责任编辑：{}\n", article.editor)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn joined(article: &Article, before: &str, after: &str) -> String {
    article.paragraphs.iter().map(|p| format!("{before}{}{after}", escaped(p))).collect()
}

const MENU: &str = "<a href=/>首页</a> <a href=/news>新闻</a> <a href=/wq>维权</a> <a href=/bbs>论坛</a>";
const FOOTER: &str = "关于我们 | 联系我们 | 版权声明<br>Copyright 2008 工讯网 版权所有 京ICP备05001号";
const HEADLINES: [&str; 5] =
    ["快递员入会人数超过百万", "职工之家建到站点", "高温津贴发到了谁手里", "六旬环卫工讨薪记", "劳模走进职校课堂"];

fn links(with: &str) -> String {
    HEADLINES.iter().enumerate().map(|(n, h)| format!("<{with}><a href=/{n}.html>{h}</a></{with}>")).collect()
}

fn tables(article: &Article) -> String {
    let title = escaped(&article.title);
    format!(
        "<html><head><title>{title} - 工讯网</title></head><body><table width=100%><tr><td>{MENU}</td></tr></table>
        <table><tr><td width=180><table><tr><td>今日要闻</td></tr><tr><td>{}</td></tr></table></td><td>
        <table><tr><td align=center><b>{title}</b></td></tr><tr><td>{}　来源：{}</td></tr><tr><td>{}</td></tr>
        <tr><td align=right>责任编辑：{}</td></tr></table></td></tr></table><table><tr><td>{FOOTER}</td></tr></table></body></html>",
        links("div"),
        article.date,
        escaped(&article.source),
        joined(article, "<p>　　", "</p>"),
        article.editor,
    )
}

fn breaks(article: &Article) -> String {
    let title = escaped(&article.title);
    format!(
        "<html><head><title>{title}_工讯网</title></head><body>{MENU}<br><h1>{title}</h1>{} {}<br><br>{}
        （编辑：{}）<br><br>相关新闻<br>{}<br>{FOOTER}</body></html>",
        article.date,
        escaped(&article.source),
        joined(article, "　　", "<br><br>"),
        article.editor,
        links("li"),
    )
}

fn wechat(article: &Article) -> String {
    let title = escaped(&article.title);
    format!(
        "<html><head><title></title><meta property=og:title content=\"{title}\"></head><body id=activity-detail><div id=js_article>
        <div id=page-content><div id=img-content><h2 class=rich_media_title id=activity-name>{title}</h2>
        <div id=meta_content><span class=rich_media_meta><a href=\"javascript:void(0);\" id=js_name>{}</a></span><em id=publish_time>{}</em></div>
        <div class=rich_media_content id=js_content><section style=\"x\">{}</section>
        <section><section><p><span>- END -</span></p></section></section></div></div></div>
        <div class=rich_media_tool><span>阅读</span> <span>赞</span> <span>在看</span></div>
        <div id=js_pc_qr_code><p>微信扫一扫<br>关注该公众号</p></div></div></body></html>",
        escaped(&article.source),
        article.date,
        joined(article, "<section><p style=\"y\"><span>", "</span></p></section>"),
    )
}

fn comments(article: &Article, n: usize) -> String {
    let title = escaped(&article.title);
    let comment = |i: usize| {
        format!(
            "<li><div><b>工友{i}</b><span>{} 2{}:4{}</span></div><p>说得好，我们厂里也是这样，工会来人以后才把加班费补上，希望大家都看看，别再吃这个亏了，第{i}次来留言。</p>
            <div><a href=#>赞({i})</a> <a href=#>回复</a></div></li>",
            article.date,
            i % 4,
            i % 10
        )
    };
    let comments: String = (0..8 + n % 30).map(comment).collect();
    format!(
        "<html><head><title>{title}_工讯网</title></head><body><div class=top>{MENU}</div><div class=main><h1>{title}</h1>
        <div class=info><span>{}</span> <span>来源：{}</span></div><div class=txt>{}</div><div>（责任编辑：{}）</div>
        <div class=fx>分享到：微信 微博</div><div class=pl><h3>网友评论</h3><ul>{comments}</ul></div></div><div class=foot>{FOOTER}</div></body></html>",
        article.date,
        escaped(&article.source),
        joined(article, "<p>", "</p>"),
        article.editor,
    )
}

/// A saved page with a hole where its article was.
struct Frame {
    name: String,
    before: String,
    after: String,
    title: String,
}

impl Frame {
    fn with(&self, article: &Article) -> String {
        let page = format!("{}{}{}", self.before, joined(article, "<p>", "</p>\n"), self.after);
        page.replace(&self.title, &escaped(&article.title))
    }
}

/// Returns the saved pages whose article stands in one run of paragraphs.
fn frames_of(data: &Path) -> Vec<Frame> {
    let gold = std::fs::read_to_string(data.join("modern/gold.jsonl")).unwrap_or_default();
    let mut frames = Vec::new();
    for value in gold.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let name = value["file"].as_str().unwrap_or_default().to_string();
        let Ok(page) = std::fs::read_to_string(data.join("modern/html").join(&name)) else { continue };
        let title = value["title"].as_str().unwrap_or_default().to_string();
        let body = value["with_optional"].as_str().or(value["body"].as_str()).unwrap_or_default();
        let body: Vec<&str> = body.lines().filter(|line| *line != title).collect();
        let (Some(first), Some(last)) = (body.first(), body.last()) else { continue };
        let head: String = first.chars().take(10).collect();
        let tail: String = last.chars().skip(last.chars().count().saturating_sub(10)).collect();
        let visible = page.find("<body").unwrap_or(0);
        let Some(start) = page[visible..].rfind(&head).map(|at| visible + at) else { continue };
        let Some(end) = page[start..].rfind(&tail).map(|at| start + at + tail.len()) else { continue };
        // From the tag that the first paragraph stands in to the end of that of the last.
        let start = page[..start].rfind("<p").filter(|at| start - at < 400).unwrap_or(start);
        let end = page[end..].find("</p>").filter(|at| *at < 200).map_or(end, |at| end + at + 4);
        let inside = &page[start..end];
        let balanced = ["div", "section", "td", "tr", "table", "span", "article", "ul", "li"]
            .iter()
            .all(|tag| inside.matches(&format!("<{tag}")).count() == inside.matches(&format!("</{tag}>")).count());
        // Nothing of the article may be left around the hole.
        let around = letters_outside_tags(&[&page[..start], &page[end..]].concat());
        let captions = value["captions"].as_array().cloned().unwrap_or_default();
        let rest = body.iter().copied().chain(captions.iter().filter_map(Value::as_str)).chain(value["lead"].as_str());
        let mut rest = rest.map(letters).filter(|line| line.len() >= 8 && *line != letters(&title));
        let left = rest.any(|line| around.contains(&line.into_iter().collect::<String>()));
        if balanced && !left && page.contains(&title) && !inside.contains("<script") && inside.len() > 200 {
            frames.push(Frame { name, before: page[..start].to_string(), after: page[end..].to_string(), title });
        }
    }
    frames
}

/// Returns the letters of a page that stand outside its tags.
fn letters_outside_tags(page: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in page.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside && c.is_alphanumeric() => text.push(c),
            _ => {}
        }
    }
    text
}

#[derive(Default)]
struct Score {
    pages: usize,
    letters: usize,
    lost: usize,
    missing: usize,
    foreign: usize,
    worst: Vec<(usize, String)>,
}

impl Score {
    fn add(&mut self, name: &str, media: Media, page: &str, article: &Article) {
        let origin = Origin::file("page");
        let record = Record::new(origin, media, page);
        let wanted: Vec<char> = article.paragraphs.iter().flat_map(|p| letters(p)).collect();
        self.pages += 1;
        self.letters += wanted.len();
        let Ok(read) = explain(&record, &Options::default()) else {
            self.lost += wanted.len();
            self.missing += wanted.len();
            return;
        };
        let shown: Vec<char> = read.lines.iter().flat_map(|line| letters(&line.text)).collect();
        let found = &read.article;
        let title = read.lines.iter().any(|line| line.part == "title").then_some(found.title.as_str());
        let body: Vec<char> = found.lead.iter().flat_map(|lead| letters(lead)).chain(letters(&found.body)).collect();
        let around = found.byline.iter().chain(&found.margin).flat_map(|line| letters(line));
        let parts: Vec<char> = title.into_iter().flat_map(letters).chain(body.iter().copied()).chain(around).collect();
        // The visible text of the page must be in the parts, and the article must be visible.
        self.lost += less(&shown, &parts, 1) + less(&wanted, &shown, 1);
        let (missing, foreign) = (less(&wanted, &body, 3), less(&body, &wanted, 3));
        self.missing += missing;
        self.foreign += foreign;
        self.worst.push((missing + foreign, name.to_string()));
        self.worst.sort_by(|a, b| b.cmp(a));
        self.worst.truncate(NAMED);
    }

    fn join(&mut self, other: Score) {
        self.pages += other.pages;
        self.letters += other.letters;
        self.lost += other.lost;
        self.missing += other.missing;
        self.foreign += other.foreign;
    }

    fn wrong(&self) -> f64 {
        (self.missing + self.foreign) as f64 / self.letters.max(1) as f64
    }

    fn print(&self, name: &str) {
        let share = |n: usize| format!("{:.3}%", 100.0 * n as f64 / self.letters.max(1) as f64);
        let (lost, missing, foreign) = (share(self.lost), share(self.missing), share(self.foreign));
        let wrong = share(self.missing + self.foreign);
        println!("{name:<24} {:>7} {lost:>9} {missing:>9} {foreign:>9} {wrong:>9}", self.pages);
        for (letters, page) in self.worst.iter().filter(|w| w.0 > 20) {
            println!("    {letters} in the wrong part: {page}");
        }
    }
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Counts the runs of a length that occur in `text` more often than in `other`.
fn less(text: &[char], other: &[char], run: usize) -> usize {
    let mut count: HashMap<&[char], i64> = HashMap::new();
    text.windows(run).for_each(|w| *count.entry(w).or_default() += 1);
    other.windows(run).for_each(|w| *count.entry(w).or_default() -= 1);
    count.values().filter(|n| **n > 0).map(|n| *n as usize).sum()
}
