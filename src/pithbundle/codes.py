"""The table of error codes: what each means, the clause that defines it, and what to do (ERR-2).

:mod:`pithbundle.errors` makes errors and messages of this table, and reports and commands print
it. A new code is one line here and one in ERR-2 of the specification; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What one code means: the clause that defines it, and what the person who sees it can do."""

    meaning: str
    clause: str
    hint: str


#: What a person can do who has the file from somewhere else and cannot change it.
_MALFORMED = "fetch the file again or from another mirror; if it is the same there, report this message to its publisher"
_VALUE = (
    "use the file of another mirror; a publisher who sees this must write the value in its one portable form"
)
_MEMBER = "compare with the file of another mirror; if you wrote the file, correct the member named here"
_NOT_GENUINE = "do not rely on this file; fetch the bundle from another mirror and compare"
_LIMIT = "if you trust the source, raise the limit"
_SERVER = "try again later, or use another mirror"

#: Every code that an error, a verdict or a vector can have (ERR-2).
CODES: Final[dict[str, CodeInfo]] = {
    # Text level: the whole input is rejected.
    "size": CodeInfo("larger than the limit", "LIM-1", _LIMIT),
    "utf8": CodeInfo("not valid UTF-8", "JSON-2", _MALFORMED),
    "bom": CodeInfo("starts with a byte order mark", "JSON-3", "save the file as UTF-8 without a byte order mark: its first three bytes, EF BB BF, must go"),
    "depth": CodeInfo("nested too deeply", "LIM-2", _LIMIT + "; that of one event is fixed"),
    "nodes": CodeInfo("too many values", "LIM-3", _LIMIT + "; that of one event is fixed"),
    "events": CodeInfo("too many events in one bundle", "LIM-5", "use the same events in several bundles, which merge to the same state, or raise the limit"),
    "syntax": CodeInfo("not JSON (RFC 8259)", "JSON-6", "check that the file is JSON and complete; fetch it again if it was downloaded"),
    # CBOR, text level too.
    "cbor_nonminimal": CodeInfo("a head or float is not in its shortest form", "CBOR-4", _MALFORMED),
    "cbor_indefinite": CodeInfo("an item of indefinite length", "CBOR-3", _MALFORMED),
    "cbor_tag": CodeInfo("a tag", "CBOR-5", _MALFORMED),
    "cbor_type": CodeInfo("a CBOR type outside the data model", "CBOR-6", _MALFORMED),
    "cbor_key_type": CodeInfo("a map key that is not a text string", "CBOR-7", _MALFORMED),
    "cbor_key_order": CodeInfo("map keys out of bytewise order", "CBOR-8", _MALFORMED),
    "cbor_reserved": CodeInfo("reserved additional information", "CBOR-3", "check that the file is CBOR; fetch it again if it was downloaded"),
    "cbor_truncated": CodeInfo("ends inside an item", "CBOR-3", "the file is incomplete: fetch it again and compare its size with that of the source"),
    "trailing": CodeInfo("bytes after the end of the item", "CBOR-9", "the file is longer than its content: fetch it again, or remove what was appended"),
    # Value level: confined to the event they are in.
    "number_range": CodeInfo("a number beyond what every reader represents", "DATA-2", _VALUE),
    "number_form": CodeInfo("a number in a form that readers print differently", "DATA-3", _VALUE),
    "number_nonfinite": CodeInfo("NaN or an infinity", "DATA-4", _VALUE),
    "surrogate": CodeInfo("a lone surrogate", "DATA-5", _VALUE),
    "string": CodeInfo("U+0000 or a non-character in a string", "DATA-6", _VALUE),
    "key": CodeInfo("a member name over 256 bytes or with a character from U+D800 up", "DATA-7", _VALUE),
    "duplicate_key": CodeInfo("an object has two members of one name", "DATA-8", _VALUE),
    # Structure.
    "type": CodeInfo("a member is missing or has the wrong type", "EVT-1", _MEMBER),
    "encoding": CodeInfo("base64, hex or an id is not in its one accepted spelling", "TEXT-1", _MEMBER),
    "time": CodeInfo("not a time of the accepted grammar", "TIME-1", _MEMBER),
    "suffix": CodeInfo("not a Pith Number", "NUM-2", "a full number is pith:YYYY: and 26 characters A-Z2-7"),
    "version": CodeInfo("a version that this reader does not know", "BUN-2", "look for a newer version of pithbundle"),
    "event_size": CodeInfo("an event over 262144 canonical bytes", "LIM-6", "this limit is fixed, and no reader accepts the event; the other events are not affected"),
    "format": CodeInfo("not an event format that this reader can apply", "FORMAT-1", "run `pithbundle format show pithbundle-event-1` for a valid one, and correct the member named here"),
    # Authenticity.
    "hash_mismatch": CodeInfo("a claimed digest or id differs from the recomputed one", "CHECK-3", _NOT_GENUINE),
    "subject": CodeInfo("belongs to another record", "CHECK-4", _NOT_GENUINE),
    "key_unknown": CodeInfo("no key of the policy made this", "CHECK-5", "if you trust the signer, add its key to your policy; if its key is there already, this file may have been altered: compare it with another mirror's"),
    "key_role": CodeInfo("the key may not sign this event type", "CHECK-6", "if the key may sign it, add the type to event_types in your policy"),
    "key_revoked": CodeInfo("the key is revoked and does not accept this id", "CHECK-6", "if you trust this event all the same, add its id to accepted_event_ids in your policy"),
    "algorithm": CodeInfo("the algorithm is not the one of the event format", "CHECK-7", _NOT_GENUINE),
    "signature_invalid": CodeInfo("the signature does not verify", "CHECK-9", _NOT_GENUINE),
    "ambiguous": CodeInfo("formats of the policy read the signed value as different events", "FORMAT-5", "leave out the formats that your policy does not need for this signer"),
    "key_invalid": CodeInfo("an invalid public key", "KEY-2", "get the key again from its owner"),
    "backend": CodeInfo("the installed libsodium does not keep the signature rules", "KEY-5", "install PyNaCl 1.6.2 or later from its own wheel"),
    # Configuration, merging, the edge.
    "policy": CodeInfo("not a policy that this reader can apply", "POL-1", "run `pithbundle policy show` for a valid one"),
    "collision": CodeInfo("two records have one Pith Number", "MERGE-2", "keep both files and report them: this should be impossible"),
    "archive": CodeInfo("an archive, or a part of it, is damaged or not in its form", "ARCH-8", "fetch the file again from where it came; pithbundle archive check lists what is damaged, and what else there is can be read"),
    "store": CodeInfo("a store, or an entry of it, is damaged or not in its form", "STORE-3", "pithbundle store check lists what is damaged; add what was lost again from where it came, then run pithbundle store repair"),
    "digest_invalid": CodeInfo("a file of a mirror's digests is not in its form, or not the one of its name", "MIRROR-3", "the digests of this mirror cannot be relied on: report this message to its operator; its bundles can be verified without them"),
    "finding": CodeInfo("a finding of an audit is not in its form, or does not show what it states", "AUDIT-11", "ask whoever sent it for the file as it was written; what it states is shown by nothing else in it"),
    "ots_invalid": CodeInfo("not a timestamp proof that can be read", "EVID-2", "ask whoever sent the proof for the file as it was written; a calendar gives it again"),
    "headers_invalid": CodeInfo("not headers of one chain, or not a block or a table of blocks", "EVID-8", "get the headers again from a node that you trust, and check the heights that you gave"),
    "warc_invalid": CodeInfo("not a WARC file that can be read", "CAPT-5", "save the capture again, in a file of its own, and check that the file is complete"),
    "orcid_invalid": CodeInfo("not a saved record of ORCID", "ORCID-4", "save https://pub.orcid.org/v3.0/ID/record again, as JSON or XML"),
    "pdf_invalid": CodeInfo("not a PDF file that can be read", "PDF-5", "get the PDF again, whole and without encryption"),
    "worker_lost": CodeInfo("the process that verified this ended each time", "RECOMP-7", "look for a message of the system that a process was killed, as for want of memory; run again with fewer jobs or on a larger machine"),
    "cache": CodeInfo("a result in the cache is not the one that a new computation gives", "RECOMP-10", "remove the folder of the cache, because no other result in it can be relied on, and run again; if it happens again with the new folder, report it with this message"),
    "url": CodeInfo("not an acceptable URL", "NET-2", "write https://, a public host and a path, without a user, a query or a fragment"),
    "address": CodeInfo("not a public address", "NET-4", "use a mirror that has a public address; one on this machine needs http and allow_loopback_http"),
    "tls": CodeInfo("the certificate of the server cannot be accepted", "NET-6", "check the clock of this machine and the name of the mirror; its operator must renew or correct the certificate"),
    "unreachable": CodeInfo("the server cannot be reached", "NET-5", "check the name and the connection of this machine, then " + _SERVER),
    "timeout": CodeInfo("the exchange did not end in time", "NET-9", _SERVER),
    "http": CodeInfo("the response of the server cannot be used", "NET-10", _SERVER + "; its operator can check it with this message"),
    "requests": CodeInfo("the limit on the number of requests is reached", "NET-15", "raise the limit, or continue later from where this ended"),
    "io": CodeInfo("a file cannot be read or written", "CLI-3", "check the path and its permissions"),
}  # fmt: skip


#: By the clause that rejects it, where the hint of the code is for another situation.
CLAUSE_HINTS: Final[dict[str, str]] = {
    "ARXIV-1": "metadata of arXiv is arXivRaw of OAI-PMH as XML, the snapshot as JSON lines, or an .abs file: fetch it in one of these forms",
    "ARXIV-2": "fetch the metadata of the paper again from arXiv, with metadataPrefix=arXivRaw; --id names one paper of several",
    "ARXIV-3": "fetch the metadata of the paper again from arXiv; if it is the same there, compare it with the page of the paper",
    "DATA-1": "give a dict with str keys, a list, a str, an int, a float, a bool or None, and no subclass of these",
    "NET-8": "use the URL to which it redirects, if you trust it",
    "NET-11": "if you trust the mirror, raise the limit on the size of a response",
    "NET-12": "use another mirror; the operator must serve the file without compression, since a compressed one can expand to any size",
    "EXPLAIN-1": "give /current/ and the name of a section, as State.sections lists them, or no pointer for all",
}  # fmt: skip


class LimitInfo(NamedTuple):
    """How an error of one limit is reported: its code, its clause, what is counted."""

    code: str
    clause: str
    unit: str


#: By the name of the limit, as in ``Limits`` and ``--limit``.
LIMITS: Final[dict[str, LimitInfo]] = {
    "size": LimitInfo("size", "LIM-1", "bytes"),
    "depth": LimitInfo("depth", "LIM-2", "levels of nesting"),
    "bundle_depth": LimitInfo("depth", "LIM-2", "levels of nesting"),
    "nodes": LimitInfo("nodes", "LIM-3", "values"),
    "string": LimitInfo("size", "LIM-4", "bytes in one string"),
    "aliases": LimitInfo("size", "LIM-4", "aliases"),
    "events": LimitInfo("events", "LIM-5", "events"),
}
