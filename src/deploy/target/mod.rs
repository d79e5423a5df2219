//! Where a site goes, and how: the targets of `deploy:` as they are known after reading, with the
//! secrets that each asks for. Knows nothing of files, requests and secrets' values.

mod read;

pub use read::read;

use crate::diag::Position;
use std::path::PathBuf;
use std::time::Duration;

/// Where a site goes, and how.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name in `site.yaml`.
    pub name: String,
    /// Where it is.
    pub kind: Kind,
    /// Folder there below which everything lies, without slashes at its ends; a leading one
    /// stays where folders have a root.
    pub path: String,
    /// Most uploads at once.
    pub parallel: usize,
    /// How long readers' browsers may keep files.
    pub lives: Lives,
    /// Time in which one request must be answered.
    pub timeout: Duration,
    /// A proxy for all requests.
    pub proxy: Option<String>,
    /// Where it stands in `site.yaml`.
    pub position: Position,
}

/// How long browsers and caches may keep a file that bears no fingerprint in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lives {
    /// Pages, feeds and lists.
    pub pages: Duration,
    /// Pictures, scripts, styles.
    pub files: Duration,
}

/// A kind of place with its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A bucket of a storage service that speaks S3.
    Bucket(Bucket),
    /// A folder of a WebDAV server.
    WebDav {
        /// Its address, without a slash at the end.
        url: String,
        /// Who logs in.
        user: String,
    },
    /// A folder of an SSH server.
    Sftp(Login),
    /// A folder of this machine.
    Folder(PathBuf),
    /// A branch of a git repository.
    Git {
        /// Address of the repository, or a remote's name in the site's own one.
        remote: String,
        /// The branch.
        branch: String,
    },
}

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Whose it is.
    pub service: Service,
    /// The bucket's name.
    pub name: String,
    /// Address of the service, `https://host[:port]`.
    pub endpoint: String,
    /// Its region.
    pub region: String,
    /// Where the bucket's name stands in addresses.
    pub style: Style,
    /// The key's name, where it is no secret of the environment.
    pub key: Option<String>,
}

/// Whose a bucket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Amazon, or anything else that speaks S3.
    S3,
    /// Aliyun OSS.
    Oss,
    /// Tencent COS.
    Cos,
    /// Huawei OBS.
    Obs,
}

impl Service {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::S3 => "S3",
            Self::Oss => "Aliyun OSS",
            Self::Cos => "Tencent COS",
            Self::Obs => "Huawei OBS",
        }
    }
}

/// Where a bucket's name stands in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `https://bucket.host/`.
    Host,
    /// `https://host/bucket/`.
    Path,
    /// Nowhere: the endpoint is a domain of its own for this bucket.
    Domain,
}

/// How `ssh` reaches a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The host.
    pub host: String,
    /// Its port, unless OpenSSH's own settings know it.
    pub port: Option<u16>,
    /// Who logs in, unless OpenSSH's own settings know it.
    pub user: Option<String>,
    /// File of the private key.
    pub key_file: Option<String>,
    /// File of the servers' keys.
    pub known_hosts: Option<String>,
}

/// A secret that a kind of place needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretInfo {
    /// End of the variable's name.
    pub name: &'static str,
    /// Whether nothing works without it.
    pub required: bool,
    /// What it is.
    pub meaning: &'static str,
}

const KEY: SecretInfo = SecretInfo {
    name: "KEY",
    required: true,
    meaning: "the access key's id",
};
const SECRET: SecretInfo = SecretInfo {
    name: "SECRET",
    required: true,
    meaning: "the access key's secret",
};
const SESSION: SecretInfo = SecretInfo {
    name: "TOKEN",
    required: false,
    meaning: "the session token of a temporary key",
};
const PASSWORD: SecretInfo = SecretInfo {
    name: "PASSWORD",
    required: true,
    meaning: "the user's password",
};
const TOKEN: SecretInfo = SecretInfo {
    name: "TOKEN",
    required: false,
    meaning: "an access token for a repository behind https",
};

impl Target {
    /// The secrets of the environment that it reads.
    pub fn secrets(&self) -> Vec<SecretInfo> {
        match &self.kind {
            Kind::Bucket(bucket) if bucket.key.is_some() => vec![SECRET, SESSION],
            Kind::Bucket(_) => vec![KEY, SECRET, SESSION],
            Kind::WebDav { .. } => vec![PASSWORD],
            Kind::Git { .. } => vec![TOKEN],
            Kind::Sftp(_) | Kind::Folder(_) => Vec::new(),
        }
    }

    /// The place for people: `S3, bucket site of s3.example.org, below blog/`.
    pub fn place(&self) -> String {
        let place = match &self.kind {
            Kind::Bucket(bucket) => {
                let host = bucket.endpoint.split("://").last().unwrap_or_default();
                format!(
                    "{}, bucket {} of {host}",
                    bucket.service.name(),
                    bucket.name
                )
            }
            Kind::WebDav { url, .. } => format!("WebDAV, {url}"),
            Kind::Sftp(login) => match (&login.user, login.port) {
                (Some(user), Some(port)) => format!("SFTP, {user}@{}:{port}", login.host),
                (Some(user), None) => format!("SFTP, {user}@{}", login.host),
                (None, Some(port)) => format!("SFTP, {}:{port}", login.host),
                (None, None) => format!("SFTP, {}", login.host),
            },
            Kind::Folder(folder) => format!("folder {}", folder.display()),
            Kind::Git { remote, branch } => format!("git, branch {branch} of {remote}"),
        };
        if self.path.is_empty() {
            place
        } else {
            format!("{place}, below {}", self.path)
        }
    }
}
