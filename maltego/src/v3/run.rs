//! Answers about a run: what starting, polling, cancelling and deleting one say.
//!
//! Whoever keeps the run brings a [`RunSnapshot`], taken at one moment under one lock: the state and the events it
//! explains must never disagree, because a client stops polling as soon as it sees a final state and no event beyond
//! its pointer. Header and body of one answer come from the same snapshot for the same reason.
//!
//! Events are borrowed and already rendered, so that a page read twice is the same page.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::{
    event::Event,
    problem::{Malformed, Problem, ProblemKind, Step},
    time::serialise_body_time,
};

/// The most events that the peer puts into one answer. A server may announce more in
/// [`PAGE_SIZE_HEADER`](super::negotiate::PAGE_SIZE_HEADER), which spares a client that pauses between polls most of
/// its waiting.
pub const PEER_PAGE_SIZE: usize = 50;
/// The answer header with the state, in [`RunState::header`]'s spelling.
pub const RUN_STATE_HEADER: &str = "maltego-run-state";
/// The answer header with the duration in milliseconds.
pub const RUN_DURATION_HEADER: &str = "maltego-run-duration";
/// The answer header with the number of added entities by type, as JSON.
pub const ENTITIES_ADDED_HEADER: &str = "maltego-entities-added";

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RunState {
    /// Accepted, not begun.
    #[default]
    Initialized,
    /// At work.
    Running,
    /// The transform is done, its run is not: not a final state.
    Finished,
    /// Done.
    Completed,
    /// Ended by an error; what was found before stays valid.
    Failed,
    /// Ended by the user.
    Cancelled,
    /// Ended by a limit of time, or because nobody polled.
    TimedOut,
}

impl RunState {
    /// The spelling in headers and in status messages.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::Initialized => "INITIALIZED",
            Self::Running => "RUNNING",
            Self::Finished => "FINISHED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELED",
            Self::TimedOut => "TIMED_OUT",
        }
    }

    /// The spelling in bodies, where a run that timed out has failed.
    #[must_use]
    pub const fn body(self) -> &'static str {
        match self {
            Self::TimedOut => Self::Failed.header(),
            other => other.header(),
        }
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::TimedOut)
    }
}

/// [`RunState::body`], the spelling of documents.
impl Serialize for RunState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.body())
    }
}

/// Which events a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The first event, counted from 0; it may lie behind the last one.
    pub pointer: usize,
    /// How many at most, never 0.
    pub limit: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self { pointer: 0, limit: PEER_PAGE_SIZE }
    }
}

impl Page {
    /// Reads the query parameters `eventPointer` and `eventLimit`. A missing pointer is 0; a missing limit, and one
    /// outside 1 to the server's own page size, is that page size.
    ///
    /// # Errors
    /// When one of them is not a whole number, or the pointer is negative.
    pub fn read(pointer: Option<&str>, limit: Option<&str>, page_size: usize) -> Result<Self, Malformed> {
        let mut detail = Vec::new();
        let mut problem = |name, kind, message: &str| {
            detail.push(Problem {
                kind,
                location: vec![Step::Member("query"), Step::Member(name)],
                message: message.to_owned(),
            });
        };
        let pointer = match pointer.map(|text| text.trim().parse::<i64>()) {
            None => 0,
            Some(Ok(number)) => usize::try_from(number).unwrap_or_else(|_| {
                problem("eventPointer", ProblemKind::GreaterThanEqual, "Events are counted from 0");
                0
            }),
            Some(Err(_)) => {
                problem("eventPointer", ProblemKind::IntType, "This should be a whole number");
                0
            }
        };
        let limit = match limit.map(|text| text.trim().parse::<i64>()) {
            None => page_size,
            Some(Ok(number)) => {
                usize::try_from(number).ok().filter(|count| (1..=page_size).contains(count)).unwrap_or(page_size)
            }
            Some(Err(_)) => {
                problem("eventLimit", ProblemKind::IntType, "This should be a whole number");
                page_size
            }
        };
        if detail.is_empty() { Ok(Self { pointer, limit }) } else { Err(Malformed { detail }) }
    }
}

/// A run at one moment.
#[derive(Debug, Clone, Copy)]
pub struct RunSnapshot<'a> {
    /// The run's unguessable name.
    pub run_id: &'a str,
    /// Its state.
    pub state: RunState,
    /// When it was accepted.
    pub started: Timestamp,
    /// When its state or its events last changed.
    pub updated: Timestamp,
    /// Every event so far.
    pub events: &'a [Event],
    /// How many entities were added so far.
    pub entities: u64,
}

impl<'a> RunSnapshot<'a> {
    /// The answer to the request that started the run: no events yet, whatever exists already.
    #[must_use]
    pub fn started(&self) -> RunResponse<'a> {
        self.response(0, &[])
    }

    /// The answer to a poll. A pointer behind the last event gives an empty page.
    #[must_use]
    pub fn page(&self, page: Page) -> RunResponse<'a> {
        let rest = self.events.get(page.pointer..).unwrap_or_default();
        self.response(page.pointer, rest.get(..page.limit).unwrap_or(rest))
    }

    fn response(&self, event_pointer: usize, events: &'a [Event]) -> RunResponse<'a> {
        RunResponse {
            result: RunResult {
                event_pointer,
                event_count: self.events.len(),
                atomic_entity_count: self.entities,
                composite_entity_count: 0,
                incomplete_composite_entity: false,
                events,
                run_id: self.run_id,
                state: self.state,
                start_time: self.started,
                update_time: self.updated,
            },
            status: RunStatus { ui_messages: [], code: 200 },
        }
    }
}

/// The answer to starting and polling. Made by [`RunSnapshot`].
#[derive(Debug, Clone, Serialize)]
pub struct RunResponse<'a> {
    /// The run.
    pub result: RunResult<'a>,
    /// What the peer always sends beside it.
    pub status: RunStatus,
}

/// The run in a [`RunResponse`]. Nothing here is ever left out.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunResult<'a> {
    /// The pointer that was asked for, not the next one.
    pub event_pointer: usize,
    /// How many events exist.
    pub event_count: usize,
    /// How many entities were added. There are no composite ones.
    pub atomic_entity_count: u64,
    /// Always 0.
    pub composite_entity_count: u64,
    /// Always false.
    pub incomplete_composite_entity: bool,
    /// The page.
    pub events: &'a [Event],
    /// The run's name.
    pub run_id: &'a str,
    /// Its state, in the body's spelling.
    pub state: RunState,
    /// When it was accepted.
    #[serde(serialize_with = "serialise_body_time")]
    pub start_time: Timestamp,
    /// When it last changed.
    #[serde(serialize_with = "serialise_body_time")]
    pub update_time: Timestamp,
}

/// The fixed part of a [`RunResponse`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunStatus {
    /// Always empty: messages are events.
    pub ui_messages: [(); 0],
    /// Always 200.
    pub code: u16,
}

/// The answer to cancelling and deleting a run.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary<'a> {
    entities: AddedEntities<'a>,
    run_id: &'a str,
    state: RunState,
    duration: u64,
    atomic_entity_count: u64,
    composite_entity_count: u64,
}

#[derive(Debug, Clone, Serialize)]
struct AddedEntities<'a> {
    added: &'a BTreeMap<String, u64>,
}

impl<'a> RunSummary<'a> {
    /// The summary of a run in the state that the answer should show, with its duration in milliseconds and the
    /// number of added entities by type.
    #[must_use]
    pub fn new(run_id: &'a str, state: RunState, duration: u64, added: &'a BTreeMap<String, u64>) -> Self {
        Self {
            entities: AddedEntities { added },
            run_id,
            state,
            duration,
            atomic_entity_count: added.values().fold(0, |sum, count| sum.saturating_add(*count)),
            composite_entity_count: 0,
        }
    }

    /// The value of [`ENTITIES_ADDED_HEADER`]: the same map as in the body, in ASCII.
    #[must_use]
    pub fn entities_added_header(&self) -> String {
        let map: serde_json::Map<String, serde_json::Value> =
            self.entities.added.iter().map(|(name, count)| (name.clone(), (*count).into())).collect();
        let mut header = String::new();
        for c in serde_json::Value::Object(map).to_string().chars() {
            if c.is_ascii() {
                header.push(c);
            } else {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    header.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
        header
    }
}

/// A name for an entity or a link: 64 random bits in base 36, always 13 characters, as clients name theirs.
#[must_use]
pub fn graph_id(random: [u8; 8]) -> String {
    let mut rest = u64::from_be_bytes(random);
    let mut reversed = [0_u8; 13];
    for place in &mut reversed {
        // A remainder of 36 always fits a byte.
        let digit = u8::try_from(rest % 36).unwrap_or_default();
        *place = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        rest /= 36;
    }
    reversed.iter().rev().map(|byte| char::from(*byte)).collect()
}

/// A name for a run or a prompt: a UUID of version 4 (RFC 9562). The bytes must come from a cryptographic source,
/// because a run's name is all that keeps one user from reading another's results.
#[must_use]
pub fn run_id(random: [u8; 16]) -> String {
    uuid::Builder::from_random_bytes(random).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{message::Message, v3::event};

    fn instant() -> Timestamp {
        "2026-11-21T04:06:40.415154Z".parse().unwrap()
    }

    fn events(count: usize) -> Vec<Event> {
        (0..count).map(|i| event::message(&Message::inform(i.to_string()), RunState::Running, instant())).collect()
    }

    fn snapshot(events: &[Event]) -> RunSnapshot<'_> {
        RunSnapshot {
            run_id: "8de2ccf0-3228-484f-8cdb-90f10c9bdc88",
            state: RunState::TimedOut,
            started: instant(),
            updated: instant(),
            events,
            entities: 1,
        }
    }

    #[test]
    fn a_page_is_never_longer_than_asked_and_never_out_of_bounds() {
        let events = events(7);
        let length = |pointer, limit| snapshot(&events).page(Page { pointer, limit }).result.events.len();
        assert_eq!([length(0, 50), length(0, 3), length(5, 3), length(7, 3), length(usize::MAX, 50)], [7, 3, 2, 0, 0]);
        assert_eq!(snapshot(&events).page(Page { pointer: 9, limit: 1 }).result.event_pointer, 9);
    }

    #[test]
    fn the_answer_has_every_member() {
        let events = events(1);
        let answer = serde_json::to_value(snapshot(&events).page(Page::default())).unwrap();
        assert_eq!(
            answer,
            json!({
                "result": {
                    "eventPointer": 0, "eventCount": 1, "atomicEntityCount": 1, "compositeEntityCount": 0,
                    "incompleteCompositeEntity": false,
                    "events": [{
                        "timestamp": "2026-11-21 04:06:40.415154",
                        "data": {
                            "eventType": "ADD", "inputType": "STATUS_MESSAGE",
                            "statusMessage": {
                                "type": "INFO", "state": "RUNNING", "text": "0", "code": 0, "progress": 0.0
                            }
                        }
                    }],
                    "runId": "8de2ccf0-3228-484f-8cdb-90f10c9bdc88", "state": "FAILED",
                    "startTime": "2026-11-21 04:06:40.415154", "updateTime": "2026-11-21 04:06:40.415154"
                },
                "status": {"uiMessages": [], "code": 200}
            })
        );
        let started = snapshot(&events).started();
        assert!(started.result.events.is_empty() && started.result.event_count == 1);
    }

    #[test]
    fn query_numbers_are_read_as_the_protocol_wants() {
        assert_eq!(Page::read(None, None, 50).unwrap(), Page { pointer: 0, limit: 50 });
        assert_eq!(Page::read(Some("3"), Some("7"), 50).unwrap(), Page { pointer: 3, limit: 7 });
        for limit in ["0", "-1", "51", "9999999999"] {
            assert_eq!(Page::read(None, Some(limit), 50).unwrap().limit, 50, "{limit}");
        }
        let problems = Page::read(Some("-1"), Some("x"), 50).unwrap_err().detail;
        assert_eq!(problems.len(), 2);
        assert_eq!(problems[0].location, [Step::Member("query"), Step::Member("eventPointer")]);
        assert!(Page::read(Some("1.5"), None, 50).is_err());
    }

    #[test]
    fn only_bodies_hide_that_a_run_timed_out() {
        assert_eq!((RunState::TimedOut.body(), RunState::TimedOut.header()), ("FAILED", "TIMED_OUT"));
        assert_eq!((RunState::Cancelled.body(), RunState::Cancelled.header()), ("CANCELED", "CANCELED"));
        assert!(!RunState::Finished.is_final() && RunState::TimedOut.is_final());
    }

    #[test]
    fn the_summary_counts_by_type() {
        let added = BTreeMap::from([("maltego.Phrase".to_owned(), 2), ("acme.Größe".to_owned(), 1)]);
        let summary = RunSummary::new("r", RunState::Cancelled, 1206, &added);
        assert_eq!(
            serde_json::to_value(&summary).unwrap(),
            json!({
                "entities": {"added": {"maltego.Phrase": 2, "acme.Größe": 1}}, "runId": "r", "state": "CANCELED",
                "duration": 1206, "atomicEntityCount": 3, "compositeEntityCount": 0
            })
        );
        let header = summary.entities_added_header();
        assert!(header.is_ascii());
        assert_eq!(serde_json::from_str::<BTreeMap<String, u64>>(&header).unwrap(), added);
    }

    #[test]
    fn names_have_the_usual_form() {
        assert_eq!(graph_id([0; 8]), "0000000000000");
        assert_eq!(graph_id([0xff; 8]), "3w5e11264sgsf");
        assert_eq!(run_id([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
