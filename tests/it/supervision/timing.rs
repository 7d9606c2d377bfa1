//! What time does: back-off, calm, idleness, lifetime, endless futures.

use std::time::Duration;

use actix::fut::wrap_future;
use actix::prelude::AsyncContext;
use interpres::supervision::{AskError, Backoff, Cause, Exit, Restart, Spec};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::time::{Instant, sleep};

use super::probe::{Add, Later, SOON, Script, act, boom, settle, simulate};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn back_off_grows_and_calm_resets_it() {
    simulate(async |tree| {
        let starts = Arc::new(Mutex::new(Vec::new()));
        let noted = starts.clone();
        let script = Script::default().started(move |_, ctx| {
            noted.lock().push(Instant::now());
            assert!(ctx.life() >= 4, "ill");
        });
        let spec = Spec::new().backoff(Backoff {
            jitter: 0.0,
            ..Backoff::default()
        });
        let probe = script.root(&tree, spec);
        sleep(Duration::from_secs(40)).await;
        let waits = |starts: &[Instant]| -> Vec<u128> {
            starts
                .windows(2)
                .map(|pair| (pair[1] - pair[0]).as_millis())
                .collect()
        };
        let gaps = waits(&starts.lock());
        assert_eq!(gaps.len(), 4);
        for (gap, expected) in gaps.into_iter().zip([0, 100, 200, 400]) {
            assert!(
                (expected..expected + 3).contains(&gap),
                "{gap} for {expected}"
            );
        }
        assert!(probe.ask(boom(), SOON).await.is_err());
        let failed = Instant::now();
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        assert!(
            failed.elapsed() < Duration::from_millis(5),
            "a calm life starts the count anew"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn idleness_ends_an_actor_and_messages_put_it_off() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new().idle_after(10 * SECOND));
        let begun = Instant::now();
        sleep(7 * SECOND).await;
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        assert!(matches!(probe.ended().await, Exit::Idle));
        assert_eq!(begun.elapsed().as_secs(), 17);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn by_touch_only_touches_put_it_off() {
    simulate(async |tree| {
        let probe =
            Script::default().root(&tree, Spec::new().idle_after(10 * SECOND).idle_by_touch());
        let begun = Instant::now();
        sleep(4 * SECOND).await;
        assert_eq!(probe.ask(act(|_, ctx| ctx.touch()), SOON).await, Ok(()));
        sleep(4 * SECOND).await;
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        assert!(matches!(probe.ended().await, Exit::Idle));
        assert_eq!(begun.elapsed().as_secs(), 14);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_lifetime_counts_over_restarts() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new().max_lifetime(10 * SECOND));
        let begun = Instant::now();
        sleep(6 * SECOND).await;
        assert!(probe.ask(boom(), SOON).await.is_err());
        assert!(matches!(probe.ended().await, Exit::Lifetime));
        assert_eq!(
            (begun.elapsed().as_secs(), probe.node().row().restarts),
            (10, 1)
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_endless_wait_is_dropped_and_the_actor_restarted() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new().wait_limit(3 * SECOND));
        let begun = Instant::now();
        probe
            .tell(act(|_, ctx| ctx.wait(wrap_future(std::future::pending()))))
            .expect("there is room");
        assert_eq!(probe.ask(Add(1), SOON).await, Ok(1));
        assert_eq!(begun.elapsed().as_secs(), 3);
        assert_eq!(
            probe.node().last_failure().expect("it failed").cause,
            Cause::Endless
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_endless_reply_is_dropped_and_its_asker_told() {
    simulate(async |tree| {
        let spec = Spec::new()
            .wait_limit(3 * SECOND)
            .restart(Restart::Transient);
        let probe = Script::default().root(&tree, spec);
        let endless = Later(Box::new(|| Box::pin(wrap_future(std::future::pending()))));
        let begun = Instant::now();
        assert_eq!(
            probe.ask(endless, 10 * SECOND).await,
            Err(AskError::Dropped)
        );
        assert_eq!(begun.elapsed().as_secs(), 3);
        let failure = probe.node().last_failure().expect("it failed");
        assert!(
            failure
                .message
                .expect("it answered a message")
                .ends_with("Later"),
            "{failure}"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn futures_that_are_neither_wait_nor_reply_have_no_limit() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new().wait_limit(SECOND));
        let tick = act(|_, ctx| {
            ctx.run_interval(SECOND, |probe, _| probe.value += 1);
        });
        probe.tell(tick).expect("there is room");
        settle().await;
        sleep(Duration::from_millis(4500)).await;
        assert_eq!(
            (probe.ask(Add(0), SOON).await, probe.node().row().restarts),
            (Ok(4), 0)
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn waits_hold_messages_up_and_cancelled_futures_do_not_run() {
    simulate(async |tree| {
        let probe = Script::default().root(&tree, Spec::new());
        let setup = act(|probe, ctx| {
            let cancelled = ctx.run_later(SECOND, |probe, _| probe.value += 100);
            ctx.cancel_future(cancelled);
            ctx.run_later(SECOND / 2, |probe, _| probe.value += 10);
            ctx.wait(wrap_future(sleep(2 * SECOND)));
            probe.value = 1;
        });
        let begun = Instant::now();
        probe.tell(setup).expect("there is room");
        assert_eq!(probe.ask(Add(0), SOON).await, Ok(1));
        assert_eq!(begun.elapsed().as_secs(), 2);
        settle().await;
        assert_eq!(probe.ask(Add(0), SOON).await, Ok(11));
    })
    .await;
}
