//! What a slow reader loses, and what never.

use futures_util::{FutureExt, StreamExt};

use super::*;

fn room() -> RoomId {
    "r".parse().unwrap()
}

fn key(utterance: &str) -> Arc<Replaces> {
    Arc::new(Replaces::Caption(utterance.parse().unwrap(), None))
}

fn newest(utterance: &str, text: &str) -> Parcel {
    Parcel {
        payload: Payload::Text(text.into()),
        class: Class::Newest(key(utterance)),
    }
}

fn numbered(seq: u64, text: &str, utterance: &str) -> Parcel {
    Parcel {
        payload: Payload::Text(text.into()),
        class: Class::Numbered {
            room: room(),
            seq,
            replaces: Some(key(utterance)),
        },
    }
}

fn audio(size: usize) -> Parcel {
    Parcel {
        payload: Payload::Binary(vec![0; size].into()),
        class: Class::Audio,
    }
}

/// Everything that can be pulled now, as text; audio as its length.
fn drain(outbox: &Arc<Outbox>) -> Vec<String> {
    let mut pull = outbox.pull();
    let mut taken = Vec::new();
    let mut idle = 0;
    while idle < 2 {
        match pull.next().now_or_never() {
            Some(Some(Outgoing::Frame(Payload::Text(text)))) => taken.push(text.to_string()),
            Some(Some(Outgoing::Frame(Payload::Binary(bytes)))) => {
                taken.push(bytes.len().to_string());
            }
            Some(Some(Outgoing::Frame(Payload::Ping))) => taken.push("ping".into()),
            Some(Some(Outgoing::Close(closing))) => taken.push(closing.code.to_string()),
            Some(None) => break,
            None => idle += 1,
        }
    }
    taken
}

#[tokio::test(start_paused = true)]
async fn captions_are_replaced_in_the_queue_and_finals_come_once() {
    let outbox = Outbox::new(10_000);
    outbox.push(newest("u1", "a"));
    outbox.push(newest("u1", "ab"));
    outbox.push(newest("u2", "x"));
    outbox.push(numbered(4, "abc.", "u1"));
    outbox.push(numbered(4, "abc. again", "u1"));
    outbox.push(numbered(3, "older", "u0"));
    assert_eq!(drain(&outbox), ["x", "abc."]);
    assert_eq!(outbox.written(), Some((room(), 4)));
}

#[tokio::test(start_paused = true)]
async fn audio_gives_way_first_then_partials_and_then_the_socket_ends() {
    let outbox = Outbox::new(1_000);
    for _ in 0..4 {
        outbox.push(audio(200));
    }
    assert_eq!(outbox.dropped_audio(), 1);
    outbox.push(newest("u1", "partial"));
    for seq in 1..=11 {
        outbox.push(numbered(seq, "0123456789", "u9"));
    }
    assert!(!outbox.is_closing());
    assert_eq!(outbox.dropped_audio(), 4);
    for seq in 12..=15 {
        outbox.push(numbered(seq, "0123456789", "u9"));
    }
    assert_eq!(drain(&outbox), ["1013"]);
}

#[tokio::test(start_paused = true)]
async fn a_stall_shows_and_stale_audio_is_not_played() {
    let outbox = Outbox::new(10_000);
    assert_eq!(outbox.stalled_for(), Duration::ZERO);
    outbox.push(audio(10));
    outbox.push(Parcel::lasting("state".into()));
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(outbox.stalled_for(), Duration::from_secs(5));
    outbox.close(Closing::RESTARTING);
    outbox.push(Parcel::lasting("too late".into()));
    assert_eq!(drain(&outbox), ["state", "1012"]);
    assert_eq!(outbox.stalled_for(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_wire_takes_a_few_frames_at_a_time() {
    let outbox = Outbox::new(100_000);
    for _ in 0..40 {
        outbox.push(Parcel::lasting("x".into()));
    }
    let mut pull = outbox.pull();
    let mut first = 0;
    while let Some(Some(_)) = pull.next().now_or_never() {
        first += 1;
    }
    assert_eq!(first, 16);
    assert!(
        pull.next().now_or_never().is_some(),
        "and goes on when polled again"
    );
}
