//! The segmenter compared with jieba-rs: no token and no offset may differ.

use std::sync::LazyLock;

use super::*;
use crate::fold::fold;
use crate::lexicon;
use crate::random::Random;

static BUILTIN: LazyLock<(Segmenter, Reference)> = LazyLock::new(|| {
    let segmenter = Segmenter::builtin();
    let reference = Reference::with_words(&segmenter.words());
    (segmenter, reference)
});

/// Words with new characters, new lengths, Latin letters, signs, other frequencies and characters of no block.
const USER_DICT: &str = "一函两书\n中国 5\n的确良 900000\n𠮷野家\n𪚥𪚥\n龘\n龘靐\n鿿鿿\nc++\na.b-c\n3d打印机\n卡尔·马克思\n中华人民共和国中央人民政府驻香港特别行政区联络办公室\n\
                         中华人民共和国中央 7\n工 3\n㐂㐂屋 3 n\n%的\n";

static WITH_USER: LazyLock<(Segmenter, Reference)> = LazyLock::new(|| {
    let segmenter = Segmenter::with_user_dict(USER_DICT).expect("the test's dictionary is valid");
    let reference = Reference::with_words(&segmenter.words());
    (segmenter, reference)
});

/// The number of random texts to compare: more in optimised builds.
const RANDOM_TEXTS: usize = if cfg!(debug_assertions) { 150 } else { 20_000 };

fn words<'t>(segmenter: &Segmenter, text: &'t str) -> Vec<&'t str> {
    let mut tokens = Vec::new();
    segmenter.cut(text, Hmm::On, &mut tokens);
    tokens.iter().map(|t| &text[t.start as usize..t.end as usize]).collect()
}

/// Compares both segmenters with jieba-rs, in both modes, with and without the model.
fn check(text: &str) {
    for (segmenter, reference) in [&*BUILTIN, &*WITH_USER] {
        check_one(segmenter, reference, text);
    }
}

fn check_one(segmenter: &Segmenter, reference: &Reference, text: &str) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for hmm in [Hmm::On, Hmm::Off] {
        segmenter.cut(text, hmm, &mut ours);
        reference.cut(text, hmm, &mut theirs);
        assert_same(text, "cut", hmm, &ours, &theirs);
        let mut end = 0;
        for token in &ours {
            assert_eq!(token.start, end, "a byte is missing or doubled in {text:?}");
            end = token.end;
        }
        assert_eq!(end as usize, text.len());
        segmenter.cut_for_search(text, hmm, &mut ours);
        reference.cut_for_search(text, hmm, &mut theirs);
        assert_same(text, "cut_for_search", hmm, &ours, &theirs);
    }
}

fn assert_same(text: &str, mode: &str, hmm: Hmm, ours: &[Token], theirs: &[Token]) {
    if let Some(at) = (0..ours.len().max(theirs.len())).find(|&at| ours.get(at) != theirs.get(at)) {
        let show = |tokens: &[Token]| -> Vec<String> {
            let some = &tokens[at.min(tokens.len())..tokens.len().min(at + 6)];
            some.iter().map(|t| format!("{:?}", text.get(t.start as usize..t.end as usize))).collect()
        };
        let place = theirs.get(at).or(ours.get(at)).map_or(0, |t| t.start as usize);
        let near: String = text[place..].chars().take(40).collect();
        panic!(
            "{mode}, HMM {hmm:?}: token {at} differs near {near:?}: ours {:?}, jieba-rs {:?}",
            show(ours),
            show(theirs)
        );
    }
}

#[test]
fn every_labour_word_is_cut_as_one() {
    let segmenter = Segmenter::builtin();
    for word in lexicon::labour_words().map(fold) {
        assert_eq!(words(&segmenter, &word), [word.as_str()]);
    }
}

#[test]
fn user_words_are_cut_as_one_and_come_back() {
    let user = "# words of the house\n一函两书\n擺件師\t\n工会驿站 40000 n\n";
    let segmenter = Segmenter::with_user_dict(user).unwrap();
    assert_eq!(words(&segmenter, "一函两书和摆件师"), ["一函两书", "和", "摆件师"]);
    assert_eq!(segmenter.word_freq("工会驿站"), Some(40000));
    assert!(segmenter.has_word("摆件师") && !segmenter.has_word("擺件師"));
    let again = Segmenter::with_user_dict(segmenter.user_dict()).unwrap();
    assert_eq!(again.user_dict(), segmenter.user_dict());
    assert_eq!(again.fingerprint(), segmenter.fingerprint());
    assert_ne!(again.fingerprint(), Segmenter::builtin().fingerprint());
    assert_eq!(Segmenter::with_user_dict("# nothing\n").unwrap().fingerprint(), Segmenter::builtin().fingerprint());
}

#[test]
fn the_dictionary_holds_what_it_was_given() {
    let (segmenter, _) = &*WITH_USER;
    for (word, freq) in
        [("中国", Some(5)), ("工", Some(3)), ("㐂㐂屋", Some(3)), ("中华人民共和国中央", Some(7)), ("㐂", None)]
    {
        assert_eq!(segmenter.word_freq(word), freq, "{word}");
    }
    for word in ["龘靐", "𪚥𪚥", "卡尔·马克思", "鿿鿿", "a.b-c", "农民工", "γ射线"] {
        assert!(segmenter.has_word(word), "{word}");
    }
    let builtin = Segmenter::builtin();
    for word in ["", "中", "中华人民共", "农民工的", "·", "龘靐", "農民工"] {
        assert_eq!(builtin.has_word(word), word == "中", "{word}");
    }
    let all = builtin.words();
    assert!(all.len() > 340_000, "{} words", all.len());
    for (word, freq) in all {
        assert_eq!(builtin.word_freq(&word), Some(freq), "{word}");
    }
}

#[test]
fn user_words_change_the_weights_of_all() {
    let (builtin, user) = (Segmenter::builtin(), Segmenter::with_user_dict("农民工人 1000000000\n").unwrap());
    assert_eq!(words(&builtin, "农民工人数"), ["农民工", "人数"]);
    assert_eq!(words(&user, "农民工人数"), ["农民工人", "数"]);
}

#[test]
fn odd_texts_are_cut_like_jieba() {
    for text in [
        "",
        "\r\n",
        "\n\r",
        "\r\r\n\n",
        "工会\r\n权益\r工人\n\r\n",
        "\0工\u{7f}会\u{80}",
        "a",
        "-",
        "%",
        "1.2.3",
        "3.5%的增长，50%",
        "wes-5.4.5和g260911-0711、openssl_1_1_1 -abc abc- a..b a.-b .a. %% 100%% 1%2",
        "t恤和3d打印机及bb机、ＡＡ",
        "ABC大写DEF",
        "c++c++ a.b-c x.a.b-c.y",
        "%的%的%",
        "𠮷野家𠮷野家的𪚥𪚥𪚥龘龘龘靐龘靐",
        "鿿鿿鿿的鿕鿖㐂㐂屋㐂",
        "卡尔·马克思γ射线",
        "👷‍♂️农民工👩🏽‍🏭工会🇨🇳",
        "日本語のカタカナとひらがな、한국어 русский Ünïcödé",
        "\u{FEFF}零\u{200B}宽\u{3000}全角　空格",
        "中华人民共和国中央人民政府驻香港特别行政区联络办公室主任",
        "中华人民共和国中央人民政府驻香港特别行政区",
        "〇々〢豈\u{F9FF}\u{2F800}\u{30000}\u{2EBF0}",
        "小明硕士毕业于中国科学院计算所，后在日本京都大学深造",
        "王小二张三丰李四光赵钱孙李周吴郑王冯陈褚卫",
    ] {
        check(text);
        check(&fold(text));
    }
}

#[test]
fn random_texts_are_cut_like_jieba() {
    let mut random = Random::new(0x1234_5678_9ABC_DEF1);
    let mut all = Segmenter::builtin().words();
    all.sort();
    let signs: Vec<char> = "，。、“”\r\n\t .-_%+#&·0123456789azAZé👷𠮷龘㐂鿿𪚥的工中国人一".chars().collect();
    for _ in 0..RANDOM_TEXTS {
        let mut text = String::new();
        for _ in 0..random.below(120) {
            match random.below(10) {
                0..4 => text.push_str(&all[random.below(all.len())].0),
                // A piece of a word: what follows may or may not complete it.
                4..7 => text.extend(all[random.below(all.len())].0.chars().take(1 + random.below(3))),
                7 => text.push(signs[random.below(signs.len())]),
                8 => text.extend(char::from_u32(0x4E00 + random.below(0x5200) as u32)),
                _ => text.extend(char::from_u32(random.below(0x32000) as u32)),
            }
        }
        check(&text);
    }
}

#[test]
fn long_texts_are_cut_like_jieba_across_pieces() {
    let mut random = Random::new(77);
    let mut all = Segmenter::builtin().words();
    all.sort();
    // A block far longer than a piece, then pieces that end at every kind of place.
    let mut text = String::new();
    while text.len() < 100_000 {
        text.push_str(&all[random.below(all.len())].0);
    }
    check(&text);
    for filling in ["\r\n", "\r", "工\r\n", "，", "a1-", "𠮷", "x\n"] {
        check(&filling.repeat(12_000 / filling.len()));
        check(&format!("的{}", filling.repeat(40_000 / filling.len())));
    }
}

#[test]
fn real_articles_are_cut_like_jieba() {
    let Some(data) = std::env::var_os("GONGXUN_DATA") else {
        assert!(std::env::var_os("GONGXUN_REQUIRE_ALL").is_none_or(|v| v != "1"), "GONGXUN_DATA is not set");
        eprintln!("SKIPPED: real_articles_are_cut_like_jieba needs GONGXUN_DATA");
        return;
    };
    let path = std::path::PathBuf::from(data).join("scale/cctv.jsonl");
    let lines = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    // All of them in optimised builds, otherwise a sample.
    let every = if cfg!(debug_assertions) { 150 } else { 1 };
    let mut articles = 0;
    for line in lines.lines().step_by(every) {
        let article: serde_json::Value = serde_json::from_str(line).unwrap();
        let body = article["body"].as_str().unwrap();
        check(&fold(body));
        if every > 1 || articles % 10 == 0 {
            check(body);
        }
        articles += 1;
    }
    eprintln!("{articles} articles compared");
}

#[test]
fn more_characters_than_codes_falls_back_to_jieba() {
    // Every ideograph that occurs in no word of the segmenter's, up to more than there are codes.
    let han = (0x3400..0x9FFF).chain(0x20000..0x2A6DF).chain(0x2A700..0x2EBEF).filter_map(char::from_u32);
    let user: String = han.map(|c| format!("{c}{c} 3\n")).collect();
    let segmenter = Segmenter::with_user_dict(&user).unwrap();
    assert!(segmenter.0.fallback.is_some());
    assert_eq!(words(&segmenter, "𪚥𪚥农民工龘龘"), ["𪚥𪚥", "农民工", "龘龘"]);
    assert_eq!(segmenter.word_freq("𪚥𪚥"), Some(3));
    assert!(segmenter.has_word("农民工") && !segmenter.has_word("农民工的"));
}

#[test]
fn clones_share_the_dictionary_between_threads() {
    let segmenter = Segmenter::builtin();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let segmenter = segmenter.clone();
            scope.spawn(move || assert_eq!(words(&segmenter, "农民工讨薪"), ["农民工", "讨薪"]));
        }
    });
}

#[test]
fn a_block_longer_than_any_piece_is_cut_in_parts() {
    for word in ["工", "工会", "a", "工会法2024"] {
        let text = word.repeat(cut::MAX_PIECE_BYTES / word.len() * 5 / 2);
        for hmm in [Hmm::On, Hmm::Off] {
            let mut tokens = Vec::new();
            BUILTIN.0.cut(&text, hmm, &mut tokens);
            let mut end = 0;
            for token in &tokens {
                assert_eq!(token.start, end);
                end = token.end;
            }
            assert_eq!(end as usize, text.len(), "{word}");
            // The parts are cut as texts of their own.
            let first = (cut::MAX_PIECE_BYTES..).find(|at| text.is_char_boundary(*at)).unwrap();
            let mut alone = Vec::new();
            BUILTIN.0.cut(&text[..first], hmm, &mut alone);
            assert!(alone.iter().zip(&tokens).all(|(one, other)| (one.start, one.end) == (other.start, other.end)));
        }
    }
}
