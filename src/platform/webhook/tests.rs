//! What is found wrong in a webhook's settings before anything is sent.

use super::{host_and_path, mistakes};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn settings(calls: &[(&str, Value)]) -> BTreeMap<String, String> {
    calls
        .iter()
        .map(|(name, call)| {
            let text = call
                .as_str()
                .map_or_else(|| call.to_string(), str::to_owned);
            ((*name).to_owned(), text)
        })
        .collect()
}

/// Path and message of the only mistake.
fn only(name: &str, call: Value) -> (String, String) {
    let good = json!({ "url": "https://e.org/", "id": "/id" });
    let mut calls = vec![(name, call)];
    if name != "create" {
        calls.push(("create", good));
    }
    let found = mistakes(&settings(&calls));
    assert_eq!(found.len(), 1, "{found:?}");
    (found[0].path.join("."), found[0].message.clone())
}

#[test]
fn good_settings_have_no_mistakes() {
    let found = mistakes(&settings(&[
        (
            "create",
            json!({
                "url": "{{ secret.KEY }}posts?u={{ secret.USER | url_encode }}",
                "method": "post",
                "headers": { "authorization": "Basic {{ secret.PASSWORD | base64 }}" },
                "body": "{ \"a\": {{ title | json }}, \"b\": {{ tags | json }} }",
                "success": { "at": "/code", "is": 0 },
            }),
        ),
        (
            "update",
            json!({ "url": "https://e.org/{{ id }}", "body": { "a": "{{ text }}" } }),
        ),
        ("delete", json!({ "url": "https://e.org/{{ id }}" })),
        (
            "find",
            json!({ "url": "https://e.org/?q={{ canonical | url_encode }}", "id": "/id" }),
        ),
        (
            "verify",
            json!({ "url": "https://e.org/me", "name": "/name" }),
        ),
        ("markup", json!("html")),
        ("limit", json!("800")),
    ]));
    assert_eq!(found, []);
}

#[test]
fn every_mistake_is_told_with_its_key() {
    let cases = [
        ("create", json!("POST it"), "create", "is no mapping"),
        ("create", json!({ "id": "/id" }), "create", "has no `url`"),
        (
            "create",
            json!({ "url": "https://e.org/" }),
            "create",
            "how a good answer is known",
        ),
        (
            "create",
            json!({ "url": "ftp://e.org/", "id": "/id" }),
            "create.url",
            "is no address",
        ),
        (
            "create",
            json!({ "url": "https://e.org/", "id": "id" }),
            "create.id",
            "no JSON pointer",
        ),
        (
            "create",
            json!({ "url": "https://e.org/", "id": "/id", "links": 1 }),
            "create.links",
            "has no `links`",
        ),
        (
            "create",
            json!({ "url": "https://e.org/", "id": "/id", "method": "SEND" }),
            "create.method",
            "no method",
        ),
        (
            "create",
            json!({ "url": "https://e.org/", "success": "ok" }),
            "create.success",
            "does not say",
        ),
        (
            "create",
            json!({ "url": "https://e.org/", "id": "/id", "headers": { "a": [] } }),
            "create.headers.a",
            "no text",
        ),
        (
            "create",
            json!({ "url": "https://e.org/", "id": "/id", "body": { "a": { "b": "{{ titel }}" } } }),
            "create.body.a.b",
            "there is no `titel`",
        ),
        (
            "create",
            json!({ "url": "https://e.org/", "id": "/id", "body": "{{ title" }),
            "create.body",
            "the template in `create.body`",
        ),
        (
            "create",
            json!({ "url": "https://e.org/", "id": "/id", "body": "{\"a\": \"{{ title }}\"}" }),
            "create.body",
            "no JSON once it is filled",
        ),
        (
            "create",
            json!({ "url": "https://e.org/{{ secret.TOKN }}", "id": "/id" }),
            "create.url",
            "create.url",
        ),
        (
            "create",
            json!({ "url": "https://e.org/", "id": "/id", "headers": { "a b": "c" } }),
            "create.headers.a b",
            "no name of a header",
        ),
        (
            "create",
            json!({ "url": "https://e.org/{{ id }}", "id": "/id" }),
            "create.url",
            "there is no `id`",
        ),
        (
            "delete",
            json!({ "url": "https://e.org/{{ canonical }}" }),
            "delete.url",
            "there is no `canonical`",
        ),
        (
            "find",
            json!({ "url": "https://e.org/" }),
            "find",
            "where a post's name is",
        ),
        ("markup", json!("bbcode"), "markup", "cannot be `bbcode`"),
        ("limit", json!("many"), "limit", "cannot be `many`"),
    ];
    for (name, call, path, words) in cases {
        let (found, message) = only(name, call.clone());
        assert_eq!(found, path, "{call}");
        assert!(message.contains(words), "{call}: {message}");
    }
}

#[test]
fn an_address_is_named_without_secrets() {
    let of = |url: &str| host_and_path(&settings(&[("create", json!({ "url": url }))]));
    assert_eq!(
        of("https://API.example.org/v1/posts/?k=1"),
        "api.example.org/v1/posts"
    );
    assert_eq!(
        of("https://api.example.org/bot{{ secret.TOKEN }}/send"),
        "api.example.org/bot"
    );
    assert_eq!(of("{{ secret.KEY }}"), "");
}
