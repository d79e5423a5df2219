//! WordPress: a real one with PHP and MariaDB, looked at through its REST interface by hand.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::server::{Server, client, json, visible};
use guidepost::platform::{Remote, info};
use serde_json::{Value, json as object};

pub(super) struct WordPress(Server);

pub(super) fn bench() -> WordPress {
    WordPress(Server::named("wordpress"))
}

impl WordPress {
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = format!("{}/{path}", self.0.get("WP_API"));
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = client().request(method, url).basic_auth(
            self.0.get("WP_ADMIN_USER"),
            Some(self.0.get("WP_ADMIN_APP_PASSWORD")),
        );
        json(
            request
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
    }

    /// A post's text as readers get it.
    pub(super) fn html(&self, remote: &Remote) -> String {
        let post = self.post(remote);
        post["content"]["rendered"]
            .as_str()
            .expect("content")
            .to_owned()
    }

    fn post(&self, remote: &Remote) -> Value {
        self.ask(
            "GET",
            &format!("posts/{}?context=edit", remote.id),
            &Value::Null,
        )
    }
}

impl Bench for WordPress {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("wordpress").expect("the platform"),
            server: self.0.get("WP_URL").to_owned(),
            settings: vec![
                ("url", self.0.get("WP_URL").to_owned()),
                ("user", self.0.get("WP_ADMIN_USER").to_owned()),
            ],
            secrets: vec![("PASSWORD", self.0.get("WP_ADMIN_APP_PASSWORD").to_owned())],
            makes: ("POST", "/wp/v2/posts"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        let account = self.account().expect("an account");
        open_http(&account, trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let mark = canonical
            .rsplit('/')
            .find(|part| !part.is_empty())
            .unwrap_or(canonical);
        let path = format!(
            "posts?search={mark}&status=publish,draft,future,pending,private&context=edit&per_page=100"
        );
        let found = self.ask("GET", &path, &Value::Null);
        let posts = found.as_array().expect("posts");
        posts
            .iter()
            .filter(|post| post.to_string().contains(canonical))
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        let post = self.post(remote);
        visible(post["content"]["raw"].as_str().expect("content"))
    }

    fn edit(&self, remote: &Remote, text: &str) {
        let body = object!({ "content": text });
        self.ask("POST", &format!("posts/{}", remote.id), &body);
    }

    fn remove(&self, remote: &Remote) {
        self.ask(
            "DELETE",
            &format!("posts/{}?force=true", remote.id),
            &Value::Null,
        );
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let media = self.post(remote)["featured_media"]
            .as_u64()
            .filter(|id| *id > 0)?;
        let media = self.ask("GET", &format!("media/{media}"), &Value::Null);
        media["alt_text"].as_str().map(str::to_owned)
    }
}

behaviours!(
    behaves,
    super::bench(),
    "needs tests/servers/all.sh start wordpress"
);
