//! The schema: the fields of the index and their purpose.
//!
//! Title, lead and body each have three fields made from the folded text: **words** and **chars** for ranking,
//! **pairs** with positions for matching strings exactly. A fourth, **parts**, distinguishes words from characters that
//! cross word boundaries, and is not scored. Names of people have pairs and chars, so that a name is found by any part
//! of it; captions, which are in the body too, have the same, to be searched alone.
//!
//! An index holds documents of two kinds, never in one segment: articles, and the documents of margins (see
//! `docs/FORMAT.md`), which are lines, each distinct one once, and pages without an article.

use tantivy::schema::{
    BytesOptions, Field, IndexRecordOption, NumericOptions, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};

// The names of the tokenizers in tantivy's schema. tantivy runs none of them: see [`crate::index::segment`].
const WORDS: &str = "words";
const PAIRS: &str = "pairs";
const CHARS: &str = "chars";
const PARTS: &str = "parts";

/// The version of the schema and of every file of an index. An index of another version is refused.
pub const SCHEMA_VERSION: u32 = 4;

/// The fields of one text.
#[derive(Debug, Clone, Copy)]
pub struct TextFields {
    /// jieba's precise words, with frequencies.
    pub words: Field,
    /// Bigrams, whole runs, edges and marks, with positions in characters.
    pub pairs: Field,
    /// Every Chinese character, with frequencies.
    pub chars: Field,
    /// Words inside longer words (工会 in 总工会); none for names, which have no words.
    pub parts: Option<Field>,
}

/// The kind of tokens in a field of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// [`TextFields::words`].
    Words,
    /// [`TextFields::pairs`].
    Pairs,
    /// [`TextFields::chars`], derived from the pairs.
    Chars,
    /// [`TextFields::parts`], derived from the words.
    Parts,
}

impl TextFields {
    /// Returns the kind of a field, if it is one of these.
    pub fn kind(&self, field: Field) -> Option<Kind> {
        match field {
            _ if self.parts == Some(field) => Some(Kind::Parts),
            _ if self.words == field && self.parts.is_some() => Some(Kind::Words),
            _ if self.pairs == field => Some(Kind::Pairs),
            _ if self.chars == field => Some(Kind::Chars),
            _ => None,
        }
    }
}

/// All fields.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// The article's id, whole.
    pub id: Field,
    /// The id as a number, for ordering: the final tie-breaker.
    pub id_order: Field,
    /// The file that the record came from, whole: finds the articles of a changed or removed file.
    pub file: Field,
    /// The first eight bytes of the hash of the article's content.
    pub content: Field,
    /// The [`crate::index::document::text_hash`] of the article: finds the same text under another id.
    pub text: Field,
    /// The headline.
    pub title: TextFields,
    /// The summary before the body.
    pub lead: TextFields,
    /// The paragraphs.
    pub body: TextFields,
    /// Names of credits: `words` stays empty.
    pub names: TextFields,
    /// Captions, which are lines of the body too: `words` stays empty.
    pub captions: TextFields,
    /// Source and outlets, folded and whole: searched by `source:`.
    pub source_key: Field,
    /// Outlets, folded and whole.
    pub outlet_key: Field,
    /// Names of 编辑, 责任编辑, 审核, 监制, folded and whole.
    pub editor_key: Field,
    /// Names of 记者, 通讯员, 评论员, 作者, folded and whole.
    pub author_key: Field,
    /// Names of 校对, folded and whole.
    pub proofreader_key: Field,
    /// The section, folded and whole.
    pub section_key: Field,
    /// The address, folded and whole.
    pub url_key: Field,
    /// The source as printed, for facets.
    pub source: Field,
    /// The outlets as printed, for facets.
    pub outlet: Field,
    /// The editors as printed, for facets.
    pub editor: Field,
    /// The authors as printed, for facets.
    pub author: Field,
    /// The section as printed, for facets.
    pub section: Field,
    /// Seconds on the printed local clock since 1970 (see [`crate::article::Date::local_seconds`]); absent if undated.
    pub date: Field,
    /// The numbers of the lines of an article's or page's margin, four bytes each, the highest first.
    pub lines: Field,
    /// A line's own number.
    pub line: Field,
    /// The first eight bytes of the hash of a line: finds a known line again.
    pub line_hash: Field,
    /// The id of a page without an article, whole. Not [`Fields::id`]: deleting articles must not touch it.
    pub page_id: Field,
    /// The file that a page without an article came from, whole.
    pub page_file: Field,
    /// The article itself, the page or the line, stored.
    pub stored: Field,
}

impl Fields {
    /// Returns the texts that an unfielded query searches.
    pub fn texts(&self) -> [TextFields; 4] {
        [self.title, self.lead, self.body, self.names]
    }

    /// Returns the fields of whose words suggestions are made.
    pub fn suggested(&self) -> [Field; 5] {
        [self.title.words, self.body.words, self.author_key, self.editor_key, self.source_key]
    }

    /// Returns all texts, in the order in which a segment adds them: those of an unfielded query, then captions.
    pub fn all_texts(&self) -> [TextFields; 5] {
        [self.title, self.lead, self.body, self.names, self.captions]
    }
}

/// Builds the schema.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    // Whole values are not scored, so their lengths and frequencies are not stored.
    let whole = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::Basic);
    let whole = TextOptions::default().set_indexing_options(whole.set_fieldnorms(false));
    let key = |builder: &mut SchemaBuilder, name: &str| builder.add_text_field(name, whole.clone());
    let facet =
        |builder: &mut SchemaBuilder, name: &str| builder.add_text_field(name, TextOptions::default().set_fast("raw"));
    let number = NumericOptions::default().set_fast();
    let fields = Fields {
        id: builder.add_text_field("id", whole.clone().set_fast("raw")),
        id_order: builder.add_u64_field("id_order", number.clone()),
        file: builder.add_text_field("file", whole.clone().set_fast("raw")),
        content: builder.add_u64_field("content", number.clone()),
        text: builder.add_u64_field("text", number.clone()),
        title: text(&mut builder, "title", true),
        lead: text(&mut builder, "lead", true),
        body: text(&mut builder, "body", true),
        names: text(&mut builder, "names", false),
        captions: text(&mut builder, "captions", false),
        source_key: key(&mut builder, "source_key"),
        outlet_key: key(&mut builder, "outlet_key"),
        editor_key: key(&mut builder, "editor_key"),
        author_key: key(&mut builder, "author_key"),
        proofreader_key: key(&mut builder, "proofreader_key"),
        section_key: key(&mut builder, "section_key"),
        url_key: key(&mut builder, "url_key"),
        source: facet(&mut builder, "source"),
        outlet: facet(&mut builder, "outlet"),
        editor: facet(&mut builder, "editor"),
        author: facet(&mut builder, "author"),
        section: facet(&mut builder, "section"),
        date: builder.add_i64_field("date", number.clone()),
        lines: builder.add_bytes_field("lines", BytesOptions::default().set_indexed()),
        line: builder.add_u64_field("line", number.clone()),
        line_hash: builder.add_u64_field("line_hash", number),
        page_id: key(&mut builder, "page_id"),
        page_file: key(&mut builder, "page_file"),
        stored: builder.add_bytes_field("stored", BytesOptions::default().set_stored()),
    };
    (builder.build(), fields)
}

fn text(builder: &mut SchemaBuilder, name: &str, has_words: bool) -> TextFields {
    let mut field = |suffix: &str, tokenizer: &str, record: IndexRecordOption| {
        let norms = record != IndexRecordOption::Basic;
        let indexing =
            TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record).set_fieldnorms(norms);
        builder.add_text_field(&format!("{name}_{suffix}"), TextOptions::default().set_indexing_options(indexing))
    };
    TextFields {
        words: field("words", WORDS, IndexRecordOption::WithFreqs),
        pairs: field("pairs", PAIRS, IndexRecordOption::WithFreqsAndPositions),
        chars: field("chars", CHARS, IndexRecordOption::WithFreqs),
        parts: has_words.then(|| field("parts", PARTS, IndexRecordOption::Basic)),
    }
}
