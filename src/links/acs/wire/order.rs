//! In which order things happened, which is not the order in which they are told.

use std::collections::HashMap;

use time::OffsetDateTime;

use super::callback::{Callback, Kind};

/// When something was so, as far as the service says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// When it happened.
    pub time: Option<OffsetDateTime>,
    /// Which of its kind it was in its call.
    pub sequence_number: Option<u64>,
}

impl Moment {
    /// Whether this was later than `other`: by number if both have one, or else by time; what says nothing of itself is
    /// taken for later, as it was told later.
    pub fn is_after(&self, other: &Self) -> bool {
        match (self.sequence_number, other.sequence_number) {
            (Some(this), Some(other)) => this > other,
            _ => match (self.time, other.time) {
                (Some(this), Some(other)) => this > other,
                _ => true,
            },
        }
    }
}

impl Callback {
    /// When it happened.
    pub fn moment(&self) -> Moment {
        let sequence_number = match &self.kind {
            Kind::ParticipantsUpdated(roster) => roster.sequence_number,
            _ => None,
        };
        Moment {
            time: self.time,
            sequence_number,
        }
    }
}

/// What happened, in the order in which it happened: by time, those without one first, in the order in which they came; and
/// the rosters of each leg among themselves by number, whatever their times say. Of what has the same time (which was
/// recorded, to the tenth of a microsecond) a leg's beginning is first and its end last.
pub fn in_order(mut told: Vec<Callback>) -> Vec<Callback> {
    let stage = |kind: &Kind| match kind {
        Kind::CallConnected => 0,
        Kind::CallDisconnected => 2,
        _ => 1,
    };
    told.sort_by_key(|callback| (callback.time, stage(&callback.kind)));
    let mut rosters: HashMap<String, Vec<(usize, u64)>> = HashMap::new();
    for (place, callback) in told.iter().enumerate() {
        if let Some(number) = callback.moment().sequence_number {
            let leg = callback.call_connection_id.clone();
            rosters.entry(leg).or_default().push((place, number));
        }
    }
    let mut order: Vec<usize> = (0..told.len()).collect();
    for places in rosters.into_values() {
        let mut by_number = places.clone();
        by_number.sort_by_key(|(_, number)| *number);
        for ((place, _), (from, _)) in places.into_iter().zip(by_number) {
            order[place] = from;
        }
    }
    let mut told: Vec<_> = told.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|from| told[from].take())
        .collect()
}
