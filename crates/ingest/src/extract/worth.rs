//! The kind of a line, judged by how it looks, and its worth for or against being part of the article.

/// The judgement of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worth {
    /// For or against the line being the article's, in letters.
    pub value: f32,
    /// The line's kind.
    pub kind: Kind,
}

/// The kind of a line, judged by how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A sentence or more.
    Sentence,
    /// Short, without a sentence: a heading between paragraphs, a caption, a scrap.
    Short,
    /// The headline, once more.
    Title,
    /// Links.
    Links,
    /// It tells about the article: source, date, editor.
    About,
    /// A button, a menu, a notice.
    Beside,
    /// A line with a phrase of footers that an article may print as well: a hotline.
    Legal,
    /// A reader's comment on the article.
    Comment,
    /// Around articles, and so is what follows.
    End,
    /// A summary before the text.
    Lead,
    /// The caption of a picture.
    Caption,
    /// Not shown.
    Hidden,
}
