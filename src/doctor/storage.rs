//! What is read from and written to the disk: the data folder and the workshop cases.

use std::{fs, io, path::Path, sync::Arc};

use intel::provider::case::Case;

use super::finding::{Check, Finding};

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
             the bundled case.",
        ),
    }
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
        assert!(bundled.what.starts_with("leaked-episode: "), "{}", bundled.what);
    }
}
