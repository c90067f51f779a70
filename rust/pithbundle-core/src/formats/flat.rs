//! The flat shape (EVT-7).

use crate::encoding::spellings::digest_from_hex;
use crate::encoding::timestamps::instant;
use crate::encoding::tree::Value;
use crate::error::Fault;

/// What the format `integrity-1` reads of an element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FlatReading<'t> {
    pub event_type: &'t str,
    pub payload: Value<'t>,
    pub payload_sha256: &'t str,
    pub signing_key_id: &'t str,
    created_at: &'t str,
    /// The signature, if it is present and not `null`.
    pub signature: Option<Value<'t>>,
}

impl<'t> FlatReading<'t> {
    /// The reading of an element, `None` if it does not have the shape.
    pub fn of(element: Value<'t>) -> Option<Self> {
        element.get("event_id")?.as_int()?;
        let text = |name| element.get(name).and_then(Value::as_str);
        Some(Self {
            event_type: text("event_type")?,
            payload: element.get("payload").filter(|value| value.is_object())?,
            payload_sha256: text("payload_sha256")?,
            signing_key_id: text("signing_key_id")?,
            created_at: text("created_at")?,
            signature: element.get("signature_b64").filter(|value| !value.is_null()),
        })
    }

    /// The fault of CHECK-1, if there is one (EVT-8, 4).
    pub fn fault(&self) -> Option<Fault> {
        if self.signature.is_some_and(|value| value.as_str().is_none()) {
            return Some(Fault::at("type", "/signature_b64").with("must be a string, null or absent"));
        }
        instant(self.created_at).is_none().then(|| {
            Fault::at("time", "/created_at").with("created_at is not a time of the accepted grammar")
        })
    }

    /// The id under which it is listed (EVT-7).
    pub fn listed_id(&self) -> Option<&'t str> {
        (digest_from_hex(self.payload_sha256).is_some() && self.fault().is_none())
            .then_some(self.payload_sha256)
    }
}
