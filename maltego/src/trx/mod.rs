//! The classic XML dialect (TRX).
