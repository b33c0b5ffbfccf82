//! Tests that repair inverts damage, and leaves everything else as it is.

use std::path::PathBuf;

use gongxun_core::article::RepairKind;
use gongxun_text::fold::fold;
use gongxun_text::repair::{RepairedPage, repair_page};

#[path = "support/damage.rs"]
mod damage;

use damage::{Decoder, Marks, Mirror, Tones, damage};

/// Returns the folder with the real data, or none with a message.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("GONGXUN_DATA").map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var("GONGXUN_REQUIRE_ALL").is_err(), "GONGXUN_DATA is not set");
        eprintln!("SKIPPED: this test needs GONGXUN_DATA");
    }
    folder
}

fn repair(lines: &[String]) -> Option<RepairedPage> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    repair_page(&lines)
}

/// Text of this project's own, enough for tables of all sizes.
const TEXT: [&str; 9] = [
    "工会怎样把服务送到车间里",
    "来源：工讯编辑部　2025年3月8日",
    "上个月，市总工会的干部走进十二家企业，听职工讲加班、工资和孩子上学的事。他们把问题记在本子上，回来之后逐条研究，能办的马上办，\
     一时办不了的也说明原因。",
    "“过去有事不知道找谁，现在车间里就有人管。”在装配线上干了十五年的王师傅说，随着新的制度落地，大家的心里踏实了许多。",
    "这次改革有三个重点：一是把服务站建在园区里，二是让职工代表参加工资协商，三是为货车司机、快递员等新就业形态劳动者提供法律援助。",
    "据介绍，全市已经建立服务站一百二十个，配备专职人员三百余名，去年共调解劳动争议两千三百件，帮助农民工追回工资五百多万元。",
    "专家认为，这些做法的意义在于，工会组织看着职工的需要做事，而不是等着职工上门。要把好的经验总结出来，在更大的范围内推广。",
    "当然，也有一些困难：有的企业规模小、人员流动快，建会之后缺少经费；有的负责人对集体协商的认识还不够。对此，有关部门正在研究办法。",
    "责任编辑：李明　审核：陈红",
];

fn text() -> Vec<String> {
    TEXT.iter().map(|line| line.to_string()).collect()
}

#[test]
fn the_examples_of_the_script_come_back() {
    for (damaged, expect) in [
        ("工人日?qǐng)?bào)社評(píng)丨打好“聯(lián)”字牌", "工人日报社评丨打好“联”字牌"),
        ("新聞?shì)浾摴ぷ鞯穆氊?zé)", "新闻舆论工作的职责"),
        ("山東省總?cè)涨俺雠_(tái)了", "山东省总日前出台了"),
        ("請(qing )看日?qing )?bao )", "请看日报"),
        ("工人日?qǐng)?bào)，•責(zé)任編輯:肖天", "工人日报，•责任编辑:肖天"),
    ] {
        let page = repair_page(&[damaged]).unwrap_or_else(|| panic!("the damage is not seen: {damaged}"));
        assert_eq!(page.lines, [expect]);
    }
    let page = repair_page(&["工人日?qǐng)?bào)社評(píng)丨打好“聯(lián)”字牌"]).expect("the damage is seen");
    assert_eq!(page.lines, ["工人日报社评丨打好“联”字牌"]);
    assert_eq!(page.repairs[0].kind, RepairKind::Gloss);
    assert_eq!(page.repairs[0].count, 4);
}

#[test]
fn characters_outside_gbk_part_the_line_and_stay() {
    let page = repair_page(&["  • 中工網(wǎng)😀日?qǐng)?bào) © 2025 ? ? ?"]).expect("the damage is seen");
    assert_eq!(page.lines, ["  • 中工网😀日报 © 2025 ? ? ?"]);
}

#[test]
fn damage_by_random_tables_is_undone() {
    let text = text();
    let frequent = damage::frequent(TEXT.iter().copied());
    let (mut right, mut all) = (0, 0);
    for seed in 1..=12 {
        for tones in [Tones::Marked, Tones::None] {
            for (size, traditional, blank) in [(30, true, false), (60, true, true), (60, false, false)] {
                let mirror = Mirror::random(&frequent, size, tones, traditional, blank, seed);
                let damaged: Vec<String> = text.iter().map(|line| damage(line, &mirror)).collect();
                let page = repair(&damaged).unwrap_or_else(|| panic!("damage is not seen: {damaged:?}"));
                assert_eq!(page.lines.len(), text.len());
                for (wanted, found) in text.iter().zip(&page.lines) {
                    all += 1;
                    right += usize::from(fold(wanted) == fold(found));
                }
            }
        }
    }
    // Lines that are not restored: letters whose last byte was lost with the punctuation behind it.
    assert!(right * 100 >= all * 97, "{right} of {all} lines came back");
}

#[test]
fn each_line_stays_at_its_place() {
    let frequent = damage::frequent(TEXT.iter().copied());
    let mirror = Mirror::random(&frequent, 60, Tones::Marked, true, false, 7);
    let mut damaged: Vec<String> = TEXT.iter().map(|line| damage(line, &mirror)).collect();
    damaged.insert(2, String::new());
    damaged.push("https://example.org/a_b?c=(d)".to_string());
    let page = repair(&damaged).expect("the damage is seen");
    assert_eq!(page.lines.len(), damaged.len());
    assert_eq!(page.lines[2], "");
    assert_eq!(page.lines.last(), damaged.last());
}

#[test]
fn what_people_write_themselves_is_left() {
    for (what, lines) in [
        ("a textbook", &["会 (huì) 表示能力，能 (néng) 表示可能。", "我会(huì)说汉语(hànyǔ)，你会(huì)吗(ma)？"][..]),
        ("a poem", &["朝(zhāo)辞白帝彩云间，千里江陵一日还(huán)。", "两岸猿声啼不住，轻舟已过万重(chóng)山。"]),
        ("every character", &["床(chuáng)前(qián)明(míng)月(yuè)光(guāng)，疑(yí)是(shì)地(dì)上(shàng)霜(shuāng)。"]),
        (
            "a dictionary",
            &["行(xíng)：走。行(háng)：行列。", "长(cháng)：不短。长(zhǎng)：生长。", "得(děi)：必须。得(de)：助词。"],
        ),
        (
            "a classical text",
            &[
                "子曰：“学而时习之，不亦说(yuè)乎？有朋自远方来，不亦乐(lè)乎？”说(yuè)，通“悦”。",
                "吾日三省(xǐng)吾身：为(wèi)人谋而不忠乎？传(chuán)不习乎？省(xǐng)，反省。",
                "知(zhì)者乐(yào)水，仁者乐(yào)山。知(zhì)者动，仁者静。食(sì)不厌精，朝(zhāo)闻道，夕死可矣。",
            ],
        ),
        (
            "grammar",
            &[
                "会(huì)、能(néng)、可以(kěyǐ)、要(yào)、想(xiǎng)、应该(yīnggāi)都是能愿动词，初学的人常常混用。",
                "会(huì)表示学过之后有能力；能(néng)表示条件允许；要(yào)表示意愿，比想(xiǎng)更强。",
                "他会游泳，可是今天感冒了，不能游泳。我想去北京，我要去北京，这两句话不一样。",
            ],
        ),
        ("names", &["工人日报-中工网评论员 郭振纲(Guo)", "张伟(zhang wei)、李娜(li na)到会(hui)讲话"]),
        ("a question", &["你说什么?(ma)", "真的吗? ? ?", "Is it so?yes)"]),
        ("a list", &["(a)工会 (b)职工 (an)事 (e)其他"]),
        ("nothing", &[]),
        ("empty lines", &["", ""]),
        ("traditional letters", &["農民工的權益與勞動合同", "工會聯合會（臺灣）"]),
    ] {
        assert_eq!(repair_page(lines), None, "{what}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let mut random = damage::Random(42);
    let alphabet: Vec<char> = "日報請報?()qǐngbào)?qǐng)(huì)会會�€\u{E000}•a1 _,。“”着錟斤拷鏂å".chars().collect();
    for _ in 0..2000 {
        let lines: Vec<String> = (0..1 + random.below(3))
            .map(|_| (0..random.below(60)).map(|_| alphabet[random.below(alphabet.len())]).collect())
            .collect();
        if let Some(page) = repair(&lines) {
            assert_eq!(page.lines.len(), lines.len());
        }
    }
}

#[test]
fn large_lines_are_repaired_in_bounded_memory_and_time() {
    let line = "新聞?shì)浾摴ぷ鞯穆氊?zé)和使命?".repeat(3000);
    let marks = "請(qǐng)看日?qǐng)?bào)?".to_string() + &"?".repeat(20_000) + &"工?會".repeat(5000);
    let page = repair_page(&[&line, &marks]).expect("the damage is seen");
    assert!(page.lines[0].starts_with("新闻舆论工作的职责和使命"));
    assert!(page.lines[1].starts_with("请看日报"));
}

#[test]
fn lost_letters_are_counted() {
    let page = repair_page(&["锟斤拷锟斤拷工会锟斤拷"]).expect("the loss is seen");
    assert_eq!(page.lines, ["锟斤拷锟斤拷工会锟斤拷"]);
    assert_eq!((page.repairs[0].kind, page.repairs[0].count), (RepairKind::Lost, 3));
    assert_eq!(repair_page(&["“锟斤拷”是常见的乱码。"]), None);
}

#[test]
fn the_damaged_page_comes_back() {
    let Some(data) = data() else { return };
    let text = std::fs::read_to_string(data.join("pages/damaged-mirror-page.txt")).expect("the page can be read");
    let lines: Vec<&str> = text.lines().collect();
    let page = repair_page(&lines).expect("the damage is seen");
    assert_eq!(page.lines.len(), lines.len());
    assert_eq!(page.repairs.len(), 1);
    assert_eq!((page.repairs[0].kind, page.repairs[0].count), (RepairKind::Gloss, 335));
    assert!(page.repairs[0].confidence > 0.95);
    for expect in [
        "中工娱乐",
        "工人日报社评丨打好“联”字牌,扩大工会工作“协同网”“合作圈”",
        "来源:中工网-工人日报",
        "2025-01-15 07:02",
        "工人日报-中工网评论员 郭振纲",
        "联动开展、协同推进相关工作,工会自身的建设是重要前提。各级工会要加强干部的素质培养和能力提升,让工会干部愿干、能干、会干,干出成效,\
         要重视相关经验的研究和成果转化运用,要不断强化相关机制的建设和完善。",
        "近年来,随着新业态的迅猛发展,新就业形态方兴未艾。在做好新就业形态劳动者权益维护工作的同时,促进新业态健康发展,成为各级工会围绕中心、\
         服务大局,履行好基本职责的重要内容之一。陕西工会通过打好“联”字一张牌,立足地方实际,在破解新业态领域工会工作的难点、痛点、堵点方面探索出了\
         一些新做法,这些工作思路和实践路径为其他地方做好相关工作提供了参考。",
        "应该正视的是,工会组织承担着诸多使命任务,这当中有不少是靠“单打独斗”难以完成的。一方面,一些地方特别是经济相对落后的地区,工会的人力、\
         物力、财力等资源有限,要拓展工作领域和提升工作质效有较大难度;另一方面,不少与维护劳动者合法权益密切相关的领域,比如劳动纠纷化解、就业帮扶等,\
         更需要借助其他部门的力量共同推进。随着职工队伍构成的变化,职工群众的需求越来越多元化,急难愁盼问题有所增多且较为复杂,整合各方资源、\
         借助各方力量开展工作,更显重要和必要。",
        "新时代新征程,工会组织使命在肩、责任在肩。期待各级工会在加强和优化协同联动工作机制上下更大功夫、做更多努力,持续擦亮“工”字品牌,\
         全力当好职工“娘家人”、贴心人。",
        "责任编辑:肖天",
        "  • 中工网客户端",
        "    ? ? ? ?",
    ] {
        assert!(page.lines.iter().any(|line| line == expect), "{expect}");
    }
    let pinyin = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ";
    assert!(!page.lines.iter().any(|line| line.contains(|c| pinyin.contains(c))));
}

/// The number of articles whose repair is measured; `examples/repair_figures.rs` prints the whole table.
const ARTICLES: usize = 150;

/// Returns articles of the real data, as lines.
fn articles(data: &std::path::Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(data.join("scale/cctv.jsonl")).expect("the articles can be read");
    text.lines()
        .step_by(149)
        .take(ARTICLES)
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|article| {
            let title = article["title"].as_str()?.to_string();
            Some(std::iter::once(title).chain(article["body"].as_str()?.lines().map(str::to_string)).collect())
        })
        .collect()
}

#[test]
fn real_articles_come_back() {
    let Some(data) = data() else { return };
    let articles = articles(&data);
    let frequent = damage::frequent(articles.iter().flatten().map(String::as_str));
    use Marks::{Characters, Full, Half};
    for (size, tones, marks, least_whole, most_wrong) in [
        (60, Tones::Marked, Characters, 0.88, 0.0005),
        (60, Tones::None, Characters, 0.85, 0.0008),
        (400, Tones::Marked, Characters, 0.72, 0.001),
        (60, Tones::Marked, Half, 0.8, 0.0008),
        (60, Tones::Marked, Full, 0.8, 0.0008),
        (200, Tones::Marked, Full, 0.76, 0.0008),
    ] {
        let (mut whole, mut wrong, mut all, mut confidence) = (0, 0, 0, 0.0);
        for (number, article) in articles.iter().enumerate() {
            assert_eq!(repair(article), None, "undamaged text is left");
            let mirror = Mirror::random(&frequent, size, tones, true, false, number as u64 / 50 + 1);
            let mirror = Mirror { marks, ..mirror };
            let damaged: Vec<String> = article.iter().map(|line| damage(line, &mirror)).collect();
            let page = repair(&damaged);
            confidence += page.as_ref().map_or(0.0, |page| f64::from(page.repairs[0].confidence));
            let repaired = page.map_or(damaged, |page| page.lines);
            let mut is_whole = true;
            for (wanted, found) in article.iter().zip(&repaired) {
                let (wanted, found) = (fold(wanted), fold(found));
                all += wanted.chars().count();
                wrong += wanted.chars().zip(found.chars()).filter(|(a, b)| a != b).count();
                wrong += wanted.chars().count().abs_diff(found.chars().count());
                is_whole &= wanted == found;
            }
            whole += usize::from(is_whole);
        }
        let number = articles.len() as f64;
        let (whole, confidence, wrong) = (whole as f64 / number, confidence / number, wrong as f64 / all as f64);
        let row = format!("{size} {tones:?} {marks:?}");
        assert!(whole >= least_whole, "{row}: {whole:.3} of the articles whole");
        assert!(wrong <= most_wrong, "{row}: {wrong:.5} of the characters wrong");
        assert!((confidence - whole).abs() <= 0.1, "{row}: {confidence:.3} certain, {whole:.3} whole");
    }
}

#[test]
fn what_a_mark_cut_is_decided_by_words() {
    let frequent = damage::frequent(TEXT.iter().copied());
    for (kind, line) in [
        ("a word across the cut", "在上海合作组织的会议上，各国的代表谈到职工的权益。"),
        ("a word that ends in the cut", "会议要求大力保护劳动者的权益，开展就业援助和社保宣传。"),
        ("a full stop in the cut", "这项工作已经全部完成。基层工会要把服务送到职工的身边。"),
        ("a full stop in front of a title", "要做好生活物资的供应保障等。《通知》要求各地工会提前安排。"),
        ("a full stop in front of a quotation", "大家从四面八方赶来。“我们都是一家人。”"),
        ("behind a number", "全年的收入增长5.4%。海洋工业的职工人数达到3000。基层工会为他们服务。"),
        ("behind a mark", "他们明确告诉我们，海洋工业的职工已经达到三千人。"),
        ("the end of a line", "向全体职工致以节日的问候和美好的祝福。"),
        ("the last character of a sentence", "他们的生活有了保障，社会各方面都得到了实惠。"),
    ] {
        let text: Vec<String> = TEXT.iter().map(|line| line.to_string()).chain([line.to_string()]).collect();
        for marks in [Marks::Half, Marks::Full] {
            let mirror = Mirror { marks, ..Mirror::random(&frequent, 30, Tones::Marked, true, false, 3) };
            let damaged: Vec<String> = text.iter().map(|line| damage(line, &mirror)).collect();
            let page = repair(&damaged).unwrap_or_else(|| panic!("damage is not seen: {damaged:?}"));
            let found = page.lines.last().expect("the page has lines");
            assert_eq!(fold(found), fold(line), "{kind}, {marks:?}: {}", damaged[TEXT.len()]);
        }
    }
}

#[test]
fn a_row_of_question_marks_in_front_of_a_mark_is_lost_bytes() {
    // 海口，: the first byte of 海 is lost, ？ stands for the two bytes inside, and the second byte of 口 is lost.
    let page = repair_page(&[GLOSSED, "飛機返回(huí)???,乘客在那裏(lǐ)過了(le)一夜。"]).expect("the damage is seen");
    assert!(
        page.lines[1].starts_with("飞机返回") && page.lines[1].ends_with(",乘客在那里过了一夜。"),
        "{}",
        page.lines[1]
    );
    assert!(!page.lines[1].contains('?'), "{}", page.lines[1]);
    assert_eq!(page.uncertain[1], [4..6]);
    // Question marks of the author's own stay.
    let page = repair_page(&[GLOSSED, "這是真的嗎???大家都請(qǐng)看"]).expect("the damage is seen");
    assert_eq!(page.lines[1], "这是真的吗???大家都请看");
}

#[test]
fn what_a_copy_dropped_is_marked() {
    let Some(data) = data() else { return };
    let articles = articles(&data);
    let frequent = damage::frequent(articles.iter().flatten().map(String::as_str));
    let (mut lost, mut unmarked, mut all) = (0, 0, 0);
    for (number, article) in articles.iter().enumerate() {
        let mirror = Mirror::random(&frequent, 60, Tones::Marked, true, false, number as u64 / 10 + 1);
        let mirror = Mirror { decoder: Decoder::PrivateLost, ..mirror };
        let damaged: Vec<String> = article.iter().map(|line| damage(line, &mirror)).collect();
        let page = repair(&damaged).expect("the damage is seen");
        lost += page.repairs.iter().filter(|r| r.kind == RepairKind::Lost).map(|r| r.count).sum::<u32>();
        for (at, (wanted, found)) in article.iter().zip(&page.lines).enumerate() {
            let (wanted, found) = (fold(wanted), fold(found));
            all += wanted.chars().count();
            unmarked += usize::from(wanted != found && page.uncertain[at].is_empty());
        }
    }
    assert!(lost > 0, "nothing is lost");
    assert!(unmarked * 10_000 <= all * 2, "{unmarked} of {all} characters begin a line that is wrong and not marked");
}

/// A line with enough damage for its page to count as damaged.
const GLOSSED: &str = "山東省總?cè)涨俺雠_(tái)了請(qǐng)看日?qǐng)?bào)";

#[test]
fn cuts_at_the_bytes_of_punctuation_are_undone() {
    for (damaged, expect) in [
        ("工會(huì)的方向?;鶎庸\u{e63a}?huì)要把職工放在心上", "工会的方向。基层工会要把职工放在心上"),
        ("工會(huì)的方向?；鶎庸\u{e63a}?huì)要把職工放在心上", "工会的方向。基层工会要把职工放在心上"),
        ("各級(jí)工會(huì)請(qǐng)慶?！拔逡弧", "各级工会请庆祝“五一"),
    ] {
        let page = repair_page(&[GLOSSED, damaged]).unwrap_or_else(|| panic!("the damage is not seen: {damaged}"));
        assert!(page.lines[1].starts_with(expect), "{}", page.lines[1]);
    }
    // A copy has dropped the private-use character: the character at its place is a choice, and marked as such, or
    // lost.
    for damaged in ["工會(huì)的方向?;鶎庸?huì)要把職工放在心上", "他們的方向?;鶎庸?huì)要把職工放在心上"]
    {
        let page = repair_page(&[GLOSSED, damaged]).unwrap_or_else(|| panic!("the damage is not seen: {damaged}"));
        let line = &page.lines[1];
        assert!(line.contains("的方向。基层工会要把职工放在心上") || line.contains('\u{FFFD}'), "{line}");
        assert!(!page.uncertain[1].is_empty(), "{line}: {:?}", page.uncertain);
    }
    // A line without a gloss of its own, on a page that is damaged.
    let lines = [GLOSSED, "這是工作的方向?;鶎用總€單位都要知道"];
    let page = repair_page(&lines).expect("the damage is seen");
    assert!(page.lines[1].starts_with("这是工作的方向。基层"), "{}", page.lines[1]);
    // Genuine question marks before another punctuation mark stay.
    let lines = ["工人日?qǐng)?bào)社評(píng)請(qǐng)看", "他說,這是真的嗎?,大家都笑了", "為什么?(未完待續(xù))"];
    let page = repair_page(&lines).expect("the damage is seen");
    assert_eq!(page.lines[1], "他说,这是真的吗?,大家都笑了");
    assert_eq!(page.lines[2], "为什么?(未完待续)");
}

#[test]
fn few_glosses_that_come_again_and_again_are_a_script_s() {
    let lines = [
        "新興產(chǎn)業(yè)發展很快,傳統產(chǎn)業(yè)也要轉型,企業(yè)的職工現(xiàn)在都要學習新的技術。",
        "這個產(chǎn)業(yè)園有企業(yè)三百家,就業(yè)的人數現(xiàn)在達到五萬,從業(yè)人員還在增加。",
        "發展產(chǎn)業(yè)、穩定就業(yè)、服務企業(yè),工會現(xiàn)在要做的事很多,各行各業(yè)都要支持。",
    ];
    let page = repair_page(&lines).expect("the damage is seen");
    assert!(page.lines[0].starts_with("新兴产业发展很快,传统产业也要转型,企业的职工现在"), "{}", page.lines[0]);
    let pinyin = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ";
    assert!(!page.lines.iter().any(|line| line.contains(|c| pinyin.contains(c))));
}

#[test]
fn marks_that_cut_characters_are_a_script_s() {
    // No gloss cuts a character, and four characters in a hundred have one.
    let lines = [
        "習近(jìn)平向上海的論壇致賀信，各國的代表來(lái)到(dào)上(shàng)?：献鹘M織的會場，談到這些年來各地的變化。",
        "大家說，綠色發展是上(shàng)?：献鹘M織國家的共(gòng)識，近(jìn)幾(jǐ)十載人們一直堅持這樣做(zuò)下去(qù)。",
    ];
    let page = repair_page(&lines).expect("the damage is seen");
    assert!(page.lines.iter().all(|line| line.contains("上海合作组织")), "{:?}", page.lines);
}

#[test]
fn language_lessons_are_not_repaired() {
    let bilingual = [
        "他(tā)站(zhàn)着(zhe)。 He is standing.",
        "我(wǒ)看(kàn)着(zhe)他(tā)。 I am looking at him.",
        "门(mén)开(kāi)着(zhe)。 The door is open.",
        "他(tā)笑(xiào)着(zhe)说(shuō)话(huà)。 He spoke with a smile.",
        "我(wǒ)听(tīng)着(zhe)音乐(yuè)。 I am listening to music.",
        "他(tā)说(shuō)他(tā)看(kàn)着(zhe)门(mén)。 He said he was watching the door.",
    ];
    assert_eq!(repair_page(&bilingual), None);
    let twelve: Vec<&str> = bilingual.iter().cycle().take(36).copied().collect();
    assert_eq!(repair_page(&twelve), None);
}

#[test]
fn what_is_exact_is_not_uncertain() {
    let whole = "新聞?shì)浾摴ぷ鞯穆氊?zé)";
    let page = repair_page(&[whole]).expect("the damage is seen");
    assert_eq!(page.lines, ["新闻舆论工作的职责"]);
    assert!(page.uncertain.iter().all(Vec::is_empty), "{:?}", page.uncertain);
    assert!(page.repairs[0].confidence > 0.9, "{:?}", page.repairs);
}

#[test]
fn a_tag_that_lost_its_sign_is_a_tag_again() {
    let page = gongxun_text::repair::restore_tags("<p>工會(huì)的詳斍?/p><p>請(qǐng)看</p>").expect("a tag is lost");
    assert_eq!(page, "<p>工會(huì)的詳斍?</p><p>請(qǐng)看</p>");
}
