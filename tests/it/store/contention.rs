//! Many who want the same of PostgreSQL at the same time: nobody stands in another's way for long.

use std::{sync::Arc, time::Duration};

use interpres::store::record::Outcome;
use sqlx::{Connection as _, PgConnection};

use super::{
    material::{create, session},
    place::Place,
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
    assert!(
        reads.iter().all(|read| !read.is_finished()),
        "they still wait"
    );
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
