//! Events: the two handshakes, and deliveries that are tried again.

use serde_json::json;

use super::{
    product::{Answer, Came, Product, properly, within},
    stand::{Emulator, assert_same_form, golden},
};

fn caller() -> serde_json::Value {
    json!({"caller": {"identifier": "+14255550123"}, "to": "+18005550100"})
}

#[tokio::test]
async fn a_subscription_is_validated_in_the_schema_of_event_grid() {
    let mut product = Product::start().await;
    // First nested, which never validates, then right.
    let answers = std::sync::atomic::AtomicUsize::new(0);
    product.answer_with(move |came: &Came| -> Answer {
        let code = came.body[0]["data"]["validationCode"].as_str();
        match code {
            Some(code) if answers.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 => {
                let body = json!({"content": {"validationResponse": code}});
                (200, Vec::new(), body.to_string())
            }
            _ => properly(came),
        }
    });
    let emulator = Emulator::with_events(&product, &[]);
    emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    let wanted = golden("events/eventgrid/SubscriptionValidation.request.json");
    for _ in 0..2 {
        let came = within(product.events.recv()).await.unwrap();
        assert_eq!(came.headers["aeg-event-type"], "SubscriptionValidation");
        assert_eq!(came.path, "/events?secret=s");
        assert_same_form(&wanted, &came.body, "validation");
    }
    let came = product.event().await;
    assert_eq!(came.headers["aeg-event-type"], "Notification");
    let wanted = golden("events/eventgrid/IncomingCall.pstn.eventgrid.json");
    assert_same_form(&wanted, &came.body, "event");
    let event = came.event();
    for field in ["subject", "eventType", "dataVersion", "metadataVersion"] {
        assert_eq!(event[field], wanted[0][field]);
    }
    for field in ["to", "from", "callerDisplayName"] {
        assert_eq!(event["data"][field], wanted[0]["data"][field]);
    }
    let context = event["data"]["incomingCallContext"].as_str().unwrap();
    assert!(
        (7_000..=10_000).contains(&context.len()),
        "{}",
        context.len()
    );
}

#[tokio::test]
async fn a_subscription_is_validated_by_hand_too() {
    let mut product = Product::start().await;
    product.answer_with(|_| (202, Vec::new(), String::new()));
    let emulator = Emulator::with_events(&product, &[]);
    emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    let came = within(product.events.recv()).await.unwrap();
    let url = came.data()["validationUrl"].as_str().unwrap().to_owned();
    let opened = crate::support::server::http_client().get(url).send().await;
    assert_eq!(opened.unwrap().status().as_u16(), 200);
    assert_eq!(product.event().await.kind(), "IncomingCall");
}

#[tokio::test]
async fn cloud_events_have_their_own_handshake() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--events-schema", "cloudevents"]);
    let user = "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e10";
    let wanted = json!({"caller": {"identifier": user, "display_name": "John Doe"}, "to": user});
    emulator.control("POST", "/_emulator/calls", &wanted).await;
    let asked = within(product.events.recv()).await.unwrap();
    let handshake = golden("events/eventgrid/CloudEventsHandshake.json");
    assert_eq!(asked.method, handshake["request"]["method"]);
    for name in ["WebHook-Request-Origin", "WebHook-Request-Rate"] {
        let wanted = &handshake["request"]["headers"][name];
        assert_eq!(&json!(asked.headers[&name.to_ascii_lowercase()]), wanted);
    }
    let came = product.event().await;
    assert!(came.headers["content-type"].starts_with("application/cloudevents+json"));
    let wanted = golden("events/eventgrid/IncomingCall.user.cloudevents.json");
    assert_same_form(&wanted, &came.body, "event");
    assert_eq!(came.body["data"]["callerDisplayName"], "John Doe");
    assert_eq!(came.body["type"], wanted["type"]);
}

#[tokio::test]
async fn what_is_not_taken_is_delivered_again_and_what_is_refused_is_not() {
    let mut product = Product::start().await;
    // Ten seconds are ten milliseconds.
    let emulator = Emulator::with_events(&product, &["--time-scale", "1000"]);
    let failures = std::sync::atomic::AtomicUsize::new(0);
    product.answer_with(move |came: &Came| -> Answer {
        if came.kind() == "IncomingCall"
            && failures.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2
        {
            return (503, Vec::new(), String::new());
        }
        properly(came)
    });
    emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    let mut ids = Vec::new();
    for attempt in 0..3 {
        let came = product.event().await;
        assert_eq!(came.headers["aeg-delivery-count"], attempt.to_string());
        ids.push(came.event()["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "the same event");
    product.answer_with(|_| (400, Vec::new(), String::new()));
    let begun = emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    product.event().await;
    let path = format!("/_emulator/timeline?call={}", begun["id"].as_str().unwrap());
    within(async {
        loop {
            let told = emulator
                .control("GET", &path, &json!(null))
                .await
                .to_string();
            if told.contains("not tried again") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    })
    .await;
}
