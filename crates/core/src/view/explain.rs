//! Why a hit has its score, in lines that a person reads.

use crate::search::explain::{Explanation, Part, TokenKind};

/// How many parts are told one by one.
const MAX_LINES: usize = 12;

/// The sum by kind, then its largest parts: the token, where and how often it stands, how common it is, what it added.
pub fn lines(explanation: &Explanation, score: f32) -> Vec<String> {
    let parts = &explanation.parts;
    let of = |kind: TokenKind| parts.iter().filter(move |part| part.kind == kind);
    let sum = |kind: TokenKind| of(kind).fold(0.0, |sum, part| sum + part.score);
    let kinds = TokenKind::ALL.map(|kind| format!("{}s {:.2}", kind.name(), sum(kind)));
    let mut lines = vec![format!("score {score:.2} = {}", kinds.join(" + "))];
    if explanation.rest != 0.0 {
        lines[0].push_str(&format!(" + {:.2} beside them", explanation.rest));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
            lines(&Explanation { parts, rest: 0.0 }, 2.5),
            [
                "score 2.50 = words 2.00 + pairs 0.00 + characters 0.50",
                "  +2.00  word 工会 3 times in the body; 12 articles have it there",
                "  +0.50  character 工 once in the body; this article alone has it there",
            ]
        );
    }
}
