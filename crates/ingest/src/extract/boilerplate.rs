//! Recognises the lines that usually stand around articles: navigation, share buttons, copyright, hotlines, captions of
//! QR codes, recommended links, footers. A folded line flows in, a verdict flows out.
//!
//! A verdict says what a line looks like, not which part it belongs to: it helps to find where an article begins and
//! ends. A sentence that mentions a hotline or a copyright is still a sentence.

use std::sync::OnceLock;

use super::phrases::Phrases;

/// The class of a line, judged by its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Text.
    Text,
    /// A sentence with a phrase of notices.
    Spoken,
    /// A button, a menu, a piece of a script.
    Button,
    /// A line with a phrase of notices and footers that an article may print as well: a hotline, a copyright.
    Legal,
    /// A notice of the site about itself and its rights.
    Notice,
    /// A heading of the parts that follow articles: related links, comments, the footer.
    End,
}

/// The openings of notices, before a colon.
const OPENERS: &[&str] = &[
    "特别声明",
    "免责声明",
    "版权声明",
    "郑重声明",
    "版权与免责声明",
    "本站声明",
    "本网声明",
    "平台声明",
    "声明",
    "特别提示",
    "特别提醒",
    "notice",
    "disclaimer",
];

/// Phrases of a site about itself: one of these and another phrase of notices make a notice.
const OWN: &[&str] = &[
    "版权所有",
    "icp备",
    "icp证",
    "all rights reserved",
    "凡本网注明",
    "凡注明",
    "本网转载",
    "本站转载",
    "仅代表作者个人观点",
    "仅代表作者本人",
    "不代表本网",
    "不代表本站",
    "不代表本报",
    "不代表新浪",
    "与本网无关",
    "与本站无关",
    "与凤凰网无关",
    "文责自负",
    "转载请注明",
    "请注明来源",
    "请注明出处",
    "请注明转载",
    "请与本网联系",
    "请与我们联系",
    "发帖须知",
    "发言请遵守",
    "网友评论仅供",
    "评论内容只代表",
    "copyright ",
    "copyright©",
    "©",
    "用手机随时随地看新闻",
    "长按识别",
    "长按二维码",
    "登载此文出于",
    "传递更多信息之目的",
    "并不意味着赞同",
    "发送\"",
    "留言只代表",
    "不代表新唐人",
    "言论只代表",
    "投资者据此操作",
    "风险自担",
    "风险请自担",
    "本站声明",
    "刊用本网",
    "本网站所刊",
    "本网所刊",
    "互联网新闻信息服务",
    "公网安备",
    "信息网络传播视听",
    "仅提供信息存储",
    "信息存储服务",
    "information storage",
    "返回搜狐",
    "facebook专页",
    "加入facebook",
    "登陆facebook",
    "google plus",
    "follow我们",
    "手机报》",
    "本站所有",
    "本站资源",
    "本站发布",
    "本站不参与",
    "本站仅",
    "本站概不",
    "联系本站",
    "本文系",
    "独家稿件",
    "原创稿件",
];

/// Phrases of notices and footers that news prints as well.
const SHARED: &[&str] = &[
    "特别声明",
    "自媒体平台",
    "上传并发布",
    "social media platform",
    "未经授权",
    "未经书面授权",
    "增值电信业务",
    "网络文化经营许可",
    "举报电话",
    "举报邮箱",
    "新闻许可证",
    "不良信息举报",
    "免责声明",
    "侵权必究",
    "将依法追究",
    "保留追究",
    "两周内",
    "javascript",
    "您的浏览器",
    "flash player",
    "最佳分辨率",
    "未经许可",
    "不得转载",
    "禁止转载",
    "不得复制",
    "网友发言",
    "匿名发表",
    "字以内",
    "请自觉遵守",
    "遵守中华人民共和国",
    "本报热线",
    "广告经营许可",
    "扫描二维码",
    "扫一扫",
    "微信扫",
    "二维码关注",
    "扫码关注",
    "下载客户端",
    "更多精彩内容",
    "郑重声明",
    "版权属",
    "版权归",
    "著作权",
    "侵犯了您",
    "联系我们删除",
    "仅供研究",
    "仅供学习",
    "学习交流",
    "来源于互联网",
    "来自互联网",
    "一切后果",
    "后果自负",
    "原文链接",
];

/// Headings behind which the article has ended, if the line holds nothing else.
const ENDS_ALONE: &[&str] = &[
    "调查",
    "投票",
    "在线调查",
    "网友调查",
    "新闻调查",
    "评论",
    "网评",
    "热图",
    "留言",
    "回应",
    "专题",
    "图集",
    "end",
];

/// Phrases of buttons and notes, which no article has in a short line of their own.
const WHEN_SHORT: &[&str] = &[
    "分享到",
    "分享给",
    "我要评论",
    "我来说两句",
    "发表评论",
    "网友评论",
    "查看评论",
    "关于我们",
    "联系我们",
    "网站地图",
    "加入收藏",
    "设为首页",
    "版权声明",
    "诚聘英才",
    "广告服务",
    "上一页",
    "下一页",
    "上一篇",
    "下一篇",
    "返回首页",
    "返回顶部",
    "回到顶部",
    "关闭窗口",
    "关闭本页",
    "打印本页",
    "【打印】",
    "【关闭】",
    "字号",
    "字体",
    "登录",
    "注册",
    "登入",
    "收藏本文",
    "收藏此页",
    "扫码",
    "二维码",
    "公众号",
    "客户端",
    "新闻热线",
    "服务热线",
    "投稿邮箱",
    "客服",
    "点击进入",
    "点击查看",
    "更多精彩",
    "更多新闻",
    "热门推荐",
    "猜你喜欢",
    "本文导航",
    "全文阅读",
    "阅读全文",
    "查看全部",
    "点击图片",
    "点击浏览",
    "点击下一页",
    "转发到",
    "复制链接",
    "推荐给",
    "发送给好友",
    "转寄",
    "友善列印",
    "列印",
    "引用网址",
    "关键字:",
    "关键词:",
    "标签:",
    "tags:",
    "您的位置",
    "当前位置",
    "您当前",
    "所在位置",
    "现在位置",
    "您现在",
    "你的位置",
    "搜索",
    "订阅",
    "rss",
    "热线电话",
    "新闻爆料",
    "我要报错",
    "我要纠错",
    "我要投稿",
    "顶一下",
    "踩一下",
    "进入论坛",
    "进入吧",
    "加关注",
    "+关注",
    "大 中 小",
    "微博推荐",
    "一键分享",
    "转帖",
    "短信评论",
    "微博评论",
    "用户名",
    "验证码",
    "密码",
    "加载中",
    "正在加载",
    "您的心情",
    "看完这篇",
    "看完本文",
    "心情排行",
    "请支持",
    "联系方式",
    "总编室",
    "客服热线",
    "全部评论",
    "条评论",
    "人参与",
    "收藏",
    "本篇新闻",
    "新闻评论",
    "开户",
    "查看原图",
    "主要内容",
    "视频简介",
    "内容简介",
    "展开全文",
    "点击展开",
    "继续往下阅读",
    "点击上方",
    "蓝字",
    "关注我们",
];

/// Headings behind which the article has ended.
const ENDS: &[&str] = &[
    "相关新闻",
    "相关报道",
    "相关报导",
    "相关阅读",
    "相关文章",
    "相关内容",
    "相关专题",
    "相关搜索",
    "相关推荐",
    "相关消息",
    "相关稿件",
    "相关资讯",
    "延伸阅读",
    "推荐阅读",
    "编辑推荐",
    "推荐新闻",
    "热点推荐",
    "精彩推荐",
    "今日推荐",
    "热门推荐",
    "热点新闻",
    "热门新闻",
    "热门文章",
    "热点专题",
    "新闻排行",
    "点击排行",
    "阅读排行",
    "一周排行",
    "24小时",
    "48小时",
    "更多新闻",
    "更多相关",
    "更多关于",
    "猜你喜欢",
    "最新评论",
    "网友评论",
    "网友留言",
    "发表评论",
    "我来说两句",
    "我要评论",
    "文章评论",
    "新闻评论",
    "热门评论",
    "全部评论",
    "精彩评论",
    "跟帖",
    "上一篇",
    "下一篇",
    "返回顶部",
    "媒体矩阵",
    "版权声明",
    "免责声明",
    "分享到",
    "图片新闻",
    "视频新闻",
    "精彩图片",
    "精彩图文",
    "图片推荐",
    "精彩专题",
    "社区精华",
    "论坛热帖",
    "博客推荐",
    "关于我们",
    "用户评论",
    "读者评论",
    "回应列表",
    "本周热门",
    "热门话题",
    "热门关键",
    "热门标签",
    "你可能",
    "您可能",
    "大家都在看",
    "大家还看",
    "看了本文",
    "特别推荐",
    "今日热点",
    "今日头条",
    "最新新闻",
    "最新消息",
    "最新文章",
    "最新资讯",
    "其他新闻",
    "同类新闻",
    "扫码关注",
    "友情链接",
    "推荐视频",
    "推荐图集",
    "推荐专题",
    "频道推荐",
    "精品推荐",
    "延伸报道",
    "更多>>",
    "相关评论",
    "查看更多",
    "新闻查询",
    "推荐文章",
    "热点排行",
    "人气排行",
    "频道精选",
    "网友关注",
    "重点推荐",
];

/// The length of the longest of [`ENDS_ALONE`], in characters.
const LONGEST_ALONE: usize = 4;
/// The longest short line, in letters.
const SHORT: usize = 30;
/// The length of a paragraph from which on one phrase of notices is not enough, in letters.
const LONG: usize = 90;
/// The longest heading, in letters.
const HEADING: usize = 16;

struct Lists {
    openers: Phrases,
    own: Phrases,
    /// The phrases of [`OWN`] and [`SHARED`].
    notices: Phrases,
    when_short: Phrases,
    ends: Phrases,
}

fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| Lists {
        openers: Phrases::new(OPENERS.iter().copied()),
        own: Phrases::new(OWN.iter().copied()),
        notices: Phrases::new(OWN.iter().chain(SHARED).copied()),
        when_short: Phrases::new(WHEN_SHORT.iter().copied()),
        ends: Phrases::new(ENDS.iter().copied()),
    })
}

/// Judges a folded line of this many letters; `prose` says whether it is built like a sentence.
pub fn judge(folded: &[char], letters: usize, prose: bool) -> Verdict {
    let lists = lists();
    let from = folded.iter().position(|c| c.is_alphanumeric()).unwrap_or(folded.len());
    let bare = &folded[from..];
    if letters <= HEADING && !prose {
        let to = folded.iter().rposition(|c| c.is_alphanumeric()).map_or(from, |to| to + 1);
        let alone =
            to - from <= LONGEST_ALONE && ENDS_ALONE.contains(&folded[from..to].iter().collect::<String>().as_str());
        if alone || lists.ends.longest_at(bare).is_some() {
            return Verdict::End;
        }
    }
    if is_code(folded) {
        return Verdict::Button;
    }
    let opener = lists
        .openers
        .longest_at(bare)
        .is_some_and(|(_, len)| bare[len..].iter().find(|c| !c.is_whitespace()) == Some(&':'));
    if opener {
        return Verdict::Notice;
    }
    let own = lists.own.count_in(folded, 1) > 0;
    // A long paragraph may mention such a subject once; a notice consists of it.
    let needed = if letters > LONG { 2 } else { 1 };
    if prose {
        return match lists.notices.count_in(folded, needed.max(2)) {
            0 => Verdict::Text,
            1 if needed > 1 => Verdict::Text,
            1 => Verdict::Spoken,
            _ if own => Verdict::Notice,
            _ => Verdict::Spoken,
        };
    }
    let legal = lists.notices.count_in(folded, needed) == needed;
    if legal && own {
        return Verdict::Notice;
    }
    if letters <= SHORT && lists.when_short.count_in(folded, 1) > 0 {
        return Verdict::Button;
    }
    if legal { Verdict::Legal } else { Verdict::Text }
}

/// Whether a folded line leads from page to page of a text and does nothing else: 上一页 1 2 3 下一页 共3页.
pub fn is_pager(folded: &[char]) -> bool {
    const WORDS: &[&str] = &["上一页", "下一页", "首页", "尾页", "末页", "上页", "下页"];
    let text: String = folded.iter().collect();
    let mut words = 0;
    let all = text.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).all(|token| {
        let counted = token.trim_matches(|c: char| c.is_ascii_digit() || matches!(c, '共' | '第' | '页'));
        words += usize::from(WORDS.contains(&token));
        WORDS.contains(&token) || counted.is_empty()
    });
    all && words > 0
}

/// Whether a link's folded text leads to the rest of a text: [详细], 阅读全文.
pub fn is_more(folded: &[char]) -> bool {
    const MORE: &[&str] = &["详细", "详情", "全文", "阅读更多", "查看更多", "更多", "more", "继续阅读", "查看"];
    let text: String = folded.iter().filter(|c| c.is_alphanumeric()).collect();
    MORE.iter().any(|word| text == *word || text.ends_with(word) && text.chars().count() <= word.chars().count() + 4)
}

/// Whether a link's folded text calls to do something: 点我下载, 点击查看.
pub fn is_call(folded: &[char]) -> bool {
    const CALLS: &[&str] =
        &["点我", "按我", "点此", "点这", "点击", "戳", "下载", "查看", "立即", "我要", "马上", "打开app", "扫码"];
    let text: String = folded.iter().skip_while(|c| !c.is_alphanumeric()).collect();
    CALLS.iter().any(|word| text.starts_with(word))
}

/// Whether a line is a piece of a script that a broken page shows.
fn is_code(folded: &[char]) -> bool {
    if !folded.contains(&'(') && !folded.contains(&';') {
        return false;
    }
    let text: String = folded.iter().collect();
    ["function(", "document.", "();"].iter().any(|w| text.contains(w))
        || (text.contains("var ") && text.contains('=') && text.contains(';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_judged() {
        for (line, expect) in [
            ("相关新闻", Verdict::End),
            ("· 相关新闻：", Verdict::End),
            ("相关新闻报道了此事的经过，随后警方介入了调查此事。", Verdict::Text),
            ("copyright © 2008-2024 by example.com. all rights reserved", Verdict::Notice),
            ("【字号 大 中 小】", Verdict::Button),
            ("职工群众的需求越来越多元化。", Verdict::Text),
            ("举报电话:0931-1234567", Verdict::Legal),
            ("人社局近日公布了全市欠薪举报电话，农民工可以在工作日拨打。", Verdict::Spoken),
            ("某企业未经许可使用童工，被罚款五万元。", Verdict::Spoken),
            ("特别声明:以上内容为自媒体平台用户上传并发布，本平台仅提供信息存储服务。", Verdict::Notice),
            ("凡本网注明来源的作品，未经授权不得转载。", Verdict::Notice),
            ("平台在协议中加入免责声明，法院认定该条款无效。", Verdict::Spoken),
        ] {
            let letters = line.chars().filter(|c| c.is_alphanumeric()).count();
            assert_eq!(judge(&line.chars().collect::<Vec<_>>(), letters, line.ends_with('。')), expect, "{line}");
        }
    }

    #[test]
    fn no_phrase_makes_a_sentence_a_notice_of_itself() {
        for phrase in OWN.iter().chain(SHARED).chain(WHEN_SHORT).chain(ENDS) {
            let line = format!(
                "记者在岚州的工地上看到，告示牌上写着{phrase}几个大字，农民工老桂说，他每天上工都要从这里走过，已经看了三年了。"
            );
            let folded: Vec<char> = line.chars().collect();
            let letters = line.chars().filter(|c| c.is_alphanumeric()).count();
            // Two phrases that touch make a notice; one is a word of a sentence.
            let twice = *phrase == "copyright©";
            let verdict = judge(&folded, letters, true);
            assert!(twice || matches!(verdict, Verdict::Text | Verdict::Spoken), "{phrase}");
        }
    }
}
