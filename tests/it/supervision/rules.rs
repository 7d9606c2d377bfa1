//! Rules of the house that supervision stands on.

/// A panic that aborts the process cannot be turned into a restart.
#[test]
fn no_profile_aborts_on_panic() {
    let manifest = include_str!("../../../Cargo.toml");
    let is_setting = |line: &&str| {
        line.split('#')
            .next()
            .is_some_and(|code| code.trim_start().starts_with("panic"))
    };
    let settings: Vec<_> = manifest.lines().filter(is_setting).collect();
    assert!(
        settings.iter().all(|line| !line.contains("abort")),
        "{settings:?}"
    );
}
