//! Scores the detection of reprints on real articles and copies made of them: recall and joins. Shared by the tests,
//! which hold floors, and by `examples/reprint_figures.rs`, which prints them.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

use gongxun_core::article::Article;
use gongxun_core::article::Date;
use gongxun_core::reprint::{Clusters, Fingerprint, PACKED, Packed, Texts};
use gongxun_ingest::ingest::{Options, extract_all};
use gongxun_text::fold::is_han;

/// The way in which a copy is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A part of the text, from a random place on: 70 %.
    Cut70,
    /// The same: 50 %.
    Cut50,
    /// 8 % of the characters replaced by random ones.
    Changed,
    /// Boilerplate of a page, taken for text.
    Boilerplate,
}

/// Evidence beside the text that a copy is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The title and the day.
    Both,
    /// The title; the day is up to two years off.
    Title,
    /// A day at most seven days off; the title differs.
    Day,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Cut70, Kind::Cut50, Kind::Changed, Kind::Boilerplate];
}

impl Evidence {
    pub const ALL: [Evidence; 3] = [Evidence::Both, Evidence::Title, Evidence::Day];
}

/// Returns the articles of a file of JSON lines.
pub fn articles(path: &Path) -> Vec<Article> {
    let mut articles = Vec::new();
    let options = Options::new([path]).root(path.parent().unwrap_or(path).to_path_buf());
    let read = extract_all(&options, |article| {
        articles.extend(article.ok());
        Ok(())
    });
    read.unwrap();
    articles
}

/// Returns the fingerprints of articles end to end, numbered in order, and the throughput in megabytes of text per
/// second.
pub fn fingerprints(articles: &[Article]) -> (Vec<u8>, f64) {
    let start = Instant::now();
    let packed = articles
        .iter()
        .zip(0..)
        .flat_map(|(article, number)| Fingerprint::from_article(article).pack(number))
        .collect();
    (packed, bytes(articles) as f64 / 1e6 / start.elapsed().as_secs_f64())
}

/// Returns the bytes of title, lead and body.
pub fn bytes(articles: &[Article]) -> usize {
    articles.iter().map(|a| a.title.len() + a.lead.as_ref().map_or(0, String::len) + a.body.len()).sum()
}

/// Returns the clusters of packed fingerprints, each with the place of its article as number.
pub fn clusters(packed: &[u8], articles: &[&Article]) -> Clusters {
    let mut clusters = Clusters::default();
    clusters.update(packed, &[], &mut Bodies { packed, articles });
    clusters
}

/// The texts behind fingerprints, by the numbers of the articles.
pub struct Bodies<'a> {
    pub packed: &'a [u8],
    pub articles: &'a [&'a Article],
}

impl Texts for Bodies<'_> {
    fn prepare(&mut self, _numbers: &[u32]) {}

    fn text(&mut self, number: u32) -> Option<String> {
        let article = self.articles[Packed::at(self.packed, number).article() as usize];
        Some(format!("{}\n{}", article.lead.as_deref().unwrap_or(""), article.body))
    }
}

/// Makes copies of a number of articles in this way, each with the number of its original.
pub fn copies(articles: &[Article], kind: Kind, evidence: Evidence, count: usize) -> Vec<(Article, usize)> {
    let mut random = Random(u64::from(kind as u8) * 7 + u64::from(evidence as u8) + 1);
    let mut taken = HashSet::new();
    let mut copies = Vec::new();
    while copies.len() < count {
        let original = random.below(articles.len());
        if articles[original].body.chars().count() >= 100 && taken.insert(original) {
            copies.push((copy(articles, original, kind, evidence, &mut random), original));
        }
    }
    copies
}

/// Counts the copies that are found in the cluster of their originals.
pub fn recall(articles: &[Article], packed: &[u8], kind: Kind, evidence: Evidence, count: usize) -> usize {
    let copies = copies(articles, kind, evidence, count);
    let mut all = packed.to_vec();
    for ((copy, _), number) in copies.iter().zip(articles.len() as u64..) {
        all.extend(Fingerprint::from_article(copy).pack(number));
    }
    let texts: Vec<&Article> = articles.iter().chain(copies.iter().map(|(copy, _)| copy)).collect();
    let clusters = clusters(&all, &texts);
    let first = (packed.len() / PACKED) as u32;
    let found = |copy: u32, original: u32| {
        clusters.groups.iter().any(|group| group.contains(&original) && group.contains(&copy))
    };
    (first..).zip(&copies).filter(|(copy, (_, original))| found(*copy, *original as u32)).count()
}

fn copy(articles: &[Article], original: usize, kind: Kind, evidence: Evidence, random: &mut Random) -> Article {
    const AROUND: [(&str, &str); 3] = [
        (
            "首页 新闻 评论 维权 服务 专题 视频 图片 当前位置：首页 > 新闻中心 > 正文 字号：大 中 小 打印 关闭 分享到",
            "版权声明：凡注明来源为本网的作品，均为本网版权所有，未经授权不得转载。相关阅读 热门排行 关于我们 联系方式 网站地图 不良信息举报",
        ),
        (
            "您所在的位置：网站首页 要闻 责任编辑推荐 繁體 English 手机版 客户端下载 微博 微信",
            "免责声明：本文仅代表作者观点，与本站无关。其原创性以及文中陈述未经本站证实，请读者自行核实。上一篇 下一篇 返回列表",
        ),
        (
            "登录 注册 搜索 导航 全部频道 日报电子版 数字报",
            "扫一扫关注公众号 点击查看更多精彩内容 评论 0 条 我要评论 发表",
        ),
    ];
    let mut copy = articles[original].clone();
    let chars: Vec<char> = copy.body.chars().collect();
    let mut part = |share: usize| -> String {
        let length = chars.len() * share / 100;
        let from = random.below(chars.len() - length + 1);
        chars[from..from + length].iter().collect()
    };
    copy.body = match kind {
        Kind::Cut70 => part(70),
        Kind::Cut50 => part(50),
        Kind::Changed => {
            let mut chars = chars.clone();
            let pool: Vec<char> = articles[original / 2].body.chars().filter(|c| is_han(*c)).collect();
            let mut places = HashSet::new();
            while places.len() < chars.len() * 8 / 100 {
                let at = random.below(chars.len());
                if places.insert(at) && !pool.is_empty() {
                    chars[at] = pool[random.below(pool.len())];
                }
            }
            chars.into_iter().collect()
        }
        Kind::Boilerplate => {
            let (head, tail) = AROUND[random.below(AROUND.len())];
            format!("{head}\n{}\n{tail}", copy.body)
        }
    };
    let shift = match evidence {
        Evidence::Both => 0,
        Evidence::Title => random.below(1460) as i64 - 730,
        Evidence::Day => random.below(15) as i64 - 7,
    };
    copy.date = copy.date.and_then(|date| Date::from_day_number(date.day_number() + shift));
    if evidence == Evidence::Day {
        copy.title = articles[random.below(articles.len())].title.clone();
    }
    copy
}

pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }
}
