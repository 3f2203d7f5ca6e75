//! Results and the catalogue, for people and for programs.

use std::fmt::Write as _;

use intel::LookupKind;
use maltego::{Entity, Message, MessageKind, trx};
use serde_json::{Map, Value as Json, json};
use transforms::{Catalogue, Declaration, OBSERVED, SOURCE};

/// The form of results on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns for people
    Table,
    /// One JSON document with entities and messages
    Json,
    /// Comma-separated values, one row an entity
    Csv,
    /// The message that a Maltego client would get
    Xml,
}

impl Format {
    /// Whether messages are part of the results.
    pub(crate) fn carries_messages(self) -> bool {
        matches!(self, Self::Json | Self::Xml)
    }
}

/// The form of the catalogue on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum CatalogueFormat {
    /// Aligned columns for people
    Table,
    /// A table for Markdown pages
    Markdown,
    /// One JSON document
    Json,
}

/// Results in a form.
pub(crate) fn entities(entities: &[Entity], messages: &[Message], format: Format) -> anyhow::Result<String> {
    match format {
        Format::Table => Ok(rows_as_table(&entity_rows(entities))),
        Format::Json => Ok(serde_json::to_string_pretty(&json!({
            "entities": entities.iter().map(entity_json).collect::<Vec<_>>(),
            "messages": messages.iter().map(message_json).collect::<Vec<_>>(),
        }))?),
        Format::Csv => rows_as_csv(&entity_rows(entities)),
        Format::Xml => Ok(trx::write_response(entities, messages)),
    }
}

fn entity_rows(entities: &[Entity]) -> Vec<Vec<String>> {
    let header = ["Type", "Value", "Link", "Observed", "Source"].map(str::to_owned).to_vec();
    let rows = entities.iter().map(|entity| {
        let property =
            |name| entity.property(name).map(|property| trx::render(&property.value).into_owned()).unwrap_or_default();
        vec![
            entity.entity_type.name.to_owned(),
            trx::render(&entity.value).into_owned(),
            entity.link.label.clone().unwrap_or_default(),
            property(OBSERVED),
            property(SOURCE),
        ]
    });
    std::iter::once(header).chain(rows).collect()
}

fn entity_json(entity: &Entity) -> Json {
    let properties: Map<String, Json> = entity
        .properties
        .iter()
        .map(|property| (property.name.clone(), Json::String(trx::render(&property.value).into_owned())))
        .collect();
    json!({
        "type": entity.entity_type.name,
        "value": trx::render(&entity.value),
        "weight": entity.weight,
        "link": entity.link.label,
        "properties": properties,
    })
}

fn message_json(message: &Message) -> Json {
    let kind = match message.kind {
        MessageKind::Inform => "inform",
        MessageKind::Debug => "debug",
        MessageKind::PartialError => "partial_error",
        MessageKind::FatalError => "fatal_error",
    };
    json!({ "kind": kind, "text": message.text })
}

/// Rows as CSV. A cell that a spreadsheet would take for a formula gets an apostrophe in front.
pub(crate) fn rows_as_csv(rows: &[Vec<String>]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| match cell.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
            _ => cell.clone(),
        }))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// Rows as aligned columns. Control characters are shown as such: what comes from upstream must not drive the terminal.
pub(crate) fn rows_as_table(rows: &[Vec<String>]) -> String {
    let clean =
        |cell: &String| -> String { cell.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect() };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(clean).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in &rows {
        let line: String = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}  ", " ".repeat(width.saturating_sub(cell.chars().count()))))
            .collect();
        let _infallible = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The catalogue in a form.
pub(crate) fn catalogue(catalogue: &Catalogue, format: CatalogueFormat) -> String {
    match format {
        CatalogueFormat::Table => rows_as_table(&catalogue_rows(catalogue)),
        CatalogueFormat::Markdown => markdown(&catalogue_rows(catalogue)),
        CatalogueFormat::Json => {
            let transforms: Vec<_> = catalogue.declarations().map(declaration_json).collect();
            format!("{:#}", json!({ "transforms": transforms }))
        }
    }
}

fn catalogue_rows(catalogue: &Catalogue) -> Vec<Vec<String>> {
    let header = ["Transform", "From", "To", "Settings", "Exposure", "Price"].map(str::to_owned).to_vec();
    let rows = catalogue.declarations().map(|declaration| {
        let definition = &declaration.definition;
        let short = |types: &[&maltego::EntityType]| {
            types.iter().map(|t| t.name.trim_start_matches("maltego.")).collect::<Vec<_>>().join(", ")
        };
        let settings: Vec<_> = definition.settings.iter().map(|setting| setting.name).collect();
        vec![
            definition.name.to_owned(),
            short(definition.inputs),
            short(definition.outputs),
            if settings.is_empty() { "none".to_owned() } else { settings.join(", ") },
            declaration.exposure.as_str().to_owned(),
            declaration.price_class.as_str().to_owned(),
        ]
    });
    std::iter::once(header).chain(rows).collect()
}

fn declaration_json(declaration: &Declaration) -> Json {
    let definition = &declaration.definition;
    let names = |types: &[&maltego::EntityType]| types.iter().map(|t| t.name).collect::<Vec<_>>();
    json!({
        "name": definition.name,
        "display_name": definition.display_name,
        "description": definition.description,
        "inputs": names(definition.inputs),
        "outputs": names(definition.outputs),
        "set": definition.set,
        "settings": definition.settings.iter().map(|setting| json!({
            "name": setting.name,
            "description": setting.description,
            "choices": setting.choices,
            "default": setting.default,
        })).collect::<Vec<_>>(),
        "lookups": declaration.lookups.iter().copied().map(LookupKind::as_str).collect::<Vec<_>>(),
        "exposure": declaration.exposure.as_str(),
        "price": declaration.price_class.as_str(),
    })
}

fn markdown(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let _infallible = writeln!(text, "| {} |", row.join(" | "));
        if index == 0 {
            let _infallible = writeln!(text, "|{}", "---|".repeat(row.len()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use maltego::{Link, entity_types};

    use super::*;

    fn sample() -> Vec<Entity> {
        vec![
            Entity::new(&entity_types::PHRASE, "=HYPERLINK(\"x\")\u{1b}[2J").linked_by(Link::labelled("a, b")),
            Entity::new(&entity_types::DOMAIN, "cmt.example").with_dynamic(SOURCE, "Source", "case x"),
        ]
    }

    #[test]
    fn a_table_is_aligned_and_cannot_drive_the_terminal() {
        let text = entities(&sample(), &[], Format::Table).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(!text.contains('\u{1b}'), "{text}");
        assert_eq!(lines[0].find("Value"), lines[2].find("cmt.example"));
    }

    #[test]
    fn csv_cells_are_quoted_and_no_formula() {
        let text = entities(&sample(), &[], Format::Csv).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows[0].get(1), Some("'=HYPERLINK(\"x\")\u{1b}[2J"));
        assert_eq!(rows[0].get(2), Some("a, b"));
        assert_eq!(rows[1].get(4), Some("case x"));
    }
}
