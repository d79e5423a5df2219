//! Bodies in, HTML out.

use super::{Mode, page, unknown_components};
use crate::content::body::Component;
use crate::content::kind::Article;
use crate::content::{Body, Details, Hole, HoleKind};
use crate::diag::{Position, print};
use crate::render::context::Contexts;
use crate::render::errors::Errors;
use crate::render::sample;
use crate::render::theme::assemble;
use crate::render::theme::files::MemoryFiles;
use crate::site::{Picture, Target};

/// Fills a body written with `◌` where a hole is.
fn fill(html: &str, holes: Vec<(HoleKind, Target)>, mode: Mode) -> (String, Vec<String>) {
    let mut config = sample::config_at("https://example.org/blog");
    config.theme = "city".to_owned();
    let files = MemoryFiles::new([
        ("themes/city/theme.yaml", "contract: 1\n"),
        (
            "themes/city/templates/components/note.html",
            "<aside class=\"{{ attributes.kind or name }}\">{% if label %}<b>{{ label }}</b>{% endif %}{{ body }}{% if in_feed %}!{% endif %}</aside>\n",
        ),
        (
            "themes/city/templates/components/figure.html",
            "<img src=\"{{ attributes.src }}\" width={{ attributes.width }}>",
        ),
        (
            "themes/city/templates/components/bad.html",
            "\n{{ page.title }}{{ attributes.nothing.at.all }}",
        ),
    ]);
    let mut site = sample::site(config);
    let parts: Vec<&str> = html.split('◌').collect();
    assert_eq!(parts.len(), holes.len() + 1);
    let mut body = Body::default();
    let mut targets = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        body.html.make_mut().push_str(part);
        if let Some((kind, target)) = holes.get(number) {
            body.holes.push(Hole {
                offset: body.html.get().len(),
                position: Position {
                    line: u32::try_from(number + 1).unwrap(),
                    column: 1,
                    length: 0,
                },
                kind: kind.clone(),
            });
            targets.push(target.clone());
        }
    }
    let article = || Details::Article(Article::default());
    let mut first = sample::page("articles/a", "A & <B>", article());
    sample::change(&mut first, |source| source.body = body);
    first.targets = targets;
    site.pages = vec![first, sample::page("articles/b", "汉字 \"B\"", article())];
    let (theme, diagnostics) = assemble(&files, &site.config);
    assert_eq!(diagnostics, []);
    let theme = theme.unwrap();
    let contexts = Contexts::new(&site, &theme);
    let errors = Errors::default();
    let html = page(&contexts, 0, mode, &errors);
    let mut diagnostics = unknown_components(&contexts);
    diagnostics.extend(errors.finish());
    let said = diagnostics
        .iter()
        .map(|diagnostic| {
            let mut line = print::short(diagnostic).trim_end().to_owned();
            for hint in &diagnostic.hints {
                line.push_str(&format!(" | {hint}"));
            }
            for related in &diagnostic.related {
                let place = &related.place;
                line.push_str(&format!(
                    " | {}: {}:{}",
                    related.label, place.file, place.position.line
                ));
            }
            line
        })
        .collect();
    (html, said)
}

fn filled(html: &str, holes: Vec<(HoleKind, Target)>) -> String {
    let (html, said) = fill(html, holes, Mode::Site);
    assert_eq!(said, [] as [&str; 0]);
    html
}

fn href(written: &str) -> HoleKind {
    HoleKind::Href(written.to_owned())
}

fn url(url: &str) -> Target {
    Target::Url(url.to_owned())
}

fn image(alt: &str, title: Option<&str>, alone: bool) -> HoleKind {
    HoleKind::Image {
        source: "a.png".to_owned(),
        alt: alt.to_owned(),
        title: title.map(str::to_owned),
        alone,
        attributes: vec![
            ("class".to_owned(), "wide".to_owned()),
            ("onload".to_owned(), "x()".to_owned()),
        ],
    }
}

fn picture() -> Target {
    Target::Picture(Picture {
        url: "/blog/a.png".to_owned(),
        width: Some(10),
        height: Some(20),
        file: None,
    })
}

fn open(name: &str, label: Option<&str>, attributes: &[(&str, &str)]) -> HoleKind {
    HoleKind::Open(Component {
        name: name.to_owned(),
        label: label.map(str::to_owned),
        attributes: attributes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    })
}

#[test]
fn links_lead_to_pages_and_other_sites_get_no_handle_on_ours() {
    let html = filled(
        "<a href=\"◌\">1</a> <a href=\"◌\" title=\"t\">2</a> <a rel=\"me\" href=\"◌\">3</a> <a href=\"◌\">4</a>",
        vec![
            (href("b.md#x"), Target::Page(1, "#x".to_owned())),
            (href("x"), url("https://other.example/?a=1&b=\"2\"")),
            (href("x"), url("https://other.example/")),
            (href("https://example.org/y"), Target::None),
        ],
    );
    assert_eq!(
        html,
        "<a href=\"/articles/b/#x\">1</a> \
         <a href=\"https://other.example/?a=1&amp;b=&quot;2&quot;\" rel=\"noopener\" title=\"t\">2</a> \
         <a rel=\"me\" href=\"https://other.example/\">3</a> \
         <a href=\"https://example.org/y\">4</a>"
    );
}

#[test]
fn images_have_a_size_and_a_caption_when_they_stand_alone() {
    assert_eq!(
        filled(
            "<p>◌</p>◌",
            vec![
                (image("a \"b\"", Some("t"), false), picture()),
                (image("", Some("<题>"), true), picture()),
            ]
        ),
        "<p><img src=\"/blog/a.png\" alt=\"a &quot;b&quot;\" width=\"10\" height=\"20\" loading=\"lazy\" decoding=\"async\" title=\"t\" class=\"wide\"></p>\
         <figure><img src=\"/blog/a.png\" alt=\"\" width=\"10\" height=\"20\" loading=\"lazy\" decoding=\"async\" class=\"wide\"><figcaption>&lt;题&gt;</figcaption></figure>\n"
    );
}

#[test]
fn a_feed_has_whole_addresses() {
    let (html, _) = fill(
        "<a href=\"◌\">1</a><a href=\"◌\">2</a>◌<video src=\"◌\">",
        vec![
            (href("b.md"), Target::Page(1, String::new())),
            (href("#x"), url("#x")),
            (image("", None, false), picture()),
            (HoleKind::Source("v.mp4".to_owned()), url("/blog/v.mp4")),
        ],
        Mode::Feed,
    );
    assert_eq!(
        html,
        "<a href=\"https://example.org/articles/b/\">1</a>\
         <a href=\"https://example.org/articles/a/#x\">2</a>\
         <img src=\"https://example.org/blog/a.png\" alt=\"\" width=\"10\" height=\"20\" class=\"wide\">\
         <video src=\"https://example.org/blog/v.mp4\">"
    );
}

#[test]
fn embedded_images_take_a_size_as_obsidian_has_it() {
    for (label, wanted) in [
        (
            "100",
            "alt=\"\" loading=\"lazy\" decoding=\"async\" width=\"100\"",
        ),
        (
            "300x200",
            "alt=\"\" loading=\"lazy\" decoding=\"async\" width=\"300\" height=\"200\"",
        ),
        (
            "厂门|100",
            "alt=\"厂门\" loading=\"lazy\" decoding=\"async\" width=\"100\"",
        ),
        (
            "2x 速",
            "alt=\"2x 速\" width=\"10\" height=\"20\" loading=\"lazy\" decoding=\"async\"",
        ),
    ] {
        let link = HoleKind::Wikilink {
            target: "a.png".to_owned(),
            label: Some(label.to_owned()),
            embed: true,
            alone: false,
            raw: String::new(),
        };
        assert_eq!(
            filled("◌", vec![(link, picture())]),
            format!("<img src=\"/blog/a.png\" {wanted}>"),
        );
    }
}

#[test]
fn wikilinks_take_the_title_of_their_page_or_stay_as_written() {
    let link = |embed, alone| HoleKind::Wikilink {
        target: "b".to_owned(),
        label: None,
        embed,
        alone,
        raw: "[[b]]".to_owned(),
    };
    assert_eq!(
        filled(
            "◌ ◌ ◌◌",
            vec![
                (link(false, false), Target::Page(1, String::new())),
                (link(false, false), Target::Missing),
                (link(true, false), Target::Page(1, String::new())),
                (link(true, true), Target::Page(1, String::new())),
            ]
        ),
        "<a href=\"/articles/b/\">汉字 &quot;B&quot;</a> [[b]] \
         <span class=\"embed\"><a href=\"/articles/b/\">汉字 &quot;B&quot;</a> <span>汉字 &quot;B&quot;: 摘要</span></span>\
         <blockquote class=\"embed\"><p><a href=\"/articles/b/\">汉字 &quot;B&quot;</a></p><p>汉字 &quot;B&quot;: 摘要</p></blockquote>\n"
    );
}

#[test]
fn components_nest_and_know_where_they_are() {
    let holes = || {
        vec![
            (
                open("note", Some("<i>L</i>"), &[("kind", "a\"b")]),
                Target::None,
            ),
            (open("note", None, &[]), Target::None),
            (HoleKind::Close, Target::None),
            (HoleKind::Close, Target::None),
        ]
    };
    let text = "<p>{{ 1 }}</p>◌<p>out</p>◌<p>in</p>◌◌<p>end</p>";
    assert_eq!(
        filled(text, holes()),
        "<p>{{ 1 }}</p><aside class=\"a&quot;b\"><b><i>L</i></b><p>out</p><aside class=\"note\"><p>in</p></aside></aside><p>end</p>"
    );
    let (html, _) = fill(text, holes(), Mode::Feed);
    assert!(html.contains("<p>in</p>!</aside>!</aside>"), "{html}");
}

#[test]
fn addresses_of_components_are_resolved() {
    let holes = || {
        let source = HoleKind::Attribute {
            name: "src".to_owned(),
            value: "a.png".to_owned(),
        };
        vec![
            (open("figure", None, &[("src", "a.png")]), Target::None),
            (source.clone(), picture()),
            (HoleKind::Close, Target::None),
            (
                open("figure", None, &[("src", "a.png"), ("width", "7")]),
                Target::None,
            ),
            (source, picture()),
            (HoleKind::Close, Target::None),
        ]
    };
    assert_eq!(
        filled("◌◌◌◌◌◌", holes()),
        "<img src=\"/blog/a.png\" width=10><img src=\"/blog/a.png\" width=7>"
    );
    let (html, _) = fill("◌◌◌◌◌◌", holes(), Mode::Feed);
    assert!(html.starts_with("<img src=\"https://example.org/blog/a.png\""));
}

#[test]
fn images_of_raw_markup_get_their_size_unless_they_have_one() {
    let source = || HoleKind::Source("a.png".to_owned());
    assert_eq!(
        filled(
            "<img src=\"◌\" alt=\"\"><img width=\"9\" src=\"◌\"><img src=\"◌\" STYLE=\"width:9px\">\
             <video poster=\"◌\"><img srcset=\"◌ 2x\">",
            vec![(source(), picture()); 5]
        ),
        "<img src=\"/blog/a.png\" width=\"10\" height=\"20\" alt=\"\"><img width=\"9\" src=\"/blog/a.png\">\
         <img src=\"/blog/a.png\" STYLE=\"width:9px\"><video poster=\"/blog/a.png\"><img srcset=\"/blog/a.png 2x\">"
    );
}

#[test]
fn a_notice_of_another_tool_is_the_one_that_means_the_same() {
    let holes = vec![
        (open("info", None, &[]), Target::None),
        (HoleKind::Close, Target::None),
    ];
    assert_eq!(
        filled("◌<p>x</p>◌", holes),
        "<aside class=\"info\"><p>x</p></aside>"
    );
}

#[test]
fn a_directive_without_component_keeps_its_text_and_is_named() {
    let (html, said) = fill(
        "◌<p>x</p>◌◌<p>y</p>◌",
        vec![
            (open("noet", None, &[]), Target::None),
            (HoleKind::Close, Target::None),
            (open("bad", None, &[]), Target::None),
            (HoleKind::Close, Target::None),
        ],
        Mode::Site,
    );
    assert_eq!(html, "<p>x</p><p>y</p>");
    assert_eq!(said.len(), 2);
    assert_eq!(
        said[0],
        "content/articles/a.md:1:1: error[unknown-component]: the theme has no component `noet` | did you mean `note`?"
    );
    assert!(
        said[1].starts_with("themes/city/templates/components/bad.html:2:")
            && said[1].ends_with("| while this was rendered: content/articles/a.md:3"),
        "{}",
        said[1]
    );
}

#[test]
fn very_deep_nesting_ends() {
    let depth = 5_000;
    let mut holes = vec![(open("note", None, &[]), Target::None); depth];
    holes.extend(vec![(HoleKind::Close, Target::None); depth]);
    let html = filled(&"◌".repeat(depth * 2), holes);
    assert_eq!(html.matches("<aside").count(), 32);
}
