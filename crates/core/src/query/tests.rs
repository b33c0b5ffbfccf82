//! Tests of the query language, by example and by property.

use proptest::prelude::*;

use super::*;

/// Returns the tree in its written form.
fn shown(text: &str) -> String {
    parse(text).root.map_or_else(String::new, |node| node.to_string())
}

fn kinds(text: &str) -> Vec<NoteKind> {
    parse(text).notes.into_iter().map(|note| note.kind).collect()
}

/// Checks the tree, and that there are no notes.
fn check(cases: &[(&str, &str)]) {
    for (input, expect) in cases {
        assert_eq!(shown(input), *expect, "{input}");
        assert_eq!(kinds(input), [], "{input}");
    }
}

/// Checks the tree and the kinds of the notes.
fn check_notes(cases: &[(&str, &str, &[NoteKind])]) {
    for (input, expect, notes) in cases {
        assert_eq!(shown(input), *expect, "{input}");
        assert_eq!(kinds(input), *notes, "{input}");
    }
}

#[test]
fn words_and_strings() {
    check(&[
        ("工会 权益", "工会 权益"),
        ("工会　权益\n维权", "工会 权益 维权"),
        ("工会\u{200B}法", "工会法"),
        ("\"农民工工资\"", "\"农民工工资\""),
        ("“农民工工资”", "\"农民工工资\""),
        ("「农民工工资」", "\"农民工工资\""),
        ("『农民工工资』", "\"农民工工资\""),
        ("＂农民工工资＂", "\"农民工工资\""),
        ("“农民工工资“", "\"农民工工资\""),
        ("”农民工工资“", "\"农民工工资\""),
        ("\"农民工工资”", "\"农民工工资\""),
        ("「农民工工资』", "\"农民工工资\""),
        ("“一函「两」书”", "\"一函「两」书\""),
        ("「一函“两”书」", "「一函“两”书」"),
        ("「他说“好”」 『x「y”』", "「他说“好”」 「x「y”」"),
        ("工会“权益”法", "工会 \"权益\" 法"),
        ("中工网-工人日报", "中工网-工人日报"),
        ("“中工网”-工人日报", "\"中工网\" 工人日报"),
        ("2024-01", "2024-01"),
        ("and or not near", "and or not near"),
        ("什么是欠薪？", "什么是欠薪？"),
        ("谁是会长？何时成立？", "谁是会长？何时成立？"),
        ("谁是会长？何时成立", "谁是会长？何时成立"),
        ("有工会吗？怎么办", "有工会吗？怎么办"),
        ("http://www.workercn.cn/a?b=c*", "url:\"http://www.workercn.cn/a?b=c*\" OR \"http://www.workercn.cn/a?b=c*\""),
        ("www.workercn.cn/a?b", "url:\"www.workercn.cn/a?b\" OR \"www.workercn.cn/a?b\""),
        ("12:30", "12:30"),
    ]);
}

#[test]
fn operators() {
    check(&[
        ("工会 OR 职代会", "工会 OR 职代会"),
        ("工会|职代会", "工会 OR 职代会"),
        ("工会 ｜ 职代会 || 工代会", "工会 OR 职代会 OR 工代会"),
        ("ＯＲ法 a", "ＯＲ法 a"),
        ("工会 ＯＲ 职代会", "工会 OR 职代会"),
        ("工会 AND 权益", "工会 权益"),
        ("工会 AND 权益 OR 法", "(工会 权益) OR 法"),
        ("(a OR b) c", "(a OR b) c"),
        ("（a OR b） c", "(a OR b) c"),
        ("((a)) (b c)", "a b c"),
        ("工会 -罢工", "工会 -罢工"),
        ("工会 －罢工", "工会 -罢工"),
        ("工会 ‑罢工", "工会 -罢工"),
        ("NOT 罢工", "-罢工"),
        ("NOT NOT 罢工", "罢工"),
        ("-罢工", "-罢工"),
        ("--罢工", "-罢工"),
        ("工会 AND NOT 罢工", "工会 -罢工"),
        ("-\"停工\" -(a OR b) -title:x", "-\"停工\" -(a OR b) -title:x"),
        ("-(a b)", "-(a b)"),
        ("(-罢工)", "-罢工"),
        ("a OR -b", "a OR -b"),
    ]);
}

#[test]
fn near_and_together() {
    check(&[
        ("\"欠薪 包工头\"~20", "\"欠薪 包工头\"~20"),
        ("“欠薪　包工头”～２０", "\"欠薪 包工头\"~20"),
        ("\"欠薪 包工头\" ~20 法", "\"欠薪 包工头\"~20 法"),
        ("欠薪 NEAR/20 包工头", "\"欠薪 包工头\"~20"),
        ("欠薪 ＮＥＡＲ／２０ 包工头", "\"欠薪 包工头\"~20"),
        ("欠薪 near/20 包工头", "\"欠薪 包工头\"~20"),
        ("欠薪 NEAR 包工头", "\"欠薪 包工头\"~20"),
        ("\"拖欠工资\" NEAR/5 包工头", "\"拖欠工资\" NEAR/5 包工头"),
        ("a NEAR/5 b NEAR/5 c d", "\"a b c\"~5 d"),
        ("a NEAR/5 b NEAR/3 c", "\"a b\"~5 \"b c\"~3"),
        ("(欠薪 OR 讨薪) NEAR/20 包工头", "\"欠薪 包工头\"~20 OR \"讨薪 包工头\"~20"),
        ("\"农民工工资\"~20", "\"农民工工资\"~20"),
        ("同句:(a b)", "同句:\"a b\""),
        ("同句：“a b”", "同句:\"a b\""),
        ("同句：a", "同句:\"a\""),
        ("同段:(a \"b c\")", "同段:(a \"b c\")"),
        ("sentence:(a b) paragraph:(a b)", "同句:\"a b\" 同段:\"a b\""),
        ("同句:(a (b OR c))", "同句:\"a b\" OR 同句:\"a c\""),
        ("-同句:(a b)", "-同句:\"a b\""),
        ("title:\"a b\"~5", "title:\"a b\"~5"),
    ]);
    check_notes(&[
        ("\"\"~20", "", &[NoteKind::NoLetters]),
        ("\"a b\"~", "\"a b\"~20", &[NoteKind::BadDistance]),
        ("\"a b\"~99999999999999999999", "\"a b\"~1000", &[NoteKind::BadDistance]),
        ("a NEAR/5 劳动*", "a 劳动*", &[NoteKind::NotNear]),
        ("a ~20", "a", &[NoteKind::BadDistance]),
        ("同句:\"a b\"~20", "同句:\"a b\"", &[NoteKind::BadDistance]),
        ("NEAR/5 a", "a", &[NoteKind::DanglingOperator]),
        ("a NEAR/5", "a", &[NoteKind::DanglingOperator]),
        ("同句:(a -b c)", "同句:\"a c\" -b", &[NoteKind::NotNear]),
    ]);
}

#[test]
fn wildcards() {
    check(&[
        ("劳动*", "劳动*"),
        ("劳动＊", "劳动*"),
        ("2?年", "2?年"),
        ("２？年", "２?年"),
        ("《劳动*法》", "劳动*法"),
        ("劳动**法", "劳动*法"),
        ("*法", "*法"),
        ("劳?*", "劳?*"),
        ("title:劳动*", "title:劳动*"),
        ("-劳动*", "-劳动*"),
        ("work*", "work*"),
    ]);
    check_notes(&[
        ("*", "", &[NoteKind::MatchesEverything]),
        ("*:*", "", &[NoteKind::MatchesEverything]),
        ("＊？", "", &[NoteKind::MatchesEverything]),
        ("工会 *", "工会", &[NoteKind::MatchesEverything]),
        ("劳动?", "劳动?", &[NoteKind::PlainWildcard]),
        ("\"劳动*法\"", "\"劳动*法\"", &[NoteKind::PlainWildcard]),
    ]);
    let many = "a?".repeat(MAX_WILDCARDS + 1) + "b";
    check_notes(&[(&many, &many, &[NoteKind::TooManyWildcards])]);
}

#[test]
fn fields() {
    check(&[
        ("title:工会 标题:工会 標題：工会", "title:工会 title:工会 title:工会"),
        ("ＴＩＴＬＥ：工会", "title:工会"),
        ("标题： 工会", "title:工会"),
        ("title:(a b) title:(a OR b)", "title:(a b) title:(a OR b)"),
        ("导语:a 正文:\"b\" body:c lead:d", "lead:a body:\"b\" body:c lead:d"),
        ("title:-罢工", "title:(-罢工)"),
        ("来源:工人日报 source:中工网-工人日报", "source:\"工人日报\" source:\"中工网-工人日报\""),
        (
            "媒体：中工网 编辑：肖天， 作者：郭振纲 记者:a 栏目:维权",
            "outlet:\"中工网\" editor:\"肖天\" author:\"郭振纲\" author:\"a\" section:\"维权\"",
        ),
        ("责任编辑：肖天", "editor:\"肖天\""),
        ("editor:\"肖 天\"", "editor:\"肖 天\""),
        ("来源:(工人日报 OR 中工网)", "source:\"工人日报\" OR source:\"中工网\""),
        ("来源:(-工人日报)", "-source:\"工人日报\""),
        ("-来源:工人日报", "-source:\"工人日报\""),
        ("url:http://a.cn/b?c=*d", "url:\"http://a.cn/b?c=*d\""),
        ("网址:\"http://a.cn/(b)\"", "url:\"http://a.cn/(b)\""),
        ("title:OR", "title:or"),
        ("，来源:工人日报 《标题:劳动*", "source:\"工人日报\" title:劳动*"),
    ]);
    check_notes(&[
        ("foo:bar", "foo:bar", &[NoteKind::UnknownField]),
        ("地点：北京", "地点：北京", &[NoteKind::UnknownField]),
        ("title:", "title", &[NoteKind::EmptyValue]),
        ("a title:", "a", &[NoteKind::EmptyValue]),
        ("标题： 来源：a", "source:\"a\"", &[NoteKind::EmptyValue]),
        ("source:\"\"", "", &[NoteKind::EmptyValue]),
        ("title:(body:x)", "body:x", &[NoteKind::NestedField]),
        ("标题:正文:工会", "body:工会", &[NoteKind::NestedField]),
        ("标题:来源:工人日报", "source:\"工人日报\"", &[NoteKind::NestedField]),
        ("-标题:(工会 OR -正文:平台)", "-title:(工会 OR -body:平台)", &[NoteKind::NestedField]),
        ("来源:标题:工会", "source:\"标题:工会\"", &[NoteKind::NestedField]),
        ("来源:(标题:工会)", "title:工会", &[NoteKind::NestedField]),
        ("title:http://a.cn", "title:(url:\"http://a.cn\" OR \"http://a.cn\")", &[NoteKind::NestedField]),
        ("source:工人*", "source:\"工人*\"", &[NoteKind::PlainWildcard]),
    ]);
}

#[test]
fn dates() {
    check(&[
        ("date:2025-01", "date:2025-01-01..2025-01-31"),
        ("日期：２０２５－０１", "date:2025-01-01..2025-01-31"),
        ("日期:2025-01-01..2025-03-31", "date:2025-01-01..2025-03-31"),
        ("date:>=2024-06", "date:>=2024-06-01"),
        ("date: >= 2024-06 工会", "date:>=2024-06-01 工会"),
        ("date:2025-01 .. 2025-03 工会", "date:2025-01-01..2025-03-31 工会"),
        ("日期：2025年1月 ～ 2025年3月", "date:2025-01-01..2025-03-31"),
        ("日期:2025年1月15日", "date:2025-01-15"),
        ("date:2025 工会", "date:2025-01-01..2025-12-31 工会"),
        ("date:2025 -罢工", "date:2025-01-01..2025-12-31 -罢工"),
        ("date:\"2025-01 .. 2025-03\"", "date:2025-01-01..2025-03-31"),
        ("date:(2023 OR 2025)", "date:2023-01-01..2023-12-31 OR date:2025-01-01..2025-12-31"),
        ("-date:2025", "-date:2025-01-01..2025-12-31"),
        ("date:>9999", "date:>9999-12-31"),
        ("date:<0001", "date:<0001-01-01"),
    ]);
    check_notes(&[
        ("date:2025-02-30", "", &[NoteKind::BadDate]),
        ("工会 date:昨天", "工会", &[NoteKind::BadDate]),
        ("date:2025-03..2025-01", "date:2025-01-01..2025-03-31", &[NoteKind::ReversedDates]),
    ]);
}

#[test]
fn invalid_parts_are_noted() {
    check_notes(&[
        ("", "", &[NoteKind::Empty]),
        (" 　\n", "", &[NoteKind::Empty]),
        ("()", "", &[NoteKind::EmptyGroup]),
        ("工会 -()", "工会", &[NoteKind::EmptyGroup]),
        ("工会 (( ) ())", "工会", &[NoteKind::EmptyGroup, NoteKind::EmptyGroup]),
        ("工会 NOT ()", "工会", &[NoteKind::EmptyGroup]),
        ("工会 (，)", "工会", &[NoteKind::NoLetters]),
        ("中工网 - 工人日报", "中工网 工人日报", &[NoteKind::LoneHyphen]),
        ("工会 －　正文", "工会 正文", &[NoteKind::LoneHyphen]),
        ("工会 -", "工会", &[NoteKind::LoneHyphen]),
        ("(工会 -) 正文", "工会 正文", &[NoteKind::LoneHyphen]),
        ("，。", "", &[NoteKind::NoLetters]),
        ("“，”", "", &[NoteKind::NoLetters]),
        ("“工会 权益", "工会 权益", &[NoteKind::UnclosedQuote]),
        ("(工会 权益", "工会 权益", &[NoteKind::UnmatchedParenthesis]),
        ("工会）", "工会", &[NoteKind::UnmatchedParenthesis]),
        ("OR 工会", "工会", &[NoteKind::DanglingOperator]),
        ("工会 OR", "工会", &[NoteKind::DanglingOperator]),
        ("a OR OR b", "a OR b", &[NoteKind::DanglingOperator]),
        ("a AND AND b", "a b", &[NoteKind::DanglingOperator]),
        ("工会 NOT", "工会", &[NoteKind::DanglingOperator]),
        ("OR", "or", &[NoteKind::DanglingOperator]),
        ("欠薪 工会 OR 职代会", "(欠薪 工会) OR 职代会", &[NoteKind::Precedence]),
    ]);
    let note = &parse("工会 foo:bar").notes[0];
    assert_eq!(note.message, "there is no field `foo`; `foo:bar` was taken as text");
    assert_eq!(note.span, 3..10);
    let json = serde_json::to_string(note).unwrap();
    assert!(json.contains("\"unknown-field\"") && json.contains("[3,10]"), "{json}");
}

/// Signs that exclude a word elsewhere, or that editors make of a hyphen.
#[test]
fn operators_of_other_tools_are_noted() {
    for sign in ["!", "！", "^", "＾", "~", "～", "¬", "–", "—", "——", "―", "!-", "-!", "《!", "，-"] {
        for (before, after) in [("工会 ", ""), ("", ""), ("工会 (", ")"), ("工会　", ""), ("标题:", ""), ("来源:", "")]
        {
            let query = format!("{before}{sign}平台{after}");
            assert_eq!(kinds(&query), [NoteKind::UnknownOperator], "{query}");
        }
        let query = format!("工会 {sign}标题:平台");
        assert_eq!(kinds(&query), [NoteKind::UnknownOperator], "{query}");
        let query = format!("工会{sign}平台");
        assert_eq!(kinds(&query), [], "{query}");
    }
    check(&[
        ("劳动光荣！ 工会", "劳动光荣！ 工会"),
        ("劳动光荣！工会来了！", "劳动光荣！工会来了！"),
        ("他们——骑手——也是劳动者", "他们——骑手——也是劳动者"),
        ("“工会”——平台", "\"工会\" ——平台"),
        ("(工会)！平台", "工会 ！平台"),
        ("《平台》 “！平台”", "《平台》 \"！平台\""),
        ("日期:～2025", "date:<=2025-12-31"),
    ]);
}

#[test]
fn every_limit_holds() {
    let within = |text: String, kind: NoteKind| {
        let query = parse(&text);
        assert!(query.notes.iter().any(|note| note.kind == kind), "{kind:?} in {:?}", query.notes);
        assert!(query.notes.len() <= MAX_NOTES + 1);
        assert!(query.text.chars().count() <= MAX_CHARS);
        assert!(depth(query.root.as_ref()) <= 4 * MAX_DEPTH);
        query
    };
    let megabyte = 1 << 20;
    within("(".repeat(megabyte), NoteKind::TooLong);
    within(")".repeat(megabyte), NoteKind::UnmatchedParenthesis);
    within("()".repeat(megabyte), NoteKind::TooLong);
    within("「".repeat(megabyte), NoteKind::MoreNotes);
    within("\"".repeat(megabyte), NoteKind::MoreNotes);
    within("-".repeat(megabyte), NoteKind::TooLong);
    within("-(".repeat(megabyte), NoteKind::TooLong);
    within("NOT ".repeat(megabyte), NoteKind::TooLong);
    within("title:".repeat(megabyte), NoteKind::TooDeep);
    within("title:(".repeat(megabyte), NoteKind::TooLong);
    within("foo:bar ".repeat(megabyte), NoteKind::MoreNotes);
    within("a NEAR/5 ".repeat(megabyte), NoteKind::TooManyClauses);
    within("(a|b) NEAR/5 ".repeat(megabyte), NoteKind::TooManyAlternatives);
    within("date:2025 ".repeat(megabyte), NoteKind::TooManyClauses);
    within("*?".repeat(megabyte), NoteKind::MatchesEverything);
    within("a?".repeat(1000) + "b", NoteKind::TooManyWildcards);
    within("工".repeat(megabyte), NoteKind::TooLong);
    within(format!("\"{}\"~5", "工 会 ".repeat(MAX_TERMS)), NoteKind::TooManyTerms);
    within("a NEAR/5 ".repeat(MAX_TERMS) + "a", NoteKind::TooManyTerms);
    within(format!("同句:({})", "工 会 ".repeat(MAX_TERMS)), NoteKind::TooManyTerms);
    within("工 ".repeat(MAX_CLAUSES + 1), NoteKind::TooManyClauses);
    let deep = within("(".repeat(MAX_DEPTH + 9) + "a OR b" + &")".repeat(MAX_DEPTH + 9), NoteKind::TooDeep);
    assert_eq!(deep.root.unwrap().to_string(), "a OR b");
    let nots = "-(a ".repeat(MAX_DEPTH) + &")".repeat(MAX_DEPTH);
    assert_eq!(kinds(&nots), []);
}

fn depth(node: Option<&Node>) -> usize {
    let of = |nodes: &[Node]| nodes.iter().map(|node| depth(Some(node))).max().unwrap_or(0);
    match node {
        None => 0,
        Some(Node::And(nodes) | Node::Or(nodes)) => 1 + of(nodes),
        Some(Node::Near { terms, .. } | Node::Together { terms, .. }) => 1 + of(terms),
        Some(Node::Not(node) | Node::Field { node, .. }) => 1 + depth(Some(node)),
        Some(_) => 1,
    }
}

/// Returns the tree without places, which a rewritten query cannot keep.
fn unplaced(mut node: Node) -> Node {
    let mut open = vec![&mut node];
    while let Some(node) = open.pop() {
        match node {
            Node::Text(piece) | Node::Phrase(piece) => piece.span = 0..0,
            Node::Near { terms: nodes, .. } | Node::Together { terms: nodes, .. } => open.extend(nodes),
            Node::And(nodes) | Node::Or(nodes) => open.extend(nodes),
            Node::Field { node, .. } | Node::Not(node) => open.push(node),
            Node::Pattern(_) | Node::Filter(_) => {}
        }
    }
    node
}

/// Whether a tree has the properties that the documentation of [`Node`] promises.
fn is_sound(node: &Node, chars: usize) -> bool {
    let placed =
        |piece: &Piece| has_letters(&piece.text) && piece.span.start <= piece.span.end && piece.span.end <= chars;
    let term = |node: &Node| matches!(node, Node::Text(piece) | Node::Phrase(piece) if placed(piece));
    match node {
        Node::Text(piece) | Node::Phrase(piece) => placed(piece),
        Node::Near { terms, distance } => !terms.is_empty() && terms.iter().all(term) && *distance <= MAX_DISTANCE,
        Node::Together { terms, .. } => !terms.is_empty() && terms.iter().all(term),
        Node::Pattern(parts) => {
            parts.iter().any(|part| matches!(part, PatternPart::Literal(text) if has_letters(text)))
                && parts.iter().any(|part| !matches!(part, PatternPart::Literal(_)))
        }
        Node::Field { node, .. } => !matches!(**node, Node::Filter(_) | Node::Field { .. }) && is_sound(node, chars),
        Node::Filter(Filter::Date { from, to }) => from.is_some() || to.is_some(),
        Node::Filter(_) => true,
        Node::And(nodes) => {
            nodes.len() > 1 && nodes.iter().all(|node| !matches!(node, Node::And(_)) && is_sound(node, chars))
        }
        Node::Or(nodes) => {
            nodes.len() > 1 && nodes.iter().all(|node| !matches!(node, Node::Or(_)) && is_sound(node, chars))
        }
        Node::Not(node) => !matches!(**node, Node::Not(_)) && is_sound(node, chars),
    }
}

/// Returns random strings of characters that mean something to the parser.
fn noise() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        " ",
        " ",
        "　",
        "工会",
        "欠薪",
        "a",
        "B2",
        "2025-01",
        "2025年1月",
        "\"",
        "“",
        "”",
        "「",
        "」",
        "『",
        "』",
        "(",
        ")",
        "（",
        "）",
        "|",
        " OR ",
        " AND ",
        " NOT ",
        " NEAR/3 ",
        " NEAR ",
        "-",
        "－",
        "~",
        "～5",
        "~20",
        "*",
        "?",
        "？",
        "＊",
        ":",
        "：",
        "title:",
        "标题：",
        "来源:",
        "date:",
        "日期：",
        "..",
        ">=",
        "<",
        "同句:",
        "同段：",
        "url:",
        "http://a.b/?c",
        "吗",
        "，",
        "《",
        "\u{200B}",
        "\0",
        "foo:",
        "\u{301}",
        "😀",
        "editor:",
        "OR",
        "、",
    ];
    prop::collection::vec(prop::sample::select(PARTS), 0..24).prop_map(|parts| parts.concat())
}

/// A letter and its combining mark are one letter, whatever stands between them unseen.
#[test]
fn letters_are_composed() {
    assert_eq!(parse("cafe\u{200b}\u{301}").text, "café");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_is_answered(text in any::<String>()) {
        let query = parse(&text);
        prop_assert!(query.root.is_some() || !query.notes.is_empty());
    }

    #[test]
    fn trees_are_sound_and_show_themselves(text in noise()) {
        let query = parse(&text);
        let chars = query.text.chars().count();
        prop_assert!(query.root.is_some() || !query.notes.is_empty());
        prop_assert!(query.notes.iter().all(|note| note.span.start <= note.span.end && note.span.end <= chars));
        if let Some(root) = query.root {
            prop_assert!(is_sound(&root, chars), "{root:?}");
            let shown = root.to_string();
            let again = parse(&shown).root;
            prop_assert_eq!(again.map(unplaced), Some(unplaced(root)), "shown as {}", shown);
        }
    }
}
