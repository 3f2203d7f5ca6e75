//! One text for each layout, with invented values: what a registry's rules promise, they keep here. The layouts of
//! registrars, and of registries that came later, stand in files of their own beside this one.

use super::{Class, Origin, parse};
use crate::record::{Contact, WhoisRecord};

/// Reads a text of a registered name, with the rules of a server or by the text's own marks.
pub(super) fn read(server: &str, text: &str) -> WhoisRecord {
    let origin = Origin { server: Some(server).filter(|server| !server.is_empty()), domain: None };
    let parsed = parse(text, &origin);
    assert_eq!(parsed.class, Class::Registered, "{text}");
    parsed.record.unwrap()
}

/// `domain | created | updated | expires | registrar | name servers`, with `-` for what is unknown.
pub(super) fn summary(record: &WhoisRecord) -> String {
    let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let moment = |moment: Option<crate::Moment>| text(moment.map(|moment| moment.to_string()));
    let registrar = text(record.registrar.as_ref().and_then(|registrar| registrar.name.clone()));
    [
        record.domain.clone(),
        moment(record.created),
        moment(record.updated),
        moment(record.expires),
        registrar,
        record.name_servers.join(" "),
    ]
    .join(" | ")
}

/// `name | organisation | mailbox`, with `-` for what is unknown.
pub(super) fn who(contact: &Contact) -> String {
    [&contact.name, &contact.organization, &contact.email].map(|text| text.as_deref().unwrap_or("-")).join(" | ")
}

#[test]
fn the_layout_of_the_generic_domains() {
    let record = read(
        "",
        "Domain Name: SHOP.EXAMPLE\nRegistry Domain ID: 1_DOMAIN\nRegistrar WHOIS Server: whois.registrar.example\n\
         Registrar URL: https://registrar.example\nUpdated Date: 2020-02-03T04:05:06Z\nCreation Date: 2001-02-03T04:05:06Z\n\
         Registry Expiry Date: 2030-02-03T04:05:06Z\nRegistrar: Example Registrar, Inc.\nRegistrar IANA ID: 9999\n\
         Registrar Abuse Contact Email: abuse@registrar.example\nReseller:\n\
         Domain Status: clientHold https://icann.org/epp#clientHold\nRegistrant Name: REDACTED FOR PRIVACY\n\
         Registrant Organization: Example Shop Ltd\nRegistrant State/Province: VA\nRegistrant Country: US\n\
         Registrant Email: ann@shop.example\nAdmin Name: Ann Example\nTech Email: tech@shop.example\n\
         Name Server: NS1.SHOP.EXAMPLE\nName Server: NS2.SHOP.EXAMPLE\nDNSSEC: unsigned\n\
         >>> Last update of WHOIS database: 2024-01-01T00:00:00Z <<<\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T04:05:06Z | 2020-02-03T04:05:06Z | 2030-02-03T04:05:06Z | Example Registrar, Inc. | \
         ns1.shop.example ns2.shop.example"
    );
    let registrar = record.registrar.unwrap();
    assert_eq!(registrar.iana_id.as_deref(), Some("9999"));
    assert_eq!(registrar.url.as_deref(), Some("https://registrar.example"));
    assert_eq!(registrar.abuse_email.as_deref(), Some("abuse@registrar.example"));
    assert_eq!(record.statuses, ["clientHold"]);
    assert_eq!(who(&record.registrant), "- | Example Shop Ltd | ann@shop.example");
    assert!(record.registrant.redacted);
    assert_eq!(record.registrant.state.as_deref(), Some("VA"));
    assert_eq!(record.registrant.country_code.as_deref(), Some("US"));
    assert_eq!(who(&record.administrative), "Ann Example | - | -");
    assert_eq!(who(&record.technical), "- | - | tech@shop.example");
}

#[test]
fn the_thin_layout_and_the_hosts_that_share_the_name() {
    let record = read(
        "",
        "\n   Server Name: SHOP.EXAMPLE.OTHER.EXAMPLE\n   IP Address: 192.0.2.1\n   Registrar: Somebody Else\n\n\
         \u{20}  Domain Name: SHOP.EXAMPLE\n   Registrar: EXAMPLE REGISTRAR (R42-LROR)\n   Whois Server: whois.registrar.example\n\
         \u{20}  Name Server: NS1.SHOP.EXAMPLE\n   Status: ok\n   Updated Date: 03-feb-2020\n   Creation Date: 03-feb-2001\n\
         \u{20}  Expiration Date: 03-feb-2030\n\n>>> Last update of whois database: Mon, 22 Feb 2021 22:09:16 UTC <<<\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-03 | 2030-02-03 | EXAMPLE REGISTRAR | ns1.shop.example"
    );
}

#[test]
fn an_address_label_below_a_heading() {
    let record = read(
        "",
        "Registrant:\n   Example Shop Ltd (SHOP-DOM)\n   1 Example Street\n   Port Marlow, VA 20190\n   US\n\n\
         \u{20}  Domain Name: SHOP.EXAMPLE\n\n   Administrative Contact, Technical Contact:\n      Example, Ann\t\tann@shop.example\n\
         \u{20}     1 Example Street\n      US\n      +1 555 555 0100 fax: +1 555 555 0101\n\n   Record expires on 03-Feb-2030.\n\
         \u{20}  Record created on 03-Feb-2001.\n   Database last updated on 1-Jan-2024 00:00:00 EDT.\n\n\
         \u{20}  Domain servers in listed order:\n\n   NS1.SHOP.EXAMPLE      192.0.2.1\n   NS2.SHOP.EXAMPLE      192.0.2.2\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | 2030-02-03 | - | ns1.shop.example ns2.shop.example");
    assert_eq!(who(&record.registrant), "Example Shop Ltd | Example Shop Ltd | -");
    assert_eq!(record.registrant.street.as_deref(), Some("1 Example Street, Port Marlow, VA 20190"));
    assert_eq!(who(&record.administrative), "Example, Ann | - | ann@shop.example");
    assert_eq!(record.administrative, record.technical);
    assert_eq!(record.administrative.fax.as_deref(), Some("+1 555 555 0101"));
}

#[test]
fn uk_indented_blocks() {
    let record = read(
        "whois.nic.uk",
        "\n    Domain name:\n        shop.example\n\n    Registrant:\n        Ann Example\n\n    Registrant type:\n        UK Individual\n\n\
         \u{20}   Registrant's address:\n        1 Example Street\n        Port Marlow\n        United Kingdom\n\n    Registrar:\n\
         \u{20}       Example Registrar Ltd t/a Registrar [Tag = EXAMPLE]\n        URL: http://registrar.example\n\n    Relevant dates:\n\
         \u{20}       Registered on: 03-Feb-2001\n        Expiry date:  03-Feb-2030\n        Last updated:  03-Feb-2020\n\n\
         \u{20}   Registration status:\n        Registered until expiry date.\n\n    Name servers:\n        ns1.shop.example   192.0.2.1\n\
         \u{20}       ns2.shop.example\n\n    WHOIS lookup made at 09:42:27 12-Oct-2023\n\n-- \nThere are terms of use for this whois database.\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-03 | 2030-02-03 | Example Registrar Ltd t/a Registrar | \
         ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | - | -");
    assert_eq!(record.registrant.street.as_deref(), Some("1 Example Street, Port Marlow, United Kingdom"));
}

#[test]
fn uk_before_a_month_is_no_date() {
    let record = read(
        "whois.nic.uk",
        "    Domain name:\n        shop.example\n\n    Relevant dates:\n        Registered on: before Aug-1996\n        Expiry date:  03-Feb-2030\n",
    );
    assert_eq!(summary(&record), "shop.example | - | - | 2030-02-03 | - | ");
}

#[test]
fn gg_dates_in_words() {
    let record = read(
        "whois.gg",
        "Domain:\n     shop.example\n\nDomain Status:\n     Active\n     Delete Prohibited by Registrar\n\nRegistrant:\n     Example Shop LLC\n\n\
         Registrar:\n     Example Registrar Inc. (http://registrar.example)\n\nRelevant dates:\n     Registered on 3rd February 2001 at 00:04:00.000\n\
         \u{20}    Registry fee due on 3rd February each year\n\nName servers:\n     ns1.shop.example\n     ns2.shop.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T00:04:00Z | - | - | Example Registrar Inc. | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(record.statuses, ["Active", "Delete Prohibited by Registrar"]);
}

#[test]
fn de_sections_in_brackets() {
    let record = read(
        "whois.denic.de",
        "Domain: shop.example\nNserver: ns1.shop.example\nNserver: ns2.shop.example 192.0.2.2\nStatus: connect\n\
         Changed: 2020-02-03T04:05:06+01:00\n\n[Tech-C]\nType: PERSON\nName: Ann Example\nOrganisation: Example Shop GmbH\n\
         PostalCode: 20190\nCity: Port Marlow\nCountryCode: DE\nEmail: ann@shop.example\nChanged: 2011-03-11T00:04:49+01:00\n\n\
         [Zone-C]\nType: PERSON\nName: Bob Example\n",
    );
    assert_eq!(summary(&record), "shop.example | - | 2020-02-03T03:05:06Z | - | - | ns1.shop.example ns2.shop.example");
    assert_eq!(who(&record.technical), "Ann Example | Example Shop GmbH | ann@shop.example");
    assert_eq!(record.technical.country_code.as_deref(), Some("DE"));
    assert_eq!(who(&record.zone), "Bob Example | - | -");
}

#[test]
fn fr_objects_joined_by_handles() {
    let record = read(
        "whois.nic.fr",
        "%% This is the AFNIC Whois server.\n\ndomain:      shop.example\nstatus:      ACTIVE\nholder-c:    ES1-FRNIC\nadmin-c:     AE1-FRNIC\n\
         tech-c:      AE1-FRNIC\nnsl-id:      NSL1-FRNIC\nregistrar:   EXAMPLE REGISTRAR\nExpiry Date: 03/02/2030\ncreated:     03/02/2001\n\
         last-update: 13/02/2020\nsource:      FRNIC\n\nns-list:     NSL1-FRNIC\nnserver:     ns1.shop.example\nnserver:     ns2.shop.example\n\n\
         registrar:   EXAMPLE REGISTRAR\ntype:        Isp Option 1\ne-mail:      registrar@registrar.example\nregistered:  2002-01-10T12:00:00Z\n\n\
         nic-hdl:     ES1-FRNIC\ntype:        ORGANIZATION\ncontact:     Example Boutique\naddress:     1 rue Exemple\ncountry:     FR\n\
         e-mail:      ann@shop.example\nchanged:     20/03/2015 nic@registry.example\n\nnic-hdl:     AE1-FRNIC\ntype:        PERSON\n\
         contact:     Ano Nymous\nremarks:     not to be shown\n\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-13 | 2030-02-03 | EXAMPLE REGISTRAR | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Example Boutique | Example Boutique | ann@shop.example");
    assert_eq!(record.administrative, record.technical);
    assert!(record.administrative.redacted);
}

#[test]
fn nl_headings_with_lines() {
    let record = read(
        "whois.domain-registry.nl",
        "Domain name: shop.example\nStatus:      active\n\nRegistrar:\n   Example Registrar B.V.\n   1 Voorbeeldstraat\n   Netherlands\n\n\
         Abuse Contact:\n   +1.5555550100\n   abuse@registrar.example\n\nCreation Date: 2001-02-03\n\nUpdated Date: 2020-02-03\n\nDNSSEC:      no\n\n\
         Domain nameservers:\n   ns1.shop.example\n   ns2.shop.example       192.0.2.2\n\nRecord maintained by: NL Domain Registry\n\n\
         Notice\nThe terms of this whois database are on the pages of the registry.\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-03 | - | Example Registrar B.V. | ns1.shop.example ns2.shop.example"
    );
}

#[test]
fn be_blocks_with_tabs() {
    let record = read(
        "whois.dns.be",
        "Domain:\tshop.example\nStatus:\tNOT AVAILABLE\nRegistered:\tSat Feb 3 2001\n\nRegistrant:\n\tNot shown, please visit www.dnsbelgium.be for webbased whois.\n\n\
         Registrar Technical Contacts:\n\tName:\tAnn Example\n\tOrganisation:\tExample Hosting\n\tEmail:\tann@hosting.example\n\nRegistrar:\n\
         \tName:\t Example Registrar\n\tWebsite: http://registrar.example\n\nNameservers:\n\tns1.shop.example\n\tns2.shop.example\n\nKeys:\n\nFlags:\n\tclientTransferProhibited\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | - | - | Example Registrar | ns1.shop.example ns2.shop.example"
    );
    assert!(record.registrant.redacted);
    assert_eq!(who(&record.technical), "Ann Example | Example Hosting | ann@hosting.example");
}

#[test]
fn at_objects_with_english_keys() {
    let record = read(
        "whois.nic.at",
        "domain:         shop.example\nregistrar:      Example Registrar GmbH ( https://registrar.example/683 )\nregistrant:     ES1-NICAT\n\
         tech-c:         AE1-NICAT\nnserver:        ns1.shop.example\nremarks:        192.0.2.1\nnserver:        ns2.shop.example\n\
         changed:        20200203 04:05:06\nsource:         AT-DOM\n\npersonname:     Ann Example\norganization:   Example Shop GmbH\n\
         street address: Beispielstrasse 1\npostal code:    1010\ncity:           Wien\ncountry:        Austria\nphone:          <data not disclosed>\n\
         e-mail:         ann@shop.example\nnic-hdl:        ES1-NICAT\nchanged:        20120203 04:05:06\n\npersonname:     Bob Example\n\
         nic-hdl:        AE1-NICAT\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | - | 2020-02-03T04:05:06Z | - | Example Registrar GmbH | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop GmbH | ann@shop.example");
    assert_eq!(record.registrant.city.as_deref(), Some("Wien"));
    assert!(record.registrant.redacted);
    assert_eq!(who(&record.technical), "Bob Example | - | -");
}

#[test]
fn ch_values_behind_tabs_and_below_headings() {
    let record = read(
        "whois.nic.ch",
        "Domain name\tshop.example\n\nRegistrar\tExample Registrar SA\n1 Beispielweg\nPhone +1 555 555 0100\n\nDNSSEC\tno\n\nName servers\n\
         ns1.shop.example\t192.0.2.1\nns1.shop.example\t2001:db8::1\nns2.shop.example\n\nFirst registration date\t2001-02-03\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | - | - | Example Registrar SA | ns1.shop.example ns2.shop.example"
    );
    let record = read(
        "whois.nic.ch",
        "Domain name:\nshop.example\n\nHolder of domain name:\nAnn Example\nBeispielweg 1\nCH-8000 Zürich\nSwitzerland\nContractual Language: English\n\n\
         Technical contact:\nBob Example\nBeispielweg 2\n\nDNSSEC:N\n\nName servers:\nns1.shop.example\nns2.shop.example\t[192.0.2.2]\n",
    );
    assert_eq!(summary(&record), "shop.example | - | - | - | - | ns1.shop.example ns2.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | - | -");
    assert_eq!(who(&record.technical), "Bob Example | - | -");
}

#[test]
fn it_contacts_have_dates_of_their_own() {
    let record = read(
        "whois.nic.it",
        "Domain:             shop.example\nStatus:             ok\nCreated:            2001-02-03 00:00:00\nLast Update:        2020-02-03 01:04:50\n\
         Expire Date:        2030-02-03\n\nRegistrant\n  Organization:     Example Shop s.r.l.\n  Address:          1 via Esempio\n                    Port Marlow\n\
         \u{20}                   00100\n                    RM\n                    IT\n  Created:          2018-03-02 19:04:02\n  Last Update:      2018-03-02 19:04:02\n\n\
         Admin Contact\n  Name:             Ann Example\n\nRegistrar\n  Organization:     Example Registrar s.r.l.\n  Name:             EXAMPLE-REG\n\
         \u{20} Web:              http://registrar.example\n\nNameservers\n  ns1.shop.example\n  ns2.shop.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T00:00:00Z | 2020-02-03T01:04:50Z | 2030-02-03 | EXAMPLE-REG | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "- | Example Shop s.r.l. | -");
    let registrant = &record.registrant;
    let address =
        [&registrant.street, &registrant.city, &registrant.postal_code, &registrant.state, &registrant.country_code];
    assert_eq!(
        address.map(|part| part.as_deref().unwrap_or("-")),
        ["1 via Esempio", "Port Marlow", "00100", "RM", "IT"]
    );
    assert_eq!(who(&record.administrative), "Ann Example | - | -");
}

#[test]
fn pl_name_servers_below_one_another() {
    let record = read(
        "whois.dns.pl",
        "DOMAIN NAME:           shop.example\nregistrant type:       organization\nnameservers:           ns1.shop.example. \n\
         \u{20}                      ns2.shop.example. [192.0.2.2]\ncreated:               2001.02.03 13:00:00\nlast modified:         2020.02.03 11:43:34\n\
         renewal date:          2030.02.03 14:00:00\n\noption created:        2020.10.14 09:30:46\n\nREGISTRAR:\nExample Registrar Sp. z o.o.\n\
         ul. Przykladowa 1\nPolska/Poland\n+1 555 555 0100\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T13:00:00Z | 2020-02-03T11:43:34Z | 2030-02-03T14:00:00Z | Example Registrar Sp. z o.o. | \
         ns1.shop.example ns2.shop.example"
    );
}

#[test]
fn cz_objects_with_name_servers_apart() {
    let record = read(
        "whois.nic.cz",
        "domain:       shop.example\nregistrant:   SHOP-EXAMPLE\nadmin-c:      ANN-EXAMPLE\nnsset:        NSS:SHOP:1\nregistrar:    REG-EXAMPLE\n\
         registered:   03.02.2001 02:00:00\nexpire:       03.02.2030\n\ncontact:      SHOP-EXAMPLE\norg:          Example Obchod s.r.o.\nname:         Ann Example\n\
         address:      Ukázková 1\naddress:      Praha\naddress:      10000\naddress:      CZ\ncreated:      04.02.2001 02:00:00\n\n\
         contact:      ANN-EXAMPLE\nname:         Ann Example\ne-mail:       ann@shop.example\n\nnsset:        NSS:SHOP:1\n\
         nserver:      ns1.shop.example (192.0.2.1)\nnserver:      ns2.shop.example\ntech-c:       ANN-EXAMPLE\nchanged:      05.02.2001 02:00:00\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T02:00:00Z | - | 2030-02-03 | REG-EXAMPLE | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | Example Obchod s.r.o. | -");
    assert_eq!(record.registrant.city.as_deref(), Some("Praha"));
    assert_eq!(who(&record.administrative), "Ann Example | - | ann@shop.example");
    assert_eq!(record.administrative, record.technical);
}

#[test]
fn se_one_object() {
    let record = read(
        "whois.iis.se",
        "state:            active\ndomain:           shop.example\nholder:           exampl0101-00001\nadmin-c:          -\ncreated:          2001-02-03\n\
         modified:         2020-02-03\nexpires:          2030-02-03\ntransferred:      2009-03-06\nnserver:          ns1.shop.example 192.0.2.1\n\
         nserver:          ns2.shop.example\ndnssec:           unsigned delegation\nstatus:           ok\nregistrar:        Example Registrar AB\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-03 | 2030-02-03 | Example Registrar AB | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(record.registrant, Contact::default());
}

#[test]
fn dk_headings_without_colons() {
    let record = read(
        "whois.punktum.dk",
        "# Hello 192.0.2.1, this session is noted.\n\nDomain:               shop.example\nDNS:                  shop.example\nRegistered:           2001-02-03\n\
         Expires:              2030-02-03\nRegistrar:            Example Registrar A/S\nStatus:               Active\n\nRegistrant\nHandle:               EX1-DK\n\
         Name:                 Example Butik ApS\nAddress:              Eksempelvej 1\nCity:                 Port Marlow\n\nNameservers\n\
         Hostname:             ns1.shop.example\nHandle:               EX2-DK\nHostname:             ns2.shop.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | - | 2030-02-03 | Example Registrar A/S | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Example Butik ApS | Example Butik ApS | -");
}

#[test]
fn fi_dotted_keys() {
    let record = read(
        "whois.fi",
        "domain.............: shop.example\nstatus.............: Registered\ncreated............: 3.2.2001 00:00:00\nexpires............: 3.2.2030 10:15:55\n\
         modified...........: 3.2.2020\n\nNameservers\n\nnserver............: ns1.shop.example [OK]\nnserver............: ns2.shop.example [OK]\n\n\
         Holder\n\nname...............: Example Kauppa Oy\naddress............: Esimerkkikatu 1\ncountry............: Finland\n\nRegistrar\n\n\
         registrar..........: Example Registrar Oy\nwww................: registrar.example\n\nTech\n\nname...............: Ann Example\nemail..............: ann@shop.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T00:00:00Z | 2020-02-03 | 2030-02-03T10:15:55Z | Example Registrar Oy | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Example Kauppa Oy | Example Kauppa Oy | -");
    assert_eq!(who(&record.technical), "Ann Example | - | ann@shop.example");
}

#[test]
fn no_handles_and_dates() {
    let record = read(
        "whois.norid.no",
        "Domain Information\n\nNORID Handle...............: SHO1D-NORID\nDomain Name................: shop.example\nDomain Holder Handle.......: EX1O-NORID\n\
         Registrar Handle...........: REG1-NORID\n\nAdditional information:\nCreated:         2001-02-03\nLast updated:    2020-02-03\n\n\
         NORID Handle...............: EX1O-NORID\nType.......................: organization\nName.......................: Example Butikk AS\n\
         Email Address..............: ann@shop.example\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | 2020-02-03 | - | - | ");
    assert_eq!(who(&record.registrant), "Example Butikk AS | Example Butikk AS | ann@shop.example");
}

#[test]
fn ie_the_description_is_the_holder() {
    let record = read(
        "whois.iedr.ie",
        "domain:       shop.example\ndescr:        Example Shop\ndescr:        Body Corporate (Ltd,PLC,Company)\nadmin-c:      AE1-IEDR\n\
         registration: 03-February-2001\nrenewal:      03-February-2030\nnserver:      ns1.shop.example 192.0.2.1\nnserver:      ns2.shop.example\n\
         source:       IEDR\n\nperson:       Ann Example\nnic-hdl:      AE1-IEDR\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | 2030-02-03 | - | ns1.shop.example ns2.shop.example");
    assert_eq!(record.registrant.name.as_deref(), Some("Example Shop"));
    assert_eq!(who(&record.administrative), "Ann Example | - | -");
}

#[test]
fn pt_two_languages() {
    let record = read(
        "whois.dns.pt",
        "Nome de domínio / Domain Name: shop.example\nData de registo / Creation Date (dd/mm/yyyy): 03/02/2001\n\
         Data de expiração / Expiration Date (dd/mm/yyyy): 03/02/2030\nEstado / Status: ACTIVE\n\nTitular / Registrant\n   Ann Example\n   1 Rua Exemplo\n\
         \u{20}  Email: ann@shop.example\n\nEntidade Gestora / Billing Contact\n   Example Registrar\n   Email: billing@registrar.example\n\n\
         Informação de Nameservers / Nameserver Information\n   Nameserver: shop.example\tNS\tns1.shop.example.\n   Nameserver: shop.example\tNS\tns2.shop.example.\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | 2030-02-03 | - | ns1.shop.example ns2.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | - | ann@shop.example");
    assert_eq!(who(&record.billing), "Example Registrar | - | billing@registrar.example");
}

#[test]
fn ru_the_servers_own_date_is_not_the_names() {
    let record = read(
        "whois.tcinet.ru",
        "domain:        SHOP.EXAMPLE\nnserver:       ns1.shop.example.\nnserver:       ns2.shop.example. 192.0.2.2\nstate:         REGISTERED, DELEGATED\n\
         org:           Example Shop LLC\nregistrar:     EXAMPLE-RU\nadmin-contact: https://registrar.example/whois\ncreated:       2001-02-03T21:00:00Z\n\
         paid-till:     2030-02-03T21:00:00Z\nfree-date:     2030-03-05\nsource:        TCI\n\nLast updated on 2024-01-01T10:56:30Z\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T21:00:00Z | - | 2030-02-03T21:00:00Z | EXAMPLE-RU | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(record.statuses, ["REGISTERED", "DELEGATED"]);
    assert_eq!(who(&record.registrant), "- | Example Shop LLC | -");
}

#[test]
fn ua_comments_are_headings() {
    let record = read(
        "whois.ua",
        "domain:           shop.example\nnserver:          ns1.shop.example\nstatus:           ok\ncreated:          2001-02-03 13:40:19+03\n\
         modified:         2020-02-03 14:13:20+02\nexpires:          2030-02-03 13:40:18+03\nsource:           UAEPP\n\n% Registrar:\n% ==========\n\
         registrar:        ua.example\nabuse-email:      abuse@registrar.example\n\n% Registrant:\n% ===========\nperson:           Ann Example\n\
         organization:     Example Shop\ne-mail:           ann@shop.example\ncreated:          2014-03-31 17:30:46+03\n\n\
         % Administrative Contacts:\n% ========================\nperson:           Bob Example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T10:40:19Z | 2020-02-03T12:13:20Z | 2030-02-03T10:40:18Z | ua.example | ns1.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop | ann@shop.example");
    assert_eq!(who(&record.administrative), "Bob Example | - | -");
}

#[test]
fn tr_headings_with_asterisks() {
    let record = read(
        "whois.trabis.gov.tr",
        "** Domain Name: shop.example\n\n** Registrant:\n   Ann Example\n   Hidden upon user request\n   ann@shop.example\n   + 1-555-5550100-\n\n\
         ** Administrative Contact:\nNIC Handle\t\t: ex1-tr\nOrganization Name\t: Example Shop\nAddress\t\t\t: 1 Example Street\n\t\t\t  No:7\n\t\t\t  Port Marlow\n\
         Phone\t\t\t: Hidden upon user request\n\n** Registrar:\nNIC Handle\t\t: exr-tr\nOrganization Name\t: Example Registrar\n\n** Domain Servers:\nns1.shop.example\n\
         ns2.shop.example 192.0.2.2\n\n** Additional Info:\nCreated on..............: 2001-Feb-03.\nExpires on..............: 2030-Feb-03.\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | - | 2030-02-03 | Example Registrar | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | - | ann@shop.example");
    assert_eq!(record.administrative.street.as_deref(), Some("1 Example Street, No:7, Port Marlow"));
    assert!(record.administrative.redacted);
}

#[test]
fn ir_objects_joined_by_handles() {
    let record = read(
        "whois.nic.ir",
        "domain:\t\tshop.example\nascii:\t\tshop.example\nholder-c:\tex1-irnic\nadmin-c:\tex1-irnic\nbill-c:\tex2-irnic\nnserver:\tns1.shop.example\n\
         last-updated:\t2020-02-03\nexpire-date:\t2030-02-03\nsource:\t\tIRNIC # Filtered\n\nnic-hdl:\tex1-irnic\nperson:\t\tAnn Example\n\
         org:\t\tExample Shop\ne-mail:\t\tann@shop.example\n\nnic-hdl:\tex2-irnic\norg:\t\tExample Registrar\n",
    );
    assert_eq!(summary(&record), "shop.example | - | 2020-02-03 | 2030-02-03 | - | ns1.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop | ann@shop.example");
    assert_eq!(record.registrant, record.administrative);
    assert_eq!(who(&record.billing), "- | Example Registrar | -");
}

#[test]
fn jp_keys_in_brackets() {
    let record = read(
        "whois.jprs.jp",
        "[ A database that provides information on network administration.           ]\n\nDomain Information:\n[Domain Name]                   SHOP.EXAMPLE\n\n\
         [Registrant]                    Example Shop\n\n[Name Server]                   ns1.shop.example\n[Name Server]                   ns2.shop.example\n[Signing Key]\n\n\
         [Created on]                    2001/02/03\n[Expires on]                    2030/02/03\n[Status]                        Active\n\
         [Last Updated]                  2020/02/03 01:05:09 (JST)\n\nContact Information:\n[Name]                          Ann Example\n\
         [Email]                         ann@shop.example\n[Postal code]                   100-0001\n[Postal Address]                Port Marlow\n\
         \u{20}                               1 Example Street\n[Phone]                         +1 555 555 0100\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-02T16:05:09Z | 2030-02-03 | - | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(record.registrant.name.as_deref(), Some("Example Shop"));
    assert_eq!(who(&record.administrative), "Ann Example | - | ann@shop.example");
    assert_eq!(record.administrative.street.as_deref(), Some("Port Marlow, 1 Example Street"));
}

#[test]
fn jp_letters_in_front_of_the_keys() {
    let record = read(
        "whois.jprs.jp",
        "Domain Information:\na. [Domain Name]                SHOP.EXAMPLE\ng. [Organization]               Example Shop K.K.\nl. [Organization Type]          KK\n\
         m. [Administrative Contact]     AE001JP\np. [Name Server]                ns1.shop.example\n[State]                         Connected (2030/02/28)\n\
         [Registered Date]               2001/02/03\n[Last Update]                   2020/02/03 01:05:57 (JST)\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | 2020-02-02T16:05:57Z | - | - | ns1.shop.example");
    assert_eq!(record.registrant.organization.as_deref(), Some("Example Shop K.K."));
}

#[test]
fn kr_the_english_half_is_kept() {
    let record = read(
        "whois.kr",
        "query : shop.example\n\n# KOREAN\n\n도메인이름                  : shop.example\n등록인                      : 예제 상점\n등록일                      : 2001. 02. 03.\n\
         등록대행자                  : (주)예제(http://registrar.example)\n\n1차 네임서버 정보\n   호스트이름               : ns1.shop.example\n\n# ENGLISH\n\n\
         Domain Name                 : shop.example\nRegistrant                  : Example Shop\nRegistrant Zip Code         : 04524\n\
         Administrative Contact(AC)  : Ann Example\nAC E-Mail                   : ann@shop.example\nRegistered Date             : 2001. 02. 03.\n\
         Last Updated Date           : 2020. 02. 03.\nExpiration Date             : 2030. 02. 03.\n\
         Authorized Agency           : Example Agency(http://registrar.example)\n\nPrimary Name Server\n   Host Name                : ns1.shop.example\n\n\
         Secondary Name Server\n   Host Name                : ns2.shop.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-03 | 2030-02-03 | Example Agency | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Example Shop | - | -");
    assert_eq!(who(&record.administrative), "Ann Example | - | ann@shop.example");
}

#[test]
fn cn_times_without_a_zone() {
    let record = read(
        "whois.cnnic.cn",
        "Domain Name: shop.example\nROID: 1-cn\nDomain Status: ok\nRegistrant ID: exa1\nRegistrant: 示例商店\nRegistrant Contact Email: ann@shop.example\n\
         Sponsoring Registrar: 示例注册商\nName Server: ns1.shop.example\nRegistration Time: 2001-02-03 12:20:05\nExpiration Time: 2030-02-03 12:48:36\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T12:20:05Z | - | 2030-02-03T12:48:36Z | 示例注册商 | ns1.shop.example"
    );
    assert_eq!(who(&record.registrant), "示例商店 | - | ann@shop.example");
}

#[test]
fn tw_a_person_below_the_organisation() {
    let record = read(
        "whois.twnic.net.tw",
        "Domain Name: shop.example\n   Registrant:\n      Example Shop\n      Ann Example  ann@shop.example\n      +1.5555550100\n      +1.5555550101\n\
         \u{20}     1 Example Street\n      US\n\n   Administrative Contact:\n      Bob Example  bob@shop.example\n      +1.5555550100\n\n\
         \u{20}  Record expires on 2030-02-03 (YYYY-MM-DD)\n   Record created on 2001-02-03 (YYYY-MM-DD)\n\n   Domain servers in listed order:\n\
         \u{20}     ns1.shop.example      192.0.2.1\n      ns2.shop.example\n\nRegistration Service Provider: Example Registrar\nRegistration Service URL: http://registrar.example/\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | - | 2030-02-03 | Example Registrar | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop | ann@shop.example");
    assert_eq!(who(&record.administrative), "Bob Example | - | bob@shop.example");
}

#[test]
fn hk_a_key_as_long_as_a_sentence() {
    let record = read(
        "whois.hkirc.hk",
        "Domain Name: SHOP.EXAMPLE\n\nDomain Status: Active\n\nRegistrar Name: Example Registrar\n\nRegistrar Contact Information: Email: hello@registrar.example\n\n\
         Registrant Contact Information:\n\nCompany English Name (It should be the same as the registered/corporation name on your Business Register Certificate or relevant documents): EXAMPLE SHOP\n\
         Company Chinese name: \nAddress: 1 EXAMPLE STREET\nCountry: HK\nEmail: ann@shop.example\nDomain Name Commencement Date: 03-02-2001\nExpiry Date: 03-02-2030\n\n\
         Technical Contact Information:\n\nFirst name: ANN\nLast name: EXAMPLE\nCompany Name: EXAMPLE HOSTING\nEmail: tech@shop.example\n\n\
         Name Servers Information:\n\nNS1.SHOP.EXAMPLE\nNS2.SHOP.EXAMPLE\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | - | 2030-02-03 | Example Registrar | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "- | EXAMPLE SHOP | ann@shop.example");
    assert_eq!(who(&record.technical), "ANN EXAMPLE | EXAMPLE HOSTING | tech@shop.example");
}

#[test]
fn sg_blank_lines_within_blocks() {
    let record = read(
        "whois.sgnic.sg",
        "    Domain Name:                SHOP.EXAMPLE\n    Registrar:                  EXAMPLE REGISTRAR\n    Creation Date:              03-Feb-2001 12:00:00\n\
         \u{20}   Modified Date:              03-Feb-2020 01:02:03\n    Expiration Date:            03-Feb-2030 12:00:00\n\n    Registrant:\n\n\
         \u{20}       Name:                   EXAMPLE SHOP\n\n    Technical Contact:\n\n        Name:                   ANN EXAMPLE\n        Email:                  ann@shop.example\n\n\
         \u{20}   Name Servers:\n        NS1.SHOP.EXAMPLE\n        NS2.SHOP.EXAMPLE\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T12:00:00Z | 2020-02-03T01:02:03Z | 2030-02-03T12:00:00Z | EXAMPLE REGISTRAR | \
         ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "EXAMPLE SHOP | - | -");
    assert_eq!(who(&record.technical), "ANN EXAMPLE | - | ann@shop.example");
}

#[test]
fn au_the_holder_and_the_person_there() {
    let record = read(
        "whois.auda.org.au",
        "Domain Name: SHOP.EXAMPLE\nLast Modified: 2020-02-03T19:49:19Z\nRegistrar Name: Example Registrar\nStatus: ok https://registry.example/codes#ok\n\
         Registrant Contact ID: EX1\nRegistrant Contact Name: Ann Example\nTech Contact Name: Bob Example\nName Server: NS1.SHOP.EXAMPLE\n\
         Registrant: Example Shop\nEligibility Type: Company\n",
    );
    assert_eq!(summary(&record), "shop.example | - | 2020-02-03T19:49:19Z | - | Example Registrar | ns1.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop | -");
    assert_eq!(record.statuses, ["ok"]);
}

#[test]
fn nz_keys_of_one_word() {
    let record = read(
        "whois.irs.net.nz",
        "version: 5.00\nquery_datetime: 2024-01-01T21:14:20+12:00\ndomain_name: shop.example\nquery_status: 200 Active\n\
         domain_dateregistered: 2001-02-03T00:00:00+13:00\ndomain_datebilleduntil: 2030-02-03T00:00:00+13:00\n\
         domain_datelastmodified: 2020-02-03T23:20:24+13:00\n%\nregistrar_name: Example Registrar\nregistrar_email: hello@registrar.example\n%\n\
         registrant_contact_name: Ann Example\nregistrant_contact_country: NZ (NEW ZEALAND)\nregistrant_contact_email: ann@shop.example\n%\nns_name_01: ns1.shop.example\nns_name_02: ns2.shop.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-02T11:00:00Z | 2020-02-03T10:20:24Z | 2030-02-02T11:00:00Z | Example Registrar | \
         ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | - | ann@shop.example");
    assert_eq!(record.registrant.country_code.as_deref(), Some("NZ"));
}

#[test]
fn br_owner_and_handles() {
    let record = read(
        "whois.registro.br",
        "domain:      shop.example\nowner:       Example Loja\nownerid:     00.000.000/0001-00\nresponsible: Ann Example\ncountry:     BR\nowner-c:     ANE1\n\
         admin-c:     ANE1\nnserver:     ns1.shop.example 192.0.2.1\nnsstat:      20200203 AA\ncreated:     20010203 #1\nexpires:     20300203\n\
         changed:     20200203\nstatus:      published\n\nnic-hdl-br:  ANE1\nperson:      Ann Example\ne-mail:      ann@shop.example\ncreated:     19970203\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | 2020-02-03 | 2030-02-03 | - | ns1.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | Example Loja | ann@shop.example");
    assert_eq!(who(&record.administrative), "Ann Example | - | ann@shop.example");
}

#[test]
fn mx_the_registrars_site_at_the_top() {
    let record = read(
        "whois.mx",
        "Domain Name:       shop.example\n\nCreated On:        2001-02-03\nExpiration Date:   2030-02-03\nLast Updated On:   2020-02-03\n\
         Registrar:         Example Registrar\nURL:               http://registrar.example\nWhois TCP URI:     whois.registrar.example\n\n\
         Registrant:\n   Name:           Ann Example\n   City:           Port Marlow\n\nName Servers:\n   DNS:            ns1.shop.example \n   DNS:            ns2.shop.example \n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-03 | 2030-02-03 | Example Registrar | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(record.registrar.unwrap().url.as_deref(), Some("http://registrar.example"));
    assert_eq!(who(&record.registrant), "Ann Example | - | -");
}

#[test]
fn ar_contacts_without_an_nsset() {
    let record = read(
        "whois.nic.ar",
        "domain:\t\tshop.example\nregistrant:\t50000000001\nregistrar:\tnicar\nregistered:\t2001-02-03 12:21:37.677445\nchanged:\t2020-02-03 12:28:38.182736\n\
         expire:\t\t2030-02-03 00:00:00\n\ncontact:\t50000000001\nname:\t\tANN EXAMPLE\nregistrar:\tnicar\ncreated:\t2013-10-29 00:00:00\n\n\
         nserver:\tns1.shop.example ()\nnserver:\tns2.shop.example (192.0.2.2/32)\nregistrar:\tnicar\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T12:21:37Z | 2020-02-03T12:28:38Z | 2030-02-03T00:00:00Z | nicar | \
         ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "ANN EXAMPLE | - | -");
}

#[test]
fn cl_the_name_as_a_heading() {
    let record = read(
        "whois.nic.cl",
        "shop.example:\n\nACE: shop.example (RFC-3490, RFC-3491, RFC-3492)\n\nExample Tienda\n\nContacto Administrativo (Administrative Contact):\n\
         \u{20}   Nombre      : Ann Example\n    Organización: Example Tienda\n\nServidores de nombre (Domain servers):\n    ns1.shop.example (192.0.2.1)\n    ns2.shop.example\n\n\
         Última modificación al formulario\n    (Database last updated on): 3 de febrero de 2020 (10:10:08 GMT)\n",
    );
    assert_eq!(summary(&record), "shop.example | - | 2020-02-03T10:10:08Z | - | - | ns1.shop.example ns2.shop.example");
    assert_eq!(who(&record.administrative), "Ann Example | Example Tienda | -");
}

#[test]
fn il_the_history_of_changes() {
    let record = read(
        "whois.isoc.org.il",
        "query:        shop.example\n\nreg-name:     shop\ndomain:       shop.example\n\ndescr:        Ann Example\ndescr:        1 Example Street\nphone:        +1 555 555 0100\n\
         e-mail:       ann AT shop.example\nadmin-c:      EX-AE1-IL\nnserver:      ns1.shop.example\nvalidity:     03-02-2030\nstatus:       Transfer Locked\n\
         changed:      registrar AT registry.example 20010203 (Assigned)\nchanged:      registrar AT registry.example 20200203 (Changed)\n\n\
         person:       Bob Example\ne-mail:       bob AT shop.example\nnic-hdl:      EX-AE1-IL\nchanged:      registrar AT registry.example 20210203\n\n\
         registrar name: Example Registrar\nregistrar info: http://registrar.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-03 | 2030-02-03 | Example Registrar | ns1.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | - | ann@shop.example");
    assert_eq!(who(&record.administrative), "Bob Example | - | bob@shop.example");
}

#[test]
fn eu_what_is_not_disclosed() {
    let record = read(
        "whois.eu",
        "% The registry's terms.\nDomain: shop.example\nScript: LATIN\n\nRegistrant:\n        NOT DISCLOSED!\n        Visit www.eurid.eu for webbased WHOIS.\n\n\
         Technical:\n        Organisation: Example Hosting\n        Language: en\n        Email: tech@hosting.example\n\nRegistrar:\n        Name: Example Registrar\n\
         \u{20}       Website: https://registrar.example\n\nName servers:\n        ns1.shop.example (192.0.2.1)\n        ns2.shop.example\n\nThere is more info on the pages of the registry.\n",
    );
    assert_eq!(summary(&record), "shop.example | - | - | - | Example Registrar | ns1.shop.example ns2.shop.example");
    assert!(record.registrant.redacted);
    assert_eq!(who(&record.technical), "- | Example Hosting | tech@hosting.example");
}

#[test]
fn io_one_key_for_every_line_of_the_owner() {
    let record = read(
        "whois.nic.io",
        "Domain : shop.example\nStatus : Live\nExpiry : 2030-02-03\n\nNS 1   : ns1.shop.example\nNS 2   : ns2.shop.example\n\nOwner  : Ann Example\n\
         Owner  : Example Shop\nOwner  : 1 Example Street\nOwner  : US\n",
    );
    assert_eq!(summary(&record), "shop.example | - | - | 2030-02-03 | - | ns1.shop.example ns2.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop | -");
    assert_eq!(record.registrant.country_code.as_deref(), Some("US"));
}

#[test]
fn me_the_older_layout_of_the_generic_domains() {
    let record = read(
        "whois.nic.me",
        "Domain ID:D1-ME\nDomain Name:SHOP.EXAMPLE\nDomain Create Date:03-Feb-2001 17:17:40 UTC\nDomain Last Updated Date:03-Feb-2020 09:15:22 UTC\n\
         Domain Expiration Date:03-Feb-2030 17:17:40 UTC\nSponsoring Registrar:Example Registrar R12-ME (9999)\nDomain Status:CLIENT HOLD\n\
         Registrant Name:Ann Example\nRegistrant E-mail:ann@shop.example\nNameservers:NS1.SHOP.EXAMPLE\nNameservers:NS2.SHOP.EXAMPLE\nNameservers:\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T17:17:40Z | 2020-02-03T09:15:22Z | 2030-02-03T17:17:40Z | Example Registrar R12-ME (9999) | \
         ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | - | ann@shop.example");
}

#[test]
fn tk_month_first() {
    let record = read(
        "whois.dot.tk",
        "   Domain name:\n      SHOP.EXAMPLE is Active\n\n   Owner contact:\n      Organization: Example Shop\n      Name:         Ann Example\n      E-mail:       ann@shop.example\n\n\
         \u{20}  Domain Nameservers:\n      NS1.SHOP.EXAMPLE\n      NS2.SHOP.EXAMPLE\n\n   Domain registered: 02/03/2001\n   Record will expire on: 02/04/2030\n\
         \u{20}  Record maintained by: Dot TK Domain Registry\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | 2030-02-04 | - | ns1.shop.example ns2.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop | ann@shop.example");
}

#[test]
fn ee_lv_and_kz_sections_at_the_margin() {
    let ee = read(
        "whois.tld.ee",
        "Domain:\nname:       shop.example\nstatus:     ok (paid and in zone)\nregistered: 2001-02-03 04:34:46 +03:00\nchanged:    2020-02-03 17:50:09 +03:00\nexpire:     2030-02-03\n\n\
         Registrant:\nname:       Ann Example\nemail:      Not Disclosed - Visit www.internet.ee for webbased WHOIS\nchanged:    2019-10-07 17:50:09 +03:00\n\n\
         Registrar:\nname:       Example Registrar OÜ\nurl:        http://registrar.example\n\nName servers:\nnserver:   ns1.shop.example\nchanged:   2010-11-10 14:15:06 +02:00\n",
    );
    assert_eq!(
        summary(&ee),
        "shop.example | 2001-02-03T01:34:46Z | 2020-02-03T14:50:09Z | 2030-02-03 | Example Registrar OÜ | ns1.shop.example"
    );
    let lv = read(
        "whois.nic.lv",
        "[Domain]\nDomain: shop.example\nStatus: active\n\n[Holder]\nType: Legal person\nName: Example Veikals\nEmail: ann@shop.example\n\n[Registrar]\nType: Legal person\n\
         Name: Example Registrar\n\n[Nservers]\nNserver: ns1.shop.example\n\n[Whois]\nUpdated: 2024-01-01T18:12:27+00:00\n",
    );
    assert_eq!(summary(&lv), "shop.example | - | - | - | Example Registrar | ns1.shop.example");
    assert_eq!(who(&lv.registrant), "Example Veikals | Example Veikals | ann@shop.example");
    let kz = read(
        "whois.nic.kz",
        "Domain Name............: shop.example\n\nOrganization Using Domain Name\nName...................: Ann Example\nOrganization Name......: Example Shop\n\n\
         Nameserver in listed order\n\nPrimary server.........: ns1.shop.example\nPrimary ip address.....: 192.0.2.1\n\nSecondary server.......: ns2.shop.example\n\n\
         Domain created: 2001-02-03 13:01:43 (GMT+0:00)\nLast modified : 2020-02-03 03:16:59 (GMT+0:00)\nDomain status : ok - Normal state.\n\nCurrent Registar: EXAMPLE\n",
    );
    assert_eq!(
        summary(&kz),
        "shop.example | 2001-02-03T13:01:43Z | 2020-02-03T03:16:59Z | - | EXAMPLE | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&kz.registrant), "Ann Example | Example Shop | -");
}

#[test]
fn layouts_of_which_one_registry_is_known() {
    let bg = read(
        "whois.register.bg",
        "DOMAIN NAME: shop.example\nactivated on: 03/02/2001 00:00:00 EET\nexpires at: 03/02/2030 00:00:00 EET\nregistration status: Registered\n\nREGISTRANT:\nExample Shop\n  1 Example Street\n\n\
         ADMINISTRATIVE CONTACT:\n  Ann Example\n  ann@shop.example\n  Example Agency\n  1 Example Street\n\nNAME SERVER INFORMATION:\nns1.shop.example \n",
    );
    assert_eq!(summary(&bg), "shop.example | 2001-02-02T22:00:00Z | - | 2030-02-02T22:00:00Z | - | ns1.shop.example");
    assert_eq!(who(&bg.administrative), "Ann Example | Example Agency | ann@shop.example");
    let im = read(
        "whois.nic.im",
        "Domain Name:\tshop.example\nDomain Managers\nName: Example Registrar\nAddress\n1 Example Street\nDomain Owners / Registrant\nName: Ann Example\nAddress\n2 Example Street\n\
         Domain Details\nExpiry Date: 03/02/2030 23:59:52\nName Server: ns1.shop.example.\n",
    );
    assert_eq!(summary(&im), "shop.example | - | - | 2030-02-03T23:59:52Z | Example Registrar | ns1.shop.example");
    assert_eq!(im.registrant.street.as_deref(), Some("2 Example Street"));
    let kg = read(
        "whois.domain.kg",
        "Domain SHOP.EXAMPLE\n\nRecord created: Sat Feb 3 09:42:42 2001\nRecord expires on Sun Feb 3 23:59:00 2030\n\nName servers in the listed order:\n\nNS1.SHOP.EXAMPLE\n",
    );
    assert_eq!(summary(&kg), "shop.example | 2001-02-03T09:42:42Z | - | 2030-02-03T23:59:00Z | - | ns1.shop.example");
    let gandi = read(
        "whois.gandi.net",
        "domain: shop.example\nreg_created: 2001-02-03 10:09:21\nexpires: 2030-02-03 14:09:56\nchanged: 2020-02-03 11:07:35\nns0: ns1.shop.example 192.0.2.1\nowner-c:\n  nic-hdl: EX1\n  owner-name: Example\n\
         \u{20} organisation: Example Shop\n  person: Ann Example\n  email: ann@shop.example\n  lastupdated: 2013-08-13 10:23:30\n",
    );
    assert_eq!(
        summary(&gandi),
        "shop.example | 2001-02-03T10:09:21Z | 2020-02-03T11:07:35Z | 2030-02-03T14:09:56Z | - | ns1.shop.example"
    );
    assert_eq!(who(&gandi.registrant), "Ann Example | Example Shop | ann@shop.example");
    let lu = read(
        "whois.dns.lu",
        "domainname:     shop.example\ndomaintype:     ACTIVE\nnserver:        ns1.shop.example\nownertype:      ORGANISATION\norg-name:       Example Shop\norg-country:    LU\nadm-name:       Ann Example\n\
         adm-email:      ann@shop.example\nregistrar-name: Example Registrar\n",
    );
    assert_eq!(summary(&lu), "shop.example | - | - | - | Example Registrar | ns1.shop.example");
    assert_eq!(who(&lu.administrative), "Ann Example | - | ann@shop.example");
    let ca = read(
        "whois.cira.ca",
        "Domain name:           shop.example\nDomain status:         registered\nCreation date:         2001/02/03\nExpiry date:           2030/02/03\n\nRegistrar:\n    Name:              Example Registrar\n    Number:            9999\n\n\
         Registrant:\n    Name:              Ann Example\n\nAdministrative contact:\n    Name:              Bob Example\n    Postal address:    1 Example Street\n                       Port Marlow\n    Email:             bob@shop.example\n\n\
         Name servers:\n    ns1.shop.example\n    ns2.shop.example\n",
    );
    assert_eq!(
        summary(&ca),
        "shop.example | 2001-02-03 | - | 2030-02-03 | Example Registrar | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(ca.administrative.street.as_deref(), Some("1 Example Street, Port Marlow"));
}

#[test]
fn iana_roles_instead_of_handles() {
    let record = read(
        "whois.iana.org",
        "% IANA WHOIS server\n\ndomain:       EXAMPLE\n\norganisation: Example Registry\n\ncontact:      administrative\nname:         Ann Example\norganisation: Example Registry\ne-mail:       ann@registry.example\n\n\
         contact:      technical\nname:         Bob Example\n\nnserver:      A.NIC.EXAMPLE 192.0.2.1 2001:db8::1\n\nwhois:        whois.nic.example\n\nstatus:       ACTIVE\n\ncreated:      2001-02-03\nchanged:      2020-02-03\nsource:       IANA\n",
    );
    assert_eq!(summary(&record), "example | 2001-02-03 | 2020-02-03 | - | - | a.nic.example");
    assert_eq!(who(&record.administrative), "Ann Example | Example Registry | ann@registry.example");
    assert_eq!(who(&record.technical), "Bob Example | - | -");
}

#[test]
fn lines_that_were_doubled_are_read_as_if_they_were_not() {
    let record = read(
        "whois.dns.pl",
        "DOMAIN NAME:           shop.example \n\nregistrant type:       organization \n\nnameservers:           ns1.shop.example. \n\n\
         \u{20}                      ns2.shop.example. \n\ncreated:               2001.02.03 06:45:12 \n\nrenewal date:          2030.02.03 13:00:00 \n\n\
         REGISTRAR: \n\nExample Registrar\n\nul. Przykladowa 1\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T06:45:12Z | - | 2030-02-03T13:00:00Z | Example Registrar | ns1.shop.example ns2.shop.example"
    );
}

#[test]
fn the_answer_of_iana_stands_above_the_registrys() {
    let text = "% IANA WHOIS server\n\nrefer:        whois.nic.example\n\ndomain:       EXAMPLE\n\nnserver:      A.NIC.EXAMPLE\n\ncreated:      1985-01-01\n\
                source:       IANA\n\n   Domain Name: SHOP.EXAMPLE\n   Registrar: Example Registrar\n   Creation Date: 2001-02-03\n";
    let parsed = parse(text, &Origin::default());
    let record = parsed.record.unwrap();
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | - | Example Registrar | ");
    assert!(parsed.unparsed.lines().any(|line| line == "nserver:      A.NIC.EXAMPLE"), "{}", parsed.unparsed);
}

#[test]
fn a_name_with_a_key_and_its_address_without() {
    let th = read(
        "whois.thnic.co.th",
        "Domain: SHOP.EXAMPLE\nRegistrar: Example Registrar\nName Server: NS1.SHOP.EXAMPLE\nUpdated date: 3 Feb 2020\nCreated date: 3 Feb 2001\n\
         Exp date: 3 Feb 2030\nDomain Holder: Ann Example\n1 Example Street\nUS\n\nTech Contact: 13244\nBob Example\n2 Example Street\n",
    );
    assert_eq!(
        summary(&th),
        "shop.example | 2001-02-03 | 2020-02-03 | 2030-02-03 | Example Registrar | ns1.shop.example"
    );
    assert_eq!(who(&th.registrant), "Ann Example | - | -");
    assert_eq!(th.registrant.street.as_deref(), Some("1 Example Street"));
    assert_eq!(who(&th.technical), "Bob Example | - | -");
    let ch = read(
        "whois.nic.ch",
        "Domain name\tshop.example\n\nHolder\tExample Shop GmbH\nDomain Administrator\n1 Beispielweg\n\nRegistrar\tExample Registrar\n",
    );
    assert_eq!(who(&ch.registrant), "Domain Administrator | Example Shop GmbH | -");
    let rs = read(
        "whois.rnids.rs",
        "Domain name: shop.example.\nRegistration date: 03.02.2001 12:31:19\n\nOwner: Ann Example\nAddress: 1 Primer\n\nDNS: ns1.shop.example. - \nDNS: ns2.shop.example. - 192.0.2.2\n",
    );
    assert_eq!(summary(&rs), "shop.example | 2001-02-03T12:31:19Z | - | - | - | ns1.shop.example ns2.shop.example");
    assert_eq!(rs.registrant.street.as_deref(), Some("1 Primer"));
}

#[test]
fn keys_and_values_that_blanks_part() {
    let sk = read(
        "whois.sk-nic.sk",
        "Domain-name         shop.example\nAdmin-id            AE-0001\nAdmin-name          Ann Example\nAdmin-email         ann@shop.example\n\
         dns_name            ns1.shop.example\nLast-update         2020-02-03\nValid-date          2030-02-03\nDomain-status       DOM_OK\n",
    );
    assert_eq!(summary(&sk), "shop.example | - | 2020-02-03 | 2030-02-03 | - | ns1.shop.example");
    assert_eq!(who(&sk.administrative), "Ann Example | - | ann@shop.example");
    let hichina = read(
        "grs-whois.hichina.com",
        "Domain Name ..................... shop.example\nSponsoring Registrar ............ EXAMPLE REGISTRAR\nName Server ..................... ns1.shop.example\n\
         \u{20}                                 ns2.shop.example\nRegistrant Name ................. Ann Example\nAdministrative Address .......... 1 Example Street,\n\
         \u{20}                                 Port Marlow\nDomain Create Date .............. 2001-02-03 12:00:00\n",
    );
    assert_eq!(
        summary(&hichina),
        "shop.example | 2001-02-03T12:00:00Z | - | - | EXAMPLE REGISTRAR | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(hichina.administrative.street.as_deref(), Some("1 Example Street, Port Marlow"));
}

#[test]
fn the_registrar_is_not_who_resells_its_names() {
    let record = read(
        "whois.tucows.com",
        "Registrant:\n Ann Example\n 1 Example Street\n\n Domain name: SHOP.EXAMPLE\n\n Registration Service Provider:\n    Example Reseller, hello@reseller.example\n\n\
         \u{20}Registrar of Record: EXAMPLE REGISTRAR\n Record created on 03-Feb-2001.\n\n Domain status: clientHold\n                serverHold\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | - | EXAMPLE REGISTRAR | ");
    assert_eq!(record.statuses, ["clientHold", "serverHold"]);
}

#[test]
fn a_holder_without_a_word_for_one() {
    let by = read(
        "whois.cctld.by",
        "Domain name: shop.example\nRegistrar: Example Registrar\nOrg: Example Shop\nCountry: BY\nEmail: HIDDEN! Details are available at https://whois.cctld.by\n\
         Name Server: ns1.shop.example\nCreation Date: 2001-02-03\n",
    );
    assert_eq!(who(&by.registrant), "- | Example Shop | -");
    assert!(by.registrant.redacted);
    let lt = read(
        "whois.domreg.lt",
        "Domain:\t\t\tshop.example\nStatus:\t\t\tregistered\nRegistered:\t\t2001-02-03\n%\nRegistrar:\t\tExample Registrar\nRegistrar email:\thello@registrar.example\n%\n%\n\
         Contact name:\t\tAnn Example\nContact email:\t\tann@shop.example\n%\nNameserver:\t\tns1.shop.example\t\n",
    );
    assert_eq!(summary(&lt), "shop.example | 2001-02-03 | - | - | Example Registrar | ns1.shop.example");
    assert_eq!(who(&lt.registrant), "Ann Example | - | ann@shop.example");
    let ua = read(
        "whois.ua",
        "domain:     shop.example\nadmin-c:    AE1-UANIC\ntech-c:     AE1-UANIC\nstatus:     OK-UNTIL 20300203000000\nnserver:    ns1.shop.example\ncreated:    0-UANIC 20010203000000\n\n\
         % Administrative Contact:\n% ======================\nnic-handle:     AE1-UANIC\norganization:   Example Shop\ne-mail:         ann@shop.example\nchanged:        AE1-UANIC 20080902125247\n",
    );
    assert_eq!(summary(&ua), "shop.example | 2001-02-03T00:00:00Z | - | 2030-02-03T00:00:00Z | - | ns1.shop.example");
    assert_eq!(who(&ua.administrative), "- | Example Shop | ann@shop.example");
    assert_eq!(ua.administrative, ua.technical);
}

#[test]
fn objects_of_which_only_descriptions_are_left() {
    let hr = read(
        "whois.dns.hr",
        "domain:    shop.example\ndescr:     Example Trgovina d.o.o.\ndescr:     Primjer 1\nexpires:   20300203\nsource:    DNSHR\n",
    );
    assert_eq!(summary(&hr), "shop.example | - | - | 2030-02-03 | - | ");
    assert_eq!(who(&hr.registrant), "Example Trgovina d.o.o. | Example Trgovina d.o.o. | -");
    assert_eq!(hr.registrant.street.as_deref(), Some("Primjer 1"));
    let ug = read(
        "whois.co.ug",
        "Domain:             shop.example\nDescription:        Ann Example\nRegistered:         3rd February, 2001\nAdmin Contact:      Bob Example\n\
         Nameserver:         ns1.shop.example\nUpdated:            03/02/2020 23:27:38 EAT\n\nAdmin Contact:      Bob Example\nAddress:            1 Example Street\n\
         Phone:              +1.5555550100\nUpdated:            03/02/2021 01:33:43 EAT\n",
    );
    assert_eq!(summary(&ug), "shop.example | 2001-02-03 | 2020-02-03T20:27:38Z | - | - | ns1.shop.example");
    assert_eq!(who(&ug.administrative), "Bob Example | - | -");
    assert_eq!(ug.administrative.phone.as_deref(), Some("+1.5555550100"));
}
