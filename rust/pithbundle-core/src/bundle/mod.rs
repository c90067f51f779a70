//! What a bundle is and what is in it (`spec/bundles.md`, `spec/records.md`); no keys, no policy.

pub mod number;
pub mod reader;
pub mod record;
pub mod titles;
mod unicode14;
