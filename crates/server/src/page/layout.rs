//! The layout of all pages: head, header, footer, language and colours.

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};

use crate::assets::{FEED_TYPE, ICON, SCRIPT, STYLE};
use crate::guard::cookie;
use crate::language::Lang;

/// The colours of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As set in the system.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Returns the theme of this name.
    pub fn from_name(name: &str) -> Option<Theme> {
        match name {
            "auto" => Some(Theme::Auto),
            "light" => Some(Theme::Light),
            "dark" => Some(Theme::Dark),
            _ => None,
        }
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// The language and colours of a client, and the address of its page.
#[derive(Debug, Clone)]
pub struct PageContext {
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: Theme,
    /// The address of the page, without the server.
    pub here: String,
}

impl PageContext {
    /// Reads the context from the address, else from the cookies; the default is Chinese in the system's colours.
    pub fn from_request(headers: &HeaderMap, uri: &Uri) -> PageContext {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
        let named = |name: &str| pairs.clone().find(|(other, _)| other == name).map(|(_, value)| value.into_owned());
        let kept = |name: &str| cookie(headers, name).map(str::to_string);
        let lang = named("lang").and_then(|code| Lang::from_code(&code));
        let lang = lang.or_else(|| kept("lang").and_then(|code| Lang::from_code(&code))).unwrap_or_default();
        let theme = kept("theme").and_then(|name| Theme::from_name(&name)).unwrap_or_default();
        let here = uri.path_and_query().map_or("/", |target| target.as_str()).to_string();
        PageContext { lang, theme, here }
    }

    /// Returns the name that distinguishes the answers at one address.
    pub fn variant(&self) -> String {
        format!("{}-{}", self.lang.code(), self.theme.name())
    }

    /// Returns the address that sets another language or other colours, and leads back.
    fn chosen(&self, name: &str, value: &str) -> String {
        // The address would go on saying what was chosen before.
        let (path, query) = self.here.split_once('?').unwrap_or((&self.here, ""));
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(other, _)| other != "lang");
        let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let next = if rest.is_empty() { path.to_string() } else { format!("{path}?{rest}") };
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair(name, value)
            .append_pair("next", &next)
            .finish();
        format!("/choose?{query}")
    }
}

/// The parts of the site in the header's navigation: path, Chinese, English.
const PARTS: [(&str, &str, &str); 5] = [
    ("/search", "检索", "Search"),
    ("/context", "语境", "In context"),
    ("/compare", "比较", "Compare"),
    ("/day", "日报", "By day"),
    ("/help", "帮助", "Help"),
];

/// Returns a complete page as an answer.
pub fn page(context: &PageContext, title: &str, feed: Option<&str>, q: &str, body: Markup) -> Response {
    let lang = context.lang;
    let title = match title {
        "" => lang.pick("工讯 · 劳动新闻检索", "gongxun 工讯 · labour news search").to_string(),
        title => format!("{} · {}", super::text::line(title), lang.pick("工讯", "gongxun")),
    };
    let path = context.here.split('?').next().unwrap_or("/");
    let theme = (context.theme != Theme::Auto).then(|| context.theme.name());
    let other_theme = if context.theme == Theme::Dark { Theme::Light } else { Theme::Dark };
    let markup = html! {
        (DOCTYPE)
        html lang=(lang.tag()) data-theme=[theme] {
            head {
                meta charset="utf-8";
                title { (title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content=(match context.theme { Theme::Auto => "light dark", other => other.name() });
                link rel="stylesheet" href=(STYLE.href());
                // A page is shown once its end is there: what is centred, right-aligned or in a table would move with what
                // arrives later. Browsers that don't know this show it piece by piece.
                link rel="expect" blocking="render" href="#end";
                link rel="icon" type="image/svg+xml" href=(ICON.href());
                @if let Some(feed) = feed {
                    link rel="alternate" type=(FEED_TYPE) href=(feed) title=(lang.pick("这一检索的订阅", "This query as a feed"));
                }
                script src=(SCRIPT.href()) defer {}
            }
            body class=(if path == "/" { "home" } else { "inner" }) {
                a.skip href="#main" { (lang.pick("跳到正文", "Skip to content")) }
                header.top {
                    a.brand href="/" { span lang="zh-Hans" { "工讯" } @if lang == Lang::En { small { "gongxun" } } }
                    nav aria-label=(lang.pick("栏目", "Parts")) {
                        @for (to, zh, en) in PARTS {
                            @let current = path == to || to == "/search" && path.starts_with("/article");
                            a href=(part_href(to, q)) aria-current=[current.then_some("page")] { (lang.pick(zh, en)) }
                        }
                    }
                    div.choices {
                        a href=(context.chosen("lang", lang.other().code())) lang=(lang.other().tag()) hreflang=(lang.other().tag()) {
                            (lang.other().pick("中文", "English"))
                        }
                        a.theme href=(context.chosen("theme", other_theme.name()))
                            title=(lang.pick("深浅配色", "Light or dark")) aria-label=(lang.pick("深浅配色", "Light or dark")) { "◐" }
                    }
                }
                main #main tabindex="-1" { (body) }
                footer.foot {
                    p {
                        (lang.pick("文字照原样收录；只还原确知的损坏。", "Texts are as printed; only damage that is certain is undone."))
                        " "
                        a href="/help#api" { "API" } " · " a href="/help#keys" { (lang.pick("快捷键", "Keys")) }
                    }
                }
                span #end hidden {}
            }
        }
    };
    let mut response = markup.into_string().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::VARY, HeaderValue::from_static("cookie"));
    response
}

/// Forbids caches to keep an answer.
pub fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Returns the address of a part of the site, for the same query.
fn part_href(to: &str, q: &str) -> String {
    if q.is_empty() || !matches!(to, "/search" | "/context" | "/compare") {
        return to.to_string();
    }
    let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
    format!("{to}?q={q}")
}
