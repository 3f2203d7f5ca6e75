//! Why an answer is empty.
//!
//! "Nothing" can mean that a name is not in the case at all, that the case knows it from elsewhere, or that the question
//! was too narrow. Whoever sits in a workshop has to be able to tell a dead end from a slip of the keyboard.

use std::{net::IpAddr, sync::Arc};

use super::{
    CaseProvider,
    answers::{domain_of, find},
    in_words,
    store::Case,
};
use crate::{
    lookup::{
        AddressFamily, HostOrAddress, Indicator, Lookup, NetworkSubject, ReverseWhoisTerm, Scope, WhoisDates,
        WhoisSubject,
    },
    noise,
    observable::HostName,
};

impl CaseProvider {
    /// Why an answer is empty, in whole sentences.
    pub(super) fn absence(&self, lookup: &Lookup) -> String {
        let source = &self.source;
        if !self.cases.iter().any(|case| case.holds(lookup.kind())) {
            let hold = if self.cases.len() == 1 { "holds" } else { "hold" };
            return format!("The {source} {hold} nothing on {}.", lookup.kind().in_words());
        }
        match lookup {
            Lookup::WhoisCurrent { subject: WhoisSubject::Domain(domain) } => self.absent_registration(domain),
            Lookup::WhoisCurrent { subject: WhoisSubject::Email(email) } => self.absent_registration(&domain_of(email)),
            Lookup::WhoisCurrent { subject: WhoisSubject::Address(address) }
            | Lookup::IpOwner { subject: NetworkSubject::Address(address) } => {
                format!("{address} is in no network of the {source}.")
            }
            Lookup::IpLocation { address } => self.absent_place(*address),
            Lookup::WhoisHistory { domain } => self.absent_name(domain, "without a WHOIS record"),
            Lookup::ReverseWhois { term, scope, dates } => self.absent_term(term, *scope, dates),
            Lookup::ReverseNs { name_server } => self.absent_name(name_server, "not as a name server of any domain"),
            Lookup::ReverseMx { mail_server } => self.absent_name(mail_server, "not as a mail server of any domain"),
            Lookup::ReverseIp { address } | Lookup::AddressHistory { address } => {
                format!("No name in the {source} points or pointed to {address}.")
            }
            Lookup::ReverseDns { record_type, .. } => {
                format!("No {} record in the {source} fits.", record_type.as_str().to_uppercase())
            }
            Lookup::Subdomains { domain } => self.absent_name(domain, "without any name below it"),
            Lookup::Discovery { .. } => format!("No name in the {source} fits."),
            Lookup::DnsRecords { host } => self.absent_name(host, "without a DNS record"),
            Lookup::DnsHistory { host, family } => {
                let missing = match family {
                    None => "without an address",
                    Some(AddressFamily::V4) => "without an IPv4 address",
                    Some(AddressFamily::V6) => "without an IPv6 address",
                };
                self.absent_name(host, missing)
            }
            Lookup::Certificates { host } => self.absent_name(host, "without a certificate"),
            Lookup::IssuedCertificates { domain } => self.absent_name(domain, "without a certificate"),
            Lookup::NameServerRegistration { name_server } => self.absent_name(name_server, "without a registration"),
            Lookup::Pointers { block } => format!("The {source} does not say how the addresses of {block} are named."),
            Lookup::RegistryContact { handle } => format!("The {source} has no contact \"{handle}\"."),
            Lookup::IpOwner { subject: NetworkSubject::Netblock(block) } => {
                format!("No network in the {source} has addresses of {}.", block.range())
            }
            Lookup::IpOwner { subject: NetworkSubject::AutonomousSystem(system) } => {
                format!("{system} announces no network in the {source}.")
            }
            Lookup::IpOwner { subject: NetworkSubject::Organization(organization) } => {
                format!("\"{organization}\" holds no network in the {source}.")
            }
            Lookup::Reputation { subject: HostOrAddress::Host(host) } => self.absent_name(host, "without a reputation"),
            Lookup::Reputation { subject: HostOrAddress::Address(address) } => {
                format!("{address} has no reputation in the {source}.")
            }
            Lookup::Threats { indicator: Indicator::Host(host) } => self.absent_name(host, "not accused of anything"),
            Lookup::Threats { indicator } => format!("{indicator} is not accused of anything in the {source}."),
            Lookup::WebsiteContacts { host } => self.absent_name(host, "nothing says what its web site shows"),
            Lookup::WebsiteCategories { host } => self.absent_name(host, "nothing says what its web site is about"),
            Lookup::EmailVerification { email } => {
                format!("Nothing in the {source} says whether \"{email}\" takes mail.")
            }
        }
    }

    fn absent_name(&self, name: &HostName, missing: &str) -> String {
        let knowing: Vec<_> = self.cases.iter().filter(|case| case.knows(name)).cloned().collect();
        match (knowing.as_slice(), self.cases.len()) {
            ([], 1) => format!("\"{name}\" is not in the {}.", self.source),
            ([], _) => format!("\"{name}\" is in none of the {}.", self.source),
            _ => format!("\"{name}\" is in the {}, but {missing}.", in_words(&knowing)),
        }
    }

    /// A domain that ran out is told apart from one that never was.
    fn absent_registration(&self, domain: &HostName) -> String {
        let ended = |case: &Arc<Case>| {
            let expires = case.registrations.of(domain).next()?.expires?.day();
            Some((Arc::clone(case), expires))
        };
        match self.cases.iter().filter_map(ended).max_by_key(|(_, expires)| *expires) {
            Some((case, expires)) => format!(
                "\"{domain}\" ran out on {expires}, before the day on which the {} plays ({}), so it has no current WHOIS \
                 record. Its WHOIS history says who had it.",
                in_words(&[Arc::clone(&case)]),
                case.about().as_of
            ),
            None => self.absent_name(domain, "without a WHOIS record"),
        }
    }

    fn absent_place(&self, address: IpAddr) -> String {
        let source = &self.source;
        if self.cases.iter().any(|case| case.networks.around(address).next().is_some()) {
            format!("{address} is in a network of the {source}, but nothing says where that is.")
        } else {
            format!("{address} is in no network of the {source}.")
        }
    }

    fn absent_term(&self, term: &ReverseWhoisTerm, scope: Scope, dates: &WhoisDates) -> String {
        let text = term.as_text();
        let text = text.trim();
        if let Some(noise) = noise::judge(text) {
            return format!("\"{text}\" says nothing about anybody ({}), so nothing can be found by it.", noise.reason);
        }
        // Conditions have quotation marks of their own.
        let shown = match term {
            ReverseWhoisTerm::Fields(_) => text.to_owned(),
            _ => format!("\"{text}\""),
        };
        let source = &self.source;
        let domains = |scope, dates: &WhoisDates| {
            let lookup = Lookup::ReverseWhois { term: term.clone(), scope, dates: dates.clone() };
            match find(&self.cases, &lookup).records.len() {
                0 => None,
                1 => Some("1 domain".to_owned()),
                count => Some(format!("{count} domains")),
            }
        };
        let earlier = if scope == Scope::Current { domains(Scope::Historic, dates) } else { None };
        if let Some(domains) = earlier {
            return format!(
                "{shown} is in no current WHOIS record of the {source}. Earlier records of {domains} have it: set the \
                 scope to historic to see them."
            );
        }
        if let Some(domains) = domains(scope, &WhoisDates::default()) {
            return format!(
                "{shown} is in no WHOIS record of the {source} within the given dates. Without them, it is in records \
                 of {domains}."
            );
        }
        format!("{shown} is in no WHOIS record of the {source}.")
    }
}
