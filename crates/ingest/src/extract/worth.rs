//! The kind of a line, judged by how it looks, and its worth for or against being part of the article.

/// The judgement of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worth {
    /// The worth in letters: positive for being part of the article, negative against it.
    pub value: f32,
    /// The line's kind.
    pub kind: Kind,
}

/// The kind of a line, judged by how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A sentence or more.
    Sentence,
    /// A short line without a sentence: a heading between paragraphs, a caption, a scrap.
    Short,
    /// A repetition of the headline.
    Title,
    /// Links.
    Links,
    /// Metadata of the article: source, date, editor.
    About,
    /// A button, a menu, a notice.
    Beside,
    /// A line with a phrase of footers that an article may print as well: a hotline.
    Legal,
    /// A reader's comment on the article.
    Comment,
    /// A heading of the parts behind the article.
    End,
    /// A summary before the text.
    Lead,
    /// The caption of a picture.
    Caption,
    /// A hidden line.
    Hidden,
}
