//! Many drawn merges of one pool of events (`vectors/accumulated.md`).

use std::sync::Arc;

use super::ledger::Ledger;
use super::selection::Selection;
use super::state::state_of;
use crate::bundle::record::Record;
use crate::encoding::canonical::sha256;
use crate::encoding::{Regions, read_json};
use crate::error::Fault;
use crate::verify::checks::check_alone;
use crate::verify::policy::Policy;

use super::export::unbounded;

/// Draw and merge pairs of bundles, and give the bytes of each state to a function, in order.
pub fn accumulate(
    record: Record,
    events: &[Vec<u8>],
    policy: &Policy,
    seed: &str,
    count: u64,
    each: &mut dyn FnMut(&[u8]),
) -> Result<(), Fault> {
    let record = Arc::new(record);
    let mut pool = Vec::with_capacity(events.len());
    for bytes in events {
        let tree = read_json(bytes, &unbounded(), Regions::One)?;
        let checked = check_alone(tree.root(), &record, policy);
        if checked.event.is_none() {
            return Err(Fault::new("type").with("an event of the pool is not valid"));
        }
        pool.push(checked);
    }
    for number in 0..count {
        let block = sha256(format!("{seed}/{number}").as_bytes());
        let mut drawn = Vec::new();
        for (mask, turn) in [(&block[..8], block[16]), (&block[8..16], block[17])] {
            let mask = mask.iter().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
            let mut part: Vec<_> = pool
                .iter()
                .enumerate()
                .filter(|(index, _)| mask >> index & 1 == 1)
                .map(|(_, event)| event)
                .collect();
            if !part.is_empty() {
                let start = usize::from(turn) % part.len();
                part.rotate_left(start);
            }
            drawn.extend(part.into_iter().cloned());
        }
        let ledger = Ledger::of_elements(record.clone(), &drawn, policy);
        each(&state_of(&Selection::of(&ledger)).bytes);
    }
    Ok(())
}
