//! An upstream below HTTP: it sends what a test says, byte by byte if need be, and can break off in every way.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::Instant,
};

/// One thing that happens to a connection. After the last one it is closed properly.
#[derive(Debug, Clone)]
pub enum Act {
    Send(Vec<u8>),
    /// Sends one blank after another, for ever.
    Drip(Duration),
    /// Says nothing more, for ever.
    Hang,
    /// Breaks the connection without closing it.
    Reset,
}

impl Act {
    /// A status line and headers, with the length of the body that is promised.
    pub fn head(status: &str, headers: &str, length: usize) -> Self {
        Self::Send(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n").into_bytes())
    }

    /// A whole JSON answer.
    pub fn json(body: &str) -> Vec<Self> {
        vec![
            Self::head("200 OK", "Content-Type: application/json\r\nConnection: close\r\n", body.len()),
            Self::Send(body.as_bytes().to_vec()),
        ]
    }
}

/// What happens to the request of this number, counted from 0.
type Script = Arc<dyn Fn(usize) -> Vec<Act> + Send + Sync>;

/// A running upstream; dropping it kills it.
pub struct RawUpstream {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Instant>>>,
    server: JoinHandle<()>,
}

impl RawUpstream {
    pub async fn start(script: impl Fn(usize) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), script).await
    }

    /// An upstream at an address, for one that comes back where another one died.
    pub async fn start_at(address: SocketAddr, script: impl Fn(usize) -> Vec<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let server = tokio::spawn(serve(listener, Arc::clone(&asked), Arc::new(script)));
        Self { address, asked, server }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// When each request had arrived.
    pub fn asked(&self) -> Vec<Instant> {
        self.asked.lock().unwrap().clone()
    }

    /// Waits until so many requests have arrived.
    pub async fn wait_for(&self, requests: usize) {
        while self.asked.lock().unwrap().len() < requests {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops listening and breaks every connection.
    pub async fn kill(mut self) {
        self.server.abort();
        let _aborted = (&mut self.server).await;
    }
}

impl Drop for RawUpstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, asked: Arc<Mutex<Vec<Instant>>>, script: Script) {
    // Dropped with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        connections.spawn(converse(stream, Arc::clone(&asked), Arc::clone(&script)));
    }
}

async fn converse(mut stream: TcpStream, asked: Arc<Mutex<Vec<Instant>>>, script: Script) {
    if read_request(&mut stream).await.is_none() {
        return;
    }
    let number = {
        let mut asked = asked.lock().unwrap();
        asked.push(Instant::now());
        asked.len() - 1
    };
    for act in script(number) {
        match act {
            Act::Send(bytes) => {
                // An asker who has read enough hangs up, which is none of our business.
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Act::Drip(every) => {
                while stream.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(every).await;
                }
                return;
            }
            Act::Hang => std::future::pending().await,
            Act::Reset => {
                // What was sent has to arrive before the reset overtakes it.
                tokio::time::sleep(Duration::from_millis(50)).await;
                stream.set_zero_linger().unwrap();
                return;
            }
        }
    }
}

/// Reads one request with its body; `None` if the asker hangs up before its end.
async fn read_request(stream: &mut TcpStream) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map_or(0, |length| length.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some(());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// A gzip stream that unpacks into so many bytes of nought, at 13 bits for every 258 of them (RFC 1951 §3.2.6). It has
/// no end: whoever unpacks it all finds it broken, but nobody should get that far.
pub fn gzip_bomb(unpacked: usize) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut pending, mut count) = (0_u32, 0);
    let mut put = |bits: u32, width: u32| {
        pending |= bits << count;
        count += width;
        while count >= 8 {
            bytes.push(pending as u8);
            pending >>= 8;
            count -= 8;
        }
    };
    // Codes go in with their first bit lowest, so they stand here mirrored.
    put(0b011, 3); // the last block, fixed codes
    put(0b0000_1100, 8); // the literal 0: code 00110000
    for _ in 0..unpacked.div_ceil(258) {
        put(0b1010_0011, 8); // length 258: code 11000101
        put(0, 5); // distance 1
    }
    bytes
}
