//! Seals: a checksum inside a small JSON file, as the last field of its object: `…,"crc32":"9ae0daaf"}`.
//!
//! A reader that does not know the field ignores it. A file without one was written before there were checksums, and is
//! read as it stands.

use std::borrow::Cow;

/// The bytes before the eight digits.
const BEFORE: &[u8] = b",\"crc32\":\"";
/// The bytes after them.
const BEHIND: &[u8] = b"\"}";
/// The number of hexadecimal digits of a checksum.
const DIGITS: usize = 8;

/// Returns the JSON of a non-empty object with the checksum of its bytes as one more field.
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

/// Returns the JSON without its checksum.
///
/// # Errors
/// A description, if the checksum does not match.
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
    fn seal_roundtrips_or_fails() {
        for json in ["{\"schema\": 4,\n  \"program\": \"工讯\"\n}", "{\"a\":{\"b\":[1,{}]}}\n"] {
            let sealed = seal(json.as_bytes());
            assert_eq!(unseal(&sealed).unwrap().as_ref(), json.trim_end().as_bytes());
            // A reader that knows of no checksum reads the same.
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
                    // The flipped bit is in the name of the field itself: all other fields are unchanged.
                    value.as_object_mut().unwrap().retain(|name, _| read.get(name).is_some());
                    assert_eq!(value, read, "byte {at}, bit {bit}");
                }
            }
        }
    }
}
