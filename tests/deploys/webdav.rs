//! A folder of a WebDAV server.

use crate::deploys::deploys;
use crate::deploys::place::{Inside, Machine, Place, unique};
use crate::platforms::server::Server;
use std::path::Path;

fn place() -> Place {
    let server = Server::named("webdav");
    let folder = format!("trials/{}", unique());
    Place {
        settings: format!(
            "to: webdav, url: '{}', user: {}, path: {folder}",
            server.get("WEBDAV_URL"),
            server.get("WEBDAV_USER")
        ),
        secrets: vec![(
            "GUIDEPOST_TRIAL_PASSWORD".to_owned(),
            server.get("WEBDAV_PASSWORD").to_owned(),
        )],
        inside: Inside::Served(
            Path::new(server.get("WEBDAV_FOLDER")).join(&folder),
            server.get("WEBDAV_URL").to_owned(),
        ),
        is_listed: false,
        _folder: None,
    }
}

deploys!(place(), "needs tests/servers/all.sh start webdav");

#[test]
#[ignore = "needs tests/servers/all.sh start webdav"]
fn of_two_runs_at_once_one_stops() {
    crate::deploys::behaviour::of_two_runs_at_once_one_stops(&place());
}

#[test]
#[ignore = "needs tests/servers/all.sh start webdav"]
fn mishaps_on_the_way_are_overcome() {
    crate::deploys::behaviour::mishaps_on_the_way_are_overcome(place);
}

#[test]
#[ignore = "needs tests/servers/all.sh start webdav"]
fn a_wrong_password_and_a_wrong_address_are_told() {
    let mut wrong = place();
    wrong.secrets[0].1 = "wrong-password".to_owned();
    let ran = Machine::new(&wrong).told(&[]).mistakes();
    assert!(ran.stderr.contains("the login is not accepted"), "{ran:?}");
    assert!(ran.stderr.contains("GUIDEPOST_TRIAL_PASSWORD"), "{ran:?}");
    assert!(!ran.stderr.contains("wrong-password"), "{ran:?}");
}
