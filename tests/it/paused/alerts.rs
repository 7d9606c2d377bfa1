//! What is wrong is told once, and once that it is over; and samples are taken at their time.

use std::time::Duration;

use interpres::config::Settings;
use serde_json::{Value, json};

use super::tree::{Came, Person, in_a_tree, in_a_tree_with, messages};

fn events(came: &[Came], kind: &str) -> Vec<Value> {
    let events = messages(came, "event").into_iter();
    let mut events: Vec<Value> = events.map(|mut message| message["event"].take()).collect();
    events.retain(|event| event["kind"] == kind);
    events
}

async fn follow(person: &mut Person) {
    person.send(json!({"type": "subscribe", "topic": "metrics"}));
    let came = person.during(Duration::from_millis(10)).await;
    assert_eq!(messages(&came, "subscribed").len(), 1, "{came:#?}");
}

#[tokio::test(start_paused = true)]
async fn connections_near_their_limit_are_an_alert_until_they_are_well_below_it() {
    let mut settings = Settings::default();
    settings.server.max_connections = 10;
    // Nobody reads what the others are sent.
    settings.websocket.stall_timeout = Duration::from_secs(600);
    settings.websocket.client_timeout = Duration::from_secs(600);
    in_a_tree_with(settings, |environment| async move {
        let mut operator = Person::connect(&environment);
        follow(&mut operator).await;
        let mut others: Vec<Person> = (0..8).map(|_| Person::connect(&environment)).collect();
        let came = operator.during(Duration::from_secs(20)).await;
        let alerts = events(&came, "alert");
        assert_eq!(alerts.len(), 1, "{alerts:#?}");
        assert_eq!(alerts[0]["id"], "connections");
        assert_eq!(alerts[0]["code"], "connections_high");
        assert_eq!(alerts[0]["severity"], "warning");
        assert_eq!(alerts[0]["raised"], true);
        assert_eq!(alerts[0]["message"], "9 of 10 connections are open");
        assert!(
            alerts[0]["remedy"]
                .as_str()
                .unwrap()
                .contains("server.max_connections")
        );
        assert_eq!(environment.board.alerts().len(), 1);

        // One goes and comes again, which is no end of it.
        drop(others.pop());
        let came = operator.during(Duration::from_secs(30)).await;
        assert_eq!(events(&came, "alert").len(), 0);
        drop(others.pop());
        let came = operator.during(Duration::from_secs(5)).await;
        assert_eq!(events(&came, "alert").len(), 0, "not for long enough");
        let came = operator.during(Duration::from_secs(10)).await;
        let over = events(&came, "alert");
        assert_eq!(over.len(), 1, "{over:#?}");
        assert_eq!(
            (&over[0]["id"], &over[0]["raised"]),
            (&json!("connections"), &json!(false))
        );
        assert_eq!(over[0]["since"], alerts[0]["since"]);
        assert!(environment.board.alerts().is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_sample_is_taken_every_two_seconds_and_a_quarter_of_an_hour_is_kept() {
    in_a_tree(|environment| async move {
        let mut operator = Person::connect(&environment);
        follow(&mut operator).await;
        let came = operator.during(Duration::from_secs(20)).await;
        let samples = events(&came, "sample");
        assert_eq!(samples.len(), 10, "{samples:#?}");
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(
            environment.board.samples().len(),
            41,
            "also while nobody looks"
        );
        tokio::time::sleep(Duration::from_secs(30 * 60)).await;
        assert_eq!(environment.board.samples().len(), 450);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_failed_often_of_late_is_an_alert_and_samples_outlive_the_monitors_crash() {
    in_a_tree(|environment| async move {
        let mut operator = Person::connect(&environment);
        follow(&mut operator).await;
        operator.during(Duration::from_secs(10)).await;
        let before = environment.board.samples();
        let monitor = environment.tree.find("workers/monitor").unwrap();
        let mut came = Vec::new();
        for _ in 0..11 {
            monitor.inject_panic();
            came.extend(operator.during(Duration::from_secs(4)).await);
        }
        came.extend(operator.during(Duration::from_secs(70)).await);
        let after = environment.board.samples();
        assert_eq!(after[..before.len()], before[..], "nothing is forgotten");
        assert!(after.iter().map(|sample| sample.restarts).sum::<u64>() >= 10);
        let alerts = events(&came, "alert");
        let raised: Vec<_> = alerts
            .iter()
            .map(|alert| (alert["code"].as_str().unwrap(), alert["raised"] == true))
            .collect();
        assert_eq!(
            raised,
            [("actors_failing", true), ("actors_failing", false)]
        );
    })
    .await;
}
