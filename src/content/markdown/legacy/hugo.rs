//! Hugo's shortcodes and those of its common themes.

use super::super::piece::Chunk;
use super::embed::{code, details, frame, gist, html, note, player};
use super::{Meaning, read::Tag};

/// What a shortcode stands for.
pub(super) fn meaning(tag: &Tag<'_>) -> Option<Meaning> {
    let get = |key, place| tag.get(key, place);
    Some(match tag.name {
        "figure" | "img" | "image" => Meaning::Block(figure(tag)?),
        "ref" | "relref" => Meaning::Url(format!("[[{}]]", get("path", Some(0))?)),
        "highlight" => Meaning::Capture(|tag, inner| {
            let language = tag.get("lang", Some(0)).unwrap_or_default();
            let options = tag.words().get(1).copied().unwrap_or_default();
            code(format!("{language} {options}"), inner)
        }),
        "mermaid" => Meaning::Capture(|_, inner| code("mermaid".to_owned(), inner)),
        "youtube" | "vimeo" | "bilibili" => Meaning::Block(player(tag.name, get("id", Some(0))?)?),
        "gist" => {
            let words = tag.words();
            let user = words.first()?;
            Meaning::Inline(match words.get(1) {
                Some(id) => gist(&format!("{user}/{id}")),
                None => gist(user),
            })
        }
        "iframe" => {
            let url = get("src", Some(0))?;
            Meaning::Block(frame(url, get("title", None).unwrap_or(url), None, None))
        }
        "details" | "expand" | "collapse" => {
            let summary = get("summary", Some(0))
                .or(get("title", None))
                .unwrap_or("…");
            let (open, close) = details(summary);
            Meaning::Pair(open, close)
        }
        "notice" | "admonition" | "alert" | "callout" | "hint" | "note" | "warning" | "tip"
        | "info" | "danger" => {
            let own = !matches!(
                tag.name,
                "notice" | "admonition" | "alert" | "callout" | "hint"
            );
            let class = if own {
                tag.name
            } else {
                get("type", Some(0)).unwrap_or("note")
            };
            let (open, close) = note(class, get("title", Some(usize::from(!own))));
            Meaning::Pair(open, close)
        }
        "rawhtml" => Meaning::Capture(|_, inner| vec![html(inner)]),
        "center" => Meaning::Pair(
            vec![html("<div class=\"center\">\n")],
            vec![html("</div>\n")],
        ),
        _ => return None,
    })
}

fn figure(tag: &Tag<'_>) -> Option<Vec<Chunk>> {
    let title = tag.get("caption", None).or(tag.get("title", None));
    let mut attributes = Vec::new();
    for name in ["class", "width", "height", "id"] {
        if let Some(value) = tag.get(name, None) {
            attributes.push((name.to_owned(), value.to_owned()));
        }
    }
    Some(vec![Chunk::Image {
        source: tag.get("src", Some(0))?.to_owned(),
        alt: tag
            .get("alt", None)
            .or(title)
            .unwrap_or_default()
            .to_owned(),
        title: title.map(str::to_owned),
        attributes,
    }])
}
