//! Who signed what (`spec/policy.md`, `spec/checks.md`); nothing of what it means.

mod agreement;
pub mod checks;
mod flat_reading;
pub mod policy;
mod policy_reader;
mod questions;
mod readings;
mod receipts;
pub mod verdicts;

pub use checks::{CheckedBundle, check};
pub use policy::{Policy, PolicyKey};
