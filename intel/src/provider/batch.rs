//! Many questions as one job.
//!
//! Some sources answer thousands of questions faster when they get them together: a list is submitted, the source works
//! on it, and the answers are fetched when they are there. A provider whose source can do that says so here: which
//! lookups can be put together, on which terms, and how the three kinds of request are made and read. When it is worth
//! it, who waits for what and what becomes of callers that give up is the desk's.

use std::{fmt::Debug, time::Duration};

use crate::{
    answer::Page,
    error::ProviderError,
    lookup::Lookup,
    provider::Offer,
    upstream::{HttpRequest, HttpResponse},
};

/// How a provider answers many lookups as one job.
pub trait Batch: Debug + Send + Sync {
    /// The terms for putting this lookup together with others; `None` if it cannot be.
    fn terms(&self, lookup: &Lookup) -> Option<BatchTerms>;

    /// How to carry out a step of a job for these lookups.
    ///
    /// # Errors
    /// [`ProviderError::InvalidInput`] when this source cannot be asked about them.
    fn call(&self, lookups: &[Lookup], step: &BatchStep) -> Result<HttpRequest, ProviderError>;

    /// Reads the response to a step.
    ///
    /// # Errors
    /// Whatever the response says went wrong, or [`ProviderError::Malformed`].
    fn read(
        &self,
        lookups: &[Lookup],
        step: &BatchStep,
        response: &HttpResponse,
    ) -> Result<BatchReading, ProviderError>;
}

/// The terms on which lookups are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchTerms {
    /// The terms of the service that takes jobs; its price is that of one lookup.
    pub offer: Offer,
    /// How long a lookup waits for others, counted anew from each that comes.
    pub window: Duration,
    /// How long the first one waits at most.
    pub longest_window: Duration,
    /// A job is worth it for more lookups than this; fewer are asked one by one.
    pub worth_above: usize,
    /// The most lookups in one job.
    pub largest: usize,
    /// The first wait between two questions whether a job is done; it doubles from time to time.
    pub shortest_poll: Duration,
    /// The longest such wait.
    pub longest_poll: Duration,
    /// How long a job may take until it is given up.
    pub job_time: Duration,
}

/// A step of a job.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BatchStep {
    /// Hand the lookups in.
    Submit,
    /// Ask how far the job is.
    Poll {
        /// The source's key for the job.
        job: String,
    },
    /// Fetch answers.
    Fetch {
        /// The source's key for the job.
        job: String,
        /// How many answers have been fetched before.
        from: u64,
    },
}

/// What the response to a step says.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchReading {
    /// The job is taken.
    Submitted {
        /// The source's key for it.
        job: String,
        /// The lookups that it does not take, by their positions.
        refused: Vec<usize>,
    },
    /// How far the job is.
    Progress {
        /// How many lookups are done.
        done: u64,
        /// How many there are, as the source counts them.
        total: u64,
    },
    /// Some of the answers.
    Answers {
        /// By the positions of the lookups.
        pages: Vec<(usize, Result<Page, ProviderError>)>,
        /// How many rows the response had, those that belong to no lookup included: where the next ones begin.
        rows: u64,
    },
}
