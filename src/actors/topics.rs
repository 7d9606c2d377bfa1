//! Topics and who subscribed to them. Publishing never waits and needs no actor in between.

use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use serde_json::Value;

use crate::{
    actors::{
        outbox::{Class, Parcel, Payload},
        outlet::Outlet,
    },
    domain::{identity::ConnectionId, server_message::ServerMessage, topic::Topic},
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
        let is_followed = |topic: &Topic| self.subscribers.contains_key(topic);
        is_followed(topic) || topic.of_all().is_some_and(|all| is_followed(&all))
    }

    /// Publishes a fact, which is never dropped on its way. Numbers rise within a topic, with gaps.
    pub fn publish(&self, topic: &Topic, event: Value) {
        self.publish_as(Class::Lasting, topic, event);
    }

    /// Publishes a fact that a slow subscriber's queue treats as this class says. It is encoded once for all.
    pub fn publish_as(&self, class: Class, topic: &Topic, event: Value) {
        self.publish_to(topic, topic, &class, &event);
        if let Some(all) = topic.of_all() {
            self.publish_to(&all, topic, &class, &event);
        }
    }

    fn publish_to(&self, audience: &Topic, topic: &Topic, class: &Class, event: &Value) {
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
            outlet.deliver(Parcel {
                payload: Payload::Text(frame.clone()),
                class: class.clone(),
            });
        }
    }
}
