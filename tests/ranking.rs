//! Tests that whole words come before matches crossing word boundaries, and that both are found; and floors under the
//! figures of the judged queries.

#[path = "support/archive.rs"]
mod archive;
#[path = "support/data.rs"]
mod data;
#[path = "support/quality.rs"]
mod quality;

use std::path::Path;

use archive::Archive;
use gongxun_core::search::Request;
use gongxun_core::search::compile::plan::TokenKind;
use quality::{
    Agreement, Difference, Figures, Ours, Question, difference, each, json_lines, judged, judged_by_two, mean, measure,
    text,
};

/// A query, sentences that hold it as a word, and sentences in which its characters cross word boundaries.
const PAIRS: [(&str, &[&str], &[&str]); 10] = [
    ("和服", &["这位女工第一次穿上了和服"], &["提升管理和服务水平", "维权和服务两手抓"]),
    ("人才", &["技能人才待遇有了提高"], &["三名工人才走出车间", "夜班工人才下班"]),
    ("学会", &["化工学会在本市成立"], &["全国数学会议昨天开幕", "一场科学会议"]),
    ("国共", &["国共两党的谈判"], &["中国共产党领导工人运动"]),
    ("华人", &["海外华人回乡办厂"], &["中华人民共和国劳动法"]),
    ("工会", &["工会为职工讨回工资"], &["全体职工会议在礼堂举行", "职工会上发言"]),
    ("法人", &["企业法人拖欠工资被列入名单"], &["立法人员来到车间", "执法人员检查工地"]),
    ("工资", &["厂里发了拖欠的工资"], &["她整理手工资料", "核对职工资格"]),
    ("动工", &["新厂房上月动工"], &["流动工人的子女", "劳动工资科的同志"]),
    ("业主", &["业主欠了装修工的钱"], &["工业主管部门发文", "就业主要靠技能"]),
];
/// Text that makes articles longer; it has no character in common with the queries.
const FILLER: &str = "昨天下午记者从现场了解到这里的情况正在好转。";

#[test]
fn a_word_comes_before_letters_inside_other_words() {
    // The characters in short articles and many times over, the words once and in long ones: no length makes up for the
    // word.
    for (name, word_filler, letters_filler, repeat) in
        [("equal", 3, 3, 1), ("long words", 40, 0, 1), ("letters often", 10, 0, 8), ("short words", 0, 10, 1)]
    {
        let archive = Archive::new();
        let mut lines = String::new();
        let mut add = |id: String, text: String| {
            lines += &(serde_json::json!({ "id": id, "title": "消息", "body": text }).to_string() + "\n");
        };
        for (query, words, letters) in PAIRS {
            for (at, sentence) in words.iter().enumerate() {
                add(format!("{query}-word-{at}"), format!("{sentence}。{}", FILLER.repeat(word_filler)));
            }
            for (at, sentence) in letters.iter().enumerate() {
                let often = format!("{sentence}。").repeat(repeat);
                add(format!("{query}-letters-{at}"), format!("{often}{}", FILLER.repeat(letters_filler)));
            }
        }
        for filler in 1..30 {
            add(format!("filler-{filler}"), FILLER.repeat(filler));
        }
        archive.write("articles.jsonl", &lines);
        archive.ingest();
        for (query, words, letters) in PAIRS {
            let hits = archive.search(query).hits;
            let kind = |body: &str| {
                let is_in = |sentences: &[&str]| sentences.iter().any(|s| body.starts_with(s));
                if is_in(words) {
                    'w'
                } else if is_in(letters) {
                    'l'
                } else {
                    '?'
                }
            };
            // Sentences of other pairs may hold the word too.
            let order: String = hits
                .iter()
                .filter(|hit| !hit.is_partial())
                .map(|hit| kind(&hit.article.body))
                .filter(|k| *k != '?')
                .collect();
            let expect = "w".repeat(words.len()) + &"l".repeat(letters.len());
            assert_eq!(order, expect, "{query}, {name}");
        }
    }
}

#[test]
fn a_synonym_of_two_characters_counts_only_as_a_word() {
    for (query, word, letters) in [
        ("中华全国总工会", "全总发出通知", "安全总局发出通知"),
        ("社会保险", "社保的经办", "公社保管员的经办"),
        ("医疗保险", "医保的报销", "中医保健的报销"),
    ] {
        let synonym: String = word.chars().take(2).collect();
        let archive = Archive::new();
        // The letters are in the title too, and many times over.
        let line = |id: &str, text: &str| {
            serde_json::json!({ "id": id, "title": text, "body": format!("{text}，{FILLER}").repeat(3) }).to_string()
                + "\n"
        };
        let fillers: String = (1..30).map(|n| line(&format!("filler-{n}"), &FILLER.repeat(n))).collect();
        archive.write("articles.jsonl", line("letters", letters) + &line("word", word) + &fillers);
        archive.ingest();
        let found = |query: &str| -> Vec<(String, bool)> {
            let hits = archive.search(query).hits;
            hits.iter().map(|hit| (hit.article.title.clone(), hit.is_partial())).collect()
        };
        assert_eq!(found(query), [(word.to_string(), false)], "{query}");
        // Beside another word, the letters are no more than that word.
        let other: String = word.chars().skip(word.chars().count() - 2).collect();
        let both = [(word.to_string(), false), (letters.to_string(), true)];
        assert_eq!(found(&format!("{query} {other}")), both, "{query} {other}");
        // What is typed finds every occurrence.
        let typed = [(word.to_string(), false), (letters.to_string(), false)];
        assert_eq!(found(&synonym), typed, "{synonym}");
    }
}

/// Returns the figures with the second stage, which must not be below those without it.
fn both_stages(ours: &Ours, questions: &[Question]) -> Figures {
    let [off, on] = [0, Request::SECOND_STAGE].map(|stage| each(questions, |question| ours.answer(question, stage)));
    let gained = difference(&off, &on, |figures| figures.ndcg);
    println!("nDCG@10 {gained:?}");
    let Difference { mean: more, .. } = gained;
    assert!(more >= 0.0, "the second stage makes it worse: {gained:?}");
    mean(&on)
}

#[test]
fn judged_queries_over_the_corpus_are_answered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive = Archive::new();
    archive.ingest_from(&root.join("corpus"), &root.join("corpus"));
    let ours = Ours::new(archive.snapshot(), |article| article.origin.trim_start_matches("corpus/").to_string());
    let questions = judged(&root.join("tests/data/judged/queries.jsonl"), |key| ours.has(key));
    assert!(questions.len() >= 100, "{} queries have an article", questions.len());
    let figures = both_stages(&ours, &questions);
    let words = measure(&questions, |question| ours.alone(question, TokenKind::Word));
    println!("{} queries: {figures:?}, words alone {words:?}", questions.len());
    assert!(figures.mrr >= 0.99 && figures.recall_10 >= 0.96 && figures.ndcg >= 0.965, "{figures:?}");
}

#[test]
fn agreement_of_two_judges() {
    for (pairs, same, kappa, weighted, relevant) in [
        (&[(0, 0), (1, 1), (2, 2)][..], 1.0, 1.0, 1.0, 1.0),
        // Half agree by chance alone.
        (&[(0, 0), (0, 2), (2, 0), (2, 2)], 0.5, 0.0, 0.0, 0.0),
        // By chance 11 of 16 would differ, by 26 of 16 as squares, and half in relevance.
        (&[(0, 0), (0, 1), (1, 2), (2, 2)], 0.5, 3.0 / 11.0, 9.0 / 13.0, 0.5),
    ] {
        let of = Agreement::of(pairs);
        let figures = [of.same, of.kappa, of.weighted, of.relevant];
        let near = figures.iter().zip([same, kappa, weighted, relevant]).all(|(is, want)| (is - want).abs() < 1e-9);
        assert!(near, "{pairs:?}: {of:?}");
    }
}

#[test]
fn judged_queries_over_news_are_answered() {
    let Some(file) = data::data("scale/cctv.jsonl") else { return };
    let articles = json_lines(&file);
    let archive = Archive::new();
    archive.ingest_from(&file, file.parent().unwrap());
    // The number of the record is the line.
    let ours = Ours::new(archive.snapshot(), |article| {
        let line: usize = article.origin.rsplit('#').next().unwrap().parse().unwrap();
        text(&articles[line - 1], "id").to_string()
    });
    let judgements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/judged/scale.jsonl");
    let (questions, agreement) = judged_by_two(&judgements);
    assert_eq!((questions.len(), agreement.documents), (140, 3_711));
    let figures = both_stages(&ours, &questions);
    println!("{} queries: {figures:?}", questions.len());
    assert!(figures.mrr >= 0.86 && figures.recall_10 >= 0.79 && figures.ndcg >= 0.745, "{figures:?}");
}
