//! Tests of pages in the style of kinds of sites, each with what a careful reader would call its article, and its
//! margin.

use gongxun_core::article::{Article, Origin, Role};
use gongxun_ingest::archive::{Media, Record};
use gongxun_ingest::extract::{Options, extract};

fn read_at(url: Option<&str>, media: Media, text: &str) -> Article {
    let origin = Origin::file("a");
    let url = url.map(str::to_string);
    let mut record = Record::new(origin, media, text);
    record.url = url;
    extract(&record, &Options::default()).unwrap_or_else(|r| panic!("{r}\n{text}"))
}

fn read(text: &str) -> Article {
    read_at(None, Media::Html, text)
}

fn credits(article: &Article) -> Vec<String> {
    let mut credits: Vec<String> = article.credits.iter().map(|c| format!("{} {}", Role::zh(c.role), c.name)).collect();
    credits.sort();
    credits
}

fn body(article: &Article) -> Vec<&str> {
    article.body.lines().collect()
}

const TITLE: &str = "一个窗口帮千名农民工追回工资";
const ONE: &str = "3月4日清晨六点半，岚州市环城东路的劳务市场已经聚起了上百名等活的工人，有人蹲在路沿上啃馒头。";
const TWO: &str = "市总工会法律援助中心主任梁禾告诉记者，去年以来，中心帮助1077名职工追回工资1460万元。";
const THREE: &str = "“以前讨薪要跑好几个地方，现在在工会一个窗口就能办。”来自平昌县的架子工桂守田说。";
const HEADLINES: [&str; 4] = [
    "岚州启动根治欠薪冬季专项行动",
    "快递小哥的“暖心驿站”建到家门口",
    "新就业形态劳动者入会超过百万",
    "工会送岗位进村",
];

fn links() -> String {
    HEADLINES.iter().enumerate().map(|(n, h)| format!("<li><a href=/{n}.html>{h}</a></li>")).collect()
}

#[test]
fn questions_of_an_interview_are_no_credits() {
    let lines = [
        "记者：梁主任，这个窗口是什么时候开的？",
        "梁禾：去年三月。当时只有两张桌子，来的人排到了楼梯口，我们就把旁边的会议室也腾了出来。",
        "记者：最难办的是哪一类案子？",
        "梁禾：没有合同的。工友们往往只有一张记工单，有的连记工单都没有，我们得一个一个找人作证。",
        "记者：谢谢您",
        "梁禾：把窗口搬到工地上去。",
    ];
    let text: String = lines.iter().map(|line| format!("<p>{line}</p>")).collect();
    let page = format!(
        "<title>把窗口搬到工地上去_岚州日报</title><h1>把窗口搬到工地上去</h1><div>2024年03月05日 来源：岚州日报 记者：陆鸣</div>
        <div class=content>{text}</div><div>责任编辑：冯皓</div>"
    );
    let article = read(&page);
    assert_eq!(credits(&article), ["记者 陆鸣", "责任编辑 冯皓"]);
    assert_eq!(body(&article), lines);
    let file = format!("把窗口搬到工地上去\n2024年03月05日 来源：岚州日报 记者：陆鸣\n\n{}\n", lines.join("\n"));
    let article = read_at(None, Media::Dump, &file);
    assert_eq!((credits(&article), body(&article)), (vec!["记者 陆鸣".to_string()], lines.to_vec()));
}

#[test]
fn an_editor_s_line_ends_the_article_of_a_page() {
    let page = |after: &str| {
        format!(
            "<title>{TITLE}_岚州网</title><div class=a><h1>{TITLE}</h1><div>2024年03月05日 08:30 来源：岚州日报</div>
            <p>{ONE}</p><p>{TWO}</p><p>{THREE}</p><p>（责任编辑：系统管理员）</p>{after}</div>"
        )
    };
    for after in [
        "<p>分享让更多人看到</p>".to_string(),
        format!("<blockquote>另一条消息：{THREE}</blockquote><p>,岚州日报</p>"),
        "<p>徐阿婆 冯警官 事主</p>".to_string(),
    ] {
        let article = read(&page(&after));
        assert_eq!(body(&article), [ONE, TWO, THREE], "{after}");
        assert_eq!(credits(&article), [] as [&str; 0], "{after}");
    }
    // With more text behind it than before, it stood above a part of the article.
    let more: String = (1..=6)
        .map(|n| format!("<p>第{n}条意见是工友们在窗口前写下来的，梁禾把它们一条一条贴在墙上，等着有人来回答。</p>"))
        .collect();
    assert_eq!(body(&read(&page(&more))).len(), 9);
}

/// A label without a value takes the next line, if that names people and nothing else.
#[test]
fn an_empty_label_takes_no_name_from_afar() {
    let page = |below: &str| {
        format!(
            "<title>{TITLE}_岚州网</title><h1>{TITLE}</h1><div>2024-03-05 08:30</div><div>来源：岚州工会</div><div>发布于：江苏省</div>
            <p>{ONE}</p><p>{TWO}</p><p>责任编辑：</p>{below}"
        )
    };
    let article = read(&page("<div>平台声明：该文观点仅代表作者本人。</div>"));
    assert_eq!(credits(&article), [] as [&str; 0]);
    let article = read(&page("<div>标签列表</div><div><a href=a>徐阿婆</a> <a href=b>冯警官</a></div>"));
    assert_eq!(credits(&article), [] as [&str; 0]);
    assert_eq!(credits(&read(&page("<div>冯皓</div>"))), ["责任编辑 冯皓"]);
}

#[test]
fn a_document_keeps_its_signature_and_is_of_the_day_of_its_publication() {
    let lines = [
        "各县（市、区）总工会：",
        "现将《关于做好2024年工资集体协商工作的意见》印发给你们，请结合实际认真贯彻执行。",
        "一、总体要求",
        "以维护职工劳动报酬权益为重点，推动企业普遍建立工资集体协商制度，力争全年覆盖率达到百分之九十以上。",
        "岚州市总工会",
        "2024年3月4日",
    ];
    let text: String = lines.iter().map(|line| format!("<p>{line}</p>")).collect();
    let title = "岚州市总工会关于做好2024年工资集体协商工作的意见";
    let article = read(&format!(
        "<title>{title}_岚州市总工会</title><table><tr><td>索 引 号：</td><td>014211/2024-00123</td><td>成文日期：</td><td>2024年03月04日</td></tr>
        <tr><td>发文字号：</td><td>岚工发〔2024〕8号</td><td>发布日期：</td><td>2024年03月05日</td></tr></table>
        <div class=content><h1>{title}</h1>{text}</div><div>版权所有：岚州市总工会</div>"
    ));
    assert_eq!(article.title, title);
    assert_eq!(article.date.map(|d| d.to_string()).as_deref(), Some("2024-03-05"));
    assert_eq!(body(&article), lines);
}

/// Below the headline such lines are the source and the date.
#[test]
fn a_source_and_a_day_below_the_headline_are_no_signature() {
    for sub in ["", "<div>（征求意见稿）</div>"] {
        let article = read(&format!(
            "<title>{TITLE}_岚州网</title><h1>{TITLE}</h1>{sub}<div>岚州市总工会</div><div>2024年3月4日</div><div><p>{ONE}</p><p>{TWO}</p></div>"
        ));
        assert_eq!(article.date.map(|d| d.to_string()).as_deref(), Some("2024-03-04"), "{sub}");
        assert_eq!(article.source.as_deref(), Some("岚州市总工会"), "{sub}");
        assert!(article.body.starts_with(ONE), "{sub}{}", article.body);
    }
}

#[test]
fn a_source_above_the_headline_is_the_article_s() {
    let article = read(&format!(
        "<title>{TITLE}-岚州网</title><div class=header><div class=info>2024-03-05 08:30:12 来源：岚州网</div>
        <h1>{TITLE}</h1><div>字体： 小 中 大</div></div><div id=detail><p>岚州3月5日电（记者陆鸣、陶安）{ONE}</p><p>{TWO}</p>
        <div>【责任编辑:冯皓】</div></div>"
    ));
    assert_eq!(article.source.as_deref(), Some("岚州网"));
    assert_eq!(article.date.map(|d| d.to_string()).as_deref(), Some("2024-03-05T08:30:12+08:00"));
    assert_eq!(credits(&article), ["记者 陆鸣", "记者 陶安", "责任编辑 冯皓"]);
}

/// The day in the page's address is that of publication; a day in the text can be any.
#[test]
fn a_day_in_the_address_goes_before_one_in_the_text() {
    let page = format!(
        "<title>{TITLE}_岚州网</title><h1>{TITLE}</h1><p>2019年5月1日讯 {ONE}</p><p>{TWO}</p><div>更新时间：2024-04-01 10:00</div>"
    );
    let date = |url: Option<&str>| read_at(url, Media::Html, &page).date.map(|d| d.to_string()).unwrap_or_default();
    assert_eq!(date(Some("http://www.lz.example/2024/03/05/a1.html")), "2024-03-05");
    // The same day with a time is more precise than the day alone.
    assert_eq!(date(Some("http://www.lz.example/2024/04/01/a1.html")), "2024-04-01T10:00:00+08:00");
    // A label outweighs an address.
    let labelled = page.replace("<p>2019", "<div>发布时间：2024-03-06 08:00</div><p>2019");
    let date = read_at(Some("http://www.lz.example/2024/03/05/a1.html"), Media::Html, &labelled).date;
    assert_eq!(date.map(|d| d.to_string()).as_deref(), Some("2024-03-06T08:00:00+08:00"));
}

/// A sentence in a box of its own between the headline and the text is the summary.
#[test]
fn a_sentence_above_the_text_is_its_lead() {
    const LEAD: &str = "去年帮助1077名职工追回工资，工人不用再跑好几个地方。";
    const SOLD: &str = "订岚州网彩信手机报，移动用户发短信到106，每月三元。";
    let lines = [
        ONE,
        TWO,
        THREE,
        "窗口设在岚州火车站的候车厅里，三张桌子，一台复印机，墙上贴着办案流程。",
        "来的人大多带着一只旧书包，里面是记工单、工友的证言和老板写的欠条。",
        "值班的律师王晓芸先听他们说完，再一笔一笔算清楚谁欠了谁多少。",
        "算清了，就给工地所在的街道打电话，请劳动监察员一起到场。",
        "拿不出欠条的也不要紧，梁禾说，手机里的转账记录和语音都算数。",
    ];
    let text: String = lines.iter().map(|line| format!("<p>{line}</p>")).collect();
    for (box_, lead) in [(LEAD, Some(LEAD)), (SOLD, None)] {
        let article = read(&format!(
            "<title>{TITLE}_岚州网</title><h1>{TITLE}</h1><div>2024年1月17日 09:12</div><div class=box><div>{box_}</div></div>
            <div>记者陆鸣／岚州报道</div><div class=txt>{text}</div>"
        ));
        assert_eq!((article.lead.as_deref(), body(&article)), (lead, lines.to_vec()), "{box_}");
    }
}

/// A page shows a day, and has the time for machines.
#[test]
fn a_time_that_an_element_tells_goes_with_the_day_that_it_shows() {
    let article = read(&format!(
        "<title>{TITLE} | 工人之家</title><h1>{TITLE}</h1><div>发布于<time datetime='2024-03-05T08:30:12+08:00'>2024年3月5日</time></div>
        <p>{ONE}</p><p>{TWO}</p><ol><li><time datetime='2024-03-06T10:00:00+08:00'>2024年3月6日</time></ol>"
    ));
    assert_eq!(article.date.map(|d| d.to_string()).as_deref(), Some("2024-03-05T08:30:12+08:00"));
}

/// A line that the page repeats between paragraphs belongs to the page, and so does a line that calls to do something.
#[test]
fn calls_between_and_behind_paragraphs_are_margin() {
    let go_on = "<p class=b>請繼續往下閱讀...</p>";
    let article = read(&format!(
        "<title>{TITLE} - 生活 - 自由時報電子報</title><h1>{TITLE}</h1><div class=text><span class=time>2024/03/05 16:20</span>{go_on}
        <p>〔記者李靚慧／台北報導〕{ONE}</p>{go_on}<p>{TWO}</p><p>不用抽 不用搶 現在用APP看新聞 保證天天中獎　<a href=a>點我下載APP</a>　<a href=b>按我看活動辦法</a></p></div>
        <ul>{}</ul>",
        links()
    ));
    assert_eq!(body(&article), [format!("〔記者李靚慧／台北報導〕{ONE}").as_str(), TWO]);
    assert_eq!(credits(&article), ["记者 李靚慧"]);
    // A link to an attachment belongs to the article.
    let article = read(&format!(
        "<title>{TITLE}_岚州网</title><h1>{TITLE}</h1><div>2024-03-05</div><div><p>{ONE}</p><p>{TWO}</p><p>附件：<a href=a.doc>下载要约书</a></p></div>"
    ));
    assert!(article.margin.iter().chain([&article.body]).any(|line| line.contains("附件")));
}

/// A page of teasers is a list; a column of them beside an article is its margin.
#[test]
fn teasers_are_no_article() {
    let teasers: String = HEADLINES
        .iter()
        .map(|h| format!("<div><h3><a href=#>{h}</a></h3><p>{}……</p><a href=#>[详细]</a></div>", &ONE[..ONE.len() - 3]))
        .collect();
    assert!(read(&format!("<title>基层工会_岚州工会网</title><h2>基层工会</h2>{teasers}")).is_page());
    let article = read(&format!(
        "<title>{TITLE}_岚州网</title><h1>{TITLE}</h1><div>2024-03-05</div><div><p>{TWO}</p></div><div class=side>{teasers}</div>"
    ));
    assert_eq!(body(&article), [TWO]);
}

/// A list of links with numbers belongs to the text around it.
#[test]
fn numbered_links_are_the_article_s() {
    let items = [
        "1、<a href=a>岚州市建筑工地工资专户查询</a>",
        "2、<a href=b>4类欠薪案件办理指南（登录后订阅）</a>",
        "3、<a href=c>法律援助申请表</a>",
    ];
    let list: String = items.iter().map(|item| format!("<p>{item}</p>")).collect();
    let article = read(&format!(
        "<title>{TITLE} - 岚州网</title><body><div class=entry-content><h3>{TITLE}</h3><p>{ONE}</p><h4>{TITLE}的办法</h4>{list}</div>
        <div>猜你喜欢</div><ul>{}</ul><ol><li>本站所有资源收集整理于网络，本站不参与制作，如果侵犯了您的合法权益，请联系本站删除。</ol>
        <p>本站资源仅供研究、学习交流之用，若使用商业用途，请购买正版授权，否则产生的一切后果将由下载用户自行承担。</p>",
        links()
    ));
    assert_eq!(article.title, TITLE);
    assert_eq!(
        body(&article),
        [
            ONE,
            &format!("{TITLE}的办法"),
            "1、岚州市建筑工地工资专户查询",
            "2、4类欠薪案件办理指南（登录后订阅）",
            "3、法律援助申请表"
        ]
    );
}

#[test]
fn a_post_of_wechat_without_its_calls() {
    let article = read(&format!(
        "<title></title><meta property=og:title content='{TITLE}'><div id=js_article><div id=img-content><h1 class=rich_media_title>{TITLE}</h1>
        <div id=meta_content><span id=copyright_logo>原创</span><span class='rich_media_meta rich_media_meta_text'>陆鸣</span>
        <span class='rich_media_meta rich_media_meta_nickname'><a href='javascript:void(0);' id=js_name>岚州工会</a></span><em id=publish_time>2024-03-05 08:30</em><em>江苏</em></div>
        <div class=rich_media_content id=js_content><section><p>点击上方<strong>蓝字</strong>关注我们</p></section><section><p>{ONE}</p><p>{TWO}</p></section>
        <section><p><strong>一个窗口办到底</strong></p></section><section><p>{THREE}</p></section><section><p>END</p></section>
        <section><p>来源｜岚州工人报</p><p>编辑｜冯皓</p></section><section><p>往期推荐</p><p><a href=a>{}</a></p></section></div></div></div>",
        HEADLINES[0]
    ));
    assert_eq!(body(&article), [ONE, TWO, "一个窗口办到底", THREE]);
    assert_eq!(credits(&article), ["作者 陆鸣", "编辑 冯皓"]);
}

/// Text files begin with their headline, whatever stands below it.
#[test]
fn the_first_line_of_a_text_file_is_its_headline() {
    for (head, authors) in [
        ("国内联播快讯\n2024-03-05 来源：央视网\n\n央视网消息：\n岚州启动根治欠薪冬季专项行动\n", vec![]),
        ("一个窗口帮千名农民工追回工资\n陆鸣　陶安\n", vec!["作者 陆鸣", "作者 陶安"]),
    ] {
        let article = read_at(None, Media::Dump, &format!("{head}{ONE}\n{TWO}\n"));
        assert_eq!(Some(article.title.as_str()), head.lines().next());
        assert_eq!(credits(&article), authors);
        assert!(article.body.ends_with(TWO));
    }
}

/// Orders and their signatures, in a text file that was wrapped.
#[test]
fn orders_keep_their_signatures() {
    let order = |n: &str, law: &str| {
        format!(
            "　　岚州市人民政府令\n　　第{n}号\n　　《岚州市{law}办法》已由岚州市人民政府第十四次常务会\n议讨论通过，现予公布，自2024年5月1日起施行。\n　　岚州市市长　梁禾\n　　2024年3月4日\n"
        )
    };
    let text = format!(
        "梁禾签署市政府令\n2024-03-05 来源：岚州日报\n\n{}{}",
        order("十二", "工资支付"),
        order("十三", "集体协商")
    );
    let article = read_at(None, Media::Dump, &text);
    assert_eq!(article.title, "梁禾签署市政府令");
    assert_eq!(article.date.map(|d| d.to_string()).as_deref(), Some("2024-03-05"));
    let one = |n: &str, law: &str| {
        [
            "岚州市人民政府令".to_string(),
            format!("第{n}号"),
            format!("《岚州市{law}办法》已由岚州市人民政府第十四次常务会议讨论通过，现予公布，自2024年5月1日起施行。"),
            "岚州市市长　梁禾".to_string(),
            "2024年3月4日".to_string(),
        ]
    };
    assert_eq!(body(&article), [one("十二", "工资支付"), one("十三", "集体协商")].concat());
}

/// The note of adoption and the table of contents of a law stand before its first article.
#[test]
fn a_law_keeps_what_stands_before_its_first_article() {
    let lines = [
        "（2024年2月28日岚州市第十七届人民代表大会常务委员会第十四次会议通过）",
        "目　录",
        "第一章　总则",
        "第二章　组建",
        "第一章　总则",
        "第一条　为了保障职工依法组织和参加工会的权利，根据《中华人民共和国工会法》，制定本办法。",
        "第二条　本办法适用于本市行政区域内的企业、事业单位、机关、社会组织。",
        "第二章　组建",
        "第三条　用人单位开业投产满六个月的，应当建立工会。",
    ];
    let text: String = lines.iter().map(|line| format!("<p>{line}</p>")).collect();
    let article = read(&format!(
        "<title>岚州市实施办法-岚州人大网</title><h1>岚州市实施办法</h1><div>发布时间：2024-03-05　来源：市人大办公室　字体：[大 中 小]</div>
        <div>{text}</div><div><a href=#>打印</a> <a href=#>关闭</a></div>"
    ));
    assert_eq!(body(&article), lines);
}

/// Boxes between paragraphs: the mark of an advertisement, the link to the next page; replies in a forum name their
/// authors.
#[test]
fn boxes_inside_a_text_are_margin() {
    let article = read(&format!(
        "<title>{TITLE} | 聯合新聞網</title><h1>{TITLE}</h1><div>2024-03-05 16:20 <span>聯合報／ <a href=#>記者許展溢</a>／台北即時報導</span></div>
        <section class=editor><figure><img><figcaption>工會窗口。（圖／記者李毓康攝）</figcaption></figure><p>{ONE}</p><div class=inline-ads>廣告</div><p>{TWO}</p>
        <div class=page><span>上一页</span> <b>1</b> <a href=2>2</a> <a href=2>下一页</a> 共2页</div><p>{THREE}</p></section>"
    ));
    assert_eq!(body(&article), ["工會窗口。（圖／記者李毓康攝）", ONE, TWO, THREE]);
    assert_eq!(credits(&article), ["摄影 李毓康", "记者 許展溢"]);
    let reply = |n: usize, name: &str| {
        format!(
            "<div class=item><div class=head>作者：<a href=#>{name}</a> 时间：2010-03-05 1{n}:12:00</div><div class=txt>{THREE}</div><div>来自 客户端 | <a href=#>举报</a> | {n}楼 | <a href=#>回复</a></div></div>"
        )
    };
    let replies: String = ["小陶", "阿勇", "梁工"].iter().enumerate().map(|(n, name)| reply(n + 1, name)).collect();
    let article = read(&format!(
        "<title>{TITLE}_论坛</title><h1>{TITLE}</h1><div>楼主：架子工老桂 时间：2010-03-05 08:30:00 点击：1203 回复：3</div>
        <div class=main><div class=item><div class=txt>　　{ONE}<br><br>　　{TWO}</div></div>{replies}</div>"
    ));
    assert_eq!((body(&article), credits(&article)), (vec![ONE, TWO], Vec::new()));
}

/// A list of names that a program wrapped is no verse.
#[test]
fn wrapped_names_are_joined() {
    let names: String =
        (0..60).map(|n| format!("{}、", ["陆鸣", "陶安", "桂守田", "欧阳冯皓", "梁禾"][n % 5])).collect();
    let text = format!("春节前夕，市总工会看望了老职工{names}蒋瑜等人，向他们致以节日的问候，祝愿他们健康长寿。");
    let chars: Vec<char> = text.chars().collect();
    let wrapped: Vec<String> = chars.chunks(36).map(|line| line.iter().collect()).collect();
    let article =
        read_at(None, Media::Dump, &format!("看望老职工\n2024-03-05 来源：岚州日报\n\n{}\n", wrapped.join("\n")));
    assert_eq!((article.title.as_str(), article.body.as_str()), ("看望老职工", text.as_str()));
}
