//! Lists of our own in the format, with reserved names.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::json;

use super::{super::Judge, *};

/// A folder that is taken away again.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("namehound-lists-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("lists")).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let folder = self.0.join("lists").join(name);
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("list.json");
        fs::write(&file, text).unwrap();
        file
    }

    fn list(&self, name: &str, kind: &str, attributes: &[&str], entries: &[&str]) -> PathBuf {
        let list = json!({
            "name": format!("List of {name}"),
            "description": "Of our own",
            "version": 20_261_101,
            "type": kind,
            "matching_attributes": attributes,
            "list": entries,
        });
        self.write(name, list.to_string())
    }

    fn load(&self) -> (WarningLists, Vec<LoadProblem>) {
        WarningLists::load(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _already_gone = fs::remove_dir_all(&self.0);
    }
}

fn told(lists: WarningLists) -> impl Fn(&str) -> Vec<(String, Confidence)> {
    let judge = Judge::with_team(lists);
    move |text| {
        let verdicts = judge.verdicts_on_text(text).into_iter();
        let team = verdicts.filter(|verdict| verdict.kind == NoiseKind::WarningList);
        team.map(|verdict| (verdict.basis.list.clone(), verdict.confidence)).collect()
    }
}

#[test]
fn each_type_compares_in_its_own_way() {
    let folder = Folder::new();
    folder.list("exact", "string", &["domain", "hostname"], &["Popular.example", "192.0.2.99"]);
    folder.list("below", "hostname", &["domain", "hostname"], &[".cloud.example", "cdn.example"]);
    folder.list(
        "ranges",
        "cidr",
        &["ip-src", "ip-dst", "domain|ip"],
        &["198.51.100.0/24", "203.0.113.7", "2001:db8:1::/48"],
    );
    folder.list("desks", "regex", &["email-src"], &["/^(soc|csirt)\\@.*\\..*$/i"]);
    folder.list("parts", "substring", &["domain"], &["tracking"]);
    let (lists, problems) = folder.load();
    assert_eq!(problems, []);
    assert_eq!((lists.len(), lists.entries()), (5, 9));
    let told = told(lists);
    let one = |name: &str, confidence| vec![(format!("List of {name}"), confidence)];
    for (text, expected) in [
        ("POPULAR.example", one("exact", Confidence::Likely)),
        ("www.popular.example", vec![]),
        ("cloud.example", one("below", Confidence::Likely)),
        ("a.b.cloud.example", one("below", Confidence::Likely)),
        ("notcloud.example", vec![]),
        ("cdn.example.shop.example", vec![]),
        ("198.51.100.77", one("ranges", Confidence::Likely)),
        ("203.0.113.7", one("ranges", Confidence::Likely)),
        ("203.0.113.8", vec![]),
        ("2001:db8:1::5", one("ranges", Confidence::Likely)),
        // The list of names has an address in it, and says that it is about names.
        ("192.0.2.99", vec![]),
        ("Soc@acme.example", one("desks", Confidence::Likely)),
        ("jo.soc@acme.example", vec![]),
        ("mytracking.example", one("parts", Confidence::Possible)),
        ("jo@mytracking.example", vec![]),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn a_mailbox_is_compared_by_its_domain_where_the_list_is_about_mailboxes() {
    let folder = Folder::new();
    folder.list("throwaway", "string", &["email", "domain"], &["minutes.example"]);
    folder.list("hosts", "hostname", &["hostname"], &["minutes.example"]);
    let told = told(folder.load().0);
    assert_eq!(told("jo@minutes.example"), [("List of throwaway".to_owned(), Confidence::Likely)]);
    assert_eq!(told("minutes.example").len(), 2);
}

#[test]
fn a_verdict_says_which_list_of_which_version() {
    let folder = Folder::new();
    folder.list("ranges", "cidr", &[], &["203.0.113.0/24"]);
    let judge = Judge::with_team(folder.load().0);
    let verdict = judge.judge(super::super::Subject::Address("203.0.113.9".parse().unwrap())).unwrap();
    assert_eq!(verdict.reason, "an entry of a warning list: List of ranges");
    assert_eq!(verdict.basis.to_string(), "List of ranges (20261101): the team's list ranges: Of our own");
    // What ships is said first, although the team's list is read as well.
    folder.list("ranges", "cidr", &[], &["104.16.0.0/13"]);
    let judge = Judge::with_team(folder.load().0);
    let verdicts = judge.verdicts_on_text("104.16.1.1");
    let kinds: Vec<_> = verdicts.iter().map(|verdict| verdict.kind).collect();
    assert_eq!(kinds, [NoiseKind::ContentNetwork, NoiseKind::WarningList]);
}

#[test]
fn a_bad_file_is_named_and_the_others_load() {
    let folder = Folder::new();
    folder.list("good", "hostname", &["domain"], &["shop.example"]);
    let broken = folder.write("broken", "{\"name\": ");
    let strange = folder.list("strange", "soundex", &["domain"], &["a"]);
    let listless = folder.write("listless", "{\"name\": \"x\", \"type\": \"string\"}");
    let half = folder.list("half", "cidr", &["ip-src"], &["203.0.113.0/24", "203.0.113.0/99", "nonsense"]);
    let lookaround = folder.list("lookaround", "regex", &["domain"], &["(?=x)y", "^ok\\.example$"]);
    let short = folder.list("short", "substring", &["domain"], &["a"]);
    folder.list("hashes", "string", &["md5"], &["d41d8cd98f00b204e9800998ecf8427e"]);
    let (lists, problems) = folder.load();
    let files: Vec<&Path> = problems.iter().map(|problem| problem.file.as_path()).collect();
    assert_eq!(files, [&broken, &half, &listless, &lookaround, &short, &strange]);
    let reason = |file: &Path| problems.iter().find(|problem| problem.file == file).unwrap().reason.as_str();
    assert!(reason(&broken).contains("not a warning list: EOF"), "{}", reason(&broken));
    assert!(reason(&listless).contains("missing field `list`"), "{}", reason(&listless));
    assert!(reason(&strange).contains("no type \"soundex\""), "{}", reason(&strange));
    assert!(
        reason(&half).starts_with("2 of 3 entries are left out, for example \"203.0.113.0/99\""),
        "{}",
        reason(&half)
    );
    let whole: Vec<bool> = problems.iter().map(|problem| problem.is_whole).collect();
    assert_eq!(whole, [true, false, true, false, true, true]);
    assert!(problems[0].to_string().starts_with(&broken.display().to_string()));
    let told = told(lists);
    assert_eq!(told("shop.example").len(), 1);
    assert_eq!(told("203.0.113.9").len(), 1);
    assert_eq!(told("ok.example").len(), 1);
    assert!(told("d41d8cd98f00b204e9800998ecf8427e").is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_a_problem_and_not_a_panic() {
    let folder = std::env::temp_dir().join("namehound-no-such-lists");
    let (lists, problems) = WarningLists::load(&folder);
    assert!(lists.is_empty());
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].file, folder);
    let empty = Folder::new();
    let (_, problems) = empty.load();
    assert!(problems[0].reason.contains("no list in it"), "{}", problems[0]);
}

#[test]
fn what_is_over_the_bounds_is_told_and_left_out() {
    let folder = Folder::new();
    folder.list("a", "hostname", &["domain"], &["a.example", "b.example"]);
    let too_many = folder.list("b", "hostname", &["domain"], &["c.example", "d.example", "e.example"]);
    let expressions = folder.list("c", "regex", &["domain"], &["^x", "^y"]);
    let large = folder.write("d", format!("{{\"name\": \"{}\"}}", "x".repeat(2_000)));
    let bounds = Bounds { entries: 4, expressions: 1, file_bytes: 1_500, ..Bounds::default() };
    let (lists, problems) = WarningLists::load_within(&folder.0, &bounds);
    assert_eq!(lists.entries(), 3);
    let reason = |file: &Path| problems.iter().find(|problem| problem.file == file).unwrap().reason.clone();
    assert!(reason(&too_many).contains("more than 4 entries in all"));
    assert!(reason(&large).contains("larger than 1500 bytes"));
    assert!(reason(&expressions).contains("1 of 2 entries are left out, for example \"^y\": there are too many"));
    let only = Folder::new();
    let bomb = only.list("e", "regex", &["domain"], &["(a{1000}){1000}"]);
    let (_, alone) = only.load();
    assert_eq!(alone[0].file, bomb);
    assert!(alone[0].reason.contains("too large when compiled"), "{}", alone[0]);
}

#[test]
fn an_entry_in_several_lists_is_kept_once_and_tells_all_of_them() {
    let folder = Folder::new();
    for name in ["a", "b", "c"] {
        folder.list(name, "hostname", &["domain"], &["popular.example", "other.example"]);
    }
    let (lists, _) = folder.load();
    assert_eq!((lists.hosts.len(), lists.groups.members.len()), (2, 3));
    assert_eq!(told(lists)("www.popular.example").len(), 3);
}

#[test]
fn lists_may_lie_in_the_folder_itself() {
    let folder = Folder::new();
    fs::remove_dir(folder.0.join("lists")).unwrap();
    let list = json!({"name": "Plain", "type": "string", "version": "1", "description": "", "list": ["x.example"]});
    fs::write(folder.0.join("plain.json"), list.to_string()).unwrap();
    let (lists, problems) = folder.load();
    assert_eq!(problems, []);
    let judge = Judge::with_team(lists);
    assert_eq!(judge.verdicts_on_text("x.example")[0].basis.to_string(), "Plain (1): the team's list plain");
}
