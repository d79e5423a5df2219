//! A folder of an SSH server. Two runs at once are not tried here: nothing can stand between the
//! client and the server, and the server writes to no pipe. What stops one of them is not SFTP's.

use crate::deploys::deploys;
use crate::deploys::place::{Inside, Machine, Place, unique};
use crate::platforms::server::Server;
use std::path::Path;

fn place() -> Place {
    let server = Server::named("ssh");
    let root = Path::new(server.get("SSH_FOLDER")).join(unique());
    Place {
        settings: format!(
            "to: sftp, host: {}, port: {}, user: {}, key_file: {}, known_hosts: {}, path: {}",
            server.get("SSH_HOST"),
            server.get("SSH_PORT"),
            server.get("SSH_USER"),
            server.get("SSH_KEY"),
            server.get("SSH_KNOWN_HOSTS"),
            root.display()
        ),
        secrets: Vec::new(),
        inside: Inside::Disk(root),
        is_listed: false,
        _folder: None,
    }
}

deploys!(place(), "needs tests/servers/all.sh start ssh");

#[test]
#[ignore = "needs tests/servers/all.sh start ssh"]
fn a_wrong_key_and_an_unknown_server_are_told() {
    let place = place();
    let machine = Machine::new(&place);
    machine.site.write("no-key", "none");
    let server = Server::named("ssh");
    machine.reach(&place.settings.replace(server.get("SSH_KEY"), "no-key"));
    machine.run(&[]).trouble("check `user` and `key_file`");
    machine.site.write("nobody", "");
    machine.reach(
        &place
            .settings
            .replace(server.get("SSH_KNOWN_HOSTS"), "nobody"),
    );
    machine.run(&[]).trouble("compare the server's key");
}
