//! Finds the outlets in a source as printed.

/// Returns the outlets of a source: 中工网-工人日报 is 中工网 and 工人日报.
pub fn outlets(source: &str) -> Vec<String> {
    let chars: Vec<char> = source.chars().collect();
    let mut outlets: Vec<String> = Vec::new();
    let mut part = String::new();
    let mut take = |part: &mut String| {
        let name = bare(part);
        if name.chars().any(char::is_alphanumeric) && !outlets.iter().any(|o| o == name) {
            outlets.push(name.to_string());
        }
        part.clear();
    };
    for (i, &c) in chars.iter().enumerate() {
        let latin = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let inside_latin = latin(i.checked_sub(1).and_then(|p| chars.get(p))) && latin(chars.get(i + 1));
        let splits = match c {
            // China Daily, Asia-Pacific and a/b.cn are one outlet each.
            '-' | '/' | ' ' => !inside_latin,
            '—' | '–' | '－' | '─' | '／' | '╱' | '·' | '•' | '・' | '、' | ',' | '，' | ';' | '；' | '|' | '｜'
            | '&' | '＆' => true,
            _ => c.is_whitespace(),
        };
        if splits { take(&mut part) } else { part.push(c) }
    }
    take(&mut part);
    outlets
}

/// Returns a name without the quotes and brackets around it.
fn bare(name: &str) -> &str {
    name.trim_matches(|c: char| c.is_whitespace() || "《》〈〉“”\"「」『』【】[]()（）:：".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_fall_into_outlets() {
        for (source, expect) in [
            ("中工网-工人日报", vec!["中工网", "工人日报"]),
            ("人民网－《人民日报》", vec!["人民网", "人民日报"]),
            ("中国经济网——《经济日报》", vec!["中国经济网", "经济日报"]),
            ("工人日报 中工网、新华社", vec!["工人日报", "中工网", "新华社"]),
            ("China Daily", vec!["China Daily"]),
            ("央视网", vec!["央视网"]),
            ("", vec![]),
        ] {
            assert_eq!(outlets(source), expect, "{source}");
        }
    }
}
