//! Bytes decoded by a charset that is known, with what could not be decoded counted.

use encoding_rs::{DecoderResult, Encoding};

/// How much is decoded at once where errors are counted.
const PIECE: usize = 4 << 10;

/// A text with what it was decoded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark. What could not be decoded is U+FFFD.
    pub text: String,
    /// The charset's name in the WHATWG's Encoding Standard (`gb18030`, `Big5`, `UTF-8`, `UTF-16LE`).
    pub charset: &'static str,
    /// How many places could not be decoded.
    pub errors: usize,
}

/// Decodes and counts what could not be.
pub(super) fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Decoded { text: text.into_owned(), charset: encoding.name(), errors: 0 };
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    // Piece by piece: the decoder goes over all of the room that it is given, each time that it is called.
    let mut piece = String::with_capacity(PIECE);
    let (mut rest, mut errors) = (bytes, 0);
    loop {
        piece.clear();
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut piece, true);
        rest = &rest[read..];
        text.push_str(&piece);
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                errors += 1;
                text.push('\u{FFFD}');
            }
        }
    }
    Decoded { text, charset: encoding.name(), errors }
}
