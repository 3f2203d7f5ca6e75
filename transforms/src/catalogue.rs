//! The list of all transforms.

use std::{collections::HashMap, sync::Arc};

use maltego::{EntityType, Listing, TransformDefinition, transform::fold_name};

use crate::{
    certificates::{DomainToCertificateNames, DomainToCertificates},
    declaration::Declaration,
    dns_history::{DomainToIpHistory, IpToHistoricDomains},
    dns_records::{self, DomainToDnsRecords},
    ip_location::IpToLocation,
    mail_senders::DomainToMailSenders,
    mailbox::{EmailToDomain, EmailToVerification},
    neighbours::{DomainToCnameNeighbours, DomainToSoaNeighbours, DomainToTxtNeighbours},
    netblock_domains::NetblockToDomains,
    networks,
    ownership_eras::DomainToOwnershipEras,
    pointers::IpToPointerNames,
    registry::{HandleToContact, NsToRegistration},
    reputation::DomainToReputation,
    reverse_hosts, reverse_whois,
    run::Transform,
    shared_values::DomainsToSharedValues,
    similar_names::DomainToSimilarNames,
    subdomains::DomainToSubdomains,
    threats::DomainToThreats,
    website::{DomainToWebsiteCategories, DomainToWebsiteContacts},
    whois_comparison::DomainToWhoisComparison,
    whois_current::{DomainToWhois, IpToWhois},
    whois_historic,
    whois_history::DomainToWhoisHistory,
    whois_record::{self, WhoisRecordToDates, WhoisRecordToDomain, WhoisRecordToRegistrar},
    whois_selection::DomainsToWhois,
};

/// The namespace of transform ids and settings.
pub const NAMESPACE: &str = "namehound";

/// What classic clients put before the name of a discovered transform.
const CLASSIC_PREFIX: &str = "paterva.v2.";

/// Transforms by name.
#[derive(Debug, Clone)]
pub struct Catalogue {
    transforms: Vec<Arc<dyn Transform>>,
    by_folded_name: HashMap<String, usize>,
    classic: Vec<ClassicName>,
}

/// A transform on one of its input types, under the name that the classic dialect knows it by.
///
/// That dialect gives a transform one input type, so a definition with several is several transforms there. The first
/// keeps the transform's own name; each further one has its type behind it (`ns_to_domains_dnsname`). The name says
/// what the client may run it on; the door accepts any input under any of them.
#[derive(Debug, Clone)]
struct ClassicName {
    definition: &'static TransformDefinition,
    input: &'static EntityType,
    name: String,
}

impl Catalogue {
    /// The transforms that Namehound ships, in the order in which menus and tables show them.
    #[must_use]
    pub fn standard() -> Self {
        let mut transforms: Vec<Arc<dyn Transform>> = vec![
            Arc::new(DomainToWhois),
            Arc::new(DomainsToWhois),
            Arc::new(DomainsToSharedValues),
            Arc::new(IpToWhois),
            Arc::new(DomainToWhoisComparison),
            Arc::new(DomainToWhoisHistory),
            Arc::new(DomainToOwnershipEras),
        ];
        transforms.extend(whois_historic::ALL.map(|member| -> Arc<dyn Transform> { Arc::new(member) }));
        transforms.extend(whois_record::ALL.map(|member| -> Arc<dyn Transform> { Arc::new(member) }));
        transforms.push(Arc::new(WhoisRecordToRegistrar));
        transforms.push(Arc::new(WhoisRecordToDates));
        transforms.push(Arc::new(WhoisRecordToDomain));
        transforms.push(Arc::new(EmailToDomain));
        transforms.push(Arc::new(EmailToVerification));
        transforms.extend(reverse_whois::ALL.iter().map(|member| -> Arc<dyn Transform> { Arc::new(*member) }));
        transforms.extend(reverse_hosts::ALL.iter().map(|member| -> Arc<dyn Transform> { Arc::new(*member) }));
        transforms.push(Arc::new(DomainToSimilarNames));
        transforms.push(Arc::new(DomainToSubdomains));
        transforms.push(Arc::new(DomainToDnsRecords));
        transforms.extend(dns_records::ALL.iter().map(|member| -> Arc<dyn Transform> { Arc::new(*member) }));
        transforms.push(Arc::new(DomainToMailSenders));
        transforms.push(Arc::new(IpToPointerNames));
        transforms.push(Arc::new(DomainToIpHistory));
        transforms.push(Arc::new(IpToHistoricDomains));
        transforms.push(Arc::new(DomainToTxtNeighbours));
        transforms.push(Arc::new(DomainToSoaNeighbours));
        transforms.push(Arc::new(DomainToCnameNeighbours));
        for (certificates, names) in DomainToCertificates::ALL.into_iter().zip(DomainToCertificateNames::ALL) {
            transforms.push(Arc::new(certificates));
            transforms.push(Arc::new(names));
        }
        transforms.extend(networks::ALL.iter().map(|member| -> Arc<dyn Transform> { Arc::new(*member) }));
        transforms.push(Arc::new(IpToLocation));
        transforms.push(Arc::new(NsToRegistration));
        transforms.push(Arc::new(HandleToContact));
        transforms.push(Arc::new(NetblockToDomains));
        transforms.push(Arc::new(DomainToWebsiteContacts));
        transforms.push(Arc::new(DomainToWebsiteCategories));
        transforms.push(Arc::new(DomainToReputation));
        transforms.push(Arc::new(DomainToThreats));
        Self::new(transforms)
    }

    /// A catalogue of other transforms, for tests and extensions. Of two with one name the first is kept reachable.
    #[must_use]
    pub fn new(transforms: Vec<Arc<dyn Transform>>) -> Self {
        let mut by_folded_name = HashMap::new();
        let mut classic = Vec::new();
        for (index, transform) in transforms.iter().enumerate() {
            let definition = &transform.declaration().definition;
            by_folded_name.entry(fold_name(definition.name)).or_insert(index);
            for (position, input) in definition.inputs.iter().enumerate() {
                let name = match position {
                    0 => definition.name.to_owned(),
                    _ => format!("{}_{}", definition.name, short_name(input).to_lowercase()),
                };
                by_folded_name.entry(fold_name(&name)).or_insert(index);
                classic.push(ClassicName { definition, input, name });
            }
        }
        Self { transforms, by_folded_name, classic }
    }

    /// The catalogue as the classic dialect lists it: one line for each input type of each transform.
    #[must_use]
    pub fn listings(&self) -> Vec<Listing<'_>> {
        self.classic
            .iter()
            .map(|classic| Listing { definition: classic.definition, input: classic.input, name: &classic.name })
            .collect()
    }

    /// A transform by its name as anybody may write it: with or without namespace or classic prefix, ignoring case, `_`
    /// and `-`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Arc<dyn Transform>> {
        let lower = name.trim().to_lowercase();
        let name = lower.strip_prefix(CLASSIC_PREFIX).unwrap_or(&lower);
        let name = name.strip_prefix(NAMESPACE).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
        self.by_folded_name.get(&fold_name(name)).and_then(|index| self.transforms.get(*index))
    }

    /// The name most like an unknown one, for error messages.
    #[must_use]
    pub fn nearest(&self, name: &str, distance: impl Fn(&str, &str) -> f64) -> Option<&'static str> {
        self.declarations()
            .map(|declaration| declaration.definition.name)
            .map(|known| (known, distance(known, name)))
            .filter(|(_, likeness)| *likeness > 0.7)
            .max_by(|(_, left), (_, right)| left.total_cmp(right))
            .map(|(known, _)| known)
    }

    /// All transforms.
    pub fn transforms(&self) -> impl Iterator<Item = &Arc<dyn Transform>> {
        self.transforms.iter()
    }

    /// All declarations.
    pub fn declarations(&self) -> impl Iterator<Item = &'static Declaration> + '_ {
        self.transforms.iter().map(|transform| transform.declaration())
    }
}

/// `DNSName` for `maltego.DNSName`.
fn short_name(entity_type: &EntityType) -> &'static str {
    entity_type.name.rsplit('.').next().unwrap_or(entity_type.name)
}

#[cfg(test)]
mod tests {
    use intel::{Exposure, LookupKind};

    use super::*;

    #[test]
    fn names_are_found_as_anybody_writes_them() {
        let catalogue = Catalogue::standard();
        for name in [
            "domain_to_whois_history",
            "DomainToWhoisHistory",
            "domain-to-whois-history",
            "namehound.domain_to_whois_history",
            "NAMEHOUND.Domain_To_Whois_History",
            "paterva.v2.domaintowhoishistory",
            "paterva.v2.namehound.domain_to_whois_history",
        ] {
            let found = catalogue.find(name).map(|transform| transform.declaration().definition.name);
            assert_eq!(found, Some("domain_to_whois_history"), "{name}");
        }
        assert!(catalogue.find("domain_to_nothing").is_none());
        assert!(catalogue.find("namehound").is_none());
    }

    /// What no transform may ship without.
    #[test]
    fn every_transform_is_declared_in_full() {
        for declaration in Catalogue::standard().declarations() {
            let definition = &declaration.definition;
            let name = definition.name;
            let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            assert!(is_plain && name.contains("_to_"), "{name}");
            assert!(definition.display_name.starts_with("To ") && definition.display_name.ends_with(']'), "{name}");
            assert!(definition.description.len() > 40 && definition.description.ends_with('.'), "{name}");
            assert!(!definition.inputs.is_empty() && !definition.outputs.is_empty(), "{name}");
            assert!(!definition.set.is_empty(), "{name}");
            assert_eq!(declaration.lookups.is_empty(), declaration.exposure == Exposure::Local, "{name}");
            for setting in definition.settings {
                assert!(!setting.description.is_empty() && !setting.display_name.is_empty(), "{name}");
                if let (false, Some(default)) = (setting.choices.is_empty(), setting.default) {
                    assert!(setting.choices.contains(&default), "{name}: {}", setting.name);
                }
            }
            let paid = declaration.price_class != crate::PriceClass::Free;
            let asks = definition.settings.iter().any(|setting| setting.name == "confirm_purchase");
            assert_eq!(paid, asks, "{name}: a paid transform can be confirmed, a free one has nothing to confirm");
        }
    }

    #[test]
    fn classic_names_lead_to_their_transform() {
        let catalogue = Catalogue::standard();
        let listings = catalogue.listings();
        for listing in &listings {
            let found = catalogue.find(listing.name).map(|transform| transform.declaration().definition.name);
            assert_eq!(found, Some(listing.definition.name), "{}", listing.name);
            assert!(catalogue.find(&listing.remote_id()).is_some(), "{}", listing.name);
        }
        assert!(listings.iter().any(|listing| listing.name == "ns_to_domains_dnsname"));
        assert_eq!(catalogue.by_folded_name.len(), listings.len(), "a folded name is not unique");
    }

    #[test]
    fn every_lookup_is_used() {
        let catalogue = Catalogue::standard();
        for kind in LookupKind::ALL {
            assert!(catalogue.declarations().any(|declaration| declaration.lookups.contains(&kind)), "{kind}");
        }
    }
}
