//! Sessions: made once, claimed, saved under a fence, expired, removed.

use interpres::store::record::{Outcome, SessionRecord, Write};
use serde_json::json;

use super::{
    material::{at, create, room_id, session, session_id},
    on_every_store,
    place::{Place, new_node},
};

on_every_store!(
    a_session_is_made_once,
    of_two_with_one_id_in_one_group_the_first_is_made,
    a_claim_raises_the_fence,
    a_save_changes_what_may_change,
    a_save_after_anothers_claim_is_fenced,
    a_save_of_a_removed_session_leaves_a_new_one_of_its_id_alone,
    only_old_sessions_that_nobody_holds_expire,
    a_removed_session_is_gone,
);

async fn a_session_is_made_once(place: Place) {
    let at_hand = place.open().await;
    assert_eq!(at_hand.write(create(session("a"))).await, Outcome::Done);
    assert_eq!(
        at_hand.write(create(session("a"))).await,
        Outcome::Done,
        "the same, tried again"
    );
    let other = SessionRecord {
        private_room: room_id("elsewhere"),
        ..session("a")
    };
    assert_eq!(at_hand.write(create(other)).await, Outcome::Exists);
    let stored = at_hand.store.session(&session_id("a")).await.unwrap();
    assert_eq!(stored, Some(session("a")));
    assert_eq!(at_hand.store.session(&session_id("b")).await, Ok(None));
}

async fn of_two_with_one_id_in_one_group_the_first_is_made(place: Place) {
    let at_hand = place.open().await;
    let other = SessionRecord {
        private_room: room_id("elsewhere"),
        ..session("b")
    };
    let group = [
        create(session("a")),
        create(session("b")),
        create(other),
        create(session("a")),
        create(session("c")),
    ];
    use Outcome::{Done, Exists};
    assert_eq!(
        at_hand.store.commit(&group).await.unwrap(),
        [Done, Done, Exists, Done, Done]
    );
    assert_eq!(at_hand.store.session_count(None).await, Ok(3));
    let stored = at_hand.store.session(&session_id("b")).await.unwrap();
    assert_eq!(stored, Some(session("b")));
}

async fn a_claim_raises_the_fence(place: Place) {
    let at_hand = place.open().await;
    at_hand.write(create(session("a"))).await;
    let claim = |node| Write::ClaimSession {
        id: session_id("a"),
        node,
    };
    let (first, second) = (new_node(), new_node());
    let held = |holder, fence| {
        Outcome::Claimed(Box::new(SessionRecord {
            holder: Some(holder),
            fence,
            ..session("a")
        }))
    };
    assert_eq!(
        at_hand.write(claim(first.clone())).await,
        held(first.clone(), 1)
    );
    assert_eq!(
        at_hand.write(claim(second.clone())).await,
        held(second.clone(), 2),
        "whoever held it"
    );
    let nobody = Write::ClaimSession {
        id: session_id("b"),
        node: first,
    };
    assert_eq!(at_hand.write(nobody).await, Outcome::Absent);
    assert_eq!(at_hand.store.holders().await, Ok(vec![second]));
}

async fn a_save_changes_what_may_change(place: Place) {
    let at_hand = place.open().await;
    at_hand.write(create(session("a"))).await;
    let mut changed = SessionRecord {
        owner: Some("another".into()),
        created_at: at(99),
        data: Some(json!([1, 2])),
        cursor: 8,
        entered_at: None,
        active_at: at(5),
        holder: Some(new_node()),
        ..session("a")
    };
    changed.config.room_id = Some(room_id("shared"));
    let save = Write::SaveSession(Box::new(changed.clone()));
    assert_eq!(at_hand.write(save).await, Outcome::Done);
    let kept = SessionRecord {
        owner: session("a").owner,
        created_at: session("a").created_at,
        ..changed
    };
    let stored = at_hand.store.session(&session_id("a")).await.unwrap();
    assert_eq!(stored, Some(kept));
}

async fn a_save_after_anothers_claim_is_fenced(place: Place) {
    let at_hand = place.open().await;
    at_hand.write(create(session("a"))).await;
    let claim = Write::ClaimSession {
        id: session_id("a"),
        node: new_node(),
    };
    at_hand.write(claim).await;
    let save = |name: &str| Write::SaveSession(Box::new(session(name)));
    assert_eq!(at_hand.write(save("a")).await, Outcome::Fenced);
    assert_eq!(at_hand.write(save("none")).await, Outcome::Fenced);
    let stored = at_hand.store.session(&session_id("a")).await.unwrap();
    assert_eq!(stored.unwrap().fence, 1);
}

async fn a_save_of_a_removed_session_leaves_a_new_one_of_its_id_alone(place: Place) {
    let at_hand = place.open().await;
    let new = SessionRecord {
        private_room: room_id("of-the-new-one"),
        ..session("a")
    };
    let group = [
        create(session("a")),
        Write::RemoveSession(session_id("a")),
        create(new.clone()),
        Write::SaveSession(Box::new(SessionRecord {
            cursor: 99,
            ..session("a")
        })),
    ];
    use Outcome::{Done, Fenced};
    assert_eq!(
        at_hand.store.commit(&group).await.unwrap(),
        [Done, Done, Done, Fenced],
        "both have the fence 0"
    );
    let stored = at_hand.store.session(&session_id("a")).await.unwrap();
    assert_eq!(stored, Some(new));
}

async fn only_old_sessions_that_nobody_holds_expire(place: Place) {
    let at_hand = place.open().await;
    let last_active = |name: &str, millis, holder| {
        create(SessionRecord {
            active_at: at(millis),
            holder,
            ..session(name)
        })
    };
    let group = [
        last_active("old-b", 9, None),
        last_active("old-a", 1, None),
        last_active("held", 1, Some(new_node())),
        last_active("new", 10, None),
    ];
    at_hand.store.commit(&group).await.unwrap();
    let expire = Write::ExpireSessions { before: at(10) };
    assert_eq!(
        at_hand.write(expire.clone()).await,
        Outcome::Removed(vec![session_id("old-a"), session_id("old-b")])
    );
    assert_eq!(at_hand.write(expire).await, Outcome::Removed(vec![]));
    assert_eq!(at_hand.store.session_count(None).await, Ok(2));
}

async fn a_removed_session_is_gone(place: Place) {
    let at_hand = place.open().await;
    at_hand.write(create(session("a"))).await;
    let remove = Write::RemoveSession(session_id("a"));
    assert_eq!(at_hand.write(remove.clone()).await, Outcome::Done);
    assert_eq!(at_hand.write(remove).await, Outcome::Done);
    assert_eq!(at_hand.store.session(&session_id("a")).await, Ok(None));
}
