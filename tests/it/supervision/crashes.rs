//! A panic anywhere in an actor costs that life and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix::fut::wrap_future;
use actix::prelude::{ActorFutureExt, AsyncContext, Running};
use interpres::supervision::{AskError, Cause, Exit, Restart, Spec, State};

use super::probe::{Add, Journal, Later, SOON, Script, act, boom, settle, simulate};

#[tokio::test(start_paused = true)]
async fn in_a_handler_it_loses_the_message_in_hand_and_keeps_address_and_queue() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new());
        assert_eq!(probe.ask(Add(5), SOON).await, Ok(5));
        let in_hand = probe.ask(boom(), SOON);
        let behind = probe.ask(Add(1), SOON);
        assert_eq!(
            tokio::join!(biased; in_hand, behind),
            (Err(AskError::Dropped), Ok(1))
        );
        let failure = probe.node().last_failure().expect("it failed");
        assert_eq!(
            (failure.cause, failure.text.as_str()),
            (Cause::Panic, "boom")
        );
        assert!(
            failure.message.expect("it had a message").ends_with("Do"),
            "{failure}"
        );
        assert!(
            failure
                .location
                .as_ref()
                .expect("a panic has a place")
                .contains("probe.rs:"),
            "{failure}"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn in_a_spawned_future_it_restarts_the_actor() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new());
        let spawn = act(|_, ctx| {
            ctx.spawn(wrap_future(async { panic!("future") }));
        });
        probe.tell(spawn).expect("there is room");
        settle().await;
        assert_eq!(
            probe.node().last_failure().expect("it failed").text,
            "future"
        );
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        assert_eq!(probe.node().row().restarts, 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn in_a_reply_future_it_is_seen_and_the_asker_told() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new());
        let fine = Later(Box::new(|| {
            Box::pin(wrap_future(async { 7 }).map(|value, _, _| value))
        }));
        assert_eq!(probe.ask(fine, SOON).await, Ok(7));
        let bad = Later(Box::new(|| {
            Box::pin(wrap_future(async { panic!("reply") }))
        }));
        assert_eq!(probe.ask(bad, SOON).await, Err(AskError::Dropped));
        let failure = probe.node().last_failure().expect("it failed");
        assert!(
            failure
                .message
                .expect("it answered a message")
                .ends_with("Later"),
            "{failure}"
        );
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn in_started_it_is_tried_again_and_stopped_is_not_called() {
    simulate(async |tree| {
        let journal = Journal::default();
        let script =
            Script::named("a", &journal).started(|_, ctx| assert!(ctx.life() >= 2, "not yet"));
        let probe = script.root(&tree, Spec::new());
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        assert_eq!(journal.take(), ["a started", "a started", "a started"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn in_the_factory_it_is_tried_again() {
    simulate(async |tree| {
        let calls = Arc::new(AtomicU32::new(0));
        let counted = calls.clone();
        let make = Script::default().factory();
        let factory = move || {
            assert!(counted.fetch_add(1, Ordering::Relaxed) > 0, "no value yet");
            make()
        };
        let probe = tree
            .start_root("a", Spec::new(), factory)
            .expect("the name is free");
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        assert_eq!(
            probe.node().last_failure().expect("it failed").message,
            Some("factory")
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_second_one_in_the_hooks_and_in_drop_does_no_harm() {
    simulate(async |tree| {
        let script = Script::default()
            .stopping(|_, _| panic!("second, in stopping"))
            .stopped(|_, _| panic!("second, in stopped"))
            .dropped(|| panic!("second, in drop"));
        let probe = script.clone().root(&tree, Spec::new());
        let holds_a_bad_future = act(|probe, ctx| {
            struct Bad;
            impl Drop for Bad {
                fn drop(&mut self) {
                    panic!("second, in a future");
                }
            }
            let bad = Bad;
            ctx.spawn(wrap_future(async move {
                std::future::pending::<()>().await;
                drop(bad);
            }));
            probe.value = 1;
        });
        probe.tell(holds_a_bad_future).expect("there is room");
        assert_eq!(probe.ask(boom(), SOON).await, Err(AskError::Dropped));
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        probe.stop("enough");
        assert!(matches!(
            probe.ended().await,
            Exit::Stopped { reason: "enough" }
        ));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_stopped_frees_what_is_held_but_stopping_is_not_asked() {
    simulate(async |tree| {
        let journal = Journal::default();
        let script = Script::named("a", &journal).stopping(|probe, _| {
            probe.note("stopping");
            Running::Stop
        });
        let probe = script.root(&tree, Spec::new());
        assert_eq!(probe.ask(boom(), SOON).await, Err(AskError::Dropped));
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        assert_eq!(journal.take(), ["a started", "a stopped", "a started"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_follows_depends_on_the_restart_policy() {
    simulate(async |tree| {
        let stop = || act(|_, ctx| actix::ActorContext::stop(ctx));
        let fail = || act(|_, ctx| ctx.fail("no"));
        let end = || act(|_, ctx| ctx.end("done"));
        let cases = [
            (
                Restart::Permanent,
                ["lives", "lives", "lives", "stopped: done"],
            ),
            (
                Restart::Transient,
                ["stopped: stopped", "lives", "lives", "stopped: done"],
            ),
            (
                Restart::Temporary,
                ["stopped: stopped", "failed", "failed", "stopped: done"],
            ),
        ];
        for (restart, expected) in cases {
            for (message, expected) in [stop(), fail(), boom(), end()].into_iter().zip(expected) {
                let probe = Script::default().root(&tree, Spec::new().restart(restart));
                probe.tell(message).expect("there is room");
                settle().await;
                let outcome = match probe.node().exit() {
                    Some(Exit::Failed(_)) => "failed".to_owned(),
                    Some(exit) => exit.to_string(),
                    None => "lives".to_owned(),
                };
                assert_eq!(outcome, expected, "{restart:?}");
                probe.stop("next");
                probe.ended().await;
            }
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_injected_one_is_like_any_other() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new());
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        probe.inject_panic();
        settle().await;
        assert_eq!(
            probe.node().last_failure().expect("it failed").text,
            "injected panic"
        );
        assert_eq!(
            (probe.node().state(), probe.ask(Add(1), SOON).await),
            (State::Running, Ok(1))
        );
    })
    .await;
}

/// Other tests share the few backtraces of a second, so this one may have to ask more than once.
#[tokio::test(start_paused = true)]
async fn a_failure_now_and_then_carries_a_backtrace_that_names_the_culprit() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new());
        let mut backtrace = None;
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            assert!(probe.ask(boom(), SOON).await.is_err());
            let failure = probe.node().last_failure().expect("it failed");
            backtrace = failure.backtrace();
            if backtrace.is_some() {
                break;
            }
        }
        assert!(
            backtrace
                .expect("one of them is taken")
                .contains("probe::boom")
        );
    })
    .await;
}
