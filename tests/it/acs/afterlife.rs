//! Calls whose server goes down or dies, and those that come after it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    exchange::{Exchange, gone},
    service::Answer,
};

/// The exchange answers while the end of the process is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_down_hangs_up_and_one_that_died_is_followed_by_another() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__MEDIA_TIMEOUT", "3s")]).await;
    let (line, media) = exchange.answered().await;
    let before = exchange.call(&line, |_| true).await;
    exchange.server.kill_and_start_again();
    media.client.drop_connection();
    exchange
        .tell(&line, "MediaStreamingStopped", json!({}))
        .await;
    let after = exchange
        .call(&line, |call| call["state"] == "connected")
        .await;
    for same in [
        "call_id",
        "created_at",
        "direction",
        "room_id",
        "session_id",
        "name",
        "speaks",
        "hears",
    ] {
        assert_eq!(after[same], before[same], "{same}");
    }
    exchange
        .until_asked("POST", ":startMediaStreaming", 1)
        .await;
    let _media = exchange.dial(&line, 16_000).await;
    exchange.call(&line, |call| call["state"] == "media").await;
    exchange.server.signal(rustix::process::Signal::TERM);
    assert_eq!(exchange.server.wait(Duration::from_secs(20)), Some(0));
    assert_eq!(exchange.asked("DELETE", &line.leg).len(), 1);
}

#[tokio::test]
async fn a_socket_too_leads_a_server_that_comes_after_to_its_call() {
    let mut exchange = Exchange::with(&[]).await;
    let (line, media) = exchange.answered().await;
    let before = exchange.call(&line, |_| true).await;
    exchange.server.kill_and_start_again();
    media.client.drop_connection();
    let _media = exchange.dial(&line, 16_000).await;
    let after = exchange.call(&line, |call| call["state"] == "media").await;
    assert_eq!(after["call_id"], before["call_id"]);
    assert_eq!(after["room_id"], before["room_id"]);
    // Whoever names the leg and not its secret finds nothing.
    exchange.server.kill_and_start_again();
    let elsewhere = format!("/acs/media/{}", "0".repeat(32));
    let leg = [("x-ms-call-connection-id", line.leg.as_str())];
    assert_eq!(
        crate::access::refused(&exchange.server, &elsewhere, &leg).await,
        404
    );
    let calls = exchange.server.get("/api/calls").await;
    let calls = calls["calls"].as_array().unwrap();
    let theirs = |call: &&Value| call["call_id"] != before["call_id"];
    assert_eq!(calls.iter().find(theirs), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_which_nothing_is_told_any_more_goes_on_after_its_server_died() {
    let mut exchange = Exchange::with(&[]).await;
    let (line, media) = exchange.answered().await;
    let before = exchange.call(&line, |_| true).await;
    exchange.server.kill_and_start_again();
    media.client.drop_connection();
    exchange
        .until_asked("POST", ":startMediaStreaming", 1)
        .await;
    let after = exchange
        .call(&line, |call| call["state"] == "connected")
        .await;
    assert_eq!(after["call_id"], before["call_id"]);
    let _media = exchange.dial(&line, 16_000).await;
    exchange.call(&line, |call| call["state"] == "media").await;

    // One that cannot be gone on with is hung up, and one that is over is forgotten.
    let elsewhere = json!({"callConnectionId": line.leg, "callConnectionState": "connected",
        "callbackUri": "https://other.example/callbacks/0"});
    exchange.answers("/leg-1", Answer::says(200, elsewhere.to_string()));
    exchange.server.kill_and_start_again();
    exchange.until_asked("DELETE", &line.leg, 1).await;
    // In order, so that what was given back is written.
    exchange.server.signal(rustix::process::Signal::TERM);
    assert_eq!(exchange.server.wait(Duration::from_secs(20)), Some(0));
    let asked = exchange.asked("GET", &line.leg).len();
    exchange.server = exchange.server.beside();
    let (second, _media) = exchange.answered().await;
    exchange.answers("/leg-2", gone());
    exchange.server.kill_and_start_again();
    exchange.until_asked("GET", &second.leg, 1).await;
    assert_eq!(
        exchange.asked("GET", &line.leg).len(),
        asked,
        "nobody has it any more"
    );
    assert!(exchange.asked("DELETE", &second.leg).is_empty());
    assert_eq!(exchange.server.get("/api/calls").await["calls"], json!([]));
}
