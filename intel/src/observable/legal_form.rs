//! Legal forms of organisations.
//!
//! *Acme Ltd* and *Acme Limited* are one company, and one registrant may type both. So the forms are left out when
//! organisations are compared. They are compared as words in the folded spelling (lower case, no punctuation), where
//! `S.p.A.` is `spa` and `Sp. z o.o.` is `sp z oo`.

/// Forms that follow the name. Those of several words are single entries, so that their parts (`co`, `private`) are not
/// taken for names.
const AFTER: &[&[&str]] = &[
    // English-speaking countries, India, South-East Asia.
    &["ltd"],
    &["limited"],
    &["llc"],
    &["l", "l", "c"],
    &["llp"],
    &["lp"],
    &["plc"],
    &["inc"],
    &["incorporated"],
    &["corp"],
    &["corporation"],
    &["co"],
    &["company"],
    &["cic"],
    &["pty"],
    &["pty", "ltd"],
    &["pty", "limited"],
    &["proprietary", "limited"],
    &["pvt"],
    &["pvt", "ltd"],
    &["pvt", "limited"],
    &["private", "limited"],
    &["private", "ltd"],
    &["pte"],
    &["pte", "ltd"],
    &["pte", "limited"],
    &["public", "limited", "company"],
    &["limited", "liability", "company"],
    &["sdn", "bhd"],
    &["bhd"],
    &["fzc"],
    &["fze"],
    &["fz", "llc"],
    &["wll"],
    // German-speaking countries.
    &["gmbh"],
    &["mbh"],
    &["ggmbh"],
    &["gmbh", "co", "kg"],
    &["gmbh", "und", "co", "kg"],
    &["ag"],
    &["kg"],
    &["kgaa"],
    &["ohg"],
    &["ug"],
    &["ug", "haftungsbeschr\u{e4}nkt"],
    &["gbr"],
    &["ev"],
    &["eg"],
    &["se"],
    // Romance-speaking countries.
    &["sa"],
    &["s", "a"],
    &["sas"],
    &["sasu"],
    &["sarl"],
    &["s\u{e0}rl"],
    &["s\u{e0}", "rl"],
    &["sa", "rl"],
    &["eurl"],
    &["sci"],
    &["srl"],
    &["srls"],
    &["spa"],
    &["sl"],
    &["slu"],
    &["sau"],
    &["lda"],
    &["ltda"],
    &["eireli"],
    &["sa", "de", "cv"],
    &["s", "de", "rl", "de", "cv"],
    // Low Countries.
    &["bv"],
    &["b", "v"],
    &["nv"],
    &["n", "v"],
    &["vof"],
    &["bvba"],
    // Nordic and Baltic countries.
    &["ab"],
    &["as"],
    &["asa"],
    &["aps"],
    &["a", "s"],
    &["i", "s"],
    &["ehf"],
    &["oy"],
    &["oyj"],
    &["o\u{fc}"],
    &["uab"],
    &["sia"],
    // Central and Eastern Europe, Turkey.
    &["sp", "z", "oo"],
    &["spzoo"],
    &["z", "oo"],
    &["sro"],
    &["doo"],
    &["dd"],
    &["kft"],
    &["zrt"],
    &["nyrt"],
    &["eood"],
    &["ood"],
    &["ooo"],
    &["\u{15f}ti"],
];

/// Forms that stand before the name.
const BEFORE: [&str; 14] = [
    "ooo",
    "oao",
    "zao",
    "pao",
    "\u{43e}\u{43e}\u{43e}",
    "\u{43e}\u{430}\u{43e}",
    "\u{437}\u{430}\u{43e}",
    "\u{43f}\u{430}\u{43e}",
    "\u{430}\u{43e}",
    "\u{438}\u{43f}",
    "\u{442}\u{43e}\u{432}",
    "tov",
    "uab",
    "sia",
];

/// Forms of Chinese and Japanese, which are written without blanks at either end of the name.
const ATTACHED: [&str; 6] = [
    "\u{682a}\u{5f0f}\u{4f1a}\u{793e}",
    "\u{6709}\u{9650}\u{4f1a}\u{793e}",
    "\u{5408}\u{540c}\u{4f1a}\u{793e}",
    "\u{80a1}\u{4efd}\u{6709}\u{9650}\u{516c}\u{53f8}",
    "\u{6709}\u{9650}\u{8d23}\u{4efb}\u{516c}\u{53f8}",
    "\u{6709}\u{9650}\u{516c}\u{53f8}",
];

/// A folded name without its legal forms; the name itself if nothing would be left.
pub(crate) fn without(folded: &str) -> String {
    let words: Vec<&str> = folded.split(' ').collect();
    let mut name = words.as_slice();
    loop {
        // The longest form first: of "private limited" nothing may stay.
        let longest = AFTER.iter().filter(|form| name.ends_with(form)).map(|form| form.len()).max();
        match longest.and_then(|length| name.split_at_checked(name.len().checked_sub(length)?)) {
            Some((rest, _)) => name = rest,
            None => break,
        }
    }
    if let Some((first, rest)) = name.split_first()
        && BEFORE.contains(first)
        && !rest.is_empty()
    {
        name = rest;
    }
    let name = name.join(" ");
    let bare = ATTACHED
        .into_iter()
        .find_map(|form| name.strip_suffix(form).or_else(|| name.strip_prefix(form)))
        .map_or(name.as_str(), str::trim);
    if bare.is_empty() { folded.to_owned() } else { bare.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_are_left_out() {
        for (folded, name) in [
            ("acme ltd", "acme"),
            ("acme private limited", "acme"),
            ("acme pvt ltd", "acme"),
            ("acme co ltd", "acme"),
            ("acme gmbh co kg", "acme"),
            ("acme sp z oo", "acme"),
            ("acme pty ltd", "acme"),
            ("acme spa", "acme"),
            ("acme a s", "acme"),
            ("acme oy", "acme"),
            ("acme sa de cv", "acme"),
            ("ooo acme", "acme"),
            ("\u{43e}\u{43e}\u{43e} \u{430}\u{43a}\u{43c}\u{435}", "\u{430}\u{43a}\u{43c}\u{435}"),
            ("\u{4f8b}\u{6709}\u{9650}\u{516c}\u{53f8}", "\u{4f8b}"),
            ("\u{682a}\u{5f0f}\u{4f1a}\u{793e} \u{4f8b}", "\u{4f8b}"),
        ] {
            assert_eq!(without(folded), name, "{folded}");
        }
    }

    #[test]
    fn a_name_is_never_folded_to_nothing() {
        for folded in ["private limited", "limited", "ltd co", "ooo", "as", "\u{6709}\u{9650}\u{516c}\u{53f8}", ""] {
            assert_eq!(without(folded), folded);
        }
    }

    #[test]
    fn words_that_only_begin_like_a_form_stay() {
        for folded in ["acme limitedless", "private eye", "incorporated artists union", "asa nisi masa film"] {
            assert_eq!(without(folded), folded);
        }
    }
}
