"""The one family of errors, and the one table of codes (spec ERR-1, ERR-2).

Bytes in, a value or one :class:`PithError` out: no other exception leaves the library for
any input. An error says what is wrong, where (JSON pointer, byte offset or both), which
clause of spec.md refuses it and what to do. ``code`` is stable; programs compare it,
people read the rest. Errors know nothing of exit statuses or of printing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from pithbundle.escape import visible


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What one code means: the clause that owns it and what its reader can do."""

    meaning: str
    clause: str
    hint: str


_OUTSIDE = "the bytes are outside the profile; ask whoever produced them to write them as spec.md says"
_FORGED = "fetch the bundle from another mirror and compare; do not rely on this copy"

#: Every code that an error, a verdict or a vector can carry (ERR-2).
CODES: Final[dict[str, CodeInfo]] = {
    # Text level: the whole input is refused.
    "size": CodeInfo("larger than the limit", "LIM-1", "raise the limit explicitly if you trust the source"),
    "utf8": CodeInfo("not valid UTF-8", "JSON-2", _OUTSIDE),
    "bom": CodeInfo("starts with a byte order mark", "JSON-3", "remove the three bytes EF BB BF"),
    "depth": CodeInfo("nested too deeply", "LIM-2", _OUTSIDE),
    "nodes": CodeInfo("too many values", "LIM-3", _OUTSIDE),
    "events": CodeInfo("too many events in one bundle", "LIM-5", "split it: parts merge to the same state"),
    "syntax": CodeInfo("not JSON (RFC 8259)", "JSON-6", _OUTSIDE),
    # CBOR, text level too.
    "cbor_nonminimal": CodeInfo("a head or float is not in its shortest form", "CBOR-4", _OUTSIDE),
    "cbor_indefinite": CodeInfo("an item of indefinite length", "CBOR-3", _OUTSIDE),
    "cbor_tag": CodeInfo("a tag", "CBOR-5", _OUTSIDE),
    "cbor_type": CodeInfo("a CBOR type outside the data model", "CBOR-6", _OUTSIDE),
    "cbor_key_type": CodeInfo("a map key that is not text", "CBOR-7", _OUTSIDE),
    "cbor_key_order": CodeInfo("map keys out of bytewise order", "CBOR-8", _OUTSIDE),
    "cbor_reserved": CodeInfo("reserved additional information", "CBOR-3", _OUTSIDE),
    "cbor_truncated": CodeInfo("ends inside an item", "CBOR-3", "fetch the whole file again"),
    "trailing": CodeInfo("bytes after the item", "CBOR-9", _OUTSIDE),
    # Value level: confined to the event they are in.
    "number_range": CodeInfo("a number beyond what every reader represents", "DATA-2", _OUTSIDE),
    "number_form": CodeInfo("a number in a form that readers print differently", "DATA-3", _OUTSIDE),
    "number_nonfinite": CodeInfo("NaN or an infinity", "DATA-4", _OUTSIDE),
    "surrogate": CodeInfo("a lone surrogate", "DATA-5", _OUTSIDE),
    "string": CodeInfo("U+0000 or a non-character in a text", "DATA-6", _OUTSIDE),
    "key": CodeInfo("a key over 256 bytes or with a character from U+D800 up", "DATA-7", _OUTSIDE),
    "duplicate_key": CodeInfo("an object has the same key twice", "DATA-8", _OUTSIDE),
    # Structure.
    "type": CodeInfo("a member is missing or has the wrong type", "EVT-1", _OUTSIDE),
    "encoding": CodeInfo("base64, hex or an id is not in its one accepted spelling", "TEXT-1", _OUTSIDE),
    "time": CodeInfo("not a time of the accepted grammar", "TIME-1", _OUTSIDE),
    "suffix": CodeInfo("not a Pith Number", "NUM-2", "a full number reads pith:YYYY: and 26 characters A-Z2-7"),
    "version": CodeInfo("a version that this reader does not know", "BUN-2", "look for a newer pithbundle"),
    "event_size": CodeInfo("an event body over 262144 canonical bytes", "LIM-6", _OUTSIDE),
    # Authenticity.
    "hash_mismatch": CodeInfo("a stated digest or id differs from the recomputed one", "CHECK-3", _FORGED),
    "subject": CodeInfo("belongs to another record", "CHECK-4", _FORGED),
    "key_unknown": CodeInfo("no key of the policy made this", "CHECK-5", "if you trust the signer, pin its key in your policy"),
    "key_role": CodeInfo("the key may not sign this event type", "CHECK-6", "see event_types in your policy"),
    "key_revoked": CodeInfo("the key is revoked and does not accept this id", "CHECK-6", "see accepted_event_ids in your policy"),
    "algorithm": CodeInfo("the algorithm is not ed25519", "CHECK-7", _FORGED),
    "signature_invalid": CodeInfo("the signature does not verify", "CHECK-9", _FORGED),
    "key_invalid": CodeInfo("a public key unfit to be pinned", "KEY-2", "get the key again from its owner"),
    "backend": CodeInfo("the installed libsodium does not keep the signature rules", "KEY-5", "install PyNaCl 1.6.2 or later from its own wheel"),
    # Configuration, merging, the edge.
    "policy": CodeInfo("not a policy that this reader can apply", "POL-1", "run `pithbundle policy show` for a valid one"),
    "collision": CodeInfo("two records share one Pith Number", "MERGE-2", "keep both files and report them: this should be impossible"),
    "url": CodeInfo("not an acceptable URL", "NET-1", "use https and a public host"),
    "address": CodeInfo("not a public address", "NET-1", "use a public host"),
    "http": CodeInfo("the server's answer cannot be used", "NET-1", "try again or use another mirror"),
    "io": CodeInfo("a file cannot be read or written", "CLI-3", "check the path and its permissions"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault as plain data: what verdicts and reports carry (ERR-1).

    ``pointer`` is an RFC 6901 JSON pointer into the input, ``offset`` a byte offset into
    it; either may be None where it has no meaning. ``detail`` may quote hostile text.
    ``ruled_by`` is the clause, where it is another than the one that owns the code.
    """

    code: str
    detail: str = ""
    pointer: str | None = None
    offset: int | None = None
    ruled_by: str = ""

    @property
    def clause(self) -> str:
        """The clause of spec.md that refuses it."""
        return self.ruled_by or CODES[self.code].clause

    @property
    def message(self) -> str:
        """One line for people: the detail where there is one, else what the code means."""
        return visible(self.detail) if self.detail else CODES[self.code].meaning

    def to_value(self) -> dict[str, Any]:
        """The fault as JSON, of strings, integers and null; texts are exact here, since JSON escapes them."""
        return {
            "code": self.code,
            "clause": self.clause,
            "message": self.message,
            "pointer": self.pointer,
            "offset": self.offset,
        }

    @property
    def place(self) -> str:
        """Where it is: ``at /events/3``, ``at byte 17``, both, or empty."""
        parts = []
        if self.pointer is not None:
            parts.append(f"at {visible(self.pointer) or 'the top level'}")
        if self.offset is not None:
            parts.append(f"at byte {self.offset}" if not parts else f"(byte {self.offset})")
        return " ".join(parts)


class PithError(Exception):
    """Base of every refusal: any input gives a value or one of these (ERR-1)."""

    #: The clauses of a stage, where a code has another owner elsewhere.
    CLAUSES: ClassVar[dict[str, str]] = {}

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        pointer: str | None = None,
        offset: int | None = None,
        clause: str = "",
    ) -> None:
        self.fault = Fault(code, detail, pointer, offset, clause or self.CLAUSES.get(code, ""))
        super().__init__(code, detail, pointer, offset)

    @classmethod
    def of(cls, fault: Fault) -> PithError:
        """The error that raises ``fault``."""
        return cls(
            fault.code, fault.detail, pointer=fault.pointer, offset=fault.offset, clause=fault.ruled_by
        )

    @property
    def code(self) -> str:
        """The stable code, one of :data:`CODES`."""
        return self.fault.code

    @property
    def pointer(self) -> str | None:
        """RFC 6901 JSON pointer to the fault, where there is one. May hold hostile text."""
        return self.fault.pointer

    @property
    def offset(self) -> int | None:
        """Byte offset of the fault in the input, where there is one."""
        return self.fault.offset

    @property
    def clause(self) -> str:
        """The clause of spec.md that refuses the input."""
        return self.fault.clause

    @property
    def hint(self) -> str:
        """What the reader of the error can do."""
        return CODES[self.code].hint

    def __str__(self) -> str:
        place = self.fault.place
        return f"{self.fault.message}{' ' + place if place else ''} [{self.code}, {self.clause}]"


class InputError(PithError):
    """The bytes are outside the JSON or CBOR profile, or over a limit."""


class NumberError(PithError):
    """A text is not a Pith Number."""


class RecordError(PithError):
    """A canonical record is not one, or does not match what is stated of it."""

    CLAUSES: ClassVar[dict[str, str]] = {
        "type": "REC-1",
        "encoding": "REC-2",
        "time": "REC-2",
        "version": "REC-3",
        "number_form": "REC-4",
    }


class PinError(PithError):
    """A public key is unfit to be pinned."""


class PolicyError(PithError):
    """A policy cannot be applied."""


class BundleError(PithError):
    """A whole bundle is refused: its frame, its record or its stated hashes are wrong."""

    CLAUSES: ClassVar[dict[str, str]] = {
        "type": "BUN-2",
        "version": "BUN-2",
        "hash_mismatch": "BUN-3",
        "subject": "BUN-3",
    }


class MergeError(PithError):
    """Inputs that cannot be merged with each other."""

    CLAUSES: ClassVar[dict[str, str]] = {"type": "MERGE-2", "subject": "MERGE-2", "policy": "MERGE-2"}

    @property
    def hint(self) -> str:
        """What to do: nobody forged anything here, the inputs do not belong together."""
        if self.code == "collision":
            return CODES[self.code].hint
        return "merge bundles of one record, checked under one policy, by themselves"


class FileError(PithError):
    """A file cannot be read or written."""
