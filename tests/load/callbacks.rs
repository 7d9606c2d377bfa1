//! How fast callbacks are answered: a fixed number each second, each at its time whatever becomes of those before it, over
//! connections that are kept; the time of each counts from when it was to be sent (no coordinated omission).
//!
//! Calls go on between server and emulator. Each callback has its own token, signed as the service signs it, and a tenth of
//! them are told twice, a tenth are of calls that nobody knows, for which the server asks the service. The others tell who
//! is in a call, so that its actor has something to do.

use std::{sync::Arc, time::Duration};

use anyhow::ensure;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::time::{Instant, sleep_until};

use crate::{
    calls::pair::Pair,
    http::Http,
    live_calls::{Live, PATIENT, SILENT, Signer, begin},
    options::option,
    process::processor_time,
    report::{Goal, Report},
};

/// Calls that go on meanwhile.
const CALLS: usize = 100;

/// Connections; each has time for an answer before its next callback.
const CONNECTIONS: usize = 64;

/// A callback that waits for its time.
struct Prepared {
    path: String,
    headers: String,
    body: String,
}

pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let rate: u32 = option("LOAD_CALLBACK_RATE", 500)?;
    let seconds: u32 = option("LOAD_CALLBACK_SECONDS", 30)?;
    let pair = Pair::start(env!("CARGO_BIN_EXE_interpres"), &PATIENT, &SILENT)?;
    let calls = begin(&pair, CALLS).await?;
    let all = Arc::new(prepare(&calls, (rate * seconds) as usize)?);
    let pause = Duration::from_secs(1) / rate;
    let start = Instant::now() + Duration::from_secs(1);
    let used = processor_time(pair.server.pid())?;
    let mut sending = Vec::new();
    for first in 0..CONNECTIONS {
        let mut http = Http::connect(pair.server.address()).await?;
        let all = Arc::clone(&all);
        sending.push(tokio::spawn(async move {
            let (mut times, mut late) = (Vec::new(), Vec::new());
            for (number, prepared) in all.iter().enumerate().skip(first).step_by(CONNECTIONS) {
                let due = start + pause * number as u32;
                sleep_until(due).await;
                late.push(due.elapsed());
                let Prepared {
                    path,
                    headers,
                    body,
                } = prepared;
                let (status, answer) = http.send("POST", path, headers, Some(body)).await?;
                ensure!(
                    status == 200,
                    "{status} {}",
                    String::from_utf8_lossy(&answer)
                );
                times.push(due.elapsed());
            }
            Ok((times, late))
        }));
    }
    let (mut times, mut late) = (Vec::new(), Vec::new());
    for sent in sending {
        let (more, waited) = sent.await??;
        times.extend(more);
        late.extend(waited);
    }
    let used = processor_time(pair.server.pid())?.saturating_sub(used);
    let name = format!("{rate} callbacks a second for {seconds} s, due to answered");
    report.times(&name, &times, 0.99, Goal::None, Goal::AtMost(5.0));
    report.times(
        "  for comparison: this program's own timers, late by",
        &late,
        0.99,
        Goal::None,
        Goal::None,
    );
    let each = used.as_secs_f64() * 1_000.0 / times.len() as f64;
    report.figure("  server CPU per callback", each, "ms", Goal::None);
    let metrics = pair.server.text("/metrics").await?;
    for line in metrics
        .lines()
        .filter(|line| line.starts_with("interpres_acs_posts_total{") && line.contains("callback"))
    {
        report.note(format!("  {line}"), "");
    }
    Ok(())
}

/// All callbacks, in their order. Signing takes longer than what is measured, so it is done before.
fn prepare(calls: &[Live], count: usize) -> anyhow::Result<Vec<Prepared>> {
    let signer = Signer::new()?;
    let nobody = Live {
        leg: "00000000-0000-0000-0000-000000000000".to_owned(),
        secret: "0".repeat(32),
    };
    let mut all: Vec<Prepared> = Vec::with_capacity(count);
    for number in 0..count {
        let (call, name) = match number % 10 {
            // That of nine before: its answer was given, but not long ago.
            9 => (&calls[(number - 9) % calls.len()], number - 9),
            8 => (&nobody, number),
            _ => (&calls[number % calls.len()], number),
        };
        all.push(Prepared {
            path: format!("/callbacks/{}", call.secret),
            headers: format!("authorization: Bearer {}\r\n", signer.token(number)?),
            body: roster(call, name)?.to_string(),
        });
    }
    Ok(all)
}

/// Who is in a call, as golden data has it.
fn roster(call: &Live, number: usize) -> anyhow::Result<Value> {
    let leg = &call.leg;
    let now = OffsetDateTime::now_utc().format(&Rfc3339)?;
    let people: Vec<Value> = ["4:+15550100", "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_1"]
        .map(|raw| {
            json!({"identifier": {"rawId": raw, "kind": "unknown"}, "isMuted": false, "isOnHold": false})
        })
        .into();
    Ok(json!([{
        "id": format!("callback-{number}"), "source": format!("calling/callConnections/{leg}"),
        "type": "Microsoft.Communication.ParticipantsUpdated", "time": now, "specversion": "1.0",
        "datacontenttype": "application/json", "subject": format!("calling/callConnections/{leg}"),
        "data": {"callConnectionId": leg, "serverCallId": "server-call", "correlationId": "correlation",
            "version": "2024-09-15", "publicEventType": "ParticipantsUpdated", "sequenceNumber": number + 10,
            "participants": people, "resultInformation": {"code": 200, "subCode": 0, "message": ""}},
    }]))
}
