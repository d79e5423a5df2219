//! A bucket behind S3's API.

use crate::deploys::deploys;
use crate::deploys::place::{Inside, Machine, Place, look, unique};
use crate::platforms::server::Server;

fn place() -> Place {
    with_keys("S3_KEY", "S3_SECRET")
}

fn with_keys(key: &str, secret: &str) -> Place {
    let server = Server::named("s3");
    let folder = format!("trials/{}", unique());
    Place {
        settings: format!(
            "to: s3, bucket: {}, region: {}, endpoint: '{}', path: {folder}",
            server.get("S3_BUCKET"),
            server.get("S3_REGION"),
            server.get("S3_ENDPOINT")
        ),
        secrets: vec![
            ("GUIDEPOST_TRIAL_KEY".to_owned(), server.get(key).to_owned()),
            (
                "GUIDEPOST_TRIAL_SECRET".to_owned(),
                server.get(secret).to_owned(),
            ),
        ],
        inside: Inside::Bucket(server, format!("{folder}/")),
        is_listed: true,
        _folder: None,
    }
}

deploys!(place(), "needs tests/servers/all.sh start s3");

#[test]
#[ignore = "needs tests/servers/all.sh start s3"]
fn of_two_runs_at_once_one_stops() {
    crate::deploys::behaviour::of_two_runs_at_once_one_stops(&place());
}

#[test]
#[ignore = "needs tests/servers/all.sh start s3"]
fn mishaps_on_the_way_are_overcome() {
    crate::deploys::behaviour::mishaps_on_the_way_are_overcome(place);
}

#[test]
#[ignore = "needs tests/servers/all.sh start s3"]
fn files_have_content_types_and_lives() {
    let place = place();
    let machine = Machine::new(&place);
    machine.run(&[]).fine();
    let Inside::Bucket(server, prefix) = &place.inside else {
        panic!("a bucket");
    };
    let found = look(server, "list", prefix, b"");
    let of = |path: &str| {
        let file = &found[path];
        (
            file["type"].as_str().unwrap_or_default().to_owned(),
            file["cache"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        of("index.html"),
        pair("text/html; charset=utf-8", "public, max-age=300")
    );
    assert_eq!(
        of("图 & c.svg"),
        pair("image/svg+xml; charset=utf-8", "public, max-age=86400")
    );
    assert_eq!(
        of("articles/atom.xml").0,
        "application/atom+xml; charset=utf-8"
    );
    let style = found
        .as_object()
        .and_then(|files| files.keys().find(|path| path.ends_with(".css")))
        .expect("a style sheet");
    assert_eq!(
        of(style),
        pair(
            "text/css; charset=utf-8",
            "public, max-age=31536000, immutable"
        )
    );
    // Another life is another header, and reason enough to send the pages again.
    machine.reach(&format!("{}, pages_live: 1m", place.settings));
    let said = machine.run(&["--dry-run"]).fine();
    assert!(said.paths("update").contains(&"index.html"));
    assert!(!said.paths("update").contains(&style.as_str()));
}

#[test]
#[ignore = "needs tests/servers/all.sh start s3"]
fn a_lost_record_costs_no_upload() {
    let place = place();
    let machine = Machine::new(&place);
    machine.run(&[]).fine();
    let Inside::Bucket(server, prefix) = &place.inside else {
        panic!("a bucket");
    };
    look(
        server,
        "delete",
        &format!("{prefix}.guidepost-deploy.json"),
        b"",
    );
    assert_eq!(machine.run(&[]).fine().number("/sent"), 0);
}

/// A full storage takes no more; with room again the next run sends the rest.
#[test]
#[ignore = "needs tests/servers/all.sh start s3"]
fn a_full_storage_is_told_and_loses_nothing() {
    let mut place = place();
    place.settings = place.settings.replace("bucket: site", "bucket: small");
    let machine = Machine::new(&place);
    let said = machine
        .run(&[])
        .trouble("its bill unpaid; then deploy again: it sends the rest");
    let sent = said.number("/sent");
    assert!(sent < 5, "{said:?}");
    quota("small", "disable");
    let said = machine.run(&[]);
    quota("small", "enable");
    let said = said.fine();
    assert_eq!(said.number("/sent"), machine.built().len() - sent);
    assert_eq!(machine.run(&[]).fine().number("/sent"), 0);
}

/// Lifts a bucket's quota, or sets it again.
fn quota(bucket: &str, verb: &str) {
    let server = Server::named("s3");
    let words: Vec<&str> = server.get("S3_ADMINISTER").split(' ').collect();
    let ran = std::process::Command::new(words[0])
        .args(&words[1..])
        .args(["quota", verb, "--quota-scope=bucket"])
        .arg(format!("--bucket={bucket}"))
        .output()
        .expect("the server's own program");
    assert!(ran.status.success(), "{ran:?}");
}

#[test]
#[ignore = "needs tests/servers/all.sh start s3"]
fn what_keeps_a_deploy_out_is_told_and_no_secret_with_it() {
    let good = place();
    let machine = Machine::new(&good);
    machine.reach(&good.settings.replace("bucket: site", "bucket: absent"));
    machine.run(&[]).trouble("has no bucket `absent`");

    let mut wrong = place();
    wrong.secrets[1].1 = "wrong-secret-wrong-secret".to_owned();
    let ran = Machine::new(&wrong).told(&[]).mistakes();
    assert!(
        ran.stderr.contains("the access key is not accepted"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("GUIDEPOST_TRIAL_SECRET"), "{ran:?}");
    assert!(!ran.stderr.contains("wrong-secret"), "{ran:?}");

    let mut none = place();
    none.secrets.clear();
    let ran = Machine::new(&none).told(&[]).mistakes();
    assert!(
        ran.stderr
            .contains("the environment lacks GUIDEPOST_TRIAL_KEY"),
        "{ran:?}"
    );

    let reader = with_keys("S3_READER_KEY", "S3_READER_SECRET");
    let said = Machine::new(&reader)
        .run(&[])
        .trouble("this key may not do that");
    assert_eq!(said.number("/sent"), 0);

    let Inside::Bucket(server, _) = &good.inside else {
        panic!("a bucket");
    };
    let nowhere = good
        .settings
        .replace(server.get("S3_ENDPOINT"), "http://127.0.0.1:1");
    machine.reach(&nowhere);
    machine.run(&[]).trouble("no connection to 127.0.0.1:1");
}
