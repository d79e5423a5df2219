//! HTML as a tree that is easy to write again: takes sanitised HTML, gives nodes of bounded
//! depth. What is nested deeper than any text needs loses its tags and keeps its words.

use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, local_name, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Deepest nesting that is kept.
const DEEPEST: usize = 60;

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Text, unescaped.
    Text(String),
    /// An element.
    Element {
        name: String,
        attributes: Vec<(String, String)>,
        children: Vec<Node>,
    },
}

impl Node {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        match self {
            Self::Text(_) => None,
            Self::Element { attributes, .. } => attributes
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str()),
        }
    }

    /// Its element's name, or nothing for text.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Text(_) => "",
            Self::Element { name, .. } => name,
        }
    }

    /// The nodes inside.
    pub(super) fn children(&self) -> &[Self] {
        match self {
            Self::Text(_) => &[],
            Self::Element { children, .. } => children,
        }
    }

    /// Its text without tags.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Element { name, .. } if name == "br" => "\n".to_owned(),
            Self::Element { children, .. } => children.iter().map(Self::text).collect(),
        }
    }

    /// Whether it begins a block of its own.
    pub(super) fn is_block(&self) -> bool {
        matches!(
            self.name(),
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "dd"
                | "details"
                | "div"
                | "dl"
                | "dt"
                | "figcaption"
                | "figure"
                | "footer"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "header"
                | "hr"
                | "li"
                | "main"
                | "ol"
                | "p"
                | "pre"
                | "section"
                | "summary"
                | "table"
                | "ul"
        )
    }
}

/// The nodes of a piece of HTML.
pub(super) fn parse(html: &str) -> Vec<Node> {
    let context = html5ever::QualName::new(None, ns!(html), local_name!("body"));
    let dom = parse_fragment(
        RcDom::default(),
        ParseOpts::default(),
        context,
        Vec::new(),
        false,
    )
    .one(html);
    // A parsed fragment lies inside an `html` element.
    let mut nodes = Vec::new();
    for root in dom.document.children.borrow().iter() {
        nodes.extend(children(root, 0));
    }
    nodes
}

fn children(handle: &Handle, depth: usize) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for child in handle.children.borrow().iter() {
        match &child.data {
            NodeData::Text { contents } => push_text(&mut nodes, &contents.borrow()),
            NodeData::Element { name, attrs, .. } if depth < DEEPEST => {
                let attributes = attrs
                    .borrow()
                    .iter()
                    .map(|attribute| {
                        (
                            attribute.name.local.to_string(),
                            attribute.value.to_string(),
                        )
                    })
                    .collect();
                nodes.push(Node::Element {
                    name: name.local.to_string(),
                    attributes,
                    children: children(child, depth + 1),
                });
            }
            NodeData::Element { .. } => push_text(&mut nodes, &words(child)),
            _ => {}
        }
    }
    nodes
}

fn push_text(nodes: &mut Vec<Node>, text: &str) {
    if let Some(Node::Text(before)) = nodes.last_mut() {
        before.push_str(text);
    } else {
        nodes.push(Node::Text(text.to_owned()));
    }
}

/// The text below a node, however deep it lies.
fn words(handle: &Handle) -> String {
    let mut text = String::new();
    let mut waiting = vec![handle.clone()];
    while let Some(node) = waiting.pop() {
        if let NodeData::Text { contents } = &node.data {
            text.push_str(&contents.borrow());
        }
        waiting.extend(node.children.borrow().iter().rev().cloned());
    }
    text
}

/// The nodes with what is inside of every such element in the element's place.
pub(super) fn without(nodes: Vec<Node>, taken_out: &str) -> Vec<Node> {
    let mut kept = Vec::new();
    for node in nodes {
        match node {
            Node::Element { name, children, .. } if name == taken_out => {
                kept.extend(without(children, taken_out));
            }
            Node::Element {
                name,
                attributes,
                children,
            } => kept.push(Node::Element {
                name,
                attributes,
                children: without(children, taken_out),
            }),
            text @ Node::Text(_) => kept.push(text),
        }
    }
    kept
}

/// The nodes with every image's address replaced. Other sizes of the same image are left out.
pub(super) fn with_images_at(nodes: Vec<Node>, at: &dyn Fn(&str) -> String) -> Vec<Node> {
    let moved = |node| match node {
        Node::Element {
            name,
            mut attributes,
            children,
        } => {
            if name == "img" {
                attributes.retain(|(key, _)| key != "srcset");
                for (_, value) in attributes.iter_mut().filter(|(key, _)| key == "src") {
                    *value = at(value);
                }
            }
            Node::Element {
                name,
                attributes,
                children: with_images_at(children, at),
            }
        }
        text @ Node::Text(_) => text,
    };
    nodes.into_iter().map(moved).collect()
}

/// Writes nodes as HTML.
pub(super) fn write(nodes: &[Node], html: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => escape(text, html),
            Node::Element {
                name,
                attributes,
                children,
            } => {
                open(name, attributes, html);
                if !matches!(
                    name.as_str(),
                    "br" | "hr" | "img" | "source" | "track" | "wbr"
                ) {
                    write(children, html);
                    html.push_str("</");
                    html.push_str(name);
                    html.push('>');
                }
            }
        }
    }
}

/// Writes an opening tag.
pub(super) fn open(name: &str, attributes: &[(String, String)], html: &mut String) {
    html.push('<');
    html.push_str(name);
    for (key, value) in attributes {
        html.push(' ');
        html.push_str(key);
        html.push_str("=\"");
        escape(value, html);
        html.push('"');
    }
    html.push('>');
}

/// Appends a text, escaped for content and for attributes in double quotes.
pub(super) fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}
