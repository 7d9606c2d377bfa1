//! Two media sockets of one call in the same moment: the service opened one anew before it had closed the other.

use serde_json::{Value, json};

use super::exchange::Exchange;

#[tokio::test]
async fn sockets_that_come_together_bring_one_person_into_the_room() {
    let mut exchange = Exchange::with(&[]).await;
    let mut sockets = Vec::new();
    // Whether they meet is up to the machine; often they do.
    for _ in 0..20 {
        let line = exchange.ring().await;
        exchange.tell(&line, "CallConnected", json!({})).await;
        let (first, second) =
            tokio::join!(exchange.dial(&line, 16_000), exchange.dial(&line, 16_000));
        sockets.push((line, first, second));
    }
    for (line, ..) in &sockets {
        let call = exchange
            .call(line, |call| call["state"] != "connected")
            .await;
        assert_eq!(call["state"], "media", "{call}");
        assert_eq!(call["reason"], Value::Null, "{call}");
        let room = format!("/api/rooms/{}", call["room_id"].as_str().unwrap());
        let room = exchange.server.get(&room).await;
        assert_eq!(room["participants"].as_array().unwrap().len(), 1, "{room}");
    }
}
