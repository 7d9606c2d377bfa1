//! What is asked again, when, and how often; and what is told of the rest.

use std::time::Duration;

use interpres::links::acs::{
    client::{AcsError, ClientSettings, Ended},
    signing::Endpoint,
    wire::{error::Meaning, media::MediaOperation, request::Answer as AnswerCall},
};
use tokio::time::Instant;

use super::golden::json;
use super::service::{Answer, Asked, Service};

/// More than any of this takes.
const BUDGET: Duration = Duration::from_secs(30);

fn call() -> AnswerCall {
    AnswerCall::new(
        "a-context-that-opens-the-call".into(),
        "https://bot.example.com/callbacks/a-secret",
    )
}

fn answered() -> Answer {
    Answer::golden(&json("responses/answer_call.200.json"))
}

fn refused(name: &str) -> Answer {
    Answer::golden(&json(&format!("responses/{name}.json")))
}

/// The headers by which the service knows a request that it had before.
fn sameness(asked: &Asked) -> [String; 4] {
    [
        "repeatability-request-id",
        "repeatability-first-sent",
        "x-ms-client-request-id",
        "x-ms-content-sha256",
    ]
    .map(|name| asked.header(name).to_owned())
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_the_same_and_signed_anew() {
    let goldens =
        [1, 2, 3].map(|turn| json(&format!("requests/retry_503_429_then_200.{turn}.json")));
    for header in [
        "repeatability-request-id",
        "repeatability-first-sent",
        "x-ms-client-request-id",
    ] {
        assert_eq!(
            goldens[0]["headers"][header], goldens[2]["headers"][header],
            "so does the SDK"
        );
    }
    let answers = goldens
        .iter()
        .map(|golden| Answer::golden(&golden["response"]));
    let service = Service::start(answers).await;
    let settings = service.settings();
    // A clock that goes on with each look, so that each attempt has a date of its own.
    let ticks = std::sync::atomic::AtomicI64::new(0);
    let clock = std::sync::Arc::new(move || {
        let tick = ticks.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        (super::service::NOW + time::Duration::seconds(tick)).into()
    });
    let key = std::sync::Arc::new(super::service::key());
    let chance = rand::SeedableRng::seed_from_u64(6);
    let client = interpres::links::acs::client::Client::new(settings, key, clock, chance).unwrap();
    let done = client.answer(&call(), BUDGET).await.unwrap();
    assert_eq!(
        done.call_connection_id,
        "19002280-4245-408d-9d5a-342ec5e39499"
    );
    let asked = service.asked();
    assert_eq!(asked.len(), 3);
    let of_all = |header: &str| -> std::collections::BTreeSet<_> {
        asked
            .iter()
            .map(|asked| asked.header(header).to_owned())
            .collect()
    };
    assert_eq!(
        (of_all("x-ms-date").len(), of_all("authorization").len()),
        (3, 3)
    );
    assert!(
        asked
            .iter()
            .all(|one| sameness(one) == sameness(&asked[0]) && one.body == asked[0].body)
    );
    let id: uuid::Uuid = asked[0].header("repeatability-request-id").parse().unwrap();
    assert_eq!(id.get_version_num(), 4);
    // Another request is another one.
    let service = Service::start([answered(), answered()]).await;
    let client = service.client();
    for _ in 0..2 {
        client.answer(&call(), BUDGET).await.unwrap();
    }
    let asked = service.asked();
    assert_ne!(sameness(&asked[0])[0], sameness(&asked[1])[0]);
    assert_ne!(sameness(&asked[0])[2], sameness(&asked[1])[2]);
}

#[tokio::test]
async fn each_method_is_repeated_after_what_the_sdk_repeats_it_after() {
    let never = [400, 401, 403, 404, 409, 412];
    for status in never.into_iter().chain([408, 429, 500, 502, 503, 504]) {
        let says = |body: &str| [Answer::says(status, ""), Answer::says(200, body)];
        let post = Service::start(says(r#"{"callConnectionId":"a"}"#)).await;
        let is_done = post.client().answer(&call(), BUDGET).await.is_ok();
        assert_eq!(
            is_done,
            [429, 500, 503, 504].contains(&status),
            "POST {status}"
        );
        assert_eq!(post.asked().len(), if is_done { 2 } else { 1 });
        let get = Service::start(says(r#"{"callConnectionId":"a"}"#)).await;
        let is_done = get.client().get("a", BUDGET).await.is_ok();
        assert_eq!(is_done, !never.contains(&status), "GET {status}");
        let delete = Service::start(says("")).await;
        let ended = delete.client().hang_up("a", BUDGET).await;
        let asked = delete.asked().len();
        assert_eq!(
            asked,
            if never.contains(&status) { 1 } else { 2 },
            "DELETE {status}"
        );
        let expected = match status {
            404 => Some(Ended::Before),
            _ => (!never.contains(&status)).then_some(Ended::Now),
        };
        assert_eq!(ended.ok(), expected, "DELETE {status}");
        // Whatever names a time is asked again.
        let named = Answer::says(status, "").with("Retry-After", "0");
        let service = Service::start([named, answered()]).await;
        assert!(
            service.client().answer(&call(), BUDGET).await.is_ok(),
            "{status}"
        );
    }
    // One that is throttled by its sub-code, whatever its status.
    let throttled = Answer::says(403, r#"{"error":{"code":"8529","message":"Throttled."}}"#);
    let service = Service::start([throttled, answered()]).await;
    assert!(service.client().answer(&call(), BUDGET).await.is_ok());
}

#[tokio::test]
async fn a_call_that_is_over_is_hung_up() {
    for name in ["error_404_call_not_found", "error_400_call_not_established"] {
        let service = Service::start([refused(name), refused(name), refused(name)]).await;
        let client = service.client();
        assert_eq!(client.hang_up("a", BUDGET).await, Ok(Ended::Before));
        assert_eq!(client.terminate("a", BUDGET).await, Ok(Ended::Before));
        let gone = client.answer(&call(), BUDGET).await.unwrap_err();
        assert!(gone.is_gone() && gone.code() == "acs_call_gone", "{gone}");
        assert_eq!(service.asked().len(), 3);
    }
    let service = Service::start([refused("error_403_source_identity")]).await;
    let refused = service.client().hang_up("a", BUDGET).await.unwrap_err();
    assert_eq!(refused.meaning(), Some(Meaning::WrongResource));
}

#[tokio::test]
async fn a_time_that_is_named_is_kept_and_one_beyond_the_budget_is_not_waited_for() {
    let later = Answer::says(429, "").with("Retry-After", "1");
    let service = Service::start([later.clone(), answered()]).await;
    let begin = Instant::now();
    assert!(service.client().answer(&call(), BUDGET).await.is_ok());
    assert!(begin.elapsed() >= Duration::from_secs(1));
    // By a date, which is that of our clock and a second more.
    let date = Answer::says(503, "").with("Retry-After", "Fri, 20 Nov 2026 11:35:29 GMT");
    let service = Service::start([date, answered()]).await;
    let begin = Instant::now();
    assert!(service.client().answer(&call(), BUDGET).await.is_ok());
    assert!(begin.elapsed() >= Duration::from_secs(1));
    let much_later = Answer::says(429, "").with("Retry-After", "3600");
    let service = Service::start([much_later, answered()]).await;
    let error = service.client().answer(&call(), BUDGET).await.unwrap_err();
    let AcsError::Refused { retry_after, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(*retry_after, Some(Duration::from_secs(3_600)));
    assert_eq!(error.meaning(), Some(Meaning::Throttled));
    assert_eq!(service.asked().len(), 1);
    let never = Answer::says(429, "").with("Retry-After", &u64::MAX.to_string());
    let service = Service::start([never, answered()]).await;
    assert!(service.client().answer(&call(), BUDGET).await.is_err());
}

#[tokio::test]
async fn what_goes_on_failing_is_given_up() {
    let down = std::iter::repeat_n(Answer::says(503, "").with("Retry-After", "0"), 50);
    let service = Service::start(down).await;
    let error = service.client().answer(&call(), BUDGET).await.unwrap_err();
    assert_eq!(error.code(), "acs_unavailable");
    assert_eq!(service.asked().len(), 10, "however fast they fail");
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_unless_that_could_do_it_twice() {
    let service = Service::start([Answer::HangsUp, answered()]).await;
    assert!(service.client().answer(&call(), BUDGET).await.is_ok());
    let [first, second] = &service.asked()[..] else {
        panic!()
    };
    assert_eq!(
        sameness(first),
        sameness(second),
        "the service can tell that it had it"
    );
    let service = Service::start([Answer::HangsUp, Answer::says(202, "")]).await;
    let start = MediaOperation::default();
    let error = service
        .client()
        .start_media_streaming("a", &start, BUDGET)
        .await
        .unwrap_err();
    assert!(
        matches!(error, AcsError::Broken { .. }) && error.may_have_been_done(),
        "{error}"
    );
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_given_up_within_the_budget() {
    let service =
        Service::start(std::iter::once(Answer::Waits).chain(std::iter::repeat_n(answered(), 10)))
            .await;
    let settings = ClientSettings {
        attempt: Duration::from_millis(500),
        ..service.settings()
    };
    let client = service.client_with(settings);
    assert!(
        client.answer(&call(), BUDGET).await.is_ok(),
        "the second attempt is answered"
    );
    let service = Service::start([Answer::Waits]).await;
    let error = service
        .client()
        .answer(&call(), Duration::from_millis(100))
        .await
        .unwrap_err();
    assert_eq!(
        error,
        AcsError::TimedOut {
            operation: "answer"
        }
    );
    assert!(error.may_have_been_done());
}

#[tokio::test]
async fn what_may_have_been_done_is_not_said_to_be_undone_by_what_comes_after() {
    let down = Answer::says(503, "").with("Retry-After", "0");
    for first in [Answer::Waits, Answer::HangsUp, Answer::says(504, "")] {
        let answers = std::iter::once(first).chain(std::iter::repeat_n(down.clone(), 20));
        let service = Service::start(answers).await;
        let settings = ClientSettings {
            attempt: Duration::from_millis(500),
            ..service.settings()
        };
        let error = service.client_with(settings).answer(&call(), BUDGET).await;
        let error = error.unwrap_err();
        assert!(error.may_have_been_done(), "{error}");
        assert_eq!(service.asked().len(), 10);
    }
    // What the service says for good is said of the first attempt too.
    let gone = refused("error_404_call_not_found");
    let service = Service::start([Answer::HangsUp, gone]).await;
    let error = service.client().answer(&call(), BUDGET).await.unwrap_err();
    assert!(error.is_gone() && !error.may_have_been_done());
}

#[tokio::test]
async fn nobody_there_is_said_to_be_nobody_there() {
    let kept = crate::access::issuer::Issuer::down();
    let address = kept.local_addr().unwrap();
    let service = Service::start([]).await;
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    let settings = ClientSettings {
        endpoint,
        ..service.settings()
    };
    let client = service.client_with(settings);
    let error = client
        .answer(&call(), Duration::from_millis(300))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "acs_unreachable", "{error}");
    assert!(!error.may_have_been_done());
}

#[tokio::test]
async fn no_error_and_no_request_shows_what_opens_a_call() {
    let message = format!(
        "CallbackUri is invalid: https://bot.example.com/callbacks/a-secret {}",
        "x".repeat(60)
    );
    let body = serde_json::json!({"error": {"code": "8523", "message": message}}).to_string();
    let service = Service::start([Answer::says(400, body)]).await;
    let error = service.client().answer(&call(), BUDGET).await.unwrap_err();
    for shown in [
        error.to_string(),
        format!("{error:?}"),
        format!("{:?}", call()),
    ] {
        assert!(
            !shown.contains("a-secret") && !shown.contains("xxx") && !shown.contains("opens"),
            "{shown}"
        );
    }
    assert!(error.to_string().contains("8523"));
    let odd = Service::start([Answer::says(200, "{}"), Answer::says(200, "<html>")]).await;
    for _ in 0..2 {
        let error = odd.client().answer(&call(), BUDGET).await.unwrap_err();
        assert_eq!(error.code(), "acs_unreadable_answer");
    }
}
