//! Decoding of bytes in a known charset, counting the errors.

use encoding_rs::{DecoderResult, Encoding};

/// The size of the pieces that are decoded at once when errors are counted, in bytes.
const PIECE: usize = 4 << 10;

/// A decoded text, with its charset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark. Undecodable bytes become U+FFFD.
    pub text: String,
    /// The charset's name in the WHATWG's Encoding Standard (`gb18030`, `Big5`, `UTF-8`, `UTF-16LE`).
    pub charset: &'static str,
    /// Number of places that could not be decoded.
    pub errors: usize,
}

/// Decodes bytes and counts the errors.
pub(super) fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Decoded { text: text.into_owned(), charset: encoding.name(), errors: 0 };
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    // Piece by piece: at each call the decoder touches all of the space that it is given.
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
