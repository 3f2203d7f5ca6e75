//! Typed values as JSON.
//!
//! A property carries the name of its type beside its value, and a list is recognised by the JSON alone: its type is
//! that of its members. Definitions know two types more than runs do: `URL` and `COLOR` are declared under their own
//! names but travel as `STRING`, which is what the peer sends and what its clients have therefore met.
//!
//! What a type declares wins over what a transform happened to pass: an integer given for a text property becomes
//! text, because the client holds the definition and would otherwise meet a type it does not expect.

use serde_json::{Number, Value as Json};

use super::time::property_time;
use crate::{
    entity_types::PropertyDefinition,
    value::{DateRange, Value, ValueType},
};

const STRING: &str = "STRING";

/// A value with the name of its type.
pub(super) struct WireValue {
    /// `STRING`, `INT`, `DOUBLE`, `BOOLEAN`, `DATE`, `DATE_TIME` or `DATE_RANGE`.
    pub(super) kind: &'static str,
    /// The value, or the list of them.
    pub(super) json: Json,
}

/// The type's name in definitions.
pub(super) const fn declared_type(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Text => STRING,
        ValueType::Integer => "INT",
        ValueType::Double => "DOUBLE",
        ValueType::Boolean => "BOOLEAN",
        ValueType::Date => "DATE",
        ValueType::DateTime => "DATE_TIME",
        ValueType::DateRange => "DATE_RANGE",
        ValueType::Url => "URL",
        ValueType::Colour => "COLOR",
    }
}

/// A value as a run sends it. The declaration, where there is one, may turn it into text or into a list.
pub(super) fn wire_value(value: &Value, declared: Option<&PropertyDefinition>) -> WireValue {
    let as_text = declared
        .is_some_and(|property| matches!(property.value_type, ValueType::Text | ValueType::Url | ValueType::Colour));
    match value {
        Value::List(members) => list(members, as_text),
        single if declared.is_some_and(|property| property.list) => list(std::slice::from_ref(single), as_text),
        single if as_text => WireValue { kind: STRING, json: Json::String(text(single)) },
        single => scalar(single),
    }
}

/// Whether there is nothing to show: no character but blanks, no number, no instant. An entity with such a value is a
/// blank node on the graph and is not sent in any dialect.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Text(text) | Value::Url(text) => text.trim().is_empty(),
        Value::Double(number) => !number.is_finite(),
        Value::DateRange(range) => range.start.is_none() && range.end.is_none(),
        Value::List(members) => members.iter().all(is_blank),
        Value::Integer(_) | Value::Boolean(_) | Value::Date(_) | Value::DateTime(_) | Value::Colour(_) => false,
    }
}

/// A value as text, the same text that its JSON form would show.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Url(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Double(number) if number.is_finite() => number.to_string(),
        Value::Double(_) => String::new(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Date(date) => date.to_string(),
        Value::DateTime(instant) => property_time(*instant),
        Value::DateRange(range) => range_text(range),
        Value::Colour(colour) => colour.to_string(),
        Value::List(members) => members.iter().map(text).collect::<Vec<_>>().join(","),
    }
}

fn scalar(value: &Value) -> WireValue {
    let typed = |kind, json| WireValue { kind, json };
    match value {
        Value::Integer(number) => typed("INT", Json::from(*number)),
        Value::Boolean(truth) => typed("BOOLEAN", Json::from(*truth)),
        Value::Date(_) => typed("DATE", Json::String(text(value))),
        Value::DateTime(_) => typed("DATE_TIME", Json::String(text(value))),
        // The dialect has no open range. Inventing an end would put a date on the graph that nobody stated.
        Value::DateRange(DateRange { start: Some(_), end: Some(_) }) => typed("DATE_RANGE", Json::String(text(value))),
        Value::Double(number) => match Number::from_f64(*number) {
            Some(number) => typed("DOUBLE", Json::Number(number)),
            None => typed(STRING, Json::String(String::new())),
        },
        Value::Text(_) | Value::Url(_) | Value::Colour(_) | Value::DateRange(_) | Value::List(_) => {
            typed(STRING, Json::String(text(value)))
        }
    }
}

/// Members of one type make a list of that type; a mixture is a list of text, since the type is said only once.
fn list(members: &[Value], as_text: bool) -> WireValue {
    let mut leaves = Vec::new();
    collect_leaves(members, &mut leaves);
    let mut typed: Vec<WireValue> = leaves.iter().map(|member| scalar(member)).collect();
    let kind = typed.first().map_or(STRING, |first| first.kind);
    if as_text || typed.iter().any(|member| member.kind != kind) {
        typed = leaves.iter().map(|member| WireValue { kind: STRING, json: Json::String(text(member)) }).collect();
    }
    WireValue {
        kind: typed.first().map_or(STRING, |first| first.kind),
        json: typed.into_iter().map(|member| member.json).collect(),
    }
}

/// Lists within lists are flattened, and numbers that are none are left out: neither has a form on the wire.
fn collect_leaves<'a>(members: &'a [Value], leaves: &mut Vec<&'a Value>) {
    for member in members {
        match member {
            Value::List(inner) => collect_leaves(inner, leaves),
            Value::Double(number) if !number.is_finite() => {}
            leaf => leaves.push(leaf),
        }
    }
}

/// `start/end`; an open end is `..`, as ISO 8601-2 writes it.
fn range_text(range: &DateRange) -> String {
    let end = |instant: Option<jiff::Timestamp>| instant.map_or_else(|| "..".to_owned(), property_time);
    format!("{}/{}", end(range.start), end(range.end))
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};
    use serde_json::json;

    use super::*;
    use crate::{
        entity::MatchingRule,
        entity_types::{AS, WEBSITE},
        value::Colour,
    };

    fn sent(value: impl Into<Value>) -> (&'static str, Json) {
        let wire = wire_value(&value.into(), None);
        (wire.kind, wire.json)
    }

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_type_has_its_name_and_its_form() {
        assert_eq!(sent("Zürich ☃ 😀"), ("STRING", json!("Zürich ☃ 😀")));
        assert_eq!(sent(9_007_199_254_740_993_i64), ("INT", json!(9_007_199_254_740_993_i64)));
        assert_eq!(sent(0.25), ("DOUBLE", json!(0.25)));
        assert_eq!(sent(false), ("BOOLEAN", json!(false)));
        assert_eq!(sent(date(2024, 2, 29)), ("DATE", json!("2024-02-29")));
        assert_eq!(sent(instant("2024-02-29T13:30:15.1239+01:00")), ("DATE_TIME", json!("2024-02-29T12:30:15.123Z")));
        assert_eq!(sent(Value::Url("https://host.example/a".into())), ("STRING", json!("https://host.example/a")));
        assert_eq!(sent(Colour::new(0, 255, 0)), ("STRING", json!("#00ff00")));
    }

    #[test]
    fn a_range_is_typed_only_if_both_ends_are_known() {
        let start = Some(instant("2024-01-01T00:00:00Z"));
        let end = Some(instant("2024-02-01T00:00:00Z"));
        let closed = Value::DateRange(DateRange { start, end });
        assert_eq!(sent(closed), ("DATE_RANGE", json!("2024-01-01T00:00:00.000Z/2024-02-01T00:00:00.000Z")));
        let open = Value::DateRange(DateRange { start, end: None });
        assert_eq!(sent(open), ("STRING", json!("2024-01-01T00:00:00.000Z/..")));
    }

    #[test]
    fn a_list_has_the_type_of_its_members() {
        assert_eq!(sent(vec![1_i64, 2]), ("INT", json!([1, 2])));
        assert_eq!(sent(vec!["a", "b,c"]), ("STRING", json!(["a", "b,c"])));
        assert_eq!(sent(Value::List(Vec::new())), ("STRING", json!([])));
        let mixed = Value::List(vec![Value::Integer(1), Value::Text("two".into()), Value::Boolean(true)]);
        assert_eq!(sent(mixed), ("STRING", json!(["1", "two", "true"])));
        let nested = Value::List(vec![Value::Double(1.5), Value::List(vec![Value::Double(f64::NAN), 2.5.into()])]);
        assert_eq!(sent(nested), ("DOUBLE", json!([1.5, 2.5])));
    }

    #[test]
    fn a_number_that_is_none_is_empty_text() {
        assert_eq!(sent(f64::INFINITY), ("STRING", json!("")));
        assert!(is_blank(&Value::Double(f64::NAN)));
        assert!(!is_blank(&Value::Integer(0)));
        assert!(is_blank(&Value::Text(" \t\n\u{a0}".into())));
    }

    #[test]
    fn the_declaration_wins_over_the_value() {
        let number = wire_value(&Value::Integer(64500), AS.value_definition());
        assert_eq!((number.kind, number.json), ("STRING", json!("64500")));
        let single = wire_value(&Value::Integer(443), WEBSITE.property("ports"));
        assert_eq!((single.kind, single.json), ("INT", json!([443])));
        let colours = PropertyDefinition {
            name: "colours",
            display_name: "Colours",
            value_type: ValueType::Colour,
            list: true,
            matching_rule: MatchingRule::Loose,
        };
        let several = wire_value(&vec![Colour::new(1, 2, 3)].into(), Some(&colours));
        assert_eq!((several.kind, several.json), ("STRING", json!(["#010203"])));
    }
}
