//! A lookup without its observable: what providers offer, caches and routes are configured for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kinds of lookup, once: variant, name, words.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal $words:literal),* $(,)?) => {
        /// A lookup without its observable: what providers offer and routes are configured for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum LookupKind {
            $($(#[$doc])* $variant,)*
        }

        impl LookupKind {
            /// Every kind.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The name used in configuration, logs and keys.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The name used in sentences.
            #[must_use]
            pub const fn in_words(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }
        }
    };
}

kinds! {
    /// The WHOIS record as it is now.
    WhoisCurrent "whois_current" "current WHOIS",
    /// Past WHOIS records.
    WhoisHistory "whois_history" "WHOIS history",
    /// Domains by what their WHOIS record holds.
    ReverseWhois "reverse_whois" "reverse WHOIS",
    /// Domains by name server.
    ReverseNs "reverse_ns" "reverse NS",
    /// Domains by mail server.
    ReverseMx "reverse_mx" "reverse MX",
    /// Names by address.
    ReverseIp "reverse_ip" "reverse IP",
    /// Names by the value of a TXT, CNAME or SOA record.
    ReverseDns "reverse_dns" "reverse DNS",
    /// Names below a domain.
    Subdomains "subdomains" "subdomains",
    /// Names like a pattern.
    Discovery "discovery" "similar names",
    /// DNS records.
    DnsRecords "dns_records" "DNS records",
    /// Addresses of a name over time.
    DnsHistory "dns_history" "DNS history",
    /// Names of an address over time.
    AddressHistory "address_history" "address history",
    /// Certificates that a host shows.
    Certificates "certificates" "certificates",
    /// Certificates in the public logs.
    IssuedCertificates "issued_certificates" "issued certificates",
    /// Names of an address by its own zone.
    Pointers "pointers" "names of addresses",
    /// Holders of addresses and networks.
    IpOwner "ip_owner" "network ownership",
    /// Registrations of name servers.
    NameServerRegistration "name_server_registration" "name server registration",
    /// Contacts of registries.
    RegistryContact "registry_contact" "registry contacts",
    /// Places of addresses.
    IpLocation "ip_location" "IP location",
    /// Trustworthiness.
    Reputation "reputation" "reputation",
    /// Accusations.
    Threats "threats" "threat intelligence",
    /// Contacts on web sites.
    WebsiteContacts "website_contacts" "web site contacts",
    /// Subjects of web sites.
    WebsiteCategories "website_categories" "web site categories",
    /// Mailboxes.
    EmailVerification "email_verification" "e-mail verification",
}

impl fmt::Display for LookupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_in_configuration_is_the_name() {
        for kind in LookupKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
