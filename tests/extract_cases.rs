//! Tests of extraction from pages, dumps and JSON of many shapes, each with what a reader sees in it.

use gongxun_core::article::RepairKind;
use gongxun_core::article::{Article, ArticleId, Origin, Role};
use gongxun_core::error::{Reason, Rejection};
use gongxun_ingest::archive::{Media, Record};
use gongxun_ingest::extract::{Options, extract};
use proptest::prelude::*;

fn read(media: Media, text: &str) -> Result<Article, Rejection> {
    let origin = Origin::file("a");
    let record = Record::new(origin, media, text);
    extract(&record, &Options::default())
}

/// Formats an article, one line a field.
fn shown(article: &Article) -> String {
    let mut lines = vec![format!("title {}", article.title)];
    lines.extend(article.date.map(|d| format!("date {d}")));
    lines.extend(article.source.iter().map(|s| format!("source {s}")));
    lines.extend(article.credits.iter().map(|c| format!("{} {}", Role::zh(c.role), c.name)));
    lines.extend(article.section.iter().map(|s| format!("section {s}")));
    lines.extend(article.lead.iter().map(|l| format!("lead {l}")));
    lines.extend(article.body.lines().map(|l| format!("| {l}")));
    lines.join("\n")
}

fn check(media: Media, text: &str, expect: &str) {
    let article = read(media, text).unwrap_or_else(|r| panic!("{r}\n{text}"));
    let expect: Vec<&str> = expect.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(shown(&article), expect.join("\n"), "{text}");
}

const ONE: &str = "本报讯（记者 张三）市总工会昨天在职工之家召开座谈会，听取快递员、外卖骑手对入会和维权的意见。";
const TWO: &str = "座谈会上，十二位骑手提出了休息场所、意外保险和子女入学的问题，工会干部当场作了答复。";

/// A page that was read as Latin-1 and saved once too often is restored, and the repair is recorded.
#[test]
fn a_page_read_twice() {
    let page = format!(
        "<title>骑手有了新家_工讯网</title><h1>骑手有了新家</h1><p>来源：工讯日报 2024-03-05</p><p>{ONE}</p><p>{TWO}</p>"
    );
    let once = read(Media::Html, &page).unwrap();
    let twice: String = page.bytes().map(char::from).collect();
    let mut article = read(Media::Html, &twice).unwrap();
    let repairs = std::mem::take(&mut article.repairs);
    assert_eq!((repairs.len(), repairs[0].kind, repairs[0].confidence), (1, RepairKind::Mojibake, 1.0));
    let original = article.original.take().unwrap();
    assert_eq!(original["source"], "工讯日报".bytes().map(char::from).collect::<String>());
    assert_eq!(article, once);
    // The same, and before that GBK had been read as Latin-9.
    let gbk = encoding_rs::GBK.encode(&page).0;
    let misread = encoding_rs::ISO_8859_15.decode_without_bom_handling(&gbk).0;
    let article = read(Media::Html, &misread.bytes().map(char::from).collect::<String>()).unwrap();
    assert_eq!((&article.title, &article.body, &article.source), (&once.title, &once.body, &once.source));
}

#[test]
fn pages_of_many_shapes() {
    // A modern page: meta tags, breadcrumb, buttons, related links, footer.
    check(
        Media::Html,
        &format!(
            "<html><head><title>骑手有了新家_工讯网</title><meta property='article:published_time' content='2024-03-05T08:30:00+08:00'></head>
            <body><nav><a href=/>首页</a><a href=/wq>维权</a></nav>
            <div class=crumb>您的位置：<a href=/>首页</a> &gt; <a href=/wq>维权</a> &gt; 正文</div>
            <article><h1>骑手有了新家</h1><div class=info><span>来源：工讯日报</span><span>2024-03-05 08:30</span></div>
            <p>{ONE}</p><p>{TWO}</p><p class=ed>（责任编辑：李 四）</p></article>
            <div class=share>分享到：微信 微博</div>
            <div class=related><h3>相关阅读</h3><ul><li><a href=1>快递员入会人数超过百万</a><li><a href=2>职工之家建到站点</a></ul></div>
            <footer>版权所有 工讯网 京ICP备1号</footer></body></html>"
        ),
        &format!(
            "title 骑手有了新家\ndate 2024-03-05T08:30:00+08:00\nsource 工讯日报\n责任编辑 李四\n记者 张三\nsection 维权\n| {ONE}\n| {TWO}"
        ),
    );
    // A page of the 2000s: tables, line breaks, an indent of wide blanks, no declared title but the site's.
    check(
        Media::Html,
        &format!(
            "<html><head><title>工讯网</title></head><body><table><tr><td><a href=1>新闻</a> <a href=2>论坛</a></td></tr>
            <tr><td align=center><b><font size=5>骑手有了新家</font></b></td></tr>
            <tr><td>http://www.example.cn　2004年03月05日08:30　工讯日报</td></tr>
            <tr><td>　　{ONE}<br>　　{TWO}<br><br>责编：王小二</td></tr></table></body></html>"
        ),
        &format!(
            "title 骑手有了新家\ndate 2004-03-05T08:30:00+08:00\nsource 工讯日报\n责任编辑 王小二\n记者 张三\n| {ONE}\n| {TWO}"
        ),
    );
    // One paragraph.
    check(
        Media::Html,
        &format!(
            "<title>骑手有了新家 - 工讯网</title><h1>骑手有了新家</h1><div>2024年3月5日</div><div>{ONE}</div><div>编辑：李四 责任编辑：王五</div>"
        ),
        &format!("title 骑手有了新家\ndate 2024-03-05\n编辑 李四\n责任编辑 王五\n记者 张三\n| {ONE}"),
    );
    // Traditional Chinese characters.
    check(
        Media::Html,
        "<title>騎手有了新家 | 工訊網</title><h1>騎手有了新家</h1><p>來源：工訊日報　民國101年3月5日</p>
        <p>【工訊日報記者張三台北報導】總工會昨天在職工之家召開座談會，聽取快遞員、外賣騎手對入會和維權的意見。</p><p>責任編輯：李四</p>",
        "title 騎手有了新家
        date 2012-03-05
        source 工訊日報
        责任编辑 李四
        记者 張三
        | 【工訊日報記者張三台北報導】總工會昨天在職工之家召開座談會，聽取快遞員、外賣騎手對入會和維權的意見。",
    );
}

#[test]
fn what_is_no_article_is_rejected_with_its_reason() {
    for (media, text, reason) in [
        (Media::Html, "   ".to_string(), Reason::Empty),
        (Media::Html, "<html><script>x()</script></html>".to_string(), Reason::Empty),
        (Media::Html, "<title>404</title><h1>404 Not Found</h1>".to_string(), Reason::NotArticle),
        (Media::Json, "{\"title\":".to_string(), Reason::BadJson),
        (Media::Json, "[1]".to_string(), Reason::NotArticle),
        (Media::Json, "{\"id\":1}".to_string(), Reason::NotArticle),
    ] {
        assert_eq!(read(media, &text).map_err(|r| r.reason), Err(reason), "{text}");
    }
}

#[test]
fn dumps_of_other_sites() {
    check(
        Media::Dump,
        &format!(
            "工讯网\n首页 新闻 维权 论坛\n首页 > 维权 > 正文\n\n骑手有了新家\n\n2024-03-05 08:30  来源：工讯日报\n字号：大 中 小\n\n{ONE}\n\n{TWO}\n\n\
             （编辑：李四）\n\n相关新闻\n快递员入会人数超过百万\n职工之家建到站点\n\n关于我们 | 版权声明\nCopyright 2024 工讯网 版权所有\n"
        ),
        &format!(
            "title 骑手有了新家\ndate 2024-03-05T08:30:00+08:00\nsource 工讯日报\n编辑 李四\n记者 张三\nsection 维权\n| {ONE}\n| {TWO}"
        ),
    );
    check(
        Media::Dump,
        &format!("骑手有了新家\n本报记者 赵六 通讯员 钱七\n{ONE}\n{TWO}\n"),
        &format!("title 骑手有了新家\n记者 赵六\n通讯员 钱七\n记者 张三\n| {ONE}\n| {TWO}"),
    );
}

#[test]
fn json_of_other_programs() {
    check(
        Media::Json,
        r#"{"headline":"标题","published":"2024年3月5日 08:30","media":"中工网-工人日报","author":"张三 李四","chief_editor":"王五","editor":"赵六","content":"<p>一段。</p><!-- x --><p>二\u200b段。</p>"}"#,
        "title 标题
        date 2024-03-05T08:30:00+08:00
        source 中工网-工人日报
        作者 张三
        作者 李四
        编辑 赵六
        责任编辑 王五
        | 一段。
        | 二段。",
    );
    check(Media::Json, r#"{"title":"标题","date":"2023年2月30日","body":"正文 < 5"}"#, "title 标题\n| 正文 < 5");
}

#[test]
fn our_own_exports_come_back_as_they_are() {
    let mut article = read(Media::Html, &format!("<h1>骑手有了新家</h1><p>来源：工讯日报</p><p>{ONE}</p>")).unwrap();
    article.origin = "elsewhere/b.html".to_string();
    article.id = ArticleId::new("elsewhere/b.html", "").with_occurrence(2);
    let back = read(Media::Json, &serde_json::to_string(&article).unwrap()).unwrap();
    assert_eq!(back, article);
    // An object that only resembles an export gets an id of its own.
    let other = read(Media::Json, r#"{"id":"17","origin":"x","title":"标题","body":"正文"}"#).unwrap();
    assert_eq!((other.id, other.origin.as_str()), (ArticleId::new("a", "17"), "a"));
}

#[test]
fn an_export_comes_back_whole_however_long_its_lists_are() {
    let mut article = read(Media::Json, r#"{"title":"标题","body":"正文","url":"http://a.cn/1"}"#).unwrap();
    article.margin = (0..20_000).map(|n| format!("第{n}行")).collect();
    let json = serde_json::to_string(&article).unwrap();
    assert_eq!(read(Media::Json, &json).unwrap(), article);
}

#[test]
fn fields_by_other_names() {
    let options = Options::default().field_map(vec![("title".into(), "h".into()), ("body".into(), "data.text".into())]);
    let record = Record::new(
        Origin::new("a.jsonl", None, Some(3)),
        Media::Json,
        r#"{"h":"标题","title":"别的","data":{"text":"正文"}}"#,
    );
    let article = extract(&record, &options).unwrap();
    assert_eq!((article.title.as_str(), article.body.as_str()), ("标题", "正文"));
    assert_eq!((article.id, article.origin.as_str()), (ArticleId::new("a.jsonl", "标题\n"), "a.jsonl#00003"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_bytes_stop_it(bytes in proptest::collection::vec(any::<u8>(), 0..600), media in 0..3usize) {
        let media = [Media::Html, Media::Dump, Media::Json][media];
        let record = Record::new(Origin::file("a"), media, bytes);
        let _ = extract(&record, &Options::default());
    }

    #[test]
    fn no_pieces_of_pages_stop_it(pieces in proptest::collection::vec(0..PIECES.len(), 0..60), media in 0..2usize) {
        let text: String = pieces.iter().map(|p| PIECES[*p]).collect();
        let article = read([Media::Html, Media::Dump][media], &text);
        if let Ok(article) = article {
            prop_assert!(article.body.lines().all(|l| !l.trim().is_empty()), "{}", text);
        }
    }
}

const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<a href=x>",
    "</a>",
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</table>",
    "<br>",
    "<h1>",
    "</h1>",
    "<li>",
    "<ul>",
    "</ul>",
    "<title>",
    "</title>",
    "<pre>",
    "\n",
    "　　",
    " ",
    "&nbsp;",
    "&#12;",
    "来源：",
    "来源",
    "责任编辑",
    "编辑：",
    "（",
    "）",
    "【",
    "】",
    "[",
    "]",
    "张三",
    "张",
    "三",
    "记者",
    "本报",
    "2024年3月5日",
    "2024-02-30 25:61",
    "民国",
    "中工网-工人日报",
    "、",
    "／",
    "相关新闻",
    "摘要：",
    "文/图 ",
    "摄",
    "职工之家昨天建成，里面有图书室、母婴室和健身房，下班的人都愿意来坐一坐。",
    "骑手有了新家",
    "分享到",
    "<",
    ">",
    "\u{200b}",
    "<div style='display:none'>",
    "<script type='application/ld+json'>{\"datePublished\":\"2024\"}</script>",
    "<!--",
    "-->",
    "<b>",
    "一",
    "十",
    "〇",
    ":",
    "08:30",
];

#[test]
fn markdown_is_read_without_its_marks() {
    let text = "---\ntitle: 岚州女工讨薪记\ndate: 2020-03-04 05:06:07\nauthor: 何岩\nsource: 岚州网\ntags: [工会]\n---\n\n岚州市**总工会**的[干部](http://a.example/)走进工地，向农民工发放维权手册，并现场受理投诉，当天为四十名工人追回了工资。\n\n## 后来\n\n据了解，今年以来全市共为两千三百名职工追回工资四千一百万元，比去年同期增长一成。\n";
    let record = Record::new(Origin::file("a.md"), Media::Markdown, text);
    let article = extract(&record, &Options::default()).unwrap();
    assert_eq!(article.title, "岚州女工讨薪记");
    assert_eq!(article.date.unwrap().to_string(), "2020-03-04T05:06:07+08:00");
    assert_eq!((article.source.as_deref(), article.authors()), (Some("岚州网"), vec!["何岩"]));
    assert!(article.body.starts_with("岚州市总工会的干部走进工地"), "{}", article.body);
    assert!(!article.body.contains(['*', '#', '[']) && article.body.contains("后来"), "{}", article.body);
}
