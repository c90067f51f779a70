//! The tables of the keys of one policy: made for a key that is used, least recently used removed first.

use std::sync::{Arc, Mutex, PoisonError};

use super::comb::{TABLE_BYTES, Table};
use super::strict::PublicKey;

/// The signatures of a key before its table is worth it.
const FIRST_SIGNATURES: u32 = 3;
/// The most bytes of all tables, that of the base point included.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most tables of keys.
const MAX_TABLES: usize = MAX_BYTES / TABLE_BYTES - 1;

#[derive(Clone, Default)]
struct Slot {
    signatures: u32,
    last_used: u64,
    table: Option<Arc<Table>>,
}

#[derive(Default)]
struct State {
    base: Option<Arc<Table>>,
    slots: Vec<Slot>,
    clock: u64,
}

/// The tables of the keys of a policy; threads may share it.
#[derive(Default)]
pub struct Tables {
    state: Mutex<State>,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tables")
    }
}

impl Tables {
    /// Count a signature of a key, by its index, and return the tables of the base point and of -A, if the
    /// key has had enough signatures.
    pub(super) fn of(&self, index: usize, key: &PublicKey) -> Option<(Arc<Table>, Arc<Table>)> {
        // A thread that panicked has left no table that is half made.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clock += 1;
        let clock = state.clock;
        if state.slots.len() <= index {
            state.slots.resize(index + 1, Slot::default());
        }
        let slot = &mut state.slots[index];
        slot.last_used = clock;
        slot.signatures = slot.signatures.saturating_add(1);
        if let (Some(base), Some(table)) = (&state.base, &state.slots[index].table) {
            return Some((Arc::clone(base), Arc::clone(table)));
        }
        if state.slots[index].signatures <= FIRST_SIGNATURES {
            return None;
        }
        if state.base.is_none() {
            state.base = Some(Arc::new(Table::of_base()?));
        }
        let made = Arc::new(Table::of_negative(&key.raw)?);
        make_room(&mut state.slots);
        state.slots[index].table = Some(Arc::clone(&made));
        Some((Arc::clone(state.base.as_ref()?), made))
    }
}

/// Remove the tables that were used least recently until there is room for one more.
fn make_room(slots: &mut [Slot]) {
    while slots.iter().filter(|slot| slot.table.is_some()).count() >= MAX_TABLES {
        let oldest = slots.iter_mut().filter(|slot| slot.table.is_some()).min_by_key(|slot| slot.last_used);
        let Some(oldest) = oldest else { return };
        *oldest = Slot::default();
    }
}
