//! Reads `deploy:`: takes the node as the settings kept it, gives targets and every mistake with
//! its place.

use super::{Bucket, Kind, Lives, Login, Service, Style, Target};
use crate::config::Config;
use crate::data::fields::Fields;
use crate::data::{Entry, Value};
use crate::diag::{Code, Diagnostic, Place, Position, did_you_mean};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// File that the settings stand in, for places.
const SETTINGS: &str = "site.yaml";

/// Reads the targets, in the order of the file.
pub fn read(config: &Config) -> (Vec<Target>, Vec<Diagnostic>) {
    let file: Arc<str> = SETTINGS.into();
    let mut reader = Reader {
        file: &file,
        diagnostics: Vec::new(),
    };
    let mut targets: Vec<Target> = Vec::new();
    for entry in config.deploy.iter().flat_map(|node| node.entries()) {
        targets.extend(reader.target(entry));
    }
    reader.shared_places(&targets);
    reader.shared_secrets(&targets, config);
    (targets, reader.diagnostics)
}

struct Reader<'a> {
    file: &'a Arc<str>,
    diagnostics: Vec<Diagnostic>,
}

const KINDS: [&str; 8] = ["s3", "oss", "cos", "obs", "webdav", "sftp", "folder", "git"];
const STYLES: [(&str, Style); 3] = [
    ("host", Style::Host),
    ("path", Style::Path),
    ("domain", Style::Domain),
];
const MOST_PARALLEL: usize = 64;

impl Reader<'_> {
    fn invalid(&mut self, position: Position, message: String, hint: impl Into<String>) {
        self.diagnostics.push(
            Diagnostic::new(Code::InvalidTarget, message)
                .at(Place::at(Arc::clone(self.file), position))
                .hint(hint),
        );
    }

    fn target(&mut self, entry: &Entry) -> Option<Target> {
        let name = entry.key.trim().to_owned();
        let usual = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(usual) {
            self.invalid(
                entry.position,
                format!("`{name}` cannot be the name of a target"),
                "use letters, digits, `-` and `_`: the name is a file and part of a variable",
            );
            return None;
        }
        let mut fields = Fields::new(self.file, &entry.value);
        if !matches!(entry.value.value, Value::Map(_)) {
            fields.wrong_type(
                &name,
                &entry.value,
                "a mapping, such as `{ to: s3, bucket: …, region: … }`",
            );
            self.diagnostics.extend(fields.finish(None));
            return None;
        }
        let mut asking = Asking {
            reader: self,
            name: &name,
            position: entry.position,
            whole: true,
        };
        let kind = asking.kind(&mut fields);
        let path = asking.path(&mut fields, kind.as_ref());
        let whole = asking.whole;
        let pages = self.span(&mut fields, "pages_live", 300);
        let files = self.span(&mut fields, "files_live", 86_400);
        let timeout = self.span(&mut fields, "timeout", 120);
        let parallel = self.parallel(&mut fields, kind.as_ref());
        let proxy = fields.text(&["proxy"]).map(|(text, _)| text);
        // Without a kind nobody knows which other keys would be right.
        let strict = kind.is_some().then_some(Code::UnknownKey);
        self.diagnostics.extend(fields.finish(strict));
        Some(Target {
            kind: kind.filter(|_| whole)?,
            path,
            parallel,
            lives: Lives { pages, files },
            timeout: timeout.max(Duration::from_secs(1)),
            proxy,
            position: entry.position,
            name,
        })
    }

    fn parallel(&mut self, fields: &mut Fields<'_>, kind: Option<&Kind>) -> usize {
        // Each upload over SSH has a connection of its own, of which servers allow few at once.
        let usual = if matches!(kind, Some(Kind::Sftp(_))) {
            3
        } else {
            8
        };
        let position = fields.node("parallel").map(|node| node.position);
        let (Some(number), Some(position)) = (fields.number(&["parallel"]), position) else {
            return usual;
        };
        match (1..=MOST_PARALLEL).find(|count| {
            // Every whole number up to the limit is exact.
            (*count as f64 - number).abs() < f64::EPSILON
        }) {
            Some(count) => count,
            None => {
                self.invalid(
                    position,
                    format!("`parallel` cannot be {number}"),
                    format!("write a number from 1 to {MOST_PARALLEL}"),
                );
                usual
            }
        }
    }

    fn span(&mut self, fields: &mut Fields<'_>, key: &'static str, usual: u64) -> Duration {
        let usual = Duration::from_secs(usual);
        let Some((text, position)) = fields.text(&[key]) else {
            return usual;
        };
        let span = text.parse::<jiff::Span>().ok().and_then(|span| {
            let length = span
                .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
                .ok()?;
            Duration::try_from(length).ok()
        });
        if span.is_none() {
            self.invalid(
                position,
                format!("`{key}: {text}` is no length of time"),
                "write it as `30s`, `5m`, `2h` or `1d`",
            );
        }
        span.unwrap_or(usual)
    }

    /// Two targets at one place would each take the other's files for somebody else's.
    fn shared_places(&mut self, targets: &[Target]) {
        let mut places: BTreeMap<String, &Target> = BTreeMap::new();
        for target in targets {
            let Some(first) = places.get(&target.place()) else {
                places.insert(target.place(), target);
                continue;
            };
            self.diagnostics.push(
                Diagnostic::new(
                    Code::InvalidTarget,
                    format!(
                        "the targets `{}` and `{}` are one place",
                        first.name, target.name
                    ),
                )
                .at(Place::at(Arc::clone(self.file), target.position))
                .related(
                    "the other one",
                    Place::at(Arc::clone(self.file), first.position),
                )
                .hint("remove one of them, or give them different `path:`"),
            );
        }
    }

    /// Secrets are found by name; one that an account shares would go to a stranger.
    fn shared_secrets(&mut self, targets: &[Target], config: &Config) {
        let same = |a: &str, b: &str| {
            crate::platform::variable(a.trim(), "X") == crate::platform::variable(b, "X")
        };
        let accounts = config.accounts.iter().flat_map(|node| node.entries());
        for entry in accounts {
            let shared = targets
                .iter()
                .find(|target| !target.secrets().is_empty() && same(&entry.key, &target.name));
            if let Some(target) = shared {
                self.invalid(
                    target.position,
                    format!(
                        "the target `{}` and an account of that name would share their secrets",
                        target.name
                    ),
                    "give one of them another name",
                );
            }
        }
    }
}

/// Reading one target's own settings.
struct Asking<'a, 'b> {
    reader: &'a mut Reader<'b>,
    name: &'a str,
    position: Position,
    whole: bool,
}

impl Asking<'_, '_> {
    fn wrong(&mut self, position: Position, message: String, hint: &str) {
        self.whole = false;
        self.reader.invalid(position, message, hint);
    }

    fn must(&mut self, fields: &mut Fields<'_>, key: &'static str, meaning: &str) -> String {
        match fields.text(&[key]) {
            Some((text, _)) => text,
            None => {
                let message = format!("the target `{}` has no `{key}`", self.name);
                self.wrong(self.position, message, meaning);
                String::new()
            }
        }
    }

    fn kind(&mut self, fields: &mut Fields<'_>) -> Option<Kind> {
        let Some((word, at)) = fields.text(&["to"]) else {
            let message = format!("the target `{}` does not say where `to`", self.name);
            let hint = format!("it may be `{}`", KINDS.join("`, `"));
            self.wrong(self.position, message, &hint);
            return None;
        };
        Some(match word.as_str() {
            "s3" | "oss" | "cos" | "obs" => Kind::Bucket(self.bucket(fields, &word)),
            "webdav" => {
                let url = self.must(fields, "url", "the address of a folder of the server");
                Kind::WebDav {
                    url: self.address(fields, "url", url),
                    user: self.must(fields, "user", "who logs in"),
                }
            }
            "sftp" => Kind::Sftp(self.login(fields)),
            "folder" => Kind::Folder(PathBuf::from(self.must(
                fields,
                "folder",
                "a folder of this machine, from the site's own one",
            ))),
            "git" => {
                let remote = self.must(
                    fields,
                    "remote",
                    "the repository's address, or a remote's name such as `origin`",
                );
                let branch = fields.text(&["branch"]);
                let position = branch.as_ref().map_or(at, |(_, position)| *position);
                let branch = branch.map_or_else(|| "gh-pages".to_owned(), |(text, _)| text);
                let usual = |c: char| c.is_alphanumeric() || "-_./".contains(c);
                if remote.starts_with('-') {
                    let message = format!("`{remote}` is no repository");
                    self.wrong(position, message, "write its address, or `origin`");
                }
                if !branch.chars().all(usual)
                    || branch.starts_with(['-', '/', '.'])
                    || branch.ends_with(['/', '.'])
                    || branch.contains("..")
                    || branch.contains("//")
                {
                    let message = format!("`{branch}` cannot be the name of a branch");
                    self.wrong(position, message, "write a name such as `gh-pages`");
                }
                Kind::Git { remote, branch }
            }
            _ => {
                let hint = did_you_mean(&word, KINDS)
                    .unwrap_or_else(|| format!("it may be `{}`", KINDS.join("`, `")));
                self.wrong(at, format!("`to` cannot be `{word}`"), &hint);
                return None;
            }
        })
    }

    fn bucket(&mut self, fields: &mut Fields<'_>, word: &str) -> Bucket {
        let name = self.must(fields, "bucket", "the bucket's name");
        let usual = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if !name.chars().all(usual) {
            let message = format!("`{name}` cannot be the name of a bucket");
            self.wrong(self.position, message, "write the name alone");
        }
        let region = fields.text(&["region"]);
        let position = region.as_ref().map_or(self.position, |(_, at)| *at);
        let region = region.map(|(text, _)| text);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if region
            .as_ref()
            .is_some_and(|region| !region.chars().all(plain))
        {
            self.wrong(
                position,
                "this is no region".to_owned(),
                "write it as `cn-hangzhou`",
            );
        }
        let endpoint = fields.text(&["endpoint"]).map(|(text, _)| text);
        let host = region.as_deref().map(|region| match word {
            "oss" => format!("oss-{region}.aliyuncs.com"),
            "cos" => format!("cos.{region}.myqcloud.com"),
            "obs" => format!("obs.{region}.myhuaweicloud.com"),
            _ if region.starts_with("cn-") => format!("s3.{region}.amazonaws.com.cn"),
            _ => format!("s3.{region}.amazonaws.com"),
        });
        let given = endpoint.is_some();
        let endpoint = match endpoint.or_else(|| host.map(|host| format!("https://{host}"))) {
            Some(endpoint) => self.address(fields, "endpoint", endpoint),
            None => {
                let message = format!(
                    "the target `{}` has neither `region` nor `endpoint`",
                    self.name
                );
                let hint = "the region as the service's console shows it, such as `cn-hangzhou`";
                self.wrong(self.position, message, hint);
                String::new()
            }
        };
        let after = endpoint.split("://").nth(1).unwrap_or_default();
        if given && after.contains('/') {
            let message = "`endpoint` is the address of the service alone".to_owned();
            self.wrong(
                self.position,
                message,
                "the bucket stands in `bucket`, a folder in `path`",
            );
        }
        // A service at an address of one's own mostly has no names for its buckets.
        let usual_style = if word == "s3" && given {
            Style::Path
        } else {
            Style::Host
        };
        let style = match fields.text(&["style"]) {
            None => usual_style,
            Some((text, at)) => match STYLES.iter().find(|(word, _)| *word == text) {
                Some((_, style)) => *style,
                None => {
                    let hint = "it may be `host`, `path` or `domain`";
                    self.wrong(at, format!("`style` cannot be `{text}`"), hint);
                    usual_style
                }
            },
        };
        Bucket {
            service: match word {
                "oss" => Service::Oss,
                "cos" => Service::Cos,
                "obs" => Service::Obs,
                _ => Service::S3,
            },
            name,
            endpoint,
            region: region.unwrap_or_else(|| "us-east-1".to_owned()),
            style,
            key: fields.text(&["key"]).map(|(text, _)| text),
        }
    }

    fn address(&mut self, fields: &mut Fields<'_>, key: &'static str, text: String) -> String {
        let position = fields.node(key).map_or(self.position, |node| node.position);
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let bad = |c: char| c.is_whitespace() || c.is_control() || "?#@\"<>\\".contains(c);
        if !text.is_empty()
            && !rest.is_some_and(|rest| {
                !rest.is_empty() && !rest.starts_with('/') && !rest.contains(bad)
            })
        {
            let hint = "write it as `https://host/…`, without a login in it";
            self.wrong(position, format!("`{key}` is no address"), hint);
        }
        text.trim_end_matches('/').to_owned()
    }

    fn login(&mut self, fields: &mut Fields<'_>) -> Login {
        let host = self.must(fields, "host", "the server's name, as `ssh` knows it");
        let user = fields.text(&["user"]).map(|(text, _)| text);
        let plain = |text: &str| {
            !text.starts_with('-') && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if !plain(&host) || user.as_deref().is_some_and(|user| !plain(user)) {
            let message = "neither `host` nor `user` begins with `-` or has a space".to_owned();
            self.wrong(self.position, message, "write them as `ssh` takes them");
        }
        let port = fields.text(&["port"]).and_then(|(text, at)| {
            let port = text.parse::<u16>().ok().filter(|port| *port > 0);
            if port.is_none() {
                self.wrong(
                    at,
                    format!("`{text}` is no port"),
                    "write a number to 65535",
                );
            }
            port
        });
        Login {
            host,
            port,
            user,
            key_file: fields.text(&["key_file"]).map(|(text, _)| text),
            known_hosts: fields.text(&["known_hosts"]).map(|(text, _)| text),
        }
    }

    fn path(&mut self, fields: &mut Fields<'_>, kind: Option<&Kind>) -> String {
        let Some((text, position)) = fields.text(&["path"]) else {
            return String::new();
        };
        let rooted = matches!(kind, Some(Kind::Sftp(_))) && text.starts_with('/');
        let bare = text.trim_matches('/');
        let good = bare.split('/').all(|part| {
            !matches!(part, "" | "." | "..")
                && !part.contains(|c: char| c.is_control() || c == '\\')
        });
        if !good && !bare.is_empty() {
            self.wrong(
                position,
                format!("`path: {text}` is no folder"),
                "write it as `blog` or `sites/blog`",
            );
        }
        if rooted {
            format!("/{bare}")
        } else {
            bare.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Style, read};
    use crate::config::{self, Config};

    fn config(deploy: &str) -> Config {
        let text = format!(
            "site: {{ url: https://example.org, title: T, languages: [en], timezone: UTC }}\n\
             accounts: {{ blog: {{ platform: wordpress }} }}\ndeploy:\n{deploy}"
        );
        config::parse(&"site.yaml".into(), &text).0.unwrap()
    }

    #[test]
    fn services_have_their_addresses_by_region() {
        for (to, host, style) in [
            ("s3", "s3.eu-west-1.amazonaws.com", Style::Host),
            ("oss", "oss-eu-west-1.aliyuncs.com", Style::Host),
            ("cos", "cos.eu-west-1.myqcloud.com", Style::Host),
            ("obs", "obs.eu-west-1.myhuaweicloud.com", Style::Host),
        ] {
            let text = format!("  a: {{ to: {to}, bucket: b, region: eu-west-1, path: /x/ }}\n");
            let (targets, diagnostics) = read(&config(&text));
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            let Kind::Bucket(bucket) = &targets[0].kind else {
                panic!("{targets:?}");
            };
            assert_eq!(bucket.endpoint, format!("https://{host}"));
            assert_eq!((bucket.style, targets[0].path.as_str()), (style, "x"));
        }
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        for (text, said) in [
            ("  a: { to: s4 }", "`to` cannot be `s4`"),
            ("  a: { bucket: b }", "does not say where `to`"),
            ("  a: { to: s3, region: x }", "has no `bucket`"),
            ("  a: { to: s3, bucket: b }", "neither `region` nor"),
            ("  a: { to: s3, bucket: b, endpoint: 'h' }", "no address"),
            (
                "  a: { to: s3, bucket: b/c, region: x }",
                "name of a bucket",
            ),
            ("  a: { to: s3, bucket: b, region: a.b/c }", "no region"),
            ("  a: { to: webdav, url: 'ftp://h', user: u }", "no address"),
            (
                "  a: { to: webdav, url: 'https://u:p@h', user: u }",
                "no address",
            ),
            (
                "  a: { to: sftp, host: -oProxyCommand=x }",
                "begins with `-`",
            ),
            ("  a: { to: sftp, host: h, port: 70000 }", "no port"),
            ("  a: { to: git, remote: --upload-pack=x }", "no repository"),
            (
                "  a: { to: git, remote: o, branch: a..b }",
                "name of a branch",
            ),
            ("  a: { to: folder, folder: x, path: ../y }", "no folder"),
            ("  a: { to: folder, folder: x, parallel: 0 }", "`parallel`"),
            (
                "  a: { to: folder, folder: x, pages_live: 5 }",
                "length of time",
            ),
            ("  a: { to: folder, folder: x, bukket: y }", "unknown key"),
            ("  a: text", "wants a mapping"),
            ("  a b: { to: folder, folder: x }", "name of a target"),
            (
                "  a: { to: folder, folder: x }\n  b: { to: folder, folder: x }",
                "one place",
            ),
            (
                "  BLOG: { to: webdav, url: 'https://h', user: u }",
                "share their secrets",
            ),
        ] {
            let (_, diagnostics) = read(&config(text));
            let [diagnostic] = diagnostics.as_slice() else {
                panic!("{text}: {diagnostics:?}");
            };
            assert!(diagnostic.message.contains(said), "{diagnostic:?}");
            let place = diagnostic.place.as_ref().expect("a place");
            assert!(place.position.line >= 4, "{diagnostic:?}");
        }
    }
}
