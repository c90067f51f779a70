//! The one signature rule (`spec/keys.md`): strict cofactorless Ed25519.

mod strict;

pub use strict::{PublicKey, Question, verify_all, verify_strict};
