//! Undoing the ways in which reports make links harmless.

/// Turns `hxxps://cmt-net[.]example/x` and `user[at]mail[.]example` back into what they stand for.
#[must_use]
pub fn refang(text: &str) -> String {
    let mut text = text.to_owned();
    for (defanged, plain) in [
        ("[.]", "."),
        ("(.)", "."),
        ("{.}", "."),
        ("[dot]", "."),
        ("[:]", ":"),
        ("[at]", "@"),
        ("[@]", "@"),
        ("(at)", "@"),
    ] {
        text = text.replace(defanged, plain);
    }
    if let Some(rest) = text.strip_prefix("hxxp") {
        text = format!("http{rest}");
    }
    text
}
