//! The short form of `cargo bench --bench load -- calls-soak`: some hundred calls with faults leave nothing behind.

#[path = "../../load/calls/mod.rs"]
mod calls;

use std::time::Duration;

use calls::soak::{Plan, run};

#[tokio::test]
async fn hundreds_of_calls_with_every_fault_leave_nothing_behind() {
    let plan = Plan {
        calls: 240,
        first: 80,
        at_once: 12,
        scale: 20,
        patience: Duration::from_secs(180),
        // An unoptimised program, of which little was used at first.
        tolerance: 48 * 1024 * 1024,
        tells: false,
    };
    let outcome = run(env!("CARGO_BIN_EXE_interpres"), &plan).await.unwrap();
    assert!(outcome.complaints.is_empty(), "{outcome:#?}");
    assert_eq!(outcome.calls, plan.first + plan.calls);
    assert!(outcome.legs >= outcome.calls / 2, "{outcome:#?}");
    // Something did go wrong.
    let duplicates = "interpres_acs_posts_total{fate=\"duplicate\",post=\"callback\"}";
    assert!(outcome.counted.contains_key(duplicates), "{outcome:#?}");
    println!("{} calls in {:?}", outcome.calls, outcome.took);
}
