//! Trouble on command: each kind is seen, and goes by.

use serde_json::{Value, json};

use super::{
    calls::verified,
    product::{Came, Product},
    stand::{Answered, Emulator, VERSION, answer_body, golden, media, recording},
};

fn caller() -> Value {
    json!({"caller": {"identifier": "+14255550123"}})
}

async fn answer(emulator: &Emulator, product: &Product, incoming: &Came) -> Answered {
    let body = answer_body(product, incoming, Value::Null);
    let target = format!("/calling/callConnections:answer?{VERSION}");
    emulator.ask("POST", &target, Some(&body)).await
}

#[tokio::test]
async fn requests_are_refused_once_in_a_call() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    for (fault, status, code, file) in [
        ("401", 401, "7509", None),
        ("404", 404, "8522", Some("error_404_call_not_found")),
        ("409", 409, "8519", Some("error_409_conflict")),
        ("429=1", 429, "TooManyRequests", Some("error_429")),
        ("500", 500, "8500", Some("error_500")),
        ("503=2", 503, "ServiceUnavailable", Some("error_503")),
    ] {
        emulator
            .control("POST", "/_emulator/faults", &json!({"faults": [fault]}))
            .await;
        let (_, incoming) = emulator.incoming(&mut product, caller()).await;
        let refused = answer(&emulator, &product, &incoming).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{fault}");
        if let Some(file) = file {
            let recorded = golden(&format!("responses/{file}.json"));
            assert_eq!(refused.body, recorded["body"], "{fault}");
            let retry = recorded["headers"]["Retry-After"].as_str();
            assert_eq!(refused.retry_after.as_deref(), retry, "{fault}");
        }
        let then = answer(&emulator, &product, &incoming).await;
        assert_eq!(then.status, 200, "{fault}: {then:?}");
        emulator
            .control("DELETE", "/_emulator/faults", &Value::Null)
            .await;
    }
}

#[tokio::test]
async fn what_was_done_without_an_answer_is_not_done_again() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--fault", "answer-lost"]);
    let (id, incoming) = emulator.incoming(&mut product, caller()).await;
    let body = answer_body(&product, &incoming, Value::Null);
    let target = format!("/calling/callConnections:answer?{VERSION}");
    let same = [
        (
            "Repeatability-Request-ID",
            "c47bdff7-6e2f-478b-bd8b-836bebef8aa9",
        ),
        ("Repeatability-First-Sent", "Fri, 20 Nov 2026 11:35:28 GMT"),
    ];
    let lost = emulator.ask_with("POST", &target, Some(&body), &same).await;
    assert_eq!((lost.status, lost.code()), (500, "8500"));
    let again = emulator.ask_with("POST", &target, Some(&body), &same).await;
    assert_eq!(again.status, 200);
    let connected = product.expect("CallConnected").await;
    let connection = &again.body["callConnectionId"];
    assert_eq!(&connected.data()["callConnectionId"], connection);
    let legs = emulator.call(&id).await["legs"].clone();
    assert_eq!(legs.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn faults_are_written_as_they_are_read() {
    let faults = ["--fault", "404@2*3", "--fault", "event-delay=1@1s"];
    let emulator = Emulator::start(&[&["--quiet"][..], &faults].concat());
    let listed = emulator
        .control("GET", "/_emulator/faults", &Value::Null)
        .await;
    assert_eq!(listed, json!({"faults": ["404@2*3", "event-delay=1@1s"]}));
    let wrong = crate::support::server::http_client()
        .post(emulator.url("/_emulator/faults"))
        .json(&json!({"faults": ["flood"]}))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status().as_u16(), 400);
    let body: Value = wrong.json().await.unwrap();
    assert_eq!(body["error"]["code"], "fault_unreadable");
}

#[tokio::test]
async fn an_answer_fails_after_it_was_taken() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--fault", "answer-failed"]);
    let (id, incoming) = emulator.incoming(&mut product, caller()).await;
    assert_eq!(answer(&emulator, &product, &incoming).await.status, 200);
    let failed = product.expect("AnswerFailed").await;
    let recorded = golden("events/callbacks/AnswerFailed.json");
    for field in ["resultInformation", "operationContext"] {
        assert_eq!(failed.data()[field], recorded[0]["data"][field]);
    }
    assert_eq!(emulator.call(&id).await["state"], "ended");
}

#[tokio::test]
async fn events_come_twice_late_or_never() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--fault", "event-duplicate*1"]);
    emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    let (first, second) = (product.event().await, product.event().await);
    assert_eq!(first.body, second.body);
    let fault = json!({"faults": ["event-drop*1", "event-delay=20*1"]});
    emulator.control("POST", "/_emulator/faults", &fault).await;
    let begun = emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    let dropped = begun["correlation_id"].clone();
    let path = format!("/_emulator/timeline?call={}", begun["id"].as_str().unwrap());
    super::product::within(async {
        loop {
            let told = emulator
                .control("GET", &path, &Value::Null)
                .await
                .to_string();
            if told.contains("dropped") {
                return;
            }
        }
    })
    .await;
    // One is late, and the one after it overtakes it.
    let late = emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    let next = emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    for wanted in [next, late] {
        let came = product.event().await;
        assert_ne!(came.data()["correlationId"], dropped);
        assert_eq!(came.data()["correlationId"], wanted["correlation_id"]);
    }
    let fault = json!({"faults": ["event-reorder*1"]});
    emulator.control("POST", "/_emulator/faults", &fault).await;
    let first = emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    let second = emulator
        .control("POST", "/_emulator/calls", &caller())
        .await;
    for wanted in [second, first] {
        let came = product.event().await;
        assert_eq!(came.data()["correlationId"], wanted["correlation_id"]);
    }
}

#[tokio::test]
async fn callbacks_come_twice_in_another_order_late_or_never() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    for (fault, wanted) in [
        (
            "callback-duplicate",
            ["CallConnected", "CallConnected", "ParticipantsUpdated"].as_slice(),
        ),
        (
            "callback-reorder",
            &["ParticipantsUpdated", "CallConnected"],
        ),
        (
            "callback-delay=12",
            &["ParticipantsUpdated", "CallConnected"],
        ),
        ("callback-drop", &["ParticipantsUpdated"]),
        ("callback-drop@2", &["CallConnected", "CallDisconnected"]),
    ] {
        let body = json!({"faults": [fault]});
        emulator.control("POST", "/_emulator/faults", &body).await;
        let (_, incoming) = emulator.incoming(&mut product, caller()).await;
        let answered = answer(&emulator, &product, &incoming).await;
        let mut ids = Vec::new();
        for (at, kind) in wanted.iter().enumerate() {
            if *kind == "CallDisconnected" {
                let connection = &answered.body["callConnectionId"];
                emulator.leg("DELETE", connection, "", None).await;
            }
            let came = product.expect(kind).await;
            ids.push(came.event()["id"].clone());
            if fault == "callback-duplicate" && at == 1 {
                assert_eq!(ids[0], ids[1]);
            }
        }
        emulator
            .control("DELETE", "/_emulator/faults", &Value::Null)
            .await;
        let connection = &answered.body["callConnectionId"];
        if emulator.leg("DELETE", connection, "", None).await.status == 204 {
            product.expect("CallDisconnected").await;
        }
    }
}

#[tokio::test]
async fn tokens_are_wrong_and_keys_change() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    for (fault, wrong) in [
        ("bad-token", "InvalidSignature"),
        ("expired-token", "ExpiredSignature"),
        ("wrong-audience", "InvalidAudience"),
    ] {
        let body = json!({"faults": [fault]});
        emulator.control("POST", "/_emulator/faults", &body).await;
        let (_, incoming) = emulator.incoming(&mut product, caller()).await;
        let answered = answer(&emulator, &product, &incoming).await;
        let bad = product.expect("CallConnected").await;
        let verdict = verified(&emulator, &bad.headers["authorization"]).await;
        assert_eq!(verdict.unwrap_err(), wrong, "{fault}");
        let good = product.expect("ParticipantsUpdated").await;
        verified(&emulator, &good.headers["authorization"])
            .await
            .unwrap();
        emulator
            .control("DELETE", "/_emulator/faults", &Value::Null)
            .await;
        let connection = &answered.body["callConnectionId"];
        emulator.leg("DELETE", connection, "", None).await;
        product.expect("CallDisconnected").await;
    }
    let body = json!({"faults": ["key-rotation"]});
    emulator.control("POST", "/_emulator/faults", &body).await;
    let (_, incoming) = emulator.incoming(&mut product, caller()).await;
    answer(&emulator, &product, &incoming).await;
    let before = product.expect("CallConnected").await;
    let after = product.expect("ParticipantsUpdated").await;
    let (before, after) = (
        &before.headers["authorization"],
        &after.headers["authorization"],
    );
    assert_ne!(before, after);
    for token in [before, after] {
        verified(&emulator, token).await.unwrap();
    }
    let rotated = emulator
        .control("POST", "/_emulator/keys", &Value::Null)
        .await;
    assert_eq!(rotated["kid"], "emulated-3");
    let old = verified(&emulator, before).await;
    assert_eq!(old.unwrap_err(), "the key is not published");
}

#[tokio::test]
async fn the_socket_comes_before_the_answer_or_never() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--fault", "socket-before-answer*1"]);
    let (_, incoming) = emulator.incoming(&mut product, caller()).await;
    let options = media(&product, "mixed", "pcm16KMono");
    let body = answer_body(&product, &incoming, options.clone());
    let target = format!("/calling/callConnections:answer?{VERSION}");
    let answered = emulator.ask("POST", &target, Some(&body)).await;
    let socket = product.sockets.try_recv().expect("the socket came first");
    assert_eq!(answered.status, 200);
    assert_eq!(
        json!(socket.headers["x-ms-call-connection-id"]),
        answered.body["callConnectionId"]
    );
    for kind in [
        "CallConnected",
        "ParticipantsUpdated",
        "MediaStreamingStarted",
    ] {
        product.expect(kind).await;
    }
    let fault = json!({"faults": ["socket-never*1"]});
    emulator.control("POST", "/_emulator/faults", &fault).await;
    let (id, incoming) = emulator.incoming(&mut product, caller()).await;
    let answered = emulator.answer(&product, &incoming, options).await;
    let path = format!("/_emulator/timeline?call={id}");
    super::product::within(async {
        loop {
            let told = emulator
                .control("GET", &path, &Value::Null)
                .await
                .to_string();
            if told.contains("does not come") {
                return;
            }
        }
    })
    .await;
    product.until("ParticipantsUpdated").await;
    // Stopped and started again it comes.
    let connection = &answered["callConnectionId"];
    for action in [":stopMediaStreaming", ":startMediaStreaming"] {
        let done = emulator
            .leg("POST", connection, action, Some(&json!({})))
            .await;
        assert_eq!(done.status, 202, "{action}");
    }
    let _socket = product.socket().await;
    product.expect("MediaStreamingStopped").await;
    product.expect("MediaStreamingStarted").await;
}

#[tokio::test]
async fn sockets_are_cut_come_again_or_come_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = recording(folder.path(), "long.wav", 500, 16_000);
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let wanted = json!({"caller": {"identifier": "+14255550123", "wav": file}});
    let options = media(&product, "mixed", "pcm16KMono");
    for fault in [
        "socket-cut@20",
        "socket-redial@20",
        "socket-twice@20",
        "socket-bad-token",
    ] {
        let body = json!({"faults": [fault]});
        emulator.control("POST", "/_emulator/faults", &body).await;
        let (_, incoming) = emulator.incoming(&mut product, wanted.clone()).await;
        let answered = emulator.answer(&product, &incoming, options.clone()).await;
        let mut socket = product.socket().await;
        let verdict = verified(&emulator, &socket.headers["authorization"]).await;
        assert_eq!(verdict.is_err(), fault == "socket-bad-token", "{fault}");
        assert_eq!(socket.next().await.unwrap()["kind"], "AudioMetadata");
        if fault == "socket-twice@20" {
            let mut second = product.socket().await;
            assert_eq!(second.next().await.unwrap()["kind"], "AudioMetadata");
            assert!(
                !second.frame().await.silent,
                "it takes over in the middle of speech"
            );
        } else if fault != "socket-bad-token" {
            let mut sounding = 0;
            while let Some(frame) = socket.next().await {
                sounding += u32::from(frame["audioData"]["silent"] == false);
            }
            assert_eq!(sounding, 20, "{fault}");
            let failed = product.until("MediaStreamingFailed").await;
            let details = &failed.data()["mediaStreamingUpdate"]["mediaStreamingStatusDetails"];
            assert_eq!(details, "streamConnectionInterrupted");
        }
        if fault == "socket-redial@20" {
            let mut again = product.socket().await;
            assert_eq!(again.next().await.unwrap()["kind"], "AudioMetadata");
            let started = product.until("MediaStreamingStarted").await;
            let recorded = golden("events/callbacks/MediaStreamingStarted.reestablished.json");
            let update = &recorded[0]["data"]["mediaStreamingUpdate"];
            assert_eq!(&started.data()["mediaStreamingUpdate"], update);
        }
        emulator
            .control("DELETE", "/_emulator/faults", &Value::Null)
            .await;
        let connection = &answered["callConnectionId"];
        assert_eq!(
            emulator.leg("DELETE", connection, "", None).await.status,
            204
        );
        product.until("CallDisconnected").await;
    }
}
