//! Which invitation stands on a page: takes the page's kind, readers and stage, its language
//! and where it is read; gives what is said and the channels it leads to, the same for the
//! site and for posts.

use super::{Channel, Door};
use crate::config::community::{self as settings, Invitation};
use crate::site::{LanguageId, Page, Site};

/// For whom an invitation is wanted.
#[derive(Debug, Clone, Default)]
pub struct Wish<'a> {
    /// Kind of the page.
    pub kind: &'a str,
    /// Audiences of the page; a page without any is for all.
    pub audiences: Vec<&'a str>,
    /// Stage of the page; `acquire` when it does not say.
    pub stage: Option<&'a str>,
    /// Language.
    pub language: LanguageId,
    /// The account that carries it; none on the site itself.
    pub source: Option<&'a str>,
}

/// An invitation.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// What is said; empty where the settings say nothing.
    pub text: &'a str,
    /// Words of the button; likewise.
    pub button: &'a str,
    /// Path of the join page.
    pub join: &'a str,
    /// Channels that fit, the most important one first.
    pub channels: Vec<Offered<'a>>,
}

/// A channel for these readers.
#[derive(Debug, Clone, Copy)]
pub struct Offered<'a> {
    /// What the settings say of it.
    pub settings: &'a settings::Channel,
    /// Its index in the settings.
    pub index: usize,
    /// Its door for them.
    pub door: &'a Door,
}

impl<'a> Wish<'a> {
    /// What a page wants on the site.
    pub fn of(page: &'a Page) -> Self {
        let meta = &page.source.meta;
        Self {
            kind: page.kind.as_str(),
            audiences: meta.audience.iter().map(|word| &*word.value).collect(),
            stage: meta.stage.as_ref().map(|stage| &*stage.value),
            language: page.language,
            source: None,
        }
    }
}

impl Site {
    /// The invitation for these readers; none when the site has no channels.
    pub fn call<'a>(&'a self, wish: &Wish<'_>) -> Option<Call<'a>> {
        let community = self.community.as_ref()?;
        let settings = self.config.community.as_ref()?;
        let join = community.joins.get(usize::from(wish.language))?;
        let lang = &self.config.languages.get(usize::from(wish.language))?.tag;
        let stage = wish.stage.unwrap_or(settings::STAGES[0]);
        let offer = best_offer(settings, wish, stage);
        let of_stage = settings.stage(stage);
        let pick = |of: &dyn Fn(&'a Invitation) -> &'a str| {
            let texts = [offer, of_stage];
            let mut found = texts.into_iter().flatten().map(of);
            found.find(|text| !text.is_empty()).unwrap_or("")
        };
        let named = [offer, of_stage]
            .into_iter()
            .flatten()
            .map(|invitation| &invitation.channels)
            .find(|channels| !channels.is_empty());
        let all = self.offered(wish.language, wish.source);
        let channels: Vec<Offered<'a>> = match named {
            Some(names) => names
                .iter()
                .filter_map(|name| all.iter().find(|offered| offered.settings.name == *name))
                .copied()
                .collect(),
            None => Vec::new(),
        };
        let channels = if channels.is_empty() {
            let fits = |offered: &&Offered<'a>| {
                let own = offered.settings;
                meets(&own.audiences, &wish.audiences) && meets(&own.stages, &[stage])
            };
            all.iter().filter(fits).copied().collect()
        } else {
            channels
        };
        Some(Call {
            text: pick(&|invitation| invitation.text.get(lang)),
            button: pick(&|invitation| invitation.button.get(lang)),
            join: &join.url,
            channels,
        })
    }

    /// All channels that lead somewhere, for readers of a language.
    pub fn offered<'a>(&'a self, language: LanguageId, source: Option<&str>) -> Vec<Offered<'a>> {
        let (Some(community), Some(settings), Some(language)) = (
            &self.community,
            &self.config.community,
            self.config.languages.get(usize::from(language)),
        ) else {
            return Vec::new();
        };
        let channels = community.channels.iter();
        channels
            .filter_map(|channel: &Channel| {
                let own = settings.channels.get(channel.index)?;
                let door = channel.door(source)?;
                let speaks = own.languages.is_empty() || own.languages.contains(&language.tag);
                (speaks && door.is_open()).then_some(Offered {
                    settings: own,
                    index: channel.index,
                    door,
                })
            })
            .collect()
    }
}

/// The offer with the most conditions of those that are met; the first of several.
fn best_offer<'a>(
    settings: &'a settings::Community,
    wish: &Wish<'_>,
    stage: &str,
) -> Option<&'a Invitation> {
    let met = settings.offers.iter().filter(|offer| {
        meets(&offer.audiences, &wish.audiences)
            && meets(&offer.stages, &[stage])
            && meets(&offer.kinds, &[wish.kind])
    });
    let weight = |offer: &settings::Offer| {
        [&offer.audiences, &offer.stages, &offer.kinds]
            .iter()
            .filter(|words| !words.is_empty())
            .count()
    };
    // The last of equals would win otherwise.
    met.rev()
        .max_by_key(|offer| weight(offer))
        .map(|offer| &offer.invitation)
}

/// Whether a condition is met: it names none, or one of these.
fn meets(condition: &[String], words: &[&str]) -> bool {
    condition.is_empty() || condition.iter().any(|word| words.contains(&word.as_str()))
}
