//! The records `call`, `channel` and `community`: takes what the site offers to its readers,
//! gives what templates see of it. Chooses nothing.

use super::value::{maybe, picture, record, texts};
use crate::site::community::{Call, DoorCode, Leads, Offered};
use crate::site::{LanguageId, Site};
use tera::{Map, Value};

/// Sides of a code that is made, as a page shows it.
const SIDE: u32 = 200;

/// The record `call`; `placed` turns a path into what stands in a link.
pub(crate) fn value(call: &Call<'_>, lang: &str, placed: &dyn Fn(&str) -> String) -> Value {
    let channels: Vec<Value> = call
        .channels
        .iter()
        .map(|offered| channel(offered, lang, placed))
        .collect();
    record([
        ("text", maybe(said(call.text))),
        ("button", maybe(said(call.button))),
        ("join", Value::from(placed(call.join))),
        ("channels", Value::from(channels)),
    ])
}

/// Text, unless it is empty.
fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// The record `channel`.
pub(crate) fn channel(offered: &Offered<'_>, lang: &str, placed: &dyn Fn(&str) -> String) -> Value {
    let own = offered.settings;
    let door = offered.door;
    let source = door.source.as_deref();
    let title = own.title(lang, source);
    let code = match &door.code {
        DoorCode::None => Value::none(),
        DoorCode::Picture(shown) => picture(&placed(&shown.url), title, shown.width, shown.height),
        DoorCode::Made(_) => picture(
            &placed(&format!("{}qr.svg", door.url)),
            title,
            Some(SIDE),
            Some(SIDE),
        ),
    };
    record([
        ("name", Value::from(own.name.as_str())),
        ("kind", Value::from(own.kind.as_str())),
        ("title", Value::from(title)),
        ("text", maybe(said(own.text(lang, source)))),
        ("button", maybe(said(own.button.get(lang)))),
        ("url", Value::from(placed(&door.url))),
        ("leads", Value::from(matches!(door.leads, Leads::To(_)))),
        ("qr", code),
    ])
}

/// The record `community` of a language; none when the site has no channels.
pub(super) fn community(site: &Site, language: usize) -> Value {
    let Some((community, settings)) = site.community.as_ref().zip(site.config.community.as_ref())
    else {
        return Value::none();
    };
    let lang = &site.config.languages[language].tag;
    let join = community.joins.get(language).map(|join| join.url.as_str());
    let mut audiences = Map::with_capacity(settings.audiences.len());
    for audience in &settings.audiences {
        let title = match audience.title.get(lang) {
            "" => &audience.name,
            title => title,
        };
        audiences.insert(audience.name.clone().into(), Value::from(title));
    }
    let id = LanguageId::try_from(language).unwrap_or_default();
    let channels: Vec<Value> = site
        .offered(id, None)
        .iter()
        .map(|offered| channel(offered, lang, &str::to_owned))
        .collect();
    record([
        ("positioning", Value::from(settings.positioning.get(lang))),
        ("join", Value::from(join.unwrap_or_default())),
        ("channels", Value::from(channels)),
        ("audiences", Value::from(audiences)),
        (
            "pillars",
            texts(settings.pillars.iter().map(String::as_str)),
        ),
    ])
}
