//! Good answers in odd clothes: what the vendor's services have been seen to do to fields changes nothing about what is
//! read from them.

use crate::support::*;

/// The document with every value changed, inner ones first.
fn changed(value: &Value, change: &impl Fn(Value) -> Value) -> Value {
    change(match value {
        Value::Array(items) => items.iter().map(|item| changed(item, change)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), changed(field, change))).collect(),
        other => other.clone(),
    })
}

fn renamed(value: Value, rename: impl Fn(&str) -> String) -> Value {
    match value {
        Value::Object(fields) => fields.into_iter().map(|(name, field)| (rename(&name), field)).collect(),
        other => other,
    }
}

/// Every good answer without what is not read as a fact but sent back as it came.
fn answers() -> Vec<(Lookup, Value)> {
    let mut answers = good_answers();
    for (_, body) in &mut answers {
        if let Some(result) = body["result"].as_object_mut() {
            result.remove("next");
        }
    }
    answers
}

fn assert_same(lookup: &Lookup, plain: &Value, odd: &Value) {
    let expected = read(lookup, &FIRST, plain).expect("a page");
    assert!(!expected.records.is_empty(), "{plain}");
    assert_eq!(read(lookup, &FIRST, odd).as_ref(), Ok(&expected), "{odd}");
}

#[test]
fn the_case_of_field_names_does_not_count() {
    for (lookup, body) in answers() {
        for rename in [str::to_uppercase, str::to_lowercase] {
            assert_same(&lookup, &body, &changed(&body, &|value| renamed(value, rename)));
        }
    }
}

#[test]
fn numbers_may_be_texts_and_texts_numbers() {
    for (lookup, body) in answers() {
        let texts = changed(&body, &|value| match value {
            Value::Number(number) => json!(number.to_string()),
            other => other,
        });
        assert_same(&lookup, &body, &texts);
        let numbers = changed(&body, &|value| match value.as_str().map(str::parse::<i64>) {
            Some(Ok(number)) => json!(number),
            _ => value,
        });
        assert_same(&lookup, &body, &numbers);
        let fractions = changed(&body, &|value| value.as_i64().map_or(value, |number| json!(number as f64)));
        assert_same(&lookup, &body, &fractions);
    }
}

#[test]
fn fields_that_nobody_knows_do_not_count() {
    for (lookup, body) in answers() {
        let odd = changed(&body, &|mut value| {
            if let Some(fields) = value.as_object_mut() {
                fields.insert("comment".to_owned(), json!({"odd": [1, null, {"more": "2019-10-28"}]}));
                fields.insert("aardvark".to_owned(), json!(null));
            }
            value
        });
        assert_same(&lookup, &body, &odd);
    }
}

#[test]
fn a_byte_order_mark_and_blanks_around_an_answer_do_not_count() {
    for (lookup, body) in answers() {
        let expected = read(&lookup, &FIRST, &body);
        for odd in [format!("\u{feff}{body}"), format!("\u{feff}\r\n {body}\n\n"), format!("{body:#}")] {
            assert_eq!(provider().read(&lookup, &FIRST, &response(200, odd)), expected, "{lookup:?}");
        }
    }
}

#[test]
fn a_byte_that_is_no_text_costs_no_answer() {
    for (lookup, body) in answers() {
        let odd = changed(&body, &|mut value| {
            if let Some(fields) = value.as_object_mut() {
                fields.insert("comment".to_owned(), json!("M~ller"));
            }
            value
        });
        let bytes: Vec<u8> = odd.to_string().bytes().map(|byte| if byte == b'~' { 0xfc } else { byte }).collect();
        let page = provider().read(&lookup, &FIRST, &response(200, bytes));
        assert_eq!(page, read(&lookup, &FIRST, &body), "{lookup:?}");
    }
}

#[test]
fn a_list_of_one_may_be_sent_as_the_thing_itself() {
    let record = json!({"domainName": "example.com", "status": "ok"});
    for (lookup, list, thing) in [
        (history(), json!({"records": [record], "recordsCount": 1}), json!({"records": record, "recordsCount": 1})),
        (
            by_email(),
            json!({"domainsList": [{"domainName": "example.com"}], "domainsCount": 1}),
            json!({"domainsList": {"domainName": "example.com"}, "domainsCount": 1}),
        ),
        (
            subdomains(),
            json!({"result": {"records": [{"domain": "www.example.com"}], "count": 1}}),
            json!({"result": {"records": {"domain": "www.example.com"}, "count": 1}}),
        ),
        (reverse_ip(), json!({"result": [{"name": "example.com"}]}), json!({"result": {"name": "example.com"}})),
        (
            by_soa(),
            json!({"result": [{"name": "example.com", "value": "x"}], "size": 1}),
            json!({"result": {"name": "example.com", "value": "x"}, "size": 1}),
        ),
        (
            discovery(),
            json!({"domainsList": [{"domainName": "example.com"}], "domainsCount": 1}),
            json!({"domainsList": {"domainName": "example.com"}, "domainsCount": 1}),
        ),
    ] {
        assert_same(&lookup, &list, &thing);
    }
}

#[test]
fn one_missing_field_never_costs_more_than_what_was_in_it() {
    /// The places of all values, as paths.
    fn places(value: &Value, path: &str, all: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, field)| {
                let path = format!("{path}/{name}");
                places(field, &path, all);
                all.push(path);
            }),
            Value::Array(items) => {
                items
                    .iter()
                    .take(3)
                    .enumerate()
                    .for_each(|(place, item)| places(item, &format!("{path}/{place}"), all));
            }
            _ => {}
        }
    }
    for (lookup, body) in answers() {
        let whole = read(&lookup, &FIRST, &body).expect("a page").records.len();
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in all {
            let rows_in_it = body.pointer(&place).is_some_and(|value| value.is_array() || value.is_object());
            for nothing in [json!(null), json!(""), json!([]), json!({}), json!(false)] {
                let mut odd = body.clone();
                *odd.pointer_mut(&place).expect("a place") = nothing.clone();
                match read(&lookup, &FIRST, &odd) {
                    // A row at most, unless whole rows stood there.
                    Ok(page) => assert!(rows_in_it || page.records.len() + 1 >= whole, "{place} {nothing} {page:?}"),
                    Err(ProviderError::Malformed { .. }) => assert!(rows_in_it, "{lookup:?} {place} {nothing}"),
                    Err(other) => panic!("{lookup:?} {place} {nothing} {other:?}"),
                }
            }
        }
    }
}
