//! Opens a bucket by the storage library: takes its settings and keys, gives an operator and the
//! address at which it is. Nothing is asked yet, and no other key than the given one is looked for.

use crate::deploy::target::{Bucket, Service, Style};
use crate::platform::{Failure, FailureKind, Secret};
use opendal::Operator;
use opendal::services::{Cos, Oss, S3};

/// Who signs.
#[derive(Debug, Clone)]
pub(in crate::deploy::store) struct Keys {
    /// The access key's id.
    pub(in crate::deploy::store) key: String,
    /// Its secret.
    pub(in crate::deploy::store) secret: Secret,
    /// Session token of a temporary key.
    pub(in crate::deploy::store) token: Option<Secret>,
}

/// Scheme and host of an address.
fn parts(endpoint: &str) -> (&str, &str) {
    endpoint.split_once("://").unwrap_or(("https", endpoint))
}

/// An operator without a root (the folder is part of every path), and the bucket's address.
pub(super) fn open(bucket: &Bucket, keys: &Keys) -> Result<(Operator, String), Failure> {
    // Without a key the library would look for others: in variables, files and the network.
    if keys.key.is_empty() || keys.secret.reveal().is_empty() {
        return Err(Failure::new(
            FailureKind::Credentials,
            "the access key is empty",
        ));
    }
    let (scheme, host) = parts(&bucket.endpoint);
    // The library sends requests to this address to the region's own one.
    let regional = format!("s3.{}.amazonaws.com", bucket.region);
    let host = match (bucket.service, host) {
        (Service::S3, "s3.amazonaws.com") => &regional,
        // The address by which OSS speaks S3.
        (Service::Oss, host) => host.strip_prefix("s3.").unwrap_or(host),
        (_, host) => host,
    };
    let full = match bucket.style {
        Style::Host => format!("{}.{host}", bucket.name),
        Style::Path | Style::Domain => host.to_owned(),
    };
    let operator = match (bucket.service, bucket.style) {
        (Service::Oss, style) => oss(bucket, keys, &format!("{scheme}://{host}"), style),
        (Service::Cos, Style::Host | Style::Domain) => cos(keys, scheme, &full),
        // OBS's own backend knows no conditions, no session tokens and no tags in listings; its S3
        // has them all.
        _ => s3(bucket, keys, scheme, &full),
    }?;
    Ok((operator, format!("{scheme}://{full}")))
}

fn made(operator: Result<Operator, opendal::Error>) -> Result<Operator, Failure> {
    // The message alone: what else such an error carries may name keys.
    operator
        .map_err(|error| Failure::refused(format!("the bucket's settings: {}", error.message())))
}

/// The first label of a host and the rest. The library wants a bucket's name there, and lets no
/// name have dots; the signature covers the host as a whole.
fn label(host: &str) -> Result<(&str, &str), Failure> {
    let is_number = host
        .rsplit_once(':')
        .map_or(host, |(host, _)| host)
        .parse::<std::net::IpAddr>()
        .is_ok();
    host.split_once('.').filter(|_| !is_number).ok_or_else(|| {
        Failure::refused(format!(
            "`{host}` cannot be the domain of a bucket; write `style: path`"
        ))
    })
}

fn s3(bucket: &Bucket, keys: &Keys, scheme: &str, host: &str) -> Result<Operator, Failure> {
    let mut builder = S3::default()
        .region(&bucket.region)
        .access_key_id(&keys.key)
        .secret_access_key(keys.secret.reveal())
        .session_token(keys.token.as_ref().map_or("", Secret::reveal))
        // The signature does not cover the bytes; this does.
        .checksum_algorithm("md5")
        .disable_config_load()
        .disable_ec2_metadata();
    // The library takes the bucket's name off the front of an endpoint, also where it only looks
    // like one. After an empty user it does not see it; the user goes when it reads the address.
    builder = if bucket.style == Style::Path {
        builder
            .bucket(&bucket.name)
            .endpoint(&format!("{scheme}://@{host}"))
    } else {
        let (label, rest) = label(host)?;
        builder
            .bucket(label)
            .endpoint(&format!("{scheme}://@{rest}"))
            .enable_virtual_host_style()
    };
    made(Operator::new(builder))
}

fn oss(bucket: &Bucket, keys: &Keys, endpoint: &str, style: Style) -> Result<Operator, Failure> {
    let builder = Oss::default()
        .bucket(&bucket.name)
        .endpoint(endpoint)
        .addressing_style(match style {
            Style::Host => "virtual",
            Style::Path => "path",
            Style::Domain => "cname",
        })
        .access_key_id(&keys.key)
        .access_key_secret(keys.secret.reveal())
        .security_token(keys.token.as_ref().map_or("", Secret::reveal));
    made(Operator::new(builder))
}

fn cos(keys: &Keys, scheme: &str, host: &str) -> Result<Operator, Failure> {
    let (label, rest) = label(host)?;
    let builder = Cos::default()
        .bucket(label)
        .endpoint(&format!("{scheme}://{rest}"))
        .secret_id(&keys.key)
        .secret_key(keys.secret.reveal())
        .security_token(keys.token.as_ref().map_or("", Secret::reveal))
        .disable_config_load();
    made(Operator::new(builder))
}

#[cfg(test)]
mod tests {
    use super::{Keys, open};
    use crate::deploy::target::{Bucket, Service, Style};
    use crate::platform::Secret;
    use std::time::Duration;

    fn keys(key: &str) -> Keys {
        Keys {
            key: key.to_owned(),
            secret: Secret::new("the-secret"),
            token: Some(Secret::new("the-token")),
        }
    }

    fn bucket(service: Service, name: &str, endpoint: &str, style: Style) -> Bucket {
        Bucket {
            service,
            name: name.to_owned(),
            endpoint: endpoint.to_owned(),
            region: "eu-west-1".to_owned(),
            style,
            key: None,
        }
    }

    /// Where the library would send a request; the address is asked nothing.
    #[test]
    fn every_style_of_address_is_the_librarys_too() {
        use Service::{Cos, Obs, Oss, S3};
        use Style::{Domain, Host, Path};
        let cos = "https://cos.eu-west-1.myqcloud.com";
        for (service, name, endpoint, style, url) in [
            (S3, "b", "https://s3.x.org", Host, "https://b.s3.x.org/k"),
            (S3, "b", "http://h:17/", Path, "http://h:17/b/k"),
            (S3, "b", "https://www.x.org", Domain, "https://www.x.org/k"),
            // A name with dots, and names that the endpoint begins with.
            (
                S3,
                "w.x",
                "https://s3.x.org",
                Host,
                "https://w.x.s3.x.org/k",
            ),
            (S3, "s3", "https://s3.x.org", Host, "https://s3.s3.x.org/k"),
            (S3, "s3", "https://s3.x.org", Path, "https://s3.x.org/s3/k"),
            (
                S3,
                "b",
                "https://s3.amazonaws.com",
                Path,
                "https://s3.eu-west-1.amazonaws.com/b/k",
            ),
            (Oss, "b", "https://oss.x.org", Host, "https://b.oss.x.org/k"),
            (
                Oss,
                "b",
                "https://s3.oss.x.org",
                Host,
                "https://b.oss.x.org/k",
            ),
            (Oss, "b", "https://www.x.org", Domain, "https://www.x.org/k"),
            (
                Cos,
                "b-1",
                cos,
                Host,
                "https://b-1.cos.eu-west-1.myqcloud.com/k",
            ),
            (
                Cos,
                "b-1",
                "https://www.x.org",
                Domain,
                "https://www.x.org/k",
            ),
            (Cos, "b-1", "https://x.org", Path, "https://x.org/b-1/k"),
            (
                Obs,
                "b",
                "https://obs.x.org:8443",
                Host,
                "https://b.obs.x.org:8443/k",
            ),
        ] {
            let endpoint = endpoint.trim_end_matches('/');
            let (operator, address) = open(&bucket(service, name, endpoint, style), &keys("k"))
                .unwrap_or_else(|failure| panic!("{url}: {failure:?}"));
            let signed = operator.presign_read("k", Duration::from_secs(60));
            let signed = futures::executor::block_on(signed).unwrap();
            let uri = signed.uri().to_string();
            assert_eq!(uri.split('?').next(), Some(url));
            assert!(url.starts_with(&address), "{address}");
            assert!(!uri.contains("the-secret"), "{uri}");
        }
    }

    #[test]
    fn nobody_elses_key_is_looked_for() {
        let settings = bucket(Service::S3, "b", "https://s3.x.org", Style::Path);
        let failure = open(&settings, &keys("")).unwrap_err();
        assert!(failure.message.contains("access key is empty"));
        let alone = bucket(Service::S3, "b", "http://127.0.0.1:9", Style::Domain);
        let failure = open(&alone, &keys("k")).unwrap_err();
        assert!(failure.message.contains("`style: path`"), "{failure:?}");
    }
}
