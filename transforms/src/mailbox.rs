//! Mailboxes: the domain they are at, and whether anybody reads them.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, Provenance, Record, noise, record::MailboxCheck};
use maltego::{
    Entity, InputKind, Link, Message, Overlay, OverlayKind, OverlayPosition, TransformDefinition, entity_types,
};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::{name_entity, value_of, with_proof},
    error::RunError,
    observables,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
    walk::{Shown, walk},
    whois_entity::registered,
};

/// EmailAddress → Domain, DNSName.
#[derive(Debug)]
pub(crate) struct EmailToDomain;

static DOMAIN: Declaration = Declaration {
    definition: TransformDefinition {
        name: "email_to_domain",
        display_name: "To Domain [mailbox]",
        description: "The domain that the mailbox is at and, where that lies below another one, the registered domain. \
                      Asks nobody.",
        inputs: &[&entity_types::EMAIL_ADDRESS],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        set: sets::REGISTRATION,
        settings: &[],
    },
    lookups: &[],
    exposure: Exposure::Local,
    price_class: PriceClass::Free,
};

#[async_trait]
impl Transform for EmailToDomain {
    fn declaration(&self) -> &'static Declaration {
        &DOMAIN
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let email = observables::email(run.input())?;
        let host = email.domain();
        let provenance = Provenance::of(format!("the mailbox \"{email}\""), run.clock.now());
        let domain = registered(host);
        let mut draw = |name, label| {
            sink.add(with_proof(name_entity(name), &provenance, None).linked_by(Link::labelled(label)));
        };
        draw(host, "mailbox at");
        if domain != *host {
            draw(&domain, "registered domain");
        }
        if let Some(noise) = noise::judge(email.as_str()) {
            sink.say(Message::inform(format!(
                "{host} says nothing about who is behind this address: {}.",
                noise.reason
            )));
        }
        Ok(())
    }
}

/// EmailAddress → the same with what is known about it, MXRecord.
#[derive(Debug)]
pub(crate) struct EmailToVerification;

static VERIFICATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "email_to_verification",
        display_name: "To Verification [mail server check]",
        description: "Whether the mailbox takes mail, and whether it is free, disposable or a catch-all: written onto the \
                      address itself, with its mail servers beside it. The mail server is contacted and may notice.",
        inputs: &[&entity_types::EMAIL_ADDRESS],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::EMAIL_ADDRESS, &entity_types::MX_RECORD],
        set: sets::LIVE,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::EmailVerification],
    exposure: Exposure::Touch,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for EmailToVerification {
    fn declaration(&self) -> &'static Declaration {
        &VERIFICATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let email = observables::email(run.input())?;
        // The node that was clicked and the one that comes back merge only if they are spelt alike.
        let value = run.input().value.trim().to_owned();
        let value = if value.is_empty() { email.as_str().to_owned() } else { value };
        let question = format!("the mailbox {email}");
        walk(run, sink, Lookup::EmailVerification { email }, &question, |records, provenance, sink| {
            let mut shown = Shown::default();
            for record in records {
                let Record::Mailbox(check) = record else { continue };
                let servers = check.mail_servers.iter().map(|server| {
                    let entity = Entity::new(&entity_types::MX_RECORD, server.as_str());
                    with_proof(entity, provenance, check.checked).linked_by(Link::labelled("mail server"))
                });
                for entity in std::iter::once(mailbox_entity(&value, check, provenance)).chain(servers) {
                    if sink.room() == 0 {
                        shown.cut += 1;
                        continue;
                    }
                    sink.add(entity);
                    shown.entities += 1;
                }
                sink.say(Message::inform(format!("{value}: {}.", verdict(check))));
            }
            shown
        })
        .await
    }
}

/// The mailbox once more, with what is known about it. All of it is loose, so the node that was clicked takes it over.
fn mailbox_entity(value: &str, check: &MailboxCheck, provenance: &Provenance) -> Entity {
    const VERDICT: &str = "namehound.mailbox.verdict";
    let mut entity = Entity::new(&entity_types::EMAIL_ADDRESS, value).with_dynamic(VERDICT, "Verdict", verdict(check));
    for (name, title, known) in [
        ("namehound.mailbox.well-formed", "Well formed", check.well_formed),
        ("namehound.mailbox.domain-resolves", "Domain takes mail", check.domain_resolves),
        ("namehound.mailbox.deliverable", "Deliverable", check.deliverable),
        ("namehound.mailbox.catch-all", "Catch-all", check.catch_all),
        ("namehound.mailbox.free", "Free provider", check.free),
        ("namehound.mailbox.disposable", "Disposable", check.disposable),
    ] {
        entity = entity.with_some_dynamic(name, title, known);
    }
    entity = entity.with_some_dynamic("namehound.mailbox.checked", "Checked", check.checked.map(value_of));
    if check.disposable == Some(true) {
        let day = check.checked.map(|moment| format!(", {}", moment.day())).unwrap_or_default();
        entity.note = Some(format!(
            "Disposable mailbox: such addresses are given to anybody for a short time ({}{day}).",
            provenance.source
        ));
    }
    entity.overlays.push(Overlay {
        property: VERDICT.to_owned(),
        position: OverlayPosition::South,
        kind: OverlayKind::Text,
    });
    with_proof(entity, provenance, check.checked).linked_by(Link::labelled("verified"))
}

/// The most important thing that is known about a mailbox, and what qualifies it.
fn verdict(check: &MailboxCheck) -> String {
    let state = match (check.well_formed, check.domain_resolves, check.deliverable) {
        (Some(false), ..) => "not a valid address",
        (_, Some(false), _) => "its domain takes no mail",
        (.., Some(false)) => "does not take mail",
        // Such a server would say so of any name.
        (.., Some(true)) if check.catch_all == Some(true) => "takes mail, as any name at this domain does",
        (.., Some(true)) => "takes mail",
        (.., None) => "not known whether it takes mail",
    };
    let kinds = [("disposable", check.disposable), ("free provider", check.free)];
    let kinds = kinds.into_iter().filter(|(_, known)| *known == Some(true)).map(|(kind, _)| kind);
    std::iter::once(state).chain(kinds).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use intel::observable::EmailAddress;
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, host};

    fn check(email: &str) -> MailboxCheck {
        MailboxCheck {
            email: EmailAddress::parse(email).unwrap(),
            well_formed: Some(true),
            domain_resolves: Some(true),
            deliverable: Some(true),
            catch_all: Some(false),
            free: None,
            disposable: Some(false),
            mail_servers: vec![host("mx1.mail.example"), host("mx2.mail.example")],
            checked: "2021-05-12".parse().ok(),
        }
    }

    fn bench_with(check: MailboxCheck) -> Bench {
        let lookup = Lookup::EmailVerification { email: check.email.clone() };
        Bench::knowing(vec![(lookup, vec![Record::Mailbox(check)])])
    }

    #[tokio::test(start_paused = true)]
    async fn a_mailbox_leads_to_its_domain_without_asking_anybody() {
        let bench = Bench::answering(Vec::new());
        for (email, shown) in [
            ("jo@mail.example", vec![("mail.example", "mailbox at")]),
            ("jo@desk.mail.example", vec![("desk.mail.example", "mailbox at"), ("mail.example", "registered domain")]),
        ] {
            let found = bench.run(&EmailToDomain, Input::new(&entity_types::EMAIL_ADDRESS, email)).await.unwrap();
            assert_eq!(found.shown(), shown);
            assert!(found.texts().is_empty());
        }
        let found = bench
            .run(&EmailToDomain, Input::new(&entity_types::EMAIL_ADDRESS, "x@hidden-owner.example"))
            .await
            .unwrap();
        assert!(
            found.texts()[0].starts_with("hidden-owner.example says nothing about who is behind"),
            "{:?}",
            found.texts()
        );
        let error = bench.run(&EmailToDomain, Input::new(&entity_types::EMAIL_ADDRESS, "jo")).await.unwrap_err();
        assert!(matches!(error, RunError::Input(_)), "{error:?}");
        assert!(bench.asked().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_verified_mailbox_comes_back_as_it_was_spelt_with_what_is_known() {
        let bench = bench_with(check("Jo@mail.example"));
        let found =
            bench.run(&EmailToVerification, Input::new(&entity_types::EMAIL_ADDRESS, "Jo@mail.example")).await.unwrap();
        assert_eq!(
            found.shown(),
            [("Jo@mail.example", "verified"), ("mx1.mail.example", "mail server"), ("mx2.mail.example", "mail server"),]
        );
        let known = |name: &str| found.property("Jo@mail.example", &format!("namehound.mailbox.{name}"));
        assert_eq!(known("deliverable").as_deref(), Some("true"));
        assert_eq!(known("free"), None);
        assert_eq!(known("checked").as_deref(), Some("2021-05-12"));
        assert_eq!(found.entities[0].note, None);
        assert_eq!(found.texts(), ["Jo@mail.example: takes mail."]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_disposable_mailbox_is_noted_and_the_limit_is_kept() {
        let bench = bench_with(MailboxCheck { disposable: Some(true), ..check("jo@mail.example") }).limited(2);
        let found =
            bench.run(&EmailToVerification, Input::new(&entity_types::EMAIL_ADDRESS, "jo@mail.example")).await.unwrap();
        let note = found.entities[0].note.as_deref();
        let expected =
            "Disposable mailbox: such addresses are given to anybody for a short time (Test Source, 2021-05-12).";
        assert_eq!(note, Some(expected));
        assert_eq!(
            found.texts(),
            ["jo@mail.example: takes mail, disposable.", "2 of 3 shown (soft limit): raise the limit to see more.",]
        );
    }

    #[test]
    fn a_verdict_is_no_stronger_than_what_is_known() {
        let base = check("jo@mail.example");
        for (check, said) in [
            (base.clone(), "takes mail"),
            (MailboxCheck { catch_all: Some(true), ..base.clone() }, "takes mail, as any name at this domain does"),
            (MailboxCheck { deliverable: Some(false), ..base.clone() }, "does not take mail"),
            (
                MailboxCheck { domain_resolves: Some(false), deliverable: None, ..base.clone() },
                "its domain takes no mail",
            ),
            (MailboxCheck { well_formed: Some(false), ..base.clone() }, "not a valid address"),
            (
                MailboxCheck { deliverable: None, free: Some(true), ..base },
                "not known whether it takes mail, free provider",
            ),
        ] {
            assert_eq!(verdict(&check), said);
        }
    }
}
