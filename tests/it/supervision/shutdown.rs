//! How actors and trees come down.

use std::time::Duration;

use actix::fut::wrap_future;
use actix::prelude::{ActorContext, AsyncContext, Running};
use interpres::supervision::{Exit, Spec, StartError};
use tokio::time::Instant;

use super::probe::{Add, Journal, SOON, Script, act, settle, simulate};

#[tokio::test(start_paused = true)]
async fn children_stop_first_in_reverse_order_of_their_start() {
    simulate(async |tree| {
        let journal = Journal::default();
        let root = Script::named("", &journal).root(&tree, Spec::new());
        let first = Script::named("1", &journal).under(&root, Spec::new());
        Script::named("2", &journal).under(&root, Spec::new());
        Script::named("1", &journal).under(&first, Spec::new());
        settle().await;
        journal.take();
        tree.shutdown(SOON).await;
        assert_eq!(
            journal.take(),
            ["2 stopped", "1 stopped", "1 stopped", " stopped"]
        );
        assert!(matches!(
            first.ended().await,
            Exit::Stopped { reason: "shutdown" }
        ));
        let late = tree.start_root("late", Spec::new(), Script::default().factory());
        assert_eq!(late.map(drop), Err(StartError::Stopping));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn each_child_has_its_own_deadline_and_is_then_killed() {
    simulate(async |tree| {
        let journal = Journal::default();
        let stubborn =
            |name: &str| Script::named(name, &journal).stopping(|_, _| Running::Continue);
        let root = Script::named("", &journal)
            .root(&tree, Spec::new().stop_deadline(Duration::from_secs(60)));
        let slow = stubborn("slow").under(&root, Spec::new().stop_deadline(Duration::from_secs(3)));
        let quick =
            stubborn("quick").under(&root, Spec::new().stop_deadline(Duration::from_secs(1)));
        settle().await;
        let begun = Instant::now();
        root.stop("enough");
        assert!(matches!(quick.ended().await, Exit::Killed));
        assert_eq!(begun.elapsed().as_secs(), 1);
        assert!(matches!(slow.ended().await, Exit::Killed));
        assert_eq!(begun.elapsed().as_secs(), 4);
        assert!(matches!(
            root.ended().await,
            Exit::Stopped { reason: "enough" }
        ));
        assert_eq!(begun.elapsed().as_secs(), 4);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_crowd_stops_all_at_once() {
    simulate(async |tree| {
        let root = Script::default().root(&tree, Spec::new());
        for index in 0..100 {
            let stubborn = Script::default()
                .stopping(|_, _| Running::Continue)
                .factory();
            let spec = Spec::new().stop_deadline(Duration::from_secs(2));
            root.node()
                .start_child(&index.to_string(), spec, stubborn)
                .expect("the name is free");
        }
        settle().await;
        let begun = Instant::now();
        root.stop("enough");
        root.ended().await;
        assert_eq!(begun.elapsed().as_secs(), 2);
        assert_eq!(tree.len(), 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_actor_may_put_off_its_end_and_goes_on_meanwhile() {
    simulate(async |tree| {
        let drains = Script::default().stopping(|_, ctx| {
            let finish = async { tokio::time::sleep(Duration::from_secs(2)).await };
            ctx.spawn(actix::fut::ActorFutureExt::map(
                wrap_future(finish),
                |(), _, ctx: &mut super::probe::Context| {
                    ctx.terminate();
                },
            ));
            Running::Continue
        });
        let probe = drains.root(&tree, Spec::new());
        settle().await;
        let begun = Instant::now();
        probe.stop("enough");
        settle().await;
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        assert!(matches!(
            probe.ended().await,
            Exit::Stopped { reason: "enough" }
        ));
        assert_eq!(begun.elapsed().as_secs(), 2);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_within_its_own_deadline() {
    simulate(async |tree| {
        let forever = Spec::new().stop_deadline(Duration::from_secs(600));
        let root = Script::default()
            .stopping(|_, _| Running::Continue)
            .root(&tree, forever);
        let child = Script::named("child", &Journal::default()).under(&root, forever);
        settle().await;
        let begun = Instant::now();
        tree.shutdown(Duration::from_secs(3)).await;
        assert_eq!(begun.elapsed().as_secs(), 3);
        assert!(matches!(
            (root.ended().await, child.ended().await),
            (Exit::Killed, Exit::Killed)
        ));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_kill_asks_nobody_but_lets_stopped_free_what_is_held() {
    simulate(async |tree| {
        let journal = Journal::default();
        let script = Script::named("a", &journal).stopping(|probe, _| {
            probe.note("stopping");
            Running::Continue
        });
        let probe = script.root(&tree, Spec::new());
        settle().await;
        probe.kill();
        assert!(matches!(probe.ended().await, Exit::Killed));
        assert_eq!(journal.take(), ["a started", "a stopped"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_waits_out_its_back_off_or_is_parked_can_be_stopped() {
    simulate(async |tree| {
        for intensity in [0, 10] {
            let script = Script::default().started(|_, _| panic!("ill"));
            let probe = script.root(
                &tree,
                Spec::new().intensity(intensity, Duration::from_secs(60)),
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
            probe.stop("enough");
            assert!(matches!(
                probe.ended().await,
                Exit::Stopped { reason: "enough" }
            ));
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_name_is_free_again_once_its_actor_has_ended() {
    simulate(async |tree| {
        let first = Script::default().root(&tree, Spec::new());
        let taken = tree.start_root("", Spec::new(), Script::default().factory());
        assert!(matches!(taken, Err(StartError::NameTaken(_))));
        first
            .tell(act(|_, ctx| ctx.end("done")))
            .expect("there is room");
        assert!(matches!(
            first.ended().await,
            Exit::Stopped { reason: "done" }
        ));
        let second = Script::default().root(&tree, Spec::new());
        assert_ne!(first, second);
        assert!(!first.is_alive() && second.is_alive());
    })
    .await;
}
