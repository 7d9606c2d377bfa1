//! What was said, as those who were there get it afterwards or meanwhile, and how it is erased.

mod access;
mod erasing;
mod exporting;
mod following;
mod formats;

use serde_json::{Value, json};

use crate::support::{client::Client, server::Server};

/// A room in which Ana speaks English and Luz Spanish.
struct Conversation {
    ana: Client,
    luz: Client,
}

impl Conversation {
    /// They come into this room; their sessions are `ana` and `luz`.
    async fn begin(server: &Server, room: &str) -> Self {
        let mut people = Vec::new();
        for (id, name, language) in [("ana", "Ana", "en"), ("luz", "Luz", "es")] {
            let mut client = server.connect().await;
            let config =
                json!({"name": name, "room_id": room, "speaks": language, "hears": [language]});
            let created = client
                .ask(json!({"type": "create_session", "session_id": id, "config": config}))
                .await;
            assert_eq!(created["type"], "session_created", "{created}");
            people.push(client);
        }
        let luz = people.pop().unwrap();
        let ana = people.pop().unwrap();
        Self { ana, luz }
    }

    /// Ana says something, and Luz has read its translation, which is given back.
    async fn ana_says(&mut self, text: &str) -> String {
        self.ana.say(text).await;
        let said = |caption: &Value| caption["source_text"] == text;
        let translation = self.luz.expect_where("translation", said).await;
        translation["text"].as_str().unwrap().to_owned()
    }

    /// Luz says something, and Ana has read its translation, which is given back.
    async fn luz_says(&mut self, text: &str) -> String {
        self.luz.say(text).await;
        let said = |caption: &Value| caption["source_text"] == text;
        let translation = self.ana.expect_where("translation", said).await;
        translation["text"].as_str().unwrap().to_owned()
    }
}

/// What `GET` of a transcript answers: its status, its type, its file name, and all of it.
struct Answer {
    status: u16,
    kind: String,
    file: String,
    body: String,
}

async fn transcript(server: &Server, room: &str, query: &str) -> Answer {
    let path = format!("/api/rooms/{room}/transcript?{query}");
    let answer = server.request("GET", &path).send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    Answer {
        status: answer.status().as_u16(),
        kind: header("content-type"),
        file: header("content-disposition"),
        body: answer.text().await.unwrap(),
    }
}

/// The messages of a transcript in JSON.
async fn messages(server: &Server, room: &str, query: &str) -> Vec<Value> {
    let answer = transcript(server, room, &format!("format=json&{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["room_id"], room);
    document["entries"].as_array().unwrap().clone()
}

/// The texts of a transcript in JSON.
async fn texts(server: &Server, room: &str, query: &str) -> Vec<String> {
    let messages = messages(server, room, query).await;
    let texts = messages
        .iter()
        .filter_map(|message| message["text"].as_str());
    texts.map(str::to_owned).collect()
}
