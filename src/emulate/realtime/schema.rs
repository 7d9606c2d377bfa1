//! Which fields a client's object may have, and what they may hold.

use serde_json::{Map, Value};

use super::complaint::Complaint;

/// What a value must be.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// Anything.
    Any,
    /// A text of at most so many characters.
    Text(usize),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A number from here to there.
    Number(f64, f64),
    /// An object with these fields and no others.
    Object(&'static [Field]),
    /// A list of such values.
    List(&'static Rule),
    /// Texts by name: at most so many, names and values at most so long.
    Labels(usize, usize, usize),
    /// The first that fits; the complaint is the last one's.
    Either(&'static [Rule]),
    /// `null`, or this.
    Nullable(&'static Rule),
}

/// A field of an object.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    name: &'static str,
    rule: Rule,
    required: bool,
}

/// A field that may be absent.
pub const fn may(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        rule,
        required: false,
    }
}

/// A field that must be there.
pub const fn must(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        rule,
        required: true,
    }
}

impl Rule {
    /// Checks a value that stands at `path`.
    ///
    /// # Errors
    /// The first thing that is wrong, in the order in which the client wrote it.
    pub fn check(&self, value: &Value, path: &str) -> Result<(), Complaint> {
        match (self, value) {
            (Self::Any, _) | (Self::Nullable(_), Value::Null) | (Self::Flag, Value::Bool(_)) => {
                Ok(())
            }
            (Self::Nullable(rule), value) => rule.check(value, path),
            (Self::Text(longest), Value::String(text)) => {
                if text.chars().count() > *longest {
                    let message = format!(
                        "Invalid '{path}': string too long. Expected a string with maximum length {longest}."
                    );
                    return Err(Complaint::new("string_above_max_length", message).about(path));
                }
                Ok(())
            }
            (Self::OneOf(values), Value::String(text)) => {
                if values.contains(&text.as_str()) {
                    return Ok(());
                }
                Err(Complaint::not_among(text, values, path))
            }
            (Self::Number(least, most), Value::Number(number)) => {
                let inside = number
                    .as_f64()
                    .is_some_and(|number| (*least..=*most).contains(&number));
                if inside {
                    return Ok(());
                }
                let message = format!("Invalid '{path}': expected a value from {least} to {most}.");
                Err(Complaint::new("invalid_value", message).about(path))
            }
            (Self::Object(fields), Value::Object(object)) => check_fields(fields, object, path),
            (Self::List(rule), Value::Array(values)) => values
                .iter()
                .enumerate()
                .try_for_each(|(at, value)| rule.check(value, &format!("{path}[{at}]"))),
            (Self::Labels(most, longest_name, longest), Value::Object(labels)) => {
                check_labels(labels, *most, *longest_name, *longest, path)
            }
            (Self::Either(rules), value) => {
                let mut complaint = Ok(());
                for rule in *rules {
                    complaint = rule.check(value, path);
                    if complaint.is_ok() {
                        break;
                    }
                }
                complaint
            }
            (rule, value) => {
                let message = format!(
                    "Invalid type for '{path}': expected {}, but got {} instead.",
                    rule.wanted(),
                    kind_of(value)
                );
                Err(Complaint::new("invalid_type", message).about(path))
            }
        }
    }

    fn wanted(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text(_) | Self::OneOf(_) => "a string",
            Self::Flag => "a boolean",
            Self::Number(..) => "a number",
            Self::Object(_) | Self::Labels(..) => "an object",
            Self::List(_) => "an array",
            Self::Either(rules) => rules.last().map_or("something else", Self::wanted),
            Self::Nullable(rule) => rule.wanted(),
        }
    }
}

fn check_fields(
    fields: &[Field],
    object: &Map<String, Value>,
    path: &str,
) -> Result<(), Complaint> {
    let inside = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    for field in fields {
        if field.required && !object.contains_key(field.name) {
            return Err(Complaint::missing_parameter(&inside(field.name)));
        }
    }
    for (name, value) in object {
        match fields.iter().find(|field| field.name == name) {
            Some(field) => field.rule.check(value, &inside(name))?,
            None => {
                let shown: String = name.chars().take(80).collect();
                return Err(Complaint::unknown_parameter(&inside(&shown)));
            }
        }
    }
    Ok(())
}

fn check_labels(
    labels: &Map<String, Value>,
    most: usize,
    longest_name: usize,
    longest: usize,
    path: &str,
) -> Result<(), Complaint> {
    if labels.len() > most {
        let message = format!("Invalid '{path}': too many properties. Expected at most {most}.");
        return Err(Complaint::new("object_above_max_properties", message).about(path));
    }
    for (name, value) in labels {
        Rule::Text(longest_name).check(&Value::String(name.clone()), path)?;
        Rule::Text(longest).check(value, path)?;
    }
    Ok(())
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FORMAT: Rule = Rule::Object(&[
        must(
            "type",
            Rule::OneOf(&["audio/pcm", "audio/pcmu", "audio/pcma"]),
        ),
        may("rate", Rule::Nullable(&Rule::Number(24_000.0, 24_000.0))),
    ]);

    fn code(value: &Value) -> Option<&'static str> {
        FORMAT
            .check(value, "format")
            .err()
            .and_then(|complaint| complaint.code())
    }

    #[test]
    fn says_what_is_wrong_first() {
        assert_eq!(code(&json!({"type": "audio/pcm", "rate": 24000})), None);
        assert_eq!(code(&json!({"type": "audio/pcm", "rate": null})), None);
        assert_eq!(code(&json!({"type": "pcm16"})), Some("invalid_value"));
        assert_eq!(
            code(&json!({"rate": 24000})),
            Some("missing_required_parameter")
        );
        assert_eq!(
            code(&json!({"type": "audio/pcm", "x": 1})),
            Some("unknown_parameter")
        );
        assert_eq!(code(&json!({"type": 3})), Some("invalid_type"));
        assert_eq!(code(&json!("audio/pcm")), Some("invalid_type"));
        assert_eq!(
            code(&json!({"type": "audio/pcm", "rate": 16000})),
            Some("invalid_value")
        );
    }
}
