//! Transforms made for tests: each gives back one thing that a door must carry, or misbehaves in one way.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use intel::{AskError, Exposure};
use maltego::{
    Bookmark, Colour, DisplayContent, DisplayInformation, Entity, EntityType, InputKind, LabelVisibility, LineStyle,
    Link, LinkDirection, MatchingRule, Message, MessageKind, Overlay, OverlayKind, OverlayPosition, Property,
    SettingDefinition, SettingKind, TransformDefinition, entity_types,
};
use tokio::sync::Semaphore;
use transforms::{Catalogue, Declaration, PriceClass, Run, RunError, Sink, Transform};

type Act = fn(&Run, &mut dyn Sink) -> Result<(), RunError>;

/// A transform that does one thing.
struct Purpose {
    declaration: &'static Declaration,
    act: Act,
}

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.declaration.definition.name)
    }
}

#[async_trait]
impl Transform for Purpose {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        (self.act)(run, sink)
    }
}

const TYPES: &[&EntityType] = &[&entity_types::PHRASE];

/// A declaration of its own for each name; it is never given back, which no test minds.
fn declared(name: &'static str) -> &'static Declaration {
    Box::leak(Box::new(Declaration {
        definition: TransformDefinition {
            name,
            display_name: "To Phrase [test]",
            description: "A transform made for a test.",
            inputs: TYPES,
            input_kind: InputKind::Single,
            outputs: TYPES,
            set: "Tests",
            settings: &[],
        },
        lookups: &[],
        exposure: Exposure::Local,
        price_class: PriceClass::Free,
    }))
}

fn phrase(text: impl Into<String>) -> Entity {
    Entity::new(&entity_types::PHRASE, text.into())
}

/// The transforms of the recorded project under names with underscores, and some that misbehave.
pub fn catalogue() -> Catalogue {
    let acts: [(&'static str, Act); 14] = [
        ("greet_person", |run, sink| {
            sink.add(phrase(format!("Greetings, {}", run.input().value)));
            Ok(())
        }),
        ("echo_request", echo),
        ("many_fields", many_fields),
        ("decorated", decorated),
        ("messages", |_, sink| {
            for (kind, text) in [
                (MessageKind::Inform, "for information"),
                (MessageKind::Debug, "debug detail"),
                (MessageKind::PartialError, "partial problem <b> & co"),
                (MessageKind::FatalError, "fatal problem"),
            ] {
                sink.say(Message::new(kind, text));
            }
            Ok(())
        }),
        ("raises", |_, _| Err(AskError::Crashed { detail: "on purpose".to_owned() }.into())),
        ("raises_late", |_, sink| {
            sink.add(phrase("found before the failure"));
            Err(AskError::Crashed { detail: "on purpose".to_owned() }.into())
        }),
        ("panics", |run, sink| {
            sink.add(phrase("found before the panic"));
            panic!("on purpose, {}", run.input().value.len())
        }),
        ("nothing", |_, _| Ok(())),
        ("control_chars", |_, sink| {
            sink.add(phrase("a\u{1}b\u{b}c"));
            Ok(())
        }),
        ("overlay_literal", overlay_literal),
        ("trx_legacy_ok", |run, sink| {
            sink.add(phrase(format!("legacy {}", run.input().value)));
            Ok(())
        }),
        ("trx_legacy_throws", |_, sink| {
            sink.say(Message::new(MessageKind::PartialError, "first problem"));
            sink.say(Message::new(MessageKind::PartialError, "second <problem>"));
            Ok(())
        }),
        ("counts_to_room", |_, sink| {
            (0..sink.room()).for_each(|number| sink.add(phrase(number.to_string())));
            Ok(())
        }),
    ];
    let transforms = acts.into_iter().map(|(name, act)| {
        let transform: Arc<dyn Transform> = Arc::new(Purpose { declaration: declared(name), act });
        transform
    });
    Catalogue::new(transforms.collect())
}

/// Tells how the request was understood, in the notation of the recorded project: text as Python prints it, nought as
/// nothing.
fn echo(run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
    const fn setting(name: &'static str) -> SettingDefinition {
        SettingDefinition {
            name,
            display_name: "",
            description: "",
            kind: SettingKind::Text,
            choices: &[],
            default: None,
            popup: false,
            global: false,
            secret: false,
        }
    }
    const SETTINGS: [SettingDefinition; 3] = [setting("depth"), setting("api_key"), setting("blank")];

    let input = run.input();
    let number = |number: i64| if number == 0 { String::new() } else { number.to_string() };
    let genealogy: Vec<_> = std::iter::once(&input.type_name)
        .chain(&input.base_types)
        .map(|name| format!("{{'Name': '{name}'}}"))
        .collect();
    let mut entity = phrase(format!("value={}", printed(&input.value)))
        .with_dynamic("type", "Type", input.type_name.as_str())
        .with_dynamic("weight", "Weight", number(input.weight))
        .with_dynamic("slider", "Slider", number(sink.room().try_into().unwrap()))
        .with_dynamic("genealogy", "Genealogy", format!("[{}]", genealogy.join(", ")));
    let mut put = |name: &str, display_name: &str, text: &str| {
        let property = Property::loose(name, display_name, printed(text));
        entity.put(Property { matching_rule: MatchingRule::Strict, ..property });
    };
    for property in &input.properties {
        put(&format!("prop.{}", property.name), &property.name, &property.value);
    }
    for name in run.settings.names() {
        let definition = SETTINGS.iter().find(|known| known.name == name).unwrap();
        put(&format!("setting.{name}"), name, run.settings.text(definition).unwrap_or_default());
    }
    sink.add(entity);
    Ok(())
}

fn printed(text: &str) -> String {
    if text.is_empty() {
        return "None".to_owned();
    }
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
}

fn many_fields(_: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
    let slider = sink.room();
    let mut domain = Entity::new(&entity_types::DOMAIN, "b\u{fc}cher.example")
        .with("whois-info", "Registrar: A & B <Ltd>\nName: \u{5c71}\u{7530} \u{1F600}\n]]> end \"q\" 'a'")
        .with_dynamic("empty", "Empty", "")
        .with_dynamic("nodisplay", "", "v")
        .with_dynamic("upper", "Upper", "matching rule given as STRICT");
    domain.weight = 42;
    sink.add(domain);
    sink.add(
        Entity::new(&entity_types::PERSON, "Jane Doe").with("person.firstnames", "Jane").with("person.lastname", "Doe"),
    );
    sink.add(Entity::new(&entity_types::EMAIL_ADDRESS, "hostmaster@example.com"));
    sink.say(Message::inform(format!("3 results of 3; slider={slider}")));
    Ok(())
}

fn overlay(property: &str, position: OverlayPosition, kind: OverlayKind) -> Overlay {
    Overlay { property: property.to_owned(), position, kind }
}

fn decorated(_: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
    let link = Link {
        label: Some("resolves to".to_owned()),
        label_visibility: LabelVisibility::Show,
        colour: Some(Colour::new(0, 0, 255)),
        style: LineStyle::Dashed,
        thickness: Some(3),
        direction: LinkDirection::OutputToInput,
        properties: vec![Property::loose("first.seen", "First seen", "2024-01-01")],
    };
    let mut entity = Entity::new(&entity_types::IPV4_ADDRESS, "192.0.2.1")
        .with_dynamic("risk_colour", "Risk", Colour::new(255, 0, 0))
        .with_dynamic("cc", "Country", "NL")
        .linked_by(link);
    let block = |heading: &str, html: &str| DisplayInformation {
        heading: heading.to_owned(),
        content: DisplayContent::Html(html.to_owned()),
    };
    entity.display_information = vec![block("Details", "<h3>Head</h3><p>A &amp; B</p>"), block("More", "plain text")];
    entity.overlays = vec![
        overlay("cc", OverlayPosition::SouthWest, OverlayKind::Image),
        overlay("risk_colour", OverlayPosition::NorthWest, OverlayKind::Colour),
        overlay("ipv4-address", OverlayPosition::North, OverlayKind::Text),
    ];
    entity.icon_url = Some("https://example.com/icon.png".to_owned());
    entity.bookmark = Some(Bookmark::Red);
    entity.note = Some("a note\nwith two lines".to_owned());
    sink.add(entity);
    Ok(())
}

fn overlay_literal(run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
    let mut entity = phrase(format!("overlay on {}", run.input().value)).with_dynamic("state", "State", "expired");
    entity.overlays = vec![
        overlay("state", OverlayPosition::North, OverlayKind::Text),
        overlay("NL", OverlayPosition::SouthWest, OverlayKind::Image),
        overlay("#45e06f", OverlayPosition::NorthWest, OverlayKind::Colour),
        overlay("state", OverlayPosition::Centre, OverlayKind::Text),
    ];
    sink.add(entity);
    Ok(())
}

/// A transform that waits until a test lets it go on. One permit lets one run go.
#[derive(Debug, Clone)]
pub struct Gate {
    declaration: &'static Declaration,
    entered: Arc<Semaphore>,
    leave: Arc<Semaphore>,
}

impl Gate {
    /// The transform `waits`.
    pub fn new() -> Self {
        let closed = || Arc::new(Semaphore::new(0));
        Self { declaration: declared("waits"), entered: closed(), leave: closed() }
    }

    pub fn catalogue(&self) -> Catalogue {
        Catalogue::new(vec![Arc::new(self.clone())])
    }

    /// Returns once so many more runs are inside.
    pub async fn wait_for(&self, runs: u32) {
        let entered = tokio::time::timeout(super::raw::PATIENCE, self.entered.acquire_many(runs)).await;
        entered.expect("the runs did not begin").unwrap().forget();
    }

    pub fn open(&self) {
        self.leave.add_permits(1);
    }
}

#[async_trait]
impl Transform for Gate {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    async fn run(&self, _: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        sink.add(phrase("found before the wait"));
        self.entered.add_permits(1);
        self.leave.acquire().await.unwrap().forget();
        sink.add(phrase("found after the wait"));
        Ok(())
    }
}

/// A transform that never looks at the clock and never ends.
#[derive(Debug)]
struct Endless(&'static Declaration);

/// A catalogue of just that one, `never_ends`.
pub fn endless() -> Catalogue {
    Catalogue::new(vec![Arc::new(Endless(declared("never_ends")))])
}

#[async_trait]
impl Transform for Endless {
    fn declaration(&self) -> &'static Declaration {
        self.0
    }

    async fn run(&self, _: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        sink.add(phrase("found at once"));
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
