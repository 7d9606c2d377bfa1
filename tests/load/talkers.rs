//! How the delay grows with the number of people who speak at once, each in a room of their own.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::{
    material::{Saying, everyday},
    options::{numbers, option},
    person::{Outcome, Person},
    report::{Goal, Report},
    server::Server,
};

/// From the translation of a sentence to the beginning of the next.
const PAUSE: Duration = Duration::from_secs(1);

/// How far talkers are apart in time, so that they do not end their sentences together.
const APART: Duration = Duration::from_millis(370);

/// Each number of talkers with a server of its own.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let turns: usize = option("LOAD_TURNS", 10)?;
    let sayings = everyday(20)?;
    for talkers in numbers("LOAD_TALKERS", &[1, 4, 8, 10])? {
        let server = Server::interpres(&[
            ("INTERPRES__SPEECH__HANG", "300ms"),
            // Ten are more than four per core, the default, which is what is shown by them.
            ("INTERPRES__ENGINES__LOCAL__MAX_TALKERS_PER_CORE", "64"),
        ])?;
        let mut talking = Vec::new();
        for number in 0..talkers {
            let mut theirs = sayings.clone();
            theirs.rotate_left(number * 3 % sayings.len());
            theirs.truncate(turns);
            let address = server.address().to_owned();
            talking.push(tokio::spawn(async move {
                sleep(APART * number as u32).await;
                talk(&address, theirs).await
            }));
        }
        let (mut outcomes, mut lost) = (Vec::new(), 0);
        for talker in talking {
            for outcome in talker.await?? {
                match outcome {
                    Some(outcome) => outcomes.push(outcome),
                    None => lost += 1,
                }
            }
        }
        let times = |part: fn(&Outcome) -> Duration| -> Vec<Duration> {
            outcomes.iter().map(part).collect()
        };
        let name = format!("{talkers} talkers, end of speech to final text");
        report.times(
            &name,
            &times(|outcome| outcome.final_text),
            0.95,
            Goal::None,
            Goal::None,
        );
        let name = format!("{talkers} talkers, end of speech to translation");
        report.times(
            &name,
            &times(|outcome| outcome.translation),
            0.95,
            Goal::None,
            Goal::None,
        );
        report.note("  sentences of which nothing came in 8 s", lost.to_string());
    }
    Ok(())
}

/// Says these, after a first one that is not counted.
async fn talk(address: &str, sayings: Vec<Saying>) -> anyhow::Result<Vec<Option<Outcome>>> {
    let config = json!({"speaks": "en", "hears": ["es"], "speech": true});
    let mut person = Person::join(address, &config, Instant::now()).await?;
    sleep(PAUSE).await;
    if let Some(first) = sayings.first() {
        person.interpret(first, true).await?;
    }
    let mut outcomes = Vec::new();
    for saying in &sayings {
        sleep(PAUSE).await;
        outcomes.push(person.interpret(saying, false).await?);
    }
    Ok(outcomes)
}
