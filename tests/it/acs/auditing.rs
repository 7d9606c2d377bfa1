//! Our calls and those of the service are compared: what only one of both has is ended.

use serde_json::json;

use super::{
    exchange::{Exchange, gone},
    service::Answer,
};

const AT_ONCE: [(&str, &str); 2] = [
    ("INTERPRES__ACS__AUDIT__INTERVAL", "100ms"),
    ("INTERPRES__ACS__AUDIT__ENDED_AFTER", "100ms"),
];

async fn found(exchange: &Exchange, finding: &str) -> u64 {
    let path = "/metrics";
    let answer = exchange.server.request("GET", path).send().await.unwrap();
    let text = answer.text().await.unwrap();
    let name = format!("interpres_acs_audited_total{{finding=\"{finding}\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&name));
    line.unwrap_or_else(|| panic!("{name} of {text}"))
        .parse()
        .unwrap()
}

async fn until_found(exchange: &Exchange, finding: &str) {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while found(exchange, finding).await == 0 {
        assert!(tokio::time::Instant::now() < deadline, "never {finding}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_call_that_the_service_has_no_more_is_ended_here() {
    let mut exchange = Exchange::with(&AT_ONCE).await;
    let (line, mut media) = exchange.answered().await;
    until_found(&exchange, "agrees").await;
    exchange.call(&line, |call| call["state"] == "media").await;
    exchange.forget(&line);
    assert_eq!(exchange.ended(&line).await, "gone");
    media.closed().await;
    assert_eq!(found(&exchange, "gone_there").await, 1);
    // It was said once more that it is not there.
    until_found(&exchange, "confirmed").await;
    assert!(exchange.asked("DELETE", &line.leg).is_empty());
}

#[tokio::test]
async fn a_leg_that_could_not_be_hung_up_is_found_and_hung_up_later() {
    let mut exchange = Exchange::with(&AT_ONCE).await;
    let (line, _media) = exchange.answered().await;
    // So long that no try waits for it.
    let refusal = Answer::says(503, "").with("Retry-After", "600");
    let leg = format!("/{}", line.leg);
    exchange.refuses("DELETE", &leg, refusal);
    let path = format!("/api/calls/{}/hangup", line.leg);
    assert_eq!(exchange.server.post(&path, &json!({})).await.0, 202);
    // Its keeper has tried often enough, and the audit once.
    exchange.until_asked("DELETE", &leg, 5).await;
    assert_eq!(exchange.ended(&line).await, "operator");
    assert_eq!(found(&exchange, "hung_up").await, 0);
    exchange.relents();
    until_found(&exchange, "hung_up").await;
    let asked = exchange.asked("DELETE", &leg).len();
    // It is not asked for any more.
    let (other, _media) = exchange.answered().await;
    until_found(&exchange, "agrees").await;
    exchange.call(&other, |call| call["state"] == "media").await;
    assert_eq!(exchange.asked("DELETE", &leg).len(), asked);
}

#[tokio::test]
async fn a_leg_that_is_gone_by_mistake_is_found_and_hung_up() {
    let mut exchange = Exchange::with(&AT_ONCE).await;
    let (line, _media) = exchange.answered().await;
    exchange.refuses("DELETE", "/leg-1", gone());
    let path = format!("/api/calls/{}/hangup", line.leg);
    assert_eq!(exchange.server.post(&path, &json!({})).await.0, 202);
    until_found(&exchange, "hung_up").await;
    exchange.until_asked("DELETE", "/leg-1", 1).await;
}

#[tokio::test]
async fn a_connection_that_nobody_told_of_is_found() {
    let mut exchange = Exchange::with(&AT_ONCE).await;
    let line = exchange.ring().await;
    let call = exchange
        .call(&line, |call| !call["connected_at"].is_null())
        .await;
    assert_eq!(call["state"], "connected");
    assert_eq!(found(&exchange, "connected").await, 1);
}

#[tokio::test]
async fn a_leg_of_a_call_that_cannot_go_on_here_is_hung_up() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__MAX_CALLS", "1")]).await;
    let (first, _first) = exchange.answered().await;
    let path = format!("/api/calls/{}/hangup", first.leg);
    assert_eq!(exchange.server.post(&path, &json!({})).await.0, 202);
    exchange.until_asked("DELETE", &first.leg, 1).await;
    exchange.ended(&first).await;
    let (second, _second) = exchange.answered().await;
    exchange.server.kill_and_start_again();
    exchange
        .call(&second, |call| call["state"] == "connected")
        .await;
    // The service has the first one still, or again, and there is place for one.
    exchange
        .tell(&first, "MediaStreamingStopped", json!({}))
        .await;
    exchange.until_asked("DELETE", &first.leg, 2).await;
    until_found(&exchange, "abandoned").await;
    assert!(exchange.asked("DELETE", &second.leg).is_empty());
}
