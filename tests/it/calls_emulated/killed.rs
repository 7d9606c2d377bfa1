//! Calls that are killed at each step of their life, by the caller, by an operator, and with the whole server: in the end
//! nothing is open, at either side.

use serde_json::{Value, json};

use super::rig::{ANA, BEN, CLARA, Calling, DAVID, NUMBER, Rig};

/// A step of a call's life, and what holds it there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// The service does not take our answer yet.
    Ringing,
    /// It has, and the call is not connected.
    Answered,
    /// It is connected, and has no sound.
    Connected,
    /// It has, and somebody speaks.
    Speaking,
    /// It is being hung up, and the service does not take that yet.
    Ending,
}

impl Step {
    const ALL: [Self; 5] = [
        Self::Ringing,
        Self::Answered,
        Self::Connected,
        Self::Speaking,
        Self::Ending,
    ];

    /// What the emulator has to do for it.
    fn faults(self) -> &'static [&'static str] {
        match self {
            Self::Ringing => &["503=2@1"],
            Self::Answered => &["callback-drop@1", "socket-never"],
            Self::Connected => &["socket-never"],
            Self::Speaking => &[],
            Self::Ending => &["503=2@2"],
        }
    }

    /// How the server shows it.
    fn state(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Answered => "answering",
            Self::Connected => "connected",
            Self::Speaking => "media",
            Self::Ending => "ending",
        }
    }
}

/// Streaming is not started anew before the test has seen that there is none.
const PATIENT: (&str, &str) = ("INTERPRES__ACS__MEDIA_TIMEOUT", "20s");

/// Brings a new call to this step.
async fn bring(rig: &Rig, step: Step) -> (Calling, Value) {
    rig.faults(step.faults()).await;
    let caller = match step {
        Step::Speaking => {
            json!({"identifier": ANA, "display_name": "Ana", "wav": rig.sentences(1), "repeat": true})
        }
        _ => json!({"identifier": ANA}),
    };
    let calling = rig.begin(json!({"caller": caller})).await;
    if step == Step::Ending {
        let call = rig.call(&calling, |call| call["state"] == "media").await;
        rig.operator_hangs_up(&call).await;
    }
    let call = rig
        .call(&calling, |call| call["state"] == step.state())
        .await;
    match step {
        // Both sides are there.
        Step::Answered | Step::Connected => {
            rig.there(&calling.id, |call| call["legs"][0]["state"] == "connected")
                .await;
        }
        Step::Speaking => {
            rig.there(&calling.id, |call| {
                call["legs"][0]["sent"]["frames"].as_u64() > Some(50)
            })
            .await;
        }
        Step::Ringing | Step::Ending => {}
    }
    (calling, call)
}

#[tokio::test]
async fn whoever_hangs_up_at_whatever_step_nothing_is_left_open() {
    let rig = Rig::start(&[PATIENT]).await;
    // What is kept open between calls is there after one.
    let first = rig.answered(ANA).await;
    rig.hang_up(&first).await;
    rig.nothing_is_open().await;
    let before = rig.descriptors();
    for step in Step::ALL {
        let (calling, _) = bring(&rig, step).await;
        rig.hang_up(&calling).await;
        let reason = rig.ended(&calling).await;
        let expected = match step {
            Step::Ringing => "gone",
            Step::Ending => "operator",
            _ => "remote_hung_up",
        };
        assert_eq!(reason, expected, "the caller, {step:?}");
        rig.nothing_is_open().await;
    }
    for step in Step::ALL {
        let (calling, call) = bring(&rig, step).await;
        if step != Step::Ending {
            rig.operator_hangs_up(&call).await;
        }
        assert_eq!(rig.ended(&calling).await, "operator", "{step:?}");
        rig.nothing_is_open().await;
        // What is told of a leg that is being hung up is no reason to ask twice.
        let asked = rig
            .timeline(&calling.id)
            .await
            .matches("hang up -> ")
            .count();
        let expected = if step == Step::Ending { 2 } else { 1 };
        assert_eq!(asked, expected, "{step:?}");
    }
    // Connections to the emulator are kept for the next request, a few at most.
    let after = rig.descriptors();
    assert!(after <= before + 4, "{before} descriptors, then {after}");
}

#[tokio::test]
async fn a_call_to_somebody_is_given_up_while_it_rings() {
    let rig = Rig::start(&[]).await;
    let callee = json!({"identifier": BEN, "does": "never"});
    rig.emulator
        .control("POST", "/_emulator/callees", &callee)
        .await;
    let wanted = json!({"target": BEN, "caller_id": NUMBER});
    let (_, placed) = rig.server.post("/api/calls", &wanted).await;
    let path = format!("/api/calls/{}", placed["call_id"].as_str().unwrap());
    let there = |call: &Value| !call["call_connection_id"].is_null();
    let call = rig.server.eventually(&path, there).await;
    assert_eq!(call["state"], "ringing");
    rig.operator_hangs_up(&call).await;
    let ended = |call: &Value| call["state"] == "ended";
    let call = rig.server.eventually(&path, ended).await;
    assert_eq!(call["reason"], "operator");
    rig.nothing_is_open().await;
}

/// The emulator goes on while the end of a process is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_server_dies_is_taken_up_by_the_next_with_the_first_that_is_told_of_it() {
    let mut rig = Rig::start(&[("INTERPRES__ACS__MEDIA_TIMEOUT", "4s")]).await;
    for step in [Step::Answered, Step::Connected, Step::Speaking] {
        let (calling, before) = bring(&rig, step).await;
        rig.kill();
        rig.faults(&[]).await;
        rig.start_again();
        // Somebody comes, which the service tells.
        rig.join(&calling, BEN, None).await;
        let after = rig.call(&calling, |call| call["state"] == "media").await;
        for same in ["call_id", "room_id", "session_id", "speaks", "hears"] {
            assert_eq!(after[same], before[same], "{same}, {step:?}");
        }
        // Without a session, which begins with the sound, nobody has stored what the caller wants to be called.
        assert_eq!(
            after["name"],
            if step == Step::Speaking { "Ana" } else { ANA }
        );
        rig.operator_hangs_up(&after).await;
        assert_eq!(rig.ended(&calling).await, "operator", "{step:?}");
        rig.hang_up(&calling).await;
        rig.nothing_is_open().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_others_whose_server_dies_is_interpreted_by_the_next() {
    // Nobody is answered, and who is in a room of the service is joined by order.
    let routes = json!([{"to": "nobody", "room": "x", "speaks": "en", "hears": "es"}]).to_string();
    let settings = [
        ("INTERPRES__ACS__ROUTES", routes.as_str()),
        ("INTERPRES__ACS__MEDIA_TIMEOUT", "4s"),
        ("INTERPRES__ACS__DEFAULT__HEARS", "es"),
    ];
    let mut rig = Rig::start(&settings).await;
    for sound in [true, false] {
        rig.faults(if sound { &[] } else { &["socket-never"] })
            .await;
        let people = json!([{"identifier": DAVID}]);
        let meeting =
            json!({"lifecycle": "room", "caller": {"identifier": CLARA}, "people": people});
        let calling = rig.begin(meeting).await;
        let wanted = json!({"server_call_id": calling.server_call});
        assert_eq!(rig.server.post("/api/calls", &wanted).await.0, 201);
        let state = if sound { "media" } else { "connected" };
        let before = rig.call(&calling, |call| call["state"] == state).await;
        rig.kill();
        rig.faults(&[]).await;
        rig.start_again();
        rig.join(&calling, BEN, None).await;
        let after = rig.call(&calling, |call| call["state"] == "media").await;
        for same in ["call_id", "room_id", "direction", "name", "waiting"] {
            assert_eq!(after[same], before[same], "{same}");
        }
        rig.join(&calling, ANA, Some(&rig.sentences(1))).await;
        let leg = after["call_connection_id"].as_str().unwrap();
        rig.there(leg, |call| {
            call["legs"][0]["heard"]["seconds_with_sound"].as_f64() >= Some(0.1)
        })
        .await;
        rig.operator_hangs_up(&after).await;
        rig.ended(&calling).await;
        rig.hang_up(&calling).await;
        rig.nothing_is_open().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_server_dies_goes_on_though_nothing_is_told() {
    let mut rig = Rig::start(&[]).await;
    let calling = rig.answered(ANA).await;
    let before = rig.call(&calling, |call| call["state"] == "media").await;
    rig.kill();
    rig.faults(&["callback-drop@1", "callback-drop@1", "callback-drop@1"])
        .await;
    rig.start_again();
    let after = rig.call(&calling, |call| call["state"] == "media").await;
    assert_eq!(after["call_id"], before["call_id"]);
    assert_eq!(after["room_id"], before["room_id"]);
    rig.hang_up(&calling).await;
    rig.ended(&calling).await;
    rig.nothing_is_open().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_ends_while_no_server_is_there_leaves_nothing() {
    let mut rig = Rig::start(&[]).await;
    for step in Step::ALL {
        let (calling, _) = bring(&rig, step).await;
        rig.kill();
        rig.faults(&[]).await;
        rig.hang_up(&calling).await;
        rig.start_again();
        rig.nothing_is_open().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_at_whatever_step_hangs_up() {
    let mut rig = Rig::start(&[PATIENT]).await;
    for step in Step::ALL {
        let (calling, _) = bring(&rig, step).await;
        rig.server.signal(rustix::process::Signal::TERM);
        let code = rig.server.wait(std::time::Duration::from_secs(30));
        assert_eq!(code, Some(0), "{step:?}");
        let over = rig.emulator.call(&calling.id).await;
        assert!(
            over["legs"]
                .as_array()
                .unwrap()
                .iter()
                .all(|leg| leg["state"] == "disconnected"),
            "{step:?}: {over:#}"
        );
        rig.faults(&[]).await;
        if over["state"] != "ended" {
            rig.hang_up(&calling).await;
        }
        rig.start_again();
        rig.nothing_is_open().await;
    }
}
