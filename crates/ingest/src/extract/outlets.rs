//! Recognises outlets by their names (岚州日报), and tells them from words of menus and buttons with the same endings.

use super::date;
use super::line::{starts, stop_at};
use super::page::is_letter;
use super::vocabulary::{NO_OUTLETS, OUTLETS};
use gongxun_text::fold::is_han;

/// Whether a short text is the name of an outlet, as far as its ending tells.
pub fn is_outlet(text: &str) -> bool {
    let folded: String = date::folded(text).into_iter().collect();
    let letters = folded.chars().filter(|c| is_letter(*c)).count();
    (2..=14).contains(&letters)
        && folded.chars().all(|c| is_letter(c) || matches!(c, '-' | '·' | '—' | '《' | '》' | ' '))
        && folded.chars().filter(|c| is_han(*c)).count() >= 2
        && OUTLETS.iter().any(|e| folded.ends_with(e))
        && !NO_OUTLETS.contains(&folded.as_str())
}

/// Whether a short text begins or ends with a word of buttons: 分享到, 字号, 优质原创作者.
pub fn is_button(text: &str) -> bool {
    let chars = date::folded(text.trim());
    const OTHERS: &[&str] = &[
        "原创",
        "转载",
        "关注",
        "作者",
        "认证",
        "首发",
        "独家",
        "官方",
        "企鹅号",
        "登录",
        "搜索",
        "首页",
        "来自",
        "注册",
    ];
    (0..chars.len()).any(|at| stop_at(&chars, at).is_some_and(|len| at == 0 || at + len == chars.len()))
        || OTHERS.iter().any(|w| starts(&chars, w) || chars.ends_with(&w.chars().collect::<Vec<_>>()))
}

/// Whether a short text is a word of menus and buttons.
pub fn is_word(text: &str) -> bool {
    let folded: String = date::folded(text).into_iter().collect();
    NO_OUTLETS.contains(&folded.as_str())
        || matches!(folded.as_str(), "大" | "小" | "中" | "大中小")
        || ["报导", "报道", "正文", "编辑", "记者", "时间", "来源", "更新", "参与"].iter().any(|w| folded.contains(w))
}

/// Returns the outlet that begins a byline: 台湾新生报 in 【台湾新生报／记者某某／台北报导】, 中央社 in （中央社记者某某台北11日电）.
pub fn outlet_of_byline(text: &str) -> Option<String> {
    let printed: Vec<char> = text.chars().collect();
    let chars = date::folded(text);
    let from = chars.iter().position(|c| is_letter(*c))?;
    let bracketed = from > 0 && matches!(chars[from - 1], '(' | '[' | '【' | '〔' | '〖');
    let end = from + chars[from..].iter().take_while(|c| is_letter(**c) || matches!(c, '-' | '·')).count();
    let reporter = (from..end).find(|i| starts(&chars[*i..], "记者") || starts(&chars[*i..], "特派"));
    let slash = matches!(chars.get(end), Some('/' | '╱'));
    let stop = match reporter {
        Some(reporter) if bracketed || chars.len() < 40 => reporter,
        None if slash => end,
        None if bracketed && matches!(chars.get(end), Some(')' | ']' | '】' | '〕')) => {
            // 【明報專訊】, 【中央社讯】.
            let run: String = chars[from..end].iter().collect();
            let sent = ["专讯", "专电", "讯", "电"].iter().find(|word| run.ends_with(*word));
            end - sent.map_or(0, |word| word.chars().count())
        }
        _ => return None,
    };
    let outlet: String = printed[from..stop].iter().collect();
    is_outlet(&outlet).then_some(outlet)
}
