use super::*;
use crate::{
    members::Members,
    testing::{Bench, name},
};

async fn bench() -> (Bench, Members, Tokens) {
    let bench = Bench::new().await;
    let (members, tokens) = (bench.members(), bench.tokens());
    members.add(name("ana"), Role::Member).await.unwrap();
    (bench, members, tokens)
}

fn terms() -> NewToken {
    NewToken { member: name("ana"), name: name("laptop"), default_case: None, expires: None }
}

#[tokio::test]
async fn only_the_whole_token_lets_its_member_in() {
    let (_bench, _, tokens) = bench().await;
    let terms = NewToken { default_case: Some(name("leaked-episode")), ..terms() };
    let (token, secret) = tokens.issue(terms, [7; 40]).await.unwrap();
    let admission = tokens.admit(secret.reveal()).await.unwrap();
    assert_eq!((admission.member, admission.role), (name("ana"), Role::Member));
    assert_eq!((admission.token, admission.default_case), (token.id.clone(), Some(name("leaked-episode"))));

    let (_, other) = tokens.issue(super::tests::terms(), [9; 40]).await.unwrap();
    let crossed = format!("nh-{}-{}", token.id, other.reveal().rsplit('-').next().unwrap());
    let short = secret.reveal().get(..60).unwrap().to_owned();
    for wrong in
        ["", "nh-", &token.id, &crossed, &short, &secret.reveal().to_uppercase(), &format!("{}0", secret.reveal())]
    {
        let denied = tokens.admit(wrong).await.unwrap_err();
        assert!(matches!(denied, Denied::Unknown), "{wrong}: {denied}");
    }
}

#[tokio::test]
async fn the_secret_is_neither_stored_nor_printed() {
    let (bench, _, tokens) = bench().await;
    let (token, secret) = tokens.issue(terms(), [0xab; 40]).await.unwrap();
    let digits = secret.reveal().rsplit('-').next().unwrap().to_owned();
    assert_eq!(digits.len(), 64);
    let listed = tokens.list(None).await.unwrap();
    assert!(!format!("{secret:?} {token:?} {listed:?}").contains(&digits));
    drop(tokens);
    for file in std::fs::read_dir(bench.folder()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(64).any(|window| window == digits.as_bytes()));
    }
}

#[tokio::test]
async fn a_revoked_token_is_refused_by_a_process_that_has_just_let_it_in() {
    let (bench, members, tokens) = bench().await;
    let (token, secret) = tokens.issue(terms(), [1; 40]).await.unwrap();
    let (_, second) = tokens.issue(terms(), [2; 40]).await.unwrap();
    let elsewhere = Tokens::new(bench.open_again().await, Arc::new(bench.clock.clone()));
    elsewhere.admit(secret.reveal()).await.unwrap();

    tokens.revoke(&token.id).await.unwrap();
    assert!(matches!(elsewhere.admit(secret.reveal()).await, Err(Denied::Revoked { .. })));
    elsewhere.admit(second.reveal()).await.unwrap();

    members.revoke(&name("ana")).await.unwrap();
    assert!(matches!(elsewhere.admit(second.reveal()).await, Err(Denied::Revoked { .. })));
    let error = tokens.issue(terms(), [3; 40]).await.unwrap_err();
    assert!(matches!(error, MemberError::Revoked { .. }), "{error}");
}

#[tokio::test]
async fn a_token_ends_when_it_says_so() {
    let (bench, _, tokens) = bench().await;
    let expires = column::to_time(column::from_time(bench.clock.now()) + 1000);
    let (_, secret) = tokens.issue(NewToken { expires: Some(expires), ..terms() }, [1; 40]).await.unwrap();
    bench.clock.pass(999);
    tokens.admit(secret.reveal()).await.unwrap();
    bench.clock.pass(1);
    let denied = tokens.admit(secret.reveal()).await.unwrap_err();
    assert!(matches!(denied, Denied::Expired { since, .. } if since == expires), "{denied}");
    assert!(denied.analyst_message().contains("2026-11-02"));
}

#[tokio::test]
async fn tokens_are_listed_with_what_they_are_for_and_revoked_by_number() {
    let (_bench, members, tokens) = bench().await;
    assert!(!tokens.any().await.unwrap());
    members.add(name("ben"), Role::Guest).await.unwrap();
    tokens.issue(terms(), [1; 40]).await.unwrap();
    let (bens, _) = tokens.issue(NewToken { member: name("ben"), ..terms() }, [2; 40]).await.unwrap();
    assert_eq!((tokens.list(None).await.unwrap().len(), tokens.any().await.unwrap()), (2, true));
    assert_eq!(tokens.list(Some(&name("ben"))).await.unwrap(), [bens]);
    let error = tokens.revoke("0000").await.unwrap_err();
    assert!(matches!(error, MemberError::NoSuchToken { .. }), "{error}");
}
