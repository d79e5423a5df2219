//! `build --timings`: takes what a build measured, gives a table for people on stderr or one
//! JSON line on stdout.

use super::view::{self, View};
use crate::timing::Timings;
use std::time::Duration;

/// Templates that the table names; the rest are one line.
const SHOWN: usize = 12;

/// Prints them. `whole` is the time of the command.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn print(view: &View, timings: &Timings, whole: Duration) -> anyhow::Result<()> {
    if view.is_json() {
        return view::out(&format!("{}\n", json(timings, whole)));
    }
    view.say(&table(timings, whole));
    Ok(())
}

fn json(timings: &Timings, whole: Duration) -> serde_json::Value {
    let stages: Vec<_> = timings
        .stages()
        .iter()
        .map(|(name, time)| serde_json::json!({ "stage": name, "seconds": seconds(*time) }))
        .collect();
    let templates: Vec<_> = timings
        .templates()
        .iter()
        .map(|(name, spent)| {
            serde_json::json!({
                "template": name,
                "outputs": spent.outputs,
                "thread_seconds": seconds(spent.time),
            })
        })
        .collect();
    serde_json::json!({
        "type": "timings",
        "seconds": seconds(whole),
        "stages": stages,
        "templates": templates,
    })
}

/// To a tenth of a millisecond.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10_000.0
}

fn table(timings: &Timings, whole: Duration) -> String {
    let mut lines = vec![format!("{:>10}  stage", "ms")];
    let mut rest = whole;
    for (name, time) in timings.stages() {
        rest = rest.saturating_sub(time);
        lines.push(format!("{}  {name}", milliseconds(time)));
    }
    lines.push(format!("{}  all else", milliseconds(rest)));
    lines.push(format!("{}  together", milliseconds(whole)));
    let templates = timings.templates();
    if !templates.is_empty() {
        lines.push(format!(
            "{:>10}  {:>7}  template, all threads together",
            "ms", "outputs"
        ));
    }
    for (name, spent) in templates.iter().take(SHOWN) {
        lines.push(format!(
            "{}  {:>7}  {name}",
            milliseconds(spent.time),
            spent.outputs
        ));
    }
    if let Some(more) = templates.get(SHOWN..).filter(|more| !more.is_empty()) {
        let time = more.iter().map(|(_, spent)| spent.time).sum();
        let outputs: usize = more.iter().map(|(_, spent)| spent.outputs).sum();
        lines.push(format!(
            "{}  {outputs:>7}  {} more",
            milliseconds(time),
            more.len()
        ));
    }
    lines.join("\n")
}

fn milliseconds(time: Duration) -> String {
    format!("{:>10.1}", time.as_secs_f64() * 1000.0)
}
