//! Guidepost turns markdown about a city's companies, jobs and talent policy into a fast
//! static site with feeds.

pub mod build;
pub mod cli;
pub mod config;
pub mod content;
pub mod data;
pub mod diag;
pub mod output;
pub mod render;
pub mod serve;
pub mod site;
