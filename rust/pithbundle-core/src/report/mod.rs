//! Several inputs as one: verdicts by id, receipts, outcomes (`spec/reports.md`).

pub mod comparison;
pub mod joined;
pub mod json;

pub use joined::{Input, Report};
