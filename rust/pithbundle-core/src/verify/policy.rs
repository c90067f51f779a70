//! Policies (POL-1 to POL-7) as the checks use them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::policy_reader;
use crate::encoding::canonical::sha256_hex;
use crate::encoding::limits::Limits;
use crate::encoding::output::Json;
use crate::encoding::spellings::hex;
use crate::encoding::{Regions, read_json};
use crate::error::Fault;
use crate::formats::{EventFormat, INTEGRITY_1};
use crate::signature::{PublicKey, Tables};

/// The status of a key (POL-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// Events and receipts are verified.
    Active,
    /// As active; the status is displayed.
    Retired,
    /// Accepts events by id alone.
    Revoked,
}

impl KeyStatus {
    /// The word of a policy.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }
}

/// A key of a policy (POL-2).
#[derive(Debug)]
pub struct PolicyKey {
    /// The signer.
    pub signer_id: String,
    /// The id of the key.
    pub key_id: String,
    /// The key.
    pub public_key: PublicKey,
    /// The hex fingerprint (KEY-3).
    pub fingerprint: String,
    /// The event types that it may sign; `None` for all.
    pub event_types: Option<BTreeSet<String>>,
    /// The status.
    pub status: KeyStatus,
    /// The ids that count although the key is revoked.
    pub accepted_event_ids: BTreeSet<String>,
    /// The digests of the documents that it lists, sorted.
    pub format_sha256s: Vec<String>,
    /// Whether it lists `integrity-1`.
    pub lists_flat: bool,
    /// Whether it lists `unknown` (CHECK-13).
    pub lists_unknown: bool,
}

impl PolicyKey {
    /// The code of the right that it lacks for an event type and an id (CHECK-6).
    pub fn right_lacking(&self, event_type: &str, event_id: Option<&str>) -> Option<&'static str> {
        if self.event_types.as_ref().is_some_and(|types| !types.contains(event_type)) {
            return Some("key_role");
        }
        let is_accepted = event_id.is_some_and(|id| self.accepted_event_ids.contains(id));
        (self.status == KeyStatus::Revoked && !is_accepted).then_some("key_revoked")
    }

    /// The formats in the order of FORMAT-7.
    fn formats(&self) -> impl Iterator<Item = &str> {
        let documents = self.format_sha256s.iter().map(String::as_str);
        documents.chain(self.lists_flat.then_some(INTEGRITY_1)).chain(self.lists_unknown.then_some("unknown"))
    }

    fn effective(&self) -> Json {
        let types = self.event_types.as_ref();
        Json::object([
            ("accepted_event_ids", Json::strings(&self.accepted_event_ids)),
            ("event_formats", Json::strings(self.formats())),
            ("event_types", types.map_or(Json::from("*"), Json::strings)),
            ("key_id", Json::from(self.key_id.as_str())),
            ("public_key_hex", Json::from(hex(&self.public_key.raw))),
            ("signer_id", Json::from(self.signer_id.as_str())),
            ("status", Json::from(self.status.word())),
        ])
    }
}

/// A policy.
#[derive(Debug)]
pub struct Policy {
    /// The keys, sorted by raw key.
    pub keys: Vec<PolicyKey>,
    /// The formats of all keys that are documents, sorted by digest.
    pub formats: Vec<EventFormat>,
    /// Whether a key lists `integrity-1`.
    pub has_flat: bool,
    /// The canonical bytes of the effective policy (POL-5).
    pub effective: Vec<u8>,
    /// Their digest in hex.
    pub sha256: String,
    /// Whether every key lists `pithbundle-event-1` alone (FORMAT-14).
    pub knows_one_format: bool,
    /// One format for each body that binds; none if no two can disagree (FORMAT-5).
    pub(crate) meanings: Vec<usize>,
    /// The tables of keys that were used.
    pub(crate) tables: Tables,
    by_key_id: HashMap<String, Vec<usize>>,
    by_signer: HashMap<String, Vec<usize>>,
}

impl Policy {
    /// Read a policy file (POL-1).
    pub fn from_bytes(data: &[u8]) -> Result<Self, Fault> {
        let tree = read_json(data, &Limits::default(), Regions::One)?;
        let (keys, formats) = policy_reader::read(tree.root())?;
        Ok(Self::compile(keys, formats))
    }

    /// The built-in policy (POL-5).
    pub fn built_in() -> Self {
        const KEY: [u8; 32] = [
            0xB2, 0xD5, 0x52, 0xB6, 0x88, 0x90, 0x85, 0x71, 0x71, 0xA7, 0x8B, 0x36, 0xA5, 0xDC, 0xCF, 0x36,
            0x8A, 0x95, 0x34, 0x13, 0x28, 0x8C, 0x35, 0x3F, 0x7C, 0x9D, 0x9D, 0x6F, 0x94, 0xB7, 0x09, 0xB3,
        ];
        let keys = PublicKey::new(&KEY).map(|public_key| PolicyKey {
            signer_id: "pith.science".to_owned(),
            key_id: "pith-v1-2026-05".to_owned(),
            fingerprint: public_key.fingerprint_hex(),
            public_key,
            event_types: None,
            status: KeyStatus::Active,
            accepted_event_ids: BTreeSet::new(),
            format_sha256s: Vec::new(),
            lists_flat: true,
            lists_unknown: true,
        });
        Self::compile(keys.into_iter().collect(), Vec::new())
    }

    pub(crate) fn compile(mut keys: Vec<PolicyKey>, mut formats: Vec<EventFormat>) -> Self {
        keys.sort_by_key(|key| key.public_key.raw);
        formats.sort_by(|a, b| a.sha256.cmp(&b.sha256));
        formats.dedup_by(|a, b| a.sha256 == b.sha256);
        let (mut by_key_id, mut by_signer) = (HashMap::new(), HashMap::new());
        for (index, key) in keys.iter().enumerate() {
            by_key_id.entry(key.key_id.clone()).or_insert_with(Vec::new).push(index);
            by_signer.entry(key.signer_id.clone()).or_insert_with(Vec::new).push(index);
        }
        let effective = Json::object([
            ("keys", Json::array(keys.iter().map(PolicyKey::effective))),
            ("policy_type", Json::from("pithbundle_policy")),
            ("policy_version", Json::from("1")),
        ])
        .bytes();
        let ours = EventFormat::built_in().sha256;
        let is_ours =
            |key: &PolicyKey| key.format_sha256s == [ours.as_str()] && !key.lists_flat && !key.lists_unknown;
        let mut indices: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        for format in &mut formats {
            let next = indices.len();
            format.body_index = *indices.entry(format.body_bytes.clone()).or_insert(next);
        }
        let mut bodies = BTreeMap::new();
        for (index, format) in formats.iter().enumerate().filter(|(_, format)| format.is_binding) {
            bodies.entry(&format.body_bytes).or_insert(index);
        }
        let meanings = if bodies.len() > 1 { bodies.into_values().collect() } else { Vec::new() };
        Self {
            has_flat: keys.iter().any(|key| key.lists_flat),
            knows_one_format: keys.iter().all(is_ours),
            sha256: sha256_hex(&effective),
            keys,
            formats,
            effective,
            meanings,
            tables: Tables::default(),
            by_key_id,
            by_signer,
        }
    }

    /// The keys of a `key_id`, by raw key.
    pub(crate) fn keys_with_id(&self, key_id: &str) -> &[usize] {
        self.by_key_id.get(key_id).map_or(&[], Vec::as_slice)
    }

    /// The keys of a signer, by raw key.
    pub(crate) fn keys_of_signer(&self, signer_id: &str) -> &[usize] {
        self.by_signer.get(signer_id).map_or(&[], Vec::as_slice)
    }
}
