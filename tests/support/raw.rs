//! A client that sends bytes exactly as they are and reads the answer to its end.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long any answer may take before the test gives up: far more than a busy machine needs.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An HTTP message in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The request line or the status line.
    pub first_line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// Takes a message apart. The body is everything behind the head.
    pub fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let first_line = lines.next().unwrap().to_owned();
        let headers = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        Self { first_line, headers, body: bytes[end + 4..].to_vec() }
    }

    pub fn status(&self) -> u16 {
        self.first_line.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Sends bytes and reads until the server closes the connection.
pub async fn send(address: SocketAddr, bytes: &[u8]) -> Message {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    Message::parse(&rest(&mut stream).await)
}

/// Sends a request with these header lines and this body, asking the server to close the connection afterwards.
pub async fn request(address: SocketAddr, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Message {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    if !body.is_empty() {
        bytes.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    headers.iter().for_each(|line| bytes.push_str(&format!("{line}\r\n")));
    bytes.push_str("\r\n");
    send(address, &[bytes.as_bytes(), body].concat()).await
}

/// Everything that still comes. A connection that is reset ends as well.
pub async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    assert!(read.is_ok(), "the connection was left open");
    bytes
}
