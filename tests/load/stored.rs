//! A final on its way from who typed it to somebody else, with the store in between: logged and committed before it is sent.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use futures_util::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{connect, create_session, message},
    options::option,
    report::{Goal, Report},
    server::Server,
};

/// How often somebody says something: one sentence every two seconds, as people do.
const PAUSE: Duration = Duration::from_secs(2);

/// Rooms of two, in which one types and the other reads.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let rooms: u32 = option("LOAD_ROOMS", 50)?;
    let seconds: u32 = option("LOAD_SECONDS", 60)?;
    for (store, what) in [("memory:", "in memory"), ("", "SQLite, synced to disk")] {
        let mut settings = vec![("INTERPRES__ENGINES__DEFAULT", "null")];
        if !store.is_empty() {
            settings.push(("DATABASE_URL", store));
        }
        let server = Server::interpres(&settings)?;
        let mut talking = Vec::new();
        for room in 0..rooms {
            let address = server.address().to_owned();
            let first = PAUSE * room / rooms;
            talking.push(tokio::spawn(async move {
                tokio::time::sleep(first).await;
                talk(&address, room, seconds / 2).await
            }));
        }
        let (mut times, mut undurable) = (Vec::new(), 0);
        for room in talking {
            let (room, unstored) = room.await??;
            times.extend(room);
            undurable += unstored;
        }
        report.times(
            &format!("{rooms} rooms, text to final on another socket, {what}"),
            &times,
            0.99,
            Goal::None,
            Goal::AtMost(10.0),
        );
        report.note(
            "  of these sent before they were stored",
            undurable.to_string(),
        );
    }
    Ok(())
}

async fn talk(address: &str, room: u32, texts: u32) -> anyhow::Result<(Vec<Duration>, usize)> {
    let config = json!({"room_id": format!("room{room}"), "speaks": "en", "hears": ["en"]});
    let mut writer = connect(address).await?;
    create_session(&mut writer, &config).await?;
    let mut reader = connect(address).await?;
    create_session(&mut reader, &config).await?;
    let reading = tokio::spawn(async move {
        let (mut came, mut undurable) = (HashMap::new(), 0);
        while came.len() < texts as usize {
            let message = message(&mut reader).await?;
            if message["type"] == "transcription" && message["final"] == true {
                undurable += usize::from(message.get("durable").is_some());
                came.insert(
                    message["text"].as_str().unwrap_or_default().to_owned(),
                    Instant::now(),
                );
            }
        }
        anyhow::Ok((came, undurable))
    });
    let mut sent = Vec::new();
    for number in 0..texts {
        let text = format!("Sentence number {number} of this talk.");
        sent.push((text.clone(), Instant::now()));
        let say = json!({"type": "text", "text": text}).to_string();
        writer.send(Message::text(say)).await?;
        tokio::time::sleep(PAUSE).await;
    }
    let (came, undurable) = reading.await??;
    let times = sent
        .into_iter()
        .filter_map(|(text, at)| Some(*came.get(&text)? - at))
        .collect();
    Ok((times, undurable))
}
