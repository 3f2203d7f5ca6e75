//! What is read from and written to the disk: the data folder, the workshop cases and the team's warning lists.

use std::{fs, io, path::Path, sync::Arc};

use intel::{
    noise::{Judge, LoadProblem, WarningLists},
    provider::case::Case,
};

use super::finding::{Check, Finding};
use crate::config::NoiseSection;

/// Whether the data folder can be written to, or could be made.
pub(super) fn data_folder(folder: &Path) -> Finding {
    const CHECK: Check = Check::DataFolder;
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let Some(existing) = absolute.ancestors().find(|ancestor| ancestor.exists()) else {
        return Finding::problem(CHECK, format!("{} is on nothing that exists.", absolute.display()), ELSEWHERE);
    };
    let shown = absolute.display();
    match try_to_write(existing) {
        Ok(()) if existing == absolute => Finding::good(CHECK, format!("{shown} can be written to.")),
        Ok(()) => Finding::good(CHECK, format!("{shown} does not exist yet and can be made.")),
        Err(error) => {
            Finding::problem(CHECK, format!("{} cannot be written to: {error}.", existing.display()), ELSEWHERE)
        }
    }
}

const ELSEWHERE: &str = "Give this user the right to write there, or name another folder: --data-dir <folder>, or the \
                         environment variable NAMEHOUND_DATA_DIR.";

/// Makes a file that was not there and takes it away again.
fn try_to_write(folder: &Path) -> io::Result<()> {
    let file = folder.join(format!(".namehound-doctor-{}", std::process::id()));
    fs::OpenOptions::new().write(true).create_new(true).open(&file)?;
    fs::remove_file(file)
}

/// Whether the cases could be read, how much they hold, and whether anybody answers at all.
pub(super) fn cases(cases: anyhow::Result<Vec<Arc<Case>>>, has_vendor: bool) -> Finding {
    const CHECK: Check = Check::Cases;
    match cases {
        Err(error) => Finding::problem(
            CHECK,
            format!("{}.", on_one_line(&format!("{error:#}"))),
            "Correct the case, or take it out of \"load\" in the section [cases].",
        ),
        Ok(cases) if !cases.is_empty() => {
            let mut told: Vec<String> = cases.iter().map(|case| in_words(case)).collect();
            if has_vendor {
                told.push("They answer everything, and no vendor is asked".to_owned());
            }
            Finding::good(CHECK, format!("{}.", told.join(". ")))
        }
        Ok(_) if has_vendor => Finding::good(CHECK, "None is loaded, so vendors are asked."),
        Ok(_) => Finding::problem(
            CHECK,
            "No case is loaded and no vendor has a key, so nothing can be answered.",
            "Put a vendor's key into the configuration, or take \"none\" out of \"load\" in the section [cases] to have \
             the bundled cases.",
        ),
    }
}

/// Whether the team's warning lists could be read; `None` where there are none to read.
pub(super) fn warning_lists(section: &NoiseSection) -> Option<Finding> {
    const CHECK: Check = Check::WarningLists;
    let folder = section.warning_lists.as_deref()?;
    let (judge, problems) = section.judge();
    let what = told(&judge, &problems);
    if problems.is_empty() {
        return Some(Finding::good(CHECK, what));
    }
    let next_step = format!(
        "Correct these files, or take them out of {folder}. The format is that of \
         https://github.com/MISP/misp-warninglists. The other lists are used."
    );
    let is_useless = judge.team().is_none_or(WarningLists::is_empty);
    Some(if is_useless { Finding::problem(CHECK, what, next_step) } else { Finding::warning(CHECK, what, next_step) })
}

/// How many lists are in use and which files are not, in one line.
pub(crate) fn told(judge: &Judge, problems: &[LoadProblem]) -> String {
    const TOLD: usize = 5;
    let (lists, entries) = judge.team().map_or((0, 0), |team| (team.len(), team.entries()));
    let lists = if lists == 1 { "1 list".to_owned() } else { format!("{lists} lists") };
    let entries = if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
    let mut text = format!("{lists} with {entries}.");
    if problems.is_empty() {
        return text;
    }
    let shown: Vec<String> = problems.iter().take(TOLD).map(|problem| on_one_line(&problem.to_string())).collect();
    let more = match problems.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    text.push_str(&format!(" Not used, or not in full: {}{more}.", shown.join("; ")));
    text
}

fn in_words(case: &Case) -> String {
    let size = case.size();
    format!(
        "{}: {} domains, {} WHOIS records, {} DNS records",
        case.about().name,
        size.domains,
        size.whois_records,
        size.dns_records
    )
}

fn on_one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Verdict, *};

    #[test]
    fn a_folder_that_is_not_there_yet_is_not_made() {
        let folder = std::env::temp_dir().join(format!("namehound-doctor-{}", uuid::Uuid::new_v4()));
        let finding = data_folder(&folder.join("deeper"));
        assert_eq!(finding.verdict, Verdict::Good, "{finding:?}");
        assert!(finding.what.contains("does not exist yet"));
        assert!(!folder.exists());
        fs::create_dir(&folder).unwrap();
        assert!(data_folder(&folder).what.contains("can be written to"));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing is left behind");
        fs::write(folder.join("file"), "").unwrap();
        assert_eq!(data_folder(&folder.join("file").join("below")).verdict, Verdict::Problem);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn somebody_has_to_answer() {
        assert_eq!(cases(Ok(vec![]), true).verdict, Verdict::Good);
        assert_eq!(cases(Ok(vec![]), false).verdict, Verdict::Problem);
        let broken = cases(Err(anyhow::anyhow!("two\n  lines")), true);
        assert_eq!((broken.verdict, broken.what.as_str()), (Verdict::Problem, "two lines."));
        let bundled = cases(crate::app::cases(&crate::config::Config::default()), false);
        assert_eq!(bundled.verdict, Verdict::Good);
        for case in ["leaked-episode: ", "one-mailbox: ", "the-phone-number: "] {
            assert!(bundled.what.contains(case), "{}", bundled.what);
        }
    }
}
