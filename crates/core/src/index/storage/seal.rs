//! A checksum inside a small file of JSON, as the last field of its object: `…,"crc32":"9ae0daaf"}`.
//!
//! Whoever does not know the field passes over it. A file without one was written before there were checksums, and is read
//! as it stands.

use std::borrow::Cow;

/// What stands before the eight digits.
const BEFORE: &[u8] = b",\"crc32\":\"";
/// What stands behind them.
const BEHIND: &[u8] = b"\"}";
/// How many hexadecimal digits a checksum has.
const DIGITS: usize = 8;

/// The JSON of an object that has fields, with the checksum of it all as one more.
pub fn seal(json: &[u8]) -> Vec<u8> {
    let json = json.trim_ascii_end();
    match json.split_last() {
        Some((b'}', open)) => {
            let digits = format!("{:08x}", crc32fast::hash(json));
            [open, BEFORE, digits.as_bytes(), BEHIND, b"\n"].concat()
        }
        _ => json.to_vec(),
    }
}

/// The JSON without its checksum.
///
/// # Errors
/// Where the checksum is another one, in words.
pub fn unseal(bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    let json = bytes.trim_ascii_end();
    let at = json.len().saturating_sub(BEFORE.len() + DIGITS + BEHIND.len());
    let (open, tail) = json.split_at(at);
    let digits = tail.strip_prefix(BEFORE).and_then(|tail| tail.strip_suffix(BEHIND));
    let Some(digits) = digits else { return Ok(Cow::Borrowed(bytes)) };
    let json = [open, b"}"].concat();
    let crc = format!("{:08x}", crc32fast::hash(&json));
    match digits == crc.as_bytes() {
        true => Ok(Cow::Owned(json)),
        false => Err(format!("its checksum is {crc}, written was {}", String::from_utf8_lossy(digits))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn what_is_sealed_comes_back_or_is_refused() {
        for json in ["{\"schema\": 4,\n  \"program\": \"工讯\"\n}", "{\"a\":{\"b\":[1,{}]}}\n"] {
            let sealed = seal(json.as_bytes());
            assert_eq!(unseal(&sealed).unwrap().as_ref(), json.trim_end().as_bytes());
            // Whoever knows of no checksum reads the same.
            let mut read: Value = serde_json::from_slice(&sealed).unwrap();
            read.as_object_mut().unwrap().remove("crc32").unwrap();
            assert_eq!(read, serde_json::from_str::<Value>(json).unwrap());
            assert_eq!(unseal(json.as_bytes()).unwrap().as_ref(), json.as_bytes());
            for at in 0..sealed.len() {
                for bit in 0..8 {
                    let mut flipped = sealed.clone();
                    flipped[at] ^= 1 << bit;
                    let Ok(unsealed) = unseal(&flipped) else { continue };
                    let Ok(mut value) = serde_json::from_slice::<Value>(&unsealed) else { continue };
                    // The name of the field itself: all others are as they were.
                    value.as_object_mut().unwrap().retain(|name, _| read.get(name).is_some());
                    assert_eq!(value, read, "byte {at}, bit {bit}");
                }
            }
        }
    }
}
