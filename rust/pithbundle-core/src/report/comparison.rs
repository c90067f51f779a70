//! Comparison of a state with another one (REPORT-3, REPORT-5).

use std::collections::{HashMap, HashSet, VecDeque};

use crate::bundle::record::Record;
use crate::encoding::limits::Limits;
use crate::encoding::pointer::{item, member};
use crate::encoding::tree::{Tree, Value};
use crate::encoding::{Regions, canonical, read_json};
use crate::error::Fault;

/// The group of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// It fails the comparison.
    Signed,
    /// Of members that nothing signs.
    Unsigned,
    /// Of other members of a state.
    Labels,
}

impl Group {
    /// The word of a report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Unsigned => "unsigned",
            Self::Labels => "labels",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its group.
    pub group: Group,
    /// The pointer in the state.
    pub pointer: String,
    /// `differs`, `only ours` or `only theirs`.
    pub how: &'static str,
}

/// Where a value is in a state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The state itself.
    State,
    /// `current`.
    Current,
    /// A member of `current`.
    Section(Group),
    /// Anything else.
    Inside(Group),
}

impl Level {
    fn member(self, name: &str) -> Self {
        match self {
            Self::State if name == "current" => Self::Current,
            Self::State if name == "pith_number" => Self::Inside(Group::Signed),
            Self::State => Self::Inside(Group::Labels),
            Self::Current if name == "source_aliases" => Self::Section(Group::Unsigned),
            Self::Current => Self::Section(Group::Signed),
            Self::Section(group) | Self::Inside(group) => Self::Inside(group),
        }
    }

    fn group(self) -> Group {
        match self {
            Self::State | Self::Current => Group::Signed,
            Self::Section(group) | Self::Inside(group) => group,
        }
    }
}

/// A comparison that is left to make, or a difference that is found.
enum Task<'v> {
    Compare(Value<'v>, Value<'v>, String, Level),
    Found(Difference),
}

/// Read a state to compare with.
pub fn read_state(data: &[u8]) -> Result<Tree, Fault> {
    let tree = read_json(data, &Limits::default().of_states(), Regions::One)?;
    let state_type = tree.root().get("state_type").and_then(Value::as_str);
    if state_type != Some("pith_open_graph_state") {
        return Err(Fault::at("type", "/state_type").by("REPORT-3"));
    }
    Ok(tree)
}

/// The differences of two states, in the order of REPORT-5. The record is that of ours.
pub fn differences(ours: &Tree, theirs: &Tree, record: &Record) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut left = VecDeque::from([Task::Compare(ours.root(), theirs.root(), String::new(), Level::State)]);
    while let Some(task) = left.pop_front() {
        match task {
            Task::Found(difference) => found.push(difference),
            Task::Compare(ours, theirs, pointer, level) => {
                for next in compare(ours, theirs, &pointer, level, record).into_iter().rev() {
                    left.push_front(next);
                }
            }
        }
    }
    found
}

fn difference<'v>(group: Group, pointer: String, how: &'static str) -> Task<'v> {
    Task::Found(Difference { group, pointer, how })
}

fn compare<'v>(
    ours: Value<'v>,
    theirs: Value<'v>,
    pointer: &str,
    level: Level,
    record: &Record,
) -> Vec<Task<'v>> {
    if ours.is_object() && theirs.is_object() {
        return compare_members(ours, theirs, pointer, level);
    }
    if ours.is_array() && theirs.is_array() {
        return match level {
            Level::Section(group) => compare_sections(ours, theirs, pointer, group, record),
            _ => compare_items(ours, theirs, pointer, level),
        };
    }
    let is_container = |value: Value<'_>| value.is_object() || value.is_array();
    let is_equal =
        !is_container(ours) && !is_container(theirs) && canonical::bytes(ours) == canonical::bytes(theirs);
    if is_equal { Vec::new() } else { vec![difference(level.group(), pointer.to_owned(), "differs")] }
}

fn is_blank(value: Value<'_>) -> bool {
    value.is_null()
        || value.as_str() == Some("")
        || (value.is_array() || value.is_object()) && value.is_empty()
}

fn compare_members<'v>(ours: Value<'v>, theirs: Value<'v>, pointer: &str, level: Level) -> Vec<Task<'v>> {
    let mut tasks = Vec::new();
    let alone = |name: &str, value: Value<'_>, how| {
        let group = level.member(name).group();
        let is_label = level == Level::Current && name != "source_aliases" && is_blank(value);
        difference(if is_label { Group::Labels } else { group }, member(pointer, name), how)
    };
    for (name, value) in ours.members_as_written() {
        tasks.push(match theirs.get(name) {
            Some(other) => Task::Compare(value, other, member(pointer, name), level.member(name)),
            None => alone(name, value, "only ours"),
        });
    }
    for (name, value) in theirs.members_as_written() {
        if ours.get(name).is_none() {
            tasks.push(alone(name, value, "only theirs"));
        }
    }
    tasks
}

fn compare_items<'v>(ours: Value<'v>, theirs: Value<'v>, pointer: &str, level: Level) -> Vec<Task<'v>> {
    let inside = Level::Inside(level.group());
    let both = ours.items().zip(theirs.items()).enumerate();
    let mut tasks: Vec<Task<'v>> =
        both.map(|(index, (one, other))| Task::Compare(one, other, item(pointer, index), inside)).collect();
    let how = if ours.len() > theirs.len() { "only ours" } else { "only theirs" };
    for index in ours.len().min(theirs.len())..ours.len().max(theirs.len()) {
        tasks.push(difference(level.group(), item(pointer, index), how));
    }
    tasks
}

/// The identity of an element of a section (REPORT-5).
fn identity(value: Value<'_>, is_alias: bool) -> (u8, Vec<u8>) {
    let part = |name| value.get(name).map_or_else(Vec::new, canonical::bytes);
    if value.is_object() && is_alias {
        let mut bytes = part("alias_kind");
        bytes.push(0);
        bytes.extend(part("alias_value"));
        return (0, bytes);
    }
    if value.get("event_id").is_some_and(|id| !id.is_null()) {
        return (1, part("event_id"));
    }
    (2, canonical::bytes(value))
}

/// Match the elements of two arrays that are members of `current`.
fn compare_sections<'v>(
    ours: Value<'v>,
    theirs: Value<'v>,
    pointer: &str,
    group: Group,
    record: &Record,
) -> Vec<Task<'v>> {
    let is_aliases = group == Group::Unsigned;
    let mut waiting: HashMap<(u8, Vec<u8>), VecDeque<usize>> = HashMap::new();
    for (index, value) in theirs.items().enumerate() {
        waiting.entry(identity(value, is_aliases)).or_default().push_back(index);
    }
    let mut tasks = Vec::new();
    let mut matched = Vec::new();
    for (index, value) in ours.items().enumerate() {
        let other = waiting.get_mut(&identity(value, is_aliases)).and_then(VecDeque::pop_front);
        let at = item(pointer, index);
        match other.and_then(|place| Some((place, theirs.item(place)?))) {
            Some((place, other)) => {
                matched.push(place);
                tasks.push(Task::Compare(value, other, at, Level::Inside(group)));
            }
            None => tasks.push(difference(group, at, "only ours")),
        }
    }
    let known: HashSet<usize> = matched.iter().copied().collect();
    for (index, value) in theirs.items().enumerate() {
        if !known.contains(&index) {
            let kind = value.get("alias_kind").and_then(Value::as_str);
            let is_derived = |kind: &str| kind != "doi" && record.alias(kind).is_some();
            let is_signed = is_aliases && kind.is_some_and(is_derived);
            let group = if is_signed { Group::Signed } else { group };
            tasks.push(difference(group, item(pointer, index), "only theirs"));
        }
    }
    if !matched.is_sorted() {
        tasks.push(difference(Group::Labels, pointer.to_owned(), "differs"));
    }
    tasks
}
