//! The two ways in which this dialect writes an instant.
//!
//! Answers carry `2026-11-21 04:06:40.718642`, without a zone and, in the peer, in local time; property values carry
//! `2024-02-29T12:30:15.123Z`. Both are written in UTC here, and always with all their digits: a reader that cuts by
//! position must not meet a missing fraction.

use jiff::Timestamp;
use serde::Serializer;

/// The form of answers and events: UTC, microseconds, no zone.
pub(super) fn body_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// The form of property values: UTC, milliseconds, `Z`.
pub(super) fn property_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// [`body_time`] as a field of a document.
pub(super) fn serialise_body_time<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&body_time(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_never_dropped_and_never_rounded_up() {
        let whole: Timestamp = "2026-11-21T05:06:40+01:00".parse().unwrap();
        assert_eq!(body_time(whole), "2026-11-21 04:06:40.000000");
        assert_eq!(property_time(whole), "2026-11-21T04:06:40.000Z");
        let fine: Timestamp = "2024-12-31T23:59:59.999999999Z".parse().unwrap();
        assert_eq!(body_time(fine), "2024-12-31 23:59:59.999999");
        assert_eq!(property_time(fine), "2024-12-31T23:59:59.999Z");
    }
}
