//! The documents in `static/contract/` are those that a server sends. `make contract` writes them.

use serde_json::Value;

use crate::support::{contract::place, server::Server};

/// With this in the environment the files are written instead.
const WRITE: &str = "INTERPRES_WRITE_CONTRACT";

/// Pretty printed with sorted names, so that a change shows as what it is.
async fn document(server: &Server, path: &str) -> String {
    let answer = server.request("GET", path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let document: Value = answer.json().await.unwrap();
    let mut text = serde_json::to_string_pretty(&sorted(document)).unwrap();
    text.push('\n');
    text
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(words) => {
            let mut words: Vec<_> = words.into_iter().collect();
            words.sort_by(|one, other| one.0.cmp(&other.0));
            let sorted = words.into_iter().map(|(word, said)| (word, sorted(said)));
            Value::Object(sorted.collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[tokio::test]
async fn the_files_are_what_a_server_sends() {
    let server = Server::start();
    for (path, name) in [
        ("/openapi.json", "openapi.json"),
        ("/asyncapi.json", "asyncapi.json"),
    ] {
        let sent = document(&server, path).await;
        let place = place(name);
        if std::env::var_os(WRITE).is_some() {
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(&place, &sent).unwrap();
        }
        let kept = std::fs::read_to_string(&place).unwrap_or_default();
        let differs = sent
            .lines()
            .zip(kept.lines())
            .position(|(sent, kept)| sent != kept);
        assert!(
            sent == kept,
            "{} is not what a server sends at {path} (the first other line is {}); if the change is wanted, run \
             `make contract` and look through its diff",
            place.display(),
            differs.map_or("at the end".to_owned(), |line| (line + 1).to_string()),
        );
    }
}
