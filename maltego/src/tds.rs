//! Import tables for a transform distribution server (TDS): `transforms.csv` and `settings.csv`.
//!
//! A TDS stands between clients and transform servers. Its administrator registers every transform with its URL,
//! input type and settings, by hand or from these two tables. The importer is old and unforgiving, so the tables keep
//! to the middle of the road: the exact header lines, LF at the end of every line, one input type a row, names of
//! letters and digits only, never more than [`ROWS_PER_TABLE`] rows in a file. Cells are quoted as CSV demands, but what
//! would need more than a pair of quotes around it (a quote, a line break) is kept out of the data altogether.
//!
//! People open such files in spreadsheet programs, which run a cell that begins like a formula. Those cells get an
//! apostrophe in front, the usual way to say "this is text".

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::{
    archive::setting_type,
    listing::{Listing, Publisher},
    setting::SettingDefinition,
    transform::fold_name,
};

/// The most rows the importer takes in one file, the header not counted.
pub const ROWS_PER_TABLE: usize = 100;

const TRANSFORM_HEADER: [&str; 13] = [
    "Owner",
    "Author",
    "Disclaimer",
    "Description",
    "Version",
    "Name",
    "UIName",
    "URL",
    "entityName",
    "oAuthSettingId",
    "transformSettingIDs",
    "seedIDs",
    "outputEntities",
];

const SETTING_HEADER: [&str; 6] = ["Name", "Type", "Display", "DefaultValue", "Optional", "Popup"];

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name: `transforms.csv`, or `transforms_1-3.csv` for the first of three.
    pub file_name: String,
    /// Its content, UTF-8.
    pub content: Vec<u8>,
}

/// Which transform table to write.
#[derive(Debug, Clone, Copy)]
pub struct TransformTable<'a> {
    /// Who offers the transforms.
    pub publisher: Publisher<'a>,
    /// Where the server is, absolute; `/run/<name>` comes behind it.
    pub base_url: &'a str,
    /// The seeds on the TDS that the transforms belong to.
    pub seeds: &'a [&'a str],
    /// Whether to write the last column, `outputEntities`. Older importers refuse it.
    pub output_column: bool,
}

/// Why a table cannot be written.
#[derive(Debug, Error)]
pub enum TableError {
    /// A name has something else than letters and digits even after folding.
    #[error("The transform name {name:?} has characters that a distribution table cannot carry")]
    Name {
        /// The name.
        name: String,
    },
    /// Two listings have the same name once case, `_` and `-` are ignored.
    #[error("Two transforms are called {name} in a distribution table")]
    DuplicateName {
        /// The folded name.
        name: String,
    },
    /// A seed's name has a `;`, which separates names in a cell.
    #[error("The seed name {name:?} contains a semicolon")]
    SeedName {
        /// The name.
        name: String,
    },
    /// Two settings have one name and differ. A TDS knows settings by name alone, so one of them would be lost.
    #[error("Two different settings are called {name}")]
    DifferentSettings {
        /// The setting's local name.
        name: String,
    },
    /// The CSV writer failed; writing into memory does not.
    #[error("A distribution table cannot be written")]
    Csv(#[from] csv::Error),
}

/// The transform table, a row for every listing in their order, split into several files where it is long.
///
/// # Errors
/// [`TableError`], for names that the importer would reject or mix up.
pub fn transforms(table: &TransformTable<'_>, listings: &[Listing<'_>]) -> Result<Vec<Table>, TableError> {
    if let Some(seed) = table.seeds.iter().find(|seed| seed.contains(';')) {
        return Err(TableError::SeedName { name: (*seed).to_owned() });
    }
    let width = TRANSFORM_HEADER.len() - usize::from(!table.output_column);
    let mut names = BTreeSet::new();
    let mut rows = Vec::new();
    for listing in listings {
        let name = fold_name(listing.name);
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(TableError::Name { name: listing.name.to_owned() });
        }
        if !names.insert(name.clone()) {
            return Err(TableError::DuplicateName { name });
        }
        let definition = listing.definition;
        let (global, own): (Vec<_>, Vec<_>) = definition.settings.iter().partition(|setting| setting.global);
        let settings: Vec<String> = own.into_iter().chain(global).map(wire_name).collect();
        let outputs: Vec<&str> = definition.outputs.iter().map(|output| output.name).collect();
        let mut row = vec![
            table.publisher.owner.to_owned(),
            table.publisher.author.to_owned(),
            table.publisher.disclaimer.to_owned(),
            definition.description.to_owned(),
            table.publisher.version.to_owned(),
            name.clone(),
            definition.display_name.to_owned(),
            format!("{}/run/{name}", table.base_url.trim_end_matches('/')),
            listing.input.name.to_owned(),
            String::new(),
            settings.join(";"),
            table.seeds.join(";"),
            outputs.join(";"),
        ];
        row.truncate(width);
        rows.push(row);
    }
    tables("transforms", TRANSFORM_HEADER.get(..width).unwrap_or(&TRANSFORM_HEADER), &rows)
}

/// The settings table, a row for every setting of the listings, sorted by name.
///
/// Every setting is marked optional: one without a default may simply be missing, and an importer that believes
/// otherwise makes clients ask for it before every run.
///
/// # Errors
/// [`TableError::DifferentSettings`].
pub fn settings(listings: &[Listing<'_>]) -> Result<Vec<Table>, TableError> {
    let mut known: BTreeMap<&str, &SettingDefinition> = BTreeMap::new();
    for setting in listings.iter().flat_map(|listing| listing.definition.settings) {
        if known.insert(setting.name, setting).is_some_and(|before| before != *setting) {
            return Err(TableError::DifferentSettings { name: setting.name.to_owned() });
        }
    }
    let mut rows: Vec<Vec<String>> = known
        .into_values()
        .map(|setting| {
            vec![
                wire_name(setting),
                setting_type(setting.kind).to_owned(),
                setting.display_name.to_owned(),
                setting.default.unwrap_or_default().to_owned(),
                "True".to_owned(),
                if setting.popup { "Yes" } else { "No" }.to_owned(),
            ]
        })
        .collect();
    rows.sort();
    tables("settings", &SETTING_HEADER, &rows)
}

/// A setting's name in the classic dialect: `global#` stands before one that all transforms of a server share.
fn wire_name(setting: &SettingDefinition) -> String {
    if setting.global { format!("global#{}", setting.name) } else { setting.name.to_owned() }
}

/// Files of equal length, as few as possible, at least one.
fn tables(stem: &str, header: &[&str], rows: &[Vec<String>]) -> Result<Vec<Table>, TableError> {
    let count = rows.len().div_ceil(ROWS_PER_TABLE).max(1);
    let length = rows.len().div_ceil(count).max(1);
    let mut chunks: Vec<&[Vec<String>]> = rows.chunks(length).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let total = chunks.len();
    chunks
        .into_iter()
        .enumerate()
        .map(|(index, chunk)| {
            let file_name =
                if total == 1 { format!("{stem}.csv") } else { format!("{stem}_{}-{total}.csv", index + 1) };
            Ok(Table { file_name, content: written(header, chunk)? })
        })
        .collect()
}

fn written(header: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, TableError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| guarded(cell)))?;
    }
    writer.into_inner().map_err(|error| TableError::Csv(error.into_error().into()))
}

/// A cell that the importer can read and no spreadsheet program runs: double quotes become single ones, control
/// characters and line breaks become blanks, blanks at the ends go.
fn guarded(cell: &str) -> String {
    let plain: String = cell
        .chars()
        .map(|c| match c {
            '"' => '\'',
            _ if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => ' ',
            _ => c,
        })
        .collect();
    let plain = plain.trim();
    // The full-width forms count for spreadsheet programs with an East Asian setting.
    let like_a_formula = plain.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let number = plain.trim_start_matches(['+', '-']).chars().all(|c| c.is_ascii_digit() || c == '.');
    if like_a_formula && !number { format!("'{plain}") } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        entity_types::{DNS_NAME, DOMAIN, EMAIL_ADDRESS, NS_RECORD},
        setting::SettingKind,
        transform::{InputKind, TransformDefinition},
    };

    const KEY: SettingDefinition = SettingDefinition {
        name: "api_key",
        display_name: "Key, yours",
        description: "",
        kind: SettingKind::Text,
        choices: &[],
        default: None,
        popup: false,
        global: true,
        secret: true,
    };
    const MOST: SettingDefinition = SettingDefinition {
        name: "most",
        display_name: "At most",
        kind: SettingKind::Integer,
        default: Some("25"),
        popup: true,
        global: false,
        secret: false,
        ..KEY
    };
    const DEFINITION: TransformDefinition = TransformDefinition {
        name: "ns_to_domains",
        display_name: "To Domains [reverse NS]",
        description: "Domains behind a \"name server\",\nas of today",
        inputs: &[&NS_RECORD, &DNS_NAME],
        input_kind: InputKind::Single,
        outputs: &[&DOMAIN, &EMAIL_ADDRESS],
        set: "Namehound",
        settings: &[&KEY, &MOST],
    };
    const TABLE: TransformTable<'_> = TransformTable {
        publisher: Publisher { owner: "Example Ops", author: "=cmd <ops@example.org>", disclaimer: "", version: "0.1" },
        base_url: "https://transforms.example.org/",
        seeds: &["one", "two"],
        output_column: true,
    };

    fn listing<'a>(definition: &'a TransformDefinition, name: &'a str) -> Listing<'a> {
        Listing { definition, input: &NS_RECORD, name }
    }

    fn read(table: &Table) -> (Vec<String>, Vec<Vec<String>>) {
        let mut reader = csv::Reader::from_reader(table.content.as_slice());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        (header, rows)
    }

    #[test]
    fn the_files_are_exactly_as_importers_want_them() {
        let listings = [
            Listing { definition: &DEFINITION, input: &NS_RECORD, name: "ns_to_domains" },
            Listing { definition: &DEFINITION, input: &DNS_NAME, name: "NS-to-domains-dnsname" },
        ];
        let files = transforms(&TABLE, &listings).unwrap();
        assert_eq!(
            files.iter().map(|file| (file.file_name.as_str(), String::from_utf8_lossy(&file.content))).collect::<Vec<_>>(),
            [(
                "transforms.csv",
                "Owner,Author,Disclaimer,Description,Version,Name,UIName,URL,entityName,oAuthSettingId,transformSettingIDs,\
                 seedIDs,outputEntities\n\
                 Example Ops,'=cmd <ops@example.org>,,\"Domains behind a 'name server', as of today\",0.1,nstodomains,\
                 To Domains [reverse NS],https://transforms.example.org/run/nstodomains,maltego.NSRecord,,\
                 most;global#api_key,one;two,maltego.Domain;maltego.EmailAddress\n\
                 Example Ops,'=cmd <ops@example.org>,,\"Domains behind a 'name server', as of today\",0.1,\
                 nstodomainsdnsname,To Domains [reverse NS],https://transforms.example.org/run/nstodomainsdnsname,\
                 maltego.DNSName,,most;global#api_key,one;two,maltego.Domain;maltego.EmailAddress\n"
                    .into()
            )]
        );
        let files = settings(&listings).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&files[0].content),
            "Name,Type,Display,DefaultValue,Optional,Popup\n\
             global#api_key,string,\"Key, yours\",,True,No\n\
             most,int,At most,25,True,Yes\n"
        );
    }

    #[test]
    fn the_older_header_has_no_last_column() {
        let files =
            transforms(&TransformTable { output_column: false, ..TABLE }, &[listing(&DEFINITION, "x")]).unwrap();
        let (header, rows) = read(&files[0]);
        assert_eq!(header.last().map(String::as_str), Some("seedIDs"));
        assert_eq!((header.len(), rows[0].len()), (12, 12));
    }

    #[test]
    fn long_tables_are_split_evenly_and_lose_no_row() {
        let names: Vec<String> = (0..201).map(|number| format!("t{number}")).collect();
        for (count, expected) in
            [(0, vec![0]), (1, vec![1]), (100, vec![100]), (101, vec![51, 50]), (201, vec![67, 67, 67])]
        {
            let listings: Vec<_> = names.iter().take(count).map(|name| listing(&DEFINITION, name)).collect();
            let files = transforms(&TABLE, &listings).unwrap();
            let lengths: Vec<usize> = files.iter().map(|file| read(file).1.len()).collect();
            assert_eq!(lengths, expected);
            let read_names: Vec<String> =
                files.iter().flat_map(|file| read(file).1).map(|row| row[5].clone()).collect();
            assert_eq!(read_names, names[..count]);
            if expected.len() == 3 {
                let file_names: Vec<&str> = files.iter().map(|file| file.file_name.as_str()).collect();
                assert_eq!(file_names, ["transforms_1-3.csv", "transforms_2-3.csv", "transforms_3-3.csv"]);
            }
        }
    }

    #[test]
    fn names_that_the_importer_would_mix_up_are_refused() {
        let same = [listing(&DEFINITION, "a_b"), listing(&DEFINITION, "A-B")];
        assert!(matches!(transforms(&TABLE, &same), Err(TableError::DuplicateName { name }) if name == "ab"));
        for name in ["", "_", "a.b", "a/b", "ä"] {
            assert!(
                matches!(transforms(&TABLE, &[listing(&DEFINITION, name)]), Err(TableError::Name { .. })),
                "{name}"
            );
        }
        let seeds = TransformTable { seeds: &["a;b"], ..TABLE };
        assert!(matches!(transforms(&seeds, &[]), Err(TableError::SeedName { .. })));
    }

    #[test]
    fn settings_that_differ_under_one_name_are_refused_and_equal_ones_are_one_row() {
        const OTHER: SettingDefinition = SettingDefinition { default: Some("50"), ..MOST };
        const OTHER_DEFINITION: TransformDefinition = TransformDefinition { settings: &[&OTHER], ..DEFINITION };
        let listings = [listing(&DEFINITION, "a"), listing(&DEFINITION, "b")];
        assert_eq!(read(&settings(&listings).unwrap()[0]).1.len(), 2);
        let listings = [listing(&DEFINITION, "a"), listing(&OTHER_DEFINITION, "b")];
        assert!(matches!(settings(&listings), Err(TableError::DifferentSettings { name }) if name == "most"));
    }

    #[test]
    fn cells_never_look_like_formulas() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("  @SUM(A1)", "'@SUM(A1)"),
            ("\t-cmd|x", "'-cmd|x"),
            ("＝1+1", "'＝1+1"),
            ("-5", "-5"),
            ("+1.5", "+1.5"),
            ("a=b", "a=b"),
            ("two\r\nlines\u{2028}", "two  lines"),
        ] {
            assert_eq!(guarded(cell), expected, "{cell:?}");
        }
    }
}
