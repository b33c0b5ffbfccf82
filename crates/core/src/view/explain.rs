//! The explanation of a score, in lines for people.

use crate::search::explain::{Explanation, Judged, Part, SecondStage, Share, TokenKind};

/// The most parts that are listed one by one.
const MAX_LINES: usize = 12;

/// Formats an explanation: the second stage's judgement; then the score's sum by kind and its largest parts: the token,
/// its text and frequency, its document frequency, its share of the score.
pub fn lines(explanation: &Explanation, score: f32) -> Vec<String> {
    let parts = &explanation.parts;
    let of = |kind: TokenKind| parts.iter().filter(move |part| part.kind == kind);
    let sum = |kind: TokenKind| of(kind).fold(0.0, |sum, part| sum + part.score);
    let kinds = TokenKind::ALL.map(|kind| format!("{}s {:.2}", kind.name(), sum(kind)));
    let mut lines = explanation.second_stage.as_ref().map(second_stage).unwrap_or_default();
    let rest = match explanation.rest {
        0.0 => String::new(),
        rest => format!(" + {rest:.2} beside them"),
    };
    lines.push(format!("score {score:.2} = {}{rest}", kinds.join(" + ")));
    for Part { text, kind, token, frequency, articles, score } in parts.iter().take(MAX_LINES) {
        let often = if *frequency == 1 { "once".to_string() } else { format!("{frequency} times") };
        let also = if *articles == 1 { "this article alone has it" } else { "articles have it" };
        let also = if *articles == 1 { also.to_string() } else { format!("{articles} {also}") };
        lines.push(format!("  +{score:.2}  {} {token} {often} in the {text}; {also} there", kind.name()));
    }
    if let Some(others) = parts.get(MAX_LINES..).filter(|others| !others.is_empty()) {
        let sum: f32 = others.iter().map(|part| part.score).sum();
        lines.push(format!("  +{sum:.2}  {} others", others.len()));
    }
    lines
}

/// Formats the value of the second stage, one line for each part of it.
fn second_stage(stage: &SecondStage) -> Vec<String> {
    let SecondStage { first_place, value, parts, passage } = stage;
    let mut lines = vec![format!("second stage {value:.2}; place {first_place} by the score alone")];
    for Share { of, share, weight, held, missing } in parts {
        let held = match (held.is_empty(), missing.is_empty()) {
            (true, _) => format!("none of {}", missing.join(", ")),
            (false, true) => held.join(", "),
            (false, false) => format!("{}, not {}", held.join(", "), missing.join(", ")),
        };
        let what = match (of, passage) {
            (Judged::Article, _) => format!("the article's score, {share:.2} of the greatest there could be"),
            (Judged::Passage, Some(passage)) => format!(
                "its best passage's, 「{}…」 (characters {} to {}), {share:.2} of the greatest",
                passage.opening, passage.from, passage.to
            ),
            (Judged::Passage, None) => "no passage of the body holds any of it".to_string(),
            (Judged::Coverage, _) => format!("the article holds {held}"),
            (Judged::PassageCoverage, _) => format!("the passage holds {held}"),
            (Judged::Proximity, _) if *share == 0.0 => "they do not stand together in the body".to_string(),
            (Judged::Proximity, _) => format!("they stand near each other: {share:.2} of side by side"),
            (Judged::Heading, _) => format!("the title or a heading has {held}"),
            (Judged::Full, _) => "it holds all that was typed".to_string(),
            (Judged::OtherYear, _) => "neither its date nor its text has the year".to_string(),
        };
        lines.push(format!("  {:+.2}  {what}", share * weight));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::explain::Passage;

    #[test]
    fn parts_are_told_in_words() {
        let part = |kind, token: &str, frequency, articles, score| Part {
            text: "body",
            kind,
            token: token.into(),
            frequency,
            articles,
            score,
        };
        let parts = vec![part(TokenKind::Word, "工会", 3, 12, 2.0), part(TokenKind::Character, "工", 1, 1, 0.5)];
        assert_eq!(
            lines(&Explanation { parts, ..Explanation::default() }, 2.5),
            [
                "score 2.50 = words 2.00 + pairs 0.00 + characters 0.50",
                "  +2.00  word 工会 3 times in the body; 12 articles have it there",
                "  +0.50  character 工 once in the body; this article alone has it there",
            ]
        );
    }
    #[test]
    fn the_second_stage_is_told_in_words() {
        let share = |of, share, weight, held: &[&str], missing: &[&str]| {
            let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
            Share { of, share, weight, held: names(held), missing: names(missing) }
        };
        let parts = vec![
            share(Judged::Article, 0.5, 1.0, &[], &[]),
            share(Judged::Passage, 0.25, 1.0, &[], &[]),
            share(Judged::Coverage, 1.0, 0.3, &["欠薪", "工会"], &[]),
            share(Judged::PassageCoverage, 0.5, 0.3, &["欠薪"], &["工会"]),
            share(Judged::Heading, 0.0, 0.1, &[], &["欠薪", "工会"]),
            share(Judged::OtherYear, 1.0, -1.0, &[], &[]),
        ];
        let passage = Some(Passage { from: 10, to: 90, opening: "甲地办结欠薪案".into() });
        let stage = SecondStage { first_place: 7, value: 0.2, parts, passage };
        assert_eq!(
            lines(&Explanation { second_stage: Some(stage), ..Explanation::default() }, 3.0)[..7],
            [
                "second stage 0.20; place 7 by the score alone",
                "  +0.50  the article's score, 0.50 of the greatest there could be",
                "  +0.25  its best passage's, 「甲地办结欠薪案…」 (characters 10 to 90), 0.25 of the greatest",
                "  +0.30  the article holds 欠薪, 工会",
                "  +0.15  the passage holds 欠薪, not 工会",
                "  +0.00  the title or a heading has none of 欠薪, 工会",
                "  -1.00  neither its date nor its text has the year",
            ]
        );
    }
}
