//! Observations in; histograms, ledger, audit and results out.

pub mod results;
