//! Posts, attempts and images for trials: each post has an address of its own, so that trials do
//! not see each other and what earlier ones left behind.

use guidepost::platform::capability::{Capabilities, ImageLimit, Limit, Markup};
use guidepost::platform::counting::count;
use guidepost::platform::rich::{Mark, MarkKind, Rich};
use guidepost::platform::{Attempt, Content, Failure, Image, Images, Post, Rendition};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What every post says unless a trial wants other words.
pub(crate) const WORDS: &str = "本地企业招聘 · Сварщик ищет работу · A welder's day 👩🏽‍🏭";

/// Lines that break what is not careful: markup of every kind, quotes, escapes.
pub(crate) const HOSTILE: &[&str] = &[
    "深圳人才补贴：“落户很容易”——真的吗？𠮷野家",
    "Привет, мир! №1 — «тест»…",
    "👨‍👩‍👧‍👦🇨🇳👍🏽 cafe\u{301}",
    "<script>alert(1)</script> & &amp; \"quotes\" 'quotes'",
    "snake_case and 2*3*4 and [brackets](not a link) `code` ~wave~ a\\b {{ x }}",
];

/// The moment.
#[expect(clippy::disallowed_methods, reason = "servers live in real time")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A name that no other trial and no earlier run has.
pub(crate) fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let moment = now().as_microsecond();
    format!("t{moment:x}-{:x}-{number}", std::process::id())
}

/// A post of these words for a platform of these abilities, at an address of its own.
pub(crate) fn post(words: &str, capabilities: &Capabilities) -> Post {
    let name = unique();
    let canonical = format!("https://example.org/trial/{name}/");
    let link = format!("{canonical}?utm_source=trial&utm_medium=social");
    Post {
        key: format!("trial/{name}@zh-Hans"),
        content: content(words, &link, capabilities),
        canonical,
        link,
        slug: format!("trial-{name}"),
        lang: "zh-Hans".to_owned(),
        title: "招聘：焊工 — welder".to_owned(),
        summary: "摘要 summary".to_owned(),
        tags: Vec::new(),
        authors: vec!["云岚".to_owned()],
        published: Some(moment(&name)),
        cover: None,
        images: Vec::new(),
        call: None,
    }
}

/// The same post with other words.
pub(crate) fn reworded(post: &Post, words: &str, capabilities: &Capabilities) -> Post {
    Post {
        content: content(words, &post.link, capabilities),
        ..post.clone()
    }
}

/// Words in the platform's form; short texts end with the link.
fn content(words: &str, link: &str, capabilities: &Capabilities) -> Content {
    match capabilities.markup {
        Markup::Html | Markup::WechatHtml => {
            let lines: Vec<String> = words.lines().map(escaped).collect();
            Content::Html(format!("<p>{}</p>", lines.join("</p>\n<p>")))
        }
        Markup::Markdown => {
            let lines: Vec<String> = words.lines().map(escaped_markdown).collect();
            Content::Markdown(lines.join("\n\n"))
        }
        _ => {
            let text = format!("{words}\n{link}");
            let range = words.len() + 1..text.len();
            Content::Short(Rich {
                text,
                marks: vec![Mark {
                    range,
                    kind: MarkKind::Link(link.to_owned()),
                }],
            })
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn escaped_markdown(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Words that, as a short text with its link, have exactly so many units; as an article, so many
/// by themselves. None where the limit is too far to be worth sending.
pub(crate) fn filled(post: &Post, limit: Limit, capabilities: &Capabilities) -> Option<Post> {
    if limit.most > 40_000 {
        return None;
    }
    let size = |words: &str| {
        count(
            &counted(&reworded(post, words, capabilities), capabilities),
            limit.unit,
        )
    };
    // One letter is one unit, in every unit that there is.
    let frame = size("x") - 1;
    let words = "x".repeat(limit.most.checked_sub(frame)?);
    // Words that a reader could see broken, not one of so many letters.
    let words: String = words
        .char_indices()
        .map(|(at, c)| if at % 10 == 5 { ' ' } else { c })
        .collect();
    let filled = reworded(post, words.trim_end(), capabilities);
    let short = limit.most - count(&counted(&filled, capabilities), limit.unit);
    let words = format!("{}{}", words.trim_end(), "y".repeat(short));
    Some(reworded(post, &words, capabilities))
}

/// The text that the platform's limit counts.
pub(crate) fn counted(post: &Post, capabilities: &Capabilities) -> String {
    match &post.content {
        Content::Short(rich) => rich.counted(capabilities.markup),
        article => article.text(),
    }
}

/// A moment of its own for every name, in the past.
fn moment(name: &str) -> jiff::Timestamp {
    let hash = blake3::hash(name.as_bytes());
    let mut number = [0; 4];
    number.copy_from_slice(&hash.as_bytes()[..4]);
    let seconds = 1_700_000_000 + i64::from(u32::from_le_bytes(number) % 60_000_000);
    jiff::Timestamp::from_second(seconds).expect("a moment")
}

/// The same key for the same post and try, as the ledger makes it.
pub(crate) fn key(post: &Post, action: &str) -> String {
    let text = format!("{action} {} {}", post.key, post.digest());
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

/// One try with that key, intended when it was first asked for: a repeat has the same moment.
pub(crate) fn attempt(key: &str) -> Attempt<'_> {
    static MOMENTS: Mutex<BTreeMap<String, jiff::Timestamp>> = Mutex::new(BTreeMap::new());
    let mut moments = MOMENTS.lock().unwrap_or_else(PoisonError::into_inner);
    Attempt {
        key,
        at: *moments.entry(key.to_owned()).or_insert_with(now),
        images: &Pictures,
    }
}

/// The post with a cover.
pub(crate) fn with_cover(mut post: Post, alt: &str) -> Post {
    post.cover = Some(Image {
        url: "https://example.org/images/welder.png".to_owned(),
        alt: alt.to_owned(),
        file: Some("images/welder.png".to_owned()),
        digest: Some(unique()),
    });
    post
}

/// Draws a small picture for any image.
struct Pictures;

impl Images for Pictures {
    fn rendition(&self, _image: &Image, limit: &ImageLimit) -> Result<Rendition, Failure> {
        let (format, media_type, ending) = if limit.types.contains(&"image/jpeg") {
            (image::ImageFormat::Jpeg, "image/jpeg", "jpg")
        } else {
            (image::ImageFormat::Png, "image/png", "png")
        };
        let (width, height) = (64, 48);
        // Another shade each time: some servers keep equal pictures once.
        let shade = unique().bytes().fold(0_u8, u8::wrapping_add);
        let picture = image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([x as u8 * 3, y as u8 * 4, shade])
        });
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("a picture");
        Ok(Rendition {
            bytes: bytes.into_inner(),
            media_type,
            name: format!("welder-1f2e3d4c.{ending}"),
            width,
            height,
        })
    }
}
