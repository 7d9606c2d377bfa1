//! Topics that clients subscribe to, and who may.

use std::{fmt, str::FromStr};

use super::identity::{RoomId, SessionId};

/// What events are published under.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// What happens in a room.
    Room(RoomId),
    /// What happens to a session.
    Session(SessionId),
    /// A family member such as `call/7`, `bot/3` or `service/audio-service`.
    Of(Family, String),
    /// `config`, `actors` or `metrics`.
    Server(Server),
}

/// Families of topics beside rooms and sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// `call/{id}`, or `call/*` for all.
    Call,
    /// `bot/{id}`.
    Bot,
    /// `service/{name}`, or `service/*` for all.
    Service,
}

/// Topics of the server as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Server {
    /// Settings that changed.
    Config,
    /// Actors that failed, restarted, ended.
    Actors,
    /// Samples of how busy the server is, and its alerts.
    Metrics,
}

/// A text that names no topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no topic {0:?}; topics are room/ID, session/ID, call/ID, call/*, bot/ID, service/NAME, service/*, config, actors and metrics"
)]
pub struct TopicError(String);

impl Topic {
    /// The topic under which all of its kind are followed at once, where there is one.
    pub fn of_all(&self) -> Option<Self> {
        match self {
            Self::Of(family @ (Family::Call | Family::Service), id) if id != "*" => {
                Some(Self::Of(*family, "*".to_owned()))
            }
            _ => None,
        }
    }
}

impl FromStr for Topic {
    type Err = TopicError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || TopicError(text.chars().take(60).collect());
        if let Some((family, id)) = text.split_once('/') {
            match (family, id) {
                ("service", "*") => return Ok(Self::Of(Family::Service, id.to_owned())),
                ("call", "*") => return Ok(Self::Of(Family::Call, id.to_owned())),
                _ => {}
            }
            let room: RoomId = id.parse().map_err(|_| wrong())?;
            return match family {
                "room" => Ok(Self::Room(room)),
                "session" => id.parse().map(Self::Session).map_err(|_| wrong()),
                "call" => Ok(Self::Of(Family::Call, id.to_owned())),
                "bot" => Ok(Self::Of(Family::Bot, id.to_owned())),
                "service" => Ok(Self::Of(Family::Service, id.to_owned())),
                _ => Err(wrong()),
            };
        }
        match text {
            "config" => Ok(Self::Server(Server::Config)),
            "actors" => Ok(Self::Server(Server::Actors)),
            "metrics" => Ok(Self::Server(Server::Metrics)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(id) => write!(out, "room/{id}"),
            Self::Session(id) => write!(out, "session/{id}"),
            Self::Of(Family::Call, id) => write!(out, "call/{id}"),
            Self::Of(Family::Bot, id) => write!(out, "bot/{id}"),
            Self::Of(Family::Service, id) => write!(out, "service/{id}"),
            Self::Server(Server::Config) => out.write_str("config"),
            Self::Server(Server::Actors) => out.write_str("actors"),
            Self::Server(Server::Metrics) => out.write_str("metrics"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_reads_back_as_it_is_written() {
        for text in [
            "room/a",
            "session/b",
            "call/c",
            "call/*",
            "bot/d",
            "service/audio-service",
            "service/*",
            "config",
            "actors",
            "metrics",
        ] {
            assert_eq!(text.parse::<Topic>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "room",
            "room/",
            "room/*",
            "bot/*",
            "planet/x",
            "metrics/x",
        ] {
            assert!(wrong.parse::<Topic>().is_err(), "{wrong:?}");
        }
    }
    #[test]
    fn calls_and_services_are_followed_all_at_once() {
        let all = |text: &str| {
            let topic: Topic = text.parse().unwrap();
            topic.of_all().map(|topic| topic.to_string())
        };
        assert_eq!(all("call/c").as_deref(), Some("call/*"));
        assert_eq!(all("service/audio-service").as_deref(), Some("service/*"));
        for alone in ["call/*", "service/*", "bot/d", "room/a", "metrics"] {
            assert_eq!(all(alone), None, "{alone}");
        }
    }
}
