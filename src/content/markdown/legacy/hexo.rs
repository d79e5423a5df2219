//! Hexo's own tags and those of its common themes.

use super::super::escape::escaped;
use super::super::piece::Chunk;
use super::embed::{code, details, frame, gist, html, link, note, player};
use super::{Meaning, read::Tag};

/// What a tag stands for.
pub(super) fn meaning(tag: &Tag<'_>) -> Option<Meaning> {
    let words = tag.words();
    let first = words.first().copied();
    let others = words.get(1..).unwrap_or_default();
    Some(match tag.name {
        "asset_img" | "img" | "image" => Meaning::Block(vec![image(&words)?]),
        "asset_link" => {
            let title = joined(others);
            let url = first?;
            Meaning::Inline(link(url, if title.is_empty() { url } else { &title }))
        }
        "asset_path" | "url_for" | "full_url_for" => Meaning::Url(first?.to_owned()),
        "post_path" => Meaning::Url(format!("[[{}]]", first?)),
        "post_link" => {
            let mut title = others.to_vec();
            if matches!(title.last(), Some(&("true" | "false"))) {
                title.pop();
            }
            let title = joined(&title);
            Meaning::Inline(vec![Chunk::Page {
                target: first?.to_owned(),
                label: (!title.is_empty()).then_some(title),
            }])
        }
        "blockquote" | "quote" => {
            let source = source(tag.rest);
            let close = if source.is_empty() {
                "</blockquote>\n".to_owned()
            } else {
                format!("<footer>{source}</footer>\n</blockquote>\n")
            };
            Meaning::Pair(vec![html("<blockquote>\n")], vec![html(close)])
        }
        "pullquote" | "centerquote" | "cq" => Meaning::Pair(
            vec![html("<blockquote class=\"pullquote\">\n")],
            vec![html("</blockquote>\n")],
        ),
        "codeblock" | "code" => Meaning::Capture(|tag, inner| code(code_info(tag), inner)),
        "mermaid" => Meaning::Capture(|_, inner| code("mermaid".to_owned(), inner)),
        "raw" => Meaning::Raw,
        "iframe" => Meaning::Block(frame(
            first?,
            first?,
            words.get(1).copied(),
            words.get(2).copied(),
        )),
        "youtube" | "vimeo" | "bilibili" => Meaning::Block(player(tag.name, first?)?),
        "video" => Meaning::Block(vec![html(format!(
            "<video src=\"{}\" controls></video>\n",
            escaped(first?)
        ))]),
        "pdf" => Meaning::Block(link(first?, first?)),
        "gist" => Meaning::Inline(gist(first?)),
        "jsfiddle" => Meaning::Inline(link(
            &format!("https://jsfiddle.net/{}/", first?),
            "JSFiddle",
        )),
        "include_code" => {
            let path = words.iter().rev().find(|word| !word.contains("lang:"))?;
            let title = words.iter().find(|word| !word.contains("lang:"))?;
            Meaning::Inline(link(path, title))
        }
        // Jekyll's `link` has one argument, Hexo's has a text before the URL.
        "link" if words.len() > 1 => {
            let at = words.iter().position(|word| is_url(word))?;
            let text = joined(&words[..at]);
            let url = words[at];
            Meaning::Inline(link(url, if text.is_empty() { url } else { &text }))
        }
        "button" | "btn" => {
            let mut parts = tag.rest.split(',').map(str::trim);
            let url = parts.next().filter(|url| !url.is_empty())?;
            Meaning::Inline(link(
                url,
                parts.next().filter(|text| !text.is_empty()).unwrap_or(url),
            ))
        }
        "label" => {
            let (class, text) = tag.rest.split_once('@').unwrap_or(("default", tag.rest));
            Meaning::Inline(vec![
                html(format!(
                    "<span class=\"label label-{}\">",
                    escaped(class.trim())
                )),
                Chunk::Text(text.trim().to_owned()),
                html("</span>"),
            ])
        }
        "note" | "message" | "admonition" => {
            let (class, title) = tag
                .rest
                .split_once(char::is_whitespace)
                .unwrap_or((tag.rest, ""));
            let title = title.trim().trim_matches(['"', '\'']);
            let styled = ["no-icon", "simple", "modern", "flat", "icon"];
            let title = Some(title).filter(|title| !title.is_empty() && !styled.contains(title));
            let (open, close) = note(class, title);
            Meaning::Pair(open, close)
        }
        "details" | "fold" | "spoiler" | "hideToggle" | "collapse" => {
            let summary = joined(&words);
            let (open, close) = details(if summary.is_empty() { "…" } else { &summary });
            Meaning::Pair(open, close)
        }
        "tabs" | "gallery" | "gp" | "group-pictures" | "grouppicture" | "timeline"
        | "gallerygroup" => Meaning::Pair(
            vec![html(format!(
                "<div class=\"{}\">\n",
                tag.name.to_lowercase()
            ))],
            vec![html("</div>\n")],
        ),
        _ => return None,
    })
}

/// `[class] source [width] [height] ["title" ["alt"]]`.
fn image(words: &[&str]) -> Option<Chunk> {
    let at = words
        .iter()
        .position(|word| is_url(word) || word.contains('.'))
        .or_else(|| (!words.is_empty()).then_some(0))?;
    let mut attributes = Vec::new();
    if at > 0 {
        attributes.push(("class".to_owned(), joined(&words[..at])));
    }
    let mut rest = &words[at + 1..];
    for name in ["width", "height"] {
        if let Some((first, left)) = rest.split_first()
            && first
                .trim_end_matches("px")
                .trim_end_matches('%')
                .parse::<u32>()
                .is_ok()
        {
            attributes.push((name.to_owned(), (*first).trim_end_matches("px").to_owned()));
            rest = left;
        }
    }
    // `'"title" "alt"'` is how Hexo's documentation quotes the pair.
    let rest = joined(rest);
    let (title, alt) = match rest.split_once("\" \"") {
        Some((title, alt)) => (title, alt),
        None => (rest.as_str(), rest.as_str()),
    };
    let clean = |text: &str| text.trim_matches(['"', '\'', ' ']).to_owned();
    let title = clean(title);
    Some(Chunk::Image {
        source: words[at].to_owned(),
        alt: clean(alt),
        title: (!title.is_empty()).then_some(title),
        attributes,
    })
}

/// `author[, source] [link] [title]` of a quotation, as HTML.
fn source(rest: &str) -> String {
    let mut text = rest.trim();
    let mut url = None;
    if let Some(at) = text.find("http://").or_else(|| text.find("https://")) {
        let end = text[at..]
            .find(char::is_whitespace)
            .map_or(text.len(), |end| at + end);
        url = Some(&text[at..end]);
        text = text[..at].trim_end();
    }
    let name = escaped(text.trim_matches(['"', '\'']));
    match url {
        Some(url) => {
            let name = if name.is_empty() { escaped(url) } else { name };
            format!("<cite><a href=\"{}\">{name}</a></cite>", escaped(url))
        }
        None if name.is_empty() => String::new(),
        None => format!("<cite>{name}</cite>"),
    }
}

/// `[title] [lang:language] [url] [link text]`.
fn code_info(tag: &Tag<'_>) -> String {
    let mut language = "";
    let mut title = Vec::new();
    let mut options = String::new();
    for word in tag.words() {
        if let Some(name) = word.strip_prefix("lang:") {
            language = name;
        } else if let Some((key, value)) = word.split_once(':')
            && matches!(key, "line_number" | "mark" | "first_line")
        {
            options.push_str(&format!(" {key}=\"{value}\""));
        } else if !is_url(word) && !word.contains(':') {
            title.push(word);
        }
    }
    let title = joined(&title).replace('"', "'");
    let title = if title.is_empty() {
        title
    } else {
        format!(" title=\"{title}\"")
    };
    format!("{language}{options}{title}")
}

fn joined(words: &[&str]) -> String {
    words.join(" ")
}

fn is_url(word: &str) -> bool {
    word.contains("://") || word.starts_with('/') || word.starts_with("./")
}
