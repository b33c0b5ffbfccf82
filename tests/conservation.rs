//! Tests that extraction loses nothing of a page: the letters of the parts are the letters of the page.

#[path = "support/figures.rs"]
#[allow(dead_code)]
mod figures;
#[path = "support/visible.rs"]
mod visible;

use std::path::{Path, PathBuf};

use gongxun_core::article::Block;
use gongxun_core::article::{Article, Origin};
use gongxun_ingest::archive::{Media, Record};
use gongxun_ingest::extract::{Explanation, Options, explain};

fn explained(media: Media, text: &str) -> Option<Explanation> {
    let origin = Origin::file("a");
    let record = Record::new(origin, media, text);
    explain(&record, &Options::default()).ok()
}

fn body(media: Media, text: &str) -> Article {
    explained(media, text).unwrap_or_else(|| panic!("no article\n{text}")).article
}

/// Returns the letters that the parts of an article have more (+) or less (-) than the lines that its page shows. A
/// text that a script draws is not shown: then everything that the page shows is around it.
fn difference(explanation: &Explanation) -> String {
    let went_to = |part: &str| explanation.lines.iter().any(|line| line.part == part);
    let shown = visible::letters(explanation.lines.iter().map(|line| line.text.as_str()));
    let mut article = explanation.article.clone();
    if !went_to("body") {
        (article.body, article.lead) = (String::new(), None);
    }
    differ(&visible::of_parts(&article, went_to("title")), &shown)
}

fn differ(parts: &std::collections::BTreeMap<char, i64>, shown: &std::collections::BTreeMap<char, i64>) -> String {
    let mut difference = String::new();
    for c in parts.keys().chain(shown.keys().filter(|c| !parts.contains_key(c))) {
        let (more, less) = (parts.get(c).unwrap_or(&0), shown.get(c).unwrap_or(&0));
        if more != less {
            difference.push_str(&format!("{c}{:+} ", more - less));
        }
    }
    difference
}

/// Whether a file is a saved page, by its name or its folder.
fn is_page(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name);
    path.extension().is_some_and(|e| e == "html") || folder.is_some_and(|f| f == "html" || f == "not-articles")
}

/// Collects all pages of a folder and its subfolders.
fn pages(folder: &Path, into: &mut Vec<PathBuf>) {
    for path in figures::files(folder) {
        if path.is_dir() {
            pages(&path, into);
        } else if is_page(&path) || path.extension().is_some_and(|e| e == "txt" || e == "md") {
            into.push(path);
        }
    }
}

fn check(folders: &[PathBuf], least: usize) {
    let mut all = Vec::new();
    folders.iter().for_each(|folder| pages(folder, &mut all));
    let (mut read, mut otherwise) = (0, Vec::new());
    for path in all {
        let media = if is_page(&path) { Media::Html } else { Media::Dump };
        let bytes = std::fs::read(&path).unwrap();
        let mut record = figures::record("a", bytes.clone());
        record.media = media;
        let Ok(explanation) = explain(&record, &Options::default()) else { continue };
        read += 1;
        assert_eq!(difference(&explanation), "", "{}", path.display());
        // The page is read in another way, if it is UTF-8 and undamaged. Lines without a letter show nothing.
        if let Ok(text) = String::from_utf8(bytes)
            && media == Media::Html
            && let Some(explanation) = explained(media, &visible::unhidden(&text))
            && explanation.article.repairs.is_empty()
        {
            let shown = visible::letters([visible::text(&visible::unhidden(&text)).as_str()]);
            let lines = visible::letters(explanation.lines.iter().map(|line| line.text.as_str()));
            let difference = differ(&lines, &shown);
            if !difference.is_empty() {
                otherwise.push(format!("{}: {}", path.display(), difference.chars().take(200).collect::<String>()));
            }
        }
    }
    assert!(read >= least, "{read} pages read");
    // Tags that never end can be read in two ways, both correct.
    assert!(otherwise.len() * 50 <= read, "{} of {read}: {otherwise:#?}", otherwise.len());
}

#[test]
fn pages_of_the_corpus_keep_their_letters() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    check(&[root.join("corpus"), root.join("tests/data/damaged")], 20);
}

#[test]
fn pages_of_many_sites_keep_their_letters() {
    let Some(data) = std::env::var_os("GONGXUN_DATA").map(PathBuf::from) else {
        assert_ne!(std::env::var("GONGXUN_REQUIRE_ALL").as_deref(), Ok("1"), "needs GONGXUN_DATA");
        eprintln!("SKIPPED: needs GONGXUN_DATA");
        return;
    };
    let folders =
        ["extraction/html", "fields/html", "fields/not-articles", "modern/html", "cases", "encodings", "pages"];
    check(&folders.map(|folder| data.join(folder)), 500);
}

const ONE: &str = "市总工会昨天在职工之家召开座谈会，听取快递员、外卖骑手对入会和维权的意见，当场作了答复。";
const TWO: &str = "座谈会上，十二位骑手提出了休息场所、意外保险和子女入学的问题，工会干部把它们一条一条记了下来。";

fn page(inside: &str) -> String {
    format!(
        "<html><head><title>骑手有了新家_工讯网</title></head><body><div class=nav><a href=/>首页</a> <a href=/n>新闻</a></div>
        <div class=article><h1>骑手有了新家</h1><div class=info>2024-03-05 08:30 来源：工讯日报</div>
        <div class=content>{inside}</div></div><div class=footer>关于我们 版权所有 工讯网 京ICP备1号</div></body></html>"
    )
}

/// Phrases of notices, buttons, related links and footers that news has as well.
const PHRASES: [&str; 40] = [
    "免责声明",
    "举报电话",
    "扫描二维码",
    "两周内",
    "未经许可",
    "著作权",
    "依法追究",
    "版权所有",
    "客户端",
    "公众号",
    "登录",
    "注册",
    "订阅",
    "收藏",
    "分享到",
    "打印本页",
    "投票",
    "调查",
    "相关新闻",
    "推荐阅读",
    "上一篇",
    "下一篇",
    "网友评论",
    "跟帖",
    "版权声明",
    "关于我们",
    "联系我们",
    "服务热线",
    "投稿邮箱",
    "联系方式",
    "验证码",
    "用户名",
    "密码",
    "搜索",
    "加关注",
    "主要内容",
    "热门话题",
    "今日头条",
    "最新消息",
    "其他新闻",
];

/// A paragraph that mentions such a subject stays, wherever it stands; so does a heading before a paragraph.
#[test]
fn no_phrase_takes_a_paragraph_out() {
    for phrase in PHRASES {
        let sentence = format!("骑手老李说，他在{phrase}这件事上吃过亏，希望工会能帮他把钱要回来。");
        let short = format!("老李说起了{phrase}。");
        let heading = format!("<p><b>{phrase}</b></p>");
        for (what, inside) in [
            ("first", format!("<p>{sentence}</p><p>{ONE}</p><p>{TWO}</p>")),
            ("between", format!("<p>{ONE}</p><p>{sentence}</p><p>{TWO}</p>")),
            ("last", format!("<p>{ONE}</p><p>{TWO}</p><p>{sentence}</p>")),
            ("all", format!("<p>{sentence}</p>").repeat(3)),
            ("short between", format!("<p>{ONE}</p><p>{short}</p><p>{TWO}</p>")),
            ("short last", format!("<p>{ONE}</p><p>{TWO}</p><p>{short}</p>")),
            ("heading", format!("<p>{ONE}</p>{heading}<p>{TWO}</p>")),
            ("line breaks", format!("　　{ONE}<br>　　{sentence}<br>　　{TWO}")),
        ] {
            let explanation = explained(Media::Html, &page(&inside)).unwrap();
            assert_eq!(difference(&explanation), "", "{phrase} {what}");
            let wanted = visible::letters([visible::text(&inside).as_str()]);
            let article = explanation.article;
            let text = article.lead.iter().map(String::as_str).chain([article.body.as_str()]);
            assert_eq!(differ(&visible::letters(text), &wanted), "", "{phrase} {what}: {article:#?}");
        }
        let text = format!("骑手有了新家\n2024-03-05 来源：工讯日报\n\n{ONE}\n{sentence}\n{TWO}\n");
        assert!(body(Media::Dump, &text).body.contains(&sentence), "{phrase} in a text");
    }
}

/// Tables, lists, verses, quotations and captions stay in their place, before the first sentence and behind the last.
#[test]
fn what_is_no_sentence_stays_in_its_place() {
    let table = "<table><tr><th>企业<th>金额</tr><tr><td>宏远建筑公司<td>312万元</tr><tr><td>浔南劳务公司<td>45万元</tr></table>";
    let rows = ["企业\t金额", "宏远建筑公司\t312万元", "浔南劳务公司\t45万元"];
    let list = "<ul><li>建职工书屋<li>送清凉<li>法律援助</ul>";
    let verse = "<p>铁皮屋<br>雨打着<br>一声一声<br>是谁的工钱</p>";
    let caption = "<figure><img src=a><figcaption>骑手们在职工之家</figcaption></figure>";
    for (inside, lines, block) in [
        (table, rows.as_slice(), Block::Table),
        (list, &["建职工书屋", "送清凉", "法律援助"], Block::List),
        (verse, &["铁皮屋", "雨打着", "一声一声", "是谁的工钱"], Block::Paragraph),
        ("<blockquote>我们只想有个地方歇歇脚</blockquote>", &["我们只想有个地方歇歇脚"], Block::Quote),
        (caption, &["骑手们在职工之家"], Block::Caption),
        ("<h3>一杯热水</h3>", &["一杯热水"], Block::Heading),
    ] {
        for place in 0..3 {
            let mut parts = vec![format!("<p>{ONE}</p>"), format!("<p>{TWO}</p>")];
            let mut wanted = vec![ONE, TWO];
            parts.insert(place, inside.to_string());
            lines.iter().rev().for_each(|line| wanted.insert(place, line));
            let article = body(Media::Html, &page(&parts.concat()));
            assert_eq!(article.body.lines().collect::<Vec<_>>(), wanted, "{block:?} at {place}");
            if block != Block::Paragraph {
                let mut blocks = vec![Block::Paragraph; 2];
                lines.iter().for_each(|_| blocks.insert(place, block));
                assert_eq!(article.blocks, blocks, "{block:?} at {place}");
            }
        }
    }
}

/// What a page shows without scripts and style sheets is read, and what it hides is not. The second column was compared
/// with `innerText` of Chromium, with the exceptions that have a comment.
#[test]
fn what_a_browser_hides_is_no_text() {
    for (html, shown) in [
        // Elements inside a line.
        ("<p>甲<span style='display:none'>乙</span>丙", "甲丙"),
        ("<p>甲<span hidden>乙</span>丙", "甲丙"),
        ("<p>甲<font style='DISPLAY : None'>乙<font>丁</font>戊</font>丙", "甲丙"),
        ("<p>甲<button style='display:none'>乙</button><em hidden>丁</em>丙", "甲丙"),
        ("<div><p>甲<span style='display:none'>乙</p><p>丙</p></div>", "甲丙"),
        ("<div>甲<span style='display:none'><div>乙</div><br>丁</span>丙</div>", "甲丙"),
        ("<p>甲<span><label style='display:none'>乙</span>丙", "甲丙"),
        ("<p>甲<a style='display:none'>乙<a href=x>丙</a>丁", "甲丙丁"),
        ("<div>甲<progress>乙</progress><audio>丁</audio><datalist><option>戊</datalist>丙</div>", "甲丙"),
        ("<div>甲</div><dialog><p>乙</dialog><dialog open>丁</dialog>丙", "甲丁丙"),
        // Declarations.
        ("<p style='color:red' style='display:none'>甲</p>丙", "甲丙"),
        ("<p>甲<span style='color:red' style='display:none'>乙</span>丙", "甲乙丙"),
        ("<p style='display:none;display:block'>甲</p><p hidden style='display:flex'>乙</p>丙", "甲乙丙"),
        ("<p style='background:url(a?display:none)'>甲</p><p style='display:none；'>乙</p>丙", "甲乙丙"),
        ("<p style='display:none!important;display:block'>甲</p>丙", "丙"),
        // Scripts show such text, as on pages of WeChat. A browser shows none of it.
        ("<div style='visibility:hidden;opacity:0'>甲</div>丙", "甲丙"),
        // A reader can open it. A browser shows the summary alone.
        ("<details><summary>甲</summary>乙</details>丙", "甲乙丙"),
        // Elements that show what they hold, or what they hold in place of what can't be shown.
        ("<xmp>甲\n<b></xmp>丙", "甲丙"),
        ("<object data=x>甲<object data=y>乙</object>丁</object>丙", "甲乙丁丙"),
        ("<canvas>甲</canvas>丙", "甲丙"),
        ("<svg><title>丁</title><desc>戊</desc><text>甲</text></svg>丙", "甲丙"),
        ("<svg><path hidden /><foreignObject><p>甲</p></foreignObject></svg>丙", "甲丙"),
        // Elements that end with the block around them, or at once.
        ("<svg class=a /><p>甲</p><svg></svg>丙", "甲丙"),
        ("<div><svg><path hidden></svg>甲</div><p>乙</p><svg></svg>丙", "甲乙丙"),
        ("<div><video src=a></div><p>甲</p><video></video>丙", "甲丙"),
        ("<div><object></div><p>甲</p><object></object>丙", "甲丙"),
        ("<p>甲<audio src=a><p>乙</p><audio></audio>丙", "甲乙丙"),
        // A group of rows ends the group before it.
        ("<table><tbody style='display:none'><tr><td>甲<tbody><tr><td>乙</table>丙", "乙丙"),
        ("<table><tr style='display:none'><td>甲<tr><td>乙</table>丙", "乙丙"),
        // Comments and references.
        ("<!-- 丁 --!>甲<!--->乙<!-- -->丙", "甲乙丙"),
    ] {
        let explanation = explained(Media::Html, &page(&format!("<p>{ONE}</p><p>{TWO}</p>{html}"))).unwrap();
        assert_eq!(difference(&explanation), "", "{html}");
        let text: String = explanation.lines.iter().map(|line| line.text.as_str()).collect();
        let letters: String = text.chars().filter(|c| "甲乙丙丁戊".contains(*c)).collect();
        assert_eq!(letters, shown, "{html}");
    }
    // An element that never ends, as on a page that was cut. A browser hides the rest of the page.
    let page_cut = format!(
        "<title>骑手有了新家</title><h1>骑手有了新家</h1><div style='display:block'><b hidden><p>{ONE}<p>{TWO}"
    );
    assert_eq!(body(Media::Html, &page_cut).body, format!("{ONE}\n{TWO}"));
    // A page that a script shows as a whole.
    let article = body(Media::Html, &page(&format!("<p>{ONE}</p>")).replace("<body", "<body style='display:none'"));
    assert_eq!(article.body, ONE);
}

/// Sections with a heading each, and a short sentence at the end.
#[test]
fn sections_with_headings_stay_whole() {
    let sections: String = ["一、来历", "二、做法", "三、结果"]
        .iter()
        .map(|h| format!("<section><h3>{h}</h3><p>{ONE}</p></section>"))
        .collect();
    let article = body(Media::Html, &page(&format!("{sections}<section><p>路还很长。</p></section>")));
    assert_eq!(article.body.lines().count(), 7, "{article:#?}");
    let text = format!(
        "骑手有了新家\n2024-03-05 来源：工讯日报\n\n一、来历\n{ONE}\n二、做法\n{TWO}\n三、结果\n{ONE}\n路还很长。\n"
    );
    assert_eq!(body(Media::Dump, &text).body.lines().count(), 7);
    let text = format!("骑手有了新家\n2024-03-05 来源：工讯日报\n他们在哪里歇脚\n一个冬天的记录\n{ONE}\n{TWO}\n");
    assert_eq!(body(Media::Dump, &text).body.lines().count(), 4);
}

/// The words that sites append to the last paragraph go to the margin.
#[test]
fn known_tails_go_to_the_margin() {
    for tail in [
        "<p>返回搜狐，查看更多</p>",
        "<p>特别声明：以上内容为自媒体平台用户上传并发布，本平台仅提供信息存储服务。</p>",
        "<div>扫码下载客户端</div><div>随时看新闻</div>",
        "<div>相关阅读</div><ul><li><a href=1>快递员入会人数超过百万</a><li><a href=2>职工之家建到站点</a></ul>",
        "<div><span>本文来源：岚州周刊</span><span>责任编辑：苏晴_NF4425</span></div>",
    ] {
        let article = body(Media::Html, &page(&format!("<p>{ONE}</p><p>{TWO}</p>{tail}")));
        assert_eq!(article.body, format!("{ONE}\n{TWO}"), "{tail}");
    }
    let article = body(Media::Html, &page(&format!("<p>{ONE}</p><p>{TWO}<a href=//s>返回搜狐，查看更多</a></p>")));
    assert_eq!(article.body, format!("{ONE}\n{TWO}"));
    assert!(article.margin.iter().any(|line| line == "返回搜狐，查看更多"));
}

/// A long section of comments does not win over a short article.
#[test]
fn comments_are_margin() {
    let comment = |n: usize| {
        format!(
            "<div class=c><b>工友{n}</b> 2024-01-0{} 22:40 <a href=#>回复</a><p>{ONE}第{n}条。</p><span>赞({n})</span></div>",
            n + 1
        )
    };
    let comments: String = (0..6).map(comment).collect();
    for text in ["<p>工棚很冷。</p><p>大家围着火。</p>".to_string(), format!("<p>{TWO}</p>")] {
        for heading in ["<h3>留言</h3>", "<div>网友评论</div>", ""] {
            let inside = format!("{text}</div><div>{heading}{comments}");
            let article = body(Media::Html, &page(&inside));
            let wanted = visible::letters([visible::text(&text).as_str()]);
            assert_eq!(differ(&visible::letters([article.body.as_str()]), &wanted), "", "{heading}: {article:#?}");
        }
    }
}

/// A file of short lines is a text: a poem, a list.
#[test]
fn a_file_of_short_lines_is_a_text() {
    let poem = "工棚\n\n作者：何岩\n\n铁皮屋\n雨打着\n一声一声\n是谁的工钱\n还没有来\n\n明天\n明天又是明天\n";
    let article = body(Media::Dump, poem);
    assert_eq!((article.title.as_str(), article.body.lines().count()), ("工棚", 7));
    // A list of links is a page without an article, and keeps what it shows.
    let links: String = (0..40).map(|i| format!("<li><a href={i}>工会第{i}届代表大会昨日召开</a>")).collect();
    let article = body(Media::Html, &format!("<title>新闻列表</title><ul>{links}</ul>"));
    assert!(article.is_page() && article.margin.len() == 40, "{article:#?}");
}
