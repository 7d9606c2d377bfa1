//! A room's budget ends its translations at the minute, whatever crashes, and a room without one goes on.

use std::sync::Arc;

use interpres::{
    actors::{
        environment::Environment,
        room::{Room, RoomState},
    },
    domain::{budget::Budget, identity::RoomId},
    store::archive::Opening,
};

use super::{
    interpreting::{
        ana_and_berta, crash, finals, in_a_tree_with, listen, meanwhile, say, seconds, settings,
        sound, texts, view,
    },
    tree::messages,
};
use crate::support::interpreter::ScriptedInterpreter;

/// The room "demo", which may use this much audio.
async fn room_with(environment: &Arc<Environment>, audio_ms: u64) {
    let id: RoomId = "demo".parse().unwrap();
    let opening = Opening {
        budget: Some(Budget {
            audio_ms: Some(audio_ms),
            cost: None,
        }),
        ..Opening::default()
    };
    let log = environment.archive.open_log(&id, opening).await.unwrap();
    let state = RoomState {
        reserved: true,
        ..RoomState::default()
    };
    Room::start(environment, &id, state, log).unwrap();
}

#[tokio::test(start_paused = true)]
async fn translation_stops_when_the_minutes_are_used_up_though_the_room_crashed_meanwhile() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        room_with(&environment, 20_000).await;
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let mut came = meanwhile(&mut berta, say(&mut ana, seconds(2))).await;
        crash(&environment, "room");
        came.extend(listen(&mut ana, &mut berta, seconds(6)).await);
        assert_eq!(texts(&finals(&came, "translation")), ["Frase 1."]);
        assert!(messages(&came, "error").is_empty(), "{came:#?}");
        let told = messages(&came, "usage")
            .pop()
            .expect("what is used is told");
        let left = told["budget_left"]["minutes"].as_f64().unwrap() * 60.0;
        assert!((8.0..20.0).contains(&left), "{told}");

        crash(&environment, "room");
        // Silence between sentences is given to the engine too, and counts.
        let came = meanwhile(&mut berta, sound(&mut ana, true, seconds(25))).await;
        let errors = messages(&came, "error");
        let told: Vec<_> = errors
            .iter()
            .filter(|error| error["code"] == "budget_exhausted")
            .collect();
        assert_eq!(told.len(), 1, "once: {errors:#?}");
        assert_eq!(scripted.book.lock().unwrap().open, 0, "nothing is open");
        let heard = scripted.book.lock().unwrap().heard;
        assert!(
            (seconds(19)..seconds(22)).contains(&heard),
            "it was let go at once: {heard:?}"
        );

        crash(&environment, "room");
        let mut came = meanwhile(&mut berta, say(&mut ana, seconds(2))).await;
        came.extend(listen(&mut ana, &mut berta, seconds(30)).await);
        assert!(messages(&came, "translation").is_empty(), "{came:#?}");
        assert!(messages(&came, "error").is_empty(), "told once: {came:#?}");
        let room = view(&environment).await;
        assert!(room.invokers.is_empty(), "{room:#?}");
        assert_eq!(room.budget.unwrap().minutes, Some(20.0 / 60.0));
        assert_eq!(scripted.book.lock().unwrap().heard, heard);
    })
    .await;
}
