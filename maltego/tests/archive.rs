//! Archives as a client would open them: what is in them, that nothing in them is unknown to clients, and that no text
//! can break them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lints' exemption for tests does not reach the helpers of an integration test"
)]

mod support {
    pub(crate) mod known_paths;
}
#[path = "../../tests/support/recorded.rs"]
mod recorded;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read},
    path::Path,
};

use jiff::Timestamp;
use maltego::{
    InputKind, Listing, MatchingRule, Publisher, SettingDefinition, SettingKind, TransformDefinition, ValueType,
    archive::{
        ArchiveError, ConfigurationArchive, Icon, IconSize, LocalProgram, LocalServer, LocalTransform, RemoteServer,
        RemoteTransform, Seed, TransformHead, TransformSet, local_archive, remote_archive,
    },
    config_data::{ConfigData, ConfigFile, Machine, OwnProperty, OwnType},
    entity_types::{self as types, EntityType},
};
use proptest::prelude::*;
use quick_xml::{Reader, events::Event};
use support::known_paths::{DESCRIBED, KNOWN};

const SCOPE: SettingDefinition = SettingDefinition {
    name: "scope",
    display_name: "Scope (current, historic)",
    description: "Which records to search",
    kind: SettingKind::Choice,
    choices: &["current", "historic"],
    default: Some("historic"),
    popup: true,
    global: false,
    secret: false,
};

const SHARED: SettingDefinition =
    SettingDefinition { name: "key", default: None, popup: false, global: true, secret: true, ..SCOPE };

const fn definition(
    name: &'static str,
    set: &'static str,
    inputs: &'static [&'static EntityType],
    outputs: &'static [&'static EntityType],
) -> TransformDefinition {
    TransformDefinition {
        name,
        display_name: "To <Something> [Namehound]",
        description: "Asks \"somebody\" & answers",
        inputs,
        input_kind: InputKind::Single,
        outputs,
        set,
        settings: &[&SCOPE, &SHARED],
    }
}

const REGISTRATION: &str = "Namehound: registration";
const REVERSE: &str = "Namehound: reverse lookups";
const INFRASTRUCTURE: &str = "Namehound: infrastructure";

/// The transforms that machines may count on.
static DEFINITIONS: &[TransformDefinition] = &[
    definition("domain_to_whois_history", REGISTRATION, &[&types::DOMAIN], &[&types::WHOIS_RECORD]),
    definition(
        "whois_record_to_contacts",
        REGISTRATION,
        &[&types::WHOIS_RECORD],
        &[&types::PERSON, &types::ORGANIZATION, &types::EMAIL_ADDRESS, &types::PHONE_NUMBER],
    ),
    definition("email_to_domains", REVERSE, &[&types::EMAIL_ADDRESS], &[&types::DOMAIN]),
    definition("phone_to_domains", REVERSE, &[&types::PHONE_NUMBER], &[&types::DOMAIN]),
    definition("person_to_domains", REVERSE, &[&types::PERSON], &[&types::DOMAIN]),
    definition("organization_to_domains", REVERSE, &[&types::ORGANIZATION], &[&types::DOMAIN]),
    definition("ns_to_domains", REVERSE, &[&types::NS_RECORD, &types::DNS_NAME], &[&types::DOMAIN]),
    definition("domain_to_subdomains", INFRASTRUCTURE, &[&types::DOMAIN], &[&types::DNS_NAME]),
    definition("domain_to_dns_records", "", &[&types::DOMAIN], &[]),
];

/// One listing for each definition and input; the second and later inputs put the type's name behind the transform's.
fn names() -> Vec<(&'static TransformDefinition, &'static EntityType, String)> {
    DEFINITIONS
        .iter()
        .flat_map(|definition| {
            definition.inputs.iter().enumerate().map(move |(index, input)| {
                let suffix =
                    if index == 0 { String::new() } else { input.name.replace("maltego.", "_").to_lowercase() };
                (definition, *input, format!("{}{suffix}", definition.name))
            })
        })
        .collect()
}

fn listings<'a>(names: &'a [(&'static TransformDefinition, &'static EntityType, String)]) -> Vec<Listing<'a>> {
    // Backwards, so that nothing depends on the main listing coming first.
    names.iter().rev().map(|(definition, input, name)| Listing { definition, input, name }).collect()
}

const PUBLISHER: Publisher<'_> = Publisher {
    owner: "Example Ops",
    author: "Example Ops <ops@example.org>",
    disclaimer: "Asks <others>",
    version: "0.1",
};

fn moment() -> Timestamp {
    "2024-02-29T12:00:00.5Z".parse().unwrap()
}

fn program() -> LocalProgram {
    LocalProgram {
        command: "/opt/namehound/namehound".to_owned(),
        parameters: "local".to_owned(),
        working_directory: "/opt/namehound".to_owned(),
        namespace: "namehound".to_owned(),
        debug: true,
        description: "Runs on this computer".to_owned(),
        last_sync: moment(),
    }
}

fn seed() -> Seed {
    Seed {
        name: "Namehound".to_owned(),
        url: "https://transforms.example.org/seed?a=1&b=2".to_owned(),
        description: "Domain intelligence".to_owned(),
    }
}

/// The folder of the project, as the program will read it.
fn config_data() -> ConfigData {
    fn walk(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{path}/"), files);
            } else {
                files.push((path, std::fs::read_to_string(entry.path()).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../maltego-config"), "", &mut files);
    let loaded = ConfigData::load(files.iter().map(|(path, content)| ConfigFile { path, content }));
    loaded.unwrap_or_else(|errors| panic!("{errors}"))
}

/// Bytes that begin like a PNG of a size.
fn png(pixels: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(pixels.to_be_bytes());
    bytes.extend(pixels.to_be_bytes());
    bytes
}

fn icon(name: &str) -> Icon {
    let images = IconSize::ALL.into_iter().map(|size| (size, png(size.pixels()))).collect();
    Icon { name: name.to_owned(), category: "Namehound".to_owned(), images }
}

fn icons(data: &ConfigData) -> Vec<Icon> {
    data.icons.iter().map(|source| icon(&source.name)).collect()
}

fn remote() -> Vec<u8> {
    let data = config_data();
    remote_archive(&data, &icons(&data), &listings(&names()), Some(&seed())).unwrap()
}

fn local() -> Vec<u8> {
    let data = config_data();
    local_archive(&data, &icons(&data), &listings(&names()), &PUBLISHER, &program()).unwrap()
}

/// A server as a client has it after discovery.
fn discovered() -> Vec<u8> {
    let names = names();
    let listings = listings(&names);
    let server = RemoteServer {
        name: "namehound".to_owned(),
        url: "https://transforms.example.org/run".to_owned(),
        seeds: vec![seed().url],
        last_sync: moment(),
        transforms: listings.iter().map(|listing| RemoteTransform::new(listing, &PUBLISHER)).collect(),
    };
    ConfigurationArchive { remote: vec![server], ..ConfigurationArchive::default() }.to_bytes().unwrap()
}

/// Entries in the archive's own order.
fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            assert!(entry.enclosed_name().is_some(), "{name}");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (name, content)
        })
        .collect()
}

fn entry(bytes: &[u8], path: &str) -> String {
    let (_, content) =
        unzipped(bytes).into_iter().find(|(name, _)| name == path).unwrap_or_else(|| panic!("no {path}"));
    String::from_utf8(content).unwrap()
}

fn is_xml(path: &str) -> bool {
    ["entity", "category", "xml", "seed", "hub", "tas", "transform", "transformsettings", "set"]
        .iter()
        .any(|extension| path.rsplit('.').next() == Some(extension))
}

/// Every element path and `path@attribute` of a document with its texts.
fn paths(document: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = Reader::from_str(document);
    let (mut open, mut found) = (Vec::<String>::new(), BTreeMap::<String, Vec<String>>::new());
    loop {
        match reader.read_event().unwrap() {
            event @ (Event::Start(_) | Event::Empty(_)) => {
                let (start, empty) = match &event {
                    Event::Start(start) => (start, false),
                    Event::Empty(start) => (start, true),
                    _ => unreachable!(),
                };
                open.push(start.name().as_ref().to_owned());
                let path = open.join("/");
                found.entry(path.clone()).or_default().push(String::new());
                for attribute in start.attributes() {
                    let attribute = attribute.unwrap();
                    let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned();
                    found.entry(format!("{path}@{}", attribute.key.as_ref())).or_default().push(value);
                }
                if empty {
                    open.pop();
                }
            }
            Event::End(_) => _ = open.pop(),
            Event::Text(text) => append(&mut found, &open, &text),
            Event::CData(text) => append(&mut found, &open, &text),
            Event::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref().unwrap() {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&reference).unwrap().to_owned(),
                };
                append(&mut found, &open, &text);
            }
            Event::Eof => break,
            other => panic!("unexpected {other:?}"),
        }
    }
    assert!(open.is_empty());
    found
}

fn append(found: &mut BTreeMap<String, Vec<String>>, open: &[String], text: &str) {
    if let Some(last) = found.get_mut(&open.join("/")).and_then(|texts| texts.last_mut()) {
        last.push_str(text);
    }
}

fn listed(bytes: &[u8]) -> Vec<String> {
    unzipped(bytes).into_iter().map(|(name, _)| name).collect()
}

const SHARED_ENTRIES: &[&str] = &[
    "Entities/namehound.OwnershipEra.entity",
    "Entities/namehound.Registrar.entity",
    "Entities/namehound.Summary.entity",
    "EntityCategories/namehound.category",
    "Icons/Namehound/Namehound.png",
    "Icons/Namehound/Namehound.xml",
    "Icons/Namehound/Namehound24.png",
    "Icons/Namehound/Namehound32.png",
    "Icons/Namehound/Namehound48.png",
    "Icons/Namehound/Namehound96.png",
    "Icons/Namehound/NamehoundOwnershipEra.png",
    "Icons/Namehound/NamehoundOwnershipEra.xml",
    "Icons/Namehound/NamehoundOwnershipEra24.png",
    "Icons/Namehound/NamehoundOwnershipEra32.png",
    "Icons/Namehound/NamehoundOwnershipEra48.png",
    "Icons/Namehound/NamehoundOwnershipEra96.png",
    "Icons/Namehound/NamehoundRegistrar.png",
    "Icons/Namehound/NamehoundRegistrar.xml",
    "Icons/Namehound/NamehoundRegistrar24.png",
    "Icons/Namehound/NamehoundRegistrar32.png",
    "Icons/Namehound/NamehoundRegistrar48.png",
    "Icons/Namehound/NamehoundRegistrar96.png",
    "Icons/Namehound/NamehoundSummary.png",
    "Icons/Namehound/NamehoundSummary.xml",
    "Icons/Namehound/NamehoundSummary24.png",
    "Icons/Namehound/NamehoundSummary32.png",
    "Icons/Namehound/NamehoundSummary48.png",
    "Icons/Namehound/NamehoundSummary96.png",
    "Machines/namehound_domain_footprint.machine",
    "Machines/namehound_domain_footprint.properties",
    "Machines/namehound_name_server_infrastructure.machine",
    "Machines/namehound_name_server_infrastructure.properties",
    "Machines/namehound_registrant_network.machine",
    "Machines/namehound_registrant_network.properties",
    "TransformSets/namehound_ infrastructure.set",
    "TransformSets/namehound_ registration.set",
    "TransformSets/namehound_ reverse lookups.set",
    "version.properties",
];

fn golden(more: &[String]) -> Vec<String> {
    let mut expected: Vec<String> = SHARED_ENTRIES.iter().map(|entry| (*entry).to_owned()).collect();
    expected.extend_from_slice(more);
    expected.sort();
    expected
}

#[test]
fn a_remote_archive_holds_assets_and_the_seed_and_leaves_transforms_to_discovery() {
    assert_eq!(listed(&remote()), golden(&["Seeds/namehound.hub".to_owned(), "Seeds/namehound.seed".to_owned()]));
    let data = config_data();
    let without_seed = remote_archive(&data, &icons(&data), &listings(&names()), None).unwrap();
    assert_eq!(listed(&without_seed), golden(&[]));
}

#[test]
fn a_local_archive_holds_a_server_and_every_transform_with_its_settings() {
    let mut expected = vec!["Servers/Local.tas".to_owned()];
    for (_, _, name) in names() {
        expected.push(format!("TransformRepositories/Local/namehound.{name}.transform"));
        expected.push(format!("TransformRepositories/Local/namehound.{name}.transformsettings"));
    }
    assert_eq!(expected.len(), 21);
    assert_eq!(listed(&local()), golden(&expected));
}

#[test]
fn a_discovered_server_is_written_as_clients_export_it() {
    let bytes = discovered();
    assert_eq!(listed(&bytes).len(), 2 + 2 * 10);
    assert_eq!(
        entry(&bytes, "TransformRepositories/Remote/paterva.v2.email_to_domains.transform"),
        r#"<MaltegoTransform name="paterva.v2.email_to_domains" displayName="To &lt;Something&gt; [Namehound]" abstract="false" template="false" visibility="public" description="Asks &quot;somebody&quot; &amp; answers" author="Example Ops &lt;ops@example.org&gt;" owner="Example Ops" locationRelevance="global" version="0.1" requireDisplayInfo="false">
   <TransformAdapter>com.paterva.maltego.transform.protocol.v2api.RemoteTransformAdapterV2</TransformAdapter>
   <Properties>
      <Fields>
         <Property name="scope" type="string" nullable="true" hidden="false" readonly="false" description="Which records to search" popup="true" abstract="false" visibility="public" auth="false" displayName="Scope (current, historic)">
            <DefaultValue>historic</DefaultValue>
            <SampleValue></SampleValue>
         </Property>
      </Fields>
   </Properties>
   <InputConstraints>
      <Entity type="maltego.EmailAddress" min="1" max="1"/>
   </InputConstraints>
   <OutputEntities>
      <Entity type="maltego.Domain"/>
   </OutputEntities>
   <Help></Help>
   <Disclaimer>Asks &lt;others&gt;</Disclaimer>
   <defaultSets>
      <Set name="Namehound: reverse lookups"/>
   </defaultSets>
   <StealthLevel>0</StealthLevel>
   <ProtocolVersion>2.0</ProtocolVersion>
</MaltegoTransform>
"#
    );
    let server = paths(&entry(&bytes, "Servers/namehound.tas"));
    assert_eq!(server["MaltegoServer/LastSync"], ["2024-02-29 12:00:00.500 UTC"]);
    assert_eq!(server["MaltegoServer/Protocol@version"], ["2.0"]);
    assert_eq!(server["MaltegoServer/Seeds/Seed"], [seed().url]);
    assert_eq!(server["MaltegoServer/Transforms/Transform@name"].len(), 10);
}

#[test]
fn a_local_transform_names_its_program_its_types_and_its_set() {
    let bytes = local();
    let document = paths(&entry(&bytes, "TransformRepositories/Local/namehound.whois_record_to_contacts.transform"));
    assert_eq!(document["MaltegoTransform@name"], ["namehound.whois_record_to_contacts"]);
    assert_eq!(document["MaltegoTransform/InputConstraints/Entity@type"], ["maltego.WHOISRecord"]);
    assert_eq!(
        document["MaltegoTransform/OutputEntities/Entity@type"],
        ["maltego.Person", "maltego.Organization", "maltego.EmailAddress", "maltego.PhoneNumber"]
    );
    assert_eq!(document["MaltegoTransform/defaultSets/Set@name"], ["Namehound: registration"]);
    assert_eq!(
        document["MaltegoTransform/Properties/Fields/Property@name"],
        [
            "transform.local.command",
            "transform.local.parameters",
            "transform.local.working-directory",
            "transform.local.debug"
        ]
    );
    let path = "TransformRepositories/Local/namehound.whois_record_to_contacts.transformsettings";
    assert_eq!(
        paths(&entry(&bytes, path))["TransformSettings/Properties/Property"],
        ["/opt/namehound/namehound", "local whois_record_to_contacts", "/opt/namehound", "true"]
    );
    let server = paths(&entry(&bytes, "Servers/Local.tas"));
    assert_eq!(server["MaltegoServer/LastSync"], ["2024-02-29 12:00:00.500 UTC"]);
    assert_eq!(server["MaltegoServer/Transforms/Transform@name"].len(), 10);
}

#[test]
fn sets_and_machines_use_the_full_ids_of_their_archive() {
    let set = paths(&entry(&remote(), "TransformSets/namehound_ reverse lookups.set"));
    assert_eq!(set["TransformSet@name"], ["Namehound: reverse lookups"]);
    assert!(set["TransformSet@description"][0].contains("credits"));
    let members: BTreeSet<&str> = set["TransformSet/Transforms/Transform@name"].iter().map(String::as_str).collect();
    assert_eq!(members.len(), 6);
    assert!(members.contains("paterva.v2.ns_to_domains") && members.contains("paterva.v2.ns_to_domains_dnsname"));

    let path = "Machines/namehound_name_server_infrastructure.machine";
    let (remote, local) = (entry(&remote(), path), entry(&local(), path));
    assert!(remote.contains("run(\"paterva.v2.ns_to_domains\", slider:255)"), "{remote}");
    assert!(local.contains("run(\"namehound.ns_to_domains\", slider:255)"), "{local}");
    assert!(!remote.contains('$') && !local.contains('$'));
}

#[test]
fn an_inherited_value_property_is_left_to_the_parent() {
    let bytes = remote();
    let registrar = paths(&entry(&bytes, "Entities/namehound.Registrar.entity"));
    assert_eq!(registrar["MaltegoEntity/BaseEntities/BaseEntity"], ["maltego.Organization"]);
    assert_eq!(registrar["MaltegoEntity/Properties@value"], [""]);
    assert_eq!(registrar["MaltegoEntity@smallIconResource"], ["NamehoundRegistrar"]);
    let summary = paths(&entry(&bytes, "Entities/namehound.Summary.entity"));
    assert_eq!(summary["MaltegoEntity/Properties@value"], ["namehound.summary.question"]);
    assert_eq!(summary["MaltegoEntity/Properties@displayValue"], ["namehound.summary.label"]);
    assert!(!summary.contains_key("MaltegoEntity/BaseEntities"));
    assert!(summary["MaltegoEntity/Properties/Fields/Field@type"].contains(&"string[]".to_owned()));
    assert_eq!(summary["MaltegoEntity/Overlays/Overlay@position"], ["N"]);
}

#[test]
fn the_same_content_makes_the_same_bytes() {
    for make in [remote, local, discovered] {
        assert_eq!(make(), make());
    }
    let bytes = local();
    let mut sorted = listed(&bytes);
    sorted.sort();
    assert_eq!(listed(&bytes), sorted);
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).unwrap();
        assert_eq!(entry.last_modified(), Some(zip::DateTime::default()));
        assert_eq!(entry.compression(), zip::CompressionMethod::Stored);
    }
    // Byte 5 of a central directory record says which system wrote the entry; 0 is DOS.
    let systems: BTreeSet<u8> =
        bytes.windows(6).filter(|bytes| bytes.starts_with(b"PK\x01\x02")).map(|w| w[5]).collect();
    assert_eq!(systems, BTreeSet::from([0]));
}

#[test]
fn nothing_in_an_archive_is_unknown_to_clients() {
    let known: BTreeSet<&str> = KNOWN.iter().chain(DESCRIBED).copied().collect();
    let mut seen = BTreeSet::new();
    for bytes in [remote(), local(), discovered()] {
        for (name, content) in unzipped(&bytes).into_iter().filter(|(name, _)| is_xml(name)) {
            for path in paths(std::str::from_utf8(&content).unwrap()).into_keys() {
                assert!(known.contains(path.as_str()), "{name}: {path}");
                seen.insert(path);
            }
        }
    }
    let unused: Vec<&&str> = known.iter().filter(|path| !seen.contains(**path)).collect();
    assert!(unused.is_empty(), "listed but never written: {unused:?}");
}

#[test]
fn the_list_of_known_paths_agrees_with_the_sample_archives() {
    let Some(examples) =
        recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "../reference/trx-traffic/examples")
    else {
        return;
    };
    let mut sampled = BTreeSet::new();
    let mut folders = vec![examples.join("config-remote"), examples.join("config-local")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if is_xml(&path.to_string_lossy()) {
                sampled.extend(paths(&std::fs::read_to_string(path).unwrap()).into_keys());
            }
        }
    }
    let missing: Vec<&&str> = KNOWN.iter().filter(|path| !sampled.contains(**path)).collect();
    assert!(missing.is_empty(), "in the list, but in no sample: {missing:?}");
}

#[test]
fn the_folder_says_what_it_promises() {
    let data = config_data();
    assert_eq!(
        data.types.iter().map(|own| own.name.as_str()).collect::<Vec<_>>(),
        ["namehound.OwnershipEra", "namehound.Registrar", "namehound.Summary"]
    );
    for own in &data.types {
        assert!(own.rationale.len() > 100 && own.category == "Namehound", "{}", own.name);
        let strict = own.properties.iter().filter(|property| property.matching == MatchingRule::Strict);
        assert!(strict.clone().all(|property| property.name == own.value_property), "{} merges on more", own.name);
    }
    assert_eq!(data.machines.len(), 3);
    let promised: BTreeSet<&str> = DEFINITIONS.iter().map(|definition| definition.name).collect();
    let used: BTreeSet<&str> = data.machines.iter().flat_map(|machine| machine.transforms()).collect();
    assert_eq!(used, promised);
    assert!(data.sets.iter().all(|set| !set.description.is_empty()));
    assert!(data.icons.iter().any(|icon| icon.name == "Namehound"));
    for icon in &data.icons {
        let drawing = paths(&icon.svg.replace("<!--", "<desc>").replace("-->", "</desc>"));
        assert_eq!(drawing["svg@viewBox"], ["0 0 32 32"], "{}", icon.name);
        assert!(drawing.keys().all(|path| !path.contains("href") && !path.contains("text")), "{}", icon.name);
    }
}

#[test]
fn every_mistake_of_a_folder_is_reported_with_its_file() {
    let own = |name: &str, more: &str| {
        format!(
            "name = {name:?}\ndisplay_name = \"A\"\ndisplay_name_plural = \"As\"\ndescription = \"\"\nrationale = \"\"\n\
             category = \"C\"\nin_palette = true\n{more}"
        )
    };
    let files = [
        ("entities/typo.toml", own("n.Typo", "icn = \"A\"\nvalue_property = \"x\"")),
        (
            "entities/circle.toml",
            own(
                "n.Circle",
                "icon = \"A\"\nvalue_property = \"x\"\nparent = \"n.Circle\"\n[[properties]]\nname = \"x\"\ndisplay_name = \"X\"\ntype = \"integer\"\nsample = \"many\"",
            ),
        ),
        (
            "entities/lost.toml",
            own("maltego.Lost", "icon = \"Icon24\"\nvalue_property = \"nothing\"\nparent = \"maltego.Organization\""),
        ),
        (
            "entities/right.toml",
            own("n.Right", "icon = \"A\"\nvalue_property = \"title\"\nparent = \"maltego.Company\""),
        ),
        ("icons/A.svg", "<svg/>".to_owned()),
        (
            "sets.toml",
            "[[set]]\nname = \"S\"\ndescription = \"\"\n[[set]]\nname = \"S\"\ndescription = \"\"".to_owned(),
        ),
        ("machines/bad.machine", "machine(\"n.bad\") { delete() }".to_owned()),
        ("README.md", "not looked at".to_owned()),
    ];
    let errors = ConfigData::load(files.iter().map(|(path, content)| ConfigFile { path, content })).unwrap_err();
    let text = errors.to_string();
    for expected in [
        "entities/typo.toml: TOML parse error",
        "unknown field `icn`",
        "entities/circle.toml: the parent n.Circle is unknown, or a type is its own ancestor",
        "entities/circle.toml: the sample of x does not fit its type",
        "entities/lost.toml: the namespace maltego belongs to the vendor",
        "entities/lost.toml: value_property names nothing, which neither the type nor a parent declares",
        "entities/lost.toml: the icon name \"Icon24\" has more than letters and digits, or ends in a digit",
        "entities/lost.toml: there is no drawing icons/Icon24.svg",
        "sets.toml: S is there twice",
        "machines/bad.machine: line 1: delete is not one of",
        "machines/bad.machine: it runs nothing",
    ] {
        assert!(text.contains(expected), "{expected:?} is missing from:\n{text}");
    }
    assert!(!text.contains("right.toml") && !text.contains("README"), "{text}");
}

#[test]
fn a_type_that_the_program_declares_otherwise_is_noticed() {
    static SUMMARY: EntityType = EntityType {
        name: "namehound.Summary",
        display_name: "Summary",
        parent: None,
        old_name: None,
        value_property: "namehound.summary.label",
        calculated: false,
        properties: &[maltego::PropertyDefinition {
            name: "namehound.summary.count",
            display_name: "Count",
            value_type: ValueType::Text,
            list: false,
            matching_rule: MatchingRule::Loose,
        }],
    };
    let data = config_data();
    let own = data.types.iter().find(|own| own.name == "namehound.Summary").unwrap();
    let differences = own.differences(&SUMMARY);
    assert!(differences.iter().any(|text| text.starts_with("value property: the data say")), "{differences:?}");
    assert!(differences.iter().any(|text| text.starts_with("kind of namehound.summary.count")), "{differences:?}");
    assert!(
        differences.contains(&"property: the data say \"namehound.summary.exact\", the program says \"\"".to_owned())
    );
}

#[test]
fn what_clients_could_not_import_is_an_error() {
    let data = config_data();
    let names = names();
    let all = listings(&names);
    let without: Vec<Listing<'_>> = all.iter().copied().filter(|one| one.name != "email_to_domains").collect();
    let error = remote_archive(&data, &[], &without, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The machine namehound.registrant_network cannot be offered: nobody offers email_to_domains"
    );
    let program = LocalProgram { working_directory: "namehound".to_owned(), ..program() };
    let error = local_archive(&data, &[], &all, &PUBLISHER, &program).unwrap_err();
    assert!(matches!(error, ArchiveError::WorkingDirectory { directory } if directory == "namehound"));

    let twice: Vec<Listing<'_>> = all.iter().chain(&all).copied().collect();
    let error = local_archive(&data, &[], &twice, &PUBLISHER, &self::program()).unwrap_err();
    assert!(matches!(error, ArchiveError::Duplicate { kind: "transform", .. }));

    let with = |icons: Vec<Icon>| ConfigurationArchive { icons, ..ConfigurationArchive::default() }.to_bytes();
    assert!(matches!(with(vec![icon("../A")]), Err(ArchiveError::IconName { name }) if name == "../A"));
    assert!(matches!(with(vec![icon("A24")]), Err(ArchiveError::IconName { .. })));
    assert!(matches!(with(vec![icon("A"), icon("a")]), Err(ArchiveError::Duplicate { kind: "entry", .. })));
    let mut wrong = icon("A");
    wrong.images.insert(IconSize::Pixels48, png(47));
    assert!(matches!(with(vec![wrong.clone()]), Err(ArchiveError::IconImage { pixels: 48, .. })));
    wrong.images.insert(IconSize::Pixels48, b"GIF89a".to_vec());
    assert!(matches!(with(vec![wrong]), Err(ArchiveError::IconImage { pixels: 48, .. })));
}

/// Texts of every kind: any characters, path tricks, markup and forbidden control characters.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "(?s).{0,30}",
        "[./\\\\:a-c ]{0,20}",
        "[<>&\"'\\]\t\r\n\u{0}-\u{1f}\u{fffe}\u{ffff}]{0,20}",
        Just("CON".to_owned()),
        Just("../../../etc/passwd".to_owned()),
    ]
}

/// What a reader gets back: forbidden characters replaced, a lone or leading CR kept as a reference.
fn readable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => c,
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            _ => c,
        })
        .collect()
}

proptest! {
    #[test]
    fn no_text_breaks_an_archive(texts in proptest::collection::vec(any_text(), 14)) {
        let text = |index: usize| texts[index].clone();
        let head = |id: String| TransformHead {
            id,
            display_name: text(0),
            description: text(1),
            author: text(2),
            input_type: text(3),
            output_types: vec![text(4)],
            set: text(5),
        };
        let property = OwnProperty {
            name: text(6),
            display_name: text(0),
            description: text(1),
            value_type: ValueType::Text,
            list: false,
            matching: MatchingRule::Loose,
            hidden: true,
            sample: Some(text(2)),
        };
        let own = OwnType {
            name: text(7),
            display_name: text(0),
            display_name_plural: text(1),
            description: text(2),
            rationale: text(3),
            category: text(8),
            parent: Some(text(9)),
            icon: text(10),
            value_property: text(6),
            display_property: None,
            in_palette: false,
            properties: vec![property],
            overlays: Vec::new(),
        };
        let (first, second) = (text(11), text(12));
        prop_assume!(first != second);
        let set = |name: &String| TransformSet { name: name.clone(), description: text(0), transforms: vec![text(1)] };
        let local = LocalTransform {
            head: head(first.clone()),
            command: text(0),
            parameters: text(1),
            working_directory: String::new(),
            debug: false,
        };
        let remote = RemoteTransform {
            head: head(second.clone()),
            owner: text(3),
            version: text(4),
            disclaimer: text(5),
            settings: &[&SCOPE],
        };
        let archive = ConfigurationArchive {
            types: vec![own],
            icons: Vec::new(),
            sets: vec![set(&first), set(&second)],
            machines: vec![Machine { id: text(13), script: text(0) }],
            seeds: vec![Seed { name: text(13), url: text(0), description: text(1) }],
            remote: vec![RemoteServer {
                name: text(13),
                url: text(0),
                seeds: vec![text(1)],
                last_sync: moment(),
                transforms: vec![remote],
            }],
            local: Some(LocalServer { description: text(2), last_sync: moment(), transforms: vec![local] }),
        };
        let bytes = archive.to_bytes().unwrap();
        prop_assert_eq!(&bytes, &archive.to_bytes().unwrap());

        let entries = unzipped(&bytes);
        let unique: BTreeSet<String> = entries.iter().map(|(name, _)| name.to_lowercase()).collect();
        prop_assert_eq!(unique.len(), entries.len());
        prop_assert_eq!(entries.len(), 1 + 2 + 2 + 2 + 2 + 1 + 2 + 1 + 2);
        let mut set_names = BTreeSet::new();
        for (name, content) in &entries {
            prop_assert!(!name.contains(['\\', ':', '<', '>', '"', '|', '?', '*']) && !name.chars().any(char::is_control));
            for part in name.split('/') {
                prop_assert!(!part.is_empty() && !part.starts_with('.') && !part.ends_with(['.', ' ']), "{:?}", name);
            }
            if is_xml(name) {
                let found = paths(std::str::from_utf8(content).unwrap());
                if let Some(names) = found.get("TransformSet@name") {
                    set_names.extend(names.clone());
                }
                if let Some(inputs) = found.get("TransformSettings/Properties/Property") {
                    prop_assert_eq!(&inputs[0], &readable(&text(0)));
                }
            }
        }
        prop_assert_eq!(set_names, BTreeSet::from([readable(&first), readable(&second)]));
    }
}
