//! The weight of a character as evidence that a text is Chinese and was decoded correctly.

use std::sync::LazyLock;

/// Returns the weight of a character as evidence of Chinese text.
pub(super) fn weigh(c: char) -> f64 {
    match c {
        '、' | '。' | '，' | '“' | '”' | '：' | '《' | '》' | '（' | '）' | '？' | '！' | '；' | '\u{3000}' => {
            1.0
        }
        _ if is_common(c) => 1.0,
        '\u{4E00}'..='\u{9FFF}' => 0.1,
        '\u{FF00}'..='\u{FF5E}' | '\u{3000}'..='\u{301F}' | '\u{2010}'..='\u{203B}' | '\u{B7}' | '\u{D7}' => 0.5,
        '\u{A0}' => 0.0,
        '\u{3040}'..='\u{30FF}' => 0.1,
        '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{80}'..='\u{9F}' => -2.0,
        _ => -0.5,
    }
}

/// The commonest characters of Chinese news, simplified and traditional, about half of any text.
const COMMON: &str = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔际百改京九费区企农省县局职权益协调劳务监督法律服务全国人民中国工会职工代表组织活动中心委员干部群众企业单位改革创新社会经济发展技术保护生活就业工资社会保险安全生产建设记者责任编辑來個們這說時為對會後從國學過發經現動還進開無長機關業將兩間問重並應戰頭體見產員聲論處條係氣題爾別變總電數報結計務場區統許樣實認點種當與請話書門馬張難權思讓識觀導爭運際農縣職權協調勞監護險們當給車東設親語連錢錯隨陽陳萬葉號蓋見規視覽觸訂訊訴評試詳誌誠誤課誰調談論諸謂謝證識議護讀變讓豐負財責貨貧購費資質賽贊轉輕載辦農迅迎近返這週進遊達違遠適選遺還邊";

fn is_common(c: char) -> bool {
    const FIRST: usize = 0x4E00;
    static SET: LazyLock<[u64; 0x5200 / 64]> = LazyLock::new(|| {
        let mut set = [0; 0x5200 / 64];
        for c in COMMON.chars() {
            if let Some(word) = (c as usize).checked_sub(FIRST).and_then(|at| set.get_mut(at / 64)) {
                *word |= 1 << (c as usize % 64);
            }
        }
        set
    });
    let word = (c as usize).checked_sub(FIRST).and_then(|at| SET.get(at / 64)).copied().unwrap_or(0);
    word >> (c as usize % 64) & 1 == 1
}
