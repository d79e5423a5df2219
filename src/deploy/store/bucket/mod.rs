//! A bucket of a storage service: Amazon, Aliyun OSS, Tencent COS, Huawei OBS, and servers of one's
//! own that speak S3. The storage library names, signs and reads; here is what a deploy asks of it,
//! and which conditions a service takes.

mod answer;
mod open;

pub(super) use open::Keys;

use super::line::{self, Ended, Line};
use super::{Condition, Found, Sending, Store, below};
use crate::deploy::plan::Seen;
use crate::deploy::target;
use crate::platform::{Answer, Failure, Http};
use opendal::options::{ListOptions, WriteOptions};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// A bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    line: Line,
    settings: target::Bucket,
    folder: String,
    /// Some services do not know conditions; the record is then compared before it is written.
    knows_conditions: AtomicBool,
    /// Some compare a tag with the quotation marks that they gave it, as Ceph 16 does.
    wants_bare_tags: AtomicBool,
}

impl Bucket {
    pub(super) fn open(
        http: Http,
        settings: &target::Bucket,
        folder: &str,
        keys: &Keys,
    ) -> Result<Self, Failure> {
        let (operator, url) = open::open(settings, keys)?;
        Ok(Self {
            line: Line::new(operator, http, &url)?,
            settings: settings.clone(),
            folder: folder.to_owned(),
            knows_conditions: AtomicBool::new(true),
            wants_bare_tags: AtomicBool::new(false),
        })
    }

    /// The key of a file.
    fn key(&self, path: &str) -> Result<String, Failure> {
        let key = below(&self.folder, path);
        line::whole_name(&key)?;
        Ok(key)
    }

    /// What an answer means that is no success.
    fn refusal(&self, answer: &Answer) -> Failure {
        let http = self.line.http();
        let mut failure = answer::failure(answer, &self.settings, http.now());
        failure.message = http.clean(&failure.message);
        failure
    }

    /// Sends a file, under a condition that the service takes.
    fn put(&self, sending: &Sending<'_>, condition: &Condition) -> Result<Ended<()>, Failure> {
        let key = self.key(sending.path)?;
        let options = WriteOptions {
            content_type: Some(sending.headers.content_type.clone()),
            cache_control: Some(sending.headers.cache_control.clone()),
            if_not_exists: *condition == Condition::Absent,
            if_match: match condition {
                Condition::Tag(tag) => Some(tag.clone()),
                Condition::None | Condition::Absent => None,
            },
            ..WriteOptions::default()
        };
        Ok(self.line.call(None, async |operator| {
            let bytes = sending.bytes.clone();
            operator.write_options(&key, bytes, options).await.map(drop)
        }))
    }

    /// The end of an upload.
    fn written(&self, ended: Ended<()>) -> Result<(), Failure> {
        if ended.is_done() {
            return Ok(());
        }
        ended.or_told(&self.line, |answer| self.refusal(answer))
    }

    /// The condition in the form that the service takes, or none where it takes none.
    fn taken(&self, condition: &Condition) -> Condition {
        let can = self.line.can();
        match condition {
            _ if !self.knows_conditions.load(Ordering::Relaxed) => Condition::None,
            Condition::Absent if can.write_with_if_not_exists => Condition::Absent,
            Condition::Tag(tag) if can.write_with_if_match => {
                if self.wants_bare_tags.load(Ordering::Relaxed) {
                    Condition::Tag(bare(tag))
                } else {
                    Condition::Tag(tag.clone())
                }
            }
            _ => Condition::None,
        }
    }

    /// Whether a version is still the one there.
    fn still_has(&self, path: &str, tag: &str) -> Result<bool, Failure> {
        let found = self.read(path)?;
        Ok(found.is_some_and(|found| found.tag.as_deref() == Some(tag)))
    }
}

fn bare(tag: &str) -> String {
    tag.trim_matches('"').to_owned()
}

/// An MD5, unless the tag is of another kind.
fn md5(tag: &str) -> Option<String> {
    let tag = bare(tag).to_ascii_lowercase();
    let is_md5 = tag.len() == 32 && tag.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_md5.then_some(tag)
}

impl Store for Bucket {
    fn read(&self, path: &str) -> Result<Option<Found>, Failure> {
        let key = self.key(path)?;
        let (ended, tag) = self.line.read(&key);
        let is_absent = ended.answer().is_some_and(|answer| {
            let code = answer::element(&answer.text(), "Code");
            answer.status == 404 && code.as_deref() == Some("NoSuchKey")
        });
        if is_absent {
            return Ok(None);
        }
        let bytes = ended.or_told(&self.line, |answer| self.refusal(answer))?;
        Ok(Some(Found {
            bytes: bytes.to_vec(),
            tag,
        }))
    }

    fn write(&self, sending: &Sending<'_>) -> Result<(), Failure> {
        let condition = self.taken(&sending.condition);
        let ended = self.put(sending, &condition)?;
        match (ended.status(), &condition) {
            (Some(412), Condition::Tag(tag))
                if bare(tag) != *tag && self.still_has(sending.path, tag)? =>
            {
                self.wants_bare_tags.store(true, Ordering::Relaxed);
                self.written(self.put(sending, &Condition::Tag(bare(tag)))?)
            }
            // 501, and 400 from some: such a header is not known there.
            (Some(400 | 501), Condition::Absent | Condition::Tag(_)) => {
                self.knows_conditions.store(false, Ordering::Relaxed);
                self.written(self.put(sending, &Condition::None)?)
            }
            _ => self.written(ended),
        }
    }

    fn remove(&self, path: &str) -> Result<(), Failure> {
        let key = self.key(path)?;
        let ended = self.line.remove(&key);
        if ended.is_done() || ended.status() == Some(404) {
            return Ok(());
        }
        ended.or_told(&self.line, |answer| self.refusal(answer))
    }

    fn list(&self, _: bool) -> Result<Option<BTreeMap<String, Seen>>, Failure> {
        let prefix = if self.folder.is_empty() {
            String::new()
        } else {
            format!("{}/", self.folder)
        };
        let options = ListOptions {
            recursive: true,
            ..ListOptions::default()
        };
        let ended = self.line.call(None, async |operator| {
            operator.list_options(&prefix, options).await
        });
        // The library takes any page of the web for an empty listing.
        if let (Ok(_), Some(answer)) = (&ended.result, ended.answer())
            && !answer.text().contains("<ListBucketResult")
        {
            return Err(answer.senseless("no listing of a bucket"));
        }
        let entries = ended.or_told(&self.line, |answer| self.refusal(answer))?;
        let seen = |meta: &opendal::Metadata| Seen {
            size: meta.content_length(),
            written: meta.last_modified().map(Into::into),
            md5: meta.etag().and_then(md5),
        };
        Ok(Some(
            entries
                .iter()
                .filter(|entry| entry.metadata().is_file())
                // Consoles make objects named `folder/` for their folders; those are no files.
                .filter_map(|entry| Some((entry.path().strip_prefix(&prefix)?, entry.metadata())))
                .filter(|(path, _)| !path.is_empty())
                .map(|(path, meta)| (path.to_owned(), seen(meta)))
                .collect(),
        ))
    }

    fn has_headers(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::md5;

    #[test]
    fn a_tag_of_parts_is_no_md5() {
        let hash = "d41d8cd98f00b204e9800998ecf8427e";
        assert_eq!(md5(&format!("\"{}\"", hash.to_uppercase())).unwrap(), hash);
        assert_eq!(md5(&format!("\"{hash}-2\"")), None);
    }
}
