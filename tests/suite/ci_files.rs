//! `guidepost ci`: the written files against the CI systems' own schemas, what they may know, and
//! what a run for a pull request refuses.

use crate::harness::{SETTINGS, Site, repository};
use guidepost::data::{self, Format};
use serde_json::Value;
use std::process::Command;

const ACCOUNTS: &str = "accounts:
  blog: { platform: wordpress, url: http://127.0.0.1:9, user: editor }
  zhihu: { platform: zhihu }
deploy:
  home: { to: webdav, url: http://127.0.0.1:9/dav, user: editor }
";

const SYSTEMS: [(&str, &str, &str); 3] = [
    (
        "github",
        ".github/workflows/guidepost.yaml",
        "github-workflow",
    ),
    (
        "gitea",
        ".gitea/workflows/guidepost.yaml",
        "github-workflow",
    ),
    ("gitlab", ".gitlab-ci.yml", "gitlab-ci"),
];

fn site() -> Site {
    let site = Site::new().file("site.yaml", format!("{SETTINGS}{ACCOUNTS}"));
    git(&site, &["init", "--quiet", "--initial-branch", "main"]);
    site
}

fn git(site: &Site, words: &[&str]) {
    let ran = Command::new("git")
        .current_dir(site.path("."))
        .args(words)
        .output()
        .expect("git runs");
    assert!(ran.status.success(), "{words:?}: {ran:?}");
}

fn yaml(text: &str) -> Value {
    let mut diagnostics = Vec::new();
    let tree = data::parse(&"ci.yaml".into(), Format::Yaml, text, 1, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{text}");
    tree.expect("YAML").to_json()
}

/// What is wrong with a file by a schema of `tests/schemas`.
fn against(schema: &str, instance: &Value) -> Option<String> {
    let file = repository().join(format!("tests/schemas/{schema}.json"));
    let text = std::fs::read_to_string(file).expect("a schema");
    let text: Value = serde_json::from_str(&text).expect("JSON");
    let mut compiler = boon::Compiler::new();
    compiler
        .add_resource("schema.json", text)
        .expect("a schema");
    let mut schemas = boon::Schemas::new();
    let index = compiler
        .compile("schema.json", &mut schemas)
        .expect("a schema that compiles");
    let ended = schemas.validate(instance, index);
    ended.err().map(|error| format!("{error:#}"))
}

#[test]
fn written_files_are_what_the_systems_want() {
    let site = site();
    for (system, file, schema) in SYSTEMS {
        let ran = site.run(&["ci", system]).fine();
        assert!(ran.stderr.contains(file), "{}", ran.stderr);
        let written = yaml(&site.read(file));
        assert_eq!(against(schema, &written), None, "{system}");
        // The schema finds what is wrong, or the lines above would show nothing.
        let mut broken = written.clone();
        match system {
            "gitlab" => broken["site"]["resource_group"] = serde_json::json!(["a", "b"]),
            _ => broken["jobs"]["site"]["stpes"] = broken["jobs"]["site"]["steps"].take(),
        }
        assert!(against(schema, &broken).is_some(), "{system}");
    }
}

#[test]
fn a_site_below_the_top_of_its_repository_is_built_where_it_lies() {
    let site = Site::empty().file("web/site.yaml", format!("{SETTINGS}{ACCOUNTS}"));
    git(&site, &["init", "--quiet", "--initial-branch", "站"]);
    for (system, file, schema) in SYSTEMS {
        site.run(&[
            "ci",
            system,
            "--root",
            "web",
            "--from",
            "https://git.example.org/g.git",
        ])
        .fine();
        let text = site.read(file);
        let written = yaml(&text);
        assert_eq!(against(schema, &written), None, "{system}");
        assert!(text.contains("web/.guidepost"), "{text}");
        assert!(
            text.contains("GUIDEPOST_FROM: \"https://git.example.org/g.git\""),
            "{text}"
        );
        assert!(text.contains('站'), "{text}");
        if system == "gitlab" {
            assert!(text.contains("guidepost build --root web"), "{text}");
        } else {
            let folder = &written["jobs"]["site"]["defaults"]["run"]["working-directory"];
            assert_eq!(folder, "web");
        }
    }
}

/// Names of the steps of a job, or what they use.
fn steps(written: &Value, job: &str) -> Vec<String> {
    let steps = written["jobs"][job]["steps"].as_array().expect("steps");
    let name = |step: &Value| {
        let name = step["name"].as_str().or(step["uses"].as_str());
        name.expect("a name").to_owned()
    };
    steps.iter().map(name).collect()
}

#[test]
fn only_the_publishing_step_knows_secrets_and_runs_never_overlap() {
    let site = site();
    for system in ["github", "gitea"] {
        let ran = site.run(&["ci", system, "--stdout"]).fine();
        let written = yaml(&ran.stdout);
        let check = written["jobs"]["check"].to_string();
        assert!(!check.contains("secrets."), "{check}");
        assert!(check.contains("guidepost check --format github"), "{check}");
        assert_eq!(written["on"]["pull_request"], Value::Null);
        assert!(written["on"].get("pull_request_target").is_none());
        assert_eq!(written["permissions"]["contents"], "read");
        let job = &written["jobs"]["site"];
        assert_eq!(job["concurrency"]["cancel-in-progress"], false);
        let names = steps(&written, "site");
        assert_eq!(names[names.len() - 3..], ["Build", "Deploy", "Publish"]);
        for step in job["steps"].as_array().expect("steps") {
            let secret = match step["name"].as_str() {
                Some("Deploy") => "secrets.GUIDEPOST_HOME_PASSWORD",
                Some("Publish") => "secrets.GUIDEPOST_BLOG_PASSWORD",
                _ => "",
            };
            let (count, text) = (usize::from(!secret.is_empty()), step.to_string());
            assert_eq!(text.matches("secrets.").count(), count, "{step}");
            assert!(text.contains(secret), "{step}");
        }
        let publish = job["steps"].as_array().and_then(|steps| steps.last());
        let secret = &publish.expect("a step")["env"]["GUIDEPOST_BLOG_PASSWORD"];
        assert_eq!(secret, "${{ secrets.GUIDEPOST_BLOG_PASSWORD }}");
    }
    let gitlab = site.run(&["ci", "gitlab", "--stdout"]).fine().stdout;
    assert!(gitlab.contains("#   GUIDEPOST_BLOG_PASSWORD\n"), "{gitlab}");
    assert!(!site.path(".gitlab-ci.yml").exists());
}

/// The report of a check for GitLab's merge requests.
fn report(site: &Site) -> Vec<Value> {
    let words = ["check", "--root", "web", "--code-quality", "quality.json"];
    let ran = site.run(&[&words[..], &["--date", "2026-06-15"]].concat());
    assert!(matches!(ran.code, 0 | 1), "{}", ran.stderr);
    let report: Value = serde_json::from_str(&site.read("quality.json")).expect("JSON");
    report.as_array().expect("a list").clone()
}

#[test]
fn gitlab_is_told_of_mistakes_by_line_even_when_the_check_fails() {
    let site = Site::empty()
        .file("web/site.yaml", format!("{SETTINGS}{ACCOUNTS}"))
        .file("web/content/job.md", "# 职位\n\n招人。\n");
    git(&site, &["init", "--quiet", "--initial-branch", "main"]);
    let ran = site.run(&["init", "--theme", "--root", "web"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(report(&site), [] as [Value; 0]);

    let twice = "见[这](nowhere.md)和[那](nowhere.md)。\n\n看[职位](/?utm_source=x)。\n";
    let site = site.file("web/content/词.md", format!("# 题\n\n{twice}"));
    let found = report(&site);
    let told: Vec<String> = found
        .iter()
        .map(|one| {
            let (path, line) = (&one["location"]["path"], &one["location"]["lines"]["begin"]);
            let (name, severity) = (&one["check_name"], &one["severity"]);
            assert!(
                one["description"]
                    .as_str()
                    .is_some_and(|text| text.contains("link"))
            );
            format!("{path} {line} {name} {severity}").replace('"', "")
        })
        .collect();
    assert_eq!(
        told,
        [
            "web/content/词.md 3 broken-link major",
            "web/content/词.md 3 broken-link major",
            "web/content/词.md 5 tracked-link minor",
        ]
    );
    // GitLab compares branches by these: each is another, and none depends on the line.
    let marks = |found: &[Value]| -> Vec<String> {
        let marks = found.iter().map(|one| one["fingerprint"].to_string());
        marks.collect()
    };
    let before = marks(&found);
    assert_eq!(
        before
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        3
    );
    let site = site.file("web/content/词.md", format!("# 题\n\n又一行。\n\n{twice}"));
    let moved = report(&site);
    assert_eq!(moved[2]["location"]["lines"]["begin"], 7);
    assert_eq!(marks(&moved), before);

    // The file is taken from runs that fail too, and from the branch that requests are held against.
    let written = yaml(
        &site
            .run(&["ci", "gitlab", "--root", "web", "--stdout"])
            .fine()
            .stdout,
    );
    let artifacts = &written[".guidepost"]["artifacts"];
    assert_eq!(artifacts["when"], "always");
    let file = artifacts["reports"]["codequality"]
        .as_str()
        .expect("a file");
    for job in ["check", "site"] {
        let script = written[job]["script"].to_string();
        assert!(
            script.contains(&format!("--code-quality {file}")),
            "{script}"
        );
        assert!(written[job].get("artifacts").is_none());
    }
}

#[test]
fn annotations_name_files_from_the_top_of_the_repository() {
    let site = Site::empty().file("web/site.yaml", "site: [\n");
    git(&site, &["init", "--quiet", "--initial-branch", "main"]);
    let ran = site.run(&["check", "--root", "web", "--format", "github"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("::error file=web/site.yaml,line="),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_file_that_is_there_is_somebodys_work() {
    let site = site().file(".gitlab-ci.yml", "ours: {}\n");
    let ran = site.run(&["ci", "gitlab"]).refused();
    assert!(ran.stderr.contains("`--force`"), "{}", ran.stderr);
    assert_eq!(site.read(".gitlab-ci.yml"), "ours: {}\n");
    site.run(&["ci", "gitlab", "--force"]).fine();
    assert!(site.read(".gitlab-ci.yml").contains("guidepost publish"));
}

#[test]
fn what_is_left_to_do_is_said_and_nonsense_is_refused() {
    let site = site();
    let ran = site.run(&["ci", "gitea"]).fine();
    for wanted in [
        "GUIDEPOST_FROM",
        "GUIDEPOST_HOME_PASSWORD, GUIDEPOST_BLOG_PASSWORD",
    ] {
        assert!(ran.stderr.contains(wanted), "{wanted}: {}", ran.stderr);
    }
    for (words, wanted) in [
        (&["--branch", "a'b"][..], "cannot stand in a workflow"),
        (&["--branch", "a b"], "cannot stand in a workflow"),
        (&["--from", "nowhere"], "nor a folder of this repository"),
        (&["--from", "https://a/$(rm)"], "cannot stand in a workflow"),
    ] {
        let words = [&["ci", "gitea", "--force"], words].concat();
        let ran = site.run(&words).refused();
        assert!(ran.stderr.contains(wanted), "{words:?}: {}", ran.stderr);
    }
    assert!(
        site.run(&["ci", "jenkins"])
            .refused()
            .stderr
            .contains("gitlab")
    );
}

/// The scripts of a file's jobs, as shells get them.
fn scripts(system: &str, written: &Value) -> Vec<String> {
    let texts = |value: &Value| -> Vec<String> {
        let list = value.as_array().cloned().unwrap_or_default();
        list.iter()
            .filter_map(|text| Some(text.as_str()?.to_owned()))
            .collect()
    };
    if system == "gitlab" {
        return [
            texts(&written[".guidepost"]["before_script"]),
            texts(&written["site"]["script"]),
            texts(&written["check"]["script"]),
        ]
        .concat();
    }
    let steps = ["site", "check"].map(|job| written["jobs"][job]["steps"].clone());
    steps
        .iter()
        .flat_map(|steps| steps.as_array().cloned().unwrap_or_default())
        .filter_map(|step| Some(step["run"].as_str()?.to_owned()))
        .collect()
}

#[cfg(unix)]
#[test]
fn their_scripts_are_shell_and_say_when_the_program_is_nowhere() {
    let site = site();
    for (system, ..) in SYSTEMS {
        let written = yaml(&site.run(&["ci", system, "--stdout"]).fine().stdout);
        let scripts = scripts(system, &written);
        assert!(scripts.len() >= 6, "{scripts:?}");
        for script in &scripts {
            let read = Command::new("bash").args(["-n", "-c", script]).output();
            let read = read.expect("a shell");
            assert!(read.status.success(), "{script}: {read:?}");
        }
        let install = scripts
            .iter()
            .find(|script| script.contains("cargo install"))
            .expect("a script that installs");
        let ran = Command::new("bash")
            .args(["-e", "-c", install])
            .current_dir(site.path("."))
            .env("HOME", site.path("home"))
            .env("CI_PROJECT_DIR", site.path("home"))
            .env("GITHUB_PATH", site.path("path"))
            .env("PATH", "/usr/bin:/bin")
            .env("GUIDEPOST_FROM", "")
            .env("GUIDEPOST_VERSION", "")
            .output()
            .expect("a shell");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{system}: {said}");
        assert!(
            said.contains("where Guidepost comes from"),
            "{system}: {said}"
        );
    }
}

#[test]
fn a_run_for_a_pull_request_publishes_nothing_and_reads_no_secret() {
    let site = site().file(
        "content/articles/a.md",
        "---\ntitle: 新\ndate: 2026-06-15\n---\n文。\n",
    );
    for (name, value) in [
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_EVENT_NAME", "pull_request_target"),
        ("GITHUB_REF", "refs/pull/7/merge"),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_PIPELINE_EVENT", "pull_request"),
    ] {
        for words in [
            &["publish", "--yes"][..],
            &[
                "publish",
                "--done",
                "zhihu:articles/a",
                "https://zhihu.com/p/1",
            ],
            &["adopt", "blog", "--yes"],
            &["deploy"],
        ] {
            let mut command = site.command(words);
            command
                .env(name, value)
                .env("GUIDEPOST_BLOG_PASSWORD", "a b c");
            let ran = site.ended(command).refused();
            let sign = format!("{name}={value}");
            assert!(ran.stderr.contains(&sign), "{words:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("main branch"), "{}", ran.stderr);
        }
        for words in [&["plan", "--refresh"][..], &["status"]] {
            let mut command = site.command(words);
            command
                .env(name, value)
                .env("GUIDEPOST_BLOG_PASSWORD", "a b c");
            let ran = site.ended(command);
            assert!(
                ran.stderr
                    .contains("no platform is asked and no secret is read"),
                "{words:?}: {}",
                ran.stderr
            );
            // The account would otherwise be asked, and nobody listens there.
            assert!(
                ran.stdout.contains("set GUIDEPOST_BLOG_PASSWORD"),
                "{words:?}: {}",
                ran.stdout
            );
        }
        assert!(!site.path("ledger").exists());
        let mut check = site.command(&["check", "--date", "2026-06-16"]);
        check.env(name, value);
        site.ended(check).fine();
    }
    let mut command = site.command(&["publish", "--yes"]);
    command.env("GITHUB_EVENT_NAME", "push");
    let ran = site.ended(command);
    assert!(!ran.stderr.contains("pull request"), "{}", ran.stderr);
}
