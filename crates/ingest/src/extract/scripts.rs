//! Reads the scripts of a page for its article: the variables of page templates (`var ct = "1581517074"`), and the
//! state from which a script draws the page (`__NEXT_DATA__`, `RENDER_DATA`, `window.… = {…}`).

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::fields::Fields;
use super::plain::{one_line, plain};
use super::{date_values, title};
use crate::archive::loose::{self, Leniency};
use gongxun_core::article::Date;

/// The most objects and lists of one script that are read.
const MAX_OBJECTS: usize = 20_000;
/// The most literals of one script that are parsed.
const MAX_LITERALS: usize = 12;
/// The most places of a variable's name that are examined.
const MAX_PLACES: usize = 64;
/// The least letters of a text in the state that may be an article.
pub const LEAST_TEXT: usize = 60;
/// The least letters that a title of the state shares with the page's.
const LEAST_TITLE: usize = 4;

/// Names of variables with the time of publication, the most reliable first.
const DATES: &[&str] = &[
    "ct",
    "create_time",
    "createTime",
    "publish_time",
    "publishTime",
    "pubtime",
    "pubTime",
    "pub_time",
    "pubDate",
    "publishDate",
    "newsTime",
    "ptime",
];

/// The article in the state of a page's scripts.
#[derive(Debug, Clone)]
pub struct State {
    /// The object that holds it.
    pub object: Map<String, Value>,
    /// The headline, as text.
    pub title: String,
    /// The paragraphs, one a line; empty if the object has no text.
    pub body: String,
}

/// Finds the object in a page's scripts that holds the article with one of `titles` as its headline, by [`title::key`];
/// without titles, the object with the longest text.
pub fn state(scripts: &[String], titles: &[Vec<char>]) -> Option<State> {
    let mut best: Option<(usize, State)> = None;
    for script in scripts {
        for value in literals(script) {
            let mut queue = vec![&value];
            let mut seen = 0;
            while let Some(value) = queue.pop() {
                seen += 1;
                if seen > MAX_OBJECTS {
                    break;
                }
                match value {
                    Value::Array(items) => queue.extend(items),
                    Value::Object(object) => {
                        if let Some((score, state)) = weigh(object, titles)
                            && best.as_ref().is_none_or(|b| score > b.0)
                        {
                            best = Some((score, state));
                        }
                        queue.extend(object.values().filter(|v| v.is_object() || v.is_array()));
                    }
                    _ => {}
                }
            }
        }
    }
    best.map(|(_, state)| state)
}

/// Reads an object as an article, with the certainty that it is the page's.
pub fn weigh(object: &Map<String, Value>, titles: &[Vec<char>]) -> Option<(usize, State)> {
    let fields = Fields { object, map: &[] };
    let headline = one_line(&fields.text("title")?);
    let headline = headline.strip_prefix('"').and_then(|t| t.strip_suffix('"')).map(str::to_string).unwrap_or(headline);
    let key = title::key(&headline);
    let ours = key.len() >= LEAST_TITLE && titles.iter().any(|t| *t == key || contains(t, &key) || contains(&key, t));
    let body = fields.text("body").map(|text| plain(&text)).unwrap_or_default();
    let letters = title::key(&body).len();
    let text = letters >= LEAST_TEXT;
    if !(ours || text) || !(text || fields.get("date").is_some() || fields.get("source").is_some()) {
        return None;
    }
    let score =
        usize::from(ours) * 1_000_000 + usize::from(fields.date("date").is_some()) * 500_000 + letters.min(400_000);
    let mut object = object.clone();
    // Metadata often stand in an object of their own beside the text: `subInfo: { source, time }`.
    for inner in fields.object.values().filter_map(Value::as_object).filter(|inner| !inner.contains_key("title")) {
        for name in ["time", "source", "publishTime", "publish_time", "pubTime", "media"] {
            if let Some(value) = inner.get(name).filter(|v| v.is_string() || v.is_number()) {
                object.entry(name).or_insert_with(|| value.clone());
            }
        }
    }
    Some((score, State { object, title: headline, body: if text { body } else { String::new() } }))
}

fn contains(long: &[char], short: &[char]) -> bool {
    short.len() >= LEAST_TITLE && long.windows(short.len()).any(|w| w == short)
}

/// Returns the objects that a script consists of, or assigns to variables.
fn literals(script: &str) -> Vec<Value> {
    let trimmed = script.trim();
    if trimmed.starts_with(['{', '[']) {
        return loose::parse_at(trimmed, 0, Leniency::Literals).map(|found| found.0).into_iter().collect();
    }
    if trimmed.starts_with("%7B") || trimmed.starts_with("%5B") {
        return percent_decoded(trimmed).into_iter().collect();
    }
    let mut values = Vec::new();
    let (mut at, mut tried) = (0, 0);
    while let Some(next) = script[at..].find('=') {
        at += next + 1;
        let rest = script[at..].trim_start();
        let begins = script.len() - rest.len();
        if let Some(inner) = rest.strip_prefix("JSON.parse(") {
            let inner = inner.strip_prefix("decodeURIComponent(").unwrap_or(inner);
            let parsed = loose::parse_at(inner, 0, Leniency::Literals).and_then(|found| match found.0 {
                Value::String(text) if text.starts_with("%7B") => percent_decoded(&text),
                Value::String(text) => loose::parse(&text, Leniency::Literals),
                _ => None,
            });
            values.extend(parsed);
            tried += 1;
        } else if rest.starts_with('{') && !rest.starts_with("{}") {
            tried += 1;
            if let Some((value, end)) = loose::parse_at(script, begins, Leniency::Literals) {
                values.push(value);
                at = end;
            }
        }
        if tried >= MAX_LITERALS {
            break;
        }
    }
    values
}

/// Returns the object in a text that is percent-encoded.
fn percent_decoded(text: &str) -> Option<Value> {
    loose::parse(&percent_decode_str(text).decode_utf8_lossy(), Leniency::Literals)
}

/// Returns the time of publication in a variable.
pub fn variable_date(scripts: &[String]) -> Option<Date> {
    DATES.iter().find_map(|name| {
        scripts.iter().find_map(|script| {
            values(script, name).find_map(|value| {
                // A short name has many meanings, so only seconds since 1970 make it a time.
                if *name == "ct" && !(value.len() == 10 && value.bytes().all(|b| b.is_ascii_digit())) {
                    return None;
                }
                date_values::from_value(&value)
            })
        })
    })
}

/// Returns the first non-empty value of a variable.
pub fn variable(scripts: &[String], name: &str) -> Option<String> {
    scripts.iter().find_map(|script| values(script, name).find(|value| !value.trim().is_empty()))
}

/// Returns the values that a script assigns to a name: `name = '…'`, `"name": 123`, `name: JsDecode('…')`.
fn values<'a>(script: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    script.match_indices(name).take(MAX_PLACES).filter_map(move |(at, _)| {
        let part = |c: char| c.is_ascii_alphanumeric();
        let before = script[..at].chars().next_back();
        // `__$pubtime` is a name of a template, `a_create_time` a different name.
        let free = before.is_none_or(|c| !part(c) && c != '_' && c != '.');
        let rest = &script[at + name.len()..];
        if !free || rest.starts_with(|c: char| part(c) || c == '_' || c == '$') {
            return None;
        }
        let rest = rest.trim_start_matches(['"', '\'']).trim_start();
        let rest = rest.strip_prefix(['=', ':'])?.trim_start();
        let rest = match rest.strip_prefix("JsDecode(") {
            Some(inner) => inner.trim_start(),
            None => rest,
        };
        if rest.starts_with(['"', '\'']) {
            return match loose::parse_at(rest, 0, Leniency::Literals)?.0 {
                Value::String(text) => Some(text),
                _ => None,
            };
        }
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        (digits > 0).then(|| rest[..digits].to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_hold_the_time() {
        for (script, expect) in [
            ("var ct = \"1581517074\";", "2020-02-12T22:17:54+08:00"),
            ("var ct=1; var createTime = '2020-02-11 18:47';", "2020-02-11T18:47:00+08:00"),
            ("a = { create_time: JsDecode('1721266200'), x: 1 }", "2024-07-18T09:30:00+08:00"),
            ("var create_time = \"1673305628\" * 1;", "2023-01-10T07:07:08+08:00"),
            ("var __$pubtime='2021-01-05 16:59:00';", "2021-01-05T16:59:00+08:00"),
            ("var act = \"1581517074\"; var last_create_time = '2020-01-01';", ""),
        ] {
            let got = variable_date(&[script.to_string()]).map(|d| d.to_string()).unwrap_or_default();
            assert_eq!(got, expect, "{script}");
        }
    }

    #[test]
    fn the_state_of_a_page_holds_its_article() {
        let text = "某市总工会昨天在职工之家召开座谈会，听取快递员和外卖骑手对入会的意见。".repeat(3);
        let titles = [title::key("骑手有了新家_工讯网")];
        let encoded: String = format!(r#"{{"a":{{"title":"骑手有了新家","content":"{text}"}}}}"#)
            .bytes()
            .map(|b| format!("%{b:02X}"))
            .collect();
        for script in [
            format!(
                r#"{{"props":{{"list":[{{"title":"别的新闻","content":"{text}{text}"}}],"detail":{{"name":"骑手有了新家","content":"<p>{text}</p>","pubTime":"2022-05-06 10:20"}}}}}}"#
            ),
            format!(
                "var a = {{}}; window.__DATA = {{ info: {{ title: '&quot;骑手有了新家&quot;'.slice(6, -6), content: '&lt;p&gt;{text}&lt;/p&gt;', subInfo: {{ time: '2022-05-06 10:20', }} }} }};"
            ),
            format!(
                "window.x = JSON.parse(\"{{\\\"title\\\":\\\"骑手有了新家\\\",\\\"content\\\":\\\"{text}\\\",\\\"date\\\":1651803600}}\")"
            ),
            encoded,
        ] {
            let state = state(std::slice::from_ref(&script), &titles).unwrap_or_else(|| panic!("{script}"));
            assert_eq!(
                (state.title.trim_matches('"'), state.body.as_str()),
                ("骑手有了新家", text.as_str()),
                "{script}"
            );
        }
    }
}
