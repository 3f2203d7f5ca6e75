//! Walking through JSON from outside and remembering the way.
//!
//! A place in the document is a chain of steps on the stack, so that naming it costs nothing until something is wrong
//! there. Null counts as absent everywhere: clients write it for members they have nothing to say about.

use serde_json::{Map, Value};

use crate::v3::problem::{Malformed, Problem, ProblemKind, Step};

/// More problems than this help nobody and only make the answer long.
const MOST_PROBLEMS: usize = 20;

/// Members of an object.
pub(in crate::v3) type Members = Map<String, Value>;

/// A place in the document.
#[derive(Clone)]
pub(in crate::v3) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step,
}

impl<'a> Place<'a> {
    /// The body itself.
    pub(in crate::v3) const fn body() -> Place<'static> {
        Place { parent: None, step: Step::Member("body") }
    }

    /// A member of the object here.
    pub(in crate::v3) const fn member(&'a self, name: &'static str) -> Place<'a> {
        Place { parent: Some(self), step: Step::Member(name) }
    }

    /// A member of the list here.
    pub(in crate::v3) const fn item(&'a self, index: usize) -> Place<'a> {
        Place { parent: Some(self), step: Step::Item(index) }
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> =
            std::iter::successors(Some(self), |place| place.parent).map(|place| place.step.clone()).collect();
        steps.reverse();
        steps
    }
}

/// Collects what is wrong while reading goes on, so that one answer names every problem.
#[derive(Default)]
pub(in crate::v3) struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    /// Parses a body. A byte order mark is skipped. The message of a failure names the position, not the content.
    pub(in crate::v3) fn parse(&mut self, bytes: &[u8]) -> Option<Value> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.iter().all(u8::is_ascii_whitespace) {
            self.problem(&Place::body(), ProblemKind::Missing, "The request has no body");
            return None;
        }
        serde_json::from_slice(bytes)
            .map_err(|error| {
                let message = format!("The body is not JSON: line {}, column {}", error.line(), error.column());
                self.problem(&Place::body(), ProblemKind::JsonInvalid, message);
            })
            .ok()
    }

    /// Notes a problem.
    pub(in crate::v3) fn problem(&mut self, place: &Place<'_>, kind: ProblemKind, message: impl Into<String>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem { kind, location: place.steps(), message: message.into() });
        }
    }

    /// The result, if nothing was wrong.
    pub(in crate::v3) fn finish<T>(self, result: Option<T>) -> Result<T, Malformed> {
        match result {
            Some(result) if self.problems.is_empty() => Ok(result),
            _ => Err(Malformed { detail: self.problems }),
        }
    }

    /// The value as an object.
    pub(in crate::v3) fn object<'v>(&mut self, value: &'v Value, place: &Place<'_>) -> Option<&'v Members> {
        let members = value.as_object();
        if members.is_none() {
            self.problem(place, ProblemKind::ModelAttributesType, "This should be an object");
        }
        members
    }

    /// The value as a list.
    pub(in crate::v3) fn list<'v>(&mut self, value: &'v Value, place: &Place<'_>) -> Option<&'v [Value]> {
        let members = value.as_array();
        if members.is_none() {
            self.problem(place, ProblemKind::ListType, "This should be a list");
        }
        members.map(Vec::as_slice)
    }

    /// The value as a text.
    pub(in crate::v3) fn text<'v>(&mut self, value: &'v Value, place: &Place<'_>) -> Option<&'v str> {
        let text = value.as_str();
        if text.is_none() {
            self.problem(place, ProblemKind::StringType, "This should be a text");
        }
        text
    }

    /// The value as a whole number, which may also be written as text or with a zero fraction.
    pub(in crate::v3) fn integer(&mut self, value: &Value, place: &Place<'_>) -> Option<i64> {
        let number = lenient_integer(value);
        if number.is_none() {
            self.problem(place, ProblemKind::IntType, "This should be a whole number");
        }
        number
    }

    /// A member that must be there. The last of its names is the one that a complaint uses.
    pub(in crate::v3) fn required<'v, 'p>(
        &mut self,
        members: &'v Members,
        place: &'p Place<'p>,
        names: &[&'static str],
    ) -> Option<(Place<'p>, &'v Value)> {
        let found = optional(members, place, names);
        if let (None, Some(name)) = (&found, names.last()) {
            self.problem(&place.member(name), ProblemKind::Missing, "This member is required");
        }
        found
    }

    /// A required text.
    pub(in crate::v3) fn required_text<'v>(
        &mut self,
        members: &'v Members,
        place: &Place<'_>,
        names: &[&'static str],
    ) -> Option<&'v str> {
        let (place, value) = self.required(members, place, names)?;
        self.text(value, &place)
    }

    /// A text that may be missing. A value of another type is noted, and missing.
    pub(in crate::v3) fn optional_text<'v>(
        &mut self,
        members: &'v Members,
        place: &Place<'_>,
        names: &[&'static str],
    ) -> Option<&'v str> {
        let (place, value) = optional(members, place, names)?;
        self.text(value, &place)
    }
}

/// A member under the first of its names that is there and not null.
pub(in crate::v3) fn optional<'v, 'p>(
    members: &'v Members,
    place: &'p Place<'p>,
    names: &[&'static str],
) -> Option<(Place<'p>, &'v Value)> {
    names.iter().find_map(|name| Some((place.member(name), members.get(*name).filter(|value| !value.is_null())?)))
}

/// A whole number in any spelling, saturating where it is too large to hold.
pub(in crate::v3) fn lenient_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_u64().map(|_| i64::MAX))
            .or_else(|| number.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Any JSON as text, the classic way: a list joined by commas, an object as it is. Null is no text.
pub(in crate::v3) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(members) => Some(members.iter().filter_map(text_of).collect::<Vec<_>>().join(",")),
        Value::Object(_) => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_json_becomes_text() {
        for (value, text) in [
            (json!(true), "true"),
            (json!(5), "5"),
            (json!(0.25), "0.25"),
            (json!(["a", 1, null, [false]]), "a,1,false"),
            (json!({"x": 1}), "{\"x\":1}"),
            (json!(""), ""),
        ] {
            assert_eq!(text_of(&value).as_deref(), Some(text));
        }
        assert_eq!(text_of(&json!(null)), None);
    }

    #[test]
    fn whole_numbers_have_many_spellings() {
        for value in [json!(7), json!("7"), json!(" 7 "), json!(7.0)] {
            assert_eq!(lenient_integer(&value), Some(7), "{value}");
        }
        assert_eq!(lenient_integer(&json!(u64::MAX)), Some(i64::MAX));
        for value in [json!(7.5), json!("seven"), json!(true), json!([7])] {
            assert_eq!(lenient_integer(&value), None, "{value}");
        }
    }

    #[test]
    fn a_place_is_named_from_the_outside_in() {
        let body = Place::body();
        let input = body.member("input");
        let place = input.item(2);
        assert_eq!(place.steps(), [Step::Member("body"), Step::Member("input"), Step::Item(2)]);
    }
}
