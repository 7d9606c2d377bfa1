//! Subscriptions of a socket, and who may have which.

use serde_json::Value;

use super::Socket;
use crate::{
    actors::{refusal::Refusal, topics::MOST_SUBSCRIPTIONS},
    domain::{
        access::Role,
        client_message::TopicName,
        server_message::ServerMessage,
        topic::{Family, Topic},
    },
};

impl Socket {
    pub(super) fn subscribe(&mut self, name: TopicName, reference: Option<&Value>) {
        let topic = match parse(name).and_then(|topic| self.may_subscribe(topic)) {
            Ok(topic) => topic,
            Err(refusal) => {
                let error = ServerMessage::error(refusal.code, refusal.message);
                return self.send(&error, reference);
            }
        };
        self.environment
            .topics
            .subscribe(topic.clone(), &self.id, &self.outlet);
        let subscribed = ServerMessage::Subscribed {
            topic: topic.to_string(),
        };
        if !self.topics.contains(&topic) {
            self.topics.push(topic);
        }
        self.send(&subscribed, reference);
    }

    pub(super) fn unsubscribe(&mut self, name: TopicName, reference: Option<&Value>) {
        let topic = match parse(name) {
            Ok(topic) => topic,
            Err(refusal) => {
                let error = ServerMessage::error(refusal.code, refusal.message);
                return self.send(&error, reference);
            }
        };
        self.environment.topics.unsubscribe(&topic, &self.id);
        self.topics.retain(|known| *known != topic);
        let unsubscribed = ServerMessage::Unsubscribed {
            topic: topic.to_string(),
        };
        self.send(&unsubscribed, reference);
    }

    /// Ends subscriptions that would not be given any more: the room was left, the session is over.
    pub(super) fn review_subscriptions(&mut self) {
        let (kept, ended) = std::mem::take(&mut self.topics)
            .into_iter()
            .partition::<Vec<_>, _>(|topic| self.role_for(topic) <= self.caller.access.role);
        for topic in &ended {
            self.environment.topics.unsubscribe(topic, &self.id);
        }
        self.topics = kept;
    }

    /// The role needed to follow a topic; those in a room or session need none beyond being there.
    fn role_for(&self, topic: &Topic) -> Role {
        let own = match (topic, &self.bound) {
            (Topic::Session(id), Some(bound)) => bound.id == *id,
            (Topic::Room(room), Some(bound)) => self
                .environment
                .archive
                .held(&bound.id)
                .is_some_and(|row| row.lock().record.room() == room),
            _ => false,
        };
        match topic {
            _ if own => Role::Client,
            Topic::Of(Family::Service, _) => Role::Client,
            Topic::Of(Family::Call | Family::Bot, _) => Role::Operator,
            Topic::Server(crate::domain::topic::Server::Metrics) => Role::Operator,
            Topic::Server(_) | Topic::Room(_) | Topic::Session(_) => Role::Admin,
        }
    }

    /// The rules of API.md section 1: one's own session and room and all services; calls, bots and figures for
    /// operators; everything for administrators.
    fn may_subscribe(&self, topic: Topic) -> Result<Topic, Refusal> {
        if self.topics.len() >= MOST_SUBSCRIPTIONS && !self.topics.contains(&topic) {
            return Err(Refusal::new(
                "too_many_subscriptions",
                format!(
                    "a connection has at most {MOST_SUBSCRIPTIONS} subscriptions; unsubscribe from some"
                ),
            ));
        }
        let needed = self.role_for(&topic);
        if self.caller.access.role >= needed {
            Ok(topic)
        } else {
            Err(Refusal::new(
                "forbidden",
                format!("{topic} may be followed by those in it, or with a key of a higher role"),
            ))
        }
    }
}

fn parse(name: TopicName) -> Result<Topic, Refusal> {
    let topic = name.topic().ok_or_else(|| {
        Refusal::new(
            "invalid_message",
            "subscribe and unsubscribe need a topic, or a service",
        )
    })?;
    topic
        .parse()
        .map_err(|error: crate::domain::topic::TopicError| {
            Refusal::new("unknown_topic", error.to_string())
        })
}
