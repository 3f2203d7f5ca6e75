//! The layouts of registrars, most of them older than the agreed one: names under .com and .net had no other registry to
//! speak for them, and every registrar spoke in its own way. Invented values throughout.

use super::formats::{read, summary, who};

#[test]
fn network_solutions_prints_a_phone_and_a_fax_on_one_line() {
    let record = read(
        "",
        "Registrant:\nExample Systems, Inc. \n   1 Example Street\n   Port Marlow, VA 20190\n   US\n\n   Domain Name: SHOP.EXAMPLE\n\n\
         \u{20}  ------------------------------------------------------------------------\n   Promote your business to millions of viewers\n\n\
         \u{20}  Administrative Contact:\n      Example, Ann\t\tann@shop.example\n      Example Systems, Inc.\n      1 Example Street\n      US\n\
         \u{20}     555-555-0100 fax: 555-555-0101\n\n\n   Record expires on 03-Feb-2030.\n   Record created on 03-Feb-2001.\n\n\
         \u{20}  Domain servers in listed order:\n\n   NS1.SHOP.EXAMPLE           192.0.2.1     \n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | 2030-02-03 | - | ns1.shop.example");
    assert_eq!(who(&record.administrative), "Example, Ann | Example Systems, Inc. | ann@shop.example");
    assert_eq!(record.administrative.phone.as_deref(), Some("555-555-0100"));
    assert_eq!(record.administrative.fax.as_deref(), Some("555-555-0101"));
}

#[test]
fn melbourne_it_leads_to_its_values_with_dots() {
    let record = read(
        "",
        "\nDomain Name.......... shop.example\n  Creation Date........ 2001-02-03\n  Registration Date.... 2009-02-03\n\
         \u{20} Expiry Date.......... 2030-02-03\n  Organisation Name.... Example Shop Ltd\n  Organisation Address. 1 Example Street\n\
         \u{20} Organisation Address. \n  Organisation Address. Port Marlow\n\nAdmin Name........... Ann Example\n\
         \u{20} Admin Address........ 1 Example Street\n  Admin Address........ \n  Admin Email.......... ann@shop.example\n\
         \u{20} Admin Fax............ \n  Name Server.......... NS1.SHOP.EXAMPLE\n",
    );
    assert_eq!(summary(&record), "shop.example | 2001-02-03 | - | 2030-02-03 | - | ns1.shop.example");
    assert_eq!(who(&record.registrant), "- | Example Shop Ltd | -");
    assert_eq!(record.registrant.street.as_deref(), Some("1 Example Street, Port Marlow"));
    assert_eq!(who(&record.administrative), "Ann Example | - | ann@shop.example");
}

#[test]
fn moniker_prints_a_number_in_its_headings() {
    let record = read(
        "",
        "Domain Name: SHOP.EXAMPLE\nRegistrar: EXAMPLE REGISTRAR\n\nRegistrant [1000001]:\n        Ann Example ann@shop.example\n\
         \u{20}       Example Shop Ltd\n        1 Example Street\n        US\n\nTechnical Contact [1000002]:\n        Bob Example bob@shop.example\n\
         \u{20}       US\n        Phone: +1.5555550100\n\nDomain servers in listed order:\n\n        NS1.SHOP.EXAMPLE\n\n\
         \u{20}       Record created on:        2001-02-03 15:44:50.0\n        Domain Expires on:        2030-02-03 15:44:51.0\n",
    );
    assert_eq!(
        summary(&record),
        "shop.example | 2001-02-03T15:44:50Z | - | 2030-02-03T15:44:51Z | EXAMPLE REGISTRAR | ns1.shop.example"
    );
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop Ltd | ann@shop.example");
    assert_eq!(who(&record.technical), "Bob Example | - | bob@shop.example");
    assert_eq!(record.technical.phone.as_deref(), Some("+1.5555550100"));
}

#[test]
fn joker_joins_contacts_by_a_key_of_its_own() {
    let record = read(
        "",
        "domain:          shop.example\nstatus:          lock\nowner:           Ann Example\norganization:    Example GmbH\n\
         email:           ann@shop.example\nadmin-c:         CCOM-1234\ntech-c:          CCOM-1235\nnserver:         ns1.shop.example 192.0.2.1\n\
         created:         2001-02-03 22:29:27 UTC\n\ncontact-hdl:     CCOM-1234\nperson:          Bob Example\n\
         email:           bob@shop.example\n\ncontact-hdl:     CCOM-1235\nperson:          Tim Example\n",
    );
    assert_eq!(who(&record.registrant), "Ann Example | Example GmbH | ann@shop.example");
    assert_eq!(who(&record.administrative), "Bob Example | - | bob@shop.example");
    assert_eq!(who(&record.technical), "Tim Example | - | -");
}

#[test]
fn first_and_last_names_have_short_keys() {
    let record = read(
        "",
        "DOMAIN: SHOP.EXAMPLE\n\nRSP: registrar.example\nURL: http://registrar.example/\n\nowner-contact: P-AXE1\n\
         owner-organization: Example GmbH\nowner-fname: Ann\nowner-lname: Example\nowner-country: DE\nowner-email: ann@shop.example\n\n\
         nameserver: NS1.SHOP.EXAMPLE 192.0.2.1\n",
    );
    assert_eq!(summary(&record), "shop.example | - | - | - | registrar.example | ns1.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | Example GmbH | ann@shop.example");
    let record = read(
        "",
        "domain:                     shop.example\nregistration-expiration:    03-Feb-2030\n\nregistrant-firstname:       Ann\n\
         registrant-lastname:        Example\nregistrant-ccode:           DE\n",
    );
    assert_eq!(record.registrant.name.as_deref(), Some("Ann Example"));
    assert_eq!(record.registrant.country_code.as_deref(), Some("DE"));
}

#[test]
fn a_province_is_no_status_and_a_number_in_brackets_no_street() {
    let record = read(
        "",
        "Domain Name ..................... SHOP.EXAMPLE\nName Server ..................... ns1.shop.example\n\
         \u{20}                                 ns2.shop.example\nRegistrant Province/State ....... Exampleshire\n\
         Registrant Phone Number ......... +86.5555550100 - \nExpiration Date ................. 2030-02-03 03:06:39\n",
    );
    assert_eq!(summary(&record), "shop.example | - | - | 2030-02-03T03:06:39Z | - | ns1.shop.example ns2.shop.example");
    assert_eq!(record.statuses, [""; 0]);
    assert_eq!(record.registrant.state.as_deref(), Some("Exampleshire"));
    assert_eq!(record.registrant.phone.as_deref(), Some("+86.5555550100"));
    let record = read(
        "",
        "Registrant:\n        Example Inc.\n        (DOM-1000001)\n        1 Example Street\n        US\n\n    Domain Name: shop.example\n\n\
         \u{20}   Administrative Contact:\n        DNS Admin\n        (NIC-1000002)\n        Example Inc.\n        1 Example Street\n\
         \u{20}       dns@shop.example\n    Created on..............: 2001-02-03.\n",
    );
    assert_eq!(record.registrant.street.as_deref(), Some("1 Example Street"));
    assert_eq!(who(&record.administrative), "DNS Admin | Example Inc. | dns@shop.example");
}

#[test]
fn a_label_may_have_an_empty_line_in_it() {
    let text = "Domain name: shop.example\n\nRegistrant Contact:\n   Example Shop Ltd\n   Ann Example ()\n   \n   Fax: \n\
                \u{20}  1 Example Street\n   Port Marlow, CA 90064\n   US\n\nStatus: Locked\n\nName Servers:\n   ns1.shop.example\n   \n\
                Creation date: 03 Feb 2001 19:16:00\n";
    let record = read("", text);
    assert_eq!(summary(&record), "shop.example | 2001-02-03T19:16:00Z | - | - | - | ns1.shop.example");
    assert_eq!(who(&record.registrant), "Ann Example | Example Shop Ltd | -");
    assert_eq!(record.registrant.street.as_deref(), Some("1 Example Street, Port Marlow, CA 90064"));
    assert_eq!(record.registrant.country_code.as_deref(), Some("US"));
}
