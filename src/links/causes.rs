//! Why an HTTP request failed, in words.

/// The whole chain: the last link says what is wrong ("connection refused", "certificate has expired").
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
