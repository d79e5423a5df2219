//! Names → slugs: takes any text, gives a path segment that is never empty.
//!
//! Knows nothing of paths or sites: two names with one slug are the site's to report.

use super::text::is_han;
use crate::config::SlugStyle;
use deunicode::deunicode_char;
use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest slug in bytes; file systems allow 255 for a name, and `.html` or a suffix follows.
const LONGEST: usize = 120;

/// Makes a slug. The same text always gives the same slug.
pub fn slug(text: &str, style: SlugStyle) -> String {
    let normal: String = text.nfc().collect();
    let named = name_symbols(&normal);
    let mut slug = Slug::default();
    match style {
        SlugStyle::Unicode => {
            for c in named.chars() {
                // The soft hyphen, joiners and other marks without a shape of their own.
                if matches!(
                    c,
                    '\'' | '’' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}'
                ) {
                    continue;
                }
                if c.is_alphanumeric() || is_combining_mark(c) {
                    slug.push_lower(c);
                } else {
                    slug.separate();
                }
            }
        }
        SlugStyle::Pinyin => pinyin(&named, &mut slug),
        SlugStyle::Ascii => {
            for c in named.chars() {
                transliterate(c, &mut slug);
            }
        }
    }
    let made = slug.text;
    if made.is_empty() {
        return format!("x{}", short_hash(text));
    }
    if made.len() <= LONGEST {
        return made;
    }
    let hash = short_hash(text);
    let mut end = LONGEST - hash.len() - 1;
    while !made.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{hash}", made[..end].trim_end_matches('-'))
}

/// A slug in the making: separators are written only between two characters.
#[derive(Default)]
struct Slug {
    text: String,
    pending: bool,
}

impl Slug {
    fn separate(&mut self) {
        self.pending = true;
    }

    fn push(&mut self, c: char) {
        if self.pending && !self.text.is_empty() {
            self.text.push('-');
        }
        self.pending = false;
        self.text.push(c);
    }

    fn push_lower(&mut self, c: char) {
        for c in c.to_lowercase() {
            self.push(c);
        }
    }

    fn push_ascii(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                self.push(c.to_ascii_lowercase());
            } else if c != '\'' {
                self.separate();
            }
        }
    }

    fn push_word(&mut self, word: &str) {
        self.separate();
        self.push_ascii(word);
        self.separate();
    }
}

/// Writes out the symbols that tell names such as C, C++, C#, F# and .NET apart.
fn name_symbols(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let behind_name = previous.is_ascii_alphanumeric() || (previous == c && c == '+');
        match c {
            '+' if behind_name && !next.is_alphanumeric() => out.push_str(" plus "),
            '#' if previous.is_ascii_alphabetic() && !next.is_alphanumeric() => {
                out.push_str(" sharp ");
            }
            '.' if !previous.is_alphanumeric()
                && next.is_ascii_alphabetic()
                && out.trim().is_empty() =>
            {
                out.push_str("dot ");
            }
            c => out.push(c),
        }
        previous = c;
    }
    out
}

/// Han as pinyin syllables, words of known reading first; other scripts transliterated.
fn pinyin(text: &str, slug: &mut Slug) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if is_han(c) {
            if let Some((word, reading)) = known_word(rest) {
                slug.push_word(reading);
                rest = &rest[word.len()..];
                continue;
            }
            match c.to_pinyin() {
                // `plain` writes ü as it is; the usual ASCII spelling is v.
                Some(syllable) => slug.push_word(&syllable.plain().replace('ü', "v")),
                None => transliterate(c, slug),
            }
        } else {
            transliterate(c, slug);
        }
        rest = &rest[c.len_utf8()..];
    }
}

fn transliterate(c: char, slug: &mut Slug) {
    if c.is_ascii() {
        let mut buffer = [0; 4];
        slug.push_ascii(c.encode_utf8(&mut buffer));
        return;
    }
    // Russian letters have customary spellings that the general table misses.
    let cyrillic = match c {
        'ё' | 'Ё' => Some("yo"),
        'ъ' | 'Ъ' | 'ь' | 'Ь' => Some(""),
        'х' | 'Х' => Some("kh"),
        'щ' | 'Щ' => Some("shch"),
        'й' | 'Й' => Some("y"),
        'э' | 'Э' => Some("e"),
        _ => None,
    };
    if let Some(text) = cyrillic {
        slug.push_ascii(text);
        return;
    }
    if !c.is_alphanumeric() && !is_combining_mark(c) {
        // An emoji or symbol has a name in the table, and nobody wants it in an address.
        slug.separate();
        return;
    }
    match deunicode_char(c) {
        Some(text) if is_han(c) => slug.push_word(text),
        Some(text) => slug.push_ascii(text),
        None => slug.separate(),
    }
}

/// The longest word of the table that the text begins with.
fn known_word(text: &str) -> Option<(&'static str, &'static str)> {
    WORDS
        .iter()
        .filter(|(word, _)| text.starts_with(word))
        .max_by_key(|(word, _)| word.len())
        .copied()
}

fn short_hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..8].to_owned()
}

/// Words in which a character is not read as it mostly is. Places and the vocabulary of work
/// come first to mind here: the pages are about cities, companies and jobs.
const WORDS: &[(&str, &str)] = &[
    // places
    ("重庆", "chong qing"),
    ("重慶", "chong qing"),
    ("长沙", "chang sha"),
    ("長沙", "chang sha"),
    ("长春", "chang chun"),
    ("長春", "chang chun"),
    ("厦门", "xia men"),
    ("廈門", "xia men"),
    ("长安", "chang an"),
    ("長安", "chang an"),
    ("长江", "chang jiang"),
    ("長江", "chang jiang"),
    ("长城", "chang cheng"),
    ("長城", "chang cheng"),
    ("长三角", "chang san jiao"),
    ("長三角", "chang san jiao"),
    ("长治", "chang zhi"),
    ("长宁", "chang ning"),
    ("成都", "cheng du"),
    ("首都", "shou du"),
    ("蚌埠", "beng bu"),
    ("六安", "lu an"),
    ("台州", "tai zhou"),
    ("朝阳", "chao yang"),
    ("朝陽", "chao yang"),
    ("番禺", "pan yu"),
    ("东莞", "dong guan"),
    ("東莞", "dong guan"),
    ("大厦", "da sha"),
    ("大廈", "da sha"),
    ("深圳", "shen zhen"),
    ("乐山", "le shan"),
    ("乐清", "yue qing"),
    ("曲阜", "qu fu"),
    ("丽水", "li shui"),
    ("单县", "shan xian"),
    ("西藏", "xi zang"),
    ("吐蕃", "tu bo"),
    ("大理", "da li"),
    ("会稽", "kuai ji"),
    ("浦东", "pu dong"),
    ("尉犁", "yu li"),
    ("铅山", "yan shan"),
    ("泌阳", "bi yang"),
    ("亳州", "bo zhou"),
    ("洪洞", "hong tong"),
    ("燕郊", "yan jiao"),
    ("涪陵", "fu ling"),
    ("什邡", "shi fang"),
    ("郫都", "pi du"),
    // money and firms
    ("银行", "yin hang"),
    ("銀行", "yin hang"),
    ("央行", "yang hang"),
    ("行业", "hang ye"),
    ("行業", "hang ye"),
    ("同行", "tong hang"),
    ("行情", "hang qing"),
    ("行家", "hang jia"),
    ("商行", "shang hang"),
    ("支行", "zhi hang"),
    ("分行", "fen hang"),
    ("招行", "zhao hang"),
    ("建行", "jian hang"),
    ("农行", "nong hang"),
    ("工行", "gong hang"),
    ("中行", "zhong hang"),
    ("跨行", "kua hang"),
    ("转行", "zhuan hang"),
    ("各行各业", "ge hang ge ye"),
    ("一行", "yi hang"),
    ("行列", "hang lie"),
    ("行长", "hang zhang"),
    ("会计", "kuai ji"),
    ("會計", "kuai ji"),
    ("财会", "cai kuai"),
    ("单于", "chan yu"),
    // growth, heads
    ("成长", "cheng zhang"),
    ("成長", "cheng zhang"),
    ("增长", "zeng zhang"),
    ("增長", "zeng zhang"),
    ("生长", "sheng zhang"),
    ("生長", "sheng zhang"),
    ("市长", "shi zhang"),
    ("市長", "shi zhang"),
    ("校长", "xiao zhang"),
    ("校長", "xiao zhang"),
    ("家长", "jia zhang"),
    ("家長", "jia zhang"),
    ("董事长", "dong shi zhang"),
    ("董事長", "dong shi zhang"),
    ("部长", "bu zhang"),
    ("部長", "bu zhang"),
    ("组长", "zu zhang"),
    ("局长", "ju zhang"),
    ("处长", "chu zhang"),
    ("队长", "dui zhang"),
    ("船长", "chuan zhang"),
    ("院长", "yuan zhang"),
    ("社长", "she zhang"),
    ("会长", "hui zhang"),
    ("长大", "zhang da"),
    ("长辈", "zhang bei"),
    ("学长", "xue zhang"),
    ("班长", "ban zhang"),
    ("店长", "dian zhang"),
    ("厂长", "chang zhang"),
    ("特长", "te chang"),
    ("长期", "chang qi"),
    ("长度", "chang du"),
    ("长远", "chang yuan"),
    // again, important
    ("重新", "chong xin"),
    ("重复", "chong fu"),
    ("重複", "chong fu"),
    ("重构", "chong gou"),
    ("重構", "chong gou"),
    ("重启", "chong qi"),
    ("重啟", "chong qi"),
    ("重置", "chong zhi"),
    ("重装", "chong zhuang"),
    ("重写", "chong xie"),
    ("重载", "chong zai"),
    ("重名", "chong ming"),
    ("重叠", "chong die"),
    ("重返", "chong fan"),
    ("重逢", "chong feng"),
    ("重阳", "chong yang"),
    ("重回", "chong hui"),
    ("重试", "chong shi"),
    ("重组", "chong zu"),
    ("重建", "chong jian"),
    ("重要", "zhong yao"),
    // music, others
    ("音乐", "yin yue"),
    ("音樂", "yin yue"),
    ("乐队", "yue dui"),
    ("樂隊", "yue dui"),
    ("乐器", "yue qi"),
    ("乐谱", "yue pu"),
    ("调查", "diao cha"),
    ("調查", "diao cha"),
    ("调研", "diao yan"),
    ("調研", "diao yan"),
    ("调用", "diao yong"),
    ("調用", "diao yong"),
    ("调度", "diao du"),
    ("調度", "diao du"),
    ("调动", "diao dong"),
    ("调试", "tiao shi"),
    ("调整", "tiao zheng"),
    ("调岗", "diao gang"),
    ("参差", "cen ci"),
    ("人参", "ren shen"),
    ("出差", "chu chai"),
    ("差旅", "chai lv"),
    ("差事", "chai shi"),
    ("当铺", "dang pu"),
    ("便宜", "pian yi"),
    ("便利", "bian li"),
    ("数据", "shu ju"),
    ("传记", "zhuan ji"),
    ("自传", "zi zhuan"),
    ("教书", "jiao shu"),
    ("率领", "shuai ling"),
    ("效率", "xiao lv"),
    ("利率", "li lv"),
    ("税率", "shui lv"),
    ("频率", "pin lv"),
    ("概率", "gai lv"),
    ("比率", "bi lv"),
    ("汇率", "hui lv"),
    ("匯率", "hui lv"),
    ("解析", "jie xi"),
    ("解数", "xie shu"),
    ("都市", "du shi"),
    ("都会", "du hui"),
    ("还款", "huan kuan"),
    ("归还", "gui huan"),
    ("还原", "huan yuan"),
    ("偿还", "chang huan"),
    ("藏品", "cang pin"),
    ("宝藏", "bao zang"),
    ("角色", "jue se"),
    ("主角", "zhu jue"),
    ("血液", "xue ye"),
    ("模样", "mu yang"),
    ("模板", "mu ban"),
    ("模具", "mu ju"),
    ("模型", "mo xing"),
    ("处理", "chu li"),
    ("处分", "chu fen"),
    ("好处", "hao chu"),
    ("到处", "dao chu"),
    ("办事处", "ban shi chu"),
    ("爱好", "ai hao"),
    ("称职", "chen zhi"),
    ("对称", "dui chen"),
    ("职称", "zhi cheng"),
    ("少年", "shao nian"),
    ("青少年", "qing shao nian"),
    ("只身", "zhi shen"),
    ("船只", "chuan zhi"),
    ("朝代", "chao dai"),
    ("王朝", "wang chao"),
    ("给予", "ji yu"),
    ("供给", "gong ji"),
    ("自给", "zi ji"),
    ("省份", "sheng fen"),
    ("反省", "fan xing"),
    ("降落", "jiang luo"),
    ("投降", "tou xiang"),
    ("强迫", "qiang po"),
    ("勉强", "mian qiang"),
    ("似的", "shi de"),
    ("扫帚", "sao zhou"),
    ("削减", "xue jian"),
    ("剥削", "bo xue"),
    ("咖啡", "ka fei"),
    ("系统", "xi tong"),
    ("系鞋带", "ji xie dai"),
    ("会议", "hui yi"),
    ("地方", "di fang"),
    ("目的", "mu di"),
    ("的士", "di shi"),
    ("打的", "da di"),
    ("了解", "liao jie"),
    ("了不起", "liao bu qi"),
    ("着陆", "zhuo lu"),
    ("着手", "zhuo shou"),
    ("着力", "zhuo li"),
    ("着重", "zhuo zhong"),
    ("着急", "zhao ji"),
    ("得到", "de dao"),
    ("觉得", "jue de"),
    ("睡觉", "shui jiao"),
    ("午觉", "wu jiao"),
    ("公差", "gong chai"),
    ("炸鸡", "zha ji"),
    ("曾经", "ceng jing"),
    ("占有", "zhan you"),
    ("强大", "qiang da"),
    ("宁可", "ning ke"),
    ("将领", "jiang ling"),
    ("空闲", "kong xian"),
    ("弹性", "tan xing"),
    ("弹药", "dan yao"),
    ("分量", "fen liang"),
    ("重量", "zhong liang"),
    ("测量", "ce liang"),
    ("转载", "zhuan zai"),
    ("下载", "xia zai"),
    ("记载", "ji zai"),
    ("五行", "wu xing"),
    ("相机", "xiang ji"),
    ("首相", "shou xiang"),
    ("应届", "ying jie"),
    ("应聘", "ying pin"),
    ("应用", "ying yong"),
    ("干部", "gan bu"),
    ("骨干", "gu gan"),
    ("干活", "gan huo"),
    ("石油", "shi you"),
    ("万石", "wan dan"),
    ("种植", "zhong zhi"),
    ("兴趣", "xing qu"),
    ("高兴", "gao xing"),
    ("振兴", "zhen xing"),
    ("切实", "qie shi"),
    ("一切", "yi qie"),
    ("提供", "ti gong"),
    ("供应", "gong ying"),
    ("中奖", "zhong jiang"),
    ("命中", "ming zhong"),
    ("看中", "kan zhong"),
    ("校对", "jiao dui"),
    ("校验", "jiao yan"),
    ("校准", "jiao zhun"),
    ("量化", "liang hua"),
    ("冠军", "guan jun"),
    ("观察", "guan cha"),
    ("倒闭", "dao bi"),
    ("朴素", "pu su"),
    ("没收", "mo shou"),
    ("埋怨", "man yuan"),
    ("卡车", "ka che"),
    ("关卡", "guan qia"),
    ("粘贴", "zhan tie"),
    ("累计", "lei ji"),
    ("积累", "ji lei"),
];

#[cfg(test)]
mod tests {
    use super::slug;
    use crate::config::SlugStyle::{Ascii, Pinyin, Unicode};
    use proptest::prelude::{any, proptest};
    use std::collections::BTreeSet;

    #[test]
    fn letters_of_every_script_stay() {
        for (text, wanted) in [
            ("Hello, World!", "hello-world"),
            ("重庆银行", "重庆银行"),
            ("【译】Rust 异步：入门", "译-rust-异步-入门"),
            ("Ёлка и Йод", "ёлка-и-йод"),
            ("Don't Panic", "dont-panic"),
            ("HTTP/2", "http-2"),
            ("cafe\u{301}", "café"),
            ("अनुच्छेद", "अनुच्छेद"),
            ("İstanbul", "i̇stanbul"),
            ("a---b__c", "a-b-c"),
        ] {
            assert_eq!(slug(text, Unicode), wanted, "{text}");
        }
    }

    #[test]
    fn names_that_differ_in_a_symbol_have_different_readable_slugs() {
        for (text, wanted) in [
            ("C", "c"),
            ("C++", "c-plus-plus"),
            ("C#", "c-sharp"),
            ("F# 入门", "f-sharp-入门"),
            ("C++ & C#", "c-plus-plus-c-sharp"),
            (".NET", "dot-net"),
            ("a+b", "a-b"),
            ("Issue #12", "issue-12"),
        ] {
            assert_eq!(slug(text, Unicode), wanted, "{text}");
        }
    }

    #[test]
    fn pinyin_knows_words_with_a_reading_of_their_own() {
        for (text, wanted) in [
            ("重庆银行", "chong-qing-yin-hang"),
            ("长沙", "chang-sha"),
            ("厦门的行业", "xia-men-de-hang-ye"),
            ("成长", "cheng-zhang"),
            ("音乐会", "yin-yue-hui"),
            ("会计", "kuai-ji"),
            ("重要", "zhong-yao"),
            ("重新开始", "chong-xin-kai-shi"),
            ("绿色利率", "lv-se-li-lv"),
            ("长春长大", "chang-chun-zhang-da"),
            ("董事长", "dong-shi-zhang"),
            ("Rust语言", "rust-yu-yan"),
            ("Работа в городе", "rabota-v-gorode"),
        ] {
            assert_eq!(slug(text, Pinyin), wanted, "{text}");
        }
    }

    #[test]
    fn ascii_transliterates_everything() {
        for (text, wanted) in [
            ("Дорога домой", "doroga-domoy"),
            ("Café Müller", "cafe-muller"),
            ("北京", "bei-jing"),
        ] {
            assert_eq!(slug(text, Ascii), wanted, "{text}");
        }
    }

    #[test]
    fn a_slug_is_never_empty_and_never_too_long() {
        let smile = slug(";)", Unicode);
        assert!(smile.starts_with('x') && smile.len() == 9, "{smile}");
        assert_ne!(smile, slug(":)", Unicode));
        let long = "很长的标题".repeat(40);
        let cut = slug(&long, Unicode);
        assert!(cut.len() <= 120 && cut.starts_with("很长的标题"), "{cut}");
        assert_ne!(cut, slug(&format!("{long}二"), Unicode));
    }

    #[test]
    fn the_table_of_readings_has_each_word_once() {
        let words: BTreeSet<_> = super::WORDS.iter().map(|(word, _)| word).collect();
        assert_eq!(words.len(), super::WORDS.len());
        for (word, reading) in super::WORDS {
            assert_eq!(word.chars().count(), reading.split(' ').count(), "{word}");
        }
    }

    proptest! {
        #[test]
        fn every_text_has_a_clean_slug(text in any::<String>()) {
            for style in [Unicode, Pinyin, Ascii] {
                let made = slug(&text, style);
                assert!(!made.is_empty() && made.len() <= 120, "{made}");
                assert!(!made.starts_with('-') && !made.ends_with('-') && !made.contains("--"));
                assert!(!made.contains(['/', '\\', '.', '%', '?', '#', ' ']));
                assert_eq!(made, slug(&text, style));
            }
        }
    }
}
