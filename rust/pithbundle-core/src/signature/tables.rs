//! The tables of the keys of one policy: made for a key that is used, least recently used removed first.

use std::sync::{Arc, Mutex, PoisonError};

use super::comb::{TABLE_BYTES, Table};
use super::strict::PublicKey;

/// The signatures of a key before its table is worth it.
const FIRST_SIGNATURES: u32 = 3;
/// The most bytes of all tables, that of the base point included.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// A table that was used within so many signatures keeps its room: keys that take turns would otherwise make
/// each other's tables anew all the time, which costs more than they save.
const RECENT: u64 = 1_000;
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
        if !make_room(&mut state.slots, clock) {
            return None;
        }
        let made = Arc::new(Table::of_negative(&key.raw)?);
        state.slots[index].table = Some(Arc::clone(&made));
        Some((Arc::clone(state.base.as_ref()?), made))
    }
}

/// Make room for one more table, if there is none, by removing the one that was used least recently.
/// Whether there is room.
fn make_room(slots: &mut [Slot], clock: u64) -> bool {
    if slots.iter().filter(|slot| slot.table.is_some()).count() < MAX_TABLES {
        return true;
    }
    let made = slots.iter_mut().filter(|slot| slot.table.is_some());
    let oldest = made.min_by_key(|slot| slot.last_used).filter(|slot| clock - slot.last_used > RECENT);
    oldest.map(|slot| *slot = Slot::default()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::EdwardsPoint;
    use curve25519_dalek::scalar::Scalar;

    #[test]
    fn a_key_has_a_table_after_three_signatures_and_keys_that_take_turns_keep_theirs() {
        let key = |number: u64| {
            let secret = Scalar::from(number + 1);
            PublicKey::new(EdwardsPoint::mul_base(&secret).compress().as_bytes()).unwrap()
        };
        let keys: Vec<PublicKey> = (0..MAX_TABLES as u64 + 2).map(key).collect();
        let tables = Tables::default();
        let found = |index: usize| tables.of(index, &keys[index]).is_some();
        assert_eq!([found(0), found(0), found(0), found(0)], [false, false, false, true]);
        for index in (0..3).flat_map(|_| 1..keys.len()) {
            found(index);
        }
        let with_table = (1..keys.len()).filter(|&index| found(index)).count();
        assert_eq!(with_table, MAX_TABLES - 1);
        // The last two keys have none while the others are in use, and one once the others are not.
        let last = keys.len() - 1;
        assert!(!found(last));
        for _ in 0..=RECENT {
            found(1);
        }
        assert!(found(last) && found(1));
    }
}
