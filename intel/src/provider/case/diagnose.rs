//! Finding everything that is wrong with one object, by trying its fields one at a time.
//!
//! serde stops at the first mistake. To tell an author of all, each field is read by itself, inside an otherwise
//! faultless object: the required fields that such an object needs come from the examples in the schema. So there is
//! no second set of rules to keep in step with the shapes that read good files, and it only runs for bad ones.

use serde_json::{Map, Value};

/// One mistake in an object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The field: `registrant.email`, `exercises[2].question`.
    pub(super) field: String,
    /// What is wrong and what to write instead.
    pub(super) message: String,
}

/// What was found in an object.
#[derive(Debug)]
pub(super) struct Diagnosis {
    /// The mistakes, sorted by field.
    pub(super) findings: Vec<Finding>,
    /// The object without its bad fields; `None` if a required one is bad or missing.
    pub(super) repaired: Option<Value>,
}

/// Examines an object that `attempt` refuses. `shape` is its schema without references.
pub(super) fn diagnose(shape: &Value, value: &Value, attempt: &dyn Fn(Value) -> Result<(), String>) -> Diagnosis {
    let mut walk = Walk { attempt, findings: Vec::new(), complete: true };
    let repaired = walk.visit(shape, value, "", &|whole| whole);
    walk.findings.sort_by(|one, other| one.field.cmp(&other.field));
    Diagnosis { findings: walk.findings, repaired: repaired.filter(|_| walk.complete) }
}

/// `Write for example "observed": "2011-03-08".`, where the schema has an example.
fn example_of(shape: &Value, key: &str) -> String {
    let key = key.rsplit('.').next().unwrap_or(key);
    match shape.get("examples").and_then(|examples| examples.get(0)) {
        Some(example) => format!(" Write for example \"{key}\": {example}."),
        None => String::new(),
    }
}

/// The name closest to an unknown one, if any is close; otherwise all of them.
pub(super) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(&unknown.to_lowercase(), name);
    match known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other))) {
        Some(name) if likeness(name) >= 0.5 => format!("did you mean \"{name}\"?"),
        _ => format!("the names known here are {}.", known.join(", ")),
    }
}

/// The schema of an object, also where it is one of several alternatives.
fn object_shape(shape: &Value) -> Option<(&Value, &Map<String, Value>)> {
    if let Some(properties) = shape.get("properties").and_then(Value::as_object) {
        return Some((shape, properties));
    }
    shape.get("anyOf")?.as_array()?.iter().find_map(object_shape)
}

fn required(shape: &Value) -> impl Iterator<Item = &str> {
    shape.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

struct Walk<'a> {
    attempt: &'a dyn Fn(Value) -> Result<(), String>,
    findings: Vec<Finding>,
    complete: bool,
}

impl Walk<'_> {
    /// Examines a value at a path. `within` puts a value into an otherwise faultless object at that path. Gives back
    /// the value without its bad parts, `None` if nothing of it can stay.
    fn visit(&mut self, shape: &Value, value: &Value, path: &str, within: &dyn Fn(Value) -> Value) -> Option<Value> {
        if let (Some(fields), Some((shape, properties))) = (value.as_object(), object_shape(shape)) {
            return Some(self.visit_object(shape, properties, fields, path, within));
        }
        if let (Some(items), Some(shape)) = (value.as_array(), shape.get("items")) {
            let visit = |(index, item): (usize, &Value)| {
                let path = format!("{path}[{}]", index + 1);
                self.visit(shape, item, &path, &|item| within(Value::Array(vec![item])))
            };
            return Some(items.iter().enumerate().filter_map(visit).collect());
        }
        match (self.attempt)(within(value.clone())) {
            Ok(()) => Some(value.clone()),
            Err(reason) => {
                let message = format!("{reason}.{}", example_of(shape, path));
                self.findings.push(Finding { field: path.to_owned(), message });
                None
            }
        }
    }

    fn visit_object(
        &mut self,
        shape: &Value,
        properties: &Map<String, Value>,
        fields: &Map<String, Value>,
        path: &str,
        within: &dyn Fn(Value) -> Value,
    ) -> Value {
        let path_to = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        let faultless: Map<String, Value> = required(shape)
            .filter_map(|key| {
                let property = properties.get(key)?;
                let example = property.get("const").or_else(|| property.get("examples")?.get(0))?;
                Some((key.to_owned(), example.clone()))
            })
            .collect();
        let mut repaired = Map::new();
        for (key, value) in fields {
            let Some(property) = properties.get(key) else {
                let hint = nearest(key, properties.keys().map(String::as_str));
                let message = format!("there is no such field; {hint}");
                self.findings.push(Finding { field: path_to(key), message });
                continue;
            };
            let within = |value| {
                let mut object = faultless.clone();
                object.insert(key.clone(), value);
                within(Value::Object(object))
            };
            match self.visit(property, value, &path_to(key), &within) {
                Some(value) => {
                    repaired.insert(key.clone(), value);
                }
                None => self.complete &= !required(shape).any(|required| required == key),
            }
        }
        for key in required(shape).filter(|key| !fields.contains_key(*key)) {
            self.complete = false;
            let example = properties.get(key).map(|property| example_of(property, key)).unwrap_or_default();
            self.findings.push(Finding { field: path_to(key), message: format!("this field is missing.{example}") });
        }
        Value::Object(repaired)
    }
}
