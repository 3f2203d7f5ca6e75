//! The vendor as a double: every one of its services with an answer in the shape that its documentation, its client
//! libraries or recordings have, about reserved names and invented people.
//!
//! The answers are rich on purpose: each list has one member at least, each kind of value stands in one of them, so that
//! whoever bends them (other letter case, numbers as texts, a list of one as the thing itself) bends something.

use serde_json::{Value, json};

use super::{client::Request, upstream::Asked, v3};

/// What was asked for by a parameter or a field of the body.
fn asked_for(asked: &Asked, name: &str) -> String {
    let in_query = || url::form_urlencoded::parse(asked.query.as_bytes()).find(|(known, _)| known == name);
    let in_body = asked.json()[name].as_str().map(str::to_owned);
    in_body.or_else(|| in_query().map(|(_, value)| value.into_owned())).unwrap_or_default()
}

/// The service that was asked, by the name it has in logs.
pub fn service(asked: &Asked) -> &'static str {
    match asked.host.split('.').next().unwrap_or_default() {
        "www" if asked.path.ends_with("/WhoisService") => "whois",
        "www" if asked.path.ends_with("/DNSService") => "dns-lookup",
        "www" if asked.path.contains("/BulkWhoisLookup/") => "bulk-whois",
        "user" => "balance",
        "whois-history" => "whois-history",
        "reverse-whois" => "reverse-whois",
        "reverse-ns" => "reverse-ns",
        "reverse-mx" => "reverse-mx",
        "reverse-ip" => "reverse-ip",
        "reverse-dns" => "reverse-dns",
        "dns-history" => "dns-history",
        "subdomains" => "subdomains",
        "domains-subdomains-discovery" => "discovery",
        "ip-geolocation" => "ip-geolocation",
        "ip-netblocks" => "ip-netblocks",
        "domain-reputation" => "domain-reputation",
        "threat-intelligence" => "threat-intelligence",
        "website-contacts" => "website-contacts",
        "website-categorization" => "website-categorization",
        "emailverification" => "email-verification",
        "ssl-certificates" => "ssl-certificates",
        other => panic!("nobody should ask {other}: {}", asked.path),
    }
}

/// The answer to what was asked.
pub fn answer(asked: &Asked) -> Value {
    let preview = asked.mode().as_deref() == Some("preview");
    match service(asked) {
        "whois" => json!({ "WhoisRecord": current_record(&asked_for(asked, "domainName")) }),
        "bulk-whois" => bulk(asked),
        "whois-history" if preview => json!({ "recordsCount": 2 }),
        "whois-history" => history(&asked_for(asked, "domainName")),
        "reverse-whois" if preview => json!({ "domainsCount": 2 }),
        "reverse-whois" => json!({
            "nextPageSearchAfter": null,
            "domainsCount": 2,
            "domainsList": [
                { "domainName": "cmt.example",
                  "audit": { "createdDate": "2016-03-01T18:52:41+00:00", "updatedDate": "2021-01-10T18:52:41+00:00" } },
                { "domainName": "turq-host.example",
                  "audit": { "createdDate": "2017-05-02T00:00:00+00:00", "updatedDate": "2019-10-27T00:00:00+00:00" } },
            ],
        }),
        "reverse-ns" | "reverse-mx" | "reverse-ip" => json!({
            "result": [
                { "name": "cmt.example", "first_seen": "1530901800", "last_visit": 1_622_505_600 },
                { "name": "mail.turq-host.example", "first_seen": 1_530_487_091, "last_visit": "1531103210" },
            ],
            "current_page": "1",
            "size": 2,
        }),
        "reverse-dns" => reverse_dns(asked),
        "dns-history" => dns_history(asked),
        "subdomains" => {
            let domain = asked_for(asked, "domainName");
            json!({ "search": domain, "result": { "count": 2, "records": [
                { "domain": format!("www.{domain}"), "firstSeen": 1_586_736_000, "lastSeen": 1_622_505_600 },
                { "domain": format!("webmail.{domain}"), "firstSeen": 1_571_374_592, "lastSeen": 1_592_164_815 },
            ] } })
        }
        "discovery" => json!({ "domainsCount": 2, "domainsList": ["velani-shop.example", "the-velani.example"] }),
        "dns-lookup" => dns_records(&asked_for(asked, "domainName")),
        "ip-geolocation" => json!({
            "ip": asked_for(asked, "ipAddress"),
            "location": { "country": "US", "region": "California", "city": "Exampleton", "lat": 37.5, "lng": -122.25,
                          "postalCode": "94043", "timezone": "-07:00", "geonameId": 5_375_480 },
            "domains": ["cmt.example"],
            "as": { "asn": 64500, "name": "EXAMPLE-AS", "route": "192.0.2.0/24", "domain": "https://as.example",
                    "type": "Content" },
            "isp": "Example Transit",
            "connectionType": "cable",
        }),
        "ip-netblocks" => networks(),
        "domain-reputation" => json!({
            "mode": "fast",
            "reputationScore": 41.25,
            "testResults": [
                { "test": "Malware databases check", "testCode": 82,
                  "warnings": [{ "warningDescription": "Listed as dangerous", "warningCode": 4001 }] },
            ],
        }),
        "threat-intelligence" => json!({
            "total": 1,
            "size": 100,
            "results": [{ "value": asked_for(asked, "ioc"), "iocType": "domain", "threatType": "phishing",
                          "firstSeen": 1_678_372_385, "lastSeen": 1_680_000_000 }],
        }),
        "website-contacts" => json!({
            "domainName": asked_for(asked, "domainName"),
            "websiteResponded": true,
            "meta": { "title": "Compute Make Tomorrow", "description": "Hosting." },
            "countryCode": "US",
            "companyNames": ["Compute Make Tomorrow"],
            "emails": [{ "email": "office@cmt.example", "description": "Support" }],
            "phones": [{ "phoneNumber": "+1 555 555 0142", "description": "Office", "callHours": "" }],
            "postalAddresses": ["1 Example Street, Exampleton, CA 94043, USA"],
            "socialLinks": { "facebook": "", "instagram": "", "linkedIn": "https://social.example/cmt", "twitter": "" },
        }),
        "website-categorization" => json!({
            "domainName": asked_for(asked, "domainName"),
            "categories": [{ "confidence": 0.85, "id": 5, "name": "Computer and Internet Info" }],
            "createdDate": "2009-03-19T21:47:17+00:00",
            "websiteResponded": true,
        }),
        "email-verification" => json!({
            "username": "dara.velani",
            "domain": "mail.example",
            "emailAddress": asked_for(asked, "emailAddress"),
            "formatCheck": "true", "smtpCheck": "true", "dnsCheck": "true",
            "freeCheck": "true", "disposableCheck": "false", "catchAllCheck": null,
            "mxRecords": ["mx.mail.example"],
            "audit": { "auditCreatedDate": "2024-01-01 00:00:00 UTC", "auditUpdatedDate": "2024-01-02 00:00:00 UTC" },
        }),
        "ssl-certificates" => certificates(&asked_for(asked, "domainName")),
        "balance" => json!({ "data": [{ "product_id": 14, "product": { "id": 14 }, "credits": 480 }] }),
        other => panic!("{other} has no answer"),
    }
}

/// A registrant's contact in the shape of current records.
fn owner() -> Value {
    json!({
        "name": "Dara Velani", "organization": "Compute Make Tomorrow", "street1": "1 Example Street",
        "city": "Exampleton", "state": "CA", "postalCode": "94043", "country": "UNITED STATES", "countryCode": "US",
        "email": "dara.velani@mail.example", "telephone": "15555550142", "telephoneExt": "", "fax": "", "faxExt": "",
        "rawText": "", "unparsable": "",
    })
}

fn current_record(domain: &str) -> Value {
    json!({
        "domainName": domain, "domainNameExt": ".example", "parseCode": 3579,
        "createdDate": "2014-01-01T00:00:00Z", "createdDateNormalized": "2014-01-01 00:00:00 UTC",
        "updatedDateNormalized": "2024-08-14 07:01:34 UTC", "expiresDateNormalized": "2025-08-13 04:00:00 UTC",
        "registrarName": "Example Registrar, Inc.", "registrarIANAID": "9999",
        "whoisServer": "whois.registrar.example", "status": "clientTransferProhibited",
        "nameServers": { "rawText": "NS1.HOST.EXAMPLE\n", "hostNames": ["NS1.HOST.EXAMPLE"], "ips": [] },
        "registrant": owner(),
        "audit": { "createdDate": "2024-09-01 10:00:00 UTC", "updatedDate": "2024-09-01 10:00:00.000 UTC" },
        "contactEmail": "dara.velani@mail.example", "estimatedDomainAge": 3900,
        "customField1Name": "RegistrarContactEmail", "customField1Value": "abuse@registrar.example",
    })
}

fn history(domain: &str) -> Value {
    let record = |year: u16, name: &str, phone: &str| {
        json!({
            "domainName": domain, "domainType": "added",
            "createdDateISO8601": "2014-01-01T00:00:00+00:00", "createdDateRaw": "01-jan-2014",
            "updatedDateISO8601": format!("{year}-08-14T07:04:41+00:00"), "expiresDateISO8601": null,
            "audit": { "createdDate": format!("{year}-09-01T00:12:00+00:00"),
                       "updatedDate": format!("{year}-09-01T00:12:00+00:00") },
            "nameServers": ["NS1.HOST.EXAMPLE"], "whoisServer": "whois.registrar.example",
            "registrarName": "Example Registrar, Inc.",
            "status": ["clientTransferProhibited (https://www.icann.org/epp#clientTransferProhibited)"],
            "registrantContact": {
                "name": name, "organization": "Compute Make Tomorrow", "street": "1 Example Street",
                "city": "Exampleton", "state": "CA", "postalCode": "94043", "country": "UNITED STATES",
                "email": "dara.velani@mail.example", "telephone": phone,
            },
            "administrativeContact": {}, "technicalContact": {}, "billingContact": {}, "zoneContact": {},
        })
    };
    json!({ "recordsCount": 2, "records": [
        record(2016, "Dara Velani", "15555550142"),
        record(2019, "M. Zargan", "15555550143"),
    ] })
}

/// A name that shares what was searched for.
fn reverse_dns(asked: &Asked) -> Value {
    let body = asked.json();
    let term = body["terms"][0]["term"].as_str().unwrap().trim_matches('*').to_owned();
    let value = match body["recordType"].as_str().unwrap() {
        "soa" => format!("ns1.host.example. {term}. 2024010101 900 900 1800 60"),
        _ => term,
    };
    json!({ "size": 1, "result": [
        { "name": "turq-host.example", "value": value, "first_seen": 1_697_553_732, "last_visit": 1_728_317_192,
          "active": true, "wildcard": null },
    ] })
}

fn dns_history(asked: &Asked) -> Value {
    let body = asked.json();
    let address = |address: &str| json!([{ "ip": address, "wildcard": null }]);
    match (body["searchType"].as_str().unwrap(), body["recordType"].as_str().unwrap()) {
        ("forward", "a") => json!({ "result": { "count": 2, "records": [
            { "date": "2023-05-01", "ips": address("192.0.2.10") },
            { "date": "2024-01-15", "ips": address("198.51.100.7") },
        ] } }),
        ("forward", "aaaa") => json!({ "result": { "count": 1, "records": [
            { "date": "2023-05-01", "ips": address("2001:db8:0:0:0:0:0:10") },
        ] } }),
        ("reverse", _) => json!({ "result": { "count": 1, "records": [
            { "date": "2023-05-01", "domains": ["cmt.example"] },
        ] } }),
        other => panic!("nobody should ask {other:?}"),
    }
}

/// The token of a domain's own account at a service.
fn token(domain: &str) -> String {
    let number = domain.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    format!("google-site-verification=abcdefghijklmnopqrstuvwxyz0123456789A{number:06}")
}

fn dns_records(domain: &str) -> Value {
    json!({ "DNSData": {
        "domainName": domain, "types": [-1], "dnsTypes": "_all",
        "audit": { "createdDate": "2024-01-01 00:00:00 UTC", "updatedDate": "2024-01-01 00:00:00 UTC" },
        "dnsRecords": [
            { "type": 1, "dnsType": "A", "name": format!("{domain}."), "ttl": 300, "address": "192.0.2.10" },
            { "type": 28, "dnsType": "AAAA", "name": format!("{domain}."), "ttl": 300,
              "address": "2001:db8:0:0:0:0:0:10" },
            { "type": 2, "dnsType": "NS", "name": format!("{domain}."), "ttl": 21600, "target": "ns1.host.example." },
            { "type": 15, "dnsType": "MX", "name": format!("{domain}."), "ttl": 300, "target": "mx.mail.example.",
              "priority": 10 },
            { "type": 5, "dnsType": "CNAME", "name": format!("shop.{domain}."), "ttl": 300,
              "target": format!("shops.{domain}.") },
            { "type": 6, "dnsType": "SOA", "name": format!("{domain}."), "ttl": 900,
              "admin": format!("hostmaster.{domain}."), "host": "ns1.host.example.", "expire": 1800, "minimum": 60,
              "refresh": 900, "retry": 900, "serial": 2_024_010_101 },
            { "type": 16, "dnsType": "TXT", "name": format!("{domain}."), "ttl": 300,
              "strings": [token(domain)] },
            { "type": 257, "dnsType": "CAA", "name": format!("{domain}."), "ttl": 300, "flags": 0, "tag": "issue",
              "value": "ca.example" },
        ],
    } })
}

fn networks() -> Value {
    let desk = json!([{ "id": "EX1", "role": "Abuse desk", "email": "abuse@net.example", "phone": "+1 555 555 0150",
                        "country": "US", "city": "", "address": ["1 Example Street"] }]);
    json!({ "search": "", "result": { "count": 1, "limit": 100, "from": null, "next": null, "inetnums": [{
        "inetnum": "192.0.2.0 - 192.0.2.255", "inetnumFirst": 281_473_902_969_344_u64,
        "inetnumLast": 281_473_902_969_599_u64, "inetnumFirstString": "281473902969344",
        "inetnumLastString": "281473902969599",
        "as": { "asn": 64500, "name": "EXAMPLE-AS", "route": "192.0.2.0/24", "domain": "https://as.example",
                "type": "Content" },
        "netname": "EXAMPLE-NET", "nethandle": "", "description": ["Example network"],
        "modified": "2020-07-15T13:10:57Z", "country": "US", "city": "", "address": [],
        "abuseContact": desk, "adminContact": [], "techContact": [],
        "org": { "org": "ORG-EX1", "name": "Example Transit", "email": "noc@net.example", "phone": "+1 555 555 0151",
                 "country": "US", "city": "", "postalCode": "", "address": ["1 Example Street"] },
        "mntBy": [{ "mntner": "MNT-EX", "email": "noc@net.example\nabuse@net.example" }],
        "mntDomains": [], "mntLower": [], "mntRoutes": [], "remarks": [], "source": "ARIN",
    }] } })
}

fn certificates(domain: &str) -> Value {
    json!({
        "auditCreated": "2024-01-01 00:00:00 UTC", "domain": domain, "ip": "192.0.2.10", "port": 443,
        "certificates": [{
            "chainHierarchy": "end-user", "validationType": "DV", "validFrom": "2023-12-01 00:00:00 UTC",
            "validTo": "2024-03-01 00:00:00 UTC", "serialNumber": "0A1B2C", "signatureAlgorithm": "SHA256",
            "subject": { "commonName": domain },
            "issuer": { "commonName": "Example Trust R3", "organization": "Example Trust", "country": "US" },
            "extensions": { "subjectAlternativeNames": { "dnsNames": [domain, "*.turq-host.example"] } },
        }],
    })
}

/// A bulk job that is done at once, on the names that it was last given: those that stand in the job's number.
fn bulk(asked: &Asked) -> Value {
    let body = asked.json();
    if asked.path.ends_with("/bulkWhois") {
        let names: Vec<&str> = body["domains"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        return json!({ "noDataAvailable": false, "message": "OK", "messageCode": 200, "invalidDomains": [],
                       "requestId": names.join(" "), "whoisRecords": [], "domains": [] });
    }
    let names: Vec<&str> = body["requestId"].as_str().unwrap().split(' ').collect();
    let rows = names.iter().enumerate().map(|(index, name)| {
        json!({ "index": index + 1, "domainName": name, "domainStatus": "I", "whoisRecordStatus": 0,
                "domainFetchedTime": "1642158864782", "whoisRecord": current_record(name) })
    });
    json!({ "noDataAvailable": false, "requestId": body["requestId"], "totalRecords": names.len(), "recordsLeft": 0,
            "recordsProcessed": names.len(), "whoisRecords": rows.collect::<Vec<_>>() })
}

/// A transform that can ask the vendor, and what to run it on.
#[derive(Debug, Clone, Copy)]
pub struct Pivot {
    pub transform: &'static str,
    pub entity_type: &'static str,
    /// The value of the input; each number has another one, so that nothing is answered from memory.
    pub value: fn(usize) -> String,
}

impl Pivot {
    pub fn request(&self, number: usize) -> Request {
        Request::new(self.entity_type, &(self.value)(number)).setting("confirm_purchase", "true")
    }

    /// The same for the JSON dialect, on one entity.
    pub fn run(&self, number: usize) -> Value {
        let property = maltego::entity_types::by_name(self.entity_type).unwrap().value_property;
        let input = v3::entity("in0", self.entity_type, property, &(self.value)(number));
        v3::request(vec![input], &[(&format!("namehound.{}.confirm_purchase", self.transform), "true")], 10_000)
    }
}

fn domain(number: usize) -> String {
    format!("velani{number}.example")
}

fn host(number: usize) -> String {
    format!("ns{number}.host.example")
}

fn email(number: usize) -> String {
    format!("dara.velani{number}@mail.example")
}

fn address(number: usize) -> String {
    if number == 0 { "192.0.2.10".to_owned() } else { format!("2001:db8::{number:x}:10") }
}

fn network(number: usize) -> String {
    if number == 0 { "192.0.2.8-192.0.2.9".to_owned() } else { format!("2001:db8:0:{number:x}::/127") }
}

fn phone(number: usize) -> String {
    format!("+1 555 555 01{:02}", number % 100)
}

fn name(number: usize) -> String {
    format!("Velani Number{number}")
}

fn place(number: usize) -> String {
    format!("{number} Example Street, Exampleton, United States")
}

fn system(number: usize) -> String {
    format!("{}", 64_496 + number % 16)
}

const fn pivot(transform: &'static str, entity_type: &'static str, value: fn(usize) -> String) -> Pivot {
    Pivot { transform, entity_type, value }
}

/// Every transform that can ask the vendor, besides those that take a whole selection.
pub const PIVOTS: &[Pivot] = &[
    pivot("domain_to_whois", "maltego.Domain", domain),
    pivot("domains_to_whois", "maltego.Domain", domain),
    pivot("ip_to_whois", "maltego.IPv4Address", address),
    pivot("domain_to_whois_comparison", "maltego.Domain", domain),
    pivot("domain_to_whois_history", "maltego.Domain", domain),
    pivot("domain_to_ownership_eras", "maltego.Domain", domain),
    pivot("domain_to_historic_persons", "maltego.Domain", domain),
    pivot("domain_to_historic_organizations", "maltego.Domain", domain),
    pivot("domain_to_historic_emails", "maltego.Domain", domain),
    pivot("domain_to_historic_phones", "maltego.Domain", domain),
    pivot("domain_to_historic_addresses", "maltego.Domain", domain),
    pivot("domain_to_historic_name_servers", "maltego.Domain", domain),
    pivot("domain_to_historic_registrars", "maltego.Domain", domain),
    pivot("email_to_verification", "maltego.EmailAddress", email),
    pivot("email_to_domains", "maltego.EmailAddress", email),
    pivot("email_to_current_domains", "maltego.EmailAddress", email),
    pivot("email_to_domain_count", "maltego.EmailAddress", email),
    pivot("phone_to_domains", "maltego.PhoneNumber", phone),
    pivot("phone_to_current_domains", "maltego.PhoneNumber", phone),
    pivot("phone_to_domain_count", "maltego.PhoneNumber", phone),
    pivot("person_to_domains", "maltego.Person", name),
    pivot("person_to_current_domains", "maltego.Person", name),
    pivot("person_to_domain_count", "maltego.Person", name),
    pivot("organization_to_domains", "maltego.Organization", name),
    pivot("organization_to_current_domains", "maltego.Organization", name),
    pivot("organization_to_domain_count", "maltego.Organization", name),
    pivot("location_to_domains", "maltego.Location", place),
    pivot("location_to_current_domains", "maltego.Location", place),
    pivot("location_to_domain_count", "maltego.Location", place),
    pivot("phrase_to_domains", "maltego.Phrase", name),
    pivot("phrase_to_current_domains", "maltego.Phrase", name),
    pivot("phrase_to_domain_count", "maltego.Phrase", name),
    pivot("ns_to_domains", "maltego.NSRecord", host),
    pivot("ns_to_domain_count", "maltego.NSRecord", host),
    pivot("mx_to_domains", "maltego.MXRecord", host),
    pivot("mx_to_domain_count", "maltego.MXRecord", host),
    pivot("ip_to_domains", "maltego.IPv4Address", address),
    pivot("ip_to_domain_count", "maltego.IPv4Address", address),
    pivot("domain_to_similar_names", "maltego.Domain", domain),
    pivot("domain_to_subdomains", "maltego.Domain", domain),
    pivot("domain_to_dns_records", "maltego.Domain", domain),
    pivot("domain_to_ipv4_addresses", "maltego.Domain", domain),
    pivot("domain_to_ipv6_addresses", "maltego.Domain", domain),
    pivot("domain_to_name_servers", "maltego.Domain", domain),
    pivot("domain_to_mail_servers", "maltego.Domain", domain),
    pivot("domain_to_txt_records", "maltego.Domain", domain),
    pivot("domain_to_soa", "maltego.Domain", domain),
    pivot("domain_to_aliases", "maltego.Domain", domain),
    pivot("domain_to_certificate_authorities", "maltego.Domain", domain),
    pivot("domain_to_mail_senders", "maltego.Domain", domain),
    pivot("domain_to_ip_history", "maltego.Domain", domain),
    pivot("ip_to_historic_domains", "maltego.IPv4Address", address),
    pivot("domain_to_txt_neighbours", "maltego.Domain", domain),
    pivot("domain_to_soa_neighbours", "maltego.Domain", domain),
    pivot("domain_to_cname_neighbours", "maltego.Domain", domain),
    pivot("domain_to_certificates", "maltego.Domain", domain),
    pivot("domain_to_certificate_names", "maltego.Domain", domain),
    pivot("ip_to_network_owner", "maltego.IPv4Address", address),
    pivot("ip_to_netblocks", "maltego.IPv4Address", address),
    pivot("ip_to_as", "maltego.IPv4Address", address),
    pivot("ip_to_network_contacts", "maltego.IPv4Address", address),
    pivot("as_to_owner", "maltego.AS", system),
    pivot("as_to_netblocks", "maltego.AS", system),
    pivot("as_to_contacts", "maltego.AS", system),
    pivot("ip_to_location", "maltego.IPv4Address", address),
    pivot("netblock_to_domains", "maltego.Netblock", network),
    pivot("domain_to_website_contacts", "maltego.Domain", domain),
    pivot("domain_to_website_categories", "maltego.Domain", domain),
    pivot("domain_to_reputation", "maltego.Domain", domain),
    pivot("domain_to_threats", "maltego.Domain", domain),
];

/// A pivot by its transform.
pub fn pivot_of(transform: &str) -> Pivot {
    *PIVOTS.iter().find(|pivot| pivot.transform == transform).unwrap_or_else(|| panic!("{transform} has no sample"))
}
