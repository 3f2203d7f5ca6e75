//! How long a client may take to send a body.
//!
//! A client that sends a byte now and then costs little each, and a thousand of them cost a server. Heads are timed by
//! the HTTP library; bodies are not, so they are timed here: all of a body has to arrive within one span of time,
//! however steadily it drips.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

/// Ends a body that takes too long, and answers 408 in place of whatever was made of its beginning.
pub(super) async fn limit(State(patience): State<Duration>, request: Request, next: Next) -> Response {
    let late = Arc::new(AtomicBool::new(false));
    let response = next.run(request.map(|body| timed(body, Instant::now() + patience, Arc::clone(&late)))).await;
    if !late.load(Ordering::Relaxed) {
        return response;
    }
    tracing::info!("a request's body did not arrive in time");
    // What else the client sends belongs to the request that was given up.
    let close = [(header::CONNECTION, "close")];
    (StatusCode::REQUEST_TIMEOUT, close, "The request did not arrive in time.\n").into_response()
}

fn timed(body: Body, deadline: Instant, late: Arc<AtomicBool>) -> Body {
    let chunks = stream::unfold(body.into_data_stream(), move |mut chunks| {
        let late = Arc::clone(&late);
        async move {
            let chunk = match timeout_at(deadline, chunks.next()).await {
                Ok(chunk) => chunk?,
                Err(elapsed) => {
                    late.store(true, Ordering::Relaxed);
                    Err(axum::Error::new(elapsed))
                }
            };
            Some((chunk, chunks))
        }
    });
    Body::from_stream(chunks)
}
