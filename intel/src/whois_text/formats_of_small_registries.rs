//! The layouts of registries that few people ask, and that still are somebody's. Invented values throughout.

use super::{
    Class, Origin,
    formats::{read, summary, who},
    parse,
};

#[test]
fn my_handles_stand_in_the_headings() {
    let record = read(
        "",
        "Welcome to .my DOMAIN REGISTRY Whois Server.\n  Note: the query limit is 500 per day from the same IP.\n\n\
         a [Domain Name]                 shop.example\nc [Record Created]              03-FEB-2001\nd [Record Expired]              03-FEB-2030\n\
         e [Record Last Modified]        03-FEB-2020\nf [Invoicing Party]                            R014\n  Somebody Else\n\n\
         g [Registrant Code]                            SHOP4.ORG\n  Example Shop Sdn. Bhd.\n  (000000-X)\n  1 Jalan Example\n  (Tel) 60-55550100\n\n\
         h [Administrative Contact Code]                ANN3.CON\n  Ann Example\n  Example Shop Sdn. Bhd.\n  1 Jalan Example\n  ann@shop.example\n\n\
         \u{20}k [Primary Name Server]              NS1.SER\t\t\n  ns1.shop.example                     192.0.2.1       \n  \n\
         \u{20}l [Secondary Name Server]            NS2.SER\t\n  ns2.shop.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03 | 2020-02-03 | 2030-02-03 | - | ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Example Shop Sdn. Bhd. | Example Shop Sdn. Bhd. | -");
    assert_eq!(record.registrant.phone.as_deref(), Some("60-55550100"));
    assert_eq!(who(&record.administrative), "Ann Example | Example Shop Sdn. Bhd. | ann@shop.example");
}

#[test]
fn my_a_limit_in_the_greeting_is_no_refusal() {
    let text = "Welcome to .my DOMAIN REGISTRY Whois Server.\n        Please note that the query limit is 500 per day from the same IP.\n\n\
                Domain Name shop.example does not exist in database\n";
    assert_eq!(parse(text, &Origin::default()).class, Class::Available);
}

#[test]
fn dz_keys_in_french_and_dots_behind_the_colon() {
    let record = read(
        "",
        "--------------DZ NIC Whois Server ------------------\n\nDOMAINE:.................shop.example\nREGISTRAR:...............\n\
         ETAT:....................actif\nORGANISME:...............Example Shop\nCONTACT ADMIN:...........Ann Example\n\
         ORGANISME ADMIN:.........Example Shop\nEMAIL ADMIN:.............ann@shop.example\nCONTACT TECH:............Bob Example\n",
    );
    assert_eq!(record.domain, "shop.example");
    assert_eq!(who(&record.registrant), "- | Example Shop | -");
    assert_eq!(who(&record.administrative), "Ann Example | Example Shop | ann@shop.example");
    assert_eq!(who(&record.technical), "Bob Example | - | -");
}

#[test]
fn coop_a_contact_says_first_whose_it_is() {
    let record = read(
        "",
        "Domain ID:               1D-COOP\nDomain Name:             shop.example\nExpiry Date:             03 Feb 2030 22:12:44 UTC\n\
         Sponsoring registrar:    registrar.example\nCreated by:              REG\nCreated:                 03 Feb 2001 22:12:44 UTC\n\n\
         Contact Type:            registrant\nContact ID:              1C-COOP\nName:                    Ann Example\nEmail:                   ann@shop.example\n\n\
         Contact Type:            tech\nContact ID:              2C-COOP\nName:                    Bob Example\n\n\
         Host ID:                 1H-COOP\nHost Name:               ns1.shop.example\n\nHost ID:                 2H-COOP\nHost Name:               ns2.shop.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T22:12:44Z | - | 2030-02-03T22:12:44Z | registrar.example | \
         ns1.shop.example ns2.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | - | ann@shop.example");
    assert_eq!(who(&record.technical), "Bob Example | - | -");
}

#[test]
fn no_name_servers_are_objects_like_contacts() {
    let record = read(
        "",
        "NORID Handle...............: SHO1D-NORID\nDomain Name................: shop.example\nDomain Holder Handle.......: SHO1O-NORID\n\
         Name Server Handle.........: NS1H-NORID\n\nAdditional information:\nCreated:         2001-02-03\nLast updated:    2020-02-03\n\n\
         NORID Handle...............: SHO1O-NORID\nType.......................: organization\nName.......................: Example AS\n\n\
         NORID Handle...............: NS1H-NORID\nName Server Name...........: ns1.shop.example\n\nAdditional information:\n\
         Created:         1999-02-03\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | 2020-02-03 | - | - | ns1.shop.example");
    assert_eq!(who(&record.registrant), "Example AS | Example AS | -");
}

#[test]
fn sk_the_registrar_is_an_object_behind_a_handle() {
    let record = read(
        "",
        "Domain:                       shop.example\nRegistrant:                   shop-292\nRegistrar:                    REGR-0002\n\
         Created:                      2001-02-03\nNameserver:                   ns1.shop.example\n\nRegistrar:                    REGR-0002\n\
         Name:                         Example Registrar s. r. o.\nEmail:                        hostmaster@registrar.example\n\
         Created:                      2017-09-01\n\nContact:                      shop-292\nName:                         Ann Example\n\
         Email:                        ann@shop.example\nRegistrar:                    REGR-0002\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | - | Example Registrar s. r. o. | ns1.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | - | ann@shop.example");
}

#[test]
fn keys_with_numbers_and_blanks_in_them() {
    let record = read(
        "",
        "\nDomain : shop.example\nCreated on : 2001-02-03\nExpires on : 2030-02-03\n\nDomain server 1 : ns1.shop.example\n\
         Domain server 2 : ns2.shop.example\n\nRegistrant name : EXAMPLE\nRegistrant address 1 : 1 RUE EXAMPLE\nRegistrant address 5 : PORT MARLOW\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | 2030-02-03 | - | ns1.shop.example ns2.shop.example");
    assert_eq!(record.registrant.street.as_deref(), Some("1 RUE EXAMPLE, PORT MARLOW"));
    let record = read(
        "",
        "Domain  name              shop.example\nDomain state              OK\nRegistered on             2001-02-03\n\
         Expires    on             2030-02-03\nNameserver                ns1.shop.example\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | 2030-02-03 | - | ns1.shop.example");
    let record = read(
        "",
        "Domain Name:SHOP.EXAMPLE\nCreated On:03-Feb-2001 13:33:21 UTC\nRegistrant Street1:1600 Example Parkway\nName Server:NS1.SHOP.EXAMPLE\n",
    );
    assert_eq!(record.registrant.street.as_deref(), Some("1600 Example Parkway"));
    let record = read(
        "",
        "domain: shop.example\ndate_approved: 2001-02-03 16:03:30\ndate_renewal: 2030-02-03\nns1_hostname: ns1.shop.example\nns1_netaddress: 192.0.2.1\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03T16:03:30Z | - | 2030-02-03 | - | ns1.shop.example");
}

#[test]
fn ve_handles_in_lower_case_and_accents_that_come_and_go() {
    let record = read(
        "",
        "Titular: \nAnn Example (shop-dom)\t\tann@shop.example\n   Example Shop\n   1 Calle Example\n   1-555-5550100 (FAX) 1-555-5550101\n\n\
         \u{20}  Nombre de Dominio: shop.example\n\n   Contacto Administrativo: \n      Bob Example (shop-adm)\t\tbob@shop.example\n\n\
         \u{20}  Fecha de Vencimiento: 2030-02-03 00:00:00\n   Ultima Actualización: 2020-02-03 21:12:12\n   Fecha de Creación: 2001-02-03 00:00:00\n\n\
         \u{20}  Servidor(es) de Nombres de Dominio:\n\n   - ns1.shop.example\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T00:00:00Z | 2020-02-03T21:12:12Z | 2030-02-03T00:00:00Z | - | ns1.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop | ann@shop.example");
    assert_eq!(who(&record.administrative), "Bob Example | - | bob@shop.example");
}

#[test]
fn to_name_servers_and_nothing_else() {
    let record = read("", "Tonic whoisd V1.1\nshop ns1.shop.example\nshop ns2.shop.example\n");
    assert_eq!(record.name_servers, ["ns1.shop.example", "ns2.shop.example"]);
}

#[test]
fn ua_values_in_the_letters_of_the_country_where_the_others_say_nothing() {
    let record = read(
        "",
        "domain:           shop.example\nnserver:          ns1.shop.example\nsource:           UAEPP\n\n% Registrant:\n% ===========\n\
         person:           n/a\nperson-loc:       \u{410}\u{43d}\u{43d}\u{430}\norganization-loc: Example Shop\naddress:          n/a\n\
         address-loc:      1 Example Street\ne-mail:           ann@shop.example\n",
    );
    assert_eq!(who(&record.registrant), "\u{410}\u{43d}\u{43d}\u{430} | Example Shop | ann@shop.example");
    assert_eq!(record.registrant.street.as_deref(), Some("1 Example Street"));
}

#[test]
fn a_premium_name_can_be_had_and_a_protected_one_cannot() {
    for (text, expected) in [
        ("This premium domain is available for purchase at https://registry.example/", Class::Available),
        ("This platinum domain is available for purchase.", Class::Available),
        ("The owner subscribes to the Uni EPS service for this label.", Class::Reserved),
        ("Reserved Domain Name", Class::Reserved),
    ] {
        assert_eq!(parse(text, &Origin::default()).class, expected, "{text}");
    }
}

#[test]
fn a_privacy_service_is_no_holder_but_it_is_text() {
    let text = "Domain Name: SHOP.EXAMPLE\nRegistrar: Example Registrar\nCreation Date: 2001-02-03\nRegistrant Name: WhoisGuard Protected\n\
                Registrant Organization: WhoisGuard, Inc.\nRegistrant Country: PA\nAdmin Name: REDACTED FOR PRIVACY\n";
    let parsed = parse(text, &Origin::default());
    let record = parsed.record.unwrap();
    assert_eq!(who(&record.registrant), "- | - | -");
    assert!(record.registrant.privacy_service.is_some());
    assert_eq!(who(&parsed.written.registrant), "WhoisGuard Protected | WhoisGuard, Inc. | -");
    assert_eq!(parsed.written.registrant.country_code.as_deref(), Some("PA"));
    assert_eq!(parsed.written.administrative.name, None);
}
