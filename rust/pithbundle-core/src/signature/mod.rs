//! The one signature rule (`spec/keys.md`): strict cofactorless Ed25519.

mod comb;
mod strict;
mod tables;

pub use strict::{PublicKey, Question, verify_all, verify_strict};
pub use tables::Tables;
