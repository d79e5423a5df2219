//! Secrets: one type that never shows what it holds, and the sieve that takes them out of
//! texts that others wrote (addresses, answers, errors).
//!
//! Takes values that the command line read from the environment; knows no environment.

use std::fmt;

/// A password, token or key. Prints as `***`, and cannot be serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// Takes secrets out of texts, in every form in which they travel.
#[derive(Debug, Clone, Default)]
pub struct Sieve {
    /// Longest first, so that no part of a longer one stays.
    forms: Vec<Secret>,
}

/// Shorter values are no secrets, and would blank out half of every message.
const SHORTEST: usize = 4;

impl Sieve {
    /// A sieve for these values, also percent-encoded.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut sieve = Self::default();
        for secret in secrets {
            sieve.add(secret.reveal());
        }
        sieve
    }

    /// Adds a value that was made of a secret: a session's token, a basic login.
    pub fn add(&mut self, value: &str) {
        let encoded =
            percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC)
                .to_string();
        for form in [value.to_owned(), encoded] {
            let known = self.forms.iter().any(|known| known.reveal() == form);
            if form.len() >= SHORTEST && !known {
                self.forms.push(Secret(form));
            }
        }
        self.forms
            .sort_by_key(|form| std::cmp::Reverse(form.reveal().len()));
    }

    /// The text with `***` for every secret.
    pub fn clean(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for form in &self.forms {
            if clean.contains(form.reveal()) {
                clean = clean.replace(form.reveal(), "***");
            }
        }
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, Sieve};

    #[test]
    fn a_secret_shows_nothing() {
        let secret = Secret::new("hunter2-hunter2");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
    }

    #[test]
    fn every_form_is_taken_out() {
        let mut sieve = Sieve::new([&Secret::new("abcd:e/f"), &Secret::new("abcd")]);
        sieve.add("session-token");
        assert_eq!(
            sieve.clean("GET /botabcd:e/f/x?k=abcd%3Ae%2Ff&s=session-token abcd"),
            "GET /bot***/x?k=***&s=*** ***"
        );
    }
}
