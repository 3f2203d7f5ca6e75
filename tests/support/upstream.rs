//! A loopback upstream: a real HTTP server that answers as a test says and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

/// What the upstream was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    /// The original host: the gateway's first path segment.
    pub host: String,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// `preview`, `purchase`, or nothing, wherever the service takes its mode.
    pub fn mode(&self) -> Option<String> {
        let in_query = url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(name, _)| name == "mode")
            .map(|(_, value)| value.into_owned());
        in_query.or_else(|| self.json().get("mode")?.as_str().map(str::to_owned))
    }
}

/// How the upstream answers.
pub type Answer = Arc<dyn Fn(&Asked) -> Response + Send + Sync>;

struct Inner {
    asked: Mutex<Vec<Asked>>,
    answer: Mutex<Answer>,
    scripted: Mutex<VecDeque<Response>>,
    delay: Mutex<Duration>,
    given_up: AtomicUsize,
}

/// Counts a request whose client went away before it was answered.
struct Unanswered(Option<Arc<Inner>>);

impl Drop for Unanswered {
    fn drop(&mut self) {
        if let Some(inner) = self.0.take() {
            inner.given_up.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// A running upstream; dropping it kills it.
pub struct Upstream {
    inner: Arc<Inner>,
    url: String,
    server: JoinHandle<()>,
}

impl Upstream {
    /// An upstream that answers everything with a function.
    pub async fn start(answer: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> Self {
        let inner = Arc::new(Inner {
            asked: Mutex::default(),
            answer: Mutex::new(Arc::new(answer)),
            scripted: Mutex::default(),
            delay: Mutex::default(),
            given_up: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(handle).with_state(Arc::clone(&inner));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { inner, url, server }
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Answers the next request with this, whatever it asks.
    pub fn next(&self, response: impl IntoResponse) {
        self.inner.scripted.lock().unwrap().push_back(response.into_response());
    }

    /// Waits this long before every answer.
    pub fn delay(&self, delay: Duration) {
        *self.inner.delay.lock().unwrap() = delay;
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.inner.asked.lock().unwrap().clone()
    }

    /// How many requests had this mode.
    pub fn count(&self, mode: &str) -> usize {
        self.asked().iter().filter(|asked| asked.mode().as_deref() == Some(mode)).count()
    }

    /// How many requests the other side gave up before they were answered.
    pub fn given_up(&self) -> usize {
        self.inner.given_up.load(Ordering::Acquire)
    }

    /// Stops listening and breaks every connection.
    pub fn kill(&self) {
        self.server.abort();
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn handle(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let asked = ask(&parts.uri, parts.method, parts.headers, body);
    let scripted = inner.scripted.lock().unwrap().pop_front();
    let answer = Arc::clone(&inner.answer.lock().unwrap());
    let delay = *inner.delay.lock().unwrap();
    inner.asked.lock().unwrap().push(asked.clone());
    let mut unanswered = Unanswered(Some(Arc::clone(&inner)));
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    unanswered.0 = None;
    scripted.unwrap_or_else(|| answer(&asked))
}

fn ask(uri: &Uri, method: Method, headers: HeaderMap, body: Bytes) -> Asked {
    let path = uri.path().trim_start_matches('/');
    let (host, path) = path.split_once('/').unwrap_or((path, ""));
    Asked {
        method,
        host: host.to_owned(),
        path: format!("/{path}"),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    }
}

/// A JSON answer.
pub fn json(value: Value) -> Response {
    axum::Json(value).into_response()
}

/// A file as a JSON answer.
pub fn file(path: &std::path::Path) -> Response {
    let body = std::fs::read(path).unwrap();
    ([("content-type", "application/json")], body).into_response()
}

/// A status with a body.
pub fn status(code: u16, body: impl Into<Body>) -> Response {
    Response::builder().status(StatusCode::from_u16(code).unwrap()).body(body.into()).unwrap()
}
