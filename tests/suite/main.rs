//! Behaviour from outside: one binary, one module per feature.

mod documents;
mod harness;
mod tidy;
