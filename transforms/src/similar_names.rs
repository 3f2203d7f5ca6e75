//! Similar names: domains that have the same word in them.
//!
//! Brands, names of people and names of campaigns turn up in other domains: shops under other endings, impersonations,
//! the same owner's next project. The word is the label that was registered (`velani` of `www.velani.example`), or the text
//! itself. A word of three letters is in millions of domains, so it is refused rather than paid for.

use async_trait::async_trait;
use intel::{
    Exposure, Lookup, LookupKind,
    lookup::{DiscoveryQuery, NamePatterns},
    observable::{HostName, Observable, OrganizationName},
};
use maltego::{Input, InputKind, SettingDefinition, SettingError, SettingKind, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    names::show_names,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::{CASE, CONFIRM_PURCHASE, MAX_CREDITS_PER_RUN, REFRESH, REPLAY},
    sink::Sink,
};

/// How many characters a word has at least.
const SHORTEST: usize = 4;

/// Which names to look for instead.
static PATTERN: SettingDefinition = SettingDefinition {
    name: "pattern",
    display_name: "Pattern (empty: *name*)",
    description: "looks for this in place of the name that was clicked, with * at either end for any characters, for \
                  example harbour*; without * it may stand anywhere",
    kind: SettingKind::Text,
    choices: &[],
    default: None,
    popup: false,
    global: false,
    secret: false,
};

/// Domain, DNSName, Phrase, Alias, Organization → domains like it.
#[derive(Debug)]
pub(crate) struct DomainToSimilarNames;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_similar_names",
        display_name: "To Similar Names [name patterns]",
        description: "Domains, under any ending, that have the same word in their name: the registered label of a domain, \
                      or a text as it is and with hyphens. A data vendor's list is searched, no domain is contacted.",
        inputs: &[
            &entity_types::DOMAIN,
            &entity_types::DNS_NAME,
            &entity_types::PHRASE,
            &entity_types::ALIAS,
            &entity_types::ORGANIZATION,
        ],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME, &SUMMARY],
        set: sets::REVERSE_LOOKUPS,
        settings: &[&PATTERN, &CONFIRM_PURCHASE, &MAX_CREDITS_PER_RUN, &REFRESH, &CASE, &REPLAY],
    },
    lookups: &[LookupKind::Discovery],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for DomainToSimilarNames {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let own = own_domain(run.input());
        let include = match run.settings.text(&PATTERN) {
            Some(pattern) => vec![read_pattern(pattern)?],
            None => patterns(run.input(), own.as_ref())?,
        };
        let what = format!("domains like {}", include.join(" or "));
        let exclude = own.iter().map(|domain| domain.as_str().to_owned()).collect();
        let query = DiscoveryQuery { domains: NamePatterns { include, exclude }, ..DiscoveryQuery::default() };
        show_names(run, sink, Lookup::Discovery { query }, &what, "similar name").await
    }
}

/// The domain that was clicked; `None` for a text that is none.
fn own_domain(input: &Input) -> Option<HostName> {
    let text = text(input);
    let host = if input.is_a(&entity_types::DOMAIN) || input.is_a(&entity_types::DNS_NAME) {
        HostName::parse(text).ok()?
    } else {
        match Observable::guess(text) {
            Observable::Domain(host) | Observable::Host(host) => host,
            _ => return None,
        }
    };
    Some(host.registrable().unwrap_or(host))
}

/// `*velani*`; of several words `*computemaketomorrow*` and `*compute-make-tomorrow*`.
fn patterns(input: &Input, own: Option<&HostName>) -> Result<Vec<String>, RunError> {
    let given = text(input);
    let name = match own {
        Some(domain) => domain.as_str().split('.').next().unwrap_or_default().to_owned(),
        // Nobody registers the "Ltd".
        None if input.is_a(&entity_types::ORGANIZATION) => OrganizationName::parse(given)?.folded(),
        None => given.to_lowercase(),
    };
    let refuse = |reason: &str| RunError::Unusable { reason: reason.to_owned() };
    if name.chars().any(|c| c.is_alphanumeric() && !c.is_ascii()) {
        return Err(refuse(
            "letters outside ASCII stand in domains in a coded form that patterns cannot look into. Set \"pattern\" to a \
             spelling without them",
        ));
    }
    let is_break = |c: char| !c.is_ascii_alphanumeric() && (own.is_none() || c != '-');
    let words: Vec<&str> = name.split(is_break).filter(|word| !word.is_empty()).collect();
    let mut names = vec![words.concat(), words.join("-")];
    names.dedup();
    match words.concat().len() {
        0 => Err(refuse("there is no letter or digit in it that a domain could have")),
        1..SHORTEST => Err(refuse(
            "fewer than 4 characters are in the names of millions of strangers. Set \"pattern\" to something longer",
        )),
        _ => Ok(names.into_iter().map(|name| format!("*{name}*")).collect()),
    }
}

/// A pattern as somebody typed it.
fn read_pattern(text: &str) -> Result<String, SettingError> {
    let error = |expected: &str| SettingError { name: PATTERN.name, expected: expected.to_owned() };
    let pattern = text.to_lowercase();
    let name = pattern.strip_prefix('*').unwrap_or(&pattern);
    let name = name.strip_suffix('*').unwrap_or(name);
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return Err(error("letters, digits, hyphens and dots, with * at the beginning, the end or both"));
    }
    if name.len() < SHORTEST {
        return Err(error("4 characters or more beside the *: fewer are in the names of millions of strangers"));
    }
    Ok(if pattern.contains('*') { pattern } else { format!("*{pattern}*") })
}

fn text(input: &Input) -> &str {
    let properties = ["fqdn", "text", "alias", "title"].into_iter().filter_map(|name| input.property(name));
    let mut texts = std::iter::once(input.value.as_str()).chain(properties).map(str::trim);
    texts.find(|text| !text.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use maltego::{EntityType, Input};

    use super::*;
    use crate::testing::{Bench, sighting};

    fn query(include: &[&str], exclude: &[&str]) -> Lookup {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let domains = NamePatterns { include: texts(include), exclude: texts(exclude) };
        Lookup::Discovery { query: DiscoveryQuery { domains, ..DiscoveryQuery::default() } }
    }

    #[tokio::test(start_paused = true)]
    async fn the_registered_label_is_searched_and_the_domain_itself_is_left_out() {
        let lookup = query(&["*velani*"], &["velani.example"]);
        let names = ["velani-shop.example", "my-velani.example"].map(|name| sighting(name, "", ""));
        let bench = Bench::knowing(vec![(lookup.clone(), names.to_vec())]).priced(1);
        for (entity_type, value) in [
            (&entity_types::DOMAIN, "velani.example"),
            (&entity_types::DNS_NAME, "www.velani.example"),
            (&entity_types::PHRASE, "velani.example"),
        ] {
            let found = bench.run(&DomainToSimilarNames, Input::new(entity_type, value)).await.unwrap();
            let shown = [("velani-shop.example", "similar name"), ("my-velani.example", "similar name")];
            assert_eq!(found.shown(), shown, "{value}");
        }
        assert_eq!(bench.asked(), [lookup.key()]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_bundled_case_has_another_shop_of_the_same_name() {
        let found =
            Bench::with_case().run(&DomainToSimilarNames, Input::new(&entity_types::PHRASE, "Zargan")).await.unwrap();
        assert_eq!(found.shown(), [("zargan-shop.example", "similar name (2017\u{2013}2021)")]);
        let found = Bench::with_case()
            .run(&DomainToSimilarNames, Input::new(&entity_types::DOMAIN, "zargan-shop.example"))
            .await
            .unwrap();
        assert!(found.shown().is_empty(), "{:?}", found.shown());
    }

    #[tokio::test(start_paused = true)]
    async fn more_names_than_there_is_room_for_begin_with_their_size() {
        let names = ["velani-shop.example", "my-velani.example", "velanis.example"].map(|name| sighting(name, "", ""));
        let lookup = query(&["*velani*"], &["velani.example"]);
        let bench = Bench::knowing(vec![(lookup, names.to_vec())]).limited(2);
        let found =
            bench.run(&DomainToSimilarNames, Input::new(&entity_types::DOMAIN, "velani.example")).await.unwrap();
        let types: Vec<_> = found.entities.iter().map(|entity| entity.entity_type.name).collect();
        assert_eq!(types, ["namehound.Summary", "maltego.Domain"]);
        assert!(found.texts()[0].contains("domains like *velani*"), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn words_are_searched_as_one_and_with_hyphens() {
        for (entity_type, value, patterns) in [
            (&entity_types::PHRASE, "Harbour Lights", vec!["*harbourlights*", "*harbour-lights*"]),
            (&entity_types::ALIAS, "d.velani", vec!["*dvelani*", "*d-velani*"]),
            (&entity_types::ORGANIZATION, "Shore VPN, Ltd.", vec!["*shorevpn*", "*shore-vpn*"]),
            (&entity_types::COMPANY, "Acme GmbH", vec!["*acme*"]),
        ] {
            let bench = Bench::answering(Vec::new());
            let (_, outcome) = bench.run_through(&DomainToSimilarNames, vec![Input::new(entity_type, value)]).await;
            assert_eq!(outcome, Ok(()), "{value}");
            assert_eq!(bench.asked(), [query(&patterns, &[]).key()], "{value}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_would_match_strangers_is_refused_with_the_next_step() {
        let cases: [(&EntityType, &str, &str); 5] = [
            (&entity_types::DOMAIN, "cmt.example", "fewer than 4 characters"),
            (&entity_types::PHRASE, "a b", "fewer than 4 characters"),
            (&entity_types::PHRASE, "?!", "no letter or digit"),
            (&entity_types::ALIAS, "b\u{fc}cher", "letters outside ASCII"),
            (&entity_types::ORGANIZATION, "REDACTED FOR PRIVACY", "redaction marker"),
        ];
        for (entity_type, value, why) in cases {
            let bench = Bench::answering(Vec::new());
            let error = bench.run(&DomainToSimilarNames, Input::new(entity_type, value)).await.unwrap_err();
            assert!(error.message().text.contains(why), "{value}: {}", error.message().text);
            assert!(bench.asked().is_empty(), "{value}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pattern_takes_the_place_of_the_name() {
        let bench = Bench::answering(Vec::new());
        for pattern in ["Harbour*", "harbour-lights"] {
            let bench = bench.clone().with_setting("pattern", pattern);
            bench.run(&DomainToSimilarNames, Input::new(&entity_types::DOMAIN, "cmt.example")).await.unwrap();
        }
        let expected = [["harbour*"], ["*harbour-lights*"]].map(|pattern| query(&pattern, &["cmt.example"]).key());
        assert_eq!(bench.asked(), expected);
        for pattern in ["abc*", "har*bour", "two words", "**"] {
            let bench = bench.clone().with_setting("pattern", pattern);
            let input = Input::new(&entity_types::DOMAIN, "velani.example");
            let error = bench.run(&DomainToSimilarNames, input).await.unwrap_err();
            assert!(matches!(error, RunError::Setting(_)), "{pattern}: {error:?}");
        }
    }
}
