//! What a room may use, what was used of that, and the ledger of all rooms.

use interpres::{
    domain::{
        budget::Budget,
        usage::{Amount, Cost},
    },
    store::record::{DayUsage, Lease, Outcome, UsageRecord, Write},
};

use super::{
    material::{at, release, room_id},
    on_every_store,
    place::{Opened, Place},
};

on_every_store!(
    a_budget_is_kept_with_what_was_used_of_it,
    a_new_budget_counts_from_nothing,
    what_a_room_uses_after_it_has_ended_counts_too,
    the_ledger_adds_up_all_rooms_by_day,
);

const BUDGET: Budget = Budget {
    audio_ms: Some(60_000),
    cost: None,
};

async fn lease(at_hand: &Opened, budget: Option<Budget>) -> Lease {
    let acquire = Write::AcquireRoom {
        room: room_id("r"),
        node: at_hand.node.clone(),
        name: None,
        private: false,
        budget,
        at: at(0),
    };
    match at_hand.write(acquire).await {
        Outcome::Leased(lease) => lease,
        other => panic!("{other:?}"),
    }
}

fn amount(audio_ms: u64) -> Amount {
    Amount {
        audio_ms,
        tokens: 3,
        cost: Cost::from_nanodollars(1_000_000_007 * audio_ms),
    }
}

fn used(room: &str, day: &str, engine: &str, audio_ms: u64) -> Write {
    Write::AddUsage(UsageRecord {
        room: room_id(room),
        engine: engine.into(),
        day: day.into(),
        amount: amount(audio_ms),
    })
}

/// Without tokens, which no budget knows.
fn of_the_budget(audio_ms: u64) -> Amount {
    Amount {
        tokens: 0,
        ..amount(audio_ms)
    }
}

async fn a_budget_is_kept_with_what_was_used_of_it(place: Place) {
    let at_hand = place.open().await;
    let first = lease(&at_hand, Some(BUDGET)).await;
    assert_eq!(
        (first.budget, first.used),
        (Some(BUDGET), Amount::default())
    );
    let group = [
        used("r", "2026-11-21", "a", 20),
        used("r", "2026-11-21", "b", 1),
        used("other", "2026-11-21", "a", 500),
        used("r", "2026-11-22", "a", 2),
        release("r", first.fence, 0, true),
    ];
    at_hand.store.commit(&group).await.unwrap();
    let again = lease(&at_hand, None).await;
    assert_eq!(
        (again.budget, again.used),
        (Some(BUDGET), of_the_budget(23))
    );
    let room = at_hand.store.room(&room_id("r")).await.unwrap().unwrap();
    assert_eq!((room.budget, room.used), (Some(BUDGET), of_the_budget(23)));
}

async fn a_new_budget_counts_from_nothing(place: Place) {
    let at_hand = place.open().await;
    lease(&at_hand, None).await;
    at_hand.write(used("r", "2026-11-21", "a", 20)).await;
    let both = Budget {
        audio_ms: Some(0),
        cost: Some(Cost::from_nanodollars(u64::from(u32::MAX) * 1_000)),
    };
    let budgeted = lease(&at_hand, Some(both)).await;
    assert_eq!(
        (budgeted.budget, budgeted.used),
        (Some(both), Amount::default())
    );
    at_hand.write(used("r", "2026-11-21", "a", 7)).await;
    let smaller = lease(&at_hand, Some(BUDGET)).await;
    assert_eq!(
        (smaller.budget, smaller.used),
        (Some(BUDGET), Amount::default())
    );
    let ledger = at_hand.store.usage(&room_id("r")).await.unwrap();
    assert_eq!(ledger[0].amount.audio_ms, 27, "the ledger forgets nothing");
}

async fn what_a_room_uses_after_it_has_ended_counts_too(place: Place) {
    let at_hand = place.open().await;
    let first = lease(&at_hand, Some(BUDGET)).await;
    at_hand.write(release("r", first.fence, 0, true)).await;
    let late = used("r", "2026-11-21", "a", 5);
    assert_eq!(at_hand.write(late).await, Outcome::Done);
    assert_eq!(lease(&at_hand, None).await.used, of_the_budget(5));
}

async fn the_ledger_adds_up_all_rooms_by_day(place: Place) {
    let at_hand = place.open().await;
    let group = [
        used("r", "2026-11-20", "a", 1),
        used("other", "2026-11-20", "a", 2),
        used("other", "2026-11-20", "b", 3),
        used("r", "2026-11-21", "a", 4),
        used("r", "2026-11-22", "a", 5),
    ];
    at_hand.store.commit(&group).await.unwrap();
    let day = |day: &str, engine: &str, amount| DayUsage {
        day: day.into(),
        engine: engine.into(),
        amount,
    };
    let between = async |from: &str, to: &str| {
        let day = |text: &str| text.to_owned().try_into().unwrap();
        at_hand.store.usage_by_day(day(from), day(to)).await
    };
    let expected = vec![
        day("2026-11-20", "a", amount(1).and(amount(2))),
        day("2026-11-20", "b", amount(3)),
        day("2026-11-21", "a", amount(4)),
    ];
    assert_eq!(between("2026-11-20", "2026-11-21").await, Ok(expected));
    assert_eq!(between("2026-11-23", "2027-11-21").await, Ok(vec![]));
}
