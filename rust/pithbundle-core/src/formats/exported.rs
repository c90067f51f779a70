//! The element that an export contains of an event (FORMAT-12).

use std::collections::BTreeMap;

use super::document::{IdText, SignatureText};
use super::format::EventFormat;
use super::paths::{Path, Region, index_of, region};
use crate::encoding::canonical;
use crate::encoding::output::Json;
use crate::encoding::spellings::{base64, base64url, event_id, hex};
use crate::encoding::tree::Value;

/// What an exported element is a function of.
pub(crate) struct Exported<'e> {
    /// The content.
    pub content: Value<'e>,
    /// The canonical bytes of the payload.
    pub payload: &'e [u8],
    /// The digest of M.
    pub digest: &'e [u8; 32],
    /// The raw signature.
    pub signature: &'e [u8],
    /// The `key_id` of the key of the policy.
    pub key_id: &'e str,
    /// The hex fingerprint of that key.
    pub fingerprint: &'e str,
}

/// The canonical bytes of the exported element.
pub(crate) fn exported(format: &EventFormat, event: &Exported<'_>) -> Vec<u8> {
    let (body, proof) = (&format.body, &format.proof);
    let is_outside = |path: &Path| region(path, &body.base, &body.excluded) == Region::Outside;
    let mut slots: Vec<Slot<'_>> = Vec::new();
    if !format.covers_payload {
        let value = Json::Raw(event.payload.to_vec());
        slots.push(Slot { path: &body.payload, value, is_payload: true });
    }
    let signature = match proof.signature_text {
        SignatureText::Base64 => base64(event.signature),
        SignatureText::Base64Url => base64url(event.signature),
        SignatureText::Hex => hex(event.signature),
    };
    let id = match proof.id_text {
        IdText::Prefixed => event_id(event.digest),
        IdText::Hex => hex(event.digest),
    };
    let texts = [
        (Some(&proof.signature), signature),
        (proof.event_id.as_ref(), id),
        (proof.fingerprint.as_ref(), event.fingerprint.to_owned()),
        (proof.algorithm.as_ref(), proof.algorithm_text.clone()),
    ];
    let key_ids = proof.key_id.iter().map(|path| (path, Json::from(event.key_id)));
    let constants = proof.constants.iter().map(|(path, value)| (path, value.to_json()));
    let texts = texts.into_iter().filter_map(|(path, text)| Some((path?, Json::from(text))));
    for (path, value) in texts.chain(key_ids).chain(constants) {
        if is_outside(path) {
            slots.push(Slot { path, value, is_payload: false });
        }
    }
    let whole = Part { value: None, base: Some(&body.base), content: event.content };
    whole.build(&slots).bytes()
}

/// A value to set, with the tokens that are left to it.
#[derive(Clone)]
struct Slot<'e> {
    path: &'e [String],
    value: Json,
    is_payload: bool,
}

/// A place in the element that is built.
struct Part<'e> {
    /// The value of the content here, inside it.
    value: Option<Value<'e>>,
    /// The tokens down to `base`, at and above it.
    base: Option<&'e [String]>,
    content: Value<'e>,
}

impl Part<'_> {
    /// The value with the slots below this place. It calls itself for each token of a pointer, 16 at most.
    fn build(&self, slots: &[Slot<'_>]) -> Json {
        if let [slot] = slots {
            if slot.path.is_empty() {
                return slot.value.clone();
            }
        }
        let here = if self.base.is_some_and(<[String]>::is_empty) { Some(self.content) } else { self.value };
        if slots.is_empty() {
            if let Some(value) = here {
                return Json::Raw(canonical::bytes(value));
            }
        }
        let mut below: BTreeMap<&str, Vec<Slot<'_>>> = BTreeMap::new();
        for slot in slots {
            if let Some((first, path)) = slot.path.split_first() {
                below.entry(first).or_default().push(Slot { path, ..slot.clone() });
            }
        }
        let next = if here.is_none() { self.base.and_then(<[String]>::split_first) } else { None };
        if let Some((first, _)) = next {
            below.entry(first).or_default();
        }
        let indices: Option<Vec<usize>> = below.keys().map(|token| index_of(token)).collect();
        let is_array = here.is_none() && next.is_none() && !slots.iter().any(|slot| slot.is_payload);
        if let (true, Some(indices)) = (is_array, indices) {
            let mut items = vec![Json::Null; indices.iter().max().map_or(0, |last| last + 1)];
            for (token, slots) in &below {
                if let Some(index) = index_of(token) {
                    items[index] = self.inner(token, here, next).build(slots);
                }
            }
            return Json::Array(items);
        }
        let mut members: Vec<(String, Json)> = Vec::new();
        if let Some(value) = here {
            let kept = value.members().filter(|(name, _)| !below.contains_key(name));
            members.extend(kept.map(|(name, value)| (name.to_owned(), Json::Raw(canonical::bytes(value)))));
        }
        for (token, slots) in &below {
            members.push(((*token).to_owned(), self.inner(token, here, next).build(slots)));
        }
        Json::object(members)
    }

    fn inner<'p>(
        &'p self,
        token: &str,
        here: Option<Value<'p>>,
        next: Option<(&'p String, &'p [String])>,
    ) -> Part<'p> {
        let base = next.filter(|(first, _)| first.as_str() == token).map(|(_, rest)| rest);
        let value = here.and_then(|value| value.get(token));
        Part { value, base, content: self.content }
    }
}
