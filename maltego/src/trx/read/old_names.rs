//! Property names of the second protocol generation.
//!
//! Types that existed then were renamed inside, and clients may still send the old names. A transform should know one
//! name only, so a property under an old name gets a copy under today's. The old one stays: nothing that was sent is
//! lost. The table is that of the vendor's old server, with one slip put right: it turned a location's country code into
//! its `url`.

use std::collections::HashSet;

use crate::{entity_types, entity_types::EntityType, input::Input};

/// Old names and today's, for one type.
type Renames = &'static [(&'static str, &'static str)];

const AFFILIATION: Renames =
    &[("network", "affiliation.network"), ("uid", "affiliation.uid"), ("profile_url", "affiliation.profile-url")];

const RENAMES: &[(&str, Renames)] = &[
    ("maltego.Person", &[("firstname", "person.firstnames"), ("lastname", "person.lastname")]),
    ("maltego.Domain", &[("whois", "whois-info")]),
    ("maltego.IPv4Address", &[("whois", "whois-info")]),
    ("maltego.URL", &[("maltego.v2.value.property", "short-title"), ("theurl", "url"), ("fulltitle", "title")]),
    (
        "maltego.Document",
        &[("maltego.v2.value.property", "title"), ("link", "url"), ("metainfo", "document.meta-data")],
    ),
    (
        "maltego.Location",
        &[("area", "location.area"), ("countrysc", "countrycode"), ("long", "longitude"), ("lat", "latitude")],
    ),
    (
        "maltego.PhoneNumber",
        &[
            ("countrycode", "phonenumber.countrycode"),
            ("citycode", "phonenumber.citycode"),
            ("areacode", "phonenumber.areacode"),
            ("lastnumbers", "phonenumber.lastnumbers"),
        ],
    ),
    ("maltego.affiliation", AFFILIATION),
    ("maltego.affiliation.Spock", AFFILIATION),
    ("maltego.affiliation.Spock", &[("spock_websites", "spock.websites")]),
    ("maltego.Service", &[("banner", "banner.text"), ("port", "port.number")]),
    ("maltego.Alias", &[("properties.alias", "alias")]),
    ("maltego.Device", &[("properties.device", "device")]),
    ("maltego.GPS", &[("properties.gps", "gps.coordinate")]),
    ("maltego.CircularArea", &[("area", "radius")]),
    ("maltego.Image", &[("properties.image", "description"), ("fullImage", "url")]),
    ("maltego.NominatimLocation", &[("properties.nominatimlocation", "nominatimlocation")]),
    ("maltego.BuiltWithTechnology", &[("properties.builtwithtechnology", "builtwith.technology")]),
    ("maltego.FacebookObject", &[("properties.facebookobject", "facebook.object")]),
];

/// Adds today's name beside each old one that the input carries, for its type, for the parents that the client names
/// and for those that we know. A name that is already there keeps its value.
pub(super) fn add_current_names(input: &mut Input) {
    let types = lineage(input);
    for (_, renames) in RENAMES.iter().filter(|(type_name, _)| types.contains(*type_name)) {
        for (old, current) in *renames {
            if let (Some(value), None) = (input.property(old), input.property(current)) {
                let value = value.to_owned();
                input.put(*current, value);
            }
        }
    }
}

fn lineage(input: &Input) -> HashSet<String> {
    let named = std::iter::once(&input.type_name).chain(&input.base_types);
    let known = named.clone().filter_map(|name| entity_types::by_name(name)).flat_map(ancestors);
    named.cloned().chain(known.map(|ancestor| ancestor.name.to_owned())).collect()
}

fn ancestors(entity_type: &'static EntityType) -> impl Iterator<Item = &'static EntityType> {
    std::iter::successors(entity_type.parent, |ancestor| ancestor.parent)
}
