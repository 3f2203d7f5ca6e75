//! This machine's clock, compared with that of whoever answered (RFC 9110, section 6.6.1).
//!
//! A clock that is off breaks what depends on validity dates: certificates are refused on one side or the other, and so
//! are signed tokens of the JSON dialect, whose leeway is a minute.

use intel::{HttpResponse, ProviderError};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};

use super::finding::{Check, Finding};

const CHECK: Check = Check::Clock;

/// How far off is still well, in seconds: the other side's answer was under way for a while.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(120);

/// There was nothing to compare with, and why.
pub(super) fn not_asked(reason: &str) -> Finding {
    Finding::skipped(CHECK, format!("Not compared: {reason}."))
}

/// Compares with the `Date` of an answer; `None` if it has none that can be read.
pub(super) fn judge(now: Timestamp, source: &str, answer: &Result<HttpResponse, ProviderError>) -> Option<Finding> {
    let date = answer.as_ref().ok()?.headers.get("date")?.to_str().ok()?;
    let theirs = DateTimeParser::new().parse_timestamp(date).ok()?;
    let ahead = now.duration_since(theirs);
    if ahead.abs() <= TOLERANCE {
        return Some(Finding::good(CHECK, format!("It agrees with that of {source}.")));
    }
    let direction = if ahead.is_negative() { "behind" } else { "ahead of" };
    Some(Finding::problem(
        CHECK,
        format!("This machine's clock is {} {direction} that of {source}.", in_words(ahead.abs())),
        "Switch on the synchronisation of the time: \"sudo timedatectl set-ntp true\" on Linux, the date and time \
         settings elsewhere. Until then certificates and signed tokens are refused.",
    ))
}

fn in_words(duration: SignedDuration) -> String {
    match duration.as_secs() {
        seconds @ ..7_200 => format!("{} minutes", seconds / 60),
        seconds @ ..172_800 => format!("{} hours", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Verdict, *};

    fn dated(date: &'static str) -> Result<HttpResponse, ProviderError> {
        let mut headers = axum::http::HeaderMap::new();
        headers.insert("date", axum::http::HeaderValue::from_static(date));
        Ok(HttpResponse { status: axum::http::StatusCode::OK, headers, body: axum::body::Bytes::new() })
    }

    #[test]
    fn two_minutes_are_tolerated_and_more_are_not() {
        let answer = dated("Sun, 06 Nov 1994 08:49:37 GMT");
        for (now, verdict, told) in [
            ("1994-11-06T08:49:37Z", Verdict::Good, "agrees"),
            ("1994-11-06T08:51:37Z", Verdict::Good, "agrees"),
            ("1994-11-06T08:51:38Z", Verdict::Problem, "2 minutes ahead of"),
            ("1994-11-06T08:47:36Z", Verdict::Problem, "2 minutes behind"),
            ("1994-11-06T11:49:37Z", Verdict::Problem, "3 hours ahead of"),
            ("1994-01-01T00:00:00Z", Verdict::Problem, "309 days behind"),
        ] {
            let finding = judge(now.parse().unwrap(), "the vendor", &answer).unwrap();
            assert_eq!(finding.verdict, verdict, "{now}");
            assert!(finding.what.contains(told), "{}", finding.what);
        }
    }

    #[test]
    fn an_answer_without_a_date_proves_nothing() {
        assert_eq!(judge(Timestamp::UNIX_EPOCH, "the vendor", &dated("yesterday")), None);
        assert_eq!(judge(Timestamp::UNIX_EPOCH, "the vendor", &Err(ProviderError::BadKey)), None);
    }
}
