//! What the supervision layer promises, each property once. Most run on one thread under a paused clock.

mod crashes;
mod family;
mod mailbox;
mod notices;
mod probe;
mod rules;
mod shutdown;
mod storm;
mod threads;
mod timing;
