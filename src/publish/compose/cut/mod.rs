//! Shortens a plain text to a limit in any unit: takes the text, the most and how to count,
//! gives the beginning of it, as an editor would have cut it. Knows no platform.
//!
//! A cut stands behind a sentence if that leaves not too much room, else behind a clause or a
//! word. Nothing that means something only as a whole is parted: addresses, tags, mentions,
//! numbers with their unit, words, emoji, short titles in 《》. An ellipsis shows where a sentence
//! was cut; brackets and quotes that were open are closed behind it.

mod places;

use places::{Place, Places, Rank};
use unicode_segmentation::UnicodeSegmentation as _;

/// A shortened text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// What is left, with the ellipsis if a sentence was cut.
    pub text: String,
    /// How many bytes of the text are left; what is behind them was cut.
    pub kept: usize,
}

/// Share of the room that a cut behind a sentence must use, in percent.
const SENTENCE_ROOM: usize = 60;
/// The same for a clause.
const CLAUSE_ROOM: usize = 75;

/// The text as it is when it fits, else cut.
pub fn fit(text: &str, most: usize, count: impl Fn(&str) -> usize) -> String {
    cut(text, most, count).map_or_else(|| text.to_owned(), |cut| cut.text)
}

/// The text cut so that it counts at most `most`; none when it fits as it is.
pub fn cut(text: &str, most: usize, count: impl Fn(&str) -> usize) -> Option<Cut> {
    if count(text) <= most {
        return None;
    }
    let places = Places::find(text);
    let make = |place: &Place| places.make(text, place);
    let fits = |place: &Place| count(&make(place).text) <= most;
    // Counts grow with the text, but for a closing quote more or less.
    let last_of = |list: &[&Place]| -> Option<usize> {
        let fitting = list.partition_point(|place| fits(place));
        (0..fitting).rev().take(16).find(|index| fits(list[*index]))
    };
    for strict in [true, false] {
        let list: Vec<&Place> = places
            .list
            .iter()
            .filter(|place| !strict || !place.parts_pair)
            .collect();
        let Some(last) = last_of(&list) else {
            continue;
        };
        let uses = |index: &usize, share: usize| {
            let used = count(&make(list[*index]).text);
            used.saturating_mul(100) >= most.saturating_mul(share)
        };
        let last_with = |rank: Rank| (0..=last).rev().find(|index| list[*index].rank == rank);
        let sentence = last_with(Rank::Sentence).filter(|index| uses(index, SENTENCE_ROOM));
        let clause = last_with(Rank::Clause).filter(|index| uses(index, CLAUSE_ROOM));
        let chosen = sentence.or(clause).unwrap_or(last);
        let chosen = list[chosen];
        // A word longer than the room is cut itself when little is left without it.
        if sentence.is_none() && clause.is_none() && !uses(&last, 50) {
            let word = places.word_behind(text, chosen.at);
            if !word.is_empty()
                && count(word) > most
                && let Some(inside) = inside_word(text, chosen.at, word, most, &count)
            {
                return Some(inside);
            }
        }
        if fits(chosen) {
            return Some(make(chosen));
        }
        return Some(make(list[last]));
    }
    let word = places.word_behind(text, 0);
    if let Some(inside) = inside_word(text, 0, word, most, &count) {
        return Some(inside);
    }
    let text = if count("…") <= most { "…" } else { "" };
    Some(Cut {
        text: text.to_owned(),
        kept: 0,
    })
}

/// A cut within the word behind `from`, between what a reader sees as characters.
fn inside_word(
    text: &str,
    from: usize,
    word: &str,
    most: usize,
    count: impl Fn(&str) -> usize,
) -> Option<Cut> {
    let start = from + text[from..].find(word)?;
    let ends: Vec<usize> = word
        .grapheme_indices(true)
        .map(|(at, _)| start + at)
        .skip(1)
        .collect();
    let make = |end: usize| format!("{}…", &text[..end]);
    let fitting = ends.partition_point(|end| count(&make(*end)) <= most);
    let kept = *ends.get(fitting.checked_sub(1)?)?;
    let shortened = make(kept);
    (count(&shortened) <= most).then_some(Cut {
        text: shortened,
        kept,
    })
}

#[cfg(test)]
mod tests {
    use super::cut;
    use crate::platform::counting::{Unit, count};
    use proptest::prelude::{ProptestConfig, proptest};

    fn short(text: &str, most: usize) -> String {
        let graphemes = |text: &str| count(text, Unit::Graphemes);
        let shortened = cut(text, most, graphemes).map_or(text.to_owned(), |cut| cut.text);
        assert!(graphemes(&shortened) <= most, "{shortened}");
        shortened
    }

    #[test]
    fn a_text_that_fits_is_not_cut() {
        assert_eq!(cut("深圳", 4, |text| count(text, Unit::XWeight)), None);
        assert!(cut("深圳！", 4, |text| count(text, Unit::XWeight)).is_some());
    }

    #[test]
    fn a_cut_stands_behind_a_sentence_when_that_uses_the_room() {
        assert_eq!(
            short("落户很容易。真的吗？是真的，没有条件。", 12),
            "落户很容易。真的吗？"
        );
        assert_eq!(
            short("One sentence. Another one that is long.", 20),
            "One sentence."
        );
        assert_eq!(
            short("По ул. Ленина, 5 кв. метров. Ещё", 30),
            "По ул. Ленина, 5 кв. метров."
        );
        assert_eq!(short("Первая строка\nи вторая строка", 18), "Первая строка");
        assert_eq!(
            short("他说：“落户很容易。”然后走了很远的路。", 14),
            "他说：“落户很容易。”"
        );
    }

    #[test]
    fn else_behind_a_clause_or_word() {
        assert_eq!(
            short("好。深圳人才补贴新政策，今天开始申请了吗", 14),
            "好。深圳人才补贴新政策…"
        );
        assert_eq!(short("深圳人才补贴新政策解读", 8), "深圳人才补贴新…");
        assert_eq!(
            short("A sentence that is much too long to fit", 20),
            "A sentence that is…"
        );
        assert_eq!(
            short("Новая работа, хорошая зарплата и график", 20),
            "Новая работа…"
        );
        assert_eq!(short("слово — другое слово", 10), "слово…");
    }

    #[test]
    fn nothing_is_parted_that_means_something_as_a_whole() {
        for (text, most, expected) in [
            ("详见 https://example.com/posts/1 今天", 20, "详见…"),
            ("加入 #深圳人才补贴 频道", 8, "加入…"),
            ("Пишите @alice_example сегодня", 15, "Пишите…"),
            ("补贴最高3000元每月", 8, "补贴最高…"),
            ("补贴最高3000元每月", 9, "补贴最高…"),
            ("补贴最高3000元每月", 10, "补贴最高3000元…"),
            ("Оклад 150 000 рублей в месяц", 12, "Оклад…"),
            ("一家人👨‍👩‍👧‍👦来深圳了吗", 5, "一家人👨‍👩‍👧‍👦…"),
            ("他走了……又回来看看", 5, "他走了……"),
            ("他走了——又回来看看", 6, "他走了…"),
            ("请看《新政策解读》一书", 8, "请看…"),
            ("深圳（南山区）招聘", 6, "深圳…"),
            ("爱丽丝·李来了", 5, "爱丽…"),
        ] {
            assert_eq!(short(text, most), expected, "{text} {most}");
        }
    }

    #[test]
    fn long_quotes_are_closed() {
        let text =
            "他说：“深圳的落户政策今年有了很大的变化大家都可以来申请而且不需要排队等候”然后走了";
        assert_eq!(short(text, 20), "他说：“深圳的落户政策今年有了很大的…”");
        assert_eq!(short("（一）「他们", 5), "（一）…");
        let text = "Он сказал: «это очень длинная цитата, которая никак не помещается в пост»";
        assert_eq!(short(text, 40), "Он сказал: «это очень длинная цитата…»");
    }

    #[test]
    fn only_a_word_longer_than_the_room_is_cut_itself() {
        assert_eq!(short("Donaudampfschifffahrt", 10), "Donaudamp…");
        assert_eq!(short("A Donaudampfschifffahrt", 10), "A Donauda…");
        assert_eq!(short("https://example.com/a/long/path", 10), "…");
        assert_eq!(short("字字", 1), "…");
        assert_eq!(short("字字", 0), "");
        assert_eq!(
            cut("字字", 2, str::len).map(|cut| cut.text).as_deref(),
            Some("")
        );
    }

    #[test]
    fn long_texts_are_cut_in_little_time() {
        for piece in ["字", "（", "“a", "слово, ", "https://a.b ", "\"", "1 "] {
            let text = piece.repeat(100_000);
            let shortened = short(&text, 50_000);
            assert!(count(&shortened, Unit::Graphemes) <= 50_000);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_cut_fits_and_is_a_beginning(
            pieces in proptest::collection::vec(
                "[字《》“”（）。，！… \na-z1Яя.@#\"]{0,6}|https://a\\.cn/x |#标签 |👨\u{200d}👩|1 000 |——", 0..30),
            most in 0_usize..40,
        ) {
            let text = pieces.concat();
            for unit in [Unit::Graphemes, Unit::XWeight, Unit::Bytes, Unit::Mastodon { link: 23 }] {
                let Some(cut) = cut(&text, most, |text| count(text, unit)) else {
                    continue;
                };
                assert!(count(&cut.text, unit) <= most, "{cut:?}");
                let kept = &text[..cut.kept];
                let end = cut.text.strip_prefix(kept);
                assert!(end.is_some_and(|end| end.chars().count() <= 9), "{cut:?} of {text:?}");
                for address in crate::platform::rich::links(&text) {
                    assert!(cut.kept <= address.start || cut.kept >= address.end, "{cut:?} of {text:?}");
                }
            }
        }
    }
}
