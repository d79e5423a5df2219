//! Ghost: a real one with SQLite, looked at through its admin interface by hand.

use crate::platforms::behaviours;
use crate::platforms::bench::{Account, Bench, Session, Trouble, open_http};
use crate::platforms::posts::now;
use crate::platforms::server::{Server, client, json, visible};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guidepost::platform::{Remote, info};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json as object};
use sha2::Sha256;

pub(super) struct Ghost(Server);

pub(super) fn bench() -> Ghost {
    Ghost(Server::named("ghost"))
}

impl Ghost {
    /// A token as Ghost's documentation makes it of a key `id:secret`.
    fn token(&self) -> String {
        let (id, secret) = self
            .0
            .get("GHOST_ADMIN_API_KEY")
            .split_once(':')
            .expect("a key");
        let secret: Vec<u8> = (0..secret.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&secret[at..at + 2], 16).expect("hexadecimal"))
            .collect();
        let now = now().as_second();
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!(
            "{}.{}",
            encode(object!({ "alg": "HS256", "typ": "JWT", "kid": id })),
            encode(object!({ "iat": now, "exp": now + 240, "aud": "/admin/" }))
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).expect("a key of any length");
        mac.update(signed.as_bytes());
        format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        )
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let url = format!("{}/ghost/api/admin/{path}", self.0.get("GHOST_URL"));
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = client()
            .request(method, url)
            .header("authorization", format!("Ghost {}", self.token()))
            .header("accept-version", "v6.0");
        json(match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None => request,
        })
    }

    fn post(&self, remote: &Remote) -> Value {
        let found = self.ask(
            "GET",
            &format!("posts/{}/?formats=html,lexical", remote.id),
            None,
        );
        found["posts"][0].clone()
    }
}

impl Bench for Ghost {
    fn account(&self) -> Option<Account> {
        Some(Account {
            info: info("ghost").expect("the platform"),
            server: self.0.get("GHOST_URL").to_owned(),
            settings: vec![("url", self.0.get("GHOST_URL").to_owned())],
            secrets: vec![("KEY", self.0.get("GHOST_ADMIN_API_KEY").to_owned())],
            makes: ("POST", "/ghost/api/admin/posts/"),
        })
    }

    fn open(&self, trouble: Trouble) -> Session {
        let account = self.account().expect("an account");
        open_http(&account, trouble)
    }

    fn count(&self, canonical: &str) -> usize {
        let found = self.ask(
            "GET",
            "posts/?limit=100&order=created_at%20desc&fields=id,canonical_url",
            None,
        );
        let posts = found["posts"].as_array().expect("posts");
        posts
            .iter()
            .filter(|post| post["canonical_url"] == canonical)
            .count()
    }

    fn text(&self, remote: &Remote) -> String {
        visible(self.post(remote)["html"].as_str().expect("a text"))
    }

    fn edit(&self, remote: &Remote, text: &str) {
        let body = object!({ "posts": [{
            "html": format!("<p>{text}</p>"), "updated_at": self.post(remote)["updated_at"],
        }] });
        self.ask(
            "PUT",
            &format!("posts/{}/?source=html", remote.id),
            Some(&body),
        );
    }

    fn remove(&self, remote: &Remote) {
        self.ask("DELETE", &format!("posts/{}/", remote.id), None);
    }

    fn cover(&self, remote: &Remote) -> Option<String> {
        let post = self.post(remote);
        post["feature_image"].as_str()?;
        post["feature_image_alt"].as_str().map(str::to_owned)
    }
}

behaviours!(
    behaves,
    super::bench(),
    "needs tests/servers/all.sh start ghost"
);
