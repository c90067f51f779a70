//! Canonical JSON that is written at once: the caller gives the members of an object sorted by name.

use super::canonical::{write_int, write_string};

/// Bytes of JSON that grow.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub fn with_capacity(size: usize) -> Self {
        Self { out: Vec::with_capacity(size) }
    }

    pub fn bytes(self) -> Vec<u8> {
        self.out
    }

    /// A comma, unless a container or a member has just begun. A string ends with a quotation mark.
    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }

    pub fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(b'{');
        write(self);
        self.out.push(b'}');
    }

    pub fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.separate();
        self.out.push(b'[');
        for item in items {
            write(self, item);
        }
        self.out.push(b']');
    }

    pub fn name(&mut self, name: &str) -> &mut Self {
        self.separate();
        // Names of this crate have nothing to escape.
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self
    }

    pub fn text(&mut self, text: &str) {
        self.separate();
        write_string(text, &mut self.out);
    }

    pub fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    pub fn texts<S: AsRef<str>>(&mut self, items: impl IntoIterator<Item = S>) {
        self.array(items, |writer, item| writer.text(item.as_ref()));
    }

    pub fn int(&mut self, number: i64) {
        self.separate();
        write_int(number, &mut self.out);
    }

    pub fn count(&mut self, number: usize) {
        self.int(number as i64);
    }

    pub fn null(&mut self) {
        self.raw(b"null");
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.separate();
        self.out.extend_from_slice(bytes);
    }
}
