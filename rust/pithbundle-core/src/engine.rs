//! The whole way: bytes of one bundle to the bytes of its state and report.

use crate::bundle::reader::Bundle;
use crate::encoding::limits::Limits;
use crate::error::Fault;
use crate::merge::equivocation::equivocations;
use crate::merge::ledger::Ledger;
use crate::merge::selection::Selection;
use crate::merge::state::State;
use crate::report::json::Parts;
use crate::report::{Input, Report};
use crate::verify::{Policy, check};

/// What follows from one bundle.
#[derive(Debug)]
pub struct Verified {
    /// The state.
    pub state: State,
    /// The canonical bytes of the report.
    pub report: Vec<u8>,
}

/// Read, check and merge one bundle under a policy; `name` is how the report names it.
pub fn verify(data: &[u8], name: &str, policy: &Policy, limits: &Limits) -> Result<Verified, Fault> {
    let bundle = Bundle::read(data, limits, None)?;
    let inputs = [Input { name: name.to_owned(), place: 0, checked: check(&bundle, policy) }];
    let ledger = Ledger::of(&inputs[0].checked, policy);
    let selection = Selection::of(&ledger);
    let groups = equivocations(&selection);
    let state = State::of(&selection, &groups);
    let report = Report::of(&inputs, policy);
    let parts = Parts {
        inputs: &inputs,
        rejected: &[],
        report: &report,
        selection: &selection,
        groups: &groups,
        state: &state,
    };
    let report = parts.bytes();
    Ok(Verified { state, report })
}
