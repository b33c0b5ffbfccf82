//! The queries whose times are measured, by kind.
#![allow(dead_code, reason = "each user takes a part of it")]

use gongxun_core::index::Snapshot;
use gongxun_core::query::parse;
use gongxun_core::search::{Request, search};
use gongxun_text::synonyms::Synonyms;

/// The kinds of queries.
pub const KINDS: [(&str, &[&str]); 5] = [
    ("one word", &["工会", "农民工", "罢工", "就业", "养老金", "煤矿", "骑手", "医保", "职工", "工资"]),
    (
        "two words",
        &["农民工 工资", "工会 职工", "煤矿 事故", "就业 高校", "养老 保险", "工伤 认定", "罢工 英国", "技能 培训"],
    ),
    ("a name in quotes", &["\"习近平\"", "\"王东明\"", "\"李克强\"", "\"徐留平\"", "\"刘亮\"", "\"宋学文\""]),
    (
        "a word and dates",
        &["工会 date:2023", "就业 date:2024-01..2024-06", "罢工 date:>=2023-01", "工资 日期:2022", "职工 date:2025-05"],
    ),
    (
        "a question of 25 characters",
        &[
            "今年一季度全国城镇新增就业人数一共达到了多少万人呢",
            "外卖骑手和网约车司机的职业伤害保障试点覆盖哪些省份",
            "国务院常务会议如何部署保障农民工工资按时足额支付的",
            "英国铁路工人为什么在圣诞节前后连续几天举行大规模罢工",
            "渐进式延迟法定退休年龄改革从什么时候开始正式实施呢",
        ],
    ),
];

/// Runs a query as people do: the first ten hits with snippets, the count and the facets.
pub fn page(snapshot: &Snapshot, query: &str) -> usize {
    let request = Request { facets: true, ..Request::new(parse(query)) };
    search(snapshot, &request, Synonyms::builtin()).unwrap().hits.len()
}

/// Returns the median and the 99th percentile of a number of rounds in milliseconds, after one round that is not
/// counted.
pub fn times(queries: &[&str], rounds: usize, ask: &mut dyn FnMut(&str)) -> (f64, f64) {
    let mut times = Vec::new();
    for round in 0..=rounds {
        for query in queries {
            let start = std::time::Instant::now();
            ask(query);
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[(times.len() * 99 / 100).min(times.len() - 1)])
}
