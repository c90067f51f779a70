//! Values that this crate writes: their members are few and their depth is that of this code.

use super::canonical::{write_int, write_string};

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string.
    Str(String),
    /// Bytes of a value that is written already.
    Raw(Vec<u8>),
    /// An array.
    Array(Vec<Json>),
    /// An object; its members are written in this order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// An object in canonical order (CANON-1).
    pub fn object<N: Into<String>>(members: impl IntoIterator<Item = (N, Self)>) -> Self {
        let mut members: Vec<(String, Self)> =
            members.into_iter().map(|(name, value)| (name.into(), value)).collect();
        members.sort_by(|a, b| a.0.cmp(&b.0));
        Self::Object(members)
    }

    /// An array.
    pub fn array(items: impl IntoIterator<Item = Self>) -> Self {
        Self::Array(items.into_iter().collect())
    }

    /// An array of strings.
    pub fn strings<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::array(items.into_iter().map(|each| Self::from(each.as_ref())))
    }

    /// A string, or `null` if there is none.
    pub fn optional(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }

    /// A count.
    pub fn count(number: usize) -> Self {
        Self::Int(number as i64)
    }

    /// Append the bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Int(number) => write_int(*number, out),
            Self::Str(text) => write_string(text, out),
            Self::Raw(bytes) => out.extend_from_slice(bytes),
            Self::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_string(name, out);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        self.write(&mut out);
        out
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
