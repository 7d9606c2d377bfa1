//! The lives of calls (reference, section 8): a caller who is answered, a room that is joined, and all that can go wrong.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    exchange::{CALLEE, CALLER, Exchange, Heard, gone},
    service::Answer,
};
use crate::support::speech::recording;

/// Somebody's words, at 16 kHz.
pub fn words() -> Vec<i16> {
    let bytes = recording("goforward.raw");
    let pairs = bytes.chunks_exact(2);
    pairs
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

#[tokio::test]
async fn a_caller_is_answered_and_interpreted_until_they_hang_up() {
    let mut exchange = Exchange::with(&[]).await;
    let line = exchange.ring().await;
    let media = &line.body["mediaStreamingOptions"];
    assert_eq!(media["audioChannelType"], "mixed");
    assert_eq!(media["audioFormat"], "pcm16KMono");
    assert_eq!(media["enableBidirectional"], true);
    assert_eq!(media["startMediaStreaming"], true);
    let url = media["transportUrl"].as_str().unwrap();
    assert!(
        url.starts_with("wss://interpres.example/acs/media/"),
        "{url}"
    );
    let secret = url.rsplit('/').next().unwrap();
    assert_eq!(secret.len(), 32);
    assert!(line.callback.contains(secret), "{line:?}");

    // The socket may come before anything is told of the call, and a callback before the one that it is connected.
    let mut media = exchange.dial(&line, 16_000).await;
    exchange.tell_roster(&line, 1, &[CALLER, CALLEE]).await;
    let call = exchange.call(&line, |call| call["state"] == "media").await;
    assert_eq!(call["connected_at"], Value::Null);
    exchange.tell(&line, "CallConnected", json!({})).await;
    let call = exchange
        .call(&line, |call| !call["connected_at"].is_null())
        .await;
    assert_eq!(call["direction"], "inbound");
    assert_eq!(call["from"], CALLER);
    assert_eq!(call["name"], "Ana");
    assert_eq!(call["participants"], json!([CALLER, CALLEE]));
    assert_eq!(call["waiting"], true);

    // Somebody at a browser joins the room in which the call waits.
    let mut friend = exchange.server.connect().await;
    let room = call["room_id"].as_str().unwrap().to_owned();
    let created = friend
        .create_session(json!({"room_id": room, "speaks": "es", "hears": ["es"], "speech": true}))
        .await;
    let people = created["participants"].as_array().unwrap();
    let phone = people.iter().find(|person| person["kind"] == "phone");
    assert_eq!(phone.expect("the phone is in the room")["name"], "Ana");

    // What they write is said to the caller, in frames of 20 ms.
    friend.say("hola").await;
    let mut heard = Vec::new();
    while heard.len() < 5 {
        match media.hear().await {
            Heard::Audio(samples) => {
                assert_eq!(samples.len(), 320);
                heard.extend(samples.iter().any(|sample| *sample != 0).then_some(()));
            }
            other => panic!("{other:?}"),
        }
    }
    // What the caller says is translated to them, and they are told who speaks.
    media.speak(None, &words()).await;
    media.speak(None, &[0; 16_000]).await;
    let said = friend.expect("translation").await;
    assert_eq!(said["speaker"]["name"], "Ana", "{said}");
    exchange.call(&line, |call| call["waiting"] == false).await;

    exchange.remote_hangs_up(&line).await;
    assert_eq!(exchange.ended(&line).await, "remote_hung_up");
    assert_eq!(media.closed().await, Some(1000));
    assert!(
        exchange.asked("DELETE", &line.leg).is_empty(),
        "nothing is left to hang up"
    );
    let left = friend.expect("participant_left").await;
    assert_eq!(left["participant"]["name"], "Ana");
}

#[tokio::test]
async fn a_room_of_the_service_is_joined_and_left_when_nobody_else_is_there() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__ALONE_AFTER", "200ms")]).await;
    let data = json!({
        "startedBy": {"communicationIdentifier": {"rawId": CALLEE}}, "serverCallId": "of-the-room",
        "room": {"id": "99"}, "isRoomsCall": true, "isTwoParty": false, "correlationId": "of-the-room"});
    let started = exchange.event("CallStarted", data.clone());
    assert_eq!(exchange.post_events(&json!([started])).await.0, 200);
    // Told again under another id, it is the same call.
    let again = exchange.event("CallStarted", data);
    exchange.post_events(&json!([again])).await;
    let asked = exchange.until_asked("POST", ":connect", 1).await;
    let line = exchange.line(&asked[0]);
    assert_eq!(
        line.body["callLocator"],
        json!({"kind": "roomCallLocator", "roomId": "99"})
    );
    exchange.tell(&line, "CallConnected", json!({})).await;
    let mut media = exchange.dial(&line, 24_000).await;
    let call = exchange.call(&line, |call| call["state"] == "media").await;
    assert_eq!(call["sample_rate"], 24_000);
    exchange.tell_roster(&line, 2, &[CALLEE]).await;
    exchange.tell_roster(&line, 3, &[CALLEE, CALLER]).await;
    exchange.tell_roster(&line, 4, &[CALLEE]).await;
    exchange.until_asked("DELETE", &line.leg, 1).await;
    assert_eq!(exchange.ended(&line).await, "alone");
    media.closed().await;
    assert_eq!(exchange.asked("POST", ":connect").len(), 1);
    assert!(exchange.asked("POST", ":terminate").is_empty());
}

#[tokio::test]
async fn a_roster_that_comes_late_changes_nothing() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__ALONE_AFTER", "100ms")]).await;
    let (line, _media) = exchange.answered().await;
    exchange.tell_roster(&line, 7, &[CALLER, CALLEE]).await;
    exchange.tell_roster(&line, 6, &[CALLEE]).await;
    let call = exchange
        .call(&line, |call| {
            call["participants"].as_array().unwrap().len() == 2
        })
        .await;
    assert_eq!(call["state"], "media");
    tokio::time::sleep(Duration::from_millis(300)).await;
    exchange.call(&line, |call| call["state"] == "media").await;
}

#[tokio::test]
async fn what_is_told_twice_or_too_late_is_done_once_or_not_at_all() {
    let mut exchange = Exchange::with(&[]).await;
    let ringing = exchange.ringing();
    exchange
        .post_events(&json!([ringing.clone(), ringing.clone()]))
        .await;
    exchange.post_events(&json!([ringing])).await;
    let mut again = ringing.clone();
    again["id"] = json!("another-id");
    exchange.post_events(&json!([again])).await;
    let mut late = exchange.ringing();
    late["eventTime"] = json!("2024-05-01T10:00:00Z");
    exchange.post_events(&json!([late])).await;
    let asked = exchange.until_asked("POST", ":answer", 1).await;
    let line = exchange.line(&asked[0]);
    exchange
        .call(&line, |call| call["state"] == "answering")
        .await;
    assert_eq!(exchange.counted("event", "duplicate").await, 3);
    assert_eq!(exchange.counted("event", "stale").await, 1);
    assert_eq!(exchange.counted("event", "taken").await, 1);
    assert_eq!(exchange.asked("POST", ":answer").len(), 1);
    let connected = exchange.callback(&line, "CallConnected", json!({}));
    for _ in 0..3 {
        exchange.post_callback(&line, &connected).await;
    }
    assert_eq!(exchange.counted("callback", "taken").await, 1);
    assert_eq!(exchange.counted("callback", "duplicate").await, 2);
    // Of a call that nobody knows, and of one whose leg is another.
    let stranger = super::exchange::Line {
        callback: format!("/callbacks/{}", "0".repeat(32)),
        leg: "leg-77".to_owned(),
        ..line.clone()
    };
    exchange.tell(&stranger, "CallConnected", json!({})).await;
    let mistaken = super::exchange::Line {
        leg: "leg-78".to_owned(),
        ..line.clone()
    };
    exchange
        .tell(&mistaken, "CallDisconnected", json!({}))
        .await;
    assert_eq!(exchange.counted("callback", "unknown").await, 2);
    exchange.until_asked("GET", "/leg-77", 1).await;
    exchange
        .call(&line, |call| call["state"] == "connected")
        .await;
}

#[tokio::test]
async fn a_call_that_cannot_be_answered_is_over() {
    let mut exchange = Exchange::with(&[]).await;
    let list = |answer: &Value| answer["calls"][0]["state"] == "ended";
    exchange.answers(":answer", gone());
    let ringing = exchange.ringing();
    exchange.post_events(&json!([ringing])).await;
    let calls = exchange.server.eventually("/api/calls", list).await;
    assert_eq!(calls["calls"][0]["reason"], "gone");
    assert_eq!(calls["active"], 0);

    let refused = json!({"error": {"code": "8523", "message": "bad"}}).to_string();
    exchange.answers(":answer", Answer::says(400, refused));
    let ringing = exchange.ringing();
    exchange.post_events(&json!([ringing])).await;
    let both = |answer: &Value| answer["calls"].as_array().unwrap().len() == 2 && list(answer);
    let calls = exchange.server.eventually("/api/calls", both).await;
    assert_eq!(calls["calls"][0]["reason"], "acs_bad_request");
    assert!(
        exchange
            .service
            .asked()
            .iter()
            .all(|asked| asked.method != "DELETE")
    );

    // The service took it, and then could not.
    let line = exchange.ring().await;
    let more = json!({"resultInformation": {"code": 408, "subCode": 8587, "message": "late"}});
    exchange.tell(&line, "AnswerFailed", more).await;
    assert_eq!(exchange.ended(&line).await, "answer_failed");
}

#[tokio::test]
async fn an_end_that_is_told_before_the_beginning_is_an_end() {
    let mut exchange = Exchange::with(&[]).await;
    let line = exchange.ring().await;
    exchange.remote_hangs_up(&line).await;
    exchange.tell(&line, "CallConnected", json!({})).await;
    assert_eq!(exchange.ended(&line).await, "remote_hung_up");
    assert!(exchange.asked("DELETE", &line.leg).is_empty());
}

#[tokio::test]
async fn streaming_that_does_not_come_is_started_anew_once() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__MEDIA_TIMEOUT", "200ms")]).await;
    let line = exchange.ring().await;
    exchange.tell(&line, "CallConnected", json!({})).await;
    exchange.until_asked("POST", ":stopMediaStreaming", 1).await;
    let started = exchange
        .until_asked("POST", ":startMediaStreaming", 1)
        .await;
    assert_eq!(started[0].body, b"{}");
    exchange.until_asked("DELETE", &line.leg, 1).await;
    assert_eq!(exchange.ended(&line).await, "media_missing");
    assert_eq!(exchange.asked("POST", ":startMediaStreaming").len(), 1);
}

#[tokio::test]
async fn a_socket_that_is_cut_off_is_followed_by_another() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__MEDIA_TIMEOUT", "2s")]).await;
    let (line, mut media) = exchange.answered().await;
    media.speak(None, &words()[..8_000]).await;
    media.client.drop_connection();
    exchange
        .call(&line, |call| call["state"] == "connected")
        .await;
    exchange
        .until_asked("POST", ":startMediaStreaming", 1)
        .await;
    let mut second = exchange.dial(&line, 16_000).await;
    exchange.call(&line, |call| call["state"] == "media").await;
    // One that comes beside it takes its place, and the people stay who they are.
    let mut third = exchange.dial(&line, 24_000).await;
    assert_eq!(second.closed().await, Some(1000));
    let call = exchange
        .call(&line, |call| call["sample_rate"] == 24_000)
        .await;
    let room = call["room_id"].as_str().unwrap().to_owned();
    let room = exchange.server.get(&format!("/api/rooms/{room}")).await;
    assert_eq!(room["participants"].as_array().unwrap().len(), 1, "{room}");
    let mut friend = exchange.server.connect().await;
    friend
        .create_session(json!({"room_id": call["room_id"], "speaks": "es", "hears": ["es"]}))
        .await;
    friend.say("hola").await;
    match third.hear().await {
        Heard::Audio(samples) => assert_eq!(samples.len(), 480, "at the rate of this socket"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_call_without_voice_is_hung_up() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__IDLE_AFTER", "1s")]).await;
    let (line, mut media) = exchange.answered().await;
    // Zeros are no voice, however many.
    media.speak(None, &[0; 48_000]).await;
    exchange.until_asked("DELETE", &line.leg, 1).await;
    assert_eq!(exchange.ended(&line).await, "idle");
    assert!(exchange.asked("POST", ":terminate").is_empty());
}

#[tokio::test]
async fn everybody_is_hung_up_where_that_is_wanted() {
    let settings = [("INTERPRES__ACS__TERMINATE", "true")];
    let mut exchange = Exchange::with(&settings).await;
    let (line, _media) = exchange.answered().await;
    let path = format!("/api/calls/{}/hangup", line.leg);
    assert_eq!(exchange.server.post(&path, &json!({})).await.0, 202);
    exchange.until_asked("POST", ":terminate", 1).await;
    assert_eq!(exchange.ended(&line).await, "operator");
    assert!(exchange.asked("DELETE", &line.leg).is_empty());
    assert_eq!(exchange.server.post(&path, &json!({})).await.0, 404);
}

#[tokio::test]
async fn a_call_lives_on_through_a_crash_and_is_hung_up_when_it_crashes_too_often() {
    let mut exchange = Exchange::with(&[]).await;
    let (line, _media) = exchange.answered().await;
    let call = exchange.call(&line, |_| true).await;
    let path = format!(
        "/admin/actors/calls/{}/panic",
        call["call_id"].as_str().unwrap()
    );
    let panic = async || exchange.server.post(&path, &json!({})).await.0;
    assert_eq!(panic().await, 202);
    exchange.call(&line, |call| call["state"] == "media").await;
    assert!(exchange.asked("DELETE", &line.leg).is_empty());
    while exchange.asked("DELETE", &line.leg).is_empty() {
        panic().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(exchange.ended(&line).await, "gave_up");
}

#[tokio::test]
async fn a_socket_and_a_callback_may_come_before_the_answer_to_our_request() {
    let mut exchange = Exchange::with(&[]).await;
    exchange.answers(":answer", Answer::Waits);
    let ringing = exchange.ringing();
    exchange.post_events(&json!([ringing])).await;
    let asked = exchange.until_asked("POST", ":answer", 1).await;
    let line = exchange.unanswered(&asked[0], "leg-1");
    let _media = exchange.dial(&line, 16_000).await;
    let list = |state: &'static str| move |answer: &Value| answer["calls"][0]["state"] == state;
    exchange
        .server
        .eventually("/api/calls", list("media"))
        .await;
    exchange.tell(&line, "CallConnected", json!({})).await;
    exchange.call(&line, |call| call["state"] == "media").await;
    // That it never comes is no matter then.
    let hang_up = format!("/api/calls/{}/hangup", line.leg);
    assert_eq!(exchange.server.post(&hang_up, &Value::Null).await.0, 202);
    exchange.until_asked("DELETE", &line.leg, 1).await;
    assert_eq!(exchange.ended(&line).await, "operator");
}

#[tokio::test]
async fn a_call_that_crashes_while_it_is_set_up_is_set_up_all_the_same() {
    let mut exchange = Exchange::with(&[]).await;
    let mut crashes = 0..;
    let mut crash = async |exchange: &Exchange| {
        let calls = exchange.server.get("/api/calls").await;
        let id = calls["calls"][0]["call_id"].as_str().unwrap();
        let path = format!("/admin/actors/calls/{id}/panic");
        assert_eq!(exchange.server.post(&path, &json!({})).await.0, 202);
        let before = crashes.next().unwrap();
        let restarts =
            move |actors: &Value| actors["actors"][0]["restarts"].as_u64() > Some(before);
        let path = format!("/admin/actors?kind=call&path=calls/{id}");
        exchange.server.eventually(&path, restarts).await;
    };
    let line = exchange.ring().await;
    crash(&exchange).await;
    exchange
        .call(&line, |call| call["state"] == "answering")
        .await;
    exchange.tell(&line, "CallConnected", json!({})).await;
    exchange
        .call(&line, |call| call["state"] == "connected")
        .await;
    crash(&exchange).await;
    let mut media = exchange.dial(&line, 16_000).await;
    exchange.call(&line, |call| call["state"] == "media").await;
    crash(&exchange).await;
    exchange.remote_hangs_up(&line).await;
    assert_eq!(exchange.ended(&line).await, "remote_hung_up");
    assert_eq!(media.closed().await, Some(1000));
    assert_eq!(exchange.asked("POST", ":answer").len(), 1);
}

#[tokio::test]
async fn a_leg_that_comes_up_after_it_was_given_up_is_hung_up() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__CONNECT_TIMEOUT", "300ms")]).await;
    for _ in 0..100 {
        exchange.answers(":answer", Answer::HangsUp);
    }
    let ringing = exchange.ringing();
    exchange.post_events(&json!([ringing])).await;
    let asked = exchange.until_asked("POST", ":answer", 1).await;
    let line = exchange.unanswered(&asked[0], "leg-9");
    let ended = |answer: &Value| answer["calls"][0]["state"] == "ended";
    let calls = exchange.server.eventually("/api/calls", ended).await;
    assert_eq!(calls["calls"][0]["reason"], "not_connected");
    exchange.tell(&line, "CallConnected", json!({})).await;
    exchange.until_asked("DELETE", "/leg-9", 1).await;
}

#[tokio::test]
async fn what_opens_a_call_is_in_no_log_and_in_no_answer() {
    let mut exchange = Exchange::logged(&[("LOG_LEVEL", "trace")]).await;
    let (line, _media) = exchange.answered().await;
    let secret = line.media.rsplit('/').next().unwrap().to_owned();
    let list = exchange.server.get("/api/calls").await.to_string();
    exchange
        .tell(&line, "MediaStreamingStarted", json!({}))
        .await;
    exchange.remote_hangs_up(&line).await;
    exchange.ended(&line).await;
    let metrics = exchange
        .server
        .request("GET", "/metrics")
        .send()
        .await
        .unwrap();
    let metrics = metrics.text().await.unwrap();
    let log = exchange.server.log();
    assert!(log.contains("call over"), "{log}");
    for text in [&log, &list, &metrics] {
        for hidden in [secret.as_str(), "context-", super::exchange::EVENT_SECRET] {
            assert!(!text.contains(hidden), "{hidden}");
        }
    }
}

#[tokio::test]
async fn in_whatever_order_it_is_told_a_call_comes_to_the_same() {
    let mut exchange = Exchange::with(&[]).await;
    let told = [
        "CallConnected",
        "ParticipantsUpdated",
        "MediaStreamingStarted",
    ];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let line = exchange.ring().await;
        for kind in order.map(|place| told[place]) {
            match kind {
                "ParticipantsUpdated" => exchange.tell_roster(&line, 1, &[CALLER, CALLEE]).await,
                kind => exchange.tell(&line, kind, json!({})).await,
            }
        }
        let call = exchange
            .call(&line, |call| {
                call["state"] == "connected" && call["participants"] == json!([CALLER, CALLEE])
            })
            .await;
        assert_eq!(call["reason"], Value::Null, "{order:?}");
    }
}
