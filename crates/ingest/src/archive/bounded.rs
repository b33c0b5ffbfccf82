//! Parses JSON to a tree of bounded size. An object with one member takes hundreds of bytes in memory and seven in
//! a file, so a record within its limits could otherwise exhaust the memory of a machine.
//!
//! Of a list the first [`MAX_ITEMS`] items are kept, as many as are read of any field; of a whole text the first
//! [`MAX_VALUES`] values. The rest is checked for syntax and dropped.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Items of a list that are kept.
pub const MAX_ITEMS: usize = 10_000;
/// Values of a text that are kept: objects, lists and what stands in them.
pub const MAX_VALUES: usize = 250_000;

/// Parses a text as JSON.
///
/// # Errors
/// If the text is not JSON.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let mut room = MAX_VALUES;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Bounded(&mut room).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Builds a value of at most this many more values.
struct Bounded<'r>(&'r mut usize);

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        *self.0 = self.0.saturating_sub(1);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_string()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < MAX_ITEMS && *self.0 > 0 {
            match items.next_element_seed(Bounded(self.0))? {
                Some(item) => kept.push(item),
                None => return Ok(Value::Array(kept)),
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while *self.0 > 0 {
            match members.next_key::<String>()? {
                Some(key) => {
                    let value = members.next_value_seed(Bounded(self.0))?;
                    kept.insert(key, value);
                }
                None => return Ok(Value::Object(kept)),
            }
        }
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(value: &Value) -> usize {
        1 + match value {
            Value::Array(items) => items.iter().map(values).sum(),
            Value::Object(members) => members.values().map(values).sum(),
            _ => 0,
        }
    }

    #[test]
    fn a_small_text_is_what_it_is() {
        for text in [
            "{}",
            "[]",
            "null",
            "-1",
            "1.5e3",
            "\"工\\u4f1a\"",
            "{\"a\":[1,{\"b\":[true,null]}],\"c\":18446744073709551615}",
        ] {
            assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "{text}");
        }
        for wrong in ["", "{", "[1,]", "{} {}", "nul", "{\"a\":NaN}"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_large_one_is_cut_and_still_checked() {
        let many = |one: &str, count: usize| format!("[{}]", vec![one; count].join(","));
        let objects = many("{\"\":0}", 300_000);
        assert_eq!(parse(&objects).unwrap().as_array().unwrap().len(), MAX_ITEMS);
        let nested = many(&many("{\"\":0}", 1_000), 300);
        assert!(values(&parse(&nested).unwrap()) <= MAX_VALUES + 200);
        let members: Vec<String> = (0..300_000).map(|n| format!("\"{n}\":0")).collect();
        let object = format!("{{\"title\":\"工会\",{}}}", members.join(","));
        let read = parse(&object).unwrap();
        assert_eq!(read["title"], "工会");
        assert!(values(&read) <= MAX_VALUES + 200);
        assert!(parse(&objects[..objects.len() - 1]).is_err());
    }
}
