//! The markers, fillers and services that [`super::judge`] knows, as data. As of 2026-11.
//!
//! All values are compared whole, after folding (case, blanks and punctuation do not matter), so they stand here as their
//! authors write them. Whoever adds one says where it was seen. A value that could be somebody's own name does not
//! belong here, however often it is a marker: a missing marker costs a useless node, a wrong one hides a person.

/// What registries and registrars write in place of a value that they keep to themselves.
pub(super) const REDACTION_MARKERS: &[&str] = &[
    // ICANN's Temporary Specification for gTLD Registration Data (2018) and the Registration Data Policy after it ask
    // for "REDACTED FOR PRIVACY" or a similar value; these are the similar ones. Seen in gTLD WHOIS and RDAP.
    "REDACTED FOR PRIVACY",
    "Redacted for Privacy Purposes",
    "REDACTED FOR PRIVACY (DT)",
    "REDACTED FOR GDPR PRIVACY",
    "Redacted for GDPR",
    "Redacted due to GDPR",
    "GDPR Redacted",
    "GDPR Masked",
    "GDPR Protected",
    "REDACTED",
    "DATA REDACTED",
    "Name Redacted",
    "EMAIL REDACTED FOR PRIVACY",
    "Data Protected",
    "Data Protected, not disclosed",
    "Data Privacy Protected",
    "Data Not Disclosed",
    "<data not disclosed>",
    "Not Disclosed",
    "NOT DISCLOSED!",
    "Undisclosed",
    "Non-Public Data",
    "Nonpublic Data",
    "Statutory Masking Enabled",
    "Withheld for Privacy Purposes",
    "Personal data, can not be publicly disclosed according to applicable laws",
    // Data vendors: the state of a whole record, passed through as a value.
    "MASKED_WHOIS_DATA",
    // Registrars of the time before 2018, for customers who asked for it, without a service's name.
    "Registration Private",
    "Private Registration",
    "Private Registrant",
    "Privacy Protected",
    "Privacy Protection",
    "Whois Protected",
    "Hidden for Privacy",
    // Country-code registries: .tr ("Hidden upon user request"), .it ("hidden"), .fr ("Ano Nymous"), .ru ("Private
    // Person"), .eu ("NOT DISCLOSED! Visit www.eurid.eu for webbased whois."), .sg and others ("[PRIVATE]").
    "Hidden upon user request",
    "hidden",
    "Ano Nymous",
    "Private Person",
    "Visit www.eurid.eu for webbased whois.",
    "Visit www.eurid.eu for the web-based WHOIS.",
    "[PRIVATE]",
    "Not published",
    "Not shown",
];

/// What people and programs write where they have nothing to say. Seen in WHOIS data of all kinds.
pub(super) const FILLERS: &[&str] = &[
    "N/A",
    "none",
    "unknown",
    "null",
    "nil",
    "undefined",
    "empty",
    "anonymous",
    "not available",
    "not applicable",
    "not provided",
    "not specified",
    "not assigned",
    "unspecified",
    "no data",
    "no name",
    "no e-mail",
    "no email",
    "no phone",
    "no organisation",
    "no organization",
    "no company",
    "no address",
    "none given",
    // Registrars that have no identifier from the registry.
    "Not Available From Registry",
];

/// Services that stand in the owner's place, by the names that they give themselves.
pub(super) const PRIVACY_SERVICES: &[&str] = &[
    // GoDaddy and its resellers.
    "Domains By Proxy, LLC",
    "Domains By Proxy, Inc.",
    "Domains By Proxy",
    "DomainsByProxy.com",
    // Namecheap, first WhoisGuard (until 2021), then Withheld for Privacy.
    "WhoisGuard, Inc.",
    "WhoisGuard Protected",
    "WhoisGuard",
    "Withheld for Privacy ehf",
    "Withheld for Privacy",
    "Privacy service provided by Withheld for Privacy ehf",
    // NameSilo.
    "PrivacyGuardian.org",
    "PrivacyGuardian.org llc",
    "See PrivacyGuardian.org",
    // eNom and Tucows. With a customer number: see `PREFIXES`.
    "Whois Privacy Protection Service, Inc.",
    "Whois Privacy Protection Service",
    "Whois Agent",
    "Contact Privacy Inc.",
    "Contact Privacy Inc. Customer",
    // Name.com.
    "Domain Protection Services, Inc.",
    "Domain Protection Services",
    // Dynadot.
    "Super Privacy Service LTD",
    "Super Privacy Service LTD c/o Dynadot",
    "Super Privacy Service c/o Dynadot",
    "Dynadot Privacy",
    "Dynadot Privacy Service",
    // Network Solutions, Web.com, Register.com.
    "Perfect Privacy, LLC",
    // Newfold: Bluehost, HostGator, Domain.com.
    "Domain Privacy Service FBO Registrant",
    "Domain Privacy Group, Inc.",
    "Domain Privacy Group",
    "Jewella Privacy LLC",
    "Jewella Privacy",
    // Public Domain Registry and its resellers.
    "PrivacyProtect.org",
    "Privacy Protect, LLC",
    "Privacy Protect, LLC (PrivacyProtect.org)",
    // Key-Systems, Amazon, Gandi.
    "c/o whoisproxy.com",
    "c/o whoisproxy.com Ltd.",
    "whoisproxy.com",
    "Whoisproxy.com Ltd.",
    "Identity Protection Service",
    "Identity Protect Limited",
    // Porkbun, DreamHost, Epik, Sav, Automattic, 101domain, Njalla.
    "Private by Design, LLC",
    "Proxy Protection LLC",
    "Anonymize, Inc.",
    "Anonymize LLC",
    "Privacy Hero, Inc.",
    "Knock Knock WHOIS Not There, LLC",
    "Digital Privacy Corporation",
    "1337 Services LLC",
    "Njalla Okta LLC",
    // Moniker, Above.com, Uniregistry, TurnCommerce, Com Laude, Fabulous.
    "Moniker Privacy Services",
    "MyPrivacy.net Ltd.",
    "MyPrivacy.net",
    "PrivacyDotLink Customer",
    "NameBrightPrivacy.com",
    "Whois Privacy - Com Laude",
    "Whois Privacy Services Pty Ltd",
    "Whois Privacy Services",
    // Infomaniak, Internet.bs, Hexonet, enumDNS, Shinjiru and others.
    "Domain Privacy Trustee SA",
    "Domain Privacy Trustee",
    "Fundacion Private Whois",
    "Private Whois",
    "Whois Privacy",
    "Whois Privacy Service",
    "Whois Privacy Corp.",
    "Whois Privacy (enumDNS dba)",
    "Whois Privacy Protection Foundation",
    "Whoisprotection.cc",
    "Whois Protection",
    "Domain Whois Protection Service",
    "Global Domain Privacy Services Inc",
    "Domain Privacy Limited",
    "PrivateName Services Inc.",
    "PrivateName Services",
    // Registrars of Russia and China.
    "Protection of Private Person",
    "Privacy protection service - whoisproxy.ru",
    "Domain ID Shield Service Co., Limited",
    "Hidden by Whois Privacy Protection Service",
    "YinSi BaoHu Yi KaiQi (Hidden by Whois Privacy Protection Service)",
    "YinSi BaoHu Yi KaiQi",
    // An invented service on a reserved name, so that workshop cases can show what one looks like.
    "Hidden Owner Privacy Service",
];

/// What may follow a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// One customer number or code: digits, or letters and digits mixed.
    Code,
    /// A sentence or an address of the service's own.
    Anything,
}

/// Beginnings of values to which the author itself appends something: a customer's number, the domain, an address.
/// Each counts only with something behind it; alone it stands among the whole values if it occurs.
pub(super) const PREFIXES: &[(&str, Tail, super::NoiseKind)] = {
    use super::NoiseKind::{PrivacyService, Redacted};
    &[
        // Tucows, Google: "Contact Privacy Inc. Customer 0123456789".
        ("Contact Privacy Inc. Customer", Tail::Code, PrivacyService),
        // Uniregistry.
        ("PrivacyDotLink Customer", Tail::Code, PrivacyService),
        // Newfold and its predecessors.
        ("Jewella Privacy LLC Privacy ID#", Tail::Code, PrivacyService),
        ("Jewella Privacy", Tail::Code, PrivacyService),
        ("Savvy Investments, LLC Privacy ID#", Tail::Code, PrivacyService),
        // Dynadot names the reseller, the registrars of Japan themselves.
        ("Super Privacy Service LTD c/o", Tail::Anything, PrivacyService),
        ("Whois Privacy Protection Service by", Tail::Anything, PrivacyService),
        // ICANN's Temporary Specification, appendix A §2.5.1, and registries' wordings of it.
        ("Please query the RDDS service of the Registrar of Record", Tail::Anything, Redacted),
        ("Please query the WHOIS server of the owning registrar", Tail::Anything, Redacted),
        // GoDaddy and MarkMonitor: the address of a web form in place of a mailbox.
        ("Select Contact Domain Holder link at", Tail::Anything, Redacted),
        ("Select Request Email Form at", Tail::Anything, Redacted),
        // .be.
        ("Not shown, please visit www.dnsbelgium.be", Tail::Anything, Redacted),
    ]
};

/// Who is meant in `On behalf of <domain> <role>`, which Key-Systems, Amazon and Gandi write.
pub(super) const ON_BEHALF_ROLES: &[&str] = &["owner", "admin", "tech", "billing"];

/// Domains whose mailboxes belong to a privacy service, with the service. Names below them are the service's too.
pub(super) const MAILBOX_DOMAINS: &[(&str, &str)] = &[
    ("domainsbyproxy.com", "Domains By Proxy"),
    ("whoisguard.com", "WhoisGuard"),
    ("withheldforprivacy.com", "Withheld for Privacy"),
    ("withheldforprivacy.email", "Withheld for Privacy"),
    ("contactprivacy.com", "Contact Privacy"),
    ("contactprivacy.email", "Contact Privacy"),
    ("privacyguardian.org", "PrivacyGuardian.org"),
    ("whoisprivacyprotect.com", "Whois Privacy Protection Service"),
    ("protecteddomainservices.com", "Domain Protection Services"),
    ("privacyprotect.org", "PrivacyProtect.org"),
    ("domainprivacygroup.com", "Domain Privacy Group"),
    ("identity-protect.org", "Identity Protection Service"),
    ("anonymised.email", "CSC's anonymised mailboxes"),
    ("superprivacyservice.com", "Super Privacy Service"),
    ("dnstinations.com", "DNStination, which holds names for MarkMonitor's customers"),
    ("whoisproxy.com", "whoisproxy.com"),
    ("whoisproxy.org", "whoisproxy.com"),
    ("1and1-private-registration.com", "IONOS private registration"),
    ("o-w-o.info", "OVH's obfuscated mailboxes"),
    ("contact.gandi.net", "Gandi's obfuscated mailboxes"),
    ("spamfree.bookmyname.com", "BookMyName's obfuscated mailboxes"),
    ("networksolutionsprivateregistration.com", "Perfect Privacy"),
    ("perfectprivacy.com", "Perfect Privacy"),
    ("proxy.dreamhost.com", "Proxy Protection"),
    ("privatewho.is", "Knock Knock WHOIS Not There"),
    ("privacy.above.com", "Above.com's privacy service"),
    ("privacy-link.com", "PrivacyDotLink"),
    ("monikerprivacy.net", "Moniker Privacy Services"),
    ("myprivacy.net", "MyPrivacy.net"),
    ("namebrightprivacy.com", "NameBrightPrivacy.com"),
    ("anonymize.com", "Anonymize"),
    ("whoisprivacycorp.com", "Whois Privacy Corp."),
    ("whoisprotectservice.com", "Whois Protect Service"),
    ("whoisprotection.cc", "Whoisprotection.cc"),
    ("privatewhois.net", "Private Whois"),
    ("domaindiscreet.com", "Domain Discreet"),
    ("domainnameproxyservice.com", "Domain Name Proxy Service"),
    ("yinsibaohu.aliyun.com", "YinSi BaoHu"),
    ("regprivate.ru", "the privacy service of Russian registrars"),
    // An invented service on a reserved name, see `PRIVACY_SERVICES`.
    ("hidden-owner.example", "Hidden Owner Privacy Service"),
];

/// Phone and fax numbers of privacy services, in international digits, with the service. A number of theirs joins
/// strangers as well as a mailbox does. Each was seen in WHOIS records beside the service's name.
pub(super) const PHONE_DIGITS: &[(&str, &str)] = &[
    ("14806242599", "Domains By Proxy"),
    ("14806242598", "Domains By Proxy"),
    ("3544212434", "Withheld for Privacy"),
    ("5078365503", "WhoisGuard"),
    ("5117057182", "WhoisGuard"),
    ("14165385457", "Contact Privacy"),
    ("13478717726", "PrivacyGuardian.org"),
    ("441483307527", "Identity Protection Service"),
    ("441483304031", "Identity Protection Service"),
    ("14252740657", "Whois Privacy Protection Service"),
    ("18022274003", "PrivacyProtect.org"),
    ("18772738550", "Knock Knock WHOIS Not There"),
];
