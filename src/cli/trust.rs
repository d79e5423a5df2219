//! Whether this run works on content that nobody has agreed to yet: takes the variables by which
//! CI systems tell of a pull request, gives the one that does. Such a run gets no secrets and
//! publishes nothing: whoever wrote the content could send a post, or a secret, anywhere.

/// Variables that tell of a pull request, and what their values then begin with; nothing where
/// any value tells.
const SIGNS: &[(&str, &[&str])] = &[
    // GitHub, Gitea, Forgejo
    ("GITHUB_EVENT_NAME", &["pull_request"]),
    ("GITHUB_REF", &["refs/pull/"]),
    ("GITHUB_HEAD_REF", &[]),
    // GitLab
    (
        "CI_PIPELINE_SOURCE",
        &["merge_request_event", "external_pull_request_event"],
    ),
    ("CI_MERGE_REQUEST_IID", &[]),
    ("CI_EXTERNAL_PULL_REQUEST_IID", &[]),
    // Woodpecker, Drone
    ("CI_PIPELINE_EVENT", &["pull_request"]),
    ("DRONE_PULL_REQUEST", &[]),
    // Bitbucket, Azure, Jenkins
    ("BITBUCKET_PR_ID", &[]),
    ("SYSTEM_PULLREQUEST_PULLREQUESTID", &[]),
    ("CHANGE_ID", &[]),
];

/// The sign of a pull request, as `NAME=value`; none in a trusted run.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
pub(super) fn stranger() -> Option<String> {
    SIGNS.iter().find_map(|(name, values)| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        let tells = values.is_empty() || values.iter().any(|start| value.starts_with(start));
        tells.then(|| format!("{name}={value}"))
    })
}

/// Refuses a command that needs secrets in a run for a pull request.
///
/// # Errors
/// In such a run.
pub(super) fn require(command: &str) -> anyhow::Result<()> {
    match stranger() {
        None => Ok(()),
        Some(sign) => anyhow::bail!(
            "this run is for a pull request ({sign}), and `{command}` does nothing there: content \
             that nobody has agreed to yet must reach neither readers nor secrets; `check` may \
             run here, `{command}` on the main branch"
        ),
    }
}
