//! Infrastructure that strangers share.
//!
//! Two domains behind one name server may have one owner, or one of the few hosting companies that half of the world
//! uses. Which of the two it is decides whether a link between them says anything. So every name, address and mailbox of
//! that kind is judged: content networks, large hosters and registrars, parking services, sinkholes, mail services and
//! bulk senders. The verdict carries its reason and how sure it is.
//!
//! Judging goes by whole names, by whole labels from the right, by networks and by AS numbers, never by parts of words:
//! `notcloudflare.com` is somebody's own. Where a provider gives each customer a label of its own
//! (`d3example.cloudfront.net`, `acme.mail.protection.outlook.com`), the verdict is no more than *possible*, since two
//! domains that point to one such name share a customer's account and not only a provider.
//!
//! What is not in the lists is not thereby private. Where a source can count the names behind a value, its number says
//! more than any list.

use std::{collections::HashMap, net::IpAddr, sync::LazyLock};

use super::{
    Confidence, NoiseKind, Verdict,
    lists::{self, Entry, List},
    prefixes::Prefixes,
};
use crate::{
    observable::{AutonomousSystem, EmailAddress, HostName, is_public_address},
    record::Network,
};

/// Entries of a list by name: for whole names, and for everything below a name.
#[derive(Debug, Default)]
struct HostList {
    whole: HashMap<String, Entry>,
    below: HashMap<String, Entry>,
}

impl HostList {
    /// A list in which `*.` stands before names that mean everything below them as well.
    fn of(list: List) -> Self {
        let mut hosts = Self::default();
        for entry in list.entries() {
            match entry.value.strip_prefix("*.") {
                Some(suffix) => hosts.below.insert(suffix.to_owned(), entry),
                None => hosts.whole.insert(entry.value.clone(), entry),
            };
        }
        hosts
    }

    /// A list in which every name means everything below it as well.
    fn of_suffixes(list: List) -> Self {
        let below = list.entries().into_iter().map(|entry| (entry.value.clone(), entry)).collect();
        Self { below, ..Self::default() }
    }

    /// The entry for the whole name, else the one with the most labels from the right.
    fn find(&self, name: &str) -> Option<&Entry> {
        if let Some(entry) = self.whole.get(name) {
            return Some(entry);
        }
        let mut name = name;
        loop {
            if let Some(entry) = self.below.get(name) {
                return Some(entry);
            }
            (_, name) = name.split_once('.')?;
        }
    }

    fn judge(&self, host: &HostName) -> Option<Verdict> {
        self.find(&shape(host.as_str())).map(verdict)
    }
}

/// A name with the numbers of Amazon's name servers (`awsdns-17`) as `#`, since they stand within a label.
fn shape(name: &str) -> String {
    let label = |label: &str| match label.strip_prefix("awsdns-") {
        Some(number) if !number.is_empty() && number.bytes().all(|octet| octet.is_ascii_digit()) => {
            "awsdns-#".to_owned()
        }
        _ => label.to_owned(),
    };
    name.split('.').map(label).collect::<Vec<_>>().join(".")
}

/// `a content network: Cloudflare`.
fn verdict(entry: &Entry) -> Verdict {
    let own = if entry.confidence == Confidence::Possible { " (the name may be one customer's own)" } else { "" };
    entry.verdict(format!("{}: {}{own}", entry.kind.in_words(), entry.operator))
}

/// Judges a name that serves web sites: the target of an alias, the subject of a certificate.
#[must_use]
pub fn judge_host(host: &HostName) -> Option<Verdict> {
    static LIST: LazyLock<HostList> = LazyLock::new(|| HostList::of(lists::WEB_HOSTS));
    LIST.judge(host)
}

/// Judges a name server.
#[must_use]
pub fn judge_name_server(host: &HostName) -> Option<Verdict> {
    static LIST: LazyLock<HostList> = LazyLock::new(|| HostList::of(lists::NAME_SERVERS));
    LIST.judge(host)
}

/// Judges a mail server.
#[must_use]
pub fn judge_mail_server(host: &HostName) -> Option<Verdict> {
    static LIST: LazyLock<HostList> = LazyLock::new(|| HostList::of(lists::MAIL_SERVERS));
    LIST.judge(host)
}

/// Judges a name that an SPF policy lets send mail (`include:`, `redirect=`).
#[must_use]
pub fn judge_mail_sender(host: &HostName) -> Option<Verdict> {
    static LIST: LazyLock<HostList> = LazyLock::new(|| HostList::of(lists::MAIL_SENDERS));
    LIST.judge(host)
}

/// Judges a domain by what it is to whoever has a mailbox or a name there: it gives mailboxes or names to anybody, or its
/// mailboxes are open for minutes. What stands below a dynamic DNS service's domain is one customer's own, so the verdict
/// on that is no more than possible.
#[must_use]
pub fn judge_domain(domain: &HostName) -> Option<Verdict> {
    if let Some(entry) = free_mail().find(domain.as_str()) {
        return Some(
            entry.verdict(format!("{}: the domain says nothing about whoever writes from it", entry.kind.in_words())),
        );
    }
    if let Some(entry) = disposable(domain) {
        return Some(entry.verdict(format!("a domain of disposable mailboxes ({})", entry.value)));
    }
    static DYNAMIC: LazyLock<HostList> = LazyLock::new(|| HostList::of_suffixes(lists::DYNAMIC_DNS));
    let entry = DYNAMIC.find(domain.as_str())?;
    let what = format!("{}: {}", entry.kind.in_words(), entry.operator);
    if entry.value == domain.as_str() {
        return Some(entry.verdict(what));
    }
    let reason = format!("{what}; the name is one customer's own, WHOIS and name servers of {} are not", entry.value);
    Some(Verdict { confidence: Confidence::Possible, ..entry.verdict(reason) })
}

/// Judges an address.
#[must_use]
pub fn judge_address(address: IpAddr) -> Option<Verdict> {
    if !is_public_address(address) {
        return Some(Verdict::by_rule(
            NoiseKind::LocalNetwork,
            "a local network: the address means another host in every network",
            Confidence::Certain,
            "special-purpose addresses",
            "the IANA registries of special-purpose addresses (RFC 6890)",
        ));
    }
    static NETWORKS: LazyLock<Prefixes<Entry>> = LazyLock::new(|| {
        let mut networks = Prefixes::default();
        for list in [lists::NETWORKS_CONTENT, lists::NETWORKS_PARKING, lists::NETWORKS_SINKHOLES] {
            for entry in list.entries() {
                if let Ok(network) = entry.value.parse() {
                    networks.entry(network).or_insert(entry);
                }
            }
        }
        networks
    });
    NETWORKS.around(address).next().map(verdict)
}

/// Judges an autonomous system. A hoster's is where very many strangers are, each with addresses of their own; a content
/// network's is where very many strangers have the same ones.
#[must_use]
pub fn judge_autonomous_system(system: AutonomousSystem) -> Option<Verdict> {
    static SYSTEMS: LazyLock<HashMap<u32, Entry>> = LazyLock::new(|| {
        let entries = lists::SYSTEMS.entries().into_iter();
        entries.filter_map(|entry| Some((entry.value.parse().ok()?, entry))).collect()
    });
    SYSTEMS.get(&system.number()).map(verdict)
}

/// Judges a network by who announces it, else by its first address.
#[must_use]
pub fn judge_network(network: &Network) -> Option<Verdict> {
    let announced = network.routing.as_ref().and_then(|routing| judge_autonomous_system(routing.system));
    announced.or_else(|| judge_address(network.block.first()))
}

/// Judges a mailbox that may belong to a hoster, a registrar or a mail service rather than to one of their customers:
/// the domain is the provider's own, or the provider's domain and the local part is a role (`hostmaster`, `abuse`).
///
/// A mailbox at a provider that gives mailboxes to anybody is somebody's own, unless it is a role there.
#[must_use]
pub fn judge_mailbox(email: &EmailAddress) -> Option<Verdict> {
    static OPERATORS: LazyLock<HostList> = LazyLock::new(|| HostList::of(lists::PROVIDER_MAILBOXES));
    let role = role(email.local_part());
    if let Some(provider) = free_mail().find(email.domain().as_str()) {
        let reserved = role.filter(|role| role.confidence >= Confidence::Likely)?;
        return Some(Verdict::new(
            NoiseKind::MailService,
            format!("{}: mailboxes for anybody, and this one is a role there", NoiseKind::MailService.in_words()),
            reserved.confidence,
            &provider.basis,
        ));
    }
    if let Some(verdict) = OPERATORS.judge(email.domain()) {
        return Some(verdict);
    }
    role?;
    judge_name_server(email.domain()).or_else(|| judge_mail_server(email.domain()))
}

/// Judges a mailbox that was made to be thrown away.
#[must_use]
pub fn judge_disposable_mailbox(email: &EmailAddress) -> Option<Verdict> {
    let entry = disposable(email.domain())?;
    Some(entry.verdict(format!("{} ({})", entry.kind.in_words(), entry.value)))
}

/// Judges a mailbox by its local part alone: a desk, whoever sits there.
#[must_use]
pub fn judge_role_mailbox(email: &EmailAddress) -> Option<Verdict> {
    let entry = role(email.local_part())?;
    Some(entry.verdict(format!("{}: {}", entry.kind.in_words(), email.local_part().to_lowercase())))
}

/// Judges a name in folded form (see [`PersonName`](crate::observable::PersonName)) that may be a desk's.
#[must_use]
pub fn judge_role_title(folded_name: &str) -> Option<Verdict> {
    let entry = titles().get(folded_name)?;
    Some(entry.verdict(format!("{}: \"{folded_name}\"", entry.kind.in_words())))
}

/// Whether a domain gives mailboxes to anybody. Each of its mailboxes is somebody's own.
#[must_use]
pub fn is_free_mailbox_domain(domain: &HostName) -> bool {
    free_mail().find(domain.as_str()).is_some()
}

/// Whether the local part of a mailbox is a role rather than a person: `hostmaster`, `abuse`, `dns-admin`.
#[must_use]
pub fn is_role(local_part: &str) -> bool {
    role(local_part).is_some()
}

/// Whether a contact's name is a role rather than a person: `Domain Administrator`, `Hostmaster`. Compared in the folded
/// form of [`PersonName`](crate::observable::PersonName).
#[must_use]
pub fn is_role_title(folded_name: &str) -> bool {
    titles().contains_key(folded_name)
}

fn free_mail() -> &'static HostList {
    static LIST: LazyLock<HostList> = LazyLock::new(|| HostList::of(lists::FREE_MAIL));
    &LIST
}

fn disposable(domain: &HostName) -> Option<&'static Entry> {
    static LIST: LazyLock<HostList> = LazyLock::new(|| HostList::of_suffixes(lists::DISPOSABLE_MAIL));
    LIST.find(domain.as_str())
}

fn titles() -> &'static HashMap<String, Entry> {
    static TITLES: LazyLock<HashMap<String, Entry>> =
        LazyLock::new(|| lists::ROLE_TITLES.entries().into_iter().map(|entry| (entry.value.clone(), entry)).collect());
    &TITLES
}

fn role(local_part: &str) -> Option<&'static Entry> {
    static ROLES: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
        lists::ROLE_MAILBOXES.entries().into_iter().map(|entry| (entry.value.clone(), entry)).collect()
    });
    let plain: String = local_part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    ROLES.get(&plain)
}

#[cfg(test)]
mod tests {
    use super::{
        Confidence::{Certain, Likely, Possible},
        NoiseKind::{
            ContentNetwork, DisposableMail, DynamicDns, FreeMail, Hoster, LocalNetwork, MailService, Parking,
            Registrar, RoleMailbox, Sinkhole, SiteBuilder,
        },
        *,
    };

    fn host(text: &str) -> HostName {
        HostName::parse(text).unwrap()
    }

    fn told(verdict: Option<Verdict>) -> Option<(NoiseKind, Confidence)> {
        verdict.map(|verdict| (verdict.kind, verdict.confidence))
    }

    #[test]
    fn shared_name_servers_are_known_by_whole_labels() {
        for (name, verdict) in [
            ("ada.ns.cloudflare.com", Some((ContentNetwork, Certain))),
            ("ns-512.awsdns-00.net", Some((Hoster, Certain))),
            ("ns-1536.awsdns-00.co.uk", Some((Hoster, Certain))),
            ("ns37.domaincontrol.com", Some((Registrar, Certain))),
            ("dns1.registrar-servers.com", Some((Registrar, Certain))),
            ("ns1.sedoparking.com", Some((Parking, Certain))),
            ("sinkhole.cert.pl", Some((Sinkhole, Certain))),
            ("notcloudflare.com", None),
            ("ns.cloudflare.com.shop.example", None),
            ("ns1.awsdns-x.net", None),
            ("awsdns-00.net.shop.example", None),
            ("ns1.shop.example", None),
        ] {
            assert_eq!(told(judge_name_server(&host(name))), verdict, "{name}");
        }
    }

    #[test]
    fn a_customers_own_label_is_told_from_everybodys() {
        for (name, verdict) in [
            ("shops.myshopify.com", Some((SiteBuilder, Certain))),
            ("lantern-shop.myshopify.com", Some((SiteBuilder, Possible))),
            ("d3abcdef.cloudfront.net", Some((ContentNetwork, Possible))),
            ("sni.cloudflaressl.com", Some((ContentNetwork, Certain))),
            ("myshopify.com.shop.example", None),
        ] {
            assert_eq!(told(judge_host(&host(name))), verdict, "{name}");
        }
        for (name, verdict) in [
            ("aspmx.l.google.com", Some((MailService, Certain))),
            ("alt3.aspmx.l.google.com", Some((MailService, Certain))),
            ("lantern-example.mail.protection.outlook.com", Some((MailService, Possible))),
            ("mx0a-00123.pphosted.com", Some((MailService, Possible))),
            ("mail.shop.example", None),
        ] {
            assert_eq!(told(judge_mail_server(&host(name))), verdict, "{name}");
        }
    }

    #[test]
    fn bulk_senders_are_known_by_their_whole_name() {
        for name in
            ["_spf.google.com", "spf.protection.outlook.com", "amazonses.com", "sendgrid.net", "servers.mcsv.net"]
        {
            assert_eq!(told(judge_mail_sender(&host(name))), Some((MailService, Certain)), "{name}");
        }
        for name in ["u12345.wl.sendgrid.net", "spf.shop.example"] {
            assert_eq!(judge_mail_sender(&host(name)), None, "{name}");
        }
    }

    #[test]
    fn addresses_are_judged_by_network_and_announcer() {
        let address = |text: &str| told(judge_address(text.parse().unwrap()));
        assert_eq!(address("104.16.1.1"), Some((ContentNetwork, Certain)));
        assert_eq!(address("2606:4700::6810:101"), Some((ContentNetwork, Certain)));
        assert_eq!(address("10.0.0.1"), Some((LocalNetwork, Certain)));
        assert_eq!(address("203.0.113.7"), None);
        let network = |number: &str| {
            let block = crate::observable::Netblock::parse("203.0.113.0/24").unwrap();
            let system = AutonomousSystem::parse(number).unwrap();
            let routing = crate::record::Routing { system, name: None, route: None, url: None, kind: None };
            told(judge_network(&Network { routing: Some(routing), ..Network::of(block) }))
        };
        assert_eq!(network("AS13335"), Some((ContentNetwork, Certain)));
        assert_eq!(network("AS24940"), Some((Hoster, Certain)));
        assert_eq!(network("AS64500"), None);
    }

    #[test]
    fn a_full_mailbox_is_somebodys_unless_its_domain_or_its_role_is_a_providers() {
        let mailbox = |text: &str| told(judge_mailbox(&EmailAddress::parse(text).unwrap()));
        for text in ["lantern.keeper@gmail.com", "jo@proton.me", "jo@lantern.example", "hostmaster@lantern.example"] {
            assert_eq!(mailbox(text), None, "{text}");
        }
        assert_eq!(mailbox("abuse@gmail.com"), Some((MailService, Likely)));
        assert_eq!(mailbox("abuse@godaddy.com"), Some((Registrar, Certain)));
        assert_eq!(mailbox("awsdns-hostmaster@amazon.com"), Some((Hoster, Certain)));
        assert_eq!(mailbox("dns@cloudflare.com"), Some((ContentNetwork, Certain)));
        assert_eq!(mailbox("hostmaster@sedoparking.com"), Some((Parking, Certain)));
    }

    #[test]
    fn roles_are_told_from_names() {
        for role in ["hostmaster", "Abuse", "dns-admin", "DNSadmin", "no.c"] {
            assert!(is_role(role), "{role}");
        }
        for person in ["jo", "hostmaster.jo", "adminova", "info.lantern"] {
            assert!(!is_role(person), "{person}");
        }
        assert!(is_role_title("domain administrator"));
        assert!(!is_role_title("dominik administratov"));
    }

    #[test]
    fn verdicts_say_why_in_words() {
        let reason = |name| judge_host(&host(name)).unwrap().reason;
        assert_eq!(reason("shops.myshopify.com"), "a site builder: Shopify");
        assert_eq!(
            reason("d3abcdef.cloudfront.net"),
            "a content network: Amazon CloudFront (the name may be one customer's own)"
        );
    }

    #[test]
    fn parking_and_sinkholes_are_known_by_address() {
        let address = |text: &str| told(judge_address(text.parse().unwrap()));
        assert_eq!(address("91.195.240.94"), Some((Parking, Certain)));
        assert_eq!(address("199.59.243.225"), Some((Parking, Certain)));
        assert_eq!(address("199.2.137.20"), Some((Sinkhole, Certain)));
        assert_eq!(address("5.79.71.225"), Some((Sinkhole, Likely)));
        assert_eq!(address("5.79.71.226"), None);
    }

    #[test]
    fn an_address_is_judged_by_its_range_with_the_range_s_list() {
        let verdict = judge_address("104.16.1.1".parse().unwrap()).unwrap();
        assert_eq!(verdict.reason, "a content network: Cloudflare");
        assert_eq!(verdict.basis.list, "networks-content");
        assert!(verdict.basis.origin.contains("publish"), "{}", verdict.basis);
        assert!(verdict.basis.date.is_some());
    }

    #[test]
    fn domains_that_belong_to_nobody_in_particular_are_known() {
        let domain = |text: &str| told(judge_domain(&host(text)));
        assert_eq!(domain("gmail.com"), Some((FreeMail, Certain)));
        assert_eq!(domain("mail.gmail.com"), None);
        assert_eq!(domain("mailinator.com"), Some((DisposableMail, Certain)));
        assert_eq!(domain("box.mailinator.com"), Some((DisposableMail, Certain)));
        assert_eq!(domain("duckdns.org"), Some((DynamicDns, Certain)));
        assert_eq!(domain("lantern.duckdns.org"), Some((DynamicDns, Possible)));
        assert_eq!(domain("notduckdns.org"), None);
        assert_eq!(domain("lantern.example"), None);
    }

    #[test]
    fn mailboxes_of_desks_and_of_minutes_are_told_from_people_s() {
        let email = |text: &str| EmailAddress::parse(text).unwrap();
        let role = |text: &str| told(judge_role_mailbox(&email(text)));
        assert_eq!(role("hostmaster@lantern.example"), Some((RoleMailbox, Likely)));
        assert_eq!(role("dns-admin@lantern.example"), Some((RoleMailbox, Possible)));
        for person in ["proxy@acme.example", "hostmaster.jo@lantern.example", "adminova@lantern.example"] {
            assert_eq!(role(person), None, "{person}");
        }
        assert_eq!(told(judge_disposable_mailbox(&email("jo@yopmail.com"))), Some((DisposableMail, Certain)));
        assert_eq!(judge_disposable_mailbox(&email("yopmail.com@lantern.example")), None);
    }
}
