//! Decisions about purchases.
//!
//! What a run may not buy by itself, somebody may still decide to buy. A single purchase is decided about when the desk
//! refuses it. A transform that asks many questions makes many small purchases, each below any limit; so their price is
//! told once, for all of them together, before the first is made.

use intel::{AskError, Total, desk::Quote};

use crate::{
    error::RunError,
    run::Run,
    sink::{Consent, Purchase, Sink},
};

/// Lets the run go on if it may spend what was quoted, or if somebody agrees to it.
///
/// # Errors
/// [`AskError::NeedsConsent`] with the number of purchases and the price of all, when nobody agrees or can be asked.
pub(crate) async fn agree_on(run: &Run, sink: &mut dyn Sink, quote: &Quote) -> Result<(), RunError> {
    agree(run, sink, quote, Some(Total::Exactly(quote.purchases))).await
}

/// [`agree_on`] where a purchase brings any number of results, so that their number is not told.
///
/// # Errors
/// As [`agree_on`], with the price alone.
pub(crate) async fn agree_on_uncounted(run: &Run, sink: &mut dyn Sink, quote: &Quote) -> Result<(), RunError> {
    agree(run, sink, quote, None).await
}

async fn agree(run: &Run, sink: &mut dyn Sink, quote: &Quote, count: Option<Total>) -> Result<(), RunError> {
    let budget = run.context().budget;
    if budget.allows(quote.price) {
        return Ok(());
    }
    let error = AskError::NeedsConsent {
        source_name: quote.sources.join(", "),
        count,
        price: quote.price,
        spent: run.spent(),
        limit: budget.limit(),
    };
    if is_agreed_to(run, sink, &error).await { Ok(()) } else { Err(error.into()) }
}

/// Whether an error was a purchase that somebody agrees to now. Then the run may buy from now on, and asking again helps.
pub(crate) async fn is_agreed_to(run: &Run, sink: &mut dyn Sink, error: &AskError) -> bool {
    let AskError::NeedsConsent { source_name, count, price, .. } = error else { return false };
    let purchase = Purchase { source: source_name.clone(), count: *count, price: *price };
    let agreed = sink.consent(&purchase).await == Consent::Buy;
    if agreed {
        run.confirm();
    }
    agreed
}
