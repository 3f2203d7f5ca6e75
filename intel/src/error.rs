//! Errors, each with two messages.
//!
//! Every question ends in an answer or in one of these, and each is read by two people. The analyst reads
//! [`AskError::analyst_message`] on the graph: plain words and the next step, nothing about how we are built. The
//! operator reads [`Display`](std::fmt::Display) in the log: what happened, with details. Neither ever holds a key:
//! keys are kept apart from requests (see [`crate::upstream`]) and details are cut from what upstream sent, never from
//! what we sent.
//!
//! Nothing found is not an error. A count that may not be bought is ([`AskError::NeedsConsent`]), since the question
//! stays unanswered until somebody decides.

use std::{net::IpAddr, time::Duration};

use jiff::Timestamp;
use thiserror::Error;

use crate::{
    answer::Total,
    credits::Credits,
    desk::{Allowance, StoreFailure},
    lookup::LookupKind,
    observable::SpecialUse,
    provider::Exposure,
};

/// What can go wrong between us and one source.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// The source does not know the key.
    #[error("the key was refused")]
    BadKey,
    /// The account is empty.
    #[error("the account has no credits left")]
    NoCredits,
    /// The key is good, but its plan does not include this service.
    #[error("the plan does not include this service")]
    PlanForbids,
    /// Refused, and the source does not say whether for the key or for the credits.
    #[error("access refused: bad key or no credits")]
    AccessRefused,
    /// Too many requests; the source may say how long to wait.
    #[error("rate limited, wait {wait:?}")]
    RateLimited {
        /// The wait the source asked for.
        wait: Option<Duration>,
    },
    /// The source refuses the question itself. What it says about it may repeat what was asked about, so it is for the
    /// analyst and not for the log.
    #[error("the source refused the question as invalid")]
    InvalidInput {
        /// What it says is wrong.
        reason: String,
    },
    /// The source failed (a 5xx status, a gateway's error page). Error pages like to repeat the request, so what it said
    /// is not for the log.
    #[error("upstream failure{}", status.map(|status| format!(" (status {status})")).unwrap_or_default())]
    Upstream {
        /// The HTTP status, if there was one.
        status: Option<u16>,
        /// A short excerpt of what it said.
        detail: String,
    },
    /// No connection could be made, so nothing was asked and nothing was charged.
    #[error("cannot connect: {detail}")]
    Unreachable {
        /// Why.
        detail: String,
    },
    /// The connection broke after the request had been sent.
    #[error("connection broke: {detail}")]
    Broken {
        /// Why.
        detail: String,
    },
    /// No answer in time.
    #[error("no answer within {after:?}")]
    Timeout {
        /// How long we waited.
        after: Duration,
    },
    /// The answer is larger than we accept.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The answer is not what the source's documentation describes.
    #[error("malformed answer: {detail}")]
    Malformed {
        /// What is wrong with it.
        detail: String,
    },
    /// Many failures in a row: the source is left alone for a while.
    #[error("resting after repeated failures, next try in {retry_in:?}")]
    Resting {
        /// When it will be asked again.
        retry_in: Duration,
    },
    /// More questions wait for the source than its rate lets through before the asker's deadline.
    #[error("the line of waiting questions is too long, {wait:?} would not be enough")]
    Crowded {
        /// How long the asker would have had to wait at least.
        wait: Duration,
    },
    /// The source answered, and its answer could not be kept: it is not shown.
    #[error("the answer could not be kept: {0}")]
    NotKept(StoreFailure),
    /// A purchase was sent and its outcome is not known: it may have been charged.
    #[error("the outcome of a purchase is unknown: {cause}")]
    PurchaseUnknown {
        /// What happened.
        cause: Box<ProviderError>,
    },
}

impl ProviderError {
    /// A [`ProviderError::Malformed`].
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::Malformed { detail: excerpt(&detail.into()) }
    }

    /// A [`ProviderError::Upstream`] with a shortened excerpt.
    #[must_use]
    pub fn upstream(status: Option<u16>, detail: &str) -> Self {
        Self::Upstream { status, detail: excerpt(detail) }
    }

    /// Whether asking the same again a little later may help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Upstream { .. }
                | Self::Unreachable { .. }
                | Self::Broken { .. }
                | Self::Timeout { .. }
        )
    }

    /// Whether the source certainly did not act on the request, so that even a purchase may be tried again.
    #[must_use]
    pub const fn certainly_not_acted_on(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unreachable { .. })
    }

    /// What the analyst reads: what happened to which source, and what to do about it.
    #[must_use]
    pub fn analyst_message(&self, source: &str) -> String {
        match self {
            Self::BadKey => format!(
                "{source} does not accept the API key. Whoever runs this server should check the key in its \
                 configuration (namehound config check)."
            ),
            Self::NoCredits => format!("{source}: out of credits. Top up the account, or ask another source."),
            Self::PlanForbids => {
                format!("{source}: the key works, but the account's plan does not include this service.")
            }
            Self::AccessRefused => format!(
                "{source} refused access and does not say why: the API key may be wrong, or the credits used up."
            ),
            Self::RateLimited { wait: Some(wait) } => {
                format!("{source} is busy and asks to wait {}. Run the transform again after that.", in_words(*wait))
            }
            Self::RateLimited { wait: None } => {
                format!("{source} is busy and refuses more requests for now. Run the transform again in a minute.")
            }
            Self::InvalidInput { reason } => format!("{source} cannot be asked this: {reason}"),
            Self::Upstream { .. } => format!("{source} failed on its side. Try again later."),
            Self::Unreachable { .. } => {
                format!("{source} cannot be reached from this server. Check its network, or try again later.")
            }
            Self::Broken { .. } => format!("{source} broke off its answer. Try again."),
            Self::Timeout { after } => format!("{source} did not answer within {}. Try again.", in_words(*after)),
            Self::TooLarge { limit } => format!(
                "{source} sent an answer of more than {} MiB, which is not read. Ask something narrower.",
                limit.div_ceil(1024 * 1024)
            ),
            Self::Malformed { .. } => format!(
                "{source} sent an answer that cannot be understood. If it happens again, tell whoever runs this \
                 server: the log says what was wrong with it."
            ),
            Self::Resting { retry_in } => format!(
                "{source} failed several times in a row and is left alone for {}. Try again after that.",
                in_words(*retry_in)
            ),
            Self::Crowded { .. } => format!(
                "Too many questions are waiting for {source}, which only takes so many a second. Run the transform \
                 again in a minute."
            ),
            Self::NotKept(failure) => {
                format!("{source} answered, but nothing is shown that cannot be proved later. {}", failure.advice)
            }
            Self::PurchaseUnknown { .. } => format!(
                "{source} was asked to sell this answer and then fell silent. It may have been charged, so it was \
                 not asked again. Running the transform once more may pay a second time."
            ),
        }
    }
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AskError {
    /// The source failed.
    #[error("{source_name}: {error}")]
    Provider {
        /// The source as people know it.
        source_name: String,
        /// What went wrong.
        error: ProviderError,
    },
    /// Buying the answer needs somebody's decision.
    #[error("a purchase of {price} at {source_name} needs consent ({count:?} records, limit {limit})")]
    NeedsConsent {
        /// The source as people know it.
        source_name: String,
        /// How many records the purchase would bring, where a free preview said so.
        count: Option<Total>,
        /// What it would cost.
        price: Credits,
        /// What this run has already spent.
        spent: Credits,
        /// What a run may spend without asking.
        limit: Credits,
    },
    /// A name that must never leave the machine.
    #[error("special-use name ({name}) was not sent anywhere")]
    SpecialUse {
        /// Which kind of name.
        name: SpecialUse,
    },
    /// An address that means another host in every network, so that nobody outside can be asked about it.
    #[error("a question about a local address was not sent anywhere")]
    LocalAddress {
        /// The address.
        address: IpAddr,
    },
    /// No configured source answers this kind of question.
    #[error("no source configured for {kind}")]
    NoSource {
        /// The kind of question.
        kind: LookupKind,
    },
    /// Everybody who could be asked failed.
    #[error("every source failed: {}", in_one_line(failures))]
    AllFailed {
        /// The failures, in the order of the route; each an [`AskError::Provider`].
        failures: Vec<AskError>,
    },
    /// Everybody who could be asked is out of bounds for this asker.
    #[error("not asked: exposure {} is above the ceiling {}, or the provider is not on the list", exposure.as_str(), ceiling.as_str())]
    Barred {
        /// The sources that would have been asked, as people know them.
        sources: Vec<String>,
        /// Who would have learnt of the question at the first of them.
        exposure: Exposure,
        /// Who may learn of the asker's questions at most.
        ceiling: Exposure,
    },
    /// A purchase would exceed what somebody allowed.
    #[error("a purchase of {price} at {source_name} exceeds the allowance of {} ({} of {} left)", allowance.of, allowance.left, allowance.limit)]
    Allowance {
        /// The source as people know it.
        source_name: String,
        /// What the purchase would cost.
        price: Credits,
        /// Which limit, and how much of it is left.
        allowance: Box<Allowance>,
    },
    /// The same was about to be bought before, and nobody knows whether it was charged.
    #[error("a purchase at {source_name} of {since} has an unknown outcome")]
    Unresolved {
        /// The source as people know it.
        source_name: String,
        /// When that was.
        since: Timestamp,
        /// What it would have cost.
        price: Credits,
    },
    /// In a replay: the investigation was never told this.
    #[error("the case \"{case}\" was not told this by {source_name}")]
    NotTold {
        /// The source as people know it.
        source_name: String,
        /// The investigation.
        case: String,
    },
    /// Something could not be written down or read, so nothing is shown.
    #[error("store: {0}")]
    Store(StoreFailure),
    /// The request's own time is over.
    #[error("the deadline passed")]
    Deadline,
    /// Our own fault: a task that was carrying the question came to an unplanned end.
    #[error("a lookup came to an unplanned end: {detail}")]
    Crashed {
        /// What the runtime says about it.
        detail: String,
    },
}

impl AskError {
    /// What the analyst reads.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::Provider { source_name, error } => error.analyst_message(source_name),
            Self::NeedsConsent { source_name, count, price, spent, limit } => {
                let found = match count {
                    Some(Total::Exactly(1)) => format!("{source_name} has 1 result. "),
                    Some(Total::Exactly(count)) => format!("{source_name} has {count} results. "),
                    Some(Total::AtLeast(count)) => format!("{source_name} has {count} results or more. "),
                    None => String::new(),
                };
                let already =
                    if spent.is_free() { String::new() } else { format!(" on top of the {spent} already spent") };
                format!(
                    "{found}Buying them at {source_name} costs about {price}{already}, and a run may spend {limit} \
                     without asking. Nothing was bought. To buy, run again with the setting \"confirm_purchase\" = \
                     true, or raise \"max_credits_per_run\"."
                )
            }
            Self::SpecialUse { name } => name.analyst_message(),
            Self::LocalAddress { address } => format!(
                "{address} is a private or otherwise local address: it means another host in every network, so nobody \
                 was asked about it."
            ),
            Self::NoSource { kind } => format!(
                "No source for {} is configured on this server. Whoever runs it can add an API key (namehound config \
                 init shows where), or load a case that answers it.",
                kind.in_words()
            ),
            Self::AllFailed { failures } => {
                let told: Vec<String> = failures.iter().map(Self::analyst_message).collect();
                format!("Nobody who was asked could answer. {}", told.join(" "))
            }
            Self::Barred { sources, exposure, ceiling } if exposure > ceiling => format!(
                "This was not asked: at {} the question would become known to {}, and this case allows no more than {}.",
                sources.join(", "),
                exposure.in_words(),
                ceiling.in_words()
            ),
            Self::Barred { sources, .. } => {
                format!("This was not asked: {} is not among the sources that this case allows.", sources.join(", "))
            }
            Self::Allowance { source_name, price, allowance } => {
                let resets = allowance.resets.map_or_else(
                    || "Whoever runs this server can raise it.".to_owned(),
                    |resets| format!("There is more from {} UTC on.", resets.strftime("%Y-%m-%d %H:%M")),
                );
                format!(
                    "Not bought: {source_name} asks about {price}, and of the allowance of {} ({}) {} is left. {resets}",
                    allowance.of, allowance.limit, allowance.left
                )
            }
            Self::Unresolved { source_name, since, price } => format!(
                "{source_name} was asked to sell this answer at {} UTC and nobody knows how that ended: the {price} may \
                 have been charged. It was not asked again. To buy it all the same, run again with the setting \
                 \"confirm_purchase\" = true.",
                since.strftime("%Y-%m-%d %H:%M")
            ),
            Self::NotTold { source_name, case } => format!(
                "The case \"{case}\" is only being gone through again, and it never asked {source_name} this. Nobody was \
                 asked."
            ),
            Self::Store(failure) => failure.advice.clone(),
            Self::Deadline => "This took longer than a run may take. Ask for fewer results, or try again: what was \
                               found so far is remembered."
                .to_owned(),
            Self::Crashed { .. } => "Something went wrong inside this server. Its log says what; please tell whoever \
                                     runs it."
                .to_owned(),
        }
    }
}

fn in_one_line(failures: &[AskError]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// At most 200 characters on one line.
fn excerpt(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    line.trim().to_owned()
}

/// A duration as a person would say it: whole seconds or minutes, rounded up.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    match seconds {
        0 | 1 => "1 second".to_owned(),
        2..=119 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
