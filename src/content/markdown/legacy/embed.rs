//! What the tags of several generators have in common: players, boxes, code. Takes plain
//! arguments, gives chunks.

use super::super::alert;
use super::super::escape::escaped;
use super::super::piece::Chunk;

/// HTML.
pub(super) fn html(text: impl Into<String>) -> Chunk {
    Chunk::Html(text.into())
}

/// A link with a text.
pub(super) fn link(url: &str, text: &str) -> Vec<Chunk> {
    let open = html(format!("<a href=\"{}\">", escaped(url)));
    vec![open, Chunk::Text(text.to_owned()), html("</a>")]
}

/// A frame of another site.
pub(super) fn frame(
    url: &str,
    title: &str,
    width: Option<&str>,
    height: Option<&str>,
) -> Vec<Chunk> {
    let mut text = format!(
        "<iframe src=\"{}\" title=\"{}\"",
        escaped(url),
        escaped(title)
    );
    for (name, value) in [("width", width), ("height", height)] {
        if let Some(value) = value {
            text.push_str(&format!(" {name}=\"{}\"", escaped(value)));
        }
    }
    text.push_str(" loading=\"lazy\" allowfullscreen></iframe>\n");
    vec![html(text)]
}

/// A player by the name of its site.
pub(super) fn player(site: &str, id: &str) -> Option<Vec<Chunk>> {
    let id: String = id
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    if id.is_empty() {
        return None;
    }
    let (url, title) = match site {
        "youtube" => (
            format!("https://www.youtube-nocookie.com/embed/{id}"),
            "YouTube",
        ),
        "vimeo" => (format!("https://player.vimeo.com/video/{id}"), "Vimeo"),
        "bilibili" => (
            format!("https://player.bilibili.com/player.html?bvid={id}"),
            "bilibili",
        ),
        _ => return None,
    };
    Some(frame(&url, title, None, None))
}

/// A box such as Hexo's `note` and Hugo's `notice`.
pub(super) fn note(class: &str, title: Option<&str>) -> (Vec<Chunk>, Vec<Chunk>) {
    let kind = class
        .split([' ', ','])
        .find_map(alert::from_word)
        .unwrap_or(alert::Alert::Note);
    let mut open = format!(
        "<div class=\"alert alert-{}\" role=\"note\">\n",
        kind.class()
    );
    if let Some(title) = title {
        open.push_str(&format!(
            "<p class=\"alert-title\">{}</p>\n",
            escaped(title)
        ));
    }
    (vec![html(open)], vec![html("</div>\n")])
}

/// A box that opens on demand.
pub(super) fn details(summary: &str) -> (Vec<Chunk>, Vec<Chunk>) {
    let open = format!("<details>\n<summary>{}</summary>\n", escaped(summary));
    (vec![html(open)], vec![html("</details>\n")])
}

/// Code between tags.
pub(super) fn code(info: String, code: &str) -> Vec<Chunk> {
    let code = code
        .strip_prefix("\r\n")
        .or_else(|| code.strip_prefix('\n'))
        .unwrap_or(code);
    vec![Chunk::Code {
        info,
        code: code.trim_end().to_owned(),
    }]
}

/// A gist: its script would do nothing without JavaScript, so it is a link.
pub(super) fn gist(path: &str) -> Vec<Chunk> {
    let url = format!("https://gist.github.com/{path}");
    link(&url, &url)
}
