//! Behaviour from outside: one binary, one module per feature.

mod author_errors;
mod bad_input;
mod browser;
mod ci_files;
mod cli_build;
mod cli_usage;
mod community;
#[path = "../deploys/mod.rs"]
mod deploys;
mod desk;
#[path = "../discovery/mod.rs"]
mod discovery;
mod documents;
mod example_site;
mod fields;
mod harness;
mod incremental;
mod old_sites;
mod output;
#[path = "../platforms/mod.rs"]
mod platforms;
mod posting;
mod rhythm;
mod serve;
mod theme_contract;
mod tidy;
