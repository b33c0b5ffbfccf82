//! A lenient JSON parser.
//!
//! Some programs write what no JSON parser accepts: `NaN`, numbers out of range, lone surrogates, raw line ends inside
//! strings. Such a value is lost alone, not with the record around it: it becomes null, or a replacement character. The
//! object literals of scripts are accepted too on request: bare names, single quotes, trailing commas.

use serde_json::{Map, Number, Value};

use super::bounded::{MAX_ITEMS, MAX_VALUES};

/// The deepest nesting of brackets.
const MAX_DEPTH: usize = 128;

/// The degree of leniency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgive {
    /// Invalid values in valid JSON.
    Values,
    /// The syntax of JavaScript literals as well.
    Literals,
}

/// Parses a text as one value; `None` if it is not exactly one.
pub fn parse(text: &str, forgive: Forgive) -> Option<Value> {
    let (value, end) = parse_at(text, 0, forgive)?;
    text[end..].trim().is_empty().then_some(value)
}

/// Parses the value that begins at a byte offset of a text; returns it with its end.
pub fn parse_at(text: &str, from: usize, forgive: Forgive) -> Option<(Value, usize)> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: from, forgive, room: MAX_VALUES };
    reader.blanks();
    let value = reader.value(0)?;
    Some((value, reader.at))
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    forgive: Forgive,
    /// The number of values that may still be kept.
    room: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.blanks();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn literals(&self) -> bool {
        self.forgive == Forgive::Literals
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.blanks();
        let value = match self.peek()? {
            b'{' => self.object(depth)?,
            b'[' => self.array(depth)?,
            b'"' => Value::String(self.string(b'"')?),
            b'\'' if self.literals() => Value::String(self.string(b'\'')?),
            _ => self.word()?,
        };
        if self.literals() {
            self.calls();
        }
        Some(value)
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut object = Map::new();
        if self.take(b'}') {
            return Some(Value::Object(object));
        }
        loop {
            self.blanks();
            let key = match self.peek()? {
                quote @ b'"' => self.string(quote)?,
                quote @ b'\'' if self.literals() => self.string(quote)?,
                _ if self.literals() => self.name()?.to_string(),
                _ => return None,
            };
            if !self.take(b':') {
                return None;
            }
            let value = self.value(depth + 1)?;
            if self.room > 0 {
                self.room -= 1;
                object.insert(key, value);
            }
            if self.take(b'}') {
                return Some(Value::Object(object));
            }
            if !self.take(b',') {
                return None;
            }
            if self.literals() && self.take(b'}') {
                return Some(Value::Object(object));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Some(Value::Array(items));
        }
        loop {
            let room = self.room;
            let item = self.value(depth + 1)?;
            if items.len() < MAX_ITEMS && self.room > 0 {
                self.room -= 1;
                items.push(item);
            } else {
                self.room = room;
            }
            if self.take(b']') {
                return Some(Value::Array(items));
            }
            if !self.take(b',') {
                return None;
            }
            if self.literals() && self.take(b']') {
                return Some(Value::Array(items));
            }
        }
    }

    /// Parses a name, a number, or something in its place.
    fn word(&mut self) -> Option<Value> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_' | b'$' | b'!'))
        {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        Some(match word {
            "" => return None,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" | "NaN" | "Infinity" | "-Infinity" | "undefined" => Value::Null,
            _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => number(word)?,
            _ if self.literals() => Value::Null,
            _ => return None,
        })
    }

    fn name(&mut self) -> Option<&str> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$')) {
            self.at += 1;
        }
        (self.at > start).then(|| &self.text[start..self.at])
    }

    /// Skips method calls on a literal: `'…'.slice(6, -6)`.
    fn calls(&mut self) {
        loop {
            let begin = self.at;
            self.blanks();
            if self.peek() != Some(b'.') {
                self.at = begin;
                return;
            }
            self.at += 1;
            let called = self.name().is_some() && self.peek() == Some(b'(');
            let end = self.text[self.at..].find(')').filter(|end| *end < 40);
            match end {
                Some(end) if called => self.at += end + 1,
                _ => {
                    self.at = begin;
                    return;
                }
            }
        }
    }

    fn string(&mut self, quote: u8) -> Option<String> {
        self.at += 1;
        let mut text = String::new();
        let mut start = self.at;
        loop {
            match self.peek()? {
                b if b == quote => {
                    text.push_str(&self.text[start..self.at]);
                    self.at += 1;
                    return Some(text);
                }
                b'\\' => {
                    text.push_str(&self.text[start..self.at]);
                    self.at += 1;
                    self.escape(&mut text)?;
                    start = self.at;
                }
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Option<()> {
        let c = self.text[self.at..].chars().next()?;
        self.at += c.len_utf8();
        match c {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{C}'),
            'x' if self.literals() => text.push(char::from(self.hex(2)? as u8)),
            'u' => {
                let unit = self.hex(4)?;
                let pair = (0xD800..0xDC00).contains(&unit) && self.text[self.at..].starts_with("\\u");
                let begin = self.at;
                if pair {
                    self.at += 2;
                    let low = self.hex(4)?;
                    if (0xDC00..0xE000).contains(&low) {
                        text.extend(char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)));
                        return Some(());
                    }
                    self.at = begin;
                }
                text.push(char::from_u32(unit).unwrap_or('\u{FFFD}'));
            }
            '"' | '\\' | '/' => text.push(c),
            c if self.literals() => text.push(c),
            _ => return None,
        }
        Some(())
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text = self.text.get(self.at..self.at + digits)?;
        self.at += digits;
        text.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(text, 16).ok())?
    }
}

/// Parses a number; null if it is too large for any type.
fn number(word: &str) -> Option<Value> {
    if let Ok(whole) = word.parse::<i64>() {
        return Some(Value::Number(whole.into()));
    }
    let number = word.parse::<f64>().ok()?;
    Some(Number::from_f64(number).map_or(Value::Null, Value::Number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_values_cost_themselves() {
        for (text, expect) in [
            (r#"{"a":NaN,"b":[Infinity,-Infinity,1e999,-1e999,"x"]}"#, r#"{"a":null,"b":[null,null,null,null,"x"]}"#),
            (
                r#"{"a":"\ud83d","b":"\udc00x","c":"\ud83d\ude00","d":"\ud83dA"}"#,
                "{\"a\":\"\u{FFFD}\",\"b\":\"\u{FFFD}x\",\"c\":\"😀\",\"d\":\"\u{FFFD}A\"}",
            ),
            ("{\"a\":\"甲\n乙\t丙\"}", r#"{"a":"甲\n乙\t丙"}"#),
            (
                r#"{"a":123456789012345678901234567890,"b":-5,"c":1.5}"#,
                r#"{"a":1.2345678901234568e+29,"b":-5,"c":1.5}"#,
            ),
        ] {
            let got = parse(text, Forgive::Values).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(got.to_string(), expect, "{text}");
        }
        for text in
            ["{\"a\":", "{a:1}", "{'a':1}", "{\"a\":1,}", "{\"a\":x}", "[1", "{} {}", "", "\"\\q\"", "\"\\u12\""]
        {
            assert_eq!(parse(text, Forgive::Values), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000), Forgive::Values), None);
    }

    #[test]
    fn literals_of_scripts() {
        let text = r"{ title: '\u5de5\x41'.slice(0, 9), 'b': [1, 2,], c: undefined, d: !0, e: {f: window.x}, }; next()";
        let (value, end) = parse_at(text, 0, Forgive::Literals).unwrap();
        assert_eq!(value.to_string(), r#"{"b":[1,2],"c":null,"d":null,"e":{"f":null},"title":"工A"}"#);
        assert_eq!(&text[end..], "; next()");
    }
}
