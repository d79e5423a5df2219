//! One page for one account: title, summary, tags, cover and text within the limits.

use super::overrides::Override;
use super::{Composed, Texts, absolute, article, call, cut, select, short, words};
use crate::diag::{Code, Diagnostic, Place, Position};
use crate::platform::capability::{BodyImages, Links, Markup};
use crate::platform::counting::count;
use crate::platform::rich::Rich;
use crate::platform::{Capabilities, Content, Image, Post};
use crate::publish::account::{Account, BodyWish};
use crate::publish::plan::unit;
use crate::site::tracking::{PAGE, Road, tracked};
use crate::site::{Page, PageId, Site, Target};
use std::sync::Arc;

/// Room for the address that an uploaded image has there, longer than the one it had here.
const UPLOADED_ADDRESS: usize = 200;

/// One page for one account.
pub(super) struct Work<'a> {
    pub(super) account: &'a Account,
    pub(super) capabilities: &'a Capabilities,
    pub(super) site: &'a Site,
    pub(super) page: &'a Page,
    pub(super) id: PageId,
    pub(super) texts: &'a dyn Texts,
    pub(super) own: &'a Override,
}

impl Work<'_> {
    /// The post, and what was cut or refused.
    pub(super) fn compose(
        &self,
        key: String,
        short: Option<&short::Template>,
    ) -> (Composed, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let capabilities = self.capabilities;
        let source = &self.page.source;
        let canonical = absolute(self.site, &self.page.url);
        let link = if self.account.track {
            tracked(
                &canonical,
                &Road {
                    source: &self.account.name,
                    medium: capabilities.medium.as_str(),
                    campaign: &self.page.slug,
                    label: PAGE,
                },
            )
        } else {
            canonical.clone()
        };
        let (title, title_cut) = self.title(&mut diagnostics);
        let summary = self.summary();
        let (cover, images) = (self.cover(), Vec::new());
        let mut composed = Composed {
            post: Post {
                key,
                slug: self.slug(),
                lang: self.lang().to_owned(),
                title,
                summary,
                content: Content::Markdown(String::new()),
                tags: self.tags(),
                authors: source.meta.authors.clone(),
                published: self.page.date.map(|date| date.at),
                cover,
                images,
                canonical,
                link,
                call: None,
            },
            reply: None,
            hash: String::new(),
            length: 0,
            shortened: title_cut,
            due: self.due(),
            former: self
                .site
                .redirects
                .iter()
                .filter(|redirect| redirect.to == self.page.url)
                .map(|redirect| absolute(self.site, &redirect.from))
                .collect(),
            since: self.account.filter.since,
            refusal: None,
        };
        let invitation = call::invitation(self);
        match short {
            Some(template) => {
                self.short(
                    template,
                    invitation.as_ref(),
                    &mut composed,
                    &mut diagnostics,
                );
            }
            None => self.article(invitation.as_ref(), &mut composed, &mut diagnostics),
        }
        composed.post.call = invitation.map(|invitation| invitation.call);
        // A broken template is no page's mistake, and is told at its own place.
        let is_template = |found: &Diagnostic| found.code == Code::TemplateError;
        if let Some(refusal) = &composed.refusal
            && !diagnostics.iter().any(is_template)
        {
            diagnostics.push(
                Diagnostic::new(
                    Code::RefusedPost,
                    format!(
                        "the page cannot be posted to the account `{}`: {refusal}",
                        self.account.name
                    ),
                )
                .at(self.place(None))
                .hint(format!(
                    "mend it, or write `publish: {{ {}: false }}` in its front matter",
                    self.account.name
                )),
            );
        }
        composed.hash = composed.post.digest();
        (composed, diagnostics)
    }

    fn place(&self, position: Option<Position>) -> Place {
        let file = Arc::clone(&self.page.source.file.file);
        match position {
            Some(position) => Place::at(file, position),
            None => Place::file(file),
        }
    }

    pub(super) fn lang(&self) -> &str {
        self.site
            .config
            .languages
            .get(usize::from(self.page.language))
            .map_or("", |language| language.tag.as_str())
    }

    /// The page's slug; other languages than the first add theirs, because a blog there has
    /// one room for all.
    fn slug(&self) -> String {
        if self.page.language == 0 {
            self.page.slug.clone()
        } else {
            format!("{}-{}", self.page.slug, self.lang().to_lowercase())
        }
    }

    fn title(&self, diagnostics: &mut Vec<Diagnostic>) -> (String, bool) {
        let source = &self.page.source;
        let whole = self.own.title.as_deref().unwrap_or(&source.title);
        let whole = one_line(whole);
        let Some(limit) = self.capabilities.title else {
            return (whole, false);
        };
        let length = count(&whole, limit.unit);
        if length <= limit.most {
            return (whole, false);
        }
        let cut = cut::fit(&whole, limit.most, |text| count(text, limit.unit));
        let position = source.meta.title.as_ref().map(|title| title.position);
        diagnostics.push(
            Diagnostic::new(
                Code::ShortenedPost,
                format!(
                    "the title has {length} {}, the account `{}` takes {}: it becomes `{cut}`",
                    unit(limit.unit),
                    self.account.name,
                    limit.most
                ),
            )
            .at(self.place(position))
            .hint(format!(
                "write a shorter one for it: `publish: {{ {}: {{ title: … }} }}`",
                self.account.name
            )),
        );
        (cut, true)
    }

    fn summary(&self) -> String {
        let whole = match &self.own.summary {
            Some(summary) => one_line(summary),
            None => self.texts.summary(self.id),
        };
        match self.capabilities.summary {
            Some(limit) => cut::fit(&whole, limit.most, |text| count(text, limit.unit)),
            None => whole,
        }
    }

    fn tags(&self) -> Vec<String> {
        let terms = self.page.source.meta.terms.iter();
        let mut tags: Vec<String> = Vec::new();
        for (taxonomy, names) in terms {
            if taxonomy == "categories" {
                continue;
            }
            for name in names {
                if !tags.contains(&name.value) {
                    tags.push(name.value.clone());
                }
            }
        }
        if self.capabilities.tags > 0 {
            tags.truncate(self.capabilities.tags);
        }
        tags
    }

    fn cover(&self) -> Option<Image> {
        self.capabilities.cover?;
        let cover = self.page.cover.as_ref()?;
        let file = cover.file.as_deref().map(str::to_owned);
        // Drawings are no pictures to a platform, and rendering them is not our trade.
        if cover.url.ends_with(".svg") {
            return None;
        }
        Some(Image {
            url: absolute(self.site, &cover.url),
            alt: self
                .page
                .source
                .meta
                .cover_alt
                .clone()
                .unwrap_or_else(|| one_line(&self.page.source.title)),
            digest: file.as_deref().and_then(|file| self.texts.digest(file)),
            file,
        })
    }

    /// When the post may go out: the day that the page names for this account, else the page's
    /// date and the account's delay.
    fn due(&self) -> Option<jiff::Timestamp> {
        if let Some(at) = self.own.at {
            return Some(at);
        }
        let date = self.page.date?.at;
        date.to_zoned(self.site.config.timezone.clone())
            .checked_add(self.account.delay)
            .ok()
            .map(|due| due.timestamp())
    }

    fn short(
        &self,
        template: &short::Template,
        invitation: Option<&call::Invitation>,
        composed: &mut Composed,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let call = invitation.map(|invitation| invitation.short(self.capabilities.markup));
        let mut whole = short::Values {
            title: &composed.post.title,
            summary: &composed.post.summary,
            link: &composed.post.link,
            canonical: &composed.post.canonical,
            tags: &composed.post.tags,
            facts: &self.texts.facts(self.id),
            kind: self.page.kind.as_str(),
            lang: self.lang(),
            site: self.site.config.title.get(self.lang()),
            authors: &composed.post.authors,
            own: self.own.text.as_deref(),
            call: call.as_deref().unwrap_or_default(),
            before: "",
        };
        let filled = template.fill(&whole, self.account, self.capabilities);
        whole.before = words::updated(self.lang());
        let reply = self
            .capabilities
            .reply
            .then(|| template.fill(&whole, self.account, self.capabilities));
        match filled {
            Ok(filled) => {
                composed.reply = reply
                    .and_then(Result::ok)
                    .map(|reply| self.told_as_news(&composed.post, reply.rich));
                composed.length = filled.length;
                composed.shortened |= filled.shortened;
                composed.post.content = Content::Short(filled.rich);
                if filled.shortened && self.own.text.is_some() {
                    diagnostics.push(
                        Diagnostic::new(
                            Code::ShortenedPost,
                            format!(
                                "the text that the page gives for the account `{}` is longer than {} {}",
                                self.account.name,
                                self.capabilities.text.most,
                                unit(self.capabilities.text.unit)
                            ),
                        )
                        .at(self.place(self.own.position)),
                    );
                }
            }
            Err(short::Trouble::Template(diagnostic)) => {
                composed.refusal = Some("the account's template cannot be filled".to_owned());
                diagnostics
                    .push(diagnostic.hint(format!("while filling it for `{}`", composed.post.key)));
            }
            Err(short::Trouble::TooLong(refusal)) => composed.refusal = Some(refusal),
        }
    }

    /// The post as a reply to the first one.
    fn told_as_news(&self, post: &Post, content: Rich) -> Post {
        let title = format!("{}{}", words::updated(self.lang()), post.title);
        let fits = self
            .capabilities
            .title
            .is_none_or(|limit| count(&title, limit.unit) <= limit.most);
        Post {
            title: if fits { title } else { post.title.clone() },
            content: Content::Short(content),
            ..post.clone()
        }
    }

    fn article(
        &self,
        invitation: Option<&call::Invitation>,
        composed: &mut Composed,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let capabilities = self.capabilities;
        let full = self.account.body == BodyWish::Full
            && select::rights(self.page) == select::Rights::Full;
        let mut html = match (&self.own.text, full) {
            (Some(text), _) => article::paragraphs(text),
            (None, true) => self.texts.body(self.id),
            (None, false) => article::paragraphs(&composed.post.summary),
        };
        if html.trim().is_empty() {
            html = article::paragraphs(&composed.post.summary);
        }
        if capabilities.links == Links::Forbidden {
            html = article::unlinked(&html);
        }
        let facts = self.texts.facts(self.id);
        if !facts.is_empty() {
            html = format!("{}\n{html}", article::paragraphs(&facts.join(" · ")));
        }
        let closing = words::closing(
            self.lang(),
            full,
            self.site.config.title.get(self.lang()),
            &composed.post.link,
            capabilities.links,
        );
        let closing = match invitation {
            Some(invitation) => format!("{closing}\n{}", invitation.html(self.lang())),
            None => closing,
        };
        let limit = capabilities.text;
        let shape = |html: &str| match capabilities.markup {
            Markup::WechatHtml => article::wechat(html),
            Markup::Markdown => article::markdown(html),
            _ => html.to_owned(),
        };
        // What is sent is what is counted.
        let size = |html: &str| {
            let images = match capabilities.images {
                BodyImages::Uploaded(_) => article::images(html).len(),
                BodyImages::None | BodyImages::Linked => 0,
            };
            count(&shape(html), limit.unit) + images * UPLOADED_ADDRESS
        };
        // The way back is worth more than the last paragraph, so room is kept for it.
        let room = limit.most.saturating_sub(size(&closing));
        let (html, cut) = article::shorten(&html, room, size);
        if cut {
            composed.shortened = true;
            diagnostics.push(
                Diagnostic::new(
                    Code::ShortenedPost,
                    format!(
                        "the text is longer than the {} {} that the account `{}` takes; its end is left out",
                        limit.most,
                        unit(limit.unit),
                        self.account.name
                    ),
                )
                .at(self.place(None)),
            );
        }
        let html = format!("{}\n{closing}", html.trim_end());
        if let BodyImages::Uploaded(_) = capabilities.images {
            composed.post.images = self.images(&html);
            // The code is no picture of the page, so it is known only here.
            let code = invitation.and_then(|invitation| invitation.call.code.as_ref());
            if let Some(image) = code.map(|code| &code.image) {
                let shown = composed.post.images.iter_mut();
                shown
                    .filter(|shown| shown.url == image.url)
                    .for_each(|shown| shown.clone_from(image));
            }
        }
        let shaped = shape(&html);
        composed.post.content = match capabilities.markup {
            Markup::Markdown => Content::Markdown(shaped),
            _ => Content::Html(shaped),
        };
        composed.length = count(&composed.post.content.text(), limit.unit);
        if capabilities.links == Links::Forbidden {
            composed.post.link.clear();
        }
    }

    /// The images of the text, with their files where they are the site's own.
    fn images(&self, html: &str) -> Vec<Image> {
        let mut images: Vec<Image> = Vec::new();
        for (url, alt) in article::images(html) {
            if images.iter().any(|known| known.url == url) {
                continue;
            }
            let file = self.page.targets.iter().find_map(|target| match target {
                Target::Picture(picture) if absolute(self.site, &picture.url) == url => {
                    picture.file.as_deref().map(str::to_owned)
                }
                _ => None,
            });
            images.push(Image {
                digest: file.as_deref().and_then(|file| self.texts.digest(file)),
                url,
                alt,
                file,
            });
        }
        images
    }
}

/// White space folded into single spaces.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
