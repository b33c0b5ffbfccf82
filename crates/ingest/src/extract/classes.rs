//! Reads the class, id or itemprop of an element: whether it marks an article's text, something beside it, or the
//! source.

use super::hidden::hides;
use super::markup::Attributes;
use super::page::{Hint, Mark};

/// Returns what the class, id or itemprop of an element says that its text is.
pub fn mark_of(attributes: Attributes) -> Option<Mark> {
    const SOURCE: &[&str] = &["source", "laiyuan", "nickname", "medianame", "mediaid", "copyfrom", "comefrom"];
    const AUTHOR: &[&str] = &["author", "authorname", "byline", "zuozhe", "writer"];
    /// Words of classes that mean something else.
    const OTHER: &[&str] = &[
        "list", "box", "wrap", "icon", "img", "pic", "avatar", "video", "open", "data", "social", "bio", "body",
        "query",
    ];
    let mut found = None;
    for (key, value) in attributes.iter() {
        let named = ["class", "id", "itemprop"].iter().any(|name| key.eq_ignore_ascii_case(name));
        if !named || found.is_some() {
            continue;
        }
        if value == "js_name" {
            return Some(Mark::Source);
        }
        // WeChat's class for the text beside the account: the author, the time.
        if value.split_ascii_whitespace().any(|name| name == "rich_media_meta_text") {
            return Some(Mark::Author);
        }
        for name in value.split_ascii_whitespace().take(8) {
            let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
            let is = |word: &str, other: &str| word.eq_ignore_ascii_case(other);
            let says = |list: &[&str]| words.iter().any(|word| list.iter().any(|other| is(word, other)));
            if words.len() > 4 || says(OTHER) {
                continue;
            }
            // A medium: `media`, `media-name`, but not `rich_media_text`.
            let media = words.first().is_some_and(|w| is(w, "media")) && words[1..].iter().all(|w| is(w, "name"));
            if says(SOURCE) || media {
                found = Some(Mark::Source);
            } else if says(AUTHOR) {
                found = found.or(Some(Mark::Author));
            }
        }
    }
    found
}

/// The hints in the class, id and style of a block.
pub struct BlockHints {
    /// The kind of text that they indicate.
    pub hint: Hint,
    /// Whether the block is hidden.
    pub hidden: bool,
}

/// Reads the class, id and style of a block of this name.
pub fn read_hints(name: &str, attributes: Attributes) -> BlockHints {
    let mut look = BlockHints { hint: Hint::None, hidden: false };
    let (mut body, mut beside, mut lead) = (false, false, false);
    let (mut style, mut hidden) = (None, false);
    match name {
        "article" => body = true,
        "nav" | "footer" | "aside" => beside = true,
        _ => {}
    }
    for (key, value) in attributes.iter() {
        if key.eq_ignore_ascii_case("class") || key.eq_ignore_ascii_case("id") {
            let (b, s) = words_of(&value);
            lead |= is_lead(&value);
            body |= b;
            beside |= s;
        } else if key.eq_ignore_ascii_case("style") {
            style = style.or(Some(value));
        } else if key.eq_ignore_ascii_case("hidden") {
            hidden = true;
        }
    }
    // If the page as a whole is hidden, a script shows it.
    look.hidden = name != "body" && style.and_then(|style| hides(&style)).unwrap_or(hidden);
    look.hint = match (body, beside) {
        _ if name == "figcaption" => Hint::Caption,
        _ if lead => Hint::Lead,
        (true, false) => Hint::Body,
        (false, true) => Hint::Beside,
        _ => Hint::None,
    };
    look
}

/// Whether a class or id names the summary before an article.
fn is_lead(value: &str) -> bool {
    const LEAD: &[&str] = &[
        "lead",
        "summary",
        "abstract",
        "daodu",
        "daoyu",
        "zhaiyao",
        "excerpt",
        "digest",
        "subhead",
        "subtitle",
        "standfirst",
    ];
    value.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| LEAD.contains(&w.to_ascii_lowercase().as_str()))
}

/// Whether the words of a class or id mark an article's text, and something beside it.
fn words_of(value: &str) -> (bool, bool) {
    const BODY: &[&str] = &[
        "content", "article", "artical", "story", "zhengwen", "neirong", "entry", "text", "body", "detail", "post",
        "cont",
    ];
    const BESIDE: &[&str] = &[
        "comment",
        "comments",
        "cmt",
        "pinglun",
        "reply",
        "footer",
        "foot",
        "nav",
        "navi",
        "menu",
        "sidebar",
        "aside",
        "related",
        "relate",
        "relation",
        "relative",
        "recommend",
        "recommended",
        "tuijian",
        "hot",
        "hots",
        "rank",
        "ranking",
        "paihang",
        "share",
        "sharebar",
        "bdshare",
        "jiathis",
        "copyright",
        "banner",
        "breadcrumb",
        "breadcrumbs",
        "crumb",
        "crumbs",
        "login",
        "search",
        "toolbar",
        "tags",
        "keywords",
        "qrcode",
        "topbar",
        "links",
        "friendlink",
        "disclaimer",
        "subscribe",
        "sponsor",
        "advert",
        "ads",
        "ad",
        "promo",
        "popular",
        "mostread",
        "header",
        "statement",
        "shengming",
        "vote",
        "survey",
        "mood",
        "xgxw",
        "xiangguan",
        "correlation",
        "blogroll",
        "pager",
        "pagination",
        "pages",
    ];
    let (mut body, mut beside) = (false, false);
    let mut word = String::new();
    let mut check = |word: &mut String| {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        body |= BODY.contains(&bare);
        beside |= BESIDE.contains(&bare);
        word.clear();
    };
    let mut lower = false;
    for c in value.chars().take(200) {
        // A capital behind a small letter begins a word: relatedNews.
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && lower) {
            check(&mut word);
        }
        lower = c.is_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        }
    }
    check(&mut word);
    (body, beside)
}
