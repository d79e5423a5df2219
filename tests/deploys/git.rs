//! A branch of a bare repository: on this disk always, through OpenSSH when asked for.

use crate::deploys::deploys;
use crate::deploys::place::{Inside, Machine, Place, git};

fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let repository = folder.path().join("pages.git");
    git(folder.path(), &["init", "-q", "--bare", "pages.git"]);
    Place {
        settings: format!("to: git, remote: {}, branch: pages", repository.display()),
        secrets: Vec::new(),
        inside: Inside::Git(repository, "pages".to_owned()),
        is_listed: true,
        _folder: Some(folder),
    }
}

deploys!(place());

#[test]
fn of_two_runs_at_once_one_stops() {
    crate::deploys::behaviour::of_two_runs_at_once_one_stops(&place());
}

mod through_ssh {
    use super::{Inside, Place};
    use crate::deploys::deploys;
    use crate::deploys::place::{git, unique};
    use crate::platforms::server::Server;

    fn place() -> Place {
        let server = Server::named("ssh");
        let folder = tempfile::tempdir().expect("a folder");
        let name = format!("{}.git", unique());
        git(folder.path(), &["init", "-q", "--bare", &name]);
        let repository = folder.path().join(name);
        let url = format!(
            "ssh://{}@{}:{}{}",
            server.get("SSH_USER"),
            server.get("SSH_HOST"),
            server.get("SSH_PORT"),
            repository.display()
        );
        Place {
            settings: format!("to: git, remote: '{url}', branch: pages"),
            secrets: vec![(
                "GIT_SSH_COMMAND".to_owned(),
                server.get("GIT_SSH_COMMAND").to_owned(),
            )],
            inside: Inside::Git(repository, "pages".to_owned()),
            is_listed: true,
            _folder: Some(folder),
        }
    }

    deploys!(place(), "needs tests/servers/all.sh start ssh");
}

#[test]
fn one_deploy_is_one_commit_and_names_with_underscores_are_served() {
    let place = place();
    let machine = Machine::new(&place);
    machine.run(&[]).fine();
    machine.edit("改过了");
    machine.run(&[]).fine();
    let Inside::Git(repository, branch) = &place.inside else {
        panic!("a repository");
    };
    let log = git(repository, &["log", "--format=%s", branch]);
    assert_eq!(
        String::from_utf8_lossy(&log),
        "Deploy https://example.org\nDeploy https://example.org\n"
    );
    let names = git(repository, &["ls-tree", "--name-only", branch, ".nojekyll"]);
    assert_eq!(names, b".nojekyll\n");
}

#[test]
fn the_branch_that_the_site_is_written_on_is_refused() {
    let place = place();
    let machine = Machine::new(&place);
    let Inside::Git(repository, _) = &place.inside else {
        panic!("a repository");
    };
    let root = machine.site.path("");
    git(&root, &["init", "-q", "-b", "main"]);
    git(
        &root,
        &["remote", "add", "origin", &repository.to_string_lossy()],
    );
    machine.reach("to: git, remote: origin, branch: main");
    machine
        .run(&[])
        .trouble("`main` is the branch that the site is written on");
    machine.reach("to: git, remote: origin");
    machine.run(&[]).fine();
    let branches = git(repository, &["branch", "--list", "gh-pages"]);
    assert!(!branches.is_empty());
}

#[test]
fn a_repository_that_is_not_there_or_refuses_is_told() {
    let place = place();
    let machine = Machine::new(&place);
    machine.reach("to: git, remote: /nowhere/pages.git");
    machine.run(&[]).trouble("check `remote`");
    machine.reach("to: git, remote: upstream");
    machine.run(&[]).trouble("has no remote `upstream`");
    let Inside::Git(repository, _) = &place.inside else {
        panic!("a repository");
    };
    let hook = repository.join("hooks/pre-receive");
    std::fs::create_dir_all(repository.join("hooks")).expect("a folder");
    std::fs::write(&hook, "#!/bin/sh\nexit 1\n").expect("a hook");
    let executable = std::process::Command::new("chmod")
        .arg("755")
        .arg(&hook)
        .status();
    assert!(executable.is_ok_and(|status| status.success()));
    machine.reach(&place.settings);
    machine.run(&[]).trouble("rules do not let this in");
    assert!(place.inside.files().is_empty());
}
