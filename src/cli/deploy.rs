//! `guidepost deploy`: public/ → where readers are. Looks, shows, sends.

use super::view::{self, View};
use super::{End, args, posting, settings};
use crate::deploy::plan::{Action, Change, Consent, Plan};
use crate::deploy::target::{self, Target};
use crate::deploy::{self, Done, Outcome, Output, Wish};
use crate::diag::print::visible;
use crate::diag::{self, did_you_mean};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

/// What became of one target, for the summary.
struct Ended<'a> {
    target: &'a Target,
    plan: Option<Plan>,
    done: Done,
}

/// Runs the command.
pub(super) fn run(view: &View, root: Option<&Path>, words: &args::Deploy) -> anyhow::Result<End> {
    let started = Instant::now();
    let root = settings::root(root)?;
    let text = std::fs::read_to_string(root.join(settings::SETTINGS))?;
    let (config, mut diagnostics) = crate::config::parse(&settings::SETTINGS.into(), &text);
    let levels = config.as_ref().map(|config| config.checks.clone());
    let targets = match &config {
        Some(config) => {
            let (targets, found) = target::read(config);
            diagnostics.extend(found);
            targets
        }
        None => Vec::new(),
    };
    let diagnostics = levels.unwrap_or_default().apply(diagnostics);
    view.diagnostics(&root, &diagnostics)?;
    let config = match config {
        Some(config) if diag::count(&diagnostics).0 == 0 => config,
        _ => {
            view.say("nothing is deployed while the settings have mistakes");
            return Ok(End::Mistakes);
        }
    };
    let chosen = choose(&targets, words.target.as_deref())?;
    let folder = words.from.clone().unwrap_or_else(|| root.join("public"));
    let progress = view.progress("reading the site …");
    let output = Output::read(&folder, &config.base_path)?;
    drop(progress);
    let wish = Wish {
        root: &root,
        site: &config.url,
        consent: Consent {
            delete: words.allow_delete,
            most_deletes: words.max_deletes,
            overwrite: words.overwrite,
        },
        secret: &posting::secret,
        clock: settings::now,
    };
    let mut ended = Vec::new();
    for target in chosen {
        let end = one(view, target, &output, wish, words.dry_run)?;
        if !view.is_json() {
            let line = last_line(&end, words.dry_run);
            match &end.done.trouble {
                // Said even to those who want to hear little.
                Some(trouble) => {
                    let cause = anyhow::anyhow!("{}", visible(trouble));
                    view.failure(&cause.context(format!("{line} ({})", visible(&target.place()))));
                }
                None => view.say(&line),
            }
        }
        ended.push(end);
    }
    if view.is_json() {
        let seconds = (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        view::out(&format!("{}\n", summary(&ended, words.dry_run, seconds)))?;
    }
    let failed = ended.iter().any(|end| end.done.trouble.is_some());
    Ok(End::of(usize::from(failed)))
}

/// The targets that the person means.
fn choose<'a>(targets: &'a [Target], asked: Option<&str>) -> anyhow::Result<Vec<&'a Target>> {
    anyhow::ensure!(
        !targets.is_empty(),
        "`site.yaml` lists no targets; add one under `deploy:`, such as `site: {{ to: folder, \
         folder: /var/www/site }}`"
    );
    let Some(asked) = asked else {
        return Ok(targets.iter().collect());
    };
    let found = targets.iter().find(|target| target.name == asked);
    let names = || targets.iter().map(|target| target.name.as_str());
    match found {
        Some(target) => Ok(vec![target]),
        None => {
            let hint = did_you_mean(asked, names()).unwrap_or_else(|| {
                format!("there are `{}`", names().collect::<Vec<_>>().join("`, `"))
            });
            anyhow::bail!("`site.yaml` has no target `{asked}`; {hint}")
        }
    }
}

/// Looks at one target, shows what would be done, and does it.
fn one<'a>(
    view: &View,
    target: &'a Target,
    output: &Output,
    wish: Wish<'_>,
    dry_run: bool,
) -> anyhow::Result<Ended<'a>> {
    let failed = |plan, message: String| Ended {
        target,
        plan,
        done: Done {
            trouble: Some(message),
            ..Done::default()
        },
    };
    let progress = view.progress(&format!("looking at {} …", target.place()));
    let prepared = deploy::prepare(target, output, wish);
    drop(progress);
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(failure) => return Ok(failed(None, failure.message)),
    };
    let plan = prepared.plan.clone();
    if dry_run {
        show(view, target, &plan)?;
        let trouble = plan.refusal.clone();
        return Ok(Ended {
            target,
            plan: Some(plan),
            done: Done {
                trouble,
                ..Done::default()
            },
        });
    }
    for note in &plan.notes {
        view.note(&format!("{}: {note}", target.name));
    }
    let progress = view.progress(&format!("deploying to {} …", target.place()));
    let done = prepared.apply(&|outcome: &Outcome| tell(view, target, outcome));
    drop(progress);
    Ok(Ended {
        target,
        plan: Some(plan),
        done,
    })
}

/// Prints the plan: every change, and what stays as a number.
fn show(view: &View, target: &Target, plan: &Plan) -> anyhow::Result<()> {
    let mut text = String::new();
    if view.is_json() {
        for change in &plan.changes {
            let _ = writeln!(text, "{}", change_json(target, change));
        }
        return view::out(&text);
    }
    let _ = writeln!(
        text,
        "{} — {}",
        view.paint("1", &target.name),
        visible(&target.place())
    );
    for note in &plan.notes {
        let _ = writeln!(text, "  {} {note}", view.paint("1;36", "note:"));
    }
    let mut silent = 0;
    for change in &plan.changes {
        let said = change.action != Action::Keep
            || matches!(
                change.reason,
                deploy::plan::Reason::GoneKept | deploy::plan::Reason::GoneChanged
            );
        if !said && !view.is_verbose() {
            silent += 1;
            continue;
        }
        line(view, change, &mut text);
    }
    if silent > 0 {
        let _ = writeln!(
            text,
            "  {}",
            view.paint("2", &format!(". {silent} as they are"))
        );
    }
    view::out(&text)
}

fn line(view: &View, change: &Change, text: &mut String) {
    let style = match change.action {
        Action::Upload => "32",
        Action::Update => "33",
        Action::Delete => "31",
        Action::Keep => "2",
    };
    let size = if change.action.is_sent() {
        format!("{}; ", bytes(change.size))
    } else {
        String::new()
    };
    let _ = writeln!(
        text,
        "  {} {}  {}",
        view.paint(style, &change.action.sign().to_string()),
        visible(&change.path),
        view.paint("2", &format!("{size}{}", change.reason.sentence())),
    );
}

fn change_json(target: &Target, change: &Change) -> serde_json::Value {
    serde_json::json!({
        "type": "change",
        "action": change.action.word(),
        "target": target.name,
        "path": change.path,
        "reason": change.reason.word(),
        "message": change.reason.sentence(),
        "size": change.size,
    })
}

/// Prints one outcome: for machines always, for people failures, and the rest when asked.
fn tell(view: &View, target: &Target, outcome: &Outcome) {
    if view.is_json() {
        let result = serde_json::json!({
            "type": "result",
            "target": target.name,
            "action": outcome.action.word(),
            "path": outcome.path,
            "outcome": if outcome.message.is_none() { "done" } else { "failed" },
            "message": outcome.message,
        });
        // The work goes on whoever listens; the summary tells of a stdout that is full.
        let _ = view::out(&format!("{result}\n"));
        return;
    }
    if outcome.message.is_none() {
        view.detail(&format!(
            "{} {}",
            outcome.action.word(),
            visible(&outcome.path)
        ));
    }
}

/// `site: 12 sent (1.2 MiB), 3 taken away, 330 as they were`.
fn last_line(end: &Ended<'_>, dry_run: bool) -> String {
    let mut words = Vec::new();
    if let Some(plan) = &end.plan {
        let sends = plan.count(Action::Upload) + plan.count(Action::Update);
        if dry_run {
            if sends > 0 {
                words.push(format!("{sends} to send ({})", bytes(plan.bytes())));
            }
            if plan.count(Action::Delete) > 0 {
                words.push(format!("{} to take away", plan.count(Action::Delete)));
            }
        } else {
            if end.done.sent > 0 {
                words.push(if end.done.sent == sends {
                    format!("{sends} sent ({})", bytes(plan.bytes()))
                } else {
                    format!("{} of {sends} sent", end.done.sent)
                });
            }
            if end.done.deleted > 0 {
                words.push(format!("{} taken away", end.done.deleted));
            }
            if end.done.sampled > 0 {
                words.push(format!("{} read back", end.done.sampled));
            }
        }
        if words.is_empty() && end.done.trouble.is_none() {
            words.push("nothing to do".to_owned());
        }
        let kept = plan
            .changes
            .iter()
            .filter(|change| change.reason == deploy::plan::Reason::GoneKept)
            .count();
        if kept > 0 {
            words.push(format!(
                "{kept} that the site no longer has stay (`--allow-delete`)"
            ));
        }
    }
    if words.is_empty() {
        words.push("nothing was sent".to_owned());
    }
    format!("{}: {}", end.target.name, words.join(", "))
}

fn summary(ended: &[Ended<'_>], dry_run: bool, seconds: f64) -> serde_json::Value {
    let targets: Vec<serde_json::Value> = ended
        .iter()
        .map(|end| {
            let count = |action| {
                end.plan
                    .as_ref()
                    .map(|plan| plan.count(action))
                    .unwrap_or_default()
            };
            serde_json::json!({
                "target": end.target.name,
                "place": end.target.place(),
                "actions": {
                    "upload": count(Action::Upload),
                    "update": count(Action::Update),
                    "delete": count(Action::Delete),
                    "keep": count(Action::Keep),
                },
                "bytes": end.plan.as_ref().map(Plan::bytes).unwrap_or_default(),
                "sent": end.done.sent,
                "deleted": end.done.deleted,
                "sampled": end.done.sampled,
                "notes": end.plan.as_ref().map(|plan| plan.notes.clone()).unwrap_or_default(),
                "ready": end.done.trouble.is_none(),
                "trouble": end.done.trouble,
            })
        })
        .collect();
    serde_json::json!({
        "type": "summary",
        "command": "deploy",
        "dry_run": dry_run,
        "targets": targets,
        "failed": ended.iter().filter(|end| end.done.trouble.is_some()).count(),
        "seconds": seconds,
    })
}

/// `812 B`, `1.2 MiB`.
fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["B", "KiB", "MiB", "GiB"];
    let mut unit = 0;
    let mut below = count;
    let mut rest = 0;
    while below >= 1024 && unit + 1 < UNITS.len() {
        rest = below % 1024;
        below /= 1024;
        unit += 1;
    }
    if unit == 0 {
        return format!("{count} B");
    }
    format!("{below}.{} {}", rest * 10 / 1024, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_short() {
        for (count, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1536, "1.5 KiB"),
            (5 << 20, "5.0 MiB"),
            (u64::MAX, "17179869183.9 GiB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }
}
