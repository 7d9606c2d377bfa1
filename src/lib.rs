//! Live interpretation in calls, rooms and meetings.
