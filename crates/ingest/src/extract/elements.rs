//! The elements of HTML that begin a block, by their names.

use super::page::Form;

/// The layout of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A paragraph.
    Paragraph,
    /// A heading of this level.
    Heading(u8),
    /// An item of a list.
    Item,
    /// A term or its explanation in a list of definitions.
    Term,
    /// A cell of a table.
    Cell,
    /// A row of a table.
    Row,
    /// A table.
    Table,
    /// A list.
    List,
    /// A quotation.
    Quote,
    /// Text whose line ends count.
    Pre,
    /// A container of other blocks.
    Container,
}

impl Kind {
    /// Returns the form of a block of this layout.
    pub fn form(self) -> Form {
        match self {
            Kind::Paragraph => Form::Paragraph,
            Kind::Heading(_) => Form::Heading,
            Kind::Item | Kind::Term => Form::Item,
            Kind::Cell | Kind::Row | Kind::Table => Form::Layout,
            Kind::List => Form::List,
            Kind::Quote => Form::Quote,
            Kind::Pre => Form::Pre,
            Kind::Container => Form::Container,
        }
    }
}

/// Whether an end tag of this layout closes an element that was not opened for want of depth.
pub fn counts_overflow(kind: Kind) -> bool {
    matches!(kind, Kind::Container | Kind::Table | Kind::List | Kind::Quote | Kind::Pre)
}

/// Returns the layout of an element by its name, if it begins a block.
pub fn kind_of(name: &str) -> Option<Kind> {
    Some(match name {
        "p" => Kind::Paragraph,
        "h1" => Kind::Heading(1),
        "h2" => Kind::Heading(2),
        "h3" => Kind::Heading(3),
        "h4" => Kind::Heading(4),
        "h5" => Kind::Heading(5),
        "h6" => Kind::Heading(6),
        "li" | "option" => Kind::Item,
        "dt" | "dd" => Kind::Term,
        "td" | "th" | "caption" => Kind::Cell,
        "tr" => Kind::Row,
        "table" => Kind::Table,
        "ul" | "ol" | "dl" | "menu" | "select" => Kind::List,
        "blockquote" => Kind::Quote,
        "pre" | "listing" => Kind::Pre,
        "div" | "body" | "article" | "section" | "main" | "header" | "footer" | "nav" | "aside" | "form" | "center"
        | "fieldset" | "figure" | "figcaption" | "address" | "tbody" | "thead" | "tfoot" | "details" | "summary"
        | "legend" | "dir" | "marquee" | "hgroup" | "layer" => Kind::Container,
        _ => return None,
    })
}
