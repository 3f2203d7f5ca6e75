//! Reading JSON that does not keep its own promises.
//!
//! Data vendors change types between years and between rows: an epoch is a number here and a text there, a list of one
//! is sent as the thing itself, a field is null, missing or an empty text and means the same each time, and the case of
//! a name follows whoever wrote that endpoint. Structures with derived deserialisation give up on the whole answer for
//! one odd field, and the answer may have cost fifty credits. So answers are read as plain [`serde_json::Value`]s
//! through [`Node`], whose accessors turn whatever stands there into the wanted type, or into `None`. A list of one and the
//! thing in it are the same to them, whichever of the two was expected.
//!
//! No accessor fails, recurses or allocates more than the value it returns; the depth of nesting is bounded by
//! [`serde_json`] itself.

use jiff::{civil::Date, fmt::strtime};
use serde::Deserialize;
use serde_json::Value;

use crate::moment::Moment;

/// What a missing field looks like: the same as a null one.
static NOTHING: Value = Value::Null;

/// Epochs below this many seconds (March 1973) stand for "unknown": no name was seen anywhere before the DNS existed.
const FIRST_PLAUSIBLE_SECOND: i64 = 100_000_000;

/// Epochs from here on (the year 5138) are milliseconds.
const FIRST_MILLISECOND_EPOCH: i64 = 100_000_000_000;

/// Integers beyond this are not exact in a JSON number with a fraction (IEEE 754 binary64).
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Day spellings that have one reading only; registries of old wrote them.
const DAY_FORMATS: [&str; 3] = ["%d-%b-%Y", "%Y/%m/%d", "%Y.%m.%d"];

/// Parses the document that a body begins with. A byte order mark is skipped, bytes that are not UTF-8 become replacement
/// characters, and whatever follows a whole document (a comment of a proxy, a warning of the service's own language) is
/// no part of it: neither must lose an answer that is all there.
///
/// # Errors
/// When the body does not begin with JSON, or ends before it does.
pub fn parse(body: &[u8]) -> Result<Value, serde_json::Error> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let first = |text: &str| Value::deserialize(&mut serde_json::Deserializer::from_str(text));
    match std::str::from_utf8(body) {
        Ok(text) => first(text),
        Err(_) => first(&String::from_utf8_lossy(body)),
    }
}

/// A place in a JSON document, possibly an empty one.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(&'a Value);

impl<'a> Node<'a> {
    /// A document or a part of one.
    #[must_use]
    pub const fn new(value: &'a Value) -> Self {
        Self(value)
    }

    /// A field of an object, or of the only one in a list; the case of its name matters only if two names differ in nothing else. A null node if
    /// there is no such field, or no object.
    #[must_use]
    pub fn get(self, name: &str) -> Self {
        let Value::Object(fields) = self.only() else { return Self(&NOTHING) };
        let ignoring_case = || fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        Self(fields.get(name).or_else(ignoring_case).unwrap_or(&NOTHING))
    }

    /// The value, or the only one in a list of one.
    fn only(self) -> &'a Value {
        match self.0 {
            Value::Array(items) => match items.as_slice() {
                [only] => only,
                _ => self.0,
            },
            value => value,
        }
    }

    /// The first of several fields that holds something.
    #[must_use]
    pub fn first(self, names: &[&str]) -> Self {
        names.iter().map(|name| self.get(name)).find(|node| !node.is_blank()).unwrap_or(Self(&NOTHING))
    }

    /// Null, an empty or blank text, an empty list, an empty object, or a list of one of these.
    #[must_use]
    pub fn is_blank(self) -> bool {
        match self.only() {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// Missing or null.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// An object, empty or not.
    #[must_use]
    pub fn is_object(self) -> bool {
        self.0.is_object()
    }

    /// The fields of an object, in the order of their names; nothing for other values.
    pub fn fields(self) -> impl Iterator<Item = (&'a str, Self)> {
        self.0.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), Self(value)))
    }

    /// The value that stands here, as it is.
    #[must_use]
    pub const fn value(self) -> &'a Value {
        self.0
    }

    /// A text exactly as it is, blanks included.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        self.only().as_str()
    }

    /// A text without surrounding blanks, or a number as text. Blank texts, truth values, objects and lists of several
    /// are `None`.
    #[must_use]
    pub fn text(self) -> Option<String> {
        match self.only() {
            Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
            // 15555550100.0 is a phone number that went through a floating-point variable.
            Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => {
                Some(self.integer().map_or_else(|| number.to_string(), |integer| integer.to_string()))
            }
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// An integer, from a number or from a text that is one. A fraction is cut off.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        match self.only() {
            Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
            Value::String(text) => {
                let text = text.trim();
                text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
            }
            _ => None,
        }
    }

    /// A count: an integer that is not negative.
    #[must_use]
    pub fn count(self) -> Option<u64> {
        self.integer().and_then(|integer| u64::try_from(integer).ok())
    }

    /// A truth value: `true`, `"true"`, `"yes"`, `1`, `"1"` and their opposites, in any case.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        match self.only() {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) if ["true", "yes"].iter().any(|word| text.trim().eq_ignore_ascii_case(word)) => {
                Some(true)
            }
            Value::String(text) if ["false", "no"].iter().any(|word| text.trim().eq_ignore_ascii_case(word)) => {
                Some(false)
            }
            _ => match self.integer() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
        }
    }

    /// A moment: seconds or milliseconds since 1970 as number or text, every form that [`Moment`] reads, and days
    /// such as `14-Aug-1995` or `1995/08/14`. Zero and other epochs from before the DNS are `None`.
    #[must_use]
    pub fn moment(self) -> Option<Moment> {
        if let Some(epoch) = self.integer() {
            let seconds = if epoch >= FIRST_MILLISECOND_EPOCH { epoch / 1000 } else { epoch };
            return (seconds >= FIRST_PLAUSIBLE_SECOND).then(|| Moment::from_epoch_seconds(seconds)).flatten();
        }
        let text = self.text()?;
        text.parse().ok().or_else(|| day(&text))
    }

    /// The things in a place that holds one or several: the items of a list, nothing for a blank value, otherwise the
    /// value itself.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let items = match self.0 {
            Value::Array(items) => items.as_slice(),
            _ if self.is_blank() => &[],
            value => std::slice::from_ref(value),
        };
        items.iter().map(Self)
    }

    /// The rows of a table: the items of a list, none for a blank text or object that stands in an empty list's place.
    /// `None` if the value is missing, null or no list.
    #[must_use]
    pub fn rows(self) -> Option<&'a [Value]> {
        match self.0 {
            Value::Array(rows) => Some(rows),
            Value::String(_) | Value::Object(_) if self.is_blank() => Some(&[]),
            _ => None,
        }
    }
}

/// The integer part, where a number of this type still has one that is exact.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked, and the fraction is meant to go")]
    (number.abs() <= LARGEST_EXACT).then_some(number as i64)
}

fn day(text: &str) -> Option<Moment> {
    let read = |format: &&str| strtime::parse(format, text).and_then(|parts| parts.to_date()).ok();
    DAY_FORMATS.iter().find_map(read).map(|day: Date| Moment::Day(day))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_is_found_in_any_case_and_exactly_first() {
        let value = json!({"DomainName": "a", "domainname": "b"});
        assert_eq!(Node::new(&value).get("domainname").text().as_deref(), Some("b"));
        assert_eq!(Node::new(&value).get("DOMAINNAME").text().as_deref(), Some("a"));
        assert!(Node::new(&value).get("domain").is_null());
        assert!(Node::new(&json!("no object")).get("domain").is_null());
        assert_eq!(Node::new(&json!([value])).get("DomainName").text().as_deref(), Some("a"));
        assert!(Node::new(&json!([value, value])).get("DomainName").is_null());
    }

    #[test]
    fn the_first_field_that_holds_something_is_taken() {
        let value = json!({"a": null, "b": "  ", "c": [], "d": {}, "e": 0, "f": "late"});
        assert_eq!(Node::new(&value).first(&["a", "b", "c", "d", "e", "f"]).text().as_deref(), Some("0"));
        assert!(Node::new(&value).first(&["a", "b"]).is_blank());
    }

    #[test]
    fn texts_are_trimmed_and_numbers_become_texts() {
        for (value, text) in [
            (json!(" x "), Some("x")),
            (json!(20190), Some("20190")),
            (json!(15_555_550_100_u64), Some("15555550100")),
            (json!(15_555_550_100.0), Some("15555550100")),
            (json!(u64::MAX), Some("18446744073709551615")),
            (json!(1.5), Some("1.5")),
            (json!(""), None),
            (json!(null), None),
            (json!(true), None),
            (json!(["x"]), Some("x")),
            (json!([["x"]]), None),
            (json!(["x", "y"]), None),
            (json!([]), None),
            (json!({"str": "x"}), None),
        ] {
            assert_eq!(Node::new(&value).text().as_deref(), text, "{value}");
        }
    }

    #[test]
    fn integers_are_read_from_every_form() {
        for (value, integer) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!(" 7 "), Some(7)),
            (json!(7.0), Some(7)),
            (json!("7.9"), Some(7)),
            (json!(-1), Some(-1)),
            (json!(u64::MAX), None),
            (json!(1e300), None),
            (json!("inf"), None),
            (json!("NaN"), None),
            (json!("seven"), None),
            (json!(""), None),
            (json!(null), None),
            (json!(true), None),
            (json!([7]), Some(7)),
            (json!([7, 8]), None),
        ] {
            assert_eq!(Node::new(&value).integer(), integer, "{value}");
        }
        assert_eq!(Node::new(&json!(-1)).count(), None);
        assert_eq!(Node::new(&json!("300")).count(), Some(300));
    }

    #[test]
    fn truth_values_are_read_from_every_form() {
        for (value, truth) in [
            (json!(true), Some(true)),
            (json!("TRUE"), Some(true)),
            (json!("no"), Some(false)),
            (json!(0), Some(false)),
            (json!("1"), Some(true)),
            (json!(2), None),
            (json!(null), None),
            (json!("perhaps"), None),
            (json!([true]), Some(true)),
            (json!(["no"]), Some(false)),
        ] {
            assert_eq!(Node::new(&value).boolean(), truth, "{value}");
        }
    }

    #[test]
    fn moments_are_read_from_every_form() {
        for (value, moment) in [
            (json!(1_530_901_800), Some("2018-07-06T18:30:00Z")),
            (json!("1530901800"), Some("2018-07-06T18:30:00Z")),
            (json!(1_530_901_800.0), Some("2018-07-06T18:30:00Z")),
            (json!("1642158864782"), Some("2022-01-14T11:14:24Z")),
            (json!("2018-06-17 11:23:51.000 UTC"), Some("2018-06-17T11:23:51Z")),
            (json!("2020-04-25T17:25:49+00:00"), Some("2020-04-25T17:25:49Z")),
            (json!("14-aug-1995"), Some("1995-08-14")),
            (json!("1995/08/14"), Some("1995-08-14")),
            (json!("1995.08.14"), Some("1995-08-14")),
            (json!(0), None),
            (json!("0"), None),
            (json!(-1), None),
            (json!(i64::MAX), None),
            (json!("0000-00-00 00:00:00"), None),
            (json!("20190901"), None),
            (json!("03/04/2005"), None),
            (json!("before Aug-1996"), None),
            (json!({"date": 1_530_901_800}), None),
        ] {
            assert_eq!(Node::new(&value).moment().map(|moment| moment.to_string()).as_deref(), moment, "{value}");
        }
    }

    #[test]
    fn one_thing_is_a_list_of_one() {
        let texts = |value: Value| Node::new(&value).items().filter_map(Node::text).collect::<Vec<_>>();
        assert_eq!(texts(json!(["a", "b"])), ["a", "b"]);
        assert_eq!(texts(json!("a")), ["a"]);
        assert_eq!(texts(json!(null)), [""; 0]);
        assert_eq!(texts(json!(" ")), [""; 0]);
    }

    #[test]
    fn rows_are_a_list_or_an_empty_stand_in() {
        assert_eq!(Node::new(&json!([1, 2])).rows().map(<[Value]>::len), Some(2));
        assert_eq!(Node::new(&json!({})).rows().map(<[Value]>::len), Some(0));
        assert_eq!(Node::new(&json!("")).rows().map(<[Value]>::len), Some(0));
        assert!(Node::new(&json!(null)).rows().is_none());
        assert!(Node::new(&json!({"0": 1})).rows().is_none());
        assert!(Node::new(&json!(0)).rows().is_none());
    }

    #[test]
    fn a_broken_byte_loses_one_character_and_not_the_answer() {
        let value = parse(b"\xef\xbb\xbf{\"name\":\"M\xfcller\"}").expect("JSON");
        assert_eq!(Node::new(&value).get("name").text().as_deref(), Some("M\u{fffd}ller"));
    }

    #[test]
    fn what_follows_a_whole_document_is_no_part_of_it() {
        for after in ["", " \r\n", "<!-- served -->", "\0\0", "Notice: odd", "{\"a\": 2}"] {
            assert_eq!(parse(format!("{{\"a\": 1}}{after}").as_bytes()).expect("JSON"), json!({"a": 1}), "{after:?}");
        }
        for text in ["", "{\"a\": 1", "{\"a\": 1]", "Notice: odd {\"a\": 1}"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_number_or_text_panics(number in any::<f64>(), integer in any::<i64>(), text in ".{0,40}") {
            for value in [json!(number), json!(integer), json!(text), json!(integer.to_string())] {
                let node = Node::new(&value);
                let _ = (node.text(), node.integer(), node.count(), node.boolean(), node.moment());
            }
        }
    }
}
