//! Admission to the mailbox, what overtakes it, and what becomes of it.

use std::time::Duration;

use actix::fut::wrap_future;
use actix::prelude::AsyncContext;
use interpres::supervision::{AskError, Exit, MailboxOnRestart, Spec, State, TellError};

use super::probe::{Add, Journal, SOON, Script, act, boom, settle, simulate};

#[tokio::test(start_paused = true)]
async fn the_bound_holds_across_clones_and_types() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new().mailbox(4));
        let recipient = probe.recipient::<Add>();
        let accepted = (0..1000).filter(|_| {
            probe.clone().tell(Add(1)).is_ok() || recipient.clone().tell(Add(1)).is_ok()
        });
        assert_eq!(accepted.count(), 4);
        assert!(matches!(probe.tell(Add(9)), Err(TellError::Full(Add(9)))));
        assert_eq!(probe.node().row().mailbox_depth, 4);
        settle().await;
        assert_eq!(probe.node().row().mailbox_depth, 0);
        assert_eq!(recipient.ask(Add(0), SOON).await, Ok(4));
        assert!(tree.kinds()[0].full >= 996);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_ask_waits_for_a_place_within_its_deadline() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new().mailbox(1));
        let rest = act(|_, ctx| ctx.wait(wrap_future(tokio::time::sleep(Duration::from_secs(1)))));
        probe.tell(rest).expect("there is room");
        settle().await;
        probe.tell(Add(1)).expect("there is room");
        let hasty = probe.ask(Add(1), Duration::from_millis(500)).await;
        assert_eq!(hasty, Err(AskError::Timeout));
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(2));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_overtakes_a_full_mailbox() {
    simulate(async |tree| {
        let journal = Journal::default();
        let probe = Script::named("a", &journal).root(&tree, Spec::new().mailbox(8));
        while probe.tell(act(|probe, _| probe.note("handled"))).is_ok() {}
        probe.stop("enough");
        assert!(matches!(
            probe.ended().await,
            Exit::Stopped { reason: "enough" }
        ));
        assert_eq!(journal.take(), ["a started", "a stopped"]);
        assert!(matches!(probe.tell(Add(1)), Err(TellError::Gone(Add(1)))));
        assert_eq!(probe.ask(Add(1), SOON).await, Err(AskError::Gone));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_when_it_ends_are_told() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new().mailbox(1));
        let (queued, waiting, ()) = tokio::join!(
            biased;
            probe.ask(Add(1), SOON),
            probe.ask(Add(1), SOON),
            async { probe.stop("enough") },
        );
        assert_eq!(
            (queued, waiting),
            (Err(AskError::Gone), Err(AskError::Gone))
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_parked_actor_is_unavailable_and_recovers() {
    simulate(async |tree| {
        let spec = Spec::new().intensity(1, Duration::from_secs(60));
        let probe = Script::default()
            .started(|_, ctx| assert_ne!(ctx.life(), 2, "still ill"))
            .root(&tree, spec);
        assert_eq!(probe.ask(boom(), SOON).await, Err(AskError::Dropped));
        assert_eq!(probe.ask(boom(), SOON).await, Err(AskError::Unavailable));
        assert_eq!(probe.node().state(), State::Parked);
        assert!(matches!(
            probe.tell(Add(1)),
            Err(TellError::Unavailable(Add(1)))
        ));
        assert_eq!(probe.ask(Add(1), SOON).await, Err(AskError::Unavailable));
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn parking_answers_the_questions_that_are_queued() {
    simulate(async |tree| {
        let probe =
            Script::default().root(&tree, Spec::new().intensity(0, Duration::from_secs(60)));
        let (in_hand, queued) =
            tokio::join!(biased; probe.ask(boom(), SOON), probe.ask(Add(1), SOON));
        assert_eq!(
            (in_hand, queued),
            (Err(AskError::Unavailable), Err(AskError::Unavailable))
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_or_discards_the_queue() {
    simulate(async |tree| {
        let discard = Spec::new().mailbox_on_restart(MailboxOnRestart::Discard);
        for (spec, expected) in [(Spec::new(), Ok(1)), (discard, Err(AskError::Dropped))] {
            let probe = Script::default().root(&tree, spec);
            let (_, queued) =
                tokio::join!(biased; probe.ask(boom(), SOON), probe.ask(Add(1), SOON));
            assert_eq!(queued, expected);
            assert!(probe.ask(Add(0), SOON).await.is_ok());
            probe.stop("next");
            probe.ended().await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_leaves_its_neighbours_their_turn() {
    simulate(async |tree| {
        let journal = Journal::default();
        let flooded = Script::named("flooded", &journal).root(&tree, Spec::new().mailbox(10_000));
        let neighbour = Script::named("neighbour", &journal).root(&tree, Spec::new());
        settle().await;
        journal.take();
        while flooded.tell(act(|probe, _| probe.note("message"))).is_ok() {}
        neighbour
            .tell(act(|probe, _| probe.note("message")))
            .expect("there is room");
        settle().await;
        let entries = journal.take();
        let turn = entries
            .iter()
            .position(|entry| entry == "neighbour message");
        assert_eq!(entries.len(), 10_001);
        assert!(turn.expect("it had its turn") <= 64, "{turn:?}");
    })
    .await;
}

/// On the real clock: 64 of these would hold the thread for so long that it looks blocked.
#[tokio::test]
async fn slow_messages_leave_their_neighbours_their_turn_sooner() {
    simulate(async |tree| {
        let journal = Journal::default();
        let slow = Script::named("slow", &journal).root(&tree, Spec::new());
        let neighbour = Script::named("neighbour", &journal).root(&tree, Spec::new());
        settle().await;
        journal.take();
        for _ in 0..20 {
            let message = act(|probe, _| {
                std::thread::sleep(Duration::from_millis(10));
                probe.note("message");
            });
            slow.tell(message).expect("there is room");
        }
        neighbour
            .ask(act(|probe, _| probe.note("message")), SOON)
            .await
            .expect("it answers");
        let before = journal.take().len();
        assert!(before < 10, "after {before} slow messages");
    })
    .await;
}

/// A task that only wakes itself is run again before the timers and sockets of a `LocalSet` are looked at.
#[tokio::test]
async fn a_flood_leaves_timers_their_turn() {
    simulate(async |tree| {
        let journal = Journal::default();
        let flooded = Script::named("flooded", &journal).root(&tree, Spec::new().mailbox(100_000));
        while flooded.tell(act(|probe, _| probe.note("message"))).is_ok() {}
        tokio::time::sleep(Duration::from_millis(1)).await;
        let handled = journal.take().len();
        assert!(
            handled < 100_000,
            "the timer fired only after the whole flood"
        );
    })
    .await;
}
