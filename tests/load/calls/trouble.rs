//! What goes wrong in a soak run: every fault that the emulator knows, a few at a time, in turn.

/// Faults that are there together; each call meets each at most once. What has no value and no moment is as usual.
pub const TURNS: [&[&str]; 20] = [
    &[],
    &["404@1"],
    &["404@2", "callback-duplicate@1"],
    &["409@1", "socket-cut@5"],
    &["429=1@1", "callback-reorder@1"],
    &["500@1", "socket-redial@5"],
    &["503=1@2", "callback-duplicate@2"],
    &["401@1", "event-duplicate"],
    &["401@2", "socket-twice@5"],
    &["answer-lost@1", "callback-delay=3@1"],
    &["answer-lost@2", "event-reorder"],
    &["answer-failed"],
    &["callback-drop@1", "event-delay=3"],
    &["callback-drop@2", "socket-before-answer"],
    &["callback-drop@3", "callback-drop@4"],
    &["bad-token@1", "expired-token@2", "wrong-audience@3"],
    &["socket-never"],
    &["socket-bad-token", "socket-before-answer"],
    &["event-drop"],
    &["key-rotation*1", "500@2"],
];
