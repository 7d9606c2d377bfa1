//! Who we are: the handshakes of the goldens, tokens of Entra and of the machine's identity, and what is told of neither.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use interpres::{
    domain::engine::{Engine, Trouble},
    engines::realtime::settings::{Account, CredentialSettings, Provider as Whose},
    entra::Identity,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};

use super::{
    account, converse, golden, open,
    provider::{Connection, Provider},
    request, translate,
};
use crate::access::tls::Certificate;

/// The headers of a golden that say who we are. The SDK shows Azure a key twice; we show it once.
fn who(golden: &Value) -> Vec<(String, String)> {
    let headers: Vec<_> = golden["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|header| {
            let text = |index: usize| header[index].as_str().unwrap().to_owned();
            (text(0).to_ascii_lowercase(), text(1))
        })
        .collect();
    let has_key = headers.iter().any(|(name, _)| name == "api-key");
    let counts = |name: &str| {
        let who = ["api-key", "openai-organization", "openai-project"];
        who.contains(&name) || (name == "authorization" && !has_key)
    };
    let mut who: Vec<_> = headers
        .into_iter()
        .filter(|(name, _)| counts(name))
        .collect();
    who.sort();
    who
}

/// Opens one session of an engine and gives how it introduced itself.
async fn introduced(
    make: impl FnOnce(String) -> Arc<dyn Engine>,
) -> (String, Vec<(String, String)>) {
    let (told, mut heard) = unbounded_channel();
    let provider = Provider::new(1, move |mut connection: Connection| {
        let told = told.clone();
        async move {
            let names = [
                "api-key",
                "authorization",
                "openai-organization",
                "openai-project",
            ];
            let headers = names.iter().filter_map(|name| {
                let value = connection.headers.get(*name)?;
                Some(((*name).to_owned(), value.to_str().unwrap().to_owned()))
            });
            told.send((connection.path.clone(), headers.collect::<Vec<_>>()))
                .unwrap();
            connection.greet().await;
            connection.closed().await;
        }
    })
    .await;
    let engine = make(provider.endpoint());
    drop(open(&*engine).await);
    let introduced = heard.recv().await.unwrap();
    provider.finish().await;
    introduced
}

fn azure(endpoint: String, credential: CredentialSettings) -> Account {
    Account {
        provider: Whose::Azure,
        credential: Some(credential),
        ..account(endpoint)
    }
}

#[tokio::test]
async fn handshakes_are_those_of_the_goldens() {
    let expect = |name: &str| {
        let golden = golden::file("client", &format!("handshake.{name}"));
        (golden["path"].as_str().unwrap().to_owned(), who(&golden))
    };
    let openai = introduced(|endpoint| {
        converse(Account {
            organization: Some("org-test".into()),
            project: Some("proj-test".into()),
            ..account(endpoint)
        })
    });
    assert_eq!(openai.await, expect("openai_ga_realtime"));
    let openai = introduced(|endpoint| translate(account(endpoint)));
    assert_eq!(openai.await, expect("openai_translation"));

    let key = || CredentialSettings::Key("AZURE_KEY".into());
    let (path, who) = introduced(|endpoint| converse(azure(endpoint, key()))).await;
    let (golden, expected) = expect("azure_ga_api_key_header");
    let deployment = |path: &str| path.replace("my-gpt-realtime-deployment", "gpt-realtime");
    assert_eq!((path, who), (deployment(&golden), expected));

    let (token_port, _) = tokens(vec![granted("AAD_OR_API_KEY", json!(3_600))]).await;
    let (path, who) = introduced(|endpoint| converse(azure(endpoint, entra(token_port)))).await;
    let (golden, expected) = expect("azure_ga_bearer");
    assert_eq!((path, who), (deployment(&golden), expected));

    let (token_port, _) = tokens(vec![granted("AAD_OR_API_KEY", json!(3_600))]).await;
    let (path, who) = introduced(|endpoint| translate(azure(endpoint, entra(token_port)))).await;
    let (golden, expected) = expect("azure_ga_translation");
    let golden = golden.replace("my-translate-deployment", "gpt-realtime-translate");
    assert_eq!((path, who), (golden, expected));
}

fn entra(port: u16) -> CredentialSettings {
    CredentialSettings::Entra(Identity::Application {
        authority: format!("http://127.0.0.1:{port}"),
        tenant: "my tenant".into(),
        client_id: "client".into(),
        client_secret: "s3cret&more".into(),
    })
}

fn granted(token: &str, expires_in: Value) -> (u16, Value) {
    let body = json!({"token_type": "Bearer", "access_token": token, "expires_in": expires_in});
    (200, body)
}

/// A token service that gives these answers, one a request. Tells what it was asked.
async fn tokens(answers: Vec<(u16, Value)>) -> (u16, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, heard) = unbounded_channel();
    tokio::spawn(async move {
        for (status, body) in answers {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !is_whole(&asked) {
                connection.read_buf(&mut asked).await.unwrap();
            }
            let _ = told.send(String::from_utf8(asked).unwrap());
            let body = body.to_string();
            let answer = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (port, heard)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    body.len() >= length.unwrap_or(0)
}

#[tokio::test]
async fn a_token_is_asked_for_once_by_all_and_kept() {
    let (token_port, mut asked) = tokens(vec![granted("first", json!("3599"))]).await;
    let seen = Arc::new(AtomicU32::new(0));
    let counting = Arc::clone(&seen);
    let provider = Provider::new(3, move |mut connection: Connection| {
        assert_eq!(connection.headers["authorization"], "Bearer first");
        counting.fetch_add(1, Ordering::SeqCst);
        async move {
            connection.greet().await;
            connection.closed().await;
        }
    })
    .await;
    let engine = translate(azure(provider.endpoint(), entra(token_port)));
    let once = || async { drop(open(&*engine).await) };
    tokio::join!(once(), once());
    once().await;
    provider.finish().await;
    assert_eq!(seen.load(Ordering::SeqCst), 3);
    let request = asked.recv().await.unwrap();
    assert!(
        request.starts_with("POST /my%20tenant/oauth2/v2.0/token HTTP/1.1\r\n"),
        "{request}"
    );
    let body = "grant_type=client_credentials&client_id=client&client_secret=s3cret%26more&scope=https%3A%2F%2Fai.azure.com%2F.default";
    assert!(request.ends_with(body), "{request}");
}

#[tokio::test]
async fn the_machines_identity_gives_a_token_too_and_an_ended_one_is_renewed() {
    let answers = vec![
        granted("first", json!("0")),
        granted("second", json!("86400")),
    ];
    let (token_port, mut asked) = tokens(answers).await;
    let (told, mut seen) = unbounded_channel();
    let provider = Provider::new(2, move |mut connection: Connection| {
        let told = told.clone();
        async move {
            told.send(
                connection.headers["authorization"]
                    .to_str()
                    .unwrap()
                    .to_owned(),
            )
            .unwrap();
            connection.greet().await;
            connection.closed().await;
        }
    })
    .await;
    let identity = CredentialSettings::Entra(Identity::Machine {
        endpoint: format!("http://127.0.0.1:{token_port}/"),
        client_id: Some("mine".into()),
    });
    let engine = converse(azure(provider.endpoint(), identity));
    for token in ["Bearer first", "Bearer second"] {
        drop(open(&*engine).await);
        assert_eq!(seen.recv().await.unwrap(), token);
    }
    provider.finish().await;
    let request = asked.recv().await.unwrap();
    let line = "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fai.azure.com&client_id=mine HTTP/1.1\r\n";
    assert!(request.starts_with(line), "{request}");
    assert!(
        request.to_ascii_lowercase().contains("metadata: true\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn who_is_not_known_is_told_what_to_check_and_not_what_was_sent() {
    let denied =
        json!({"error": "invalid_client", "error_description": "AADSTS7000215: s3cret&more"});
    let (token_port, _) = tokens(vec![(401, denied), (503, json!({})), (200, json!({}))]).await;
    let engine = converse(azure("http://127.0.0.1:9".into(), entra(token_port)));
    for trouble in [Trouble::Unavailable, Trouble::Failed, Trouble::Failed] {
        let error = engine.open_interpretation(request()).await.unwrap_err();
        assert_eq!(error.trouble, trouble, "{error}");
        assert!(!error.message.contains("s3cret"), "{error}");
    }
}

#[tokio::test]
async fn what_is_not_configured_says_what_to_set() {
    let nothing = || Account {
        endpoint: None,
        ..account(String::new())
    };
    let keyless = || Account {
        credential: None,
        ..account("https://res.openai.azure.com".into())
    };
    let engines: [(Arc<dyn Engine>, &str); 3] = [
        (translate(nothing()), "AZURE_OPENAI_ENDPOINT"),
        (converse(keyless()), "AZURE_OPENAI_API_KEY"),
        (converse(account("http://example.com".into())), "https://"),
    ];
    for (engine, what) in engines {
        let report = engine.report();
        assert!(!report.available && !report.parts[0].available);
        assert!(report.parts[0].detail.contains(what), "{report:?}");
        let (en, es) = ("en".parse().unwrap(), "es".parse().unwrap());
        assert!(!engine.translates(&en, &es) && !engine.transcribes(&en));
        let error = engine.open_interpretation(request()).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Unavailable);
        assert!(error.message.contains(what), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_refused() {
    let provider = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = Certificate::new()
        .before(provider.local_addr().unwrap())
        .await;
    let engine = translate(Account {
        connect_timeout: Duration::from_secs(30),
        ..account(format!("https://localhost:{port}"))
    });
    let error = engine.open_interpretation(request()).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Failed);
    assert!(error.message.contains("certificate"), "{error}");
}
