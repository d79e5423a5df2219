//! One post's sheet: all that a person pastes, each with its count and a button that copies it,
//! a preview, and the field for the address at which the post is read afterwards.

use super::html::{escape, in_textarea, is_web, page};
use super::words::fill;
use super::{Look, Standing, Words, boards, form, preview};
use crate::platform::capability::{Limit, Links};
use crate::platform::counting::count;
use crate::platform::{Content, Image};
use crate::publish::compose::{Composed, article};
use crate::publish::plan::{Change, unit};
use crate::publishing::by_hand::NotRecorded;
use crate::publishing::{AccountWork, Session};
use crate::render::qr;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// What is said above the sheet after its form was sent.
#[derive(Debug)]
pub enum Message {
    /// It was not.
    None,
    /// It was recorded.
    Recorded,
    /// It was refused; with the address as it was typed.
    Refused(NotRecorded, String),
    /// The form was of another run; with the address as it was typed.
    OldForm(String),
}

/// Everything that a sheet is made of.
pub(super) struct Sheet<'a> {
    pub(super) look: &'a Look<'a>,
    pub(super) words: &'static Words,
    /// `https://example.org`, which is left out to show the site's pictures from here.
    origin: &'a str,
    pub(super) work: &'a AccountWork,
    pub(super) composed: &'a Composed,
    pub(super) change: Option<&'a Change>,
    pub(super) message: &'a Message,
}

/// Digest of a post as it is now; none when there is no such post.
pub fn hash<'a>(session: &'a Session, account: &str, post: &str) -> Option<&'a str> {
    find(session, account, post).map(|(_, composed)| composed.hash.as_str())
}

fn find<'a>(
    session: &'a Session,
    account: &str,
    post: &str,
) -> Option<(&'a AccountWork, &'a Composed)> {
    let work = boards(session).find(|work| work.account.name == account)?;
    let wanted = work.composition.wanted.iter();
    let composed = wanted.into_iter().find(|known| known.post.key == post)?;
    Some((work, composed))
}

/// The sheet; none when there is no such post.
pub fn sheet(
    look: &Look<'_>,
    session: &Session,
    account: &str,
    post: &str,
    message: &Message,
) -> Option<String> {
    let (work, composed) = find(session, account, post)?;
    let sheet = Sheet {
        look,
        words: look.words,
        origin: origin(&session.url),
        work,
        composed,
        change: work.changes.iter().find(|change| change.post == post),
        message,
    };
    let attributes = format!(
        " data-account=\"{}\" data-post=\"{}\" data-hash=\"{}\"{}",
        escape(account),
        escape(post),
        escape(&composed.hash),
        if matches!(message, Message::Recorded) {
            " data-recorded=\"1\""
        } else {
            ""
        }
    );
    let title = format!("{} · {}", composed.post.title, work.account.info.title);
    Some(page(look, &title, &attributes, &sheet.body()))
}

impl Sheet<'_> {
    fn body(&self) -> String {
        let words = self.words;
        let post = &self.composed.post;
        let mut body = format!(
            "<nav class=\"top\"><a href=\"{}\">← {}</a> <span>{} <span class=\"key\">{}</span></span> \
             <a href=\"{}\">{}</a></nav>\n<main>\n<h1>{}</h1>\n",
            self.look.address,
            escape(words.desk),
            escape(self.work.account.info.title),
            escape(&self.work.account.name),
            escape(&self.local(&post.canonical)),
            escape(words.page),
            escape(&post.title),
        );
        self.notes(&mut body);
        body.push_str("<div class=\"sheet\">\n<div>\n");
        self.fields(&mut body);
        form::form(self, &mut body);
        let _ = write!(
            body,
            "</div>\n<div class=\"side\">\n<h2>{0}</h2>\n\
             <iframe title=\"{0}\" sandbox srcdoc=\"{1}\"></iframe>\n</div>\n</div>\n\
             <p class=\"status\" id=\"status\" role=\"status\" data-copied=\"{2}\" data-failed=\"{3}\"></p>\n</main>",
            escape(words.preview),
            escape(&preview::preview(self)),
            escape(words.copied),
            escape(words.not_copied),
        );
        body
    }

    /// What must be known before anything is copied.
    fn notes(&self, body: &mut String) {
        let words = self.words;
        let mut note = |class: &str, more: &str, text: &str| {
            let _ = writeln!(body, "<div class=\"note {class}\"{more}>{text}</div>");
        };
        match self.message {
            Message::Recorded => note("good", " role=\"status\"", &escape(words.recorded)),
            Message::OldForm(_) => note("bad", " role=\"alert\"", &escape(words.old_form)),
            Message::None | Message::Refused(..) => {}
        }
        let standing = self.change.and_then(Standing::of);
        if standing == Some(Standing::Changed) {
            note(
                "warn",
                " id=\"drift-posted\"",
                &format!("{}{}", escape(words.drift_posted), self.copy_there()),
            );
        } else if let Some(standing) = standing.filter(|standing| *standing != Standing::ToPost) {
            let text = format!("{}{}", escape(standing.word(words)), self.copy_there());
            note("warn", "", &text);
        }
        note(
            "warn",
            " id=\"drift-pasted\" hidden",
            &escape(words.drift_pasted),
        );
        note(
            "warn",
            " id=\"drift-open\" role=\"alert\" hidden",
            &format!(
                "{} <a href=\"\">{}</a>",
                escape(words.drift_open),
                escape(words.reload)
            ),
        );
        if let Some(refusal) = &self.composed.refusal {
            note(
                "bad",
                "",
                &format!("{}: {}", escape(words.refused), escape(refusal)),
            );
        }
        if self.composed.shortened {
            note("warn", "", &escape(words.shortened));
        }
        if self.work.capabilities.links == Links::Forbidden {
            note("warn", "", &escape(words.no_links));
        }
    }

    /// A link to the copy that is there.
    fn copy_there(&self) -> String {
        let url = self.change.and_then(|change| change.url.as_deref());
        let shown = url.filter(|url| is_web(url)).map(|url| {
            let url = escape(url);
            format!(" <a href=\"{url}\" rel=\"noreferrer\">{url}</a>")
        });
        shown.unwrap_or_default()
    }

    fn fields(&self, body: &mut String) {
        let words = self.words;
        let post = &self.composed.post;
        let able = &self.work.capabilities;
        let _ = writeln!(body, "<p class=\"soft\">{}</p>", escape(words.edits));
        if able.title.is_some() {
            self.field(body, "title", words.title, &post.title, able.title, 2);
        }
        if !post.summary.is_empty() && self.is_article() {
            self.field(
                body,
                "summary",
                words.summary,
                &post.summary,
                able.summary,
                3,
            );
        }
        match &post.content {
            Content::Html(html) => self.rich(body, html),
            Content::Markdown(text) => {
                self.field(body, "text", words.text, text, Some(able.text), 16);
            }
            Content::Short(rich) => {
                let text = rich.plain();
                self.field(body, "text", words.text, &text, Some(able.text), 12);
            }
        }
        self.tags(body);
        if let Some(cover) = &post.cover {
            let _ = write!(
                body,
                "<section class=\"field\"><div class=\"row\"><h2>{}</h2></div><div class=\"picture\">",
                escape(words.cover)
            );
            self.picture(body, "cover", words.cover, cover);
            body.push_str("</div></section>\n");
        }
        let images = self.images();
        if !images.is_empty() {
            let _ = write!(
                body,
                "<section class=\"field\"><div class=\"row\"><h2>{}</h2></div><ul class=\"pictures\">",
                escape(words.images)
            );
            for (index, image) in images.iter().enumerate() {
                body.push_str("<li>");
                self.picture(body, &format!("image-{index}"), words.images, image);
                body.push_str("</li>");
            }
            body.push_str("</ul></section>\n");
        }
        if !post.link.is_empty() && able.links != Links::Forbidden {
            self.field(body, "link", words.link, &post.link, None, 2);
        }
        self.call(body);
    }

    /// The way into the community, for fields of its own and comments below the post.
    fn call(&self, body: &mut String) {
        let Some(call) = &self.composed.post.call else {
            return;
        };
        let words = self.words;
        self.field(body, "call", words.call, &call.text, None, 2);
        if let Some(link) = &call.link {
            self.field(body, "call-link", words.call_link, link, None, 2);
        }
        if let Some(code) = &call.code {
            let _ = write!(
                body,
                "<section class=\"field\"><div class=\"row\"><h2>{}</h2></div><div class=\"picture\">",
                escape(words.code)
            );
            self.picture(body, "code", words.code, &code.image);
            body.push_str("</div></section>\n");
        }
    }

    fn is_article(&self) -> bool {
        !matches!(self.composed.post.content, Content::Short(_))
    }

    /// A text that can be edited, counted and copied.
    fn field(
        &self,
        body: &mut String,
        id: &str,
        name: &str,
        text: &str,
        limit: Option<Limit>,
        rows: usize,
    ) {
        let shown = escape(name);
        let counted = limit
            .map(|limit| self.counted(id, count(text, limit.unit), limit))
            .unwrap_or_default();
        let _ = writeln!(
            body,
            "<section class=\"field\"><div class=\"row\"><label for=\"{id}\">{shown}</label>{counted}{}</div>\
             <textarea id=\"{id}\" lang=\"{}\" rows=\"{rows}\">{}</textarea></section>",
            self.button(id, "", name, self.words.copy),
            escape(&self.composed.post.lang),
            in_textarea(text),
        );
    }

    /// `12 of 100 characters`, which the script keeps up to date.
    fn counted(&self, id: &str, length: usize, limit: Limit) -> String {
        let words = self.words;
        let (name, most) = (unit(limit.unit), limit.most.to_string());
        let shown = match name {
            "characters" => words.characters,
            "bytes" => words.bytes,
            other => other,
        };
        format!(
            "<output class=\"count{}\" for=\"{id}\" data-unit=\"{}\" data-most=\"{most}\" data-of=\"{}\"><span>{}</span> {}</output>",
            if length > limit.most { " over" } else { "" },
            escape(name),
            escape(words.of),
            escape(&fill(words.of, &[&length.to_string(), &most])),
            escape(shown),
        )
    }

    /// A button that copies what a field holds; the article's own says so, because copying it is
    /// what pasting begins with.
    fn button(&self, plain: &str, html: &str, name: &str, label: &str) -> String {
        let is = if plain == "text" { "text" } else { "" };
        let does = if label == name {
            self.words.copy
        } else {
            label
        };
        format!(
            "<button type=\"button\" id=\"copy-{plain}\" data-plain=\"{plain}\" data-html=\"{html}\" data-is=\"{is}\" data-what=\"{0}\" aria-label=\"{2}: {0}\">{1}</button>",
            escape(name),
            escape(label),
            escape(does),
        )
    }

    /// An article for an editor that takes rich text; as plain text it is markdown.
    fn rich(&self, body: &mut String, html: &str) {
        let words = self.words;
        let able = &self.work.capabilities;
        let mut counts = self.counted("", self.composed.length, able.text);
        if let Some(limit) = able.text_too {
            counts.push_str(&self.counted("", count(html, limit.unit), limit));
        }
        let _ = writeln!(
            body,
            "<section class=\"field\"><div class=\"row\"><h2>{}</h2>{counts}{}</div>\
             <div hidden><textarea id=\"rich\" readonly>{}</textarea></div>\
             <textarea id=\"text\" aria-label=\"{} (Markdown)\" lang=\"{}\" rows=\"10\" readonly>{}</textarea></section>",
            escape(words.text),
            self.button("text", "rich", words.text, words.copy_rich),
            in_textarea(html),
            escape(words.text),
            escape(&self.composed.post.lang),
            in_textarea(&article::markdown(html)),
        );
    }

    fn tags(&self, body: &mut String) {
        let words = self.words;
        let tags = &self.composed.post.tags;
        if tags.is_empty() || self.work.capabilities.tags == 0 {
            return;
        }
        let counted = fill(
            words.of,
            &[
                &tags.len().to_string(),
                &self.work.capabilities.tags.to_string(),
            ],
        );
        let _ = write!(
            body,
            "<section class=\"field\"><div class=\"row\"><h2>{}</h2><span class=\"count\">{}</span></div><div class=\"tags\">",
            escape(words.tags),
            escape(&counted)
        );
        for (index, tag) in tags.iter().enumerate() {
            let id = format!("tag-{index}");
            let _ = write!(
                body,
                "<textarea id=\"{id}\" hidden>{}</textarea>{}",
                in_textarea(tag),
                self.button(&id, "", tag, tag)
            );
        }
        body.push_str("</div></section>\n");
    }

    /// The images of the text, in its order.
    fn images(&self) -> Vec<Image> {
        let post = &self.composed.post;
        let code = post.call.as_ref().and_then(|call| call.code.as_ref());
        let is_code = |url: &str| code.is_some_and(|code| code.image.url == url);
        let html = match &post.content {
            Content::Html(html) => html,
            Content::Markdown(text) => &preview::rendered(text),
            Content::Short(_) => return post.images.clone(),
        };
        let mut images: Vec<Image> = Vec::new();
        for (url, alt) in article::images(html) {
            if !images.iter().any(|known| known.url == url) && !is_code(&url) {
                images.push(Image {
                    url,
                    alt,
                    file: None,
                    digest: None,
                });
            }
        }
        images
    }

    /// A picture, with buttons that copy it and what describes it.
    fn picture(&self, body: &mut String, id: &str, name: &str, image: &Image) {
        let words = self.words;
        let local = escape(&self.local(&image.url));
        let _ = write!(
            body,
            "<img src=\"{local}\" alt=\"{0}\" id=\"{id}-picture\"><p class=\"row\">\
             <button type=\"button\" id=\"copy-{id}-picture\" data-picture=\"{id}-picture\" data-what=\"{2}\" aria-label=\"{3}: {2}\">{3}</button>\
             <a class=\"button\" href=\"{local}\" download>{1}</a>",
            escape(&image.alt),
            escape(words.download),
            escape(name),
            escape(words.copy),
        );
        if !image.alt.is_empty() {
            let _ = write!(
                body,
                "<textarea id=\"{id}\" hidden>{}</textarea>{}",
                in_textarea(&image.alt),
                self.button(id, "", &image.alt, words.image_text)
            );
        }
        body.push_str("</p>");
    }

    /// Where something of the site is on this server. A code that is made for this post alone is
    /// nowhere, and stands in the page itself.
    pub(super) fn local(&self, url: &str) -> String {
        let code = self.composed.post.call.as_ref();
        let code = code
            .and_then(|call| call.code.as_ref())
            .filter(|code| code.image.url == url)
            .and_then(|code| code.text.as_deref());
        if let Some(picture) = code.and_then(picture_of) {
            return picture;
        }
        url.strip_prefix(self.origin)
            .filter(|path| path.starts_with('/') && !self.origin.is_empty())
            .unwrap_or(url)
            .to_owned()
    }
}

/// A QR code as an address that holds the picture.
fn picture_of(text: &str) -> Option<String> {
    let bytes = qr::code(text)?.png().ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(bytes)))
}

/// `https://example.org` of `https://example.org/blog`.
fn origin(url: &str) -> &str {
    let Some(host) = url.find("://").map(|at| at + 3) else {
        return "";
    };
    let end = url[host..]
        .find('/')
        .map_or(url.len(), |length| host + length);
    &url[..end]
}
