//! How platforms count a text: takes a text and a unit, gives how many.
//!
//! Knows the five units that the platforms use, and how two of them (X's and Mastodon's) see
//! links and mentions. Knows nothing of limits and marks. Where a platform's rule cannot be
//! known for sure, the count is never too small: a text that fits here fits there.

use serde::Serialize;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// What a platform counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode code points.
    CodePoints,
    /// UTF-16 code units.
    Utf16,
    /// Extended grapheme clusters.
    Graphemes,
    /// X's weights: most of Latin and Cyrillic one, all else two, any link 23.
    XWeight,
    /// Graphemes, with every link as so many and mentions without their host (Mastodon).
    Mastodon {
        /// What a link counts.
        link: usize,
    },
}

/// How many units a text has.
pub fn count(text: &str, unit: Unit) -> usize {
    match unit {
        Unit::Bytes => text.len(),
        Unit::CodePoints => text.chars().count(),
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Graphemes => text.graphemes(true).count(),
        Unit::XWeight => x_weight(text),
        Unit::Mastodon { link } => mastodon_len(text, link),
    }
}

/// What X counts for any link.
const X_LINK: usize = 23;

/// X's weight of a text: after composition (NFC), with links, also bare domains, as 23 and an
/// emoji of however many characters as two.
fn x_weight(text: &str) -> usize {
    let text: String = text.nfc().collect();
    let mut weight = 0;
    let mut from = 0;
    for link in links(&text, true) {
        weight += weigh(&text[from..link.range.start]);
        let written = weigh(&text[link.range.clone()]);
        weight += if link.certain {
            X_LINK
        } else {
            X_LINK.max(written)
        };
        from = link.range.end;
    }
    weight + weigh(&text[from..])
}

fn weigh(text: &str) -> usize {
    let weight = |cluster: &str| {
        if is_emoji(cluster) {
            return 2;
        }
        cluster
            .chars()
            .map(|c| match u32::from(c) {
                0..=0x10FF | 0x2000..=0x200D | 0x2010..=0x201F | 0x2032..=0x2037 => 1,
                _ => 2,
            })
            .sum()
    };
    text.graphemes(true).map(weight).sum()
}

/// Whether a cluster of several characters is one emoji: a flag, a keycap, a sequence.
fn is_emoji(cluster: &str) -> bool {
    let mut chars = cluster.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    let rest = chars.as_str();
    let keycap = matches!(first, '0'..='9' | '#' | '*');
    if rest.is_empty() || (keycap && !rest.ends_with('\u{20e3}')) {
        return false;
    }
    (keycap || is_pictograph(first))
        && rest.chars().all(|c| {
            is_pictograph(c)
                || matches!(
                    c,
                    '\u{fe0f}' | '\u{200d}' | '\u{20e3}' | '\u{e0020}'..='\u{e007f}'
                )
        })
}

fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{24c2}'
        | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{2bff}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Mastodon's length: graphemes, with every link as `link` and `@user@host` as `@user`.
fn mastodon_len(text: &str, link: usize) -> usize {
    let mut length = 0;
    let mut from = 0;
    for found in links(text, false) {
        length += without_hosts(&text[from..found.range.start]);
        let written = text[found.range.clone()].graphemes(true).count();
        length += if found.certain {
            link
        } else {
            link.max(written)
        };
        from = found.range.end;
    }
    length + without_hosts(&text[from..])
}

/// Graphemes of a text without the hosts of its mentions.
fn without_hosts(text: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut hosts = 0;
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find('@') {
        before = rest[..at].chars().next_back().or(before);
        let begins = before.is_none_or(|c| !is_word(c) && !matches!(c, '/' | '='));
        rest = &rest[at + 1..];
        before = Some('@');
        if !begins {
            continue;
        }
        let user = dotted(rest, |c| c.is_ascii_alphanumeric() || c == '_');
        if user == 0 {
            continue;
        }
        rest = &rest[user..];
        before = Some('_');
        if let Some(host) = rest.strip_prefix('@') {
            let length = dotted(host, is_word);
            if length > 0 {
                hosts += 1 + host[..length].graphemes(true).count();
                rest = &host[length..];
            }
        }
    }
    text.graphemes(true).count() - hosts
}

/// Length of the words at the beginning, joined by `.` and `-`.
fn dotted(text: &str, is_word: impl Fn(char) -> bool) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_word(c) {
            end = at + c.len_utf8();
        } else if !matches!(c, '.' | '-') || end == 0 {
            break;
        }
    }
    end
}

/// A link as X and Mastodon see it.
struct Found {
    range: Range<usize>,
    /// Whether its domain ends in a name that is known to be one.
    certain: bool,
}

/// The links in a text: those with a scheme, and bare domains when asked for.
fn links(text: &str, bare: bool) -> Vec<Found> {
    let mut links = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let scheme = scheme(rest);
        let before = text[..at].chars().next_back();
        // An address does not begin inside of a word, a mention or a tag.
        let begins = !before.is_some_and(|c| c.is_ascii_alphanumeric() || "@＠$#＃".contains(c))
            && (scheme > 0 || (bare && !before.is_some_and(|c| "-_./".contains(c))));
        let found = begins
            .then(|| domain(&rest[scheme..], scheme == 0))
            .flatten();
        if let Some((length, certain)) = found {
            let end = at + scheme + length;
            let end = end + port_path_query(&text[end..]);
            links.push(Found {
                range: at..end,
                certain,
            });
            at = end;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    links
}

/// Length of `http://` or `https://` at the beginning, or 0.
fn scheme(text: &str) -> usize {
    ["http://", "https://"]
        .into_iter()
        .find(|scheme| {
            text.get(..scheme.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
        })
        .map_or(0, str::len)
}

/// Length of the longest domain at the beginning, and whether its last part is known. A bare
/// one is ASCII and letters of Latin with marks only.
fn domain(text: &str, bare: bool) -> Option<(usize, bool)> {
    let mut best: Option<(usize, bool)> = None;
    let mut label = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if is_domain_char(c, bare) && at < text.len() {
            continue;
        }
        let written = &text[label..at];
        if written.is_empty() || written.starts_with(['-', '_']) {
            break;
        }
        if label > 0
            && let Some((length, certain)) = top_level(&text[label..], bare)
            && (certain || best.is_none_or(|(_, certain)| !certain))
        {
            best = Some((label + length, certain));
        }
        if c != '.' {
            break;
        }
        label = at + 1;
    }
    best
}

fn is_domain_char(c: char, bare: bool) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '-' || (c == '_' && !bare);
    }
    if bare {
        return matches!(c, 'À'..='ɏ') && c.is_alphabetic();
    }
    // All that is no blank and no mark of ASCII: Han and its punctuation count as well.
    !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{200e}'..='\u{202e}')
}

/// Length of the name of a top level at the beginning, and whether it is a known one. What is
/// as short as a country's name without being one is none.
fn top_level(text: &str, bare: bool) -> Option<(usize, bool)> {
    let length = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .unwrap_or(text.len());
    let goes_on = text[length..]
        .chars()
        .next()
        .is_some_and(|c| matches!(c, '@' | '+') || (bare && is_domain_char(c, true)));
    let name = text[..length].to_ascii_lowercase();
    if name.is_empty() && !bare {
        return INTERNATIONAL
            .split_whitespace()
            .find(|known| text.starts_with(known))
            .map(|known| (known.len(), true));
    }
    if goes_on {
        return None;
    }
    if name.starts_with("xn--") || COUNTRIES.split_whitespace().any(|known| known == name) {
        return Some((length, true));
    }
    if GENERIC.split_whitespace().any(|known| known == name) {
        return Some((length, true));
    }
    (length > 2 && name.bytes().all(|byte| byte.is_ascii_lowercase())).then_some((length, false))
}

/// Length of port, path and query at the beginning. Other scripts than Latin and Cyrillic end
/// a path, and so does punctuation with nothing behind it.
fn port_path_query(text: &str) -> usize {
    let mut end = 0;
    if let Some(port) = text.strip_prefix(':') {
        let digits = port.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            end = 1 + digits;
        }
    }
    if text[end..].starts_with('/') {
        end += run(&text[end..], |c| {
            c.is_ascii_alphanumeric()
                || "!*';:=+,.$/%#[]-–_~@|&()".contains(c)
                || matches!(c, 'À'..='ɏ' | '\u{300}'..='\u{36f}' | '\u{400}'..='\u{4ff}' | '\u{1e00}'..='\u{1eff}')
        });
    }
    if text[end..].starts_with('?') {
        let query = run(&text[end..], |c| {
            c.is_ascii_alphanumeric() || "!?*'@();:&=+$/%#[]-_.,~|".contains(c)
        });
        // A lone question mark is the sentence's.
        if query > 1 {
            end += query;
        }
    }
    end
}

/// Length of such characters at the beginning, without punctuation at the end.
fn run(text: &str, is_inside: impl Fn(char) -> bool) -> usize {
    let (mut end, mut at, mut open) = (0, 0, 0_usize);
    for c in text.chars().take_while(|c| is_inside(*c)) {
        at += c.len_utf8();
        match c {
            '(' => open += 1,
            ')' if open == 0 => break,
            ')' => open -= 1,
            _ => {}
        }
        if c.is_alphanumeric() || "+-=_#/&".contains(c) || (c == ')' && open == 0) {
            end = at;
        }
    }
    end
}

/// Top levels of countries.
const COUNTRIES: &str = "ac ad ae af ag ai al am an ao aq ar as at au aw ax az ba bb bd be bf bg \
    bh bi bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw \
    cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi \
    gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp \
    ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml \
    mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg \
    ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr \
    ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tp tr tt tv tw tz ua ug uk um us uy uz \
    va vc ve vg vi vn vu wf ws ye yt za zm zw";

/// Other top levels that people meet.
const GENERIC: &str = "com org net edu gov mil int info biz name pro aero asia cat coop jobs mobi \
    museum post tel travel xxx arpa academy accountants actor agency app apartments art associates \
    audio auto band bank bar beer best bet bid bike bio blog blue boutique build builders business \
    buzz cab cafe camera camp capital cards care career careers cars casa cash casino center ceo \
    chat church city claims cleaning click clinic clothing cloud club coach codes coffee college \
    community company computer condos consulting construction cooking cool country coupons courses \
    credit cruises dance date dating day deals degree delivery democrat dental design dev diamonds \
    digital direct directory discount doctor dog domains download earth eco education email energy \
    engineer engineering enterprises equipment estate events exchange expert exposed express fail \
    faith family fan fans farm fashion film finance financial fish fit fitness flights florist \
    foo football forsale foundation fund furniture fyi gallery game games garden gift gifts gives \
    glass global gmbh gold golf graphics gratis green group guide guru haus health healthcare help \
    hiphop hockey holdings holiday homes horse hospital host hosting house how icu immo immobilien \
    inc industries ink institute insurance insure international investments irish jetzt jewelry \
    kaufen kim kitchen kiwi land law lawyer lease legal lgbt life lighting limited limo link live \
    llc loan loans lol london love ltd luxury maison management market marketing markets mba media \
    meet memorial men menu miami moda moe mom money mortgage moscow movie nagoya navy network new \
    news ngo ninja nyc one ong online ooo page paris partners parts party pet photo photography \
    photos physio pics pictures pink pizza place plumbing plus poker porn press productions promo \
    properties property pub quebec quest racing radio realty recipes red rehab reise reisen ren \
    rent rentals repair report republican rest restaurant review reviews rich rip rocks rodeo run \
    sale salon sarl school schule science security services sex sexy shiksha shoes shop shopping \
    show singles site ski soccer social software solar solutions soy space spa store stream studio \
    study style sucks supplies supply support surf surgery swiss systems taipei tattoo tax taxi team \
    tech technology tennis theater tickets tienda tips tires today tokyo tools top tours town toys \
    trade trading training tube university uno vacations vegas ventures vet viajes video villas \
    vin vip vision vodka vote voting voto voyage watch webcam website wedding wien wiki win wine \
    work works world wtf xyz yoga zone google youtube amazon apple microsoft bible barclays bbc \
    bmw ubs weibo baidu ping wang";

/// Top levels in other scripts.
const INTERNATIONAL: &str = "中国 中國 香港 台湾 台灣 公司 网络 網絡 公益 政务 在线 中文网 网址 商城 商标 \
    我爱你 集团 网店 移动 企业 游戏 рф рус москва дети онлайн сайт орг ком бел укр срб мкд қаз \
    닷컴 한국 みんな コム";

#[cfg(test)]
mod tests {
    use super::{Unit, count};
    use proptest::prelude::proptest;

    const MASTODON: Unit = Unit::Mastodon { link: 23 };

    /// Code points, UTF-16 units, bytes, graphemes, X's weight, Mastodon's length.
    fn all(text: &str) -> [usize; 6] {
        [
            Unit::CodePoints,
            Unit::Utf16,
            Unit::Bytes,
            Unit::Graphemes,
            Unit::XWeight,
            MASTODON,
        ]
        .map(|unit| count(text, unit))
    }

    #[test]
    fn texts_in_many_scripts_count_as_the_platforms_do() {
        for (text, counts) in [
            ("Привет, мир! №1 — «тест»…", [25, 25, 46, 25, 27, 25]),
            ("深圳人才补贴：2026年新政策解读", [17, 17, 43, 17, 30, 17]),
            ("他说：“落户很容易”——真的吗？", [16, 16, 48, 16, 28, 16]),
            ("👨‍👩‍👧‍👦🇨🇳👍🏽", [11, 19, 41, 3, 6, 3]),
            (
                "见 https://example.com/posts/2026/10/talent?utm_source=mastodon&utm_medium=social 详情",
                [83, 83, 89, 83, 31, 28],
            ),
            ("cafe\u{301}", [5, 5, 6, 4, 4, 4]),
            ("𠮷野家", [3, 4, 10, 3, 6, 3]),
            ("@alice@example.social 你好", [24, 24, 28, 24, 26, 9]),
            ("see example.com/a/b now", [23, 23, 23, 23, 31, 23]),
        ] {
            assert_eq!(all(text), counts, "{text}");
        }
        let glued = "详见https://example.com/文章，谢谢";
        assert_eq!(all(glued)[..5], [27, 27, 41, 27, 37]);
    }

    #[test]
    fn a_bare_domain_is_a_link_on_x() {
        for (text, weight) in [
            ("见example.com", 25),
            ("example.com文章", 27),
            ("(example.com/a_(b)).", 26),
            ("a.example.co.uk, b.cn", 48),
            ("me@example.com", 14),
            ("@example.com", 12),
            ("#example.com", 12),
            ("v1.2 and 3.14", 13),
            ("т.е. не.ссылка", 14),
            ("e.g. this", 9),
            ("https://пример.рф/путь?а", 25),
            ("http://a.cn", 23),
            ("HTTPS://EXAMPLE.COM/?", 24),
            ("https://example.com:8080/a?b=c.", 24),
        ] {
            assert_eq!(count(text, Unit::XWeight), weight, "{text}");
        }
    }

    #[test]
    fn an_unknown_domain_counts_as_the_longer_of_both_readings() {
        assert_eq!(count("notes.txt", Unit::XWeight), 23);
        let long = "https://example.unknowntop/a/very/long/path/to/somewhere";
        assert_eq!(count(long, Unit::XWeight), long.len());
        assert_eq!(count(long, MASTODON), long.len());
    }

    #[test]
    fn mentions_lose_their_host_only_where_they_are_mentions() {
        for (text, length) in [
            ("@a.b@example.social.", 5),
            ("(@a@b.c)", 4),
            ("x@a@b.c", 7),
            ("@a @b", 5),
            ("@@a@b", 3),
            ("a@b.c", 5),
        ] {
            assert_eq!(count(text, MASTODON), length, "{text}");
        }
        assert_eq!(
            count("https://example.org/@a@b.c", Unit::Mastodon { link: 30 }),
            30
        );
    }

    #[test]
    fn emoji_of_any_length_weigh_two_on_x() {
        for emoji in [
            "🇨🇳",
            "1️⃣",
            "❤️",
            "🏴\u{e0067}\u{e0062}\u{e007f}",
            "👩🏽‍💻",
            "🎉",
            "✂",
        ] {
            assert_eq!(count(emoji, Unit::XWeight), 2, "{emoji}");
        }
        assert_eq!(count("1#*", Unit::XWeight), 3);
    }

    proptest! {
        #[test]
        fn any_text_can_be_counted(text in "[a-z0-9@#./:?&()_ 中。é\u{301}👍🏽\u{200d}-]{0,60}|\\PC{0,60}") {
            let [points, wide, bytes, graphemes, weight, mastodon] = all(&text);
            assert!(graphemes <= points && points <= wide && wide <= bytes.max(wide));
            assert!(weight <= points * 23 && mastodon <= points * 23);
        }
    }
}
