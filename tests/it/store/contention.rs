//! Many who want the same of PostgreSQL at the same time: nobody stands in another's way for long.

use std::{sync::Arc, time::Duration};

use interpres::{
    domain::usage::Amount,
    store::record::{Outcome, UsageRecord, Write},
};
use sqlx::{Connection as _, PgConnection};

use super::{
    material::{acquire, append, at, create, release, room_id, said, session, session_id},
    place::{Opened, Place},
};

/// Reads that wait for their connections, and those that wait for the database on theirs.
#[tokio::test]
async fn a_write_stands_behind_no_reads() {
    const READS: usize = 64;
    const BUSY: i64 = 7;
    let place = Place::postgres().await;
    let at_hand = place.open().await;
    let mut blocker = PgConnection::connect(&place.address()).await.unwrap();
    let mut looking = PgConnection::connect(&place.address()).await.unwrap();
    let mut blocking = blocker.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *blocking)
        .await
        .unwrap();
    let reads: Vec<_> = (0..READS)
        .map(|_| {
            let store = Arc::clone(&at_hand.store);
            tokio::spawn(async move { store.audit(1).await })
        })
        .collect();
    while blocked(&mut looking).await < BUSY {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(at_hand.write(create(session("a"))).await, Outcome::Done);
    assert_eq!(blocked(&mut looking).await, BUSY, "they still wait");
    blocking.rollback().await.unwrap();
    for read in reads {
        read.abort();
    }
}

/// How many connections of this database wait for a lock.
async fn blocked(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    .fetch_one(connection)
    .await
    .unwrap()
}

/// As during a handover: both write to the same rooms and sessions, some of them new, one in the opposite order.
#[tokio::test]
async fn two_processes_that_write_in_opposite_orders_both_get_their_answers() {
    const ROUNDS: usize = 300;
    let place = Place::postgres().await;
    let (one, other) = (place.open().await, place.open().await);
    let mut looking = PgConnection::connect(&place.address()).await.unwrap();
    for round in 0..ROUNDS {
        let group = mixed_group(&one, round);
        let mut opposite = mixed_group(&other, round);
        opposite.reverse();
        let (answered, answered_too) =
            tokio::join!(one.store.commit(&group), other.store.commit(&opposite));
        for answers in [answered, answered_too] {
            let answers = answers.unwrap_or_else(|error| panic!("round {round}: {error}"));
            assert_eq!(answers.len(), group.len());
        }
    }
    assert_eq!(deadlocks(&mut looking).await, 0, "nobody had to begin anew");
}

fn mixed_group(by: &Opened, round: usize) -> Vec<Write> {
    let rooms = (0..4).flat_map(|place| {
        let name = format!("r{}", round / 10 * 2 + place);
        [
            acquire(&name, &by.node),
            append(&name, 1, said(round as u64 + 1, "a")),
            Write::ReserveNumbers {
                room: room_id(&name),
                fence: 1,
                up_to: 9,
            },
            Write::AddUsage(UsageRecord {
                room: room_id(&name),
                engine: "local".into(),
                day: "2026-11-21".into(),
                amount: Amount::audio(1),
            }),
            release(&name, 2, 9, false),
        ]
    });
    let sessions = (0..4).flat_map(|place| {
        let name = format!("s{}", round + place);
        [
            create(session(&name)),
            Write::ClaimSession {
                id: session_id(&name),
                node: by.node.clone(),
            },
            Write::SaveSession(Box::new(session(&name))),
        ]
    });
    rooms.chain(sessions).collect()
}

/// Somebody who does not keep to the order: an older version, or an operator.
#[tokio::test]
async fn a_group_that_the_server_breaks_off_is_tried_anew() {
    let place = Place::postgres().await;
    let at_hand = place.open().await;
    let mut other = PgConnection::connect(&place.address()).await.unwrap();
    let mut looking = PgConnection::connect(&place.address()).await.unwrap();
    at_hand.lease("a").await;
    at_hand.lease("b").await;
    loop {
        let mut transaction = other.begin().await.unwrap();
        touch("b", &mut transaction).await.unwrap();
        let store = Arc::clone(&at_hand.store);
        let group = ["a", "b"].map(|name| Write::ReserveNumbers {
            room: room_id(name),
            fence: 1,
            up_to: 2_000,
        });
        let committing = tokio::spawn(async move { store.commit(&group).await });
        while blocked(&mut looking).await < 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let touched = touch("a", &mut transaction).await;
        transaction.rollback().await.unwrap();
        let done = vec![Outcome::Done, Outcome::Done];
        assert_eq!(committing.await.unwrap(), Ok(done));
        // The server breaks off one of the two; most often it is the one that waited first, which is the store.
        if touched.is_ok() {
            break;
        }
    }
}

async fn touch(room: &str, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let touching = sqlx::query("UPDATE rooms SET used_at = $1 WHERE id = $2")
        .bind(i64::try_from(at(5).unix_millis()).unwrap())
        .bind(room);
    touching.execute(connection).await.map(drop)
}

/// How many transactions of this database were broken off because two waited for each other.
async fn deadlocks(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        .fetch_one(connection)
        .await
        .unwrap()
}
