//! From the end of speech to the first translated audio, offline, over the real socket at the pace of speech.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::{
    material::{Saying, WordErrors, everyday, recordings},
    options::option,
    person::{Outcome, Person},
    report::{Goal, Report},
    server::Server,
};

/// Silence that ends an utterance: what the goal is defined for.
const HANG: &str = "300ms";

/// Between the end of what was heard and the next sentence.
const PAUSE: Duration = Duration::from_millis(700);

/// The everyday sentences with the local engine and with the null engine, then people's recordings.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let sayings = everyday(option("LOAD_SENTENCES", 20)?)?;

    println!("  everyday sentences, local engine");
    let local = converse("local", &sayings).await?;
    split(
        report,
        "everyday",
        &local,
        [Goal::AtMost(600.0), Goal::AtMost(900.0)],
        Goal::AtMost(20.0),
    );

    println!("  the same, null engine: what remains is our own part");
    let null = converse("null", &sayings).await?;
    let own: Vec<Duration> = outcomes(&null)
        .filter_map(|outcome| Some(outcome.first_audio?.saturating_sub(outcome.endpoint)))
        .collect();
    report.times(
        "our own part, endpoint to first audio",
        &own,
        0.95,
        Goal::None,
        Goal::AtMost(20.0),
    );

    println!("  recordings of people, local engine");
    let sayings = recordings()?;
    let real = converse("local", &sayings).await?;
    split(
        report,
        "recordings",
        &real,
        [Goal::None, Goal::None],
        Goal::None,
    );
    Ok(())
}

type Conversation<'a> = Vec<(&'a Saying, Option<Outcome>)>;

/// One person says all of it, after a first sentence that is not counted: it starts decoder and translators.
async fn converse<'a>(engine: &str, sayings: &'a [Saying]) -> anyhow::Result<Conversation<'a>> {
    let server = Server::interpres(&[
        ("INTERPRES__SPEECH__HANG", HANG),
        ("INTERPRES__ENGINES__DEFAULT", engine),
    ])?;
    let config = json!({"speaks": "en", "hears": ["es"], "speech": true});
    let mut person = Person::join(server.address(), &config, Instant::now()).await?;
    sleep(Duration::from_secs(1)).await;
    if let Some(first) = everyday(1)?.first()
        && let Some(outcome) = person.interpret(first, true).await?
    {
        println!("    the first one, not counted: {}", shown(&outcome));
    }
    let mut conversation = Vec::new();
    for saying in sayings {
        sleep(PAUSE).await;
        let outcome = person.interpret(saying, true).await?;
        match &outcome {
            Some(outcome) => println!("    {}", shown(outcome)),
            None => println!("    nothing came of {:?}", saying.words),
        }
        conversation.push((saying, outcome));
    }
    Ok(conversation)
}

fn shown(outcome: &Outcome) -> String {
    let audio = outcome.first_audio.map_or(0, |time| time.as_millis());
    format!(
        "endpoint {:>4} text {:>4} translation {:>4} audio {audio:>4} ms  {:?}",
        outcome.endpoint.as_millis(),
        outcome.final_text.as_millis(),
        outcome.translation.as_millis(),
        outcome.text
    )
}

fn outcomes<'a>(conversation: &'a Conversation<'_>) -> impl Iterator<Item = &'a Outcome> {
    conversation
        .iter()
        .filter_map(|(_, outcome)| outcome.as_ref())
}

/// Reports where the time goes.
fn split(
    report: &mut Report,
    what: &str,
    conversation: &Conversation<'_>,
    [median, tail]: [Goal; 2],
    hop: Goal,
) {
    let collect = |part: fn(&Outcome) -> Option<Duration>| -> Vec<Duration> {
        outcomes(conversation).filter_map(part).collect()
    };
    // Speech that waits for what was said before it is late by intent.
    let audio = collect(|outcome| outcome.first_audio.filter(|_| outcome.pieces == 1));
    report.times(
        &format!("{what}: end of speech to first audio"),
        &audio,
        0.95,
        median,
        tail,
    );
    let endpoint = collect(|outcome| Some(outcome.endpoint));
    report.times(
        "  end of speech to endpoint",
        &endpoint,
        0.95,
        Goal::None,
        Goal::None,
    );
    let text = collect(|outcome| Some(outcome.final_text.saturating_sub(outcome.endpoint)));
    report.times(
        "  endpoint to final text",
        &text,
        0.95,
        Goal::None,
        Goal::None,
    );
    let translation =
        collect(|outcome| Some(outcome.translation.saturating_sub(outcome.final_text)));
    report.times(
        "  final text to translation",
        &translation,
        0.95,
        Goal::None,
        hop,
    );
    let voice = collect(|outcome| {
        let audio = outcome.first_audio.filter(|_| outcome.pieces == 1)?;
        Some(audio.saturating_sub(outcome.translation))
    });
    report.times(
        "  translation to first audio",
        &voice,
        0.95,
        Goal::None,
        Goal::None,
    );

    let mut errors = WordErrors::default();
    for (saying, outcome) in conversation {
        if let (Some(words), Some(outcome)) = (&saying.words, outcome) {
            errors.add(words, &outcome.text);
        }
    }
    report.figure("  word error rate", errors.percent(), "%", Goal::None);
    let cut = outcomes(conversation)
        .filter(|outcome| outcome.pieces > 1)
        .count();
    let lost = conversation.len() - outcomes(conversation).count();
    report.note(
        "  cut at a pause / nothing came of it",
        format!("{cut} / {lost}"),
    );
}
