//! Calls that the command line scripts, the printed timeline, and what is said at the end.

use serde_json::json;

use super::{
    product::Product,
    stand::{Emulator, VERSION, media, recording},
};

#[tokio::test]
async fn a_caller_of_the_command_line_speaks_and_hangs_up() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = recording(folder.path(), "caller.wav", 10, 16_000);
    let mut product = Product::start().await;
    let call = format!("{}:+14255550177:en", file.display());
    let url = product.url("/events?secret=hidden");
    let arguments = [
        "--call",
        &call,
        "--leave-after",
        "500ms",
        "--events-url",
        &url,
        "--time-scale",
        "4",
    ];
    let emulator = Emulator::start(&arguments);
    let incoming = product.event().await;
    assert_eq!(incoming.data()["from"]["rawId"], "4:+14255550177");
    assert_eq!(incoming.data()["to"]["rawId"], "4:+18005550100");
    let options = media(&product, "mixed", "pcm16KMono");
    emulator.answer(&product, &incoming, options).await;
    let mut socket = product.socket().await;
    socket.drain().await;
    let ended = product.until("CallDisconnected").await;
    assert_eq!(ended.data()["resultInformation"]["subCode"], 5_001);
    let output = emulator.finish();
    for line in [
        "subscription validated",
        "4:+14255550177 calls 4:+18005550100",
        "IncomingCall -> 200",
        "answer -> 200",
        "is connected",
        "CallConnected -> 200",
        "4:+14255550177 hangs up",
        "nothing keeps billing",
    ] {
        assert!(output.contains(line), "{line:?} is not in {output}");
    }
    assert!(!output.contains("secret"), "{output}");
}

#[tokio::test]
async fn people_of_the_command_line_meet_and_what_stays_open_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = recording(folder.path(), "one.wav", 10, 16_000);
    let mut product = Product::start().await;
    let file = file.to_str().unwrap();
    let spanish = format!("{file}:es");
    let people = ["--room", "--call", file, "--call", &spanish];
    let emulator = Emulator::with_events(&product, &people);
    let mut kinds = Vec::new();
    let mut room = None;
    for _ in 0..3 {
        let came = product.event().await;
        kinds.push(came.kind().to_owned());
        room = came.data()["room"]["id"].as_str().map(str::to_owned);
    }
    kinds.sort();
    assert_eq!(
        kinds,
        [
            "CallParticipantAdded",
            "CallParticipantAdded",
            "CallStarted"
        ]
    );
    let target = format!("/calling/callConnections:connect?{VERSION}");
    let body = json!({
        "callLocator": {"roomId": room.unwrap()},
        "callbackUri": product.url("/callbacks/secret"),
    });
    let connected = emulator.ask("POST", &target, Some(&body)).await;
    product.until("ParticipantsUpdated").await;
    let output = emulator.finish();
    assert!(output.contains("still open"), "{output}");
    let connection = connected.body["callConnectionId"].as_str().unwrap();
    assert!(output.contains(connection), "{output}");
}

#[tokio::test]
async fn somebody_of_the_command_line_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = recording(folder.path(), "callee.wav", 50, 24_000);
    let mut product = Product::start().await;
    let callee = format!("{}:8:orgid:teams-user:es", file.display());
    let emulator = Emulator::with_events(&product, &["--callee", &callee]);
    let target = format!("/calling/callConnections?{VERSION}");
    let body = json!({
        "targets": [{"microsoftTeamsUser": {"userId": "teams-user"}}],
        "callbackUri": product.url("/callbacks/secret"),
        "mediaStreamingOptions": media(&product, "unmixed", "pcm24KMono"),
    });
    assert_eq!(emulator.ask("POST", &target, Some(&body)).await.status, 201);
    let mut socket = product.socket().await;
    loop {
        let frame = socket.frame().await;
        assert_eq!(frame.participant.as_deref(), Some("8:orgid:teams-user"));
        if !frame.silent {
            break;
        }
    }
}
