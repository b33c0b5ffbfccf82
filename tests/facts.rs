//! Tests of the places where pages and records keep metadata of their article: address, dates, sources, credits,
//! headline, text.
//!
//! Each line of `tests/data/facts.jsonl` is a page or record with the expected metadata. A page is given by its parts:
//! the head, the lines above the text (`info`), its beginning and its end. A field that `expect` does not name must be
//! empty; `url`, `section`, `title` and `body` are compared if it names them.

use gongxun_core::article::{Article, Origin};
use gongxun_ingest::archive::{Media, Record};
use gongxun_ingest::extract::{Options, extract};
use serde_json::Value;

const TITLE: &str = "江城女工讨薪记";
const ONE: &str = "江城市人社局联合总工会开展欠薪排查，工作人员走进工地，向农民工发放维权手册，并现场受理投诉。负责人说，对拖欠工资的企业将依法查处。";
const TWO: &str = "据了解，今年以来全市共为两千三百名职工追回工资四千一百万元，比去年同期增长一成。下一步还将建立工资支付保证金制度。";

fn page(case: &Value) -> String {
    let part = |name: &str| case[name].as_str().unwrap_or_default();
    if let Some(html) = case["html"].as_str() {
        return format!("<!DOCTYPE html><html><head><meta charset=utf-8>{html}</html>");
    }
    let title = case["doctitle"].as_str().unwrap_or(TITLE);
    let heading = if case["noh1"] == true { String::new() } else { format!("<h1>{TITLE}</h1>") };
    let comment = case["comment"].as_str().map(|c| format!("<!--{c}-->")).unwrap_or_default();
    format!(
        "<!DOCTYPE html>{comment}<html><head><meta charset=utf-8><title>{title}</title>{}</head><body>\
         <div class=nav><a href=/>首页</a> <a href=/n>新闻</a></div>{}<div class=article>{heading}<div class=info>{}</div>\
         <div class=content>{}<p>{ONE}</p><p>{TWO}{}</p>{}</div></div>{}<div class=footer>版权所有 江城网</div></body></html>",
        part("head"),
        part("top"),
        part("info"),
        part("before"),
        part("last"),
        part("after"),
        part("end"),
    )
}

fn read(case: &Value) -> Result<Article, String> {
    let (media, text) = match case["json"].as_str() {
        Some(json) => (Media::Json, json.to_string()),
        None => (Media::Html, page(case)),
    };
    let field_map = case["map"].as_array().into_iter().flatten();
    let name = |pair: &Value, at: usize| pair[at].as_str().unwrap_or_default().to_string();
    let options = Options::default().field_map(field_map.map(|pair| (name(pair, 0), name(pair, 1))).collect());
    let origin = Origin::file("a");
    let record = Record::new(origin, media, text);
    extract(&record, &options).map_err(|r| r.to_string())
}

#[test]
fn pages_and_records_keep_their_facts_in_many_places() {
    let mut wrong = Vec::new();
    let cases = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/facts.jsonl")).unwrap();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let kind = case["kind"].as_str().unwrap();
        let article = match read(&case) {
            Ok(article) => article,
            Err(why) => {
                wrong.push(format!("{kind}: {why}"));
                continue;
            }
        };
        let credits: Vec<String> = article.credits.iter().map(|c| format!("{}={}", c.role.zh(), c.name)).collect();
        let expect = &case["expect"];
        let fields = [
            ("date", article.date.map(|d| d.to_string()).unwrap_or_default(), true),
            ("source", article.source.clone().unwrap_or_default(), true),
            ("credits", credits.join(" "), true),
            ("title", article.title.clone(), false),
            ("section", article.section.clone().unwrap_or_default(), false),
            ("url", article.url.clone().unwrap_or_default(), false),
            ("body", article.body.clone(), false),
        ];
        for (name, got, always) in fields {
            let sorted = |text: &str| {
                let mut words: Vec<String> = text.split(' ').map(str::to_string).collect();
                words.sort();
                words
            };
            let right = match expect[name].as_str() {
                Some(want) if name == "credits" => sorted(want) == sorted(&got),
                Some(want) => want == got,
                None => !always || got.is_empty(),
            };
            if !right {
                wrong.push(format!("{kind}: {name} is «{got}», not «{}»", expect[name].as_str().unwrap_or_default()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
