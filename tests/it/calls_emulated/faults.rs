//! Each fault that the emulator knows, met by a server: what can go on goes on, what cannot is over, and says why.

use serde_json::{Value, json};

use super::rig::{ANA, BEN, Calling, FRIEND, Rig, goes};

/// Short, so that what does not come is noticed soon; longer than what comes takes on a busy machine.
const SHORT: (&str, &str) = ("INTERPRES__ACS__MEDIA_TIMEOUT", "3s");

/// Somebody comes to the room of a call and writes, which is heard on it; then the caller hangs up, and nothing is left.
async fn is_heard_and_ends(rig: &Rig, calling: &Calling, fault: &str) {
    let call = rig.call(calling, |call| call["state"] == "media").await;
    let leg = call["call_connection_id"].as_str().unwrap().to_owned();
    let sound = |call: &Value| {
        let heard = &call["legs"][0]["heard"];
        heard["seconds_with_sound"].as_f64().unwrap()
    };
    let before = sound(&rig.emulator.call(&leg).await);
    let mut friend = rig.server.connect().await;
    friend
        .create_session(
            json!({"name": FRIEND, "room_id": call["room_id"], "speaks": "es", "hears": ["es"]}),
        )
        .await;
    friend.say(fault).await;
    rig.there(&leg, |call| sound(call) >= before + 0.1).await;
    rig.faults(&[]).await;
    rig.hang_up(calling).await;
    rig.ended(calling).await;
    goes(friend).await;
    rig.nothing_is_open().await;
}

#[tokio::test]
async fn a_call_goes_on_through_what_happens_at_its_beginning() {
    let rig = Rig::start(&[SHORT]).await;
    for fault in [
        "429=1",
        "503=1",
        "500",
        "answer-lost",
        "event-duplicate",
        "event-delay=1",
        "callback-duplicate@1",
        "callback-duplicate@2",
        "callback-reorder@1",
        "callback-reorder@2",
        "callback-delay=1@1",
        "callback-delay=1@2",
        "callback-drop@1",
        "callback-drop@2",
        "callback-drop@3",
        "bad-token@1",
        "expired-token@1",
        "wrong-audience@1",
        "key-rotation@1",
        "socket-bad-token",
        "socket-before-answer",
        "socket-never",
    ] {
        rig.faults(&[fault]).await;
        let calling = rig.ring(ANA).await;
        is_heard_and_ends(&rig, &calling, fault).await;
    }
}

#[tokio::test]
async fn a_call_goes_on_through_what_happens_to_its_sound() {
    let rig = Rig::start(&[SHORT]).await;
    for (fault, sockets) in [
        ("socket-cut@25", 2),
        ("socket-redial@25", 2),
        ("socket-twice@25", 2),
    ] {
        rig.faults(&[fault]).await;
        let calling = rig.answered(ANA).await;
        rig.join(&calling, BEN, Some(&rig.sentences(1))).await;
        rig.there(&calling.id, |call| {
            call["legs"][0]["sockets"].as_u64() >= Some(sockets)
                && call["legs"][0]["media"] == "active"
        })
        .await;
        is_heard_and_ends(&rig, &calling, fault).await;
    }
}

#[tokio::test]
async fn a_call_that_cannot_be_answered_is_over_and_says_why() {
    let rig = Rig::start(&[]).await;
    for (fault, reason) in [
        ("404", "gone"),
        ("409", "acs_conflict"),
        ("401", "acs_unauthenticated"),
        ("answer-failed", "answer_failed"),
    ] {
        rig.faults(&[fault]).await;
        let calling = rig.ring(ANA).await;
        assert_eq!(rig.ended(&calling).await, reason, "{fault}");
        rig.faults(&[]).await;
        let there = rig.emulator.call(&calling.id).await;
        if there["state"] == "ringing" {
            rig.hang_up(&calling).await;
        }
        rig.nothing_is_open().await;
    }
}

#[tokio::test]
async fn a_call_whose_sound_never_comes_is_hung_up() {
    let rig = Rig::start(&[("INTERPRES__ACS__MEDIA_TIMEOUT", "500ms")]).await;
    rig.faults(&["socket-never", "socket-never", "socket-never"])
        .await;
    let calling = rig.ring(ANA).await;
    assert_eq!(rig.ended(&calling).await, "media_missing");
    rig.nothing_is_open().await;
}

#[tokio::test]
async fn what_is_told_of_two_calls_in_the_wrong_order_is_told_of_both() {
    let rig = Rig::start(&[SHORT]).await;
    rig.faults(&["event-reorder*1"]).await;
    let first = rig.ring(ANA).await;
    let second = rig.ring(BEN).await;
    for calling in [&first, &second] {
        rig.call(calling, |call| call["state"] == "media").await;
        rig.hang_up(calling).await;
        rig.ended(calling).await;
    }
    rig.nothing_is_open().await;
}

#[tokio::test]
async fn a_call_that_is_never_told_of_rings_until_the_caller_gives_up() {
    let rig = Rig::with(&[], &["--ring-for", "1s"]).await;
    rig.faults(&["event-drop"]).await;
    let calling = rig.ring(ANA).await;
    rig.there(&calling.id, |call| call["state"] == "ended")
        .await;
    assert_eq!(rig.server.get("/api/calls").await["calls"], json!([]));
    rig.nothing_is_open().await;
}

#[tokio::test]
async fn hanging_up_goes_through_whatever_the_service_says() {
    let rig = Rig::start(&[]).await;
    for fault in ["429=1@2", "503=1@2", "500@2", "404@2", "409@2", "401@2"] {
        rig.faults(&[fault]).await;
        let calling = rig.answered(ANA).await;
        let call = rig.call(&calling, |_| true).await;
        rig.operator_hangs_up(&call).await;
        assert_eq!(rig.ended(&calling).await, "operator", "{fault}");
        if fault == "404@2" {
            // The service says that it is gone; that it is not is nothing that we can know.
            rig.hang_up(&calling).await;
        }
        rig.nothing_is_open().await;
    }
}

#[tokio::test]
async fn keys_that_change_during_calls_are_known() {
    let rig = Rig::start(&[]).await;
    let calling = rig.answered(ANA).await;
    let path = "/_emulator/keys";
    rig.emulator.control("POST", path, &Value::Null).await;
    rig.join(&calling, BEN, None).await;
    rig.call(&calling, |call| {
        call["participants"].as_array().unwrap().len() == 3
    })
    .await;
    let another = rig.answered(BEN).await;
    rig.hang_up(&calling).await;
    rig.hang_up(&another).await;
    rig.nothing_is_open().await;
}
