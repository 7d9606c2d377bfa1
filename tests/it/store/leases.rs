//! Rooms: leases, numbers, entries under a fence, and what a dead process leaves.

use interpres::{
    domain::usage::Amount,
    store::record::{Lease, NUMBER_BLOCK, Outcome, Range, SessionRecord, Write},
};

use super::{
    material::{acquire, append, at, create, release, room_id, said, session, session_id},
    on_every_store,
    place::{Place, new_node},
};

on_every_store!(
    a_new_room_begins_with_one,
    a_lease_is_one_nodes_until_it_is_given_back,
    the_same_node_may_take_it_again,
    numbers_go_on_after_what_was_given,
    numbers_of_one_who_crashed_are_not_given_again,
    a_life_goes_on_until_it_is_over,
    what_is_reserved_is_never_lowered,
    nothing_is_written_under_another_lease,
    an_append_may_be_tried_again,
    a_group_appends_to_many_rooms,
    a_dead_node_lets_go_of_everything,
    a_room_keeps_its_name,
);

async fn a_new_room_begins_with_one(place: Place) {
    let at_hand = place.open().await;
    let first = Lease {
        fence: 1,
        head: 0,
        reserved: NUMBER_BLOCK,
        opened_at: 1,
        budget: None,
        used: Amount::default(),
    };
    assert_eq!(at_hand.lease("r").await, first);
    let room = at_hand.store.room(&room_id("r")).await.unwrap().unwrap();
    assert_eq!(room.owner, Some(at_hand.node.clone()));
    assert_eq!((room.fence, room.reserved), (1, NUMBER_BLOCK));
    assert_eq!((room.opened_at, room.name), (Some(1), None));
    assert_eq!((room.created_at, room.used_at), (at(0), at(0)));
    assert_eq!(at_hand.store.room(&room_id("none")).await, Ok(None));
}

async fn a_lease_is_one_nodes_until_it_is_given_back(place: Place) {
    let at_hand = place.open().await;
    let lease = at_hand.lease("r").await;
    let other = acquire("r", &new_node());
    let held = Outcome::Held(at_hand.node.clone());
    assert_eq!(at_hand.write(other.clone()).await, held);
    let back = release("r", lease.fence, 0, true);
    assert_eq!(at_hand.write(back.clone()).await, Outcome::Done);
    assert_eq!(at_hand.write(back).await, Outcome::Fenced, "only once");
    assert!(matches!(
        at_hand.write(other).await,
        Outcome::Leased(Lease { fence: 2, .. })
    ));
    let none = release("none", 1, 0, true);
    assert_eq!(at_hand.write(none).await, Outcome::Fenced);
}

async fn the_same_node_may_take_it_again(place: Place) {
    let at_hand = place.open().await;
    at_hand.lease("r").await;
    let again = at_hand.lease("r").await;
    assert_eq!((again.fence, again.head), (2, NUMBER_BLOCK));
    assert_eq!(again.opened_at, 1, "it is the same life");
}

async fn numbers_go_on_after_what_was_given(place: Place) {
    let at_hand = place.open().await;
    let lease = at_hand.lease("r").await;
    at_hand.write(release("r", lease.fence, 5, true)).await;
    let next = at_hand.lease("r").await;
    assert_eq!((next.head, next.opened_at), (5, 6));
    assert_eq!(next.reserved, 5 + NUMBER_BLOCK);
}

async fn numbers_of_one_who_crashed_are_not_given_again(place: Place) {
    let at_hand = place.open().await;
    let lease = at_hand.lease("r").await;
    let reserve = Write::ReserveNumbers {
        room: room_id("r"),
        fence: lease.fence,
        up_to: 2_500,
    };
    assert_eq!(at_hand.write(reserve).await, Outcome::Done);
    at_hand
        .write(Write::ReleaseNode(at_hand.node.clone()))
        .await;
    let other = new_node();
    let Outcome::Leased(next) = at_hand.write(acquire("r", &other)).await else {
        panic!("it is free");
    };
    assert_eq!((next.head, next.fence), (2_500, 2));
    assert_eq!(next.opened_at, 1, "people are still on their way");
}

async fn a_life_goes_on_until_it_is_over(place: Place) {
    let at_hand = place.open().await;
    let first = at_hand.lease("r").await;
    at_hand.write(release("r", first.fence, 4, false)).await;
    let second = at_hand.lease("r").await;
    assert_eq!(second.opened_at, 1);
    at_hand.write(release("r", second.fence, 9, true)).await;
    let room = at_hand.store.room(&room_id("r")).await.unwrap().unwrap();
    assert_eq!((room.opened_at, room.owner), (None, None));
    assert_eq!((room.reserved, room.used_at), (9, at(1_000)));
    assert_eq!(at_hand.lease("r").await.opened_at, 10);
}

async fn what_is_reserved_is_never_lowered(place: Place) {
    let at_hand = place.open().await;
    let fence = at_hand.lease("r").await.fence;
    let reserve = |fence, up_to| Write::ReserveNumbers {
        room: room_id("r"),
        fence,
        up_to,
    };
    assert_eq!(at_hand.write(reserve(fence, 10)).await, Outcome::Done);
    assert_eq!(
        at_hand.write(reserve(fence + 1, 9_000)).await,
        Outcome::Fenced
    );
    let room = at_hand.store.room(&room_id("r")).await.unwrap().unwrap();
    assert_eq!(room.reserved, NUMBER_BLOCK);
}

async fn nothing_is_written_under_another_lease(place: Place) {
    let at_hand = place.open().await;
    let fence = at_hand.lease("r").await.fence;
    let later = at_hand.lease("r").await.fence;
    let group = [
        append("r", fence, said(1, "ana")),
        append("r", later, said(2, "ana")),
        append("none", 1, said(1, "ana")),
        append("r", later, said(3, "ana")),
    ];
    use Outcome::{Done, Fenced};
    assert_eq!(
        at_hand.store.commit(&group).await.unwrap(),
        [Fenced, Done, Fenced, Done]
    );
    at_hand.write(release("r", later, 3, false)).await;
    let after = append("r", later, said(4, "ana"));
    assert_eq!(
        at_hand.write(after).await,
        Fenced,
        "the lease was given back"
    );
    let all = Range {
        after: 0,
        limit: 10,
    };
    let stored = at_hand.store.entries(&room_id("r"), all).await.unwrap();
    assert_eq!(stored, [said(2, "ana"), said(3, "ana")]);
}

async fn an_append_may_be_tried_again(place: Place) {
    let at_hand = place.open().await;
    let fence = at_hand.lease("r").await.fence;
    let group = [
        append("r", fence, said(1, "ana")),
        append("r", fence, said(2, "ana")),
    ];
    at_hand.store.commit(&group).await.unwrap();
    let again = [
        append("r", fence, said(2, "berta")),
        append("r", fence, said(3, "ana")),
        append("r", fence, said(3, "berta")),
    ];
    let outcomes = at_hand.store.commit(&again).await.unwrap();
    assert_eq!(outcomes, vec![Outcome::Done; 3]);
    let stored = at_hand.store.newest(&room_id("r"), 10).await.unwrap();
    assert_eq!(stored, [said(1, "ana"), said(2, "ana"), said(3, "ana")]);
}

async fn a_group_appends_to_many_rooms(place: Place) {
    let at_hand = place.open().await;
    let mut group = Vec::new();
    for room in 0..64 {
        let name = format!("room-{room}");
        let fence = at_hand.lease(&name).await.fence;
        group.extend((1..=4).map(|seq| append(&name, fence, said(seq, "ana"))));
    }
    let outcomes = at_hand.store.commit(&group).await.unwrap();
    assert_eq!(outcomes, vec![Outcome::Done; 256]);
    let extent = at_hand.store.extent(&room_id("room-63")).await.unwrap();
    assert_eq!((extent.entries, extent.first, extent.last), (4, 1, 4));
}

async fn a_dead_node_lets_go_of_everything(place: Place) {
    let at_hand = place.open().await;
    let dead = new_node();
    let held = |name: &str, holder: &interpres::store::record::NodeId| {
        create(SessionRecord {
            holder: Some(holder.clone()),
            ..session(name)
        })
    };
    let group = [
        held("its", &dead),
        held("ours", &at_hand.node),
        acquire("its", &dead),
        acquire("ours", &at_hand.node),
    ];
    at_hand.store.commit(&group).await.unwrap();
    let mut both = vec![dead.clone(), at_hand.node.clone()];
    both.sort();
    assert_eq!(at_hand.store.holders().await, Ok(both));
    assert_eq!(at_hand.write(Write::ReleaseNode(dead)).await, Outcome::Done);
    assert_eq!(
        at_hand.store.holders().await,
        Ok(vec![at_hand.node.clone()])
    );
    let its = at_hand.store.session(&session_id("its")).await.unwrap();
    assert_eq!(its.unwrap().holder, None);
    let its = at_hand.store.room(&room_id("its")).await.unwrap().unwrap();
    assert_eq!((its.owner, its.opened_at), (None, Some(1)));
}

async fn a_room_keeps_its_name(place: Place) {
    let at_hand = place.open().await;
    let named = |name: Option<&str>, private| Write::AcquireRoom {
        room: room_id("r"),
        node: at_hand.node.clone(),
        name: name.map(str::to_owned),
        private,
        budget: None,
        at: at(7),
    };
    at_hand.write(named(Some("Sala É"), true)).await;
    at_hand.write(named(None, false)).await;
    let room = at_hand.store.room(&room_id("r")).await.unwrap().unwrap();
    assert_eq!(
        (room.name.as_deref(), room.private),
        (Some("Sala É"), false)
    );
    at_hand.write(named(Some("Sala B"), false)).await;
    let room = at_hand.store.room(&room_id("r")).await.unwrap().unwrap();
    assert_eq!(
        (room.name.as_deref(), room.used_at),
        (Some("Sala B"), at(7))
    );
}
