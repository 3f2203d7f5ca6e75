//! When a source says something was so: to the day, or to the instant.
//!
//! Registries that say `2019-10-28` did not say midnight UTC. Turning their day into an instant would invent a
//! precision that an editor could later quote, so both forms are kept as they were given.

use std::{cmp::Ordering, fmt, str::FromStr};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A day or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A calendar day in the source's own, unstated zone.
    Day(Date),
    /// An instant.
    Instant(Timestamp),
}

impl Moment {
    /// From seconds since 1970; `None` outside the representable range.
    #[must_use]
    pub fn from_epoch_seconds(seconds: i64) -> Option<Self> {
        Timestamp::from_second(seconds).ok().map(Self::Instant)
    }

    /// The calendar day; of an instant the day in UTC.
    #[must_use]
    pub fn day(&self) -> Date {
        match self {
            Self::Day(day) => *day,
            Self::Instant(instant) => instant.to_zoned(TimeZone::UTC).date(),
        }
    }

    /// The instant; of a day its first instant in UTC, good enough to sort and compare by.
    #[must_use]
    pub fn instant(&self) -> Timestamp {
        match self {
            Self::Day(day) => day.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |zoned| zoned.timestamp()),
            Self::Instant(instant) => *instant,
        }
    }
}

/// By instant; of two equal ones the day comes first.
impl Ord for Moment {
    fn cmp(&self, other: &Self) -> Ordering {
        let precision = |moment: &Self| matches!(moment, Self::Instant(_));
        self.instant().cmp(&other.instant()).then_with(|| precision(self).cmp(&precision(other)))
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `2019-10-28` or RFC 3339 in UTC.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Instant(instant) => instant.fmt(f),
        }
    }
}

/// A text that is neither a date nor an instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date (2019-10-28) or an instant (2019-10-28T09:30:00Z)")]
pub struct NotAMoment;

/// Reads `2019-10-28`, RFC 3339, and the vendor form `2018-06-17 11:23:51.000 UTC`. An instant without a zone is UTC.
impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let text = text.trim();
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Self::Instant(instant));
        }
        if text.len() == 10 {
            return text.parse::<Date>().map(Self::Day).map_err(|_| NotAMoment);
        }
        let text = text.strip_suffix("UTC").unwrap_or(text).trim_end();
        if let Ok(instant) = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).and_then(|t| t.to_timestamp()) {
            return Ok(Self::Instant(instant));
        }
        text.parse::<jiff::civil::DateTime>()
            .ok()
            .and_then(|zoneless| zoneless.to_zoned(TimeZone::UTC).ok())
            .map(|zoned| Self::Instant(zoned.timestamp()))
            .ok_or(NotAMoment)
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "a day (2019-10-28) or an instant (2019-10-28T09:30:00Z)",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+( ?UTC|Z|[+-][0-9:]+)?)?$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_sources_write_is_read() {
        for (text, shown) in [
            ("2019-10-28", "2019-10-28"),
            ("2020-04-25T17:25:49+00:00", "2020-04-25T17:25:49Z"),
            ("2018-06-17 11:23:51.000 UTC", "2018-06-17T11:23:51Z"),
            ("2018-06-17 11:23:51 UTC", "2018-06-17T11:23:51Z"),
            ("1997-09-15T07:00:00+0000", "1997-09-15T07:00:00Z"),
            ("1997-09-15T00:00:00-0700", "1997-09-15T07:00:00Z"),
        ] {
            assert_eq!(text.parse::<Moment>().map(|moment| moment.to_string()), Ok(shown.to_owned()), "{text}");
        }
    }

    #[test]
    fn other_texts_are_not_guessed_at() {
        for text in ["", "before Aug-1996", "01/02/2003", "2019-13-01", "2019"] {
            assert_eq!(text.parse::<Moment>(), Err(NotAMoment), "{text}");
        }
    }
}
