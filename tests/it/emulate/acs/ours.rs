//! Our own client and token check, at the emulator: what either has wrong, the other does not share.

use std::{sync::Arc, time::Duration};

use interpres::{
    domain::time::Timestamp,
    links::{
        acs::{
            client::{Client, ClientSettings, Ended},
            signing::{AccessKey, Endpoint},
            tokens::{ISSUER, TokenRules, Tokens},
            wire::request::Answer,
        },
        keys::Issuer,
    },
};
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::json;
use time::OffsetDateTime;
use tokio::runtime::Handle;

use super::{
    product::Product,
    stand::{Emulator, KEY},
};

const BUDGET: Duration = Duration::from_secs(30);

#[tokio::test]
async fn our_client_answers_asks_and_hangs_up() {
    let mut product = Product::start().await;
    // It is refused twice, and asks again.
    let faults = ["--fault", "429=0@1", "--fault", "503=0@2"];
    let emulator = Emulator::with_events(&product, &faults);
    let settings = ClientSettings::new(Endpoint::parse(&emulator.url("")).unwrap());
    let key = AccessKey::parse(&KEY.to_owned().into()).unwrap();
    let clock = Arc::new(|| Timestamp::from(OffsetDateTime::now_utc()));
    let client = Client::new(settings, Arc::new(key), clock, StdRng::seed_from_u64(1)).unwrap();
    let wanted = json!({"caller": {"identifier": "+14255550123"}});
    let (id, incoming) = emulator.incoming(&mut product, wanted).await;
    let context = incoming.data()["incomingCallContext"].as_str().unwrap();
    let answer = Answer::new(context.to_owned().into(), product.url("/callbacks/secret"));
    let connection = client.answer(&answer, BUDGET).await.unwrap();
    let connection = connection.call_connection_id;
    let connected = product.expect("CallConnected").await;
    assert_eq!(connected.data()["callConnectionId"], connection.as_str());
    product.expect("ParticipantsUpdated").await;
    client.get(&connection, BUDGET).await.unwrap();
    let people = client.list_participants(&connection, BUDGET).await.unwrap();
    assert_eq!(people.len(), 2);

    let url = emulator.url("/calling/.well-known/acsopenidconfiguration");
    let issuer = Issuer::of_configuration(&url, ISSUER, "acs.openid_url").unwrap();
    let rules = TokenRules {
        issuer: ISSUER.to_owned(),
        audience: "1bdaa2b9-9507-4542-bb64-a7b22c00a8d4".to_owned(),
        leeway: Duration::from_secs(60),
        role: None,
    };
    let tokens = Tokens::new(&rules, issuer, &Handle::current());
    let authorization = &connected.headers["authorization"];
    let now = Timestamp::from(OffsetDateTime::now_utc());
    tokens.check(Some(authorization), now).await.unwrap();

    let ended = client.hang_up(&connection, BUDGET).await.unwrap();
    assert!(matches!(ended, Ended::Now), "{ended:?}");
    let again = client.hang_up(&connection, BUDGET).await.unwrap();
    assert!(!matches!(again, Ended::Now), "{again:?}");
    assert_eq!(emulator.call(&id).await["state"], "ended");
}
