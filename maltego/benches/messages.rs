//! How long messages take to read and to write, at the sizes that occur and one that does not.
//!
//! A classic client sends one entity a request and asks for at most some thousands of results. The largest case, 5,000
//! of everything, is beyond the default bounds of the reader and shows that the cost stays proportional.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use maltego::{
    DisplayContent, DisplayInformation, Entity, Link, Message,
    entity_types::DOMAIN,
    trx::{Bounds, read_request, write_response},
};

const SIZES: [usize; 3] = [1, 100, 5_000];

/// A result as a transform makes it: provenance, a block of detail, a label on the link.
fn entity(number: usize) -> Entity {
    let mut entity = Entity::new(&DOMAIN, format!("host-{number}.b\u{fc}cher.example"))
        .with("whois-info", "Registrant: A & B <Example>\nName servers: ns1.example, ns2.example")
        .with_dynamic("source", "Source", "whoisxml")
        .with_dynamic("observed", "Observed", Timestamp::UNIX_EPOCH)
        .linked_by(Link::labelled("registrant e-mail"));
    entity.display_information.push(DisplayInformation {
        heading: "Evidence".to_owned(),
        content: DisplayContent::Html("<table><tr><td>seen</td><td>2024-02-29</td></tr></table>".to_owned()),
    });
    entity
}

/// A request with as many entities, properties and settings.
fn request(size: usize) -> String {
    let fields: String =
        (0..size).map(|number| format!("<Field Name=\"f{number}\" DisplayName=\"F\">a &amp; b</Field>")).collect();
    let more: String = (1..size)
        .map(|number| format!("<Entity Type=\"maltego.Domain\"><Value>host-{number}.example</Value></Entity>"))
        .collect();
    format!(
        "<MaltegoMessage><MaltegoTransformRequestMessage><Entities><Entity Type=\"maltego.Domain\"><Genealogy>\
         <Type Name=\"maltego.Domain\" OldName=\"Domain\"/></Genealogy><AdditionalFields>{fields}</AdditionalFields>\
         <Value>b\u{fc}cher.example</Value><Weight>0</Weight></Entity>{more}</Entities><TransformFields>{fields}\
         </TransformFields><Limits SoftLimit=\"12\" HardLimit=\"12\"/></MaltegoTransformRequestMessage></MaltegoMessage>"
    )
}

fn read(criterion: &mut Criterion) {
    let bounds = Bounds { body: usize::MAX, elements: usize::MAX, fields: usize::MAX, ..Bounds::default() };
    let mut group = criterion.benchmark_group("read");
    for size in SIZES {
        let body = request(size).into_bytes();
        // A benchmark of an error would look splendid.
        assert!(read_request(&body, None, &bounds).is_ok_and(|request| request.settings.len() == size));
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &body, |bencher, body| {
            bencher.iter(|| read_request(black_box(body), None, &bounds));
        });
    }
    group.finish();
}

fn write(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    for size in SIZES {
        let entities: Vec<Entity> = (0..size).map(entity).collect();
        let messages = [Message::inform("300 of 41,322 shown (soft limit)")];
        group.throughput(Throughput::Bytes(write_response(&entities, &messages).len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &entities, |bencher, entities| {
            bencher.iter(|| write_response(black_box(entities), &messages));
        });
    }
    group.finish();
}

criterion_group!(messages, read, write);
criterion_main!(messages);
