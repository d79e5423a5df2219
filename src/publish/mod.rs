//! Publishing: pages → posts → plan → calls → ledger.
//!
//! [`compose`] fits each page to each account, [`plan`] compares that with the [`ledger`] and
//! says what would be done and why, [`apply`] does it with every intent on the disk before it is
//! sent. [`discovery`] plans who is told of new pages. Planning is pure; only applying and refreshing ask platforms, only the ledger writes.

pub mod account;
pub mod apply;
pub mod compose;
pub mod discovery;
pub mod ledger;
pub mod plan;
