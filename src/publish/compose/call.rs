//! The way into the community in a post: takes a page, an account and what its platform allows,
//! gives the invitation as a link, a button, a name with its QR code, or plain words. Which
//! invitation and which channel is the site's choice, the same as on the page itself.

use super::work::Work;
use super::{absolute, article, words};
use crate::platform::capability::{CallForm, Markup};
use crate::platform::{Call, CallCode, Image, rich};
use crate::site::community::{DoorCode, LONGEST_CODE, Wish};
use crate::site::tracking::{CODE, Road, tracked};

/// An invitation in the form that the platform allows.
pub(super) struct Invitation {
    /// What the post carries beside its text.
    pub(super) call: Call,
    form: CallForm,
    /// Name of the channel for readers; empty when none is chosen.
    channel: String,
}

/// The invitation of a post; none when the site has no channels, or none for that account.
pub(super) fn invitation(work: &Work<'_>) -> Option<Invitation> {
    let (site, account) = (work.site, work.account);
    let name = account.name.as_str();
    if site.offered(work.page.language, Some(name)).is_empty() {
        return None;
    }
    let wish = Wish {
        source: Some(name),
        ..Wish::of(work.page)
    };
    let said = site.call(&wish)?;
    let lang = work.lang();
    let form = work.capabilities.call();
    let first = said.channels.first();
    let road = |medium, label| Road {
        source: name,
        medium,
        campaign: &work.page.slug,
        label,
    };
    let join = absolute(site, said.join);
    let link = if account.track {
        let label = first.map_or("join", |one| one.settings.name.as_str());
        tracked(&join, &road(work.capabilities.medium.as_str(), label))
    } else {
        join
    };
    // A channel with a code comes first where the code is all that a reader can take.
    let shown = match form {
        CallForm::NameAndCode => said
            .channels
            .iter()
            .find(|one| one.door.code != DoorCode::None)
            .or(first),
        _ => first,
    };
    let channel = shown.map_or_else(String::new, |one| {
        one.settings.title(lang, Some(name)).to_owned()
    });
    let code = shown
        .filter(|_| form == CallForm::NameAndCode)
        .and_then(|one| {
            let door = absolute(site, &one.door.url);
            match &one.door.code {
                DoorCode::None => None,
                DoorCode::Picture(picture) if picture.url.ends_with(".svg") => None,
                DoorCode::Picture(picture) => {
                    let file = picture.file.as_deref().map(str::to_owned);
                    Some(CallCode {
                        image: Image {
                            url: absolute(site, &picture.url),
                            alt: channel.clone(),
                            digest: file.as_deref().and_then(|file| work.texts.digest(file)),
                            file,
                        },
                        text: None,
                    })
                }
                DoorCode::Made(text) => {
                    // A code of the site's own address tells which page it stood on.
                    let own = tracked(&door, &road(CODE, &one.settings.name));
                    let fits = text.starts_with(&door) && own.len() <= LONGEST_CODE;
                    let text = if fits { own } else { text.clone() };
                    let query = text.split_once('?').filter(|_| fits);
                    let query = query.map_or_else(String::new, |(_, query)| format!("?{query}"));
                    Some(CallCode {
                        image: Image {
                            url: format!("{door}qr.png{query}"),
                            alt: channel.clone(),
                            file: None,
                            digest: None,
                        },
                        text: Some(text),
                    })
                }
            }
        });
    let text = match said.text {
        "" => words::invitation(lang, site.config.title.get(lang)),
        text => text.to_owned(),
    };
    // Where neither link nor code may stand, the name is all that leads on.
    let text = if form == CallForm::Words && !channel.is_empty() && !text.contains(&channel) {
        format!("{text} {channel}")
    } else {
        text
    };
    let button = match (said.button, first.map(|one| one.settings.button.get(lang))) {
        ("", Some("") | None) => words::join(lang).to_owned(),
        ("", Some(button)) | (button, _) => button.to_owned(),
    };
    Some(Invitation {
        call: Call {
            text,
            button,
            link: matches!(form, CallForm::Link | CallForm::Button).then_some(link),
            code,
        },
        form,
        channel,
    })
}

impl Invitation {
    /// For a short text, with marks.
    pub(super) fn short(&self, markup: Markup) -> String {
        let text = rich::unmarked(&self.call.text);
        match (self.form, &self.call.link) {
            (CallForm::Button, _) => text,
            (CallForm::Link, Some(link)) => match markup {
                Markup::Plain | Markup::LittleText => format!("{text} {link}"),
                _ => format!("{text} {}", rich::link(&self.call.button, link)),
            },
            _ => self.plain(),
        }
    }

    /// For the end of an article, as HTML.
    pub(super) fn html(&self, lang: &str) -> String {
        match (self.form, &self.call.link, &self.call.code) {
            (CallForm::Link | CallForm::Button, Some(link), _) => {
                article::with_link(&format!("{} ", self.call.text), link)
            }
            (CallForm::NameAndCode, _, Some(code)) => {
                let words = words::scan(lang, &self.channel);
                let said = article::paragraphs(&format!("{}\n{words}", self.call.text));
                format!(
                    "{said}\n{}",
                    article::picture(&code.image.url, &code.image.alt)
                )
            }
            _ => article::paragraphs(&self.plain()),
        }
    }

    fn plain(&self) -> String {
        let text = rich::unmarked(&self.call.text);
        if self.channel.is_empty() || text.contains(&self.channel) {
            text
        } else {
            format!("{text} {}", self.channel)
        }
    }
}
