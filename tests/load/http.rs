//! A client for HTTP so small that a thousandth of a second has room for ten of its requests.

use anyhow::{Context, bail};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection that is kept.
pub struct Http {
    stream: TcpStream,
    address: String,
    received: Vec<u8>,
}

impl Http {
    /// Connects.
    pub async fn connect(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            address: address.to_owned(),
            received: Vec::with_capacity(4096),
        })
    }

    /// Sends a request, with a JSON body if there is one, and gives the answer's status and body.
    pub async fn request(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> anyhow::Result<(u16, Vec<u8>)> {
        self.send(method, path, "", body).await
    }

    /// The same with more headers, each with the end of its line.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: Option<&str>,
    ) -> anyhow::Result<(u16, Vec<u8>)> {
        let body = body.unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{headers}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let end = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break end + 4;
            }
            self.receive().await?;
        };
        let head = std::str::from_utf8(&self.received[..end])?.to_ascii_lowercase();
        let status = head.get(9..12).context("a status")?.parse()?;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.context("a length")?.trim().parse()?;
        while self.received.len() < end + length {
            self.receive().await?;
        }
        let answer = self.received[end..end + length].to_vec();
        self.received.drain(..end + length);
        Ok((status, answer))
    }

    /// As [`Self::request`], for an answer with this status and JSON in it.
    pub async fn json(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&str>,
        wanted: u16,
    ) -> anyhow::Result<Value> {
        let (status, answer) = self.request(method, path, body).await?;
        if status != wanted {
            bail!(
                "{method} {path}: {status} {}",
                String::from_utf8_lossy(&answer)
            );
        }
        Ok(serde_json::from_slice(&answer)?)
    }

    async fn receive(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.received).await? == 0 {
            bail!("the server closed");
        }
        Ok(())
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}
