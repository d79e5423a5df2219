//! Diagnostics as the code quality report that GitLab shows in a merge request: takes a list and
//! where the site lies in its repository, gives JSON. Knows nothing of pipelines and disks.

use super::print::visible;
use super::{Diagnostic, Severity};
use std::collections::BTreeMap;

/// The whole report, a list. `below` is the site's folder from the top of its repository, empty
/// or ending in `/`.
pub fn code_quality(diagnostics: &[Diagnostic], below: &str) -> String {
    // Mistakes that read the same are told apart by their number, because a line that moves is
    // not to make another mistake of an old one.
    let mut alike: BTreeMap<(&str, String, &str), usize> = BTreeMap::new();
    let findings: Vec<serde_json::Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.place.as_ref();
            // What has no file is a matter of the whole site.
            let path = format!("{below}{}", place.map_or("site.yaml", |place| &place.file));
            let line = place.map_or(1, |place| place.position.line.max(1));
            let code = diagnostic.code.as_str();
            let number = alike
                .entry((code, path.clone(), &diagnostic.message))
                .or_default();
            *number += 1;
            serde_json::json!({
                "description": description(diagnostic),
                "check_name": code,
                "fingerprint": fingerprint(&[code, &path, &diagnostic.message, &number.to_string()]),
                "severity": match diagnostic.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                },
                "location": { "path": path, "lines": { "begin": line } },
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(findings))
}

/// The message with its hints, in one line.
fn description(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    for hint in &diagnostic.hints {
        text.push_str("; ");
        text.push_str(hint);
    }
    visible(&text.replace('\n', " ")).into_owned()
}

/// A name for texts that no other texts have.
fn fingerprint(texts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&text.len().to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::code_quality;
    use crate::diag::{Code, Diagnostic};

    #[test]
    fn a_mistake_without_a_file_is_one_of_the_settings() {
        let lost = Diagnostic::new(Code::InvalidTheme, "gone\nfor good\u{202e}").hint("bring it");
        let report = code_quality(&[lost], "web/");
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let found = &report[0];
        assert_eq!(found["description"], "gone for good\\u{202e}; bring it");
        assert_eq!(found["location"]["path"], "web/site.yaml");
        assert_eq!(found["location"]["lines"]["begin"], 1);
    }
}
