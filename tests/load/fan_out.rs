//! What it costs the server to bring a caption of 200 bytes to a thousand connections, against actix-web-actors alone.
//!
//! Both servers run at the same time, each with its own audience, and take turns, so that whatever else the machine
//! does meets both. The bare server is given frames of the very length that ours sends.

use std::time::Duration;

use anyhow::{Context, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    audience::Audience,
    client::{Connection, connect, create_session},
    options::option,
    process::processor_time,
    report::{Goal, Report, percentile},
    server::Server,
};

/// Between two captions: 20 in a second, so that none waits for the one before.
const PACE: Duration = Duration::from_millis(50);

/// Longest wait for the last delivery.
const PATIENCE: Duration = Duration::from_secs(30);

/// One server with its audience and the one who speaks to it.
struct Stage {
    // Clients go before their server.
    audience: Audience,
    speaker: Connection,
    server: Server,
    /// What makes the server send one caption to everybody.
    cue: Message,
    /// Bytes of the caption's frame.
    length: usize,
}

/// Takes turns between both servers.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let listeners: usize = option("LOAD_LISTENERS", 1_000)?;
    let captions: u64 = option("LOAD_CAPTIONS", 150)?;
    let rounds: usize = option("LOAD_ROUNDS", 5)?;
    let mut ours = interpres(listeners).await?;
    let mut bare = bare(listeners, ours.length).await?;
    report.figure(
        "frame of the caption (200 bytes of text)",
        ours.length as f64,
        "B",
        Goal::None,
    );
    let (mut our_costs, mut bare_costs) = (Vec::new(), Vec::new());
    // One round beforehand fills caches and buffers.
    for round in 0..=rounds {
        let our_cost = ours.perform(captions, listeners).await?;
        let bare_cost = bare.perform(captions, listeners).await?;
        println!("  round {round}: {our_cost:.2?} against {bare_cost:.2?} per delivery");
        if round > 0 {
            our_costs.push(our_cost);
            bare_costs.push(bare_cost);
        }
    }
    let micros = |costs: &[Duration]| percentile(costs, 0.5) * 1_000.0;
    let (our, their) = (micros(&our_costs), micros(&bare_costs));
    let name = format!("server CPU per delivery, median of {rounds} rounds");
    report.figure(name, our, "µs", Goal::None);
    report.figure("  actix-web-actors alone", their, "µs", Goal::None);
    report.figure("  ratio", our / their, "×", Goal::AtMost(1.3));
    Ok(())
}

async fn interpres(listeners: usize) -> anyhow::Result<Stage> {
    const ROOM: &str = "hall";
    let server = Server::interpres(&[
        ("INTERPRES__ENGINES__DEFAULT", "null"),
        ("INTERPRES__ROOM__MAX_PARTICIPANTS", "10000"),
    ])?;
    let mut audience = Audience::connect(server.address(), listeners)?;
    let listens = json!({"room_id": ROOM, "speaks": "en", "hears": ["en"]});
    audience.make_sessions(&listens)?;
    let mut speaker = connect(server.address()).await?;
    create_session(&mut speaker, &listens).await?;
    let cue = Message::text(json!({"type": "text", "text": "x".repeat(200)}).to_string());
    speaker.send(cue.clone()).await?;
    let length = loop {
        let frame = speaker.next().await.context("the server closed")??;
        if let Message::Text(text) = &frame
            && serde_json::from_str::<Value>(text)?["type"] == "transcription"
        {
            break text.len();
        }
    };
    Ok(Stage {
        server,
        audience,
        speaker,
        cue,
        length,
    })
}

async fn bare(listeners: usize, length: usize) -> anyhow::Result<Stage> {
    let server = Server::bare()?;
    let audience = Audience::connect(server.address(), listeners)?;
    let speaker = connect(server.address()).await?;
    let mut cue = r#"{"type":"transcription","text":""#.to_owned();
    let padding = length
        .checked_sub(cue.len() + 2)
        .context("a caption is longer than that")?;
    cue.push_str(&"x".repeat(padding));
    cue.push_str(r#""}"#);
    Ok(Stage {
        server,
        audience,
        speaker,
        cue: Message::text(cue),
        length,
    })
}

impl Stage {
    /// Has captions sent and gives the server's processor time per delivery. The speaker gets each one too.
    async fn perform(&mut self, captions: u64, listeners: usize) -> anyhow::Result<Duration> {
        sleep(Duration::from_millis(500)).await;
        let expected = self.audience.captions()? + captions * listeners as u64;
        let before = processor_time(self.server.pid())?;
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for _ in 0..captions {
            pace.tick().await;
            self.speaker.send(self.cue.clone()).await?;
            // What comes back is read, so that the speaker is no slow consumer.
            while let Ok(Some(frame)) =
                tokio::time::timeout(Duration::ZERO, self.speaker.next()).await
            {
                frame?;
            }
        }
        let deadline = Instant::now() + PATIENCE;
        while self.audience.captions()? < expected {
            ensure!(Instant::now() < deadline, "captions were lost");
            sleep(Duration::from_millis(50)).await;
        }
        let spent = processor_time(self.server.pid())? - before;
        let deliveries = captions * (listeners as u64 + 1);
        Ok(Duration::from_secs_f64(
            spent.as_secs_f64() / deliveries as f64,
        ))
    }
}
