//! Who may tell of calls, and what Event Grid is answered before it tells of any.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

use super::exchange::{EVENT_SECRET, Exchange};
use crate::{
    access::{
        issuer::{SigningKey, in_seconds},
        refused,
    },
    support::server::outcome,
};

const EVENTS: &str = "/incoming-call";

#[tokio::test]
async fn both_handshakes_are_answered_and_only_to_who_knows_the_secret() {
    let exchange = Exchange::with(&[]).await;
    let asks = json!([{
        "id": "1", "topic": "t", "subject": "", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": "2018-01-25T22:12:19.4556811Z", "metadataVersion": "1", "dataVersion": "1",
        "data": {"validationCode": "512d38b6", "validationUrl": "https://rp.example:553/validate"}}]);
    let (status, answer) = exchange.post_events(&asks).await;
    assert_eq!(
        (status, answer),
        (200, json!({"validationResponse": "512d38b6"}))
    );

    let options = |secret: &str| {
        exchange
            .server
            .request("OPTIONS", &format!("{EVENTS}?secret={secret}"))
            .header("WebHook-Request-Origin", "eventgrid.azure.net")
    };
    let answer = options(EVENT_SECRET).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(
        answer.headers()["WebHook-Allowed-Origin"],
        "eventgrid.azure.net"
    );
    assert_eq!(answer.headers()["WebHook-Allowed-Rate"], "*");
    assert_eq!(
        options("another-secret-of-many")
            .send()
            .await
            .unwrap()
            .status()
            .as_u16(),
        401
    );
    for path in [
        EVENTS,
        "/incoming-call?secret=",
        "/incoming-call?secret=another-secret-of-many",
    ] {
        let answer = exchange
            .server
            .request("POST", path)
            .json(&asks)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 401, "{path}");
    }
    assert_eq!(exchange.counted("event", "unauthenticated").await, 4);
}

#[tokio::test]
async fn what_is_not_understood_is_answered_and_counted() {
    let mut exchange = Exchange::with(&[]).await;
    let unknown = exchange.event("SMSReceived", json!({}));
    let lacking = exchange.event("IncomingCall", json!({"to": 7}));
    assert_eq!(
        exchange.post_events(&json!([unknown, lacking])).await.0,
        200
    );
    assert_eq!(exchange.post_events(&json!("no event")).await.0, 200);
    assert_eq!(exchange.counted("event", "unknown").await, 1);
    assert_eq!(exchange.counted("event", "unreadable").await, 2);
    // As a CloudEvent, alone, it is the same call.
    let ringing = exchange.ringing();
    let cloud = json!({
        "id": ringing["id"], "source": "/subscriptions/x", "subject": "call", "specversion": "1.0",
        "type": ringing["eventType"], "time": ringing["eventTime"], "data": ringing["data"]});
    assert_eq!(exchange.post_events(&cloud).await.0, 200);
    exchange.until_asked("POST", ":answer", 1).await;
}

#[tokio::test]
async fn routes_decide_who_is_answered_and_where() {
    let routes =
        json!([{"from": "+15550199", "room": "desk", "speaks": "es", "hears": ["es", "en"]}])
            .to_string();
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__ROUTES", &routes)]).await;
    let line = exchange.ring().await;
    let call = exchange.call(&line, |call| call["room_id"] == "desk").await;
    assert_eq!(call["speaks"], "es");
    assert_eq!(call["waiting"], false);
    let mut other = exchange.ringing();
    other["data"]["from"] = json!({"rawId": "4:+15550111", "kind": "phoneNumber"});
    exchange.post_events(&json!([other])).await;
    let rejected = exchange.until_asked("POST", ":reject", 1).await;
    let body: serde_json::Value = serde_json::from_slice(&rejected[0].body).unwrap();
    assert_eq!(body["callRejectReason"], "forbidden");
    assert_eq!(exchange.asked("POST", ":answer").len(), 1);
}

#[tokio::test]
async fn one_call_too_many_hears_that_we_are_busy() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__MAX_CALLS", "1")]).await;
    let line = exchange.ring().await;
    let ringing = exchange.ringing();
    exchange.post_events(&json!([ringing])).await;
    let rejected = exchange.until_asked("POST", ":reject", 1).await;
    let body: serde_json::Value = serde_json::from_slice(&rejected[0].body).unwrap();
    assert_eq!(body["callRejectReason"], "busy");
    exchange.remote_hangs_up(&line).await;
    exchange.ended(&line).await;
    exchange.ring().await;
}

#[tokio::test]
async fn without_a_good_token_nothing_is_told_and_no_socket_opens() {
    use super::service::{Answer, Service};
    let key = SigningKey::rsa("first");
    let published = json!({"keys": [key.published()]}).to_string();
    let keys = Service::answering(move |asked| {
        Answer::says(
            200,
            match asked.target.as_str() {
                "/keys" => published.clone(),
                _ => json!({"issuer": "https://acs.example", "jwks_uri": "@@BASE@@/keys"})
                    .to_string(),
            },
        )
    })
    .await;
    let url = format!("{}/openid", keys.base());
    let mut exchange = Exchange::with(&[
        ("ACS_AUTH", "required"),
        ("INTERPRES__ACS__AUDIENCE", "the-resource"),
        ("INTERPRES__ACS__ISSUER", "https://acs.example"),
        ("INTERPRES__ACS__OPENID_URL", &url),
    ])
    .await;
    let line = exchange.ring().await;
    let claims = |audience: &str| json!({"iss": "https://acs.example", "aud": audience, "exp": in_seconds(300)});
    let good = format!("Bearer {}", key.sign(&claims("the-resource")));
    let wrong = format!("Bearer {}", key.sign(&claims("another-resource")));
    let connected = exchange.callback(&line, "CallConnected", json!({}));
    let tell = async |token: Option<&str>| {
        let request = exchange
            .server
            .request("POST", &line.callback)
            .json(&json!([connected]));
        let request = match token {
            Some(token) => request.header("Authorization", token),
            None => request,
        };
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(tell(None).await, 401);
    assert_eq!(tell(Some(&wrong)).await, 401);
    assert_eq!(refused(&exchange.server, &line.media, &[]).await, 401);
    assert_eq!(
        refused(&exchange.server, &line.media, &[("authorization", &wrong)]).await,
        401
    );
    exchange
        .call(&line, |call| call["state"] == "answering")
        .await;
    assert_eq!(tell(Some(&good)).await, 200);
    exchange
        .call(&line, |call| call["state"] == "connected")
        .await;
    // A good token is not enough: the secret of the address is the call's own.
    let elsewhere = format!("/acs/media/{}", "f".repeat(32));
    assert_eq!(
        refused(&exchange.server, &elsewhere, &[("authorization", &good)]).await,
        404
    );
    let leg = ("x-ms-call-connection-id", "leg-of-another-call");
    assert_eq!(
        refused(
            &exchange.server,
            &line.media,
            &[("authorization", &good), leg]
        )
        .await,
        404
    );
    exchange
        .server
        .upgrade(&line.media, &[("authorization", &good)])
        .await
        .unwrap();
}

#[tokio::test]
async fn while_keys_cannot_be_fetched_it_is_to_be_sent_again() {
    use super::service::{Answer, Service};
    let key = SigningKey::rsa("first");
    let published = json!({"keys": [key.published()]}).to_string();
    let is_up = Arc::new(AtomicBool::new(false));
    let serves = Arc::clone(&is_up);
    let keys = Service::answering(move |asked| match asked.target.as_str() {
        _ if !serves.load(Ordering::Relaxed) => Answer::says(500, ""),
        "/keys" => Answer::says(200, published.clone()),
        _ => {
            let configuration =
                json!({"issuer": "https://acs.example", "jwks_uri": "@@BASE@@/keys"});
            Answer::says(200, configuration.to_string())
        }
    })
    .await;
    let url = format!("{}/openid", keys.base());
    let exchange = Exchange::with(&[
        ("ACS_AUTH", "required"),
        ("INTERPRES__ACS__AUDIENCE", "the-resource"),
        ("INTERPRES__ACS__ISSUER", "https://acs.example"),
        ("INTERPRES__ACS__OPENID_URL", &url),
        ("INTERPRES__ACS__EVENTS__AUDIENCE", "the-resource"),
        ("INTERPRES__ACS__EVENTS__ISSUER", "https://acs.example"),
        ("INTERPRES__ACS__EVENTS__OPENID_URL", &url),
    ])
    .await;
    let claims = json!({"iss": "https://acs.example", "aud": "the-resource", "exp": in_seconds(300),
        "roles": ["AzureEventGridSecureWebhookSubscriber"]});
    let good = format!("Bearer {}", key.sign(&claims));
    let callback = format!("/callbacks/{}", "f".repeat(32));
    let tell = async |path: &str, token: &str| {
        let request = exchange.server.request("POST", path).json(&json!([]));
        let (status, answer) =
            outcome(request.header("Authorization", token).send().await.unwrap()).await;
        (status, answer["error"]["code"].clone())
    };
    let unavailable = (503, json!("acs_token_keys_unavailable"));
    assert_eq!(tell(&callback, &good).await, unavailable);
    assert_eq!(tell(EVENTS, &good).await, unavailable);
    let media = format!("/acs/media/{}", "f".repeat(32));
    let shown = [("authorization", good.as_str())];
    assert_eq!(refused(&exchange.server, &media, &shown).await, 503);
    // What cannot be good anyway is refused for good, and whoever knows the secret needs no token.
    assert_eq!(tell(&callback, "Bearer none").await.0, 401);
    assert_eq!(tell(EVENTS, "Bearer none").await.0, 401);
    assert_eq!(exchange.post_events(&json!([])).await.0, 200);
    is_up.store(true, Ordering::Relaxed);
    let again = async {
        for path in [callback.as_str(), EVENTS] {
            while tell(path, &good).await.0 != 200 {
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        }
    };
    let patience = Duration::from_secs(60);
    tokio::time::timeout(patience, again).await.unwrap();
}

#[tokio::test]
async fn larger_bodies_than_event_grid_sends_are_not_taken() {
    let exchange = Exchange::with(&[]).await;
    let line = format!("/callbacks/{}", "f".repeat(32));
    let events = format!("{EVENTS}?secret={EVENT_SECRET}");
    for (path, post) in [(events, "event"), (line, "callback")] {
        let tell = async |length: usize| {
            // Of unknown length, so that the limit is met while reading.
            let parts = (0..length / 1_024).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1_024]));
            let body = reqwest::Body::wrap_stream(futures_util::stream::iter(parts));
            let request = exchange.server.request("POST", &path).body(body);
            outcome(request.send().await.unwrap()).await
        };
        // As large as can be; and no event.
        assert_eq!(tell(1024 * 1024).await.0, 200);
        let (status, answer) = tell(1025 * 1024).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (413, &json!("payload_too_large"))
        );
        assert_eq!(exchange.counted(post, "unreadable").await, 2);
    }
}

#[tokio::test]
async fn an_event_waits_for_nobody() {
    // The service never answers here.
    let mut exchange = Exchange::with(&[]).await;
    exchange.answers(":answer", super::service::Answer::Waits);
    let ringing = exchange.ringing();
    let begun = Instant::now();
    assert_eq!(exchange.post_events(&json!([ringing])).await.0, 200);
    exchange.until_asked("POST", ":answer", 1).await;
    assert!(begun.elapsed().as_secs() < 4, "an event waits for nobody");
}
