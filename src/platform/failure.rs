//! How a call to a platform can fail: the kind decides what may be done next.

use std::fmt;
use std::time::Duration;

/// What kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// Wrong, missing or expired secret.
    Credentials,
    /// We are known, and may not do this.
    Forbidden,
    /// The platform does not want this post as it is.
    Refused,
    /// The copy is gone, or the place does not exist.
    Missing,
    /// Something else changed it meanwhile, or the key is taken.
    Conflict,
    /// Too many requests; nothing was done.
    Limited,
    /// No connection; nothing was done.
    Unreachable,
    /// The platform cannot do this at all.
    Unsupported,
    /// The request may have been taken: its answer was lost, cut or senseless.
    Lost,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its kind.
    pub kind: FailureKind,
    /// For people, without secrets, without a full stop at the end.
    pub message: String,
    /// How long the platform asks us to wait.
    pub after: Option<Duration>,
}

impl Failure {
    /// A failure.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            after: None,
        }
    }

    /// A call that the platform does not know.
    pub fn unsupported(message: &str) -> Self {
        Self::new(FailureKind::Unsupported, message)
    }

    /// The platform does not want the post.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Refused, message)
    }

    /// The outcome is not known.
    pub fn lost(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Lost, message)
    }

    /// Whether it is sure that nothing was changed.
    pub fn is_certain(&self) -> bool {
        self.kind != FailureKind::Lost
    }

    /// The same failure, told with what was being done.
    #[must_use]
    pub fn during(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// The same failure; one of credentials names the variable that holds them.
    #[must_use]
    pub fn naming(mut self, variable: &str) -> Self {
        if self.kind == FailureKind::Credentials && !self.message.contains(variable) {
            self.message = format!("{}; check {variable}", self.message);
        }
        self
    }

    /// The same failure of a preparing step (an upload, a look-up): whatever became of that
    /// step, the post itself was not sent.
    #[must_use]
    pub fn before_sending(mut self) -> Self {
        if self.kind == FailureKind::Lost {
            self.kind = FailureKind::Unreachable;
        }
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
