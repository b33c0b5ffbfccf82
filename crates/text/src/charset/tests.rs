//! Pages in every charset, declared correctly, incorrectly and not at all.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

/// Returns the folder of real pages; `None`, with a printed warning, if it is not there.
fn data(folder: &str) -> Option<PathBuf> {
    match std::env::var_os("GONGXUN_DATA") {
        Some(data) => Some(PathBuf::from(data).join(folder)),
        None => {
            assert!(std::env::var("GONGXUN_REQUIRE_ALL").as_deref() != Ok("1"), "{folder}: needs GONGXUN_DATA");
            eprintln!("SKIPPED: {folder} needs GONGXUN_DATA");
            None
        }
    }
}

fn files(folder: PathBuf) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|err| panic!("{}: {err}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn encode(encoding: &'static Encoding, text: &str) -> Option<Vec<u8>> {
    if encoding == UTF_16LE {
        return Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    if encoding == UTF_16BE {
        return Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    let (bytes, _, failed) = encoding.encode(text);
    (!failed).then(|| bytes.into_owned())
}

const TEXT: &str = "据新华社报道，全国总工会发布通知，要求各级工会维护农民工的合法权益。";
const TRADITIONAL: &str = "據報導，勞工團體表示，政府應該保障工人的權益，並且要求公司發放欠薪。";

#[test]
fn evidence_goes_before_declarations() {
    let check = |bytes: &[u8], declared: Option<&str>, text: &str, charset: &str| {
        let decoded = decode(bytes, declared, true);
        assert_eq!((decoded.text.as_str(), decoded.charset, decoded.errors), (text, charset, 0), "{declared:?}");
    };
    for declared in
        [None, Some("utf-8"), Some("gb2312"), Some("big5"), Some("iso-8859-1"), Some("shift_jis"), Some("nonsense")]
    {
        check(TEXT.as_bytes(), declared, TEXT, "UTF-8");
        check(&encode(GB18030, TEXT).unwrap(), declared, TEXT, "gb18030");
        check(&encode(GB18030, TRADITIONAL).unwrap(), declared, TRADITIONAL, "gb18030");
        check(&encode(BIG5, TRADITIONAL).unwrap(), declared, TRADITIONAL, "Big5");
        check(&encode(UTF_16LE, "<p>工会</p>").unwrap(), declared, "<p>工会</p>", "UTF-16LE");
        check(&encode(UTF_16BE, "<p>工会</p>").unwrap(), declared, "<p>工会</p>", "UTF-16BE");
    }
    check(b"\xEF\xBB\xBFabc", Some("gbk"), "abc", "UTF-8");
    check(b"\xFF\xFE\xE5\x5D", None, "工", "UTF-16LE");
    check(b"", Some("gbk"), "", "UTF-8");
}

#[test]
fn a_declaration_is_a_meta_tag_s() {
    let check = |page: &str, expect: Option<&str>| {
        assert_eq!(declared_in(page.as_bytes()).map(Encoding::name), expect, "{page}");
    };
    check("<meta charset=\"gb2312\">", Some("gb18030"));
    check("<META http-equiv=Content-Type content='text/html; charset = Big5'>", Some("Big5"));
    check("<script src=a.js charset=gbk></script><meta charset=utf-8>", Some("UTF-8"));
    check("<script charset=\"gbk\"></script>", None);
    check("<link rel=stylesheet charset=gb2312>", None);
    check("<!-- <meta charset=big5> --><meta charset=gbk>", Some("gb18030"));
    check("<?xml version=\"1.0\" encoding=\"GB2312\"?><html>", Some("gb18030"));
    check("<meta name=accept-charset content=x><meta charset=utf-16>", Some("UTF-8"));
    check("<metal charset=gbk>", None);
}

#[test]
fn a_foreign_page_is_read_as_declared() {
    let japanese = "労働組合は賃金の引き上げを求めている。これからもがんばります。";
    for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP] {
        let bytes = encode(encoding, japanese).unwrap();
        let decoded = decode(&bytes, Some(encoding.name()), true);
        assert_eq!((decoded.text.as_str(), decoded.charset), (japanese, encoding.name()));
    }
    let french = "<p>Les salariés ont été informés de la grève à l'usine.</p>";
    let bytes = encode(encoding_rs::WINDOWS_1252, french).unwrap();
    assert_eq!(decode(&bytes, Some("iso-8859-1"), true).text, french);
}

/// Changes `n` bytes to random others.
fn damage(bytes: &mut [u8], n: usize, seed: u64) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for _ in 0..n {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = (state >> 8) as usize % bytes.len();
        bytes[at] ^= (state as u8).max(1);
    }
}

#[test]
fn text_behind_a_damaged_byte_is_in_step() {
    let (simplified, traditional) = (TEXT.repeat(2), TRADITIONAL.repeat(2));
    for (encoding, text) in [(GB18030, &simplified), (BIG5, &traditional)] {
        let whole = encode(encoding, &format!("<p>{text}</p>")).unwrap();
        let count = text.chars().count();
        let mut worst = count;
        for at in 3..whole.len() - 4 {
            let mut lost = whole.clone();
            lost.remove(at);
            let mut changed = whole.clone();
            changed[at] = b'x';
            for broken in [lost, changed] {
                let decoded = decode(&broken, None, true);
                let kept = text.chars().zip(decoded.text[3..].chars()).take_while(|(a, b)| a == b).count()
                    + text.chars().rev().zip(decoded.text.chars().rev().skip(4)).take_while(|(a, b)| a == b).count();
                worst = worst.min(kept);
            }
        }
        assert!(worst * 10 >= count * 9, "{}: {worst} of {count} letters", encoding.name());
    }
}

#[test]
fn real_pages_transcoded_are_the_same_text() {
    let Some(folder) = data("extraction/html") else { return };
    let declarations = ["gb2312", "big5", "utf-8", "iso-8859-1", "utf-16"];
    let (mut pages, mut in_big5, mut flipped, mut wrong) = (0, 0, 0, Vec::new());
    for (name, bytes) in files(folder) {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        // A BOM decides by itself, and is not part of the text.
        let text = text.trim_start_matches('\u{FEFF}');
        let han = text.chars().filter(|c| matches!(c, '\u{4E00}'..='\u{9FFF}')).count();
        if han * 3 < text.chars().filter(|c| !c.is_ascii()).count() {
            // Two of the pages were broken when they were saved, and consist of characters like Ã to begin with.
            continue;
        }
        pages += 1;
        let utf16 = if pages % 2 == 0 { UTF_16LE } else { UTF_16BE };
        for encoding in [UTF_8, GB18030, BIG5, utf16] {
            let Some(encoded) = encode(encoding, text) else { continue };
            in_big5 += usize::from(encoding == BIG5);
            let wrong_one = declarations[pages % declarations.len()];
            for declared in [Some(encoding.name()), Some(wrong_one), None] {
                let decoded = decode(&encoded, declared, true);
                if decoded.text != text || decoded.errors > 0 {
                    wrong.push(format!("{name} in {} declared {declared:?}: {}", encoding.name(), decoded.charset));
                }
            }
            let mut broken = encoded;
            damage(&mut broken, 5, pages as u64);
            let charset = decode(&broken, None, true).charset;
            if charset != encoding.name() {
                flipped += 1;
                wrong.push(format!("{name} in {} damaged: {charset}", encoding.name()));
            }
        }
    }
    eprintln!("{pages} pages, {in_big5} of them in Big5, {} wrong, {flipped} of them by damage", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(pages > 150);
}

#[test]
fn real_feeds_are_decoded() {
    for (folder, charset) in [("encodings/GB2312", "gb18030"), ("encodings/Big5", "Big5")] {
        let Some(folder) = data(folder) else { return };
        for (name, bytes) in files(folder) {
            let decoded = decode(&bytes, None, true);
            let letters = decoded.text.chars().filter(|c| !c.is_ascii()).count();
            assert!(
                decoded.charset == charset && decoded.errors * 200 <= letters,
                "{name}: {} with {} errors in {letters} letters",
                decoded.charset,
                decoded.errors
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_decode(bytes in prop::collection::vec(any::<u8>(), 0..400), declared in prop::option::of("[a-z0-9-]{0,12}"), is_html: bool) {
        let decoded = decode(&bytes, declared.as_deref(), is_html);
        prop_assert!(decoded.errors <= bytes.len());
    }

    #[test]
    fn markup_around_any_bytes_decodes(bytes in prop::collection::vec(any::<u8>(), 0..60), label in "(gbk|big5|utf-8|utf-16|x|hz-gb-2312|euc-tw)") {
        let page = [format!("<meta charset={label}><p>").as_bytes(), &bytes].concat();
        prop_assert!(decode(&page, None, true).text.starts_with("<meta") || bytes.contains(&0));
    }
}

#[test]
fn utf16_without_a_mark_or_latin_letters() {
    for text in [TEXT, TRADITIONAL, "工地上的人们\n没有人回家\n他们在等工资\n", "　　工会主席说，今年的任务已经完成。"]
    {
        for encoding in [UTF_16LE, UTF_16BE] {
            let decoded = decode(&encode(encoding, text).unwrap(), None, false);
            assert_eq!((decoded.text.as_str(), decoded.charset), (text, encoding.name()));
        }
        for encoding in [GB18030, BIG5] {
            let Some(bytes) = encode(encoding, text) else { continue };
            assert_eq!(sniff_utf16(&bytes), None, "{text}");
        }
    }
}

#[test]
fn hz_is_told_from_tildes_and_braces() {
    for (bytes, text) in [
        ("~{9$;a~} and ~{9$;aVwO/~}", "工会 and 工会主席"),
        ("~~ ~{9$;a~}~\n~{VwO/~}", "~ 工会主席"),
        ("~{9$;a\nnext", "工会\nnext"),
        ("a ~{ b", "a ~{ b"),
        ("if (~{x: 1} == 2) { return ~}", "if (~{x: 1} == 2) { return ~}"),
        ("~{abcdefgh~}", "~{abcdefgh~}"),
    ] {
        assert_eq!(decode(bytes.as_bytes(), None, false).text, text, "{bytes}");
    }
}
