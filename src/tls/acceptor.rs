//! Receiving connections.
//!
//! Typing `http://` where `https://` is needed is the commonest mistake of all, and what a browser makes of a refused
//! handshake helps nobody. So a connection that begins with a letter, which no TLS record does
//! (RFC 8446 section 5.1), gets an answer in plain HTTP that says what is wrong, and is closed. It is not redirected: a
//! token in the path has just crossed the network in the open, and a redirect would hide that.

use std::{future::Future, io, pin::Pin, time::Duration};

use axum_server::{accept::Accept, tls_rustls::RustlsAcceptor};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::reload::Live;

/// How long a client may take for its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How much of a plain request is read before it is answered.
const PLAIN_REQUEST: usize = 8 * 1024;

const PLAIN_ANSWER: &str = "HTTP/1.1 400 Bad Request\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 71\r\n\
    Connection: close\r\n\
    \r\n\
    This server speaks HTTPS. Write https:// at the beginning of the link.\n";

/// Turns connections into encrypted ones.
#[derive(Debug, Clone)]
pub struct Acceptor {
    encrypted: RustlsAcceptor,
}

impl Acceptor {
    /// Accepts with the certificate that is in force at that moment.
    #[must_use]
    pub fn new(live: &Live) -> Self {
        Self { encrypted: RustlsAcceptor::new(live.config()).handshake_timeout(HANDSHAKE) }
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = <RustlsAcceptor as Accept<TcpStream, S>>::Stream;
    type Service = S;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, S)>> + Send>>;

    fn accept(&self, mut stream: TcpStream, service: S) -> Self::Future {
        let encrypted = self.encrypted.clone();
        Box::pin(async move {
            if timeout(HANDSHAKE, begins_with_a_letter(&stream)).await?? {
                timeout(HANDSHAKE, answer_plainly(&mut stream)).await??;
                return Err(io::Error::new(io::ErrorKind::InvalidData, "plain HTTP where HTTPS is spoken"));
            }
            encrypted.accept(stream, service).await.inspect_err(|error| {
                // A client that does not trust the certificate ends the handshake with an alert, which stands here.
                tracing::debug!(%error, "a handshake failed");
            })
        })
    }
}

async fn begins_with_a_letter(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    let count = stream.peek(&mut first).await?;
    Ok(count > 0 && first.iter().all(u8::is_ascii_alphabetic))
}

/// Reads the request, or a good part of it, and answers. Closing with unread bytes would make the operating system
/// throw the answer away.
async fn answer_plainly(stream: &mut TcpStream) -> io::Result<()> {
    let mut request = Vec::new();
    while request.len() < PLAIN_REQUEST && !request.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut request).await? == 0 {
            break;
        }
    }
    stream.write_all(PLAIN_ANSWER.as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_answer_states_its_own_length() {
        let (head, body) = PLAIN_ANSWER.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{}", body.len());
    }
}
