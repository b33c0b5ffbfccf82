//! Recognises personal names as bylines print them: 张三, 张 三, 张三李四, 欧阳修, 阿依古丽·买买提, and the Latin signatures of web
//! editors behind a label.

use std::collections::HashSet;
use std::sync::OnceLock;

use gongxun_text::fold::{fold_char, is_han};

/// Family names of one character, of nearly all people of China, Taiwan and Hong Kong.
const SURNAMES: &str = "卜王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭\
陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳\
翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪\
简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐\
冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈\
伏鹿薄邸雍辜羊阿乌要母郄禤訾蒯逄麴昝妫郏郦酆璩綦隗笪拜谯宓闾裘邰逯尧展亢赖洪岩肇雒闪鱼经竹濮宿幸洛励缑千茅巨生智苍但由操信鄂亓牧占撒桓酆危冶茹隆庆昌凤仉暴撖郗喜竺沃佐";
/// Family names of two characters.
const DOUBLE_SURNAMES: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯", "端木", "独孤",
    "南宫", "西门", "长孙", "宇文", "轩辕", "呼延", "闻人", "钟离", "申屠", "澹台", "拓跋", "范姜", "张简", "完颜",
];
/// Words of two to four characters in the place of a name that are no names.
const NO_NAMES: &[&str] = &[
    "佚名",
    "未知",
    "不详",
    "无名",
    "匿名",
    "本站",
    "本网",
    "本报",
    "本刊",
    "网络",
    "网站",
    "综合",
    "原创",
    "编辑",
    "记者",
    "整理",
    "责任",
    "转载",
    "来源",
    "作者",
    "编译",
    "实习",
    "通讯",
    "报道",
    "报导",
    "摄影",
    "文字",
    "图片",
    "时间",
    "发布",
    "供稿",
    "采写",
    "评论",
    "点击",
    "打印",
    "分享",
    "收藏",
    "字号",
    "字体",
    "推荐",
    "浏览",
    "关闭",
    "投稿",
    "纠错",
    "小编",
    "管理员",
    "本台",
    "本社",
    "特约",
    "见习",
    "首席",
    "采访",
    "采访报道",
    "新闻",
    "电话",
    "邮箱",
    "微博",
    "微信",
    "热线",
    "日期",
    "审核",
    "校对",
    "监制",
    "版式",
    "版面",
    "组版",
    "排版",
    "美编",
    "美术编辑",
    "视觉",
    "设计",
    "制图",
    "制作",
    "插图",
    "漫画",
    "海报",
    "剪辑",
    "后期",
    "配音",
    "播音",
    "统筹",
    "策划",
    "运营",
    "检查",
    "摘要",
    "导读",
    "正文",
    "视频",
    "论坛",
    "首页",
    "手机",
    "转发",
    "返回",
    "暂无",
    "无",
    "国际",
    "国内",
    "社会",
    "财经",
    "娱乐",
    "体育",
    "综合报道",
    "综合报导",
    "综合整理",
    "即时报道",
    "即时报导",
    "台北",
    "专题",
    "专栏",
    "频道",
    "中心",
    "更多",
    "全文",
    "全部",
    "标签",
    "关键词",
    "栏目",
    "查看",
    "参与",
    "全文完",
    "资料图",
    "资料图片",
    "网络整理",
    "网络综合",
    "来自网络",
    "源自网络",
    "连线",
    "连线报道",
    "连线报导",
    "专电",
    "特稿",
    "手记",
    "观察",
    "调查",
    "文章",
    "述评",
    "见闻",
    "来信",
    "专访",
    "探访",
    "日记",
    "札记",
    "快评",
    "时评",
    "论坛",
    "追踪",
    "获悉",
    "了解",
    "团队",
    "供图",
    "制图",
    "图源",
    "视觉中国",
    "东方",
    "人气",
    "来源于",
    "未署名",
    "系统管理",
    "系统管理员",
    "平台",
];
/// Words that no name without a family name contains: (记者日前获悉).
const NO_SYLLABLES: &str =
    "的了在是从今昨获悉解到于向被将已有不与为就说称这那该此者采访报道编注及等们可会要没什么由据按摄图文";
/// The number of the most common family names: two names without a blank between them begin with these.
const COMMON: usize = 220;
/// Last characters of the names of offices and outlets, not of people.
pub const OFFICES: &str = "网报社部组局院处厅台署司会站所室科团队";

/// The longest Latin signature that counts as a name, in characters.
const MAX_SIGNATURE: usize = 20;
/// The longest name without a dot and without a family name, in characters: 阿依古丽, 哈斯高娃, 巴雅尔图.
const MAX_SYLLABLES: usize = 5;
/// The longest name with a dot inside, in characters: 穆罕默德·本·萨勒曼.
const MAX_DOTTED: usize = 16;

/// The place of a possible name, which decides how much evidence it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Behind a label and a colon: pen names and signatures are accepted too.
    Labelled,
    /// In brackets, or in a line, with nothing but a title beside it: (记者 扎西次仁).
    Enclosed,
    /// Behind a title without a colon (记者 张三): only names that begin with a family name.
    Bare,
}

/// Returns the names in one run of text without blanks; none if it holds anything else.
pub fn read(token: &str, place: Place) -> Vec<String> {
    let chars: Vec<char> = token.chars().collect();
    let folded: Vec<char> = chars.iter().map(|c| fold_char(*c)).collect();
    if chars.is_empty() {
        return Vec::new();
    }
    let one = || vec![token.to_string()];
    if folded.iter().any(|c| is_dot(*c)) {
        let parts_fit =
            folded.split(|c| is_dot(*c)).all(|p| !p.is_empty() && p.iter().all(|c| is_han(*c) || c.is_alphabetic()));
        return if parts_fit && (3..=MAX_DOTTED).contains(&chars.len()) { one() } else { Vec::new() };
    }
    if !folded.iter().all(|c| is_han(*c)) {
        let signature = chars.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '\''))
            && chars.iter().any(|c| c.is_ascii_alphanumeric())
            && (2..=MAX_SIGNATURE).contains(&chars.len());
        return if place == Place::Labelled && signature { one() } else { Vec::new() };
    }
    let word: String = folded.iter().collect();
    if NO_NAMES.contains(&word.as_str()) {
        return Vec::new();
    }
    let surname = surname_length(&folded);
    match chars.len() {
        2 if place == Place::Labelled || surname == 1 => one(),
        // 都市报 is an office, whatever it begins with.
        3 if surname > 0 && matches!(folded[2], '报' | '网' | '厅' | '局' | '署' | '刊') => Vec::new(),
        3 if surname > 0 => one(),
        2..=MAX_SYLLABLES if place == Place::Enclosed && chars.len() < 4 => {
            syllables(&folded).then(one).unwrap_or_default()
        }
        3 if place == Place::Labelled && !OFFICES.contains(folded[2]) => one(),
        4 if surname == 2 => one(),
        2 | 3 => Vec::new(),
        4.. => {
            let several = split(&chars, &folded);
            let whole = match place {
                Place::Labelled => chars.len() == 4 && !OFFICES.contains(folded[3]),
                Place::Enclosed => chars.len() <= MAX_SYLLABLES && syllables(&folded),
                Place::Bare => false,
            };
            if several.is_empty() && whole { one() } else { several }
        }
        _ => Vec::new(),
    }
}

/// Whether characters may be a name by its sound: 扎西次仁, 阿依古丽.
fn syllables(folded: &[char]) -> bool {
    folded.iter().all(|c| !NO_SYLLABLES.contains(*c)) && folded.last().is_some_and(|c| !OFFICES.contains(*c))
}

/// Places whose names stand right behind a reporter's: 记者张三台北报道.
const PLACES: &[&str] = &[
    "台北",
    "新北",
    "台中",
    "台南",
    "高雄",
    "桃园",
    "新竹",
    "基隆",
    "嘉义",
    "屏东",
    "花莲",
    "台东",
    "宜兰",
    "苗栗",
    "彰化",
    "南投",
    "云林",
    "澎湖",
    "金门",
    "马祖",
    "台湾",
    "香港",
    "澳门",
    "北京",
    "上海",
    "天津",
    "重庆",
    "广州",
    "深圳",
    "南京",
    "杭州",
    "武汉",
    "成都",
    "西安",
    "长沙",
    "郑州",
    "济南",
    "青岛",
    "沈阳",
    "大连",
    "长春",
    "哈尔滨",
    "石家庄",
    "太原",
    "呼和浩特",
    "合肥",
    "福州",
    "厦门",
    "南昌",
    "南宁",
    "海口",
    "贵阳",
    "昆明",
    "拉萨",
    "兰州",
    "西宁",
    "银川",
    "乌鲁木齐",
    "苏州",
    "宁波",
    "华盛顿",
    "纽约",
    "伦敦",
    "巴黎",
    "东京",
    "首尔",
    "莫斯科",
    "日内瓦",
    "综合",
    "采访",
    "即时",
    "专题",
    "现场",
    "报道",
    "报导",
    "采写",
    "整理",
    "摄影",
    "撰文",
    "编译",
    "文",
    "图",
    "摄",
];

/// Returns the names at the beginning of a token that continues with a place or a verb: 张三台北报道.
pub fn before_place(token: &str) -> Vec<String> {
    let folded: Vec<char> = token.chars().map(fold_char).collect();
    for at in (2..folded.len()).rev() {
        let rest = &folded[at..];
        if PLACES.iter().any(|p| {
            rest.len() >= p.chars().count() && p.chars().map(fold_char).eq(rest[..p.chars().count()].iter().copied())
        }) {
            let head: String = token.chars().take(at).collect();
            let names = read(&head, Place::Bare);
            if !names.is_empty() {
                return names;
            }
        }
    }
    Vec::new()
}

/// Whether a token is the number of an editor in the office: PK155, NF4425, 8821.
pub fn is_staff_code(token: &str) -> bool {
    let letters = token.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = &token[letters..];
    letters <= 5 && (2..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Returns a name without the number that is joined to it: 苏晴 of 苏晴_NF4425, 苏晴 of 苏晴PK155.
pub fn without_staff_code(token: &str) -> &str {
    let han: usize = token.chars().take_while(|c| is_han(*c)).map(char::len_utf8).sum();
    let code = token[han..].trim_start_matches(['_', '-', '.']);
    if han > 0 && (is_staff_code(code) || token[han..].starts_with('_')) { &token[..han] } else { token }
}

/// Whether a token is a word of a Latin name: Demi, O'Brien, J.
pub fn is_latin_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_uppercase())
        && token.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'\'' | b'.' | b'-'))
        && (token.bytes().any(|b| b.is_ascii_lowercase()) || token.len() <= 2)
}

/// Whether a token is the name of an organisation that can have written an article: 岚州市总工会.
pub fn is_organisation(token: &str) -> bool {
    const ENDS: &[&str] = &[
        "工会",
        "委员会",
        "联合会",
        "协会",
        "学会",
        "研究会",
        "商会",
        "基金会",
        "促进会",
        "办公室",
        "编辑部",
        "评论部",
        "研究所",
        "研究院",
        "研究中心",
        "服务中心",
        "法院",
        "检察院",
        "公安局",
        "课题组",
        "调研组",
        "写作组",
        "调查组",
        "大学",
        "学院",
        "集团",
        "公司",
        "公会",
        "总会",
        "党委",
        "团委",
        "纪委",
        "市委",
        "省委",
        "政府",
        "厅",
        "局",
        "联社",
        "合作社",
        "律师事务所",
        "宣传部",
        "组织部",
        "统战部",
        "人社部",
        "中心",
    ];
    let folded: String = token.chars().map(fold_char).collect();
    let letters = folded.chars().count();
    (4..=24).contains(&letters)
        && folded.chars().all(|c| is_han(c) || c.is_ascii_digit())
        && !folded.starts_with("本")
        && ENDS.iter().any(|end| folded.ends_with(end))
}

/// Whether a line names the signatory of a document: an organisation, by its last character, or an office and a name.
pub fn is_signer(text: &str) -> bool {
    const OFFICES: &[&str] =
        &["主席", "总理", "部长", "局长", "主任", "会长", "院长", "厅长", "省长", "市长", "县长", "校长"];
    let letters = text.chars().count();
    let last = text.chars().next_back().map(fold_char);
    // 中华人民共和国主席　习近平: an office and its holder.
    if let Some((office, name)) = text.rsplit_once(char::is_whitespace) {
        let office: String = office.trim_end().chars().map(fold_char).collect();
        if OFFICES.iter().any(|end| office.ends_with(end)) && !read(name, Place::Bare).is_empty() {
            return true;
        }
    }
    (4..=30).contains(&letters)
        && text.chars().all(|c| is_han(fold_char(c)) || c.is_whitespace() || matches!(c, '（' | '）'))
        && last.is_some_and(|c| "会局部委院办厅组司府团社处心校".contains(c))
}

/// Whether a name ends as those of places do: 江苏省.
pub fn is_place(token: &str) -> bool {
    token.chars().next_back().map(fold_char).is_some_and(|c| "省市县区州镇乡村".contains(c))
}

/// Whether a character is a dot inside transcribed names.
pub fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '・' | '‧' | '﹒' | '●')
}

/// Returns the length of the family name that the characters begin with, 2 or 1, or 0 if they begin with none.
fn surname_length(folded: &[char]) -> usize {
    static SINGLE: OnceLock<HashSet<char>> = OnceLock::new();
    let single = SINGLE.get_or_init(|| SURNAMES.chars().filter(|c| !c.is_whitespace()).map(fold_char).collect());
    if folded.len() >= 3 {
        let double = |s: &&str| s.chars().map(fold_char).eq(folded[..2].iter().copied());
        if DOUBLE_SURNAMES.iter().any(double) {
            return 2;
        }
    }
    usize::from(folded.first().is_some_and(|c| single.contains(c)))
}

/// Whether a character is one of the family names that nearly all people share.
fn is_common(surname: char) -> bool {
    static FIRST: OnceLock<HashSet<char>> = OnceLock::new();
    let first = || SURNAMES.chars().filter(|c| !c.is_whitespace()).take(COMMON).map(fold_char).collect();
    FIRST.get_or_init(first).contains(&surname)
}

/// Splits several names without a blank between them: 彭晗侯婷婷. Each has three characters or two; the first split that
/// fits counts.
fn split(chars: &[char], folded: &[char]) -> Vec<String> {
    const LONGEST: usize = 16;
    if chars.len() > LONGEST {
        return Vec::new();
    }
    // ways[i]: the length of the last name of a split of the first i characters, 0 for none.
    let mut ways = vec![0usize; chars.len() + 1];
    for end in 2..=chars.len() {
        for len in [3, 2, 4] {
            let Some(start) = end.checked_sub(len) else { continue };
            let name = &folded[start..end];
            let word: String = name.iter().collect();
            let fits = match surname_length(name) {
                2 => len >= 3,
                1 => len <= 3,
                _ => false,
            };
            if fits && (start == 0 || ways[start] > 0) && !NO_NAMES.contains(&word.as_str()) {
                ways[end] = len;
                break;
            }
        }
    }
    // 阿依古丽 is one name, 张三李四 are two: of four characters, both family names must be common ones.
    if chars.len() == 4 && ways[4] == 2 && !(is_common(folded[0]) && is_common(folded[2])) {
        return Vec::new();
    }
    let mut names = Vec::new();
    let mut end = chars.len();
    while end > 0 {
        if ways[end] == 0 {
            return Vec::new();
        }
        names.push(chars[end - ways[end]..end].iter().collect());
        end -= ways[end];
    }
    names.reverse();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_words() {
        for (token, place, expect) in [
            ("张三", Place::Bare, "张三"),
            ("彭晗侯婷婷", Place::Bare, "彭晗 侯婷婷"),
            ("張三李四", Place::Bare, "張三 李四"),
            ("欧阳修远", Place::Bare, "欧阳修远"),
            ("阿依古丽·买买提", Place::Bare, "阿依古丽·买买提"),
            ("漩矶", Place::Labelled, "漩矶"),
            ("xinht", Place::Labelled, "xinht"),
            ("扎西次仁", Place::Enclosed, "扎西次仁"),
            ("阿依古丽", Place::Enclosed, "阿依古丽"),
            ("阿依古丽", Place::Labelled, "阿依古丽"),
            ("哈斯高娃", Place::Enclosed, "哈斯高娃"),
            ("郄建荣", Place::Bare, "郄建荣"),
            ("日前获悉", Place::Enclosed, ""),
            ("从会议上获悉", Place::Enclosed, ""),
            ("工会网", Place::Enclosed, ""),
            ("全文完", Place::Bare, ""),
            ("漩矶", Place::Bare, ""),
            ("佚名", Place::Labelled, ""),
            ("新华网", Place::Labelled, ""),
            ("从会议上获悉", Place::Bare, ""),
            ("xinht", Place::Bare, ""),
        ] {
            assert_eq!(read(token, place).join(" "), expect, "{token}");
        }
    }
}
