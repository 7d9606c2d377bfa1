//! Every request that was captured from the official SDK and that the product makes, made by our client: the same target,
//! headers and body, signed over the bytes that go out.

use std::collections::BTreeMap;

use interpres::{
    entra::{EntraTokens, Identity},
    links::acs::{client::Client, signing::RESOURCE},
};
use serde_json::Value;

use super::asking::{CALL, answer};
use super::golden::{json, names, text};
use super::performing::{BUDGET, perform};
use super::service::{Answer, Asked, NOW, Service, key};

/// What the product does not ask for, so that the client cannot. Their signatures are checked all the same.
const NOT_ASKED: [&str; 11] = [
    "hold",
    "send_dtmf_tones",
    "start_continuous_dtmf",
    "start_transcription",
    "start_transcription_model",
    "stop_continuous_dtmf",
    "stop_transcription",
    "transfer_call",
    "unhold",
    "update_transcription",
    // A page of a list; asked for with the first.
    "list_participants.2",
];

/// Headers that are of the moment, the connection or the sender, and not of the request.
const OF_THE_MOMENT: [&str; 10] = [
    "host",
    "user-agent",
    "accept-encoding",
    "connection",
    "content-length",
    "x-ms-date",
    "x-ms-content-sha256",
    "authorization",
    "x-ms-client-request-id",
    "repeatability-request-id",
];

/// What remains of headers, and the names of those that are of the moment and that the service looks at.
fn headers(all: impl Iterator<Item = (String, String)>) -> (BTreeMap<String, String>, Vec<String>) {
    let mut kept = BTreeMap::new();
    let mut named = Vec::new();
    for (name, value) in all {
        if name == "repeatability-first-sent" {
            named.push(name);
        } else if !OF_THE_MOMENT.contains(&&name[..]) {
            kept.insert(name, value);
        } else if !["user-agent", "accept-encoding", "connection"].contains(&&name[..]) {
            named.push(name);
        }
    }
    named.sort();
    (kept, named)
}

/// A body without the kind of its identifiers, which only some senders write.
fn without_kinds(mut body: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(strip),
            Value::Object(fields) => {
                if fields.contains_key("rawId") {
                    fields.remove("kind");
                }
                fields.values_mut().for_each(strip);
            }
            _ => {}
        }
    }
    strip(&mut body);
    body
}

fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    without_kinds(serde_json::from_slice(bytes).unwrap())
}

/// Holds a request that came against the golden of it.
fn compare(name: &str, golden: &Value, asked: &Asked, service: &Service) {
    assert_eq!(asked.method, text(golden, "method"), "{name}");
    assert_eq!(asked.target, text(golden, "request_target"), "{name}");
    let theirs = golden["headers"].as_object().unwrap().iter();
    let theirs = theirs.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    assert_eq!(
        headers(asked.headers.clone().into_iter()),
        headers(theirs),
        "{name}"
    );
    let theirs = body(text(golden, "body_raw").as_bytes());
    assert_eq!(body(&asked.body), theirs, "{name}");
    assert_eq!(asked.header("host"), service.host());
    // Signed over what came, by what the captured requests are signed with.
    let signature = key().sign(
        &asked.method,
        &asked.target,
        asked.header("host"),
        NOW,
        &asked.body,
    );
    assert_eq!(asked.header("x-ms-date"), signature.date, "{name}");
    assert_eq!(
        asked.header("x-ms-content-sha256"),
        signature.content_hash,
        "{name}"
    );
    assert_eq!(
        asked.header("authorization"),
        signature.authorization,
        "{name}"
    );
}

#[tokio::test]
async fn every_request_goes_out_as_the_official_sdk_sends_it() {
    for name in names("requests") {
        let is_of_faults = name.starts_with("error_") || name.starts_with("retry_");
        if is_of_faults || NOT_ASKED.contains(&&name[..]) {
            continue;
        }
        let mut goldens = vec![json(&format!("requests/{name}.json"))];
        if name == "list_participants.1" {
            goldens.push(json("requests/list_participants.2.json"));
        }
        let answers = goldens
            .iter()
            .map(|golden| Answer::golden(&golden["response"]));
        let service = Service::start(answers).await;
        let done = perform(&service.client(), &name).await;
        assert_eq!(done, Ok(()), "{name}");
        let asked = service.asked();
        assert_eq!(asked.len(), goldens.len(), "{name}");
        for (asked, golden) in asked.iter().zip(&goldens) {
            compare(&name, golden, asked, &service);
        }
    }
}

#[tokio::test]
async fn a_call_that_is_refused_and_one_that_is_sent_again_are_asked_for_in_the_same_way() {
    let goldens: Vec<_> = names("requests")
        .into_iter()
        .filter(|name| name.starts_with("error_") || name.starts_with("retry_"))
        .collect();
    assert_eq!(goldens.len(), 9);
    for name in goldens {
        let golden = json(&format!("requests/{name}.json"));
        let service = Service::start([Answer::says(200, r#"{"callConnectionId":"a"}"#)]).await;
        let done = service.client().answer(&answer(), BUDGET).await;
        assert_eq!(done.unwrap().call_connection_id, "a");
        compare(&name, &golden, &service.asked()[0], &service);
    }
}

#[tokio::test]
async fn no_id_leads_out_of_its_place_and_no_list_to_another_service() {
    let service = Service::start([]).await;
    let client = service.client();
    for id in ["", ".", "..", "..."] {
        let refused = client.get(id, BUDGET).await.unwrap_err();
        assert_eq!(refused.code(), "acs_bad_id", "{id:?}");
    }
    assert!(service.asked().is_empty());
    for (id, target) in [
        ("../a?b#c", "..%2Fa%3Fb%23c"),
        ("é\r\n", "%C3%A9%0D%0A"),
        ("%2e%2e", "%252e%252e"),
    ] {
        let _ = client.get(id, BUDGET).await;
        let asked = service.asked().pop().unwrap().target;
        let expected = format!("/calling/callConnections/{target}?api-version=2026-03-12");
        assert_eq!(asked, expected);
    }
    for link in [
        "https://other.example/next",
        "http://127.0.0.1:1/next",
        "next",
        "@@BASE@@@other.example/",
    ] {
        let page = serde_json::json!({"value": [], "nextLink": link}).to_string();
        let service = Service::start([Answer::says(200, page)]).await;
        let refused = service.client().list_participants(CALL, BUDGET).await;
        assert_eq!(refused.unwrap_err().code(), "acs_strange_link", "{link}");
    }
    let again = r#"{"value":[],"nextLink":"@@BASE@@/again"}"#;
    let service = Service::start(std::iter::repeat_n(Answer::says(200, again), 200)).await;
    let refused = service.client().list_participants(CALL, BUDGET).await;
    assert_eq!(refused.unwrap_err().code(), "acs_strange_link");
    assert_eq!(service.asked().len(), 100);
}

fn granted(token: &str) -> Answer {
    let answer =
        serde_json::json!({"token_type": "Bearer", "expires_in": 3599, "access_token": token});
    Answer::says(200, answer.to_string())
}

/// A service to which a token is shown that is had from `entra`, and what shows it.
async fn shown(identity: Identity, answers: usize) -> (Service, Client) {
    let service = Service::start(std::iter::repeat_n(Answer::says(204, ""), answers)).await;
    let tokens = EntraTokens::new(identity, RESOURCE, |client| client).unwrap();
    let client = service.client_as(tokens);
    (service, client)
}

fn application(entra: &Service) -> Identity {
    Identity::Application {
        authority: entra.base(),
        tenant: "the-tenant".to_owned(),
        client_id: "the-application".to_owned(),
        client_secret: "its&secret".into(),
    }
}

#[tokio::test]
async fn an_application_of_entra_is_asked_once_for_its_token() {
    let entra = Service::start([Answer::says(401, "{}"), granted("a-token")]).await;
    let (service, client) = shown(application(&entra), 2).await;
    let refused = client.hang_up("leg", BUDGET).await.unwrap_err();
    assert_eq!(refused.code(), "acs_not_authorised");
    let told = refused.to_string();
    assert!(
        told.contains("status 401") && told.contains("acs.entra"),
        "{told}"
    );
    for _ in 0..2 {
        client.hang_up("leg", BUDGET).await.unwrap();
    }
    let asked = entra.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].target, "/the-tenant/oauth2/v2.0/token");
    let form = "grant_type=client_credentials&client_id=the-application&client_secret=its%26secret\
                &scope=https%3A%2F%2Fcommunication.azure.com%2F%2F.default";
    assert_eq!(String::from_utf8_lossy(&asked[1].body), form);
    for asked in service.asked() {
        assert_eq!(asked.header("authorization"), "Bearer a-token");
        for header in ["x-ms-date", "x-ms-content-sha256"] {
            assert!(!asked.headers.contains_key(header), "{header}");
        }
    }
}

#[tokio::test]
async fn the_identity_of_the_machine_is_shown_too() {
    let machine = Service::start([granted("of-the-machine")]).await;
    let identity = Identity::Machine {
        endpoint: machine.base(),
        client_id: None,
    };
    let (service, client) = shown(identity, 1).await;
    client.hang_up("leg", BUDGET).await.unwrap();
    let asked = &machine.asked()[0];
    let target = "/metadata/identity/oauth2/token?api-version=2018-02-01\
                  &resource=https%3A%2F%2Fcommunication.azure.com%2F";
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("GET", target)
    );
    assert_eq!(asked.header("metadata"), "true");
    let shown = service.asked()[0].header("authorization").to_owned();
    assert_eq!(shown, "Bearer of-the-machine");
}

#[tokio::test]
async fn a_token_that_no_header_takes_is_not_shown() {
    let entra = Service::start([granted("no header\r\ntakes this")]).await;
    let (service, client) = shown(application(&entra), 0).await;
    let error = client.hang_up("a", BUDGET).await.unwrap_err();
    assert_eq!(error.code(), "acs_not_authorised");
    assert!(!error.to_string().contains("takes this"));
    assert!(service.asked().is_empty());
}
