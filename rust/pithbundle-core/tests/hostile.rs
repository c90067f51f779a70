//! Altered inputs: each gives a value or one error, and what is read is written and read again as the same.

use pithbundle_core::encoding::limits::Limits;
use pithbundle_core::encoding::{Regions, canonical, cbor_bytes, read_cbor, read_json};
use pithbundle_core::engine::verify;
use pithbundle_core::verify::Policy;

const DEMO: [&str; 4] = ["bundle.json", "rich.json", "tampered.json", "bundle.cbor"];

fn demo(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/demo").join(name))
        .unwrap()
}

/// Numbers that look random and are the same in each run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    /// A copy of an input with a few changes: other bytes, parts that are missing, repeated or moved.
    fn altered(&mut self, data: &[u8]) -> Vec<u8> {
        const WORDS: [&[u8]; 12] = [
            b"{",
            b"]",
            b",",
            b"\"",
            b"\\ud800",
            b"1e400",
            b"-0",
            b"0.1",
            b"null",
            b"\xFF",
            b"[[[[[[[[",
            b"\xF9\x7E\x00",
        ];
        let mut out = data.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(out.len());
            let end = (at + self.below(40)).min(out.len());
            match self.below(5) {
                0 => out[at] ^= 1 << self.below(8),
                1 => drop(out.drain(at..end)),
                2 => drop(out.splice(at..at, WORDS[self.below(WORDS.len())].iter().copied())),
                3 => {
                    let part = out[at..end].to_vec();
                    let to = self.below(out.len());
                    drop(out.splice(to..to, part));
                }
                _ => out.truncate(end.max(1)),
            }
            if out.is_empty() {
                out.push(b' ');
            }
        }
        out
    }
}

/// What is read is written in both encodings and read again as the same.
fn assert_written_again(bytes: &[u8], is_cbor: bool, limits: &Limits) {
    let read = if is_cbor { read_cbor } else { read_json };
    let Ok(tree) = read(bytes, limits, Regions::One) else { return };
    let first = canonical::bytes(tree.root());
    let again = read_json(&first, limits, Regions::One).unwrap();
    assert_eq!(canonical::bytes(again.root()), first);
    let cbor = cbor_bytes(tree.root());
    let again = read_cbor(&cbor, limits, Regions::One).unwrap();
    assert_eq!(canonical::bytes(again.root()), first);
    if is_cbor {
        // Deterministic CBOR is the only CBOR that is read (CBOR-4, CBOR-8).
        assert_eq!(cbor, bytes);
    }
}

#[test]
fn altered_inputs_give_a_value_or_an_error() {
    let policy = Policy::from_bytes(&demo("policy.json")).unwrap();
    let limits = Limits::default();
    let mut draw = Draw(7);
    let mut accepted = 0;
    for name in DEMO {
        let data = demo(name);
        for _ in 0..1_500 {
            let altered = draw.altered(&data);
            assert_written_again(&altered, name.ends_with("cbor"), &limits.of_bundles());
            if let Ok(found) = verify(&altered, name, &policy, &limits) {
                accepted += 1;
                for written in [&found.report, &found.state.bytes] {
                    let tree = read_json(written, &limits.of_states(), Regions::One).unwrap();
                    // A report is canonical; a state has its own order of members (STATE-1).
                    let is_canonical = canonical::bytes(tree.root()) == *written;
                    assert_eq!(is_canonical, std::ptr::eq(written, &found.report));
                }
            }
        }
    }
    assert!(accepted > 100, "{accepted} altered bundles were accepted: too few to show anything");
}

#[test]
fn altered_policies_give_a_policy_or_an_error() {
    let data = demo("policy.json");
    let mut draw = Draw(9);
    for _ in 0..3_000 {
        if let Ok(policy) = Policy::from_bytes(&draw.altered(&data)) {
            assert!(!policy.keys.is_empty());
        }
    }
}
