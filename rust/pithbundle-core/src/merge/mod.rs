//! What the valid events of one record mean (`spec/merge.md`, `spec/state.md`).

pub mod accumulate;
pub mod classification;
pub mod completeness;
pub mod equivocation;
pub mod event_types;
pub mod export;
pub mod ledger;
mod schema;
pub mod selection;
pub mod state;
pub mod status;
pub mod timeline;
pub mod trace;

/// The name of the merge rules (MERGE-1).
pub const RULES: &str = "pithbundle-merge-1";
