//! The emulator of Communication Services, against the golden files: requests that official SDKs sent, events and callbacks
//! that were recorded.

mod calls;
mod command;
mod events;
mod faults;
mod media;
mod meetings;
mod ours;
mod outgoing;
mod product;
mod requests;
mod resources;
pub mod stand;
mod telephone;
