//! The segment builder: articles in, the files of a tantivy segment out.
//!
//! Work that tantivy's own segment writer does document by document is done here for many at once (see `postings.rs`);
//! tantivy's serializers write the files, which are identical to those of its own writer.

mod postings;
#[cfg(test)]
mod tests;

use tantivy::directory::TerminatingWrite;
use tantivy::fastfield::FastFieldsWriter;
use tantivy::fieldnorm::{FieldNormReaders, FieldNormsSerializer, FieldNormsWriter};
use tantivy::index::{Index, Segment, SegmentComponent, SegmentMeta};
use tantivy::postings::InvertedIndexSerializer;
use tantivy::schema::TantivyDocument;
use tantivy::schema::document::Value;
use tantivy::store::StoreWriter;
use tantivy::tokenizer::MAX_TOKEN_LEN;
use tantivy::{DocId, TantivyError};

use crate::article::Article;
use crate::index::analyzer::Analyzer;
use crate::index::schema::{Fields, Kind, TextFields};
use crate::index::store::document::{self, Stored};
use crate::index::store::packing::{Dictionary, Packer};
use gongxun_text::segment::Segmenter;
use postings::{Pairs, Tokens, Words};

/// Builds segments, one after the other.
pub struct Builder {
    index: Index,
    fields: Fields,
    analyzer: Analyzer,
    dictionary: Option<Dictionary>,
    packer: Option<Packer>,
    texts: [Text; 5],
    /// The tokens of the whole-value fields, by field number.
    keys: Vec<Tokens>,
    open: Option<OpenSegment>,
}

/// One text of each article.
struct Text {
    fields: TextFields,
    /// The kinds of tokens to make: those whose fields the schema has indexed. Names have no words.
    made: Vec<Kind>,
    words: Words,
    pairs: Pairs,
}

/// The parts of a segment that are written as articles come.
struct OpenSegment {
    segment: Segment,
    store: StoreWriter,
    columns: FastFieldsWriter,
    norms: FieldNormsWriter,
    docs: DocId,
}

impl OpenSegment {
    fn new(index: &Index) -> tantivy::Result<OpenSegment> {
        let (segment, schema, settings) = (index.new_segment(), index.schema(), index.settings());
        let store = StoreWriter::new(
            segment.open_write(SegmentComponent::Store)?,
            settings.docstore_compression,
            settings.docstore_blocksize,
            settings.docstore_compress_dedicated_thread,
        )?;
        let tokenizers = index.fast_field_tokenizer().clone();
        let columns = FastFieldsWriter::from_schema_and_tokenizer_manager(&schema, tokenizers)?;
        let norms = FieldNormsWriter::for_schema(&schema);
        Ok(OpenSegment { segment, store, columns, norms, docs: 0 })
    }
}

impl Builder {
    /// Creates a builder of segments of this index, with words cut by this segmenter.
    pub fn new(index: &Index, fields: &Fields, segmenter: &Segmenter) -> Builder {
        Builder::with_kinds(index, fields, segmenter, &[Kind::Words, Kind::Parts, Kind::Pairs, Kind::Chars])
    }

    /// Creates a builder of segments whose texts have only some kinds of fields.
    pub fn with_kinds(index: &Index, fields: &Fields, segmenter: &Segmenter, kinds: &[Kind]) -> Builder {
        let schema = index.schema();
        let text = |fields: TextFields| {
            let indexed = schema.fields().filter(|(_, entry)| entry.is_indexed());
            let made =
                indexed.filter_map(|(field, _)| fields.kind(field)).filter(|kind| kinds.contains(kind)).collect();
            Text { fields, made, words: Words::default(), pairs: Pairs::default() }
        };
        let keys = schema.fields().map(|_| Tokens::default()).collect();
        let (texts, analyzer) = (fields.all_texts().map(text), Analyzer::new(segmenter));
        let (dictionary, packer, open) = Default::default();
        Builder { index: index.clone(), fields: *fields, analyzer, dictionary, packer, texts, keys, open }
    }

    /// Packs articles by this dictionary from now on.
    pub fn pack_by(&mut self, dictionary: &Dictionary) {
        self.dictionary = Some(dictionary.clone());
        self.packer = None;
    }

    /// Adds an article that came from `file`, with its stored form ([`document::encode`]).
    ///
    /// # Errors
    /// If a write fails. The segment under way is lost then.
    pub fn add(&mut self, article: &Article, file: &str, stored: &Stored) -> tantivy::Result<()> {
        let open = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(OpenSegment::new(&self.index)?),
        };
        let doc = open.docs;
        let (names, captions) = (document::names(article), document::captions(article));
        let texts = [&article.title, article.lead.as_deref().unwrap_or(""), &article.body, &names, &captions];
        for (text, value) in self.texts.iter_mut().zip(texts).filter(|(_, value)| !value.is_empty()) {
            text.add(doc, value, &mut self.analyzer, &mut open.norms)?;
        }
        let packer = match &mut self.packer {
            Some(packer) => packer,
            None => self.packer.insert(Packer::new(self.dictionary.as_ref())?),
        };
        let packed = packer.pack(&stored.bytes)?;
        let values = document::document(article, file, stored.content, packed, &self.fields);
        self.take(&values, &stored.lines)
    }

    /// Adds a line of a margin, with its values and its text.
    ///
    /// # Errors
    /// Same as [`Builder::add`].
    pub fn add_line(&mut self, values: &TantivyDocument, line: &str) -> tantivy::Result<()> {
        let open = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(OpenSegment::new(&self.index)?),
        };
        let body = self.fields.body;
        let text = self.texts.iter_mut().find(|text| text.fields.pairs == body.pairs);
        text.map_or(Ok(()), |text| text.add(open.docs, line, &mut self.analyzer, &mut open.norms))?;
        self.take(values, &[])
    }

    /// Adds the values of the next document, whose margin has these lines.
    ///
    /// # Errors
    /// Same as [`Builder::add`].
    pub fn take(&mut self, values: &TantivyDocument, lines: &[u32]) -> tantivy::Result<()> {
        let open = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(OpenSegment::new(&self.index)?),
        };
        let (doc, schema) = (open.docs, self.index.schema());
        for (field, value) in values.field_values() {
            // tantivy's own writer skips longer values as well.
            if let Some(value) = value.as_str().filter(|value| value.len() <= MAX_TOKEN_LEN)
                && schema.get_field_entry(field).is_indexed()
            {
                self.keys[field.field_id() as usize].push(value.as_bytes(), doc);
            }
        }
        for line in lines {
            self.keys[self.fields.lines.field_id() as usize].push(&line.to_be_bytes(), doc);
        }
        open.columns.add_document(values)?;
        open.store.store(values, &schema)?;
        open.docs += 1;
        Ok(())
    }

    /// Whether the segment under way should be finished: it uses this many bytes, or half of all places.
    pub fn is_full(&self, memory: usize) -> bool {
        self.memory() >= memory || self.texts.iter().any(|text| text.pairs.places() > Pairs::MAX_PLACES / 2)
    }

    /// Returns the memory in use, in bytes.
    pub fn memory(&self) -> usize {
        let texts = self.texts.iter().map(|text| text.pairs.memory() + text.words.memory());
        let keys = self.keys.iter().map(Tokens::memory);
        let open = self.open.as_ref();
        let open = open.map_or(0, |open| open.columns.mem_usage() + open.norms.mem_usage() + open.store.mem_usage());
        texts.chain(keys).sum::<usize>() + open
    }

    /// Writes the segment of all articles added since the last one; `None` if there are none.
    ///
    /// # Errors
    /// If a write fails. The segment is lost then.
    pub fn finish(&mut self) -> tantivy::Result<Option<SegmentMeta>> {
        let Some(open) = self.open.take() else { return Ok(None) };
        let OpenSegment { segment, store, mut columns, mut norms, docs } = open;
        norms.fill_up_to_max_doc(docs);
        norms.serialize(FieldNormsSerializer::from_write(segment.open_write(SegmentComponent::FieldNorms)?)?, None)?;
        let norms = FieldNormReaders::open(segment.open_read(SegmentComponent::FieldNorms)?)?;
        let mut out = InvertedIndexSerializer::open(&segment)?;
        // Fields must be written in order.
        for (field, _) in self.index.schema().fields().filter(|(_, entry)| entry.is_indexed()) {
            let norm = norms.get_field(field)?;
            match self.texts.iter_mut().find_map(|text| Some((text.fields.kind(field)?, text))) {
                Some((Kind::Words, text)) => text.words.words.write(field, true, norm, &mut out)?,
                Some((Kind::Parts, text)) => text.words.parts.write(field, false, norm, &mut out)?,
                Some((Kind::Pairs, text)) => text.pairs.write(field, norm, &mut out)?,
                Some((Kind::Chars, text)) => text.pairs.write_chars(field, norm, &mut out)?,
                None => self.keys[field.field_id() as usize].write(field, false, norm, &mut out)?,
            }
        }
        out.close()?;
        let mut file = segment.open_write(SegmentComponent::FastFields)?;
        columns.serialize(&mut file, None)?;
        file.terminate()?;
        store.close()?;
        self.clear();
        Ok(Some(segment.with_max_doc(docs).meta().clone()))
    }

    fn clear(&mut self) {
        for text in &mut self.texts {
            text.pairs.clear();
            text.words.clear();
        }
        self.keys.iter_mut().for_each(Tokens::clear);
    }
}

impl Text {
    fn add(
        &mut self,
        doc: DocId,
        text: &str,
        analyzer: &mut Analyzer,
        norms: &mut FieldNormsWriter,
    ) -> tantivy::Result<()> {
        analyzer.read(text);
        if !self.pairs.has_room(analyzer.chars().len()) {
            return Err(TantivyError::InvalidArgument(format!("a text of more than {} characters", Pairs::MAX_PLACES)));
        }
        let makes = |kind| self.made.contains(&kind);
        if makes(Kind::Words) {
            let words = self.words.push(doc, analyzer, makes(Kind::Parts));
            norms.record(doc, self.fields.words, words);
        }
        if makes(Kind::Pairs) {
            let counts = self.pairs.push(doc, analyzer.chars());
            norms.record(doc, self.fields.pairs, counts.pairs);
            norms.record(doc, self.fields.chars, counts.chars);
        }
        Ok(())
    }
}
