//! Reads, checks and merges Pith bundles: bytes in, bytes or an error out.
//!
//! Written from the specification; the clause of a rule is named where it is implemented. Nothing here
//! reads a file, a clock or the environment, and nothing is kept between two calls.

pub mod bundle;
pub mod digests;
pub mod encoding;
pub mod engine;
pub mod error;
pub mod formats;
pub mod merge;
pub mod proof;
pub mod report;
pub mod signature;
pub mod verify;
