//! The names of an archive's members: validated so that none leaves the archive, and decoded if they are not UTF-8.

use encoding_rs::{GB18030, UTF_8};

use gongxun_text::charset;

/// Returns a member's name with `/` as separator and no leading separator; `None` if it would leave the archive: an
/// absolute path, one with `..` in it, a drive letter.
pub(super) fn safe(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    let drive = matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if drive || name.starts_with('/') || name.contains('\0') {
        return None;
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a member is one of the files that operating systems leave behind, hidden in folders too.
pub(super) fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}

/// Decodes a name that its archive does not declare to be UTF-8. `all` is all names of the archive together: a single
/// one is too short to tell GBK from Big5.
pub(super) fn decode(name: &[u8], all: &[u8]) -> String {
    if let Ok(name) = std::str::from_utf8(name) {
        return name.to_string();
    }
    let guess = charset::guess(all);
    for encoding in [guess, GB18030] {
        if encoding != UTF_8 || guess == UTF_8 {
            let (text, errors) = encoding.decode_without_bom_handling(name);
            if !errors && encoding.is_ascii_compatible() {
                return text.into_owned();
            }
        }
    }
    from_cp437(name)
}

/// Decodes code page 437, the charset of names in the zip standard.
fn from_cp437(name: &[u8]) -> String {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";
    name.iter()
        .map(|&b| match b.checked_sub(128) {
            Some(upper) => UPPER.chars().nth(usize::from(upper)).unwrap_or('\u{FFFD}'),
            None => char::from(b),
        })
        .collect()
}
