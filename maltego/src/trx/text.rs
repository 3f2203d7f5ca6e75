//! Typed values as classic text.
//!
//! The dialect has no types on the wire; the client parses text by the property's declared type, and what does not
//! parse is dropped or shown as it is. The forms below are those of the vendor's documentation.

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};

use crate::value::{DateRange, Value};

/// A value as text.
///
/// | value | text |
/// |---|---|
/// | text, URL | as it is |
/// | integer, boolean | `111`, `true` |
/// | double | `123.321`, never with an exponent; not-a-number and infinities have no form and become empty |
/// | date | `2023-02-16` |
/// | date-time | `2023-02-11 12:47:51.584 +0000`, always UTC, cut to milliseconds |
/// | range | `1686703386.087-1686746586.087`: seconds since 1970 with three decimals, an open end is `.000` |
/// | colour | `#rrggbb` |
/// | list | members joined by commas; a comma inside a member is not quoted, since no client's quoting is known |
#[must_use]
pub fn render(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) | Value::Url(text) => Cow::Borrowed(text),
        Value::Integer(number) => number.to_string().into(),
        Value::Double(number) if number.is_finite() => number.to_string().into(),
        Value::Double(_) => Cow::Borrowed(""),
        Value::Boolean(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        Value::Date(date) => date.to_string().into(),
        Value::DateTime(instant) => date_time(*instant).into(),
        Value::DateRange(DateRange { start, end }) => format!("{}-{}", seconds(*start), seconds(*end)).into(),
        Value::Colour(colour) => colour.to_string().into(),
        Value::List(members) => members.iter().map(render).collect::<Vec<_>>().join(",").into(),
    }
}

fn date_time(instant: Timestamp) -> String {
    let utc = TimeZone::UTC.to_datetime(instant);
    format!("{} {:02}:{:02}:{:02}.{:03} +0000", utc.date(), utc.hour(), utc.minute(), utc.second(), utc.millisecond())
}

fn seconds(instant: Option<Timestamp>) -> String {
    let Some(instant) = instant else { return ".000".to_owned() };
    let milliseconds = instant.as_millisecond();
    let sign = if milliseconds < 0 { "-" } else { "" };
    let milliseconds = milliseconds.unsigned_abs();
    format!("{sign}{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Colour;

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_kind_has_its_documented_form() {
        assert_eq!(render(&Value::Integer(-111)), "-111");
        assert_eq!(render(&Value::Double(123.321)), "123.321");
        assert_eq!(render(&Value::Boolean(true)), "true");
        assert_eq!(render(&Value::Date(jiff::civil::date(2023, 2, 16))), "2023-02-16");
        assert_eq!(render(&Value::Colour(Colour::new(255, 0, 9))), "#ff0009");
        assert_eq!(render(&Value::Url("https://a.example/".to_owned())), "https://a.example/");
    }

    #[test]
    fn a_date_time_is_written_in_utc_with_milliseconds() {
        assert_eq!(render(&instant("2023-02-11T13:47:51.584999+01:00").into()), "2023-02-11 12:47:51.584 +0000");
        assert_eq!(render(&instant("1969-12-31T23:59:59.9Z").into()), "1969-12-31 23:59:59.900 +0000");
    }

    #[test]
    fn an_open_end_of_a_range_has_no_digits_before_the_point() {
        let range = |start, end| Value::DateRange(DateRange { start, end });
        let (begin, end) = (instant("2023-06-14T00:43:06.087Z"), instant("2023-06-14T12:43:06.087Z"));
        assert_eq!(render(&range(Some(begin), Some(end))), "1686703386.087-1686746586.087");
        assert_eq!(render(&range(Some(begin), None)), "1686703386.087-.000");
        assert_eq!(render(&range(None, Some(Timestamp::UNIX_EPOCH))), ".000-0.000");
        assert_eq!(render(&range(Some(instant("1969-12-31T23:59:58.5Z")), None)), "-1.500-.000");
    }

    #[test]
    fn what_has_no_form_is_empty() {
        assert_eq!(render(&Value::Double(f64::NAN)), "");
        assert_eq!(render(&Value::Double(f64::NEG_INFINITY)), "");
        assert_eq!(render(&Value::List(Vec::new())), "");
    }

    #[test]
    fn lists_are_joined_by_commas() {
        assert_eq!(render(&vec![80_i64, 443].into()), "80,443");
        assert_eq!(render(&vec!["a, b", "c"].into()), "a, b,c");
    }
}
