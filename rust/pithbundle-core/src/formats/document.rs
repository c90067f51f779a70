//! What a format document contains, and the effective document (FORMAT-1).

use super::paths::{Path, is_covered};
use crate::encoding::output::Json;
use crate::encoding::pointer::of_tokens;
use crate::encoding::tree::Value;

/// Where a role is, or what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// At a path of the element.
    At(Vec<String>),
    /// This string.
    Constant(String),
}

impl Role {
    /// The path, `None` of a constant.
    pub(crate) fn path(&self) -> Option<&Path> {
        if let Self::At(path) = self { Some(path) } else { None }
    }

    pub(crate) fn constant(&self) -> Option<&str> {
        if let Self::Constant(text) = self { Some(text) } else { None }
    }

    fn to_json(&self) -> Json {
        match self {
            Self::At(path) => Json::from(of_tokens(path)),
            Self::Constant(text) => Json::object([("constant", Json::from(text.as_str()))]),
        }
    }
}

/// A value of `constants`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string.
    Str(String),
}

impl Scalar {
    /// Whether a value is equal in value and JSON type (FORMAT-8).
    pub(crate) fn equals(&self, value: Value<'_>) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Bool(each) => value.as_bool() == Some(*each),
            Self::Int(each) => value.as_int() == Some(*each),
            Self::Str(each) => value.as_str() == Some(each),
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(each) => Json::Bool(*each),
            Self::Int(each) => Json::Int(*each),
            Self::Str(each) => Json::from(each.as_str()),
        }
    }
}

macro_rules! words {
    (
        $(#[$about:meta])*
        $name:ident { $($(#[$variant_about:meta])* $variant:ident = $word:literal),* $(,)? }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_about])* $variant),* }

        impl $name {
            pub(crate) const WORDS: &[&str] = &[$($word),*];
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            pub(crate) fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

words! {
    /// A JSON type of `required`.
    JsonType {
        /// An array.
        Array = "array",
        /// `true` or `false`.
        Boolean = "boolean",
        /// An integer.
        Integer = "integer",
        /// An integer or a float.
        Number = "number",
        /// An object.
        Object = "object",
        /// A string.
        String = "string",
    }
}
words! {
    /// How M is escaped (FORMAT-3).
    Escape {
        /// Not.
        None = "none",
        /// All characters that are not printable ASCII.
        Ascii = "ascii",
    }
}
words! {
    /// How a time is written (FORMAT-11).
    TimeForm {
        /// A timestamp.
        Rfc3339 = "rfc3339",
        /// Seconds since 1970.
        Seconds = "seconds",
        /// Milliseconds since 1970.
        Milliseconds = "milliseconds",
    }
}
words! {
    /// The message of a signature.
    Signs {
        /// The raw digest.
        Digest = "digest",
        /// The digest in hex.
        Hex = "hex",
        /// The id.
        Prefixed = "prefixed",
        /// M.
        Bytes = "bytes",
    }
}
words! {
    /// The text of a signature.
    SignatureText {
        /// Padded base64.
        Base64 = "base64",
        /// base64url without padding.
        Base64Url = "base64url",
        /// Hex.
        Hex = "hex",
    }
}
words! {
    /// The text of an id.
    IdText {
        /// TEXT-4.
        Prefixed = "prefixed",
        /// Hex digits alone.
        Hex = "hex",
    }
}

/// What is signed, and where its members are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    pub(crate) base: Path,
    /// Sorted by pointer.
    pub(crate) excluded: Vec<Path>,
    pub(crate) required: Vec<(Path, JsonType)>,
    pub(crate) wrapper: Option<String>,
    pub(crate) payload_wrapper: Option<String>,
    pub(crate) escape: Escape,
    pub(crate) event_type: Role,
    pub(crate) subject: Option<Path>,
    pub(crate) target: Role,
    pub(crate) payload: Path,
    pub(crate) payload_sha256: Option<Path>,
    pub(crate) created_at: Option<Path>,
    pub(crate) signer_id: Role,
    pub(crate) constants: Vec<(Path, Scalar)>,
    pub(crate) time: TimeForm,
}

/// Where id and signature are, and how they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub(crate) signature: Path,
    pub(crate) event_id: Option<Path>,
    /// Sorted by pointer; no path if it is a constant.
    pub(crate) key_id: Vec<Path>,
    pub(crate) key_id_constant: Option<String>,
    pub(crate) fingerprint: Option<Path>,
    pub(crate) algorithm: Option<Path>,
    pub(crate) constants: Vec<(Path, Scalar)>,
    pub(crate) algorithm_text: String,
    pub(crate) signs: Signs,
    pub(crate) signature_text: SignatureText,
    pub(crate) id_text: IdText,
}

fn pointers(paths: &[Path]) -> Json {
    Json::strings(paths.iter().map(|path| of_tokens(path)))
}

fn constants_json(constants: &[(Path, Scalar)]) -> Json {
    Json::object(constants.iter().map(|(path, value)| (of_tokens(path), value.to_json())))
}

impl Body {
    /// Whether a path is in the content with all below it.
    pub(crate) fn covers(&self, path: &[String]) -> bool {
        is_covered(path, &self.base, &self.excluded)
    }

    pub(crate) fn covers_role(&self, role: &Role) -> bool {
        role.path().is_none_or(|path| self.covers(path))
    }

    /// The member `body` of the effective document.
    pub(crate) fn to_json(&self) -> Json {
        let at = |path: &Path| Json::from(of_tokens(path));
        let mut roles = vec![
            ("event_type", self.event_type.to_json()),
            ("target", self.target.to_json()),
            ("payload", at(&self.payload)),
            ("signer_id", self.signer_id.to_json()),
        ];
        let others = [
            ("subject", &self.subject),
            ("payload_sha256", &self.payload_sha256),
            ("created_at", &self.created_at),
        ];
        roles.extend(others.into_iter().filter_map(|(name, path)| Some((name, at(path.as_ref()?)))));
        let required = self.required.iter().map(|(path, of)| (of_tokens(path), Json::from(of.word())));
        Json::object([
            ("base", at(&self.base)),
            ("excluded", pointers(&self.excluded)),
            ("required", Json::object(required)),
            ("wrapper", Json::optional(self.wrapper.as_deref())),
            ("payload_wrapper", Json::optional(self.payload_wrapper.as_deref())),
            ("escape", Json::from(self.escape.word())),
            ("roles", Json::object(roles)),
            ("constants", constants_json(&self.constants)),
            ("time", Json::from(self.time.word())),
        ])
    }
}

impl Proof {
    /// The member `proof` of the effective document.
    pub(crate) fn to_json(&self) -> Json {
        let at = |path: &Path| Json::from(of_tokens(path));
        let key_id = match &self.key_id_constant {
            Some(text) => Json::object([("constant", Json::from(text.as_str()))]),
            None => pointers(&self.key_id),
        };
        let mut roles = vec![("signature", at(&self.signature)), ("key_id", key_id)];
        let others = [
            ("event_id", &self.event_id),
            ("fingerprint", &self.fingerprint),
            ("algorithm", &self.algorithm),
        ];
        roles.extend(others.into_iter().filter_map(|(name, path)| Some((name, at(path.as_ref()?)))));
        Json::object([
            ("roles", Json::object(roles)),
            ("constants", constants_json(&self.constants)),
            ("algorithm_text", Json::from(self.algorithm_text.as_str())),
            ("signs", Json::from(self.signs.word())),
            ("signature_text", Json::from(self.signature_text.word())),
            ("id_text", Json::from(self.id_text.word())),
        ])
    }
}

/// The effective document, with its name if one is given (FORMAT-1).
pub(crate) fn effective(name: Option<&str>, body: &Body, proof: &Proof) -> Json {
    let mut members = vec![
        ("format_type", Json::from("pithbundle_event_format")),
        ("format_version", Json::from("1")),
        ("body", body.to_json()),
        ("proof", proof.to_json()),
    ];
    members.extend(name.map(|name| ("name", Json::from(name))));
    Json::object(members)
}
