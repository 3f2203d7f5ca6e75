//! `case.toml`, read so that every field still knows its line.
//!
//! TOML is what a person writes most easily; the schema and the search for mistakes work on JSON values. So the file
//! is read as TOML, carried over to JSON, and the lines are kept beside it.

use std::collections::BTreeMap;

use serde_json::{Number, Value};
use toml::de::{DeTable, DeValue};

use super::{
    format::{CASE_SHAPE, CaseFile, FORMATS},
    problem::Problems,
    read::{CASE_FILE, read_object, without_mark},
};

/// Reads `case.toml`.
pub(super) fn case_file(content: &[u8], problems: &mut Problems) -> Option<CaseFile> {
    let text = match without_mark(content).map(str::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => {
            problems.push(CASE_FILE, None, None, "the file is not UTF-8: save it as UTF-8.");
            return None;
        }
        Err(reason) => {
            problems.push(CASE_FILE, None, None, reason);
            return None;
        }
    };
    let line_at = |offset: usize| 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    let (table, syntax) = DeTable::parse_recoverable(text);
    for error in &syntax {
        let line = error.span().map(|span| line_at(span.start));
        problems.push(CASE_FILE, line, None, format!("this is not TOML: {}.", error.message().replace('\n', ", ")));
    }
    if !syntax.is_empty() {
        return None;
    }
    let mut lines = BTreeMap::new();
    let value = table_value(table.get_ref(), "", &line_at, &mut lines);

    // A later version may mean something else by every other field, so nothing more is said about such a file.
    if let Some(format) = value.get("format").and_then(Value::as_i64)
        && !FORMATS.contains(&format)
    {
        let known = FORMATS.map(|format| format.to_string()).join(", ");
        let message = format!("the format {format} is not known; this version of Namehound reads format {known}.");
        problems.push(CASE_FILE, lines.get("format").copied(), Some("format"), message);
        return None;
    }
    let (about, findings) = read_object::<CaseFile>(&CASE_SHAPE, value);
    for (field, message) in findings {
        let line = field.as_deref().and_then(|field| line_of(&lines, field));
        problems.push(CASE_FILE, line, field.as_deref(), message);
    }
    about
}

/// The line of a field, or else of what it is missing in.
fn line_of(lines: &BTreeMap<String, usize>, field: &str) -> Option<usize> {
    lines.get(field).or_else(|| lines.get(field.rsplit_once('.')?.0)).copied()
}

/// TOML as JSON, dates as texts; notes the line of every field.
fn table_value(
    table: &DeTable<'_>,
    path: &str,
    line_at: &dyn Fn(usize) -> usize,
    lines: &mut BTreeMap<String, usize>,
) -> Value {
    let field = |(key, value): (&toml::Spanned<toml::de::DeString<'_>>, &toml::Spanned<DeValue<'_>>)| {
        let name = key.get_ref().to_string();
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        lines.insert(path.clone(), line_at(key.span().start));
        (name, toml_value(value, &path, line_at, lines))
    };
    Value::Object(table.iter().map(field).collect())
}

fn toml_value(
    value: &toml::Spanned<DeValue<'_>>,
    path: &str,
    line_at: &dyn Fn(usize) -> usize,
    lines: &mut BTreeMap<String, usize>,
) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => number_or_text(number.to_string().parse::<i64>().ok().map(Number::from), number),
        DeValue::Float(number) => number_or_text(number.to_string().parse().ok().and_then(Number::from_f64), number),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(items) => {
            let item = |(index, item): (usize, &toml::Spanned<DeValue<'_>>)| {
                let path = format!("{path}[{}]", index + 1);
                lines.insert(path.clone(), line_at(item.span().start));
                toml_value(item, &path, line_at, lines)
            };
            Value::Array(items.iter().enumerate().map(item).collect())
        }
        DeValue::Table(table) => table_value(table, path, line_at, lines),
    }
}

/// TOML has numbers that JSON has not. They stay visible as texts, so that a message can quote them.
fn number_or_text(number: Option<Number>, text: impl ToString) -> Value {
    number.map_or_else(|| Value::String(text.to_string()), Value::Number)
}
