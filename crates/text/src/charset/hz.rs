//! The decoder of HZ, the charset of Chinese mail and newsgroups on seven-bit lines.
//!
//! `~{` begins a run of GB2312 with the high bits cleared, `~}` ends it, `~~` is a tilde, and a tilde at the end of a
//! line joins it with the next.
//!
//! The encoding is defined in [RFC 1843](https://www.rfc-editor.org/rfc/rfc1843).

use encoding_rs::GBK;

use super::weight::weigh;

/// The charset's name.
pub(super) const NAME: &str = "HZ-GB-2312";
/// The least average weight of the characters in runs: tildes and braces of a program give others.
const PLAUSIBLE: f64 = 0.35;
/// The least number of characters in runs that is conclusive.
const CHARACTERS: usize = 2;

/// Decodes ASCII with runs of HZ that read as Chinese; `None` for anything else.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    // The pair is rare, and most files are not ASCII.
    if !bytes.is_ascii() || !bytes.windows(2).any(|pair| pair == b"~{") {
        return None;
    }
    let mut text = String::with_capacity(bytes.len());
    let (mut characters, mut weight) = (0, 0.0);
    let mut rest = bytes;
    while let Some((&first, behind)) = rest.split_first() {
        match (first, behind.first()) {
            (b'~', Some(b'{')) => {
                // A run ends at the end of its line at the latest.
                let run = &behind[1..];
                let length = run.chunks(2).take_while(|p| p.len() == 2 && *p != b"~}" && is_pair(p)).count() * 2;
                let high: Vec<u8> = run[..length].iter().map(|b| b | 0x80).collect();
                let run_text = GBK.decode_without_bom_handling_and_without_replacement(&high)?;
                characters += run_text.chars().count();
                weight += run_text.chars().map(weigh).sum::<f64>();
                text.push_str(&run_text);
                rest = run[length..].strip_prefix(b"~}").unwrap_or(&run[length..]);
                continue;
            }
            (b'~', Some(b'~')) => text.push('~'),
            (b'~', Some(b'\n')) => {}
            _ => {
                text.push(char::from(first));
                rest = behind;
                continue;
            }
        }
        rest = &behind[1..];
    }
    (characters >= CHARACTERS && weight >= PLAUSIBLE * characters as f64).then_some(text)
}

/// Whether two bytes are a character of a run.
fn is_pair(pair: &[u8]) -> bool {
    pair.iter().all(|b| (0x21..=0x7E).contains(b))
}
