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
        let next = pull.next().now_or_never();
        idle = if next.is_some() { 0 } else { idle + 1 };
        match next {
            Some(Some(Outgoing::Frame(Payload::Text(text)))) => taken.push(text.to_string()),
            Some(Some(Outgoing::Frame(Payload::Binary(bytes)))) => {
                taken.push(bytes.len().to_string());
            }
            Some(Some(Outgoing::Frame(Payload::Ping))) => taken.push("ping".into()),
            Some(Some(Outgoing::Close(closing))) => taken.push(closing.code.to_string()),
            Some(None) => break,
            None => {}
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
async fn what_is_watched_and_what_is_read_of_an_utterance_do_not_take_each_others_place() {
    let outbox = Outbox::new(10_000);
    let watched = Arc::new(Replaces::Watched("u1".parse().unwrap(), None));
    let event = |text: &str, class: Class| Parcel {
        payload: Payload::Text(text.into()),
        class,
    };
    outbox.push(newest("u1", "a"));
    outbox.push(event("event a", Class::Newest(Arc::clone(&watched))));
    outbox.push(newest("u1", "ab"));
    outbox.push(event("event ab", Class::Newest(Arc::clone(&watched))));
    outbox.push(event("event abc.", Class::Last(watched)));
    outbox.push(event("state", Class::Lasting));
    assert_eq!(drain(&outbox), ["ab", "event abc.", "state"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_word_about_something_is_never_dropped() {
    let outbox = Outbox::new(1_000);
    let last = |number: u32| Parcel {
        payload: Payload::Text("0123456789".into()),
        class: Class::Last(key(&format!("u{number}"))),
    };
    for number in 0..13 {
        outbox.push(last(number));
    }
    assert!(!outbox.is_closing());
    outbox.push(last(13));
    assert_eq!(drain(&outbox), ["1013"], "who cannot take it is ended");
}

#[tokio::test(start_paused = true)]
async fn audio_gives_way_first_then_partials_and_then_the_socket_ends() {
    let outbox = Outbox::new(1_000);
    for _ in 0..4 {
        outbox.push(audio(200));
    }
    assert_eq!(outbox.take_dropped_audio(), 1);
    outbox.push(newest("u1", "partial"));
    for seq in 1..=11 {
        outbox.push(numbered(seq, "0123456789", "u9"));
    }
    assert!(!outbox.is_closing());
    assert_eq!(outbox.take_dropped_audio(), 3);
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

fn entrance(seen: u64) -> Parcel {
    Parcel {
        payload: Payload::Text("entrance".into()),
        class: Class::Entrance { room: room(), seen },
    }
}

fn replayed(seq: u64) -> Parcel {
    Parcel {
        payload: Payload::Text(format!("{seq} {}", "x".repeat(100)).into()),
        class: Class::Replayed { room: room(), seq },
    }
}

#[tokio::test(start_paused = true)]
async fn who_missed_more_than_a_queue_holds_gets_all_of_it() {
    let outbox = Outbox::new(1_000);
    outbox.push(entrance(0));
    for seq in 1..=500 {
        outbox.push(replayed(seq));
    }
    outbox.push(numbered(501, "501", "u1"));
    assert!(!outbox.is_closing());
    let taken = drain(&outbox);
    assert_eq!(taken.len(), 502);
    assert!(taken[500].starts_with("500 ") && taken[501] == "501");
}

#[tokio::test(start_paused = true)]
async fn what_waits_and_is_asked_for_again_is_sent_once() {
    let outbox = Outbox::new(1_000);
    for _ in 0..3 {
        outbox.push(entrance(1));
        outbox.push(replayed(2));
        outbox.push(numbered(3, "3", "u1"));
    }
    // One who enters anew after all this loses none of it.
    outbox.push(entrance(3));
    let taken = drain(&outbox);
    assert_eq!(taken.len(), 6, "{taken:?}");
    assert!(taken[3].starts_with("2 ") && taken[4] == "3");
    assert_eq!(outbox.queued_bytes(), 0);
}
