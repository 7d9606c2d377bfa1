//! What requests say, field by field, and what is wrong with it.

use serde_json::Value;

use super::super::{
    call::leg::MediaOptions,
    identifier,
    media::{Rate, socket::may_be_dialled},
    refusal::Refusal,
};

/// A field that must be a text with something in it.
///
/// # Errors
/// When it is not.
pub fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    body[name]
        .as_str()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Refusal::invalid(&format!("{name} is needed")))
}

/// A text that may be left out.
///
/// # Errors
/// When it is something else.
pub fn optional_text(body: &Value, name: &str) -> Result<Option<String>, Refusal> {
    match &body[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(Refusal::invalid(&format!("{name} is a text"))),
    }
}

/// The address of callbacks.
///
/// # Errors
/// When callbacks cannot go there.
pub fn callback_uri(body: &Value) -> Result<String, Refusal> {
    let uri = text(body, "callbackUri")?;
    if may_be_dialled(uri, ["https", "http"]) {
        Ok(uri.to_owned())
    } else {
        Err(Refusal::invalid("CallbackUri is invalid"))
    }
}

/// The address of callbacks about one operation, if it has one of its own.
///
/// # Errors
/// When callbacks cannot go there.
pub fn operation_callback_uri(body: &Value) -> Result<Option<String>, Refusal> {
    match optional_text(body, "operationCallbackUri")? {
        Some(uri) if !may_be_dialled(&uri, ["https", "http"]) => {
            Err(Refusal::invalid("OperationCallbackUri is invalid"))
        }
        uri => Ok(uri),
    }
}

/// Somebody.
///
/// # Errors
/// When nobody is named.
pub fn somebody(body: &Value, name: &str) -> Result<String, Refusal> {
    identifier::from_model(&body[name])
        .ok_or_else(|| Refusal::invalid(&format!("{name} names nobody")))
}

/// Several people, at least one.
///
/// # Errors
/// When there is none, or one that names nobody.
pub fn people(body: &Value, name: &str) -> Result<Vec<String>, Refusal> {
    let people: Option<Vec<String>> = body[name]
        .as_array()
        .filter(|people| !people.is_empty())
        .and_then(|people| people.iter().map(identifier::from_model).collect());
    people.ok_or_else(|| Refusal::invalid(&format!("{name} names nobody")))
}

/// `mediaStreamingOptions`.
///
/// # Errors
/// When they are not right.
pub fn media(body: &Value) -> Result<Option<MediaOptions>, Refusal> {
    let options = &body["mediaStreamingOptions"];
    if options.is_null() {
        return Ok(None);
    }
    let lower = |name: &str| options[name].as_str().map(str::to_ascii_lowercase);
    if lower("transportType").as_deref() != Some("websocket") {
        return Err(Refusal::invalid("transportType is websocket"));
    }
    if lower("contentType").as_deref() != Some("audio") {
        return Err(Refusal::invalid("contentType is audio"));
    }
    let unmixed = match lower("audioChannelType").as_deref() {
        Some("mixed") => false,
        Some("unmixed") => true,
        _ => return Err(Refusal::invalid("audioChannelType is mixed or unmixed")),
    };
    // Any casing works, as samples show; what is left out is 16 kHz.
    let rate = match lower("audioFormat").as_deref() {
        None | Some("pcm16kmono") => Rate::Pcm16K,
        Some("pcm24kmono") => Rate::Pcm24K,
        Some(_) => {
            return Err(Refusal::invalid("audioFormat is pcm16KMono or pcm24KMono"));
        }
    };
    let flag = |name: &str| match &options[name] {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(*flag),
        _ => Err(Refusal::invalid(&format!("{name} is true or false"))),
    };
    Ok(Some(MediaOptions {
        url: text(options, "transportUrl")?.to_owned(),
        unmixed,
        rate,
        starts: flag("startMediaStreaming")?,
        bidirectional: flag("enableBidirectional")?,
        dtmf: flag("enableDtmfTones")?,
    }))
}
