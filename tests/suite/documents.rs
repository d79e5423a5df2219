//! Pages of documentation that are written from the code. `UPDATE_DOCS=1 cargo test` writes
//! them anew.

use crate::harness::repository;
use guidepost::diag::{CODES, Level};
use guidepost::platform::capability::{Limit, Update, Way};
use guidepost::platform::{ALL, Settings, Tried};
use std::fmt::Write as _;
use std::fs;

/// Fails when a page is not what the code says, or writes it when asked to.
fn same(path: &str, wanted: &str) {
    let file = repository().join(path);
    if update() {
        fs::write(&file, wanted).expect("a writable page");
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "{path} is not what the code says; `UPDATE_DOCS=1 cargo test documents` writes it"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a person asks for it at the terminal"
)]
fn update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

#[test]
fn the_list_of_diagnostics_is_up_to_date() {
    let mut page = String::from(
        "# Diagnostics\n\n\
         Every mistake has a code. `checks:` in `site.yaml` sets the level of a code to `error`,\n\
         `warn` or `off`; `'*': warn` lowers all errors at once, so that an old site builds on its\n\
         first day. Codes marked *fixed* cannot be lowered: a site cannot be built over them.\n\n\
         | code | level | means |\n|---|---|---|\n",
    );
    for (_, info) in CODES {
        let level = match info.level {
            Level::Error => "error",
            Level::Warn => "warn",
            Level::Off => "off",
        };
        let fixed = if info.fixed { ", *fixed*" } else { "" };
        let _ = writeln!(
            page,
            "| `{}` | {level}{fixed} | {} |",
            info.word, info.meaning
        );
    }
    same("docs/diagnostics.md", &page);
}

#[test]
fn the_list_of_platforms_is_up_to_date() {
    let mut page = String::from(
        "# Platforms\n\n\
         What `platform:` of an account may be, its settings in `site.yaml`, and its secrets, which\n\
         come from the environment only: `GUIDEPOST_BLOG_PASSWORD` is the `PASSWORD` of the account\n\
         `blog`, and `-` in an account's name is `_` there.\n\n\
         ```yaml\n\
         accounts:\n\
         \u{20} blog: { platform: wordpress, url: https://blog.example.org, user: anna, kinds: [article] }\n\
         ```\n\n\
         Settings that every account has (`kinds`, `languages`, `sections`, `tags`,\n\
         `audience`, `stages`, `since`, `on_edit`, `body`, `template`, `hashtags`, `mentions`, `delay`,\n\
         `cadence`, `track`) are not repeated here. Limits are those before the instance was asked.\n\n\
         *Recovery* is what becomes of a post whose answer was lost: **A** the same request makes the\n\
         same post, **B** a repeat is suppressed by its key, **C** a second post of one address is\n\
         refused, **D** our posts are searched, **E** nobody can be asked, so the post is unknown until\n\
         a person says.\n\n\
         *Tried against* says how far that may be trusted: the platform's own software, software of\n\
         others that stands in for it, or a fake that was written from its documents. No live platform\n\
         was ever posted to.\n\n\
         | platform | text | recovery | edits | tried against | compared with its documents |\n\
         |---|---|---|---|---|---|\n",
    );
    for info in ALL {
        let able = (info.capabilities)(&Settings::new());
        let _ = writeln!(
            page,
            "| [`{}`](#{}) {} | {} | {} | {} | {} | {} |",
            info.name,
            info.name,
            info.title,
            limit(able.text),
            match able.way {
                Way::Api => able.recovery.class(),
                Way::Hand => '—',
            },
            match able.update {
                Update::Never if able.reply => "by a reply".to_owned(),
                Update::Never => "—".to_owned(),
                Update::Always => "yes".to_owned(),
                Update::Within(time) => format!("within {} minutes", time.as_secs() / 60),
                Update::WhileDraft => "as a draft".to_owned(),
            },
            match info.tried {
                Tried::Server(name) | Tried::StandIn(name) => name,
                Tried::Fake => "a fake",
                Tried::Hand => "— a person pastes it",
            },
            able.verified_at,
        );
    }
    for info in ALL {
        let able = (info.capabilities)(&Settings::new());
        let _ = write!(page, "\n## {}\n\n{}.", info.name, info.title);
        if let Some(title) = able.title {
            let _ = write!(page, " Titles: {}.", limit(title));
        }
        if let Some(price) = able.price {
            let _ = write!(
                page,
                " A post costs ${:.3}, with a link ${:.3}, taking one away ${:.3}.",
                f64::from(price.plain) / 1000.0,
                f64::from(price.link) / 1000.0,
                f64::from(price.delete) / 1000.0
            );
        }
        page.push('\n');
        if !info.settings.is_empty() || !info.secrets.is_empty() {
            page.push_str("\n| setting or secret | | what |\n|---|---|---|\n");
        }
        let need = |required| if required { "needed" } else { "" };
        for setting in info.settings {
            let _ = writeln!(
                page,
                "| `{}` | {} | {} |",
                setting.name,
                need(setting.required),
                cell(setting.meaning)
            );
        }
        for secret in info.secrets {
            let _ = writeln!(
                page,
                "| `GUIDEPOST_…_{}` | {} | {} |",
                secret.name,
                need(secret.required),
                cell(secret.meaning)
            );
        }
    }
    same("docs/platforms.md", &page);
}

/// `500 characters`.
fn limit(limit: Limit) -> String {
    format!(
        "{} {}",
        limit.most,
        guidepost::publish::plan::unit(limit.unit)
    )
}

/// A text within a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
