//! Whatever may come: answers changed at random, bytes at random, answers that break off.

use proptest::prelude::*;

use crate::support::*;

/// The number of values in a document.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

/// Puts another value in the place of one, counted in the order of reading.
fn replace(value: &mut Value, place: &mut usize, with: &Value) {
    if *place == 0 {
        *value = with.clone();
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, place, with)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, place, with)),
        _ => {}
    }
}

pub(crate) fn odd_value() -> impl Strategy<Value = Value> {
    let odd_texts = vec!["", "\\", ".", "a\\.b.c", "\u{0}", "http://", "(", "0000-00-00", "\u{130}http://"];
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(|number| json!(number.to_string())),
        ".{0,30}".prop_map(Value::from),
        prop::sample::select(odd_texts).prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!(["a", null, {"b": 1}])),
        Just(json!({"str": "ns1.example.net", "error": {"code": "x"}})),
    ]
}

/// Any document at all, with field names that mean something to somebody.
pub(crate) fn any_document() -> impl Strategy<Value = Value> {
    let fields = [
        "result",
        "records",
        "record",
        "count",
        "size",
        "next",
        "after",
        "date",
        "ips",
        "ip",
        "domains",
        "domain",
        "name",
        "value",
        "first_seen",
        "last_visit",
        "domainsCount",
        "domainsList",
        "domainName",
        "nextPageSearchAfter",
        "audit",
        "createdDate",
        "updatedDate",
        "WhoisRecord",
        "registryData",
        "registrant",
        "subRecords",
        "dataError",
        "nameServers",
        "hostNames",
        "status",
        "certificates",
        "subject",
        "issuer",
        "commonName",
        "extensions",
        "subjectAlternativeNames",
        "dnsNames",
        "serialNumber",
        "validFrom",
        "validTo",
        "chainHierarchy",
        "fingerprint",
        "DNSData",
        "dnsRecords",
        "recordsCount",
        "search",
        "data",
        "requestId",
        "invalidDomains",
        "totalRecords",
        "recordsProcessed",
        "recordsLeft",
        "noDataAvailable",
        "whoisRecords",
        "whoisRecord",
        "whoisRecordStatus",
        "ErrorMessage",
        "messages",
        "code",
        "error",
    ];
    odd_value().prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(fields.to_vec()), inner, 0..6)
                .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![Just(Step::Preview), Just(FIRST), ".{0,10}".prop_map(|cursor| after(&cursor))]
}

/// Whether this is something that reading can end in: not a failure that only a transport or the desk can see.
fn is_a_reading(result: &Result<Page, ProviderError>) -> bool {
    !matches!(
        result,
        Err(ProviderError::Unreachable { .. }
            | ProviderError::Broken { .. }
            | ProviderError::Timeout { .. }
            | ProviderError::TooLarge { .. }
            | ProviderError::Resting { .. }
            | ProviderError::PurchaseUnknown { .. })
    )
}

proptest! {
    #[test]
    fn no_mutated_answer_panics(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), odd_value()), 1..6),
        step in steps(),
    ) {
        let (lookup, mut body) = which.get(&good_answers()).clone();
        for (index, value) in changes {
            let mut place = index.index(size(&body));
            replace(&mut body, &mut place, &value);
        }
        let result = read(&lookup, &step, &body);
        prop_assert!(is_a_reading(&result), "{result:?}");
        let _ = provider().read_balance(&lookup, &response(200, body.to_string()));
    }

    #[test]
    fn no_document_panics(which in any::<prop::sample::Index>(), body in any_document(), step in steps()) {
        let lookup = which.get(&every_lookup()).clone();
        let result = read(&lookup, &step, &body);
        prop_assert!(is_a_reading(&result), "{lookup:?} {result:?}");
    }

    #[test]
    fn a_page_is_never_its_own_successor(
        which in any::<prop::sample::Index>(),
        cursor in prop::sample::select(vec!["1", "\"x\"", "x", "{\"a\":1}", "example.com", "null"]),
        next in odd_value(),
    ) {
        let (lookup, mut body) = which.get(&good_answers()).clone();
        let same: Value = serde_json::from_str(cursor).unwrap_or_else(|_| json!(cursor));
        for next in [next, same, json!(cursor)] {
            body["nextPageSearchAfter"] = next.clone();
            body["next"] = next;
            if let Ok(Page { next: Some(next), .. }) = read(&lookup, &after(cursor), &body) {
                prop_assert_ne!(next.0, cursor);
            }
        }
    }

    #[test]
    fn no_row_is_lost_for_an_odd_time(row in 0_usize..300, value in odd_value()) {
        let mut body = full_page();
        body["result"][row]["first_seen"] = value;
        let page = read(&reverse_ns(), &FIRST, &body).expect("a page");
        prop_assert_eq!(page.records.len(), 300);
    }

    #[test]
    fn no_bytes_panic(
        which in any::<prop::sample::Index>(),
        status in prop::sample::select(vec![200_u16, 204, 302, 400, 401, 403, 404, 417, 422, 429, 500, 503]),
        body in prop::collection::vec(any::<u8>(), 0..200),
        step in steps(),
    ) {
        let lookup = which.get(&every_lookup()).clone();
        let result = provider().read(&lookup, &step, &response(status, body.clone()));
        prop_assert!(is_a_reading(&result) && result.is_err(), "{result:?}");
        prop_assert!(provider().read_balance(&lookup, &response(status, body)).is_err());
    }

    #[test]
    fn a_cut_answer_is_malformed(which in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()) {
        let (lookup, body) = which.get(&good_answers()).clone();
        let text = body.to_string();
        let part = text.as_bytes()[..cut.index(text.len())].to_vec();
        let result = provider().read(&lookup, &FIRST, &response(200, part));
        prop_assert!(matches!(result, Err(ProviderError::Malformed { .. })), "{result:?}");
    }
}
