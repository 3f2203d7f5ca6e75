//! Questions that take more than one exchange.
//!
//! Some answers have to be put together: a registry names the registrar that knows the rest, a WHOIS server refers to
//! another, a name has eight types of DNS records. A provider answers such a lookup with a conversation, which says what
//! to ask next, is told what came of it, and ends with a page. It sends nothing itself: each of its requests passes
//! through the desk's layers like any other, with its own line for each server, so that pacing, retries and rests are the
//! same for all.

use std::{fmt::Debug, sync::Arc};

use super::Rate;
use crate::{
    answer::Page,
    error::ProviderError,
    upstream::{Request, Response},
};

/// An answer that is put together from several exchanges.
pub trait Conversation: Debug + Send {
    /// What to do next, after what was asked last came to this: nothing at the very beginning, afterwards one outcome for
    /// each inquiry, in their order.
    ///
    /// # Errors
    /// When the whole question has no answer. A single failure need not be that.
    fn go_on(&mut self, heard: Vec<Heard>) -> Result<Turn, ProviderError>;
}

/// What to do next in a conversation.
#[derive(Debug)]
pub enum Turn {
    /// Ask these, all at once.
    Ask(Vec<Inquiry>),
    /// There is an answer.
    Done(Page),
}

/// A request within a conversation.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// What is sent.
    pub request: Request,
    /// Whose rate and failures it counts towards: most often the server's name.
    pub service: Arc<str>,
    /// The rate of that service.
    pub rate: Option<Rate>,
    /// Whether the service takes one request at a time.
    pub one_at_a_time: bool,
}

/// What came of an inquiry.
#[derive(Debug, Clone)]
pub struct Heard {
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub outcome: Result<Response, ProviderError>,
}
