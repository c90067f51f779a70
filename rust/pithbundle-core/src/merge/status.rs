//! The status summary: counts of entries of the state (STATUS-1).

use super::equivocation::Equivocation;
use super::event_types::{EVENT_RETRACTED, EVENT_TYPES};
use super::selection::Selection;
use crate::encoding::limits::Limits;
use crate::encoding::output::Json;
use crate::encoding::tree::{Tree, Value};
use crate::encoding::{Regions, read_json};

/// The payloads of the current events of a section.
fn payloads(selection: &Selection<'_, '_>, section: &str) -> Vec<Tree> {
    let Some(of) = EVENT_TYPES.iter().position(|each| each.section == section) else { return Vec::new() };
    let limits = Limits::default().of_states();
    let current = selection.current(of).into_iter();
    current.filter_map(|event| read_json(event.payload(), &limits, Regions::One).ok()).collect()
}

fn count(payloads: &[Tree], members: &[(&str, &str)]) -> Json {
    let has = |tree: &&Tree| {
        members.iter().all(|(name, text)| tree.root().get(name).and_then(Value::as_str) == Some(text))
    };
    Json::count(payloads.iter().filter(has).count())
}

/// The status summary.
pub fn status(selection: &Selection<'_, '_>, groups: &[Equivocation<'_>]) -> Json {
    let claims = payloads(selection, "author_claims");
    let citations = payloads(selection, "citations");
    let replications = payloads(selection, "replications");
    let findings = payloads(selection, "integrity_findings");
    let length = |section| Json::count(payloads(selection, section).len());
    let by = |trees: &[Tree], name: &str, words: &[&str]| {
        Json::object(words.iter().map(|word| (*word, count(trees, &[(name, word)]))))
    };
    let outcomes = ["supports", "refutes", "inconclusive"].map(|outcome| {
        let moderations = ["pending", "accepted", "rejected"]
            .map(|each| (each, count(&replications, &[("outcome", outcome), ("moderation", each)])));
        (outcome, Json::object(moderations))
    });
    let relationships =
        ["supports", "refutes", "extends", "uses_method", "depends_on", "replaces", "compares", "cites"];
    let effects = ["applied", "waiting", "rejected"].map(|word| {
        let current = selection.current(EVENT_RETRACTED);
        let has = |event: &&&_| selection.effect(event).is_some_and(|effect| effect.word() == word);
        (word, Json::count(current.iter().filter(has).count()))
    });
    Json::object([
        ("attested", by(&claims, "strength", &["strong", "weak"])),
        ("anchored", length("timestamp_anchors")),
        ("stored", length("storage_attestations")),
        ("references", references(selection)),
        ("citations", by(&citations, "relationship", &relationships)),
        ("replications", Json::object(outcomes)),
        ("findings", severities(&findings)),
        ("retractions", Json::object(effects)),
        ("conflicts", Json::count(groups.len())),
        ("unrecognised", Json::count(selection.unrecognised().count())),
    ])
}

fn severities(findings: &[Tree]) -> Json {
    let text = |tree: &Tree, name| tree.root().get(name).and_then(Value::as_str).map(str::to_owned);
    let is_rescinded = |tree: &Tree| text(tree, "verdict_class").as_deref() == Some("rescinded");
    let mut counts: Vec<(&str, Json)> = ["critical", "advisory", "informational"]
        .map(|severity| {
            let has =
                |tree: &&Tree| !is_rescinded(tree) && text(tree, "severity").as_deref() == Some(severity);
            (severity, Json::count(findings.iter().filter(has).count()))
        })
        .to_vec();
    counts.push(("rescinded", Json::count(findings.iter().filter(|tree| is_rescinded(tree)).count())));
    Json::object(counts)
}

/// `graph_snapshot.references.count` of the last graph snapshot.
fn references(selection: &Selection<'_, '_>) -> Json {
    let snapshots = payloads(selection, "graph_snapshots");
    let path = ["graph_snapshot", "references", "count"];
    let count = snapshots
        .last()
        .and_then(|tree| path.iter().try_fold(tree.root(), |value, name| value.get(name)))
        .and_then(Value::as_int);
    count.filter(|&count| count >= 0).map_or(Json::Null, Json::Int)
}
