"""Types of documents: what a file claims to be, of Pith or of pithbundle (spec DOC-1).

A document names its type in a member, or is recognised by its members. Nothing here is
verified: the type decides only what a message calls a file and which command it recommends.
The names of all types are defined here, once.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pithbundle.encoding.values import Value

#: The values of ``bundle_type``, ``bundle_version`` and the other members that name a type.
BUNDLE_TYPE: Final = "pith_open_graph_bundle"
BUNDLE_VERSION: Final = "1.0"
STATE_TYPE: Final = "pith_open_graph_state"
REPORT_TYPE: Final = "pithbundle_report"
POLICY_TYPE: Final = "pithbundle_policy"
PROOF_TYPE: Final = "pithbundle_equivocation_proof"
RECORD_TYPE: Final = "pith_number_record"
MANIFEST_TYPE: Final = "pith_mirror_manifest"
FORMAT_TYPE: Final = "pithbundle_event_format"
ARCHIVE_TYPE: Final = "pithbundle_archive"
PROGRESS_TYPE: Final = "pithbundle_probe_progress"
#: The file of an archive by which its folder is recognised (ARCH-10).
ARCHIVE_FILE: Final = "pith-archive.json"
#: The file of a store by which its folder is recognised (STORE-1).
STORE_FILE: Final = "pith-store.json"
#: The ``type`` of what a command prints with ``--json``: {} is replaced by _ and the command (CLI-9).
OUTPUT_TYPE: Final = "pithbundle{}_result"


class Document(NamedTuple):
    """A kind of document: a short name for programs, a description for people, what to do with one."""

    name: str
    description: str
    use: str


BUNDLE: Final = Document(
    "bundle", "a bundle", "pithbundle verify checks it, pithbundle merge gives its state"
)
STATE: Final = Document(
    "state", "a state", "compare it with a bundle's: pithbundle merge BUNDLE --expect FILE"
)
REPORT: Final = Document("report", "a report of pithbundle", "pithbundle diff compares it with another")
OUTPUT: Final = Document(
    "output", "what a pithbundle command printed with --json", "give the command's own input instead"
)
POLICY: Final = Document("policy", "a policy", "give it to --policy; pithbundle policy check checks it")
EVENT_FORMAT: Final = Document(
    "event_format",
    "an event format",
    "pithbundle format check checks it; pithbundle policy add --event-format adds it to a policy",
)
ARCHIVE: Final = Document(
    "archive",
    "the manifest of an archive",
    "pithbundle archive unpack DIR -o OUT writes the bundles of its folder as files; "
    "pithbundle recompute DIR -o OUT verifies them all",
)
PROGRESS: Final = Document(
    "progress", "the progress of a search", "give it to pithbundle probe --resume, with the same files"
)
PROOF: Final = Document("proof", "a proof of a conflict", "pithbundle verify checks it under your --policy")
MANIFEST: Final = Document(
    "manifest",
    "a manifest of mirrors",
    "pithbundle verify compares its key with your policy; fetch a bundle from a mirror that it names",
)
RECORD: Final = Document("record", "a canonical record", "pithbundle number recomputes its Pith Number")
RECORD_DOCUMENT: Final = Document(
    "record_document",
    "a record document",
    "pithbundle verify recomputes what its record determines; its bundle.json has the events",
)
GRAPH: Final = Document(
    "graph",
    "a graph document",
    "pithbundle verify recomputes its digests; the bundle.json of its record has the events",
)
INTEGRITY: Final = Document(
    "integrity", "an integrity document", "pithbundle verify checks its signatures under your policy"
)
TRACE: Final = Document("trace", "a trace", "pithbundle explain gives it in words")
VECTORS: Final = Document("vectors", "a file of conformance vectors", "pithbundle conformance run reads it")
PUBLIC_KEY: Final = Document(
    "key",
    "a public key file",
    "pithbundle verify recomputes its fingerprints; add it to your policy to use it",
)
EVENT: Final = Document("event", "one event, without a bundle", "fetch the bundle of its record")
OTHER: Final = Document("other", "an object of no known type", "pithbundle inspect shows what is inside")
NO_OBJECT: Final = Document("none", "not an object", "pithbundle inspect shows what is inside")

#: The members that name a type, with the value that spec.md knows.
TYPE_MEMBERS: Final[dict[str, tuple[str, Document]]] = {
    "bundle_type": (BUNDLE_TYPE, BUNDLE),
    "state_type": (STATE_TYPE, STATE),
    "report_type": (REPORT_TYPE, REPORT),
    "policy_type": (POLICY_TYPE, POLICY),
    "proof_type": (PROOF_TYPE, PROOF),
    "record_type": (RECORD_TYPE, RECORD_DOCUMENT),
    "manifest_type": (MANIFEST_TYPE, MANIFEST),
    "format_type": (FORMAT_TYPE, EVENT_FORMAT),
    "archive_type": (ARCHIVE_TYPE, ARCHIVE),
    "progress_type": (PROGRESS_TYPE, PROGRESS),
}
#: Documents that name no type, by members that all of them have.
_BY_MEMBERS: Final[tuple[tuple[frozenset[str], Document], ...]] = (
    (frozenset({"type", "version", "outcome", "exit_status", "error"}), OUTPUT),
    (frozenset({"vectors_version", "vectors"}), VECTORS),
    (frozenset({"pith_number", "rules", "trace"}), TRACE),
    (frozenset({"source", "metadata", "schema_version"}), RECORD),
    (frozenset({"event_type", "payload"}), EVENT),
    (frozenset({"canonical_record"}), RECORD_DOCUMENT),
    (frozenset({"claims", "paper"}), GRAPH),
    (frozenset({"public_key_b64"}), PUBLIC_KEY),
    (frozenset({"public_key_hex"}), PUBLIC_KEY),
)


#: The members of each element of an integrity document (DOC-2).
_FLAT: Final = frozenset({"payload_sha256", "signature_b64", "signing_key_id"})


def recognise(value: Value) -> Document:
    """What a value is by its own account (DOC-1, DOC-2)."""
    if type(value) is not dict:
        return INTEGRITY if _are_flat(value) else NO_OBJECT
    for member, (claimed, document) in TYPE_MEMBERS.items():
        if value.get(member) == claimed:
            return document
    for members, document in _BY_MEMBERS:
        if members <= value.keys():
            return document
    return INTEGRITY if _are_flat(value.get("events")) else OTHER


def _are_flat(value: Value) -> bool:
    """Whether it is an array of flat events, and not empty."""
    return (
        type(value) is list
        and len(value) > 0
        and all(type(element) is dict and element.keys() >= _FLAT for element in value)
    )
