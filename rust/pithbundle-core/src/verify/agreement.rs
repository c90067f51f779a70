//! Which keys of the policy an element names (CHECK-5, CHECK-13).

use super::readings::Judge;
use crate::encoding::tree::Value;
use crate::error::Fault;
use crate::formats::{EventFormat, Reading};

/// CHECK-5: the keys that agree, those that list the format, the fault if none agrees.
pub(super) struct Keys {
    pub agreeing: Vec<usize>,
    pub candidates: Vec<usize>,
    pub fault: Option<Fault>,
}

impl Judge<'_> {
    /// CHECK-5.
    pub fn keys(&self, format: &EventFormat, reading: &Reading<'_>) -> Keys {
        let missing = |pointer: String, detail: &'static str| Keys {
            agreeing: Vec::new(),
            candidates: Vec::new(),
            fault: Some(Fault::at("key_unknown", pointer).with(detail)),
        };
        const NO_KEY: &str = "the policy has no key of this signer_id and key_id";
        let of_signer = self.policy.keys_of_signer(reading.signer_id);
        if of_signer.is_empty() {
            return missing(EventFormat::pointer_of(&format.body.signer_id), NO_KEY);
        }
        let mut key_id = format.proof.key_id_constant.as_deref();
        for (path, text) in format.proof.key_id.iter().zip(&reading.key_ids) {
            match (key_id, *text) {
                (Some(before), Some(text)) if before != text => {
                    let pointer = EventFormat::pointer_of_path(Some(path));
                    return missing(pointer, "differs from the other key_id");
                }
                (None, text) => key_id = text,
                _ => {}
            }
        }
        let has_id = |key: &&usize| key_id.is_none_or(|id| self.policy.keys[**key].key_id == id);
        let mut agreeing: Vec<usize> = of_signer.iter().filter(has_id).copied().collect();
        if agreeing.is_empty() {
            return missing(EventFormat::pointer_of_path(format.proof.key_id.last()), NO_KEY);
        }
        if let Some(fingerprint) = reading.fingerprint.and_then(Value::as_str) {
            agreeing.retain(|&key| self.policy.keys[key].fingerprint == fingerprint);
            if agreeing.is_empty() {
                let pointer = EventFormat::pointer_of_path(format.proof.fingerprint.as_ref());
                return missing(pointer, "not the fingerprint of a key in the policy");
            }
        }
        let lists = |key: &&usize| self.policy.keys[**key].format_sha256s.contains(&format.sha256);
        let candidates = agreeing.iter().filter(lists).copied().collect();
        Keys { agreeing, candidates, fault: None }
    }

    /// CHECK-13: whether a key lists `unknown` that agrees with all that the element itself states.
    pub fn may_be_unknown(&self, format: &EventFormat, reading: &Reading<'_>, agreeing: &[usize]) -> bool {
        let lists = |key: usize| self.policy.keys[key].lists_unknown;
        if agreeing.iter().any(|&key| lists(key)) {
            return true;
        }
        let key_id = reading.key_ids.iter().flatten().next().copied();
        let fingerprint = reading.fingerprint.and_then(Value::as_str);
        let has_constant = format.has_constant_signer() || format.proof.key_id_constant.is_some();
        let agrees = |index: usize| {
            let key = &self.policy.keys[index];
            (format.has_constant_signer() || key.signer_id == reading.signer_id)
                && key_id.is_none_or(|id| key.key_id == id)
                && fingerprint.is_none_or(|text| key.fingerprint == text)
        };
        has_constant && (0..self.policy.keys.len()).any(|index| lists(index) && agrees(index))
    }
}
