//! Topics and who subscribed to them. Publishing never waits and needs no actor in between.

use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use serde_json::Value;

use crate::{
    actors::{outbox::Parcel, outlet::Outlet},
    domain::{
        identity::ConnectionId,
        server_message::ServerMessage,
        topic::{Family, Topic},
    },
};

/// The most topics one socket may subscribe to.
pub const MOST_SUBSCRIPTIONS: usize = 100;

/// All subscriptions of this process.
#[derive(Default)]
pub struct Topics {
    subscribers: DashMap<Topic, Vec<(ConnectionId, Outlet)>>,
    sequence: AtomicU64,
}

impl Topics {
    /// Gives this socket the topic's events from now on; twice is once.
    pub fn subscribe(&self, topic: Topic, connection: &ConnectionId, outlet: &Outlet) {
        let mut subscribers = self.subscribers.entry(topic).or_default();
        if !subscribers.iter().any(|(id, _)| id == connection) {
            subscribers.push((connection.clone(), outlet.clone()));
        }
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, topic: &Topic, connection: &ConnectionId) {
        if let Some(mut subscribers) = self.subscribers.get_mut(topic) {
            subscribers.retain(|(id, _)| id != connection);
        }
        self.subscribers
            .remove_if(topic, |_, subscribers| subscribers.is_empty());
    }

    /// Whether anybody would get an event of this topic, so that costly ones need not be made.
    pub fn has_subscribers(&self, topic: &Topic) -> bool {
        self.subscribers.contains_key(topic)
    }

    /// Publishes a fact. Numbers rise within a topic, with gaps.
    pub fn publish(&self, topic: &Topic, event: Value) {
        self.publish_to(topic, topic, &event);
        if let Topic::Of(Family::Service, _) = topic {
            let all = Topic::Of(Family::Service, "*".to_owned());
            self.publish_to(&all, topic, &event);
        }
    }

    fn publish_to(&self, audience: &Topic, topic: &Topic, event: &Value) {
        let Some(subscribers) = self.subscribers.get(audience) else {
            return;
        };
        let frame = ServerMessage::Event {
            topic: topic.to_string(),
            seq: self.sequence.fetch_add(1, Ordering::Relaxed) + 1,
            event: event.clone(),
        }
        .encode(None);
        for (_, outlet) in subscribers.iter() {
            outlet.deliver(Parcel::lasting(frame.clone()));
        }
    }
}
