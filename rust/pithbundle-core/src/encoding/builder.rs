//! What both readers build: the tree, and the first value-level fault of each region (FAULT-2, FAULT-3).

use super::pointer;
use super::tree::{Member, Node, Span, Tree};
use crate::error::{Code, Fault};

/// Which value-level faults reject an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regions {
    /// All of them.
    One,
    /// Those outside the elements of the member `events`; one inside makes its element unreadable (FAULT-3).
    Events,
}

struct Pending {
    name: Span,
    name_at: usize,
    value: u32,
}

struct Frame {
    node: u32,
    is_object: bool,
    /// Whether its items are the elements of a bundle.
    has_elements: bool,
    /// Where its members begin in `pending`.
    first: usize,
    name: Span,
    name_at: usize,
}

struct Found {
    offset: usize,
    fault: Fault,
}

pub(crate) struct Builder {
    pub tree: Tree,
    frames: Vec<Frame>,
    pending: Vec<Pending>,
    regions: Regions,
    outside: Option<Found>,
    inside: Option<Found>,
}

impl Builder {
    /// `quoted` is the length of the JSON text that `text` begins with.
    pub fn new(text: String, quoted: usize, size: usize, regions: Regions) -> Self {
        let tree = Tree {
            text,
            quoted,
            nodes: Vec::with_capacity(size / 24 + 8),
            members: Vec::with_capacity(size / 24 + 8),
            faults: Vec::new(),
        };
        let (frames, pending) = (Vec::with_capacity(16), Vec::with_capacity(64));
        Self { tree, frames, pending, regions, outside: None, inside: None }
    }

    /// The number of containers that are open.
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// The number of values so far.
    pub fn values(&self) -> usize {
        self.tree.nodes.len()
    }

    /// Whether the innermost container is an object; `None` if none is open.
    pub fn in_object(&self) -> Option<bool> {
        self.frames.last().map(|frame| frame.is_object)
    }

    /// The name of the next member of the innermost object.
    pub fn name(&mut self, name: Span, offset: usize) {
        if let Some(frame) = self.frames.last_mut() {
            (frame.name, frame.name_at) = (name, offset);
        }
    }

    /// A scalar.
    pub fn scalar(&mut self, node: Node) {
        let at = self.push(node);
        self.added(at);
    }

    /// Open a container.
    pub fn open(&mut self, is_object: bool) {
        let is_member = |name: &str| match self.frames.as_slice() {
            [top] => top.is_object && self.tree.text_of(top.name) == name,
            _ => false,
        };
        let has_elements = !is_object && self.regions == Regions::Events && is_member("events");
        let node = self.push(Node::Null);
        let first = self.pending.len();
        self.frames.push(Frame { node, is_object, has_elements, first, name: Span::default(), name_at: 0 });
    }

    /// Close the innermost container.
    pub fn close(&mut self) {
        let Some(frame) = self.frames.last() else { return };
        let (start, at, is_object) = (frame.first, frame.node, frame.is_object);
        if is_object {
            self.sort_members(start);
        }
        let first = self.tree.members.len() as u32;
        let len = (self.pending.len() - start) as u32;
        self.tree
            .members
            .extend(self.pending.drain(start..).map(|each| Member { name: each.name, value: each.value }));
        self.tree.nodes[at as usize] =
            if is_object { Node::Object { first, len } } else { Node::Array { first, len } };
        self.frames.pop();
        self.added(at);
    }

    fn push(&mut self, node: Node) -> u32 {
        self.tree.nodes.push(node);
        (self.tree.nodes.len() - 1) as u32
    }

    /// Add a value that is complete to the innermost container.
    fn added(&mut self, at: u32) {
        let depth = self.frames.len();
        let Some(frame) = self.frames.last() else { return };
        if depth == 2 && frame.has_elements {
            if let Some(found) = self.inside.take() {
                self.tree.nodes[at as usize] = Node::Broken(self.tree.faults.len() as u32);
                self.tree.faults.push(found.fault);
            }
        }
        self.pending.push(Pending { name: frame.name, name_at: frame.name_at, value: at });
    }

    fn sort_members(&mut self, start: usize) {
        let text = &self.tree.text;
        let of = |span: Span| &text.as_bytes()[span.start as usize..][..span.len as usize];
        let members = &mut self.pending[start..];
        if members.windows(2).all(|two| of(two[0].name) < of(two[1].name)) {
            return;
        }
        members.sort_unstable_by(|a, b| of(a.name).cmp(of(b.name)).then(a.name_at.cmp(&b.name_at)));
        let repeated = members.windows(2).filter(|two| of(two[0].name) == of(two[1].name));
        // The first name that repeats an earlier one of its object (DATA-8).
        if let Some((name, offset)) =
            repeated.map(|two| (two[1].name, two[1].name_at)).min_by_key(|each| each.1)
        {
            self.fault_at("duplicate_key", offset, Some(name));
        }
    }

    /// Report a value-level fault of the value that is read next, or of the member of a name.
    pub fn fault_at(&mut self, code: Code, offset: usize, name: Option<Span>) {
        let inside = self.frames.get(1).is_some_and(|frame| frame.has_elements);
        let kept = if inside { &self.inside } else { &self.outside };
        if kept.as_ref().is_some_and(|found| found.offset <= offset) {
            return;
        }
        let pointer = self.pointer(name);
        let fault = Fault { pointer: Some(pointer), ..Fault::at_offset(code, offset) };
        let found = Some(Found { offset, fault });
        if inside {
            self.inside = found;
        } else {
            self.outside = found;
        }
    }

    /// The pointer of the value that is read next, or of a member of the innermost object.
    fn pointer(&self, name: Option<Span>) -> String {
        let mut out = String::new();
        for (level, frame) in self.frames.iter().enumerate() {
            let innermost = level + 1 == self.frames.len();
            if frame.is_object {
                let name = name.filter(|_| innermost).unwrap_or(frame.name);
                out = pointer::member(&out, self.tree.text_of(name));
            } else {
                let end = self.frames.get(level + 1).map_or(self.pending.len(), |inner| inner.first);
                out = pointer::item(&out, end - frame.first);
            }
        }
        out
    }

    /// The tree, or the first value-level fault outside the elements.
    pub fn finish(self) -> Result<Tree, Fault> {
        match self.outside {
            Some(found) => Err(found.fault),
            None => Ok(self.tree),
        }
    }
}
