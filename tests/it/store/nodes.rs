//! Who lives: asked of the operating system or the database, and true the moment a process is killed.

use std::time::Duration;

use interpres::store::record::{NodeId, Outcome, Write};
use rustix::process::Signal;
use serde_json::json;

use super::{
    material::{acquire, append, create, room_id, said, session, session_id},
    on_every_database,
    place::{Opened, Place, new_node},
};
use crate::support::server::Server;

on_every_database!(
    a_node_lives_until_it_closes,
    what_was_written_is_there_after_opening_again,
    a_killed_server_is_dead_and_its_room_can_be_taken,
);

/// Waits for it: a database that was started a moment ago takes nobody for dead at first.
async fn until_dead(at_hand: &Opened, node: &NodeId) {
    let dying = async {
        while at_hand.store.is_alive(node).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), dying)
        .await
        .expect("it is dead");
}

async fn a_node_lives_until_it_closes(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    assert!(one.store.is_alive(&one.node).await.unwrap());
    assert!(one.store.is_alive(&other.node).await.unwrap());
    assert!(other.store.is_alive(&one.node).await.unwrap());
    other.store.close().await;
    until_dead(&one, &other.node).await;
    until_dead(&one, &new_node()).await;
    assert!(one.store.is_alive(&one.node).await.unwrap());
    let late = other.store.commit(&[create(session("a"))]).await;
    assert!(late.is_err(), "a closed store takes nothing");
}

async fn what_was_written_is_there_after_opening_again(place: Place) {
    let at_hand = place.open().await;
    let group = [
        create(session("a")),
        acquire("r", &at_hand.node),
        append("r", 1, said(1, "a")),
    ];
    at_hand.store.commit(&group).await.unwrap();
    at_hand.store.close().await;
    let again = place.open().await;
    let stored = again.store.session(&session_id("a")).await.unwrap();
    assert_eq!(stored, Some(session("a")));
    let log = again.store.newest(&room_id("r"), 9).await.unwrap();
    assert_eq!(log, [said(1, "a")]);
}

async fn a_killed_server_is_dead_and_its_room_can_be_taken(place: Place) {
    let at_hand = place.open().await;
    let server = Server::with(&[("DATABASE_URL", &place.address())]);
    let mut client = server.connect().await;
    let made = client
        .create_session(json!({"room_id": "demo", "speaks": "en", "hears": ["en"]}))
        .await;
    let Outcome::Held(theirs) = at_hand.write(acquire("demo", &at_hand.node)).await else {
        panic!("the server holds its room");
    };
    assert!(at_hand.store.is_alive(&theirs).await.unwrap());
    assert_eq!(at_hand.store.holders().await, Ok(vec![theirs.clone()]));
    let head = at_hand.store.extent(&room_id("demo")).await.unwrap().last;

    server.signal(Signal::KILL);
    until_dead(&at_hand, &theirs).await;
    let room = at_hand.store.room(&room_id("demo")).await.unwrap().unwrap();
    assert_eq!(room.owner, Some(theirs.clone()), "dead, and not yet let go");
    at_hand.write(Write::ReleaseNode(theirs)).await;
    let lease = at_hand.lease("demo").await;
    assert!(lease.head >= head && lease.opened_at <= head && head > 0);
    let id = session_id(made["session_id"].as_str().unwrap());
    let left = at_hand.store.session(&id).await.unwrap().unwrap();
    assert_eq!(left.holder, None);
    let present = at_hand
        .store
        .presences(&room_id("demo"), lease.opened_at)
        .await;
    assert_eq!(present.unwrap().len(), 1, "who was there is waited for");
}
