use tantivy::schema::{Field, Schema};
use tantivy::tokenizer::{PreTokenizedString, SimpleTokenizer, Token};

use super::*;
use crate::article::{ArticleId, Block, Credit, Date, Role};
use crate::index::analyzer::{self, MAX_RUN_CHARS, Pair};
use crate::index::schema::schema;
use gongxun_text::fold::is_han;
use gongxun_text::random::Random;

const FILES: [SegmentComponent; 6] = [
    SegmentComponent::Terms,
    SegmentComponent::Postings,
    SegmentComponent::Positions,
    SegmentComponent::FieldNorms,
    SegmentComponent::FastFields,
    SegmentComponent::Store,
];

/// Articles with unusual texts: rare and supplementary characters, other scripts, long runs, empty ones.
fn articles() -> Vec<Article> {
    const PIECES: [&str; 24] = [
        "工会",
        "總工會",
        "劳动争议调解仲裁",
        "的",
        "职工",
        "权益",
        "𠮷野家",
        "工𠀋会",
        "2024",
        "5",
        "ai",
        "Ｂ",
        "OpenAI大模型",
        "，",
        "。",
        "\n",
        "！",
        " ",
        "😀",
        "〇",
        "々",
        "中华人民共和国",
        "李明",
        "ё",
    ];
    let long = ["会".repeat(3_000), "a".repeat(MAX_RUN_CHARS + 9), "𠮷".repeat(300), "工会，".repeat(700)];
    let mut random = Random::new(7);
    let mut all = Vec::new();
    for number in 0..=u8::MAX {
        let mut text = |most: usize| -> String {
            let pieces = random.below(most + 1);
            (0..pieces).map(|_| PIECES[random.below(PIECES.len())]).collect()
        };
        let mut article = Article {
            id: ArticleId(format!("{:032x}", u64::from(number) * 7919)),
            title: text(4),
            lead: (number % 3 == 0).then(|| text(6)),
            body: text(80),
            source: (number % 4 == 0).then(|| text(2)),
            section: (number % 5 == 0).then(|| "要闻".to_string()),
            date: Date::from_ymd(2024, 5, number % 40),
            blocks: (number % 7 == 0).then_some(Block::Caption).into_iter().collect(),
            ..Article::default()
        };
        for _ in 0..number % 3 {
            article.credits.push(Credit::new(Role::Editor, text(2)));
        }
        if number % 6 == 0 {
            article.outlets = vec!["工人日报".into(), text(1)];
        }
        all.push(article);
    }
    all.extend(long.map(|body| Article { body, ..Article::default() }));
    all
}

/// Returns the tokens of the fields of one text, made one after the other.
fn tokens(fields: TextFields, text: &str) -> Vec<(Field, Vec<(String, u32)>)> {
    let mut analyzer = Analyzer::new(&Segmenter::builtin());
    analyzer.read(text);
    let mut words = Vec::new();
    analyzer.words(|word| words.push((word.chars().take(MAX_RUN_CHARS).collect::<String>(), words.len() as u32)));
    let mut different: Vec<&String> = words.iter().map(|(word, _)| word).collect();
    different.sort_unstable();
    different.dedup();
    let mut parts = Vec::new();
    for word in different {
        parts.extend(analyzer.words_inside(word).iter().map(|r| (word[r.start.into()..r.end.into()].to_string(), 0)));
    }
    let (mut pairs, mut chars) = (Vec::new(), Vec::new());
    analyzer::pairs(analyzer.chars(), |pair, position| {
        let token = match pair {
            Pair::Two(first, second) => String::from_iter([first, second]),
            Pair::Run(run) => run.iter().collect(),
            Pair::Mark(mark) => mark.to_string(),
        };
        pairs.push((token, position));
    });
    chars.extend(analyzer.chars().iter().filter(|c| is_han(**c)).zip(0..).map(|(c, at)| (c.to_string(), at)));
    let mut all = vec![(fields.pairs, pairs), (fields.chars, chars)];
    all.extend(fields.parts.into_iter().flat_map(|field| [(fields.words, words.clone()), (field, parts.clone())]));
    all
}

/// Returns the segment that tantivy's own writer makes of the same tokens.
fn by_tantivy(articles: &[Article], schema: &Schema, fields: &Fields) -> Segment {
    let index = Index::create_in_ram(schema.clone());
    for name in ["words", "pairs", "chars", "parts"] {
        index.tokenizers().register(name, SimpleTokenizer::default());
    }
    let mut writer = index.writer_with_num_threads(1, 200 << 20).unwrap();
    let mut packer = Packer::new(None).unwrap();
    for article in articles {
        let stored = document::encode(article);
        let packed = packer.pack(&stored).unwrap();
        let mut doc = document::document(article, "a.jsonl", document::content_hash(&stored), packed, fields);
        let (names, captions) = (document::names(article), document::captions(article));
        let texts = [&article.title, article.lead.as_deref().unwrap_or(""), &article.body, &names, &captions];
        for (fields, text) in fields.all_texts().into_iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
            for (field, tokens) in tokens(fields, text) {
                let token = |(text, at): (String, u32)| Token { text, position: at as usize, ..Token::default() };
                let tokens = tokens.into_iter().map(token).collect();
                doc.add_pre_tokenized_text(field, PreTokenizedString { text: text.into(), tokens });
            }
        }
        writer.add_document(doc).unwrap();
    }
    writer.commit().unwrap();
    let segments = index.searchable_segments().unwrap();
    assert_eq!(segments.len(), 1);
    segments.into_iter().next().unwrap()
}

#[test]
fn its_files_are_those_of_tantivys_own_writer() {
    let ((schema, fields), articles) = (schema(), articles());
    let index = Index::create_in_ram(schema.clone());
    let mut builder = Builder::new(&index, &fields, &Segmenter::builtin());
    assert!(builder.finish().unwrap().is_none());
    // One builder makes several segments, and nothing of one leaks into the next.
    for articles in [&articles[..], &articles[100..130], &articles[..1], &articles[..]] {
        for article in articles {
            builder.add(article, "a.jsonl", &document::encode(article).into()).unwrap();
        }
        let ours = index.segment(builder.finish().unwrap().unwrap());
        let theirs = by_tantivy(articles, &schema, &fields);
        assert_eq!(ours.meta().max_doc(), theirs.meta().max_doc());
        for file in FILES {
            let read = |segment: &Segment| segment.open_read(file.clone()).unwrap().read_bytes().unwrap();
            assert!(read(&ours) == read(&theirs), "{file:?} of {} articles", articles.len());
        }
    }
}

#[test]
fn memory_grows_with_the_texts_and_is_given_back() {
    let (schema, fields) = schema();
    let index = Index::create_in_ram(schema);
    let mut builder = Builder::new(&index, &fields, &Segmenter::builtin());
    let chars = 30_000;
    let article = Article { body: "工会职工".repeat(chars / 4), ..Article::default() };
    let mut add = || {
        builder.add(&article, "a.txt", &document::encode(&article).into()).unwrap();
        builder.memory()
    };
    // The columns take some megabytes from the first article on. Eight bytes a pair, eight a word of two characters.
    let (first, second) = (add(), add());
    assert!((first + chars * 12..first + chars * 14).contains(&second), "{first} {second}");
    assert!(builder.is_full(second) && !builder.is_full(second + 1));
    builder.finish().unwrap();
    assert_eq!(builder.memory(), 0);
}
