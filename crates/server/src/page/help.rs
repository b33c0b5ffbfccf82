//! `/help`: the query language by example, keys, and where programs ask.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use maud::html;

use super::layout::{self, PageContext};
use super::state::Search;
use crate::conditions::Conditions;

/// Examples of the query language: what is typed, what it finds in Chinese and in English.
const EXAMPLES: [(&str, &str, &str); 20] = [
    ("工会 权益", "两个词都有的文章在前，只有其一的在后", "articles with both words, then those with one"),
    ("\"农民工工资\"", "一字不差的原文，一个字也行", "exactly this text, from one character up"),
    ("讨薪", "连同义词一起找；“只要原词”则不找", "the word with its synonyms, unless exact is chosen"),
    ("工会 OR 职代会", "任一个", "either"),
    ("工会 -罢工", "有前者而没有后者", "the first without the second"),
    ("(欠薪 OR 讨薪) 工会", "括号分组", "groups"),
    ("欠薪 NEAR/30 工会", "相距不超过 30 字", "within 30 characters of each other"),
    ("同句:(工会 工资)", "在同一句里；同段: 在同一段里", "in one sentence; 同段: in one paragraph"),
    ("劳动*", "* 代零到十个字", "* stands for none to ten characters"),
    ("协?商", "? 代一个字", "? stands for one character"),
    ("标题:骑手", "只在标题里；正文: 导语: 图注: 也可", "in the title; body: lead: caption: as well"),
    ("来源:工人日报", "这个来源，或它的一部分", "of this source, or with it as a part"),
    ("媒体:工人日报", "这家媒体", "of this outlet"),
    ("编辑:肖天", "编辑、责任编辑、审核、监制", "by this editor, reviewer or producer"),
    ("作者:郭振纲", "记者、通讯员、评论员、作者", "by this reporter, correspondent, commentator or author"),
    ("栏目:深度", "这个栏目", "in this section"),
    ("网址:https://…", "这个网址的网页", "the page of this address"),
    ("日期:2019-01", "一年、一月或一天；2019..2021、>=2024-06 也可", "a year, month or day; 2019..2021, >=2024-06"),
    ("整页:\"举报电话\"", "连同正文之外的文字（导航、页脚）", "the text around the article as well"),
    ("12351", "数字按整个数字找", "a number, whole"),
];

/// Keys of the page.
const KEYS: [(&str, &str, &str); 6] = [
    ("/", "到检索框", "to the box"),
    ("j k", "下一条、上一条结果；在文章里是下一处、上一处命中", "next and previous hit; in an article, match"),
    ("Enter", "打开选中的结果", "open the chosen hit"),
    ("n p", "下一页、上一页；后一天、前一天", "next and previous page or day"),
    ("u", "从文章回到结果", "from the article back to the hits"),
    ("?", "这份帮助", "this page"),
];

/// Addresses of the API.
const ADDRESSES: [(&str, &str, &str); 13] = [
    ("/api/search?q=…", "检索", "a page of hits"),
    ("/api/export?q=…&format=csv", "导出全部命中：jsonl、csv、ris、bibtex、gbt7714", "all hits"),
    ("/api/articles/{id}", "一篇文章", "one article"),
    ("/api/articles/{id}/copies", "它的副本", "its copies"),
    ("/api/similar/{id}", "相似文章", "articles like it"),
    ("/api/why-not/{id}?q=…", "为什么不在结果里", "why it is not among the hits"),
    ("/api/timeline?q=…&by=month", "时间分布", "matches over time"),
    ("/api/compare?q=…&q=…", "几个检索词的比较", "several queries over time"),
    ("/api/concordance?q=…", "语境", "words in context"),
    ("/api/suggest?q=…", "补全", "completion"),
    ("/api/stats", "馆藏的数字", "the archive in figures"),
    ("/feed.atom?q=…", "一个检索的订阅（Atom）", "a query as a feed"),
    ("/metrics", "给 Prometheus", "for Prometheus"),
];

/// Handles `GET /help`.
pub async fn help(headers: HeaderMap, uri: Uri) -> Response {
    let context = PageContext::from_request(&headers, &uri);
    let lang = context.lang;
    let to = |q: &str| {
        let conditions = Conditions { q: q.to_string(), ..Conditions::default() };
        Search { conditions, ..Search::default() }.href("/search", &[])
    };
    let body = html! {
        div.help {
            h1.part { (lang.pick("帮助", "Help")) }
            h2 { (lang.pick("检索式", "Queries")) }
            p { (lang.pick(
                "繁体与简体、全角与半角、大写与小写一样。打错不会出错：看不懂的部分按普通文字处理，并有提示。",
                "Traditional and Simplified, full and half width, capitals and small letters are the same. Nothing that is typed is an error: what is not understood is taken as text, and a note says so.")) }
            table { tbody { @for (query, zh, en) in EXAMPLES {
                tr { td { a href=(to(query)) lang="zh-Hans" { code { (query) } } } td { (lang.pick(zh, en)) } }
            } } }
            h2 { (lang.pick("三个数", "Three counts")) }
            p { (lang.pick(
                "每个结果有三个数，从不相混：含全部检索词的文章，只以同义词匹配的文章，只含部分检索词的文章。导出、分布、比较只计第一个。",
                "Every answer has three, and they are never mixed: articles that hold all that was typed, articles that do so only by a synonym, and articles with some of it. Exports, timelines and comparisons take the first alone.")) }
            h2 #keys { (lang.pick("快捷键", "Keys")) }
            table { tbody { @for (key, zh, en) in KEYS { tr { td { kbd { (key) } } td { (lang.pick(zh, en)) } } } } }
            h2 #api { "API" }
            p { (lang.pick("同样的参数，JSON 回答。完整说明：", "The same parameters, answered in JSON. In full: ")) a href="/api/openapi.json" { "/api/openapi.json" } }
            table { tbody { @for (address, zh, en) in ADDRESSES { tr { td { code { (address) } } td { (lang.pick(zh, en)) } } } } }
        }
    };
    layout::page(&context, lang.pick("帮助", "Help"), None, "", body)
}
