//! Measures how much margins add to an index: the articles of a file of JSON lines are put into pages of one site, with
//! navigation, related links, a list of what is read most, comments and a footer, and indexed with their margins and
//! without.
//!
//! ```text
//! cargo run --release -p gongxun-core --example margins -- articles.jsonl [how many]
//! ```

use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::index::{Resources, Snapshot, Stats, Writer, document};
use gongxun_core::reprint::Fingerprint;
use gongxun_text::random::Random;

/// The default number of pages.
const PAGES: usize = 1_000;

/// The text on every page, before and behind the article.
const HEADER: &str = "首页 新闻 时政 国内 国际 社会 评论 工会 维权 就业 技能 安全生产 劳模 职工之家 文化 体育 视频 图片 专题 地方 登录 \
                      注册 搜索 手机版 设为首页 加入收藏 无障碍浏览 当前位置：";
const FOOTER: &str = "分享到： 微信 微博 QQ空间 打印 纠错 【字号：大中小】 关于我们 联系我们 网站地图 版权声明 法律顾问 广告服务 招聘信息 \
                      违法和不良信息举报电话：010-00000000 互联网新闻信息服务许可证 京ICP备00000000号 京公网安备 \
                      版权所有，未经书面授权禁止使用";
const COMMENTS: [&str; 8] =
    ["说得好", "我们厂也是这样", "支持", "什么时候能落实", "转给同事看看", "希望继续报道", "工资还没发", "顶"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("name a file of JSON lines with title, date and body")?;
    let pages = arguments.next().map_or(Ok(PAGES), |pages| pages.parse())?;
    let mut articles = Vec::new();
    for line in BufReader::new(File::open(&file)?).lines().take(pages) {
        let value: serde_json::Value = serde_json::from_str(&line?)?;
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_string();
        articles.push({
            let mut article = Article::default();
            article.id = ArticleId::new(&articles.len().to_string(), "");
            article.title = text("title");
            article.date = text("date").parse().ok();
            article.source = Some(text("source"));
            article.url = Some(text("url"));
            article.body = text("body").replace("\n\n", "\n");
            article.origin = format!("site/{}.html", articles.len());
            article
        });
    }
    let margins = margins(&articles);
    let characters = |lines: &Vec<String>| lines.iter().map(|line| line.chars().count()).sum::<usize>();
    let around: usize = margins.iter().map(characters).sum();
    let inside: usize = articles.iter().map(|article| article.body.chars().count()).sum();
    let folder = std::env::temp_dir().join(format!("gongxun-margins-{}", std::process::id()));
    let without = size(&folder.join("without"), &articles, |_| Vec::new())?;
    let with = size(&folder.join("with"), &articles, |number| margins[number].clone())?;
    std::fs::remove_dir_all(&folder)?;
    println!(
        "{} pages, margins of {:.2} times the characters of the bodies",
        articles.len(),
        around as f64 / inside as f64
    );
    println!("without margins  {:>10} bytes", without.bytes);
    println!("with margins     {:>10} bytes", with.bytes);
    println!("margins add      {:>9.1} %", (with.bytes as f64 / without.bytes as f64 - 1.0) * 100.0);
    Ok(())
}

/// Returns the margin of each page.
fn margins(articles: &[Article]) -> Vec<Vec<String>> {
    let mut random = Random::new(1);
    let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    let title = |number: usize| articles[number % articles.len()].title.clone();
    let mut margins = Vec::with_capacity(articles.len());
    for (number, article) in articles.iter().enumerate() {
        let mut margin = words(HEADER);
        let section = number % 12;
        margin.extend((0..6).map(|part| format!("频道{section}栏目{part}")));
        margin.push(format!("上一篇：{}", title(number + articles.len() - 1)));
        margin.push(format!("下一篇：{}", title(number + 1)));
        margin.push("相关阅读".into());
        margin.extend((0..8).map(|_| title(random.below(articles.len()))));
        margin.push("点击排行".into());
        // The list of a week, some thirty pages long.
        margin.extend((0..10).map(|place| title(number / 30 * 30 + place * 3)));
        for _ in 0..random.below(3) {
            let comment = COMMENTS[random.below(COMMENTS.len())];
            margin.push(format!(
                "网友{:04} {}",
                random.below(10_000),
                article.date.map_or(String::new(), |d| d.to_string())
            ));
            margin.push(comment.to_string());
        }
        margin.extend(words(FOOTER));
        margins.push(margin);
    }
    margins
}

/// Returns the figures of an index of articles with these margins.
fn size(index: &Path, articles: &[Article], margin: impl Fn(usize) -> Vec<String>) -> Result<Stats, Box<dyn Error>> {
    let mut writer = Writer::open(index, None, Resources::default())?;
    for (number, article) in articles.iter().enumerate() {
        let mut article = article.clone();
        article.margin = margin(number);
        writer.fingerprint(&article, &Fingerprint::from_article(&article));
        writer.add(&article, &article.origin, document::encode(&article))?;
    }
    writer.finish()?;
    Ok(Stats::from_snapshot(&Snapshot::open(index)?)?)
}
