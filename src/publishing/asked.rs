//! What the command line names: takes its words and what there is, gives a mistake with the nearest
//! word. Knows no plan.

use super::AccountWork;
use super::work::is_page;
use crate::config::Config;
use crate::data::Node;
use crate::diag;
use crate::publish::compose;
use crate::site::Site;

/// The names of all accounts. One that cannot be used keeps its name: pages may speak of it.
pub(super) fn names(config: &Config) -> Vec<&str> {
    let entries = config.accounts.iter().flat_map(Node::entries);
    entries.map(|entry| entry.key.trim()).collect()
}

/// A page of the command line that is neither on the site nor in a ledger.
pub(super) fn unknown_page(
    asked: &str,
    sites: &[&Site],
    accounts: &[AccountWork],
) -> anyhow::Result<()> {
    let pages = sites
        .iter()
        .flat_map(|site| site.pages.iter().map(|page| compose::key(site, page)));
    let posts = accounts.iter().flat_map(|work| work.state.posts.keys());
    let known: Vec<String> = pages.chain(posts.cloned()).collect();
    if known.iter().any(|post| is_page(post, asked)) {
        return Ok(());
    }
    let names = known.iter().map(|post| {
        post.rsplit_once('@')
            .map_or(post.as_str(), |(page, _)| page)
    });
    let hint = diag::did_you_mean(asked, names)
        .unwrap_or_else(|| "name it as `plan` does, or by its file".to_owned());
    anyhow::bail!("there is no page `{asked}`; {hint}")
}

/// A word of the command line that names no account.
pub(super) fn unknown_accounts(asked: &[String], names: &[&str]) -> anyhow::Result<()> {
    for name in asked {
        if !names.contains(&name.as_str()) {
            let hint = diag::did_you_mean(name, names.iter().copied()).unwrap_or_else(|| {
                if names.is_empty() {
                    "`site.yaml` lists none under `accounts:`".to_owned()
                } else {
                    format!("there are `{}`", names.join("`, `"))
                }
            });
            anyhow::bail!("there is no account `{name}`; {hint}");
        }
    }
    Ok(())
}
