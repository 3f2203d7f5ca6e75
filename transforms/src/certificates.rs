//! Certificates: who vouched for a host, and which other names stand beside it.
//!
//! There are two questions. Which certificates a host *shows* is found out by connecting to it. Which were *issued* for a
//! domain stands in public logs (RFC 9162), with every name that was ever certified below it, and the domain's owner never
//! learns who read them. Neither answers for the other, so they are two lookups and two pairs of transforms.
//!
//! Whoever orders one certificate for several names holds all of them, unless a service ordered it for its customers.
//! So names that stand in a certificate with many strangers are drawn dashed, and it is said why.

use std::collections::BTreeSet;

use async_trait::async_trait;
use intel::{
    Exposure, Lookup, LookupKind, Moment, Record, noise::Confidence, observable::HostName, record::Certificate,
};
use maltego::{Entity, EntityType, InputKind, Message, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::name_entity,
    error::RunError,
    gather::{Finding, gather},
    noise::{common, marked},
    observables,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

const HOSTS: &[&EntityType] = &[&entity_types::DOMAIN, &entity_types::DNS_NAME];

/// From how many registrable domains on a certificate counts as a service's that holds its customers' names. Owners
/// have a handful of domains in one certificate; services fill it up.
const SHARED_FROM: usize = 20;

/// Where certificates are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On the host itself.
    Shown,
    /// In the public logs.
    Issued,
}

impl Place {
    fn lookup(self, host: &HostName) -> Lookup {
        match self {
            Self::Shown => Lookup::Certificates { host: host.clone() },
            Self::Issued => Lookup::IssuedCertificates { domain: host.clone() },
        }
    }

    /// What completes "… knows no".
    fn question(self, host: &HostName) -> String {
        match self {
            Self::Shown => format!("certificates of {host}"),
            Self::Issued => format!("certificates issued for {host}"),
        }
    }
}

/// What the members of the family have in common.
const fn declaration(
    place: Place,
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    outputs: &'static [&'static EntityType],
) -> Declaration {
    let (set, lookups, exposure): (_, &[LookupKind], _) = match place {
        Place::Shown => (sets::LIVE, &[LookupKind::Certificates], Exposure::Touch),
        Place::Issued => (sets::INFRASTRUCTURE, &[LookupKind::IssuedCertificates], Exposure::ThirdParty),
    };
    Declaration {
        definition: TransformDefinition {
            name,
            display_name,
            description,
            inputs: HOSTS,
            input_kind: InputKind::Single,
            outputs,
            set,
            settings: PURCHASE,
        },
        lookups,
        exposure,
        price_class: PriceClass::Small,
    }
}

/// Domain → its certificates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DomainToCertificates {
    declaration: &'static Declaration,
    place: Place,
}

static SHOWN: Declaration = declaration(
    Place::Shown,
    "domain_to_certificates",
    "To Certificates [TLS]",
    "The certificates that the host shows, with their validity, issuer and serial number. The source may connect to \
     the host.",
    &[&entity_types::X509_CERTIFICATE],
);

static ISSUED: Declaration = declaration(
    Place::Issued,
    "domain_to_issued_certificates",
    "To Certificates [CT logs]",
    "The certificates that were ever issued for the domain and the names below it, by the public logs. The domain's \
     servers are not contacted.",
    &[&entity_types::X509_CERTIFICATE],
);

impl DomainToCertificates {
    /// Every transform of the family, in the order of menus.
    pub(crate) const ALL: [Self; 2] =
        [Self { declaration: &SHOWN, place: Place::Shown }, Self { declaration: &ISSUED, place: Place::Issued }];
}

/// Domain → the other names in its certificates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DomainToCertificateNames {
    declaration: &'static Declaration,
    place: Place,
}

static NAMES_SHOWN: Declaration = declaration(
    Place::Shown,
    "domain_to_certificate_names",
    "To Names [TLS certificate]",
    "The other names that the host's certificates are good for: often the same owner's. The source may connect to the \
     host.",
    HOSTS,
);

static NAMES_ISSUED: Declaration = declaration(
    Place::Issued,
    "domain_to_issued_certificate_names",
    "To Names [CT logs]",
    "The names in all certificates that were ever issued for the domain and the names below it: its hosts, and other \
     domains that were certified together with it.",
    HOSTS,
);

impl DomainToCertificateNames {
    /// Every transform of the family, in the order of menus.
    pub(crate) const ALL: [Self; 2] = [
        Self { declaration: &NAMES_SHOWN, place: Place::Shown },
        Self { declaration: &NAMES_ISSUED, place: Place::Issued },
    ];
}

#[async_trait]
impl Transform for DomainToCertificates {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        gather(run, sink, self.place.lookup(&host), &self.place.question(&host), |records| {
            let mut certificates: Vec<&Certificate> = records.iter().filter_map(certificate).collect();
            // A stable sort: the newest first, undated ones where the source put them, at the end.
            certificates.sort_by_key(|certificate| std::cmp::Reverse(certificate.not_before));
            certificates.into_iter().map(|certificate| certificate_finding(certificate, &host)).collect()
        })
        .await?;
        Ok(())
    }
}

#[async_trait]
impl Transform for DomainToCertificateNames {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let what = self.place.question(&host);
        let (mut wildcards, mut unreadable, mut shared) = (BTreeSet::new(), 0_u64, false);
        let gathered = gather(run, sink, self.place.lookup(&host), &what, |records| {
            let mut findings = Vec::new();
            for certificate in records.iter().filter_map(certificate) {
                let names = Names::of(certificate);
                unreadable += names.unreadable;
                wildcards.extend(names.wildcards.iter().cloned());
                shared |= names.is_shared();
                findings.extend(names.findings(certificate, &host));
            }
            findings
        })
        .await?;
        if gathered.found == 0 && gathered.records > 0 {
            sink.say(Message::inform(format!("The {what} name no other host.")));
        }
        if !wildcards.is_empty() {
            let wildcards: Vec<String> = wildcards.iter().map(|name| format!("*.{name}")).collect();
            sink.say(Message::inform(format!(
                "Wildcards stand for any name below theirs and are shown as that name: {}.",
                crate::gather::enumerated(&wildcards)
            )));
        }
        if unreadable > 0 {
            sink.say(Message::inform(format!("{unreadable} entries are no host names and were left out.")));
        }
        if shared {
            sink.say(Message::inform(format!(
                "A certificate with {SHARED_FROM} domains or more is most likely a hosting service's: its names \
                 (dashed) need not have the same owner."
            )));
        }
        Ok(())
    }
}

fn certificate(record: &Record) -> Option<&Certificate> {
    match record {
        Record::Certificate(certificate) => Some(certificate),
        _ => None,
    }
}

fn certificate_finding(certificate: &Certificate, host: &HostName) -> Finding {
    // A node needs a value; a certificate without a subject is known by its names or by the host that showed it.
    let subject = certificate.subject.clone().or_else(|| certificate.names.first().cloned());
    let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
    let names = (!certificate.names.is_empty()).then(|| certificate.names.clone());
    let mut entity = Entity::new(&entity_types::X509_CERTIFICATE, subject.unwrap_or_else(|| host.as_str().to_owned()))
        .with_some("issuer", certificate.issuer.as_deref())
        .with_some("serial", certificate.serial.as_deref())
        .with_some("san", names)
        .with_some("validFrom", text(certificate.not_before))
        .with_some("validTo", text(certificate.not_after))
        .with_some("country", certificate.country_code.as_deref())
        .with_some("organization", certificate.organization.as_deref())
        .with_some_dynamic("namehound.certificate.sha256", "SHA-256", certificate.fingerprint.as_deref())
        .with_some_dynamic("namehound.certificate.validation", "Validation", certificate.validation.as_deref());
    let mut label = match (certificate.not_before, certificate.not_after) {
        (Some(from), Some(until)) => format!("valid {} \u{2013} {}", from.day(), until.day()),
        (Some(from), None) => format!("valid from {}", from.day()),
        (None, Some(until)) => format!("valid until {}", until.day()),
        (None, None) => "certificate".to_owned(),
    };
    if !certificate.end_entity {
        // Half of the web shows the same few authorities: their certificates say nothing about an owner.
        label.insert_str(0, "authority, ");
        entity = marked(entity, &common("certificate of an authority: many hosts show it", Confidence::Certain));
    }
    Finding::new(entity, label).seen(certificate.first_seen, certificate.last_seen)
}

/// The names that a certificate is good for.
#[derive(Default)]
struct Names {
    hosts: BTreeSet<HostName>,
    /// Those that stood behind a `*.`.
    wildcards: BTreeSet<HostName>,
    /// Addresses, mailboxes and the like (RFC 5280 §4.2.1.6 allows several kinds).
    unreadable: u64,
}

impl Names {
    /// Of a host's own certificate; an authority's is good for no host.
    fn of(certificate: &Certificate) -> Self {
        let mut names = Self::default();
        if !certificate.end_entity {
            return names;
        }
        // Old certificates name their host in the subject alone, which may as well be a company.
        let subject = certificate.subject.iter().filter(|subject| subject.contains('.') && !subject.contains(' '));
        for text in certificate.names.iter().chain(subject) {
            let is_plain = !text.contains(['@', '/', ':']);
            match HostName::parse(text).ok().filter(|name| is_plain && name.as_str().contains('.')) {
                Some(name) => {
                    if text.trim_start().starts_with("*.") {
                        names.wildcards.insert(name.clone());
                    }
                    names.hosts.insert(name);
                }
                None => names.unreadable += 1,
            }
        }
        names
    }

    fn is_shared(&self) -> bool {
        let domains: BTreeSet<_> = self.hosts.iter().filter_map(HostName::registrable).collect();
        domains.len() >= SHARED_FROM
    }

    fn findings(self, certificate: &Certificate, host: &HostName) -> Vec<Finding> {
        let shared = self.is_shared();
        let finding = |name: &HostName| {
            let mut entity = name_entity(name).with_some_dynamic(
                "namehound.certificate.serial",
                "Serial of the certificate",
                certificate.serial.as_deref(),
            );
            if shared {
                let reason = "certificate of a service: many strangers stand in it";
                entity = marked(entity, &common(reason, Confidence::Likely));
            }
            Finding::new(entity, "same certificate").seen(certificate.first_seen, certificate.last_seen)
        };
        self.hosts.iter().filter(|name| *name != host).map(finding).collect()
    }
}

#[cfg(test)]
mod tests {
    use maltego::{Input, LineStyle, MatchingRule};

    use super::*;
    use crate::testing::{Bench, host, label, text_of};

    const SHOWN_CERTIFICATES: DomainToCertificates = DomainToCertificates::ALL[0];
    const ISSUED_CERTIFICATES: DomainToCertificates = DomainToCertificates::ALL[1];
    const SHOWN_NAMES: DomainToCertificateNames = DomainToCertificateNames::ALL[0];
    const ISSUED_NAMES: DomainToCertificateNames = DomainToCertificateNames::ALL[1];

    fn own(subject: &str, names: &[&str], serial: &str) -> Certificate {
        Certificate {
            subject: Some(subject.to_owned()),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            issuer: Some("Example Trust CA 1".to_owned()),
            serial: Some(serial.to_owned()),
            not_before: "2021-01-01".parse().ok(),
            not_after: "2021-04-01".parse().ok(),
            end_entity: true,
            ..Certificate::default()
        }
    }

    fn record(certificate: Certificate) -> Record {
        Record::Certificate(Box::new(certificate))
    }

    fn domain() -> Input {
        Input::new(&entity_types::DOMAIN, "cmt-net.example")
    }

    #[tokio::test(start_paused = true)]
    async fn a_certificate_has_its_standard_properties_and_its_serial_tells_it_apart() {
        let renewed = Certificate { not_before: "2021-03-01".parse().ok(), ..own("cmt-net.example", &[], "0B") };
        let bench = Bench::answering(vec![
            record(own("cmt-net.example", &["cmt-net.example", "www.cmt-net.example"], "0A")),
            record(renewed),
        ]);
        let found = bench.run(&SHOWN_CERTIFICATES, domain()).await.unwrap();
        assert_eq!(found.values(), [("maltego.X509Certificate", "cmt-net.example"); 2]);
        let (newest, oldest) = (&found.entities[0], &found.entities[1]);
        assert_eq!((text_of(newest, "serial"), text_of(oldest, "serial")), ("0B".to_owned(), "0A".to_owned()));
        assert_eq!(oldest.property("serial").unwrap().matching_rule, MatchingRule::Strict);
        assert_eq!(text_of(oldest, "issuer"), "Example Trust CA 1");
        assert_eq!(text_of(oldest, "validFrom"), "2021-01-01");
        assert_eq!(text_of(oldest, "namehound.source"), "Test Source");
        assert_eq!(label(oldest), "valid 2021-01-01 \u{2013} 2021-04-01");
    }

    #[tokio::test(start_paused = true)]
    async fn an_authority_is_marked_and_gives_no_names() {
        let authority = Certificate { end_entity: false, ..own("Example Trust CA 1", &["ca.example"], "01") };
        let bench = Bench::answering(vec![record(authority)]);
        let found = bench.run(&SHOWN_CERTIFICATES, domain()).await.unwrap();
        assert!(label(&found.entities[0]).starts_with("authority, valid"));
        assert_eq!(found.entities[0].link.style, LineStyle::Dashed);
        let found = bench.run(&SHOWN_NAMES, domain()).await.unwrap();
        assert!(found.entities.is_empty());
        assert!(found.said("name no other host"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn names_are_shown_once_without_wildcards_and_without_the_host_itself() {
        let names =
            ["cmt-net.example", "*.cmt-net.example", "*.Shop.example", "shop.example", "192.0.2.1", "a@b.example"];
        let bench = Bench::answering(vec![
            record(own("cmt-net.example", &names, "0A")),
            record(own("Compute Make Tomorrow Ltd", &["mail.shop.example"], "0B")),
        ]);
        let found = bench.run(&SHOWN_NAMES, domain()).await.unwrap();
        assert_eq!(found.values(), [("maltego.Domain", "shop.example"), ("maltego.DNSName", "mail.shop.example")],);
        assert_eq!(label(&found.entities[0]), "same certificate");
        assert!(found.said("*.cmt-net.example, *.shop.example"), "{:?}", found.messages);
        assert!(found.said("2 entries are no host names"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowded_certificate_joins_strangers_and_says_so() {
        let names: Vec<String> = (0..30).map(|number| format!("customer{number}.example")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let bench = Bench::answering(vec![record(own("cdn.example", &names, "0A"))]);
        let found = bench.limited(5).run(&SHOWN_NAMES, domain()).await.unwrap();
        assert_eq!(found.entities.len(), 5);
        assert!(found.entities.iter().all(|entity| entity.link.style == LineStyle::Dashed));
        assert!(found.said("5 of 31 shown (soft limit)"), "{:?}", found.messages);
        assert!(found.said("hosting service"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn no_certificate_is_said() {
        let found = Bench::answering(Vec::new()).run(&SHOWN_CERTIFICATES, domain()).await.unwrap();
        assert!(found.said("Test Source knows no certificates of cmt-net.example."), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn a_certificate_that_says_nothing_is_still_a_node() {
        let bench = Bench::answering(vec![record(Certificate::default())]);
        let found = bench.run(&SHOWN_CERTIFICATES, domain()).await.unwrap();
        assert_eq!(found.values(), [("maltego.X509Certificate", "cmt-net.example")]);
        assert!(found.entities[0].property("serial").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn issued_and_shown_are_two_questions() {
        let (shown, issued) =
            (Place::Shown.lookup(&host("cmt-net.example")), Place::Issued.lookup(&host("cmt-net.example")));
        let bench = Bench::knowing(vec![
            (shown, vec![record(own("cmt-net.example", &["a.cmt-net.example"], "0A"))]),
            (issued, vec![record(own("cmt-net.example", &["b.cmt-net.example"], "0B"))]),
        ]);
        for (certificates, names, serial, name) in [
            (SHOWN_CERTIFICATES, SHOWN_NAMES, "0A", "a.cmt-net.example"),
            (ISSUED_CERTIFICATES, ISSUED_NAMES, "0B", "b.cmt-net.example"),
        ] {
            let found = bench.run(&certificates, domain()).await.unwrap();
            assert_eq!(text_of(&found.entities[0], "serial"), serial);
            let found = bench.run(&names, domain()).await.unwrap();
            assert_eq!(found.values(), [("maltego.DNSName", name)]);
        }
    }
}
