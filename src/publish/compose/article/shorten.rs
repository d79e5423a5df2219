//! The beginning of an article: takes HTML, the room and how HTML is counted, gives as much of
//! it as an editor would have kept. Knows no platform.
//!
//! A cut stands between two blocks if that leaves not too much room; else it goes into the block
//! behind: between the parts of a list, a quote or a table, between lines of code, behind a
//! sentence of a text. Marks that were open are closed, and no link is parted.

use super::super::cut;
use super::{paragraphs, tree};
use tree::Node;

/// Share of the room that a cut between blocks must use, in percent.
const BLOCKS_ROOM: usize = 60;

/// The beginning, and whether something was cut.
pub fn shorten(html: &str, room: usize, count: impl Fn(&str) -> usize) -> (String, bool) {
    if count(html) <= room {
        return (html.to_owned(), false);
    }
    let nodes = tree::parse(html);
    let frame = Frame {
        before: String::new(),
        after: String::new(),
        most: room,
        count: &count,
    };
    let kept = beginning(&nodes, &frame);
    let mut kept = written(&kept).trim_end().to_owned();
    if kept.is_empty() {
        // A block that cannot be parted, a picture with its words perhaps: its words are better
        // than nothing.
        let text: String = nodes.iter().map(Node::text).collect();
        let around = count(&paragraphs("x"));
        let text = cut::fit(text.trim(), room.saturating_sub(around), &count);
        kept = paragraphs(&text);
    }
    if count(&kept) > room {
        kept.clear();
    }
    (kept, true)
}

/// What stands around a part of the article, and how all is counted.
struct Frame<'a> {
    before: String,
    after: String,
    most: usize,
    count: &'a dyn Fn(&str) -> usize,
}

impl Frame<'_> {
    fn size(&self, nodes: &[Node]) -> usize {
        let (before, after) = (&self.before, &self.after);
        (self.count)(&format!("{before}{}{after}", written(nodes)))
    }

    fn fits(&self, nodes: &[Node]) -> bool {
        self.size(nodes) <= self.most
    }

    /// Whether so much uses enough of the room to stop there.
    fn is_filled(&self, nodes: &[Node]) -> bool {
        self.size(nodes).saturating_mul(100) >= self.most.saturating_mul(BLOCKS_ROOM)
    }

    /// The frame of what follows these.
    fn behind(&self, nodes: &[Node]) -> Self {
        Self {
            before: format!("{}{}", self.before, written(nodes)),
            after: self.after.clone(),
            ..*self
        }
    }

    /// The frame of what is inside of the element.
    fn inside(&self, name: &str, attributes: &[(String, String)]) -> Self {
        let mut before = self.before.clone();
        tree::open(name, attributes, &mut before);
        Self {
            before,
            after: format!("</{name}>{}", self.after),
            ..*self
        }
    }
}

fn written(nodes: &[Node]) -> String {
    let mut html = String::new();
    tree::write(nodes, &mut html);
    html
}

/// As many nodes as have room, and the beginning of the next where much room is left.
fn beginning(nodes: &[Node], frame: &Frame<'_>) -> Vec<Node> {
    let lengths: Vec<usize> = (1..=nodes.len()).collect();
    let mut length = lengths.partition_point(|length| frame.fits(&nodes[..*length]));
    while length > 0 && !frame.fits(&nodes[..length]) {
        length -= 1;
    }
    let mut kept = nodes[..length].to_vec();
    if let Some(next) = nodes.get(length)
        && (kept.is_empty() || !frame.is_filled(&kept))
    {
        kept.extend(part(next, &frame.behind(&kept)));
    }
    kept
}

/// The beginning of a node that is too long; none when it is better left out.
fn part(node: &Node, frame: &Frame<'_>) -> Option<Node> {
    let Node::Element {
        name,
        attributes,
        children,
    } = node
    else {
        let cut = sentences(std::slice::from_ref(node), frame)?;
        return cut.into_iter().next();
    };
    let inside = frame.inside(name, attributes);
    let holds_blocks = children.iter().any(Node::is_block);
    let children = match name.as_str() {
        "ul" | "ol" | "dl" | "table" | "tbody" => beginning(children, &inside),
        "pre" => lines(children, &inside)?,
        "article" | "aside" | "blockquote" | "dd" | "details" | "div" | "li" | "main"
        | "section"
            if holds_blocks =>
        {
            beginning(children, &inside)
        }
        "article" | "aside" | "blockquote" | "dd" | "div" | "dt" | "li" | "main" | "p"
        | "section" => sentences(children, &inside)?,
        _ => return None,
    };
    // A list or a table without an item or a row says nothing.
    let says = |child: &Node| {
        !child.text().trim().is_empty() && !matches!(child.name(), "thead" | "caption" | "summary")
    };
    children.iter().any(says).then(|| Node::Element {
        name: name.clone(),
        attributes: attributes.clone(),
        children,
    })
}

/// The beginning of a text with marks, cut as a plain text is.
fn sentences(nodes: &[Node], frame: &Frame<'_>) -> Option<Vec<Node>> {
    let text: String = nodes.iter().map(Node::text).collect();
    let with = |shortened: &str| {
        let same = text
            .char_indices()
            .zip(shortened.chars())
            .find(|((_, a), b)| a != b)
            .map_or(shortened.len().min(text.len()), |((at, _), _)| at);
        let mut kept = truncated(nodes, same);
        // The ellipsis, and what closes a quote.
        kept.extend(
            shortened
                .get(same..)
                .filter(|end| !end.is_empty())
                .map(|end| Node::Text(end.to_owned())),
        );
        kept
    };
    let shortened = cut::cut(&text, frame.most, |text| frame.size(&with(text)))?;
    let kept = with(&shortened.text);
    (shortened.kept > 0 && frame.fits(&kept)).then_some(kept)
}

/// The beginning of a text that stands as it is, cut between two lines.
fn lines(nodes: &[Node], frame: &Frame<'_>) -> Option<Vec<Node>> {
    let text: String = nodes.iter().map(Node::text).collect();
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let fitting = ends.partition_point(|end| frame.fits(&truncated(nodes, *end)));
    let kept = truncated(nodes, *ends.get(fitting.checked_sub(1)?)?);
    frame.fits(&kept).then_some(kept)
}

/// The nodes up to a byte of their text. What would be parted there and means something only as
/// a whole is left out.
fn truncated(nodes: &[Node], at: usize) -> Vec<Node> {
    let mut kept = Vec::new();
    let mut left = at;
    for node in nodes {
        if left == 0 {
            break;
        }
        let length = node.text().len();
        if length <= left {
            kept.push(node.clone());
            left -= length;
            continue;
        }
        match node {
            Node::Text(text) => {
                kept.extend(text.get(..left).map(|text| Node::Text(text.to_owned())))
            }
            Node::Element { name, .. }
                if matches!(name.as_str(), "a" | "ruby" | "svg" | "math") => {}
            Node::Element {
                name,
                attributes,
                children,
            } => kept.push(Node::Element {
                name: name.clone(),
                attributes: attributes.clone(),
                children: truncated(children, left),
            }),
        }
        break;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::{markdown, wechat};
    use super::{Node, shorten, tree};
    use proptest::prelude::{ProptestConfig, proptest};

    fn characters(text: &str) -> usize {
        text.chars().count()
    }

    /// The beginning within the room, which must keep its promise.
    #[track_caller]
    fn short(html: &str, room: usize) -> String {
        let (kept, cut) = shorten(html, room, characters);
        assert!(cut && characters(&kept) <= room, "{kept}");
        kept
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let html = "<p>第一段。</p><p>第二段，很长很长。</p>";
        assert_eq!(shorten(html, 99, characters), (html.to_owned(), false));
    }

    #[test]
    fn articles_are_cut_between_blocks() {
        let html = "<p>第一段。</p><p>第二段，很长很长。</p>";
        assert_eq!(short(html, 18), "<p>第一段。</p>");
        let html = format!(
            "<p>{}</p>\n<p>{}</p>",
            "一句。".repeat(20),
            "二句。".repeat(20)
        );
        assert_eq!(short(&html, 100), format!("<p>{}</p>", "一句。".repeat(20)));
    }

    #[test]
    fn a_huge_block_is_cut_behind_a_sentence() {
        let html = format!(
            "<p>月薪 · 深圳</p>\n<p>{}</p>",
            "这是一句完整的话。".repeat(100)
        );
        let sentences = (500 - characters("<p>月薪 · 深圳</p>\n<p></p>")) / 9;
        assert_eq!(
            short(&html, 500),
            format!(
                "<p>月薪 · 深圳</p>\n<p>{}</p>",
                "这是一句完整的话。".repeat(sentences)
            )
        );
        let html = "<p>只有一段，很长很长很长很长。</p>";
        let kept = short(html, 15);
        assert!(
            kept.starts_with("<p>只有") && kept.ends_with("…</p>"),
            "{kept}"
        );
    }

    #[test]
    fn marks_and_links_before_the_cut_stay_and_none_is_parted() {
        let link = "<a href=\"https://e.org/\">这里的说明</a>";
        let html = format!(
            "<p>一句<strong>重点</strong>，见{link}。{}</p>",
            "字".repeat(200)
        );
        assert_eq!(
            short(&html, 80),
            format!("<p>一句<strong>重点</strong>，见{link}。</p>")
        );
        let html = format!(
            "<p>{}<em>重点句子。</em>再见{link}{}</p>",
            "字".repeat(30),
            "字".repeat(90)
        );
        for room in 20..90 {
            let kept = short(&html, room);
            assert_eq!(kept.contains("<a "), kept.contains(link), "{kept}");
        }
        let html = format!("<p>{}<img src=\"a\"></p>", "字".repeat(90));
        assert!(!short(&html, 60).contains("<img"));
    }

    #[test]
    fn huge_lists_quotes_and_tables_are_cut_between_their_parts() {
        let items = "<li>一项，<b>说</b>明。</li>\n".repeat(50);
        let kept = short(&format!("<ul>\n{items}</ul>"), 200);
        assert!(kept.replace('\n', "").ends_with("</li></ul>"), "{kept}");
        assert!(characters(&kept) > 150, "{kept}");
        let html = format!(
            "<div><blockquote>{}</blockquote></div>",
            "<p>引一句。</p>".repeat(50)
        );
        let kept = short(&html, 100);
        assert!(kept.ends_with("。</p></blockquote></div>"), "{kept}");
        let rows = "<tr><td>城</td><td>薪</td></tr>".repeat(50);
        let head = "<thead><tr><th>城</th></tr></thead>";
        let html = format!("<table>{head}<tbody>{rows}</tbody></table>");
        let kept = short(&html, 200);
        assert!(kept.ends_with("</td></tr></tbody></table>"), "{kept}");
        // A head without a row says nothing.
        assert!(!short(&html, 70).contains("<table>"));
    }

    #[test]
    fn code_is_cut_between_its_lines() {
        let html = format!(
            "<pre><code><span>let</span> a;\n{}</code></pre>",
            "b();\n".repeat(50)
        );
        let kept = short(&html, 100);
        assert!(
            kept.starts_with("<pre><code><span>let</span> a;\nb();"),
            "{kept}"
        );
        assert!(kept.ends_with("b();</code></pre>"), "{kept}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_cut_fits_and_is_a_beginning(
            pieces in proptest::collection::vec(
                "[字。， a-z“”&]{0,9}|<br>|<img src=\"a\">|<p>|</p>|<b>|</b>|<ul><li>|</li></ul>|<div>|</div>|<a href=\"b\">c d</a>",
                0..30),
            room in 0_usize..120,
        ) {
            let html = pieces.concat();
            for shape in [str::to_owned as fn(&str) -> String, markdown, wechat] {
                let size = |html: &str| characters(&shape(html));
                let (kept, cut) = shorten(&html, room, size);
                assert!(kept.is_empty() || size(&kept) <= room, "{kept:?} of {html:?}");
                assert!(cut || kept == html);
                let words = |html: &str| -> String {
                    let text = tree::parse(html).iter().map(Node::text).collect::<String>();
                    text.split_whitespace().collect()
                };
                let (kept, all) = (words(&kept), words(&html));
                let same = kept.chars().zip(all.chars()).take_while(|(a, b)| a == b).count();
                // An ellipsis, and what closes the quotes that were open.
                assert!(kept.chars().count() <= same + 9, "{kept:?} of {all:?}");
            }
        }
    }
}
