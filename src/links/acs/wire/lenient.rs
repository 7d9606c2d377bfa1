//! Reading with tolerance: what is missing, null or of another type than expected is taken as missing.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value as Json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A value, if it can be read.
pub fn lenient<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(T::deserialize(Json::deserialize(from)?).ok())
}

/// Those elements of a list that can be read; none if it is no list.
pub fn list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let Json::Array(elements) = Json::deserialize(from)? else {
        return Ok(Vec::new());
    };
    let read = elements.into_iter().map(T::deserialize);
    Ok(read.filter_map(Result::ok).collect())
}

/// A moment in the form of RFC 3339, if it is one.
pub fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OffsetDateTime>, D::Error> {
    Ok(moment_in(&Json::deserialize(from)?))
}

/// The same of a value.
pub fn moment_in(value: &Json) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()
}

/// A text that is not empty, of a field of an object.
pub fn text(object: &Json, field: &str) -> Option<String> {
    let text = object.get(field)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// Anything else of a field of an object.
pub fn field<T: DeserializeOwned>(object: &Json, field: &str) -> Option<T> {
    T::deserialize(object.get(field)?).ok()
}
