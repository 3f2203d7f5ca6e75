//! Promise: however many ask the same at once, it is bought once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{sync::Arc, time::Duration};

use serde_json::json;
use support::{Running, Upstream, client::Request, post, upstream::json as answer, vendor_config};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_identical_requests_make_one_preview_and_one_purchase() {
    let upstream = Upstream::start(|asked| match asked.mode().as_deref() {
        Some("preview") => answer(json!({ "domainsCount": 2 })),
        _ => answer(json!({ "domainsCount": 2, "domainsList": ["cmt.example", "velani.example"] })),
    })
    .await;
    upstream.delay(Duration::from_millis(200));
    let server = Arc::new(Running::start(vendor_config(&upstream)));
    let askers: Vec<_> = (0..200)
        .map(|_| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                post(&server.url("/run/person_to_domains"), &Request::new("maltego.Person", "Dara Velani")).await
            })
        })
        .collect();
    let mut buyers = 0;
    for asker in askers {
        let reply = asker.await.unwrap();
        assert_eq!(reply.values(), ["cmt.example", "velani.example"], "{:?}", reply.messages);
        buyers += usize::from(reply.says("Inform", "50 credits spent"));
    }
    assert_eq!((upstream.count("preview"), upstream.count("purchase"), upstream.asked().len()), (1, 1, 2));
    assert_eq!(buyers, 1, "exactly one run is told that it paid");
}

#[tokio::test]
async fn a_caller_who_hangs_up_during_a_purchase_leaves_the_answer_for_the_next() {
    let upstream = Upstream::start(|_| {
        answer(json!({ "result": [{ "name": "cmt.example", "first_seen": 1, "last_visit": 2 }], "size": 1 }))
    })
    .await;
    upstream.delay(Duration::from_millis(300));
    let server = Running::start(vendor_config(&upstream));
    let request = Request::new("maltego.NSRecord", "ns1.host.example");
    let url = server.url("/run/ns_to_domains");
    let hurried = tokio::time::timeout(Duration::from_millis(100), post(&url, &request));
    assert!(hurried.await.is_err());
    let reply = post(&url, &request).await;
    assert_eq!((reply.values(), upstream.asked().len()), (vec!["cmt.example"], 1));
}
