//! A value as one flat table of nodes (DATA-1).
//!
//! Containers refer to ranges of one slab, so no depth of an input decides how deep a function calls
//! itself, also not when a tree is dropped. The members of an object are sorted by name.

use super::pointer;
use crate::error::Fault;

/// A range of the text of a tree.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub start: u32,
    pub len: u32,
}

/// One value. Nodes are in the order of the input.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Int(i64),
    /// The bits of a portable double (DATA-3).
    Float(u64),
    Str(Span),
    Array {
        first: u32,
        len: u32,
    },
    Object {
        first: u32,
        len: u32,
    },
    /// An element with a value-level fault, by the index of the fault (FAULT-3).
    Broken(u32),
}

/// A member of an object, or an item of an array without a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub name: Span,
    pub value: u32,
}

/// A value that was read, with all that is inside it.
#[derive(Debug, Default)]
pub struct Tree {
    /// The input, and after it the strings that are not written there as they are.
    pub(crate) text: String,
    /// The length of the input, if it is JSON: a string before has its quotation marks around it and
    /// nothing to escape in it.
    pub(crate) quoted: usize,
    pub(crate) nodes: Vec<Node>,
    pub(crate) members: Vec<Member>,
    pub(crate) faults: Vec<Fault>,
}

impl Tree {
    /// The outermost value.
    pub fn root(&self) -> Value<'_> {
        Value { tree: self, at: 0 }
    }

    pub(crate) fn value(&self, at: u32) -> Value<'_> {
        Value { tree: self, at }
    }

    pub(crate) fn text_of(&self, span: Span) -> &str {
        let start = span.start as usize;
        &self.text[start..start + span.len as usize]
    }

    /// A string with its quotation marks, if it is written so in the input.
    pub(crate) fn quoted_text(&self, span: Span) -> Option<&[u8]> {
        let (start, end) = (span.start as usize, (span.start + span.len) as usize);
        (end < self.quoted).then(|| &self.text.as_bytes()[start - 1..=end])
    }

    fn range(&self, first: u32, len: u32) -> &[Member] {
        let first = first as usize;
        &self.members[first..first + len as usize]
    }
}

/// One value of a tree.
#[derive(Clone, Copy)]
pub struct Value<'t> {
    pub(crate) tree: &'t Tree,
    pub(crate) at: u32,
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is inside a value may have any size.
        write!(f, "Value({:?})", self.node())
    }
}

impl<'t> Value<'t> {
    pub(crate) fn node(self) -> Node {
        self.tree.nodes[self.at as usize]
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        matches!(self.node(), Node::Null)
    }

    /// The value of `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        if let Node::Bool(value) = self.node() { Some(value) } else { None }
    }

    /// The value of an integer.
    pub fn as_int(self) -> Option<i64> {
        if let Node::Int(value) = self.node() { Some(value) } else { None }
    }

    /// Whether it is a float.
    pub fn is_float(self) -> bool {
        matches!(self.node(), Node::Float(_))
    }

    /// The text of a string.
    pub fn as_str(self) -> Option<&'t str> {
        if let Node::Str(span) = self.node() { Some(self.tree.text_of(span)) } else { None }
    }

    /// The fault of an element that has one at value level (FAULT-3).
    pub fn fault(self) -> Option<&'t Fault> {
        if let Node::Broken(index) = self.node() { Some(&self.tree.faults[index as usize]) } else { None }
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        matches!(self.node(), Node::Object { .. })
    }

    /// Whether it is an array.
    pub fn is_array(self) -> bool {
        matches!(self.node(), Node::Array { .. })
    }

    /// The number of members of an object or items of an array; 0 of another value.
    pub fn len(self) -> usize {
        self.entries().len()
    }

    /// Whether it has no members and no items.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub(crate) fn entries(self) -> &'t [Member] {
        match self.node() {
            Node::Array { first, len } | Node::Object { first, len } => self.tree.range(first, len),
            _ => &[],
        }
    }

    /// The member of a name, `None` of a value that is no object.
    pub fn get(self, name: &str) -> Option<Value<'t>> {
        let Node::Object { first, len } = self.node() else { return None };
        let members = self.tree.range(first, len);
        let found = if members.len() <= 12 {
            members.iter().position(|each| self.tree.text_of(each.name) == name)
        } else {
            members.binary_search_by(|each| self.tree.text_of(each.name).cmp(name)).ok()
        };
        found.map(|index| self.tree.value(members[index].value))
    }

    /// The item of an index, `None` of a value that is no array.
    pub fn item(self, index: usize) -> Option<Value<'t>> {
        let Node::Array { first, len } = self.node() else { return None };
        self.tree.range(first, len).get(index).map(|each| self.tree.value(each.value))
    }

    /// The items of an array; none of another value.
    pub fn items(self) -> impl ExactSizeIterator<Item = Value<'t>> + use<'t> {
        let members = if self.is_array() { self.entries() } else { &[] };
        members.iter().map(move |each| self.tree.value(each.value))
    }

    /// The members of an object, sorted by name; none of another value.
    pub fn members(self) -> impl ExactSizeIterator<Item = (&'t str, Value<'t>)> + use<'t> {
        let members = if self.is_object() { self.entries() } else { &[] };
        members.iter().map(move |each| (self.tree.text_of(each.name), self.tree.value(each.value)))
    }

    /// The members in the order of the input.
    pub fn members_as_written(self) -> Vec<(&'t str, Value<'t>)> {
        let mut found: Vec<_> = self.members().collect();
        found.sort_by_key(|(_, value)| value.at);
        found
    }

    /// The name of its JSON type, for messages.
    pub fn type_name(self) -> &'static str {
        match self.node() {
            Node::Null => "null",
            Node::Bool(_) => "boolean",
            Node::Int(_) => "integer",
            Node::Float(_) => "float",
            Node::Str(_) => "string",
            Node::Array { .. } => "array",
            Node::Object { .. } => "object",
            Node::Broken(_) => "unreadable",
        }
    }

    /// The first float in it, by pointer, where objects are read in the order of their names (REC-4).
    pub fn first_float(self) -> Option<String> {
        // Hardly any input has a float at all.
        if !self.tree.nodes.iter().any(|node| matches!(node, Node::Float(_))) {
            return None;
        }
        let mut open = vec![(self, String::new())];
        while let Some((value, at)) = open.pop() {
            if value.is_float() {
                return Some(at);
            }
            let start = open.len();
            for (index, item) in value.items().enumerate() {
                open.push((item, format!("{at}/{index}")));
            }
            for (name, member) in value.members() {
                open.push((member, format!("{at}/{}", pointer::token(name))));
            }
            open[start..].reverse();
        }
        None
    }
}
