//! What is kept of each exchange with a source, and the name under which it is found again.
//!
//! "How do you know?" is answered with the bytes that a source sent, the question they answered and the time. This crate
//! says what has to be kept and when (see [`crate::desk::Witness`]); where and how it is kept is somebody else's.

use std::{fmt, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{credits::Credits, desk::Asker, upstream::Request};

/// The name of a kept exchange, as it stands on entities, in addresses and on the command line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EvidenceId(pub String);

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One exchange with a source.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The provider's name.
    pub provider: &'static str,
    /// The service of it that was asked, most often the last part of its address, or the server.
    pub service: String,
    /// The question that this is a part of the answer to, in canonical form.
    pub question: String,
    /// What was sent, without secrets.
    pub request: Request,
    /// The HTTP status, where there is one.
    pub status: Option<u16>,
    /// The headers that say something about the answer, in small letters.
    pub headers: Vec<(String, String)>,
    /// The bytes that came. A key in them was blotted out.
    pub body: Bytes,
    /// When the request was sent.
    pub started: Timestamp,
    /// How long the answer took.
    pub duration: Duration,
    /// What it cost.
    pub price: Credits,
    /// What it was understood to say: a number of records, or what went wrong.
    pub outcome: String,
    /// Who asked.
    pub asker: Asker,
}
