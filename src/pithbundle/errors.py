"""The one family of errors, and the one table of codes (spec ERR-1, ERR-2).

For any input the library returns a value or raises one :class:`PithError`. An error states
what is wrong, where (JSON pointer, byte offset or both), which clause of the specification
rejects it, and what the person who sees it can do. Programs compare ``code``, which is stable;
people read the rest. An argument of a wrong Python type is an error of the caller and raises
``TypeError``. Errors pickle and copy, and know nothing of exit statuses or of printing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, NamedTuple, Self, TypeVar

from pithbundle.brief import brief
from pithbundle.escape import visible


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What one code means: the clause that defines it, and what the person who sees it can do."""

    meaning: str
    clause: str
    hint: str


#: What a person can do who has the file from somewhere else and cannot change it.
_MALFORMED = "fetch the file again or from another mirror; if it is the same there, report this message to its publisher"
_VALUE = (
    "use a copy from another mirror; a publisher who sees this must write the value in its one portable form"
)
_MEMBER = "compare with a copy from another mirror; if you wrote the file, correct the member named here"
_FORGED = "do not rely on this copy; fetch the bundle from another mirror and compare"
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
    # Authenticity.
    "hash_mismatch": CodeInfo("a claimed digest or id differs from the recomputed one", "CHECK-3", _FORGED),
    "subject": CodeInfo("belongs to another record", "CHECK-4", _FORGED),
    "key_unknown": CodeInfo("no key of the policy made this", "CHECK-5", "if you trust the signer, add its key to your policy; if its key is there already, this copy may have been altered: compare it with another mirror's"),
    "key_role": CodeInfo("the key may not sign this event type", "CHECK-6", "if the key may sign it, add the type to event_types in your policy"),
    "key_revoked": CodeInfo("the key is revoked and does not accept this id", "CHECK-6", "if you trust this event all the same, add its id to accepted_event_ids in your policy"),
    "algorithm": CodeInfo("the algorithm is not ed25519", "CHECK-7", _FORGED),
    "signature_invalid": CodeInfo("the signature does not verify", "CHECK-9", _FORGED),
    "key_invalid": CodeInfo("an invalid public key", "KEY-2", "get the key again from its owner"),
    "backend": CodeInfo("the installed libsodium does not keep the signature rules", "KEY-5", "install PyNaCl 1.6.2 or later from its own wheel"),
    # Configuration, merging, the edge.
    "policy": CodeInfo("not a policy that this reader can apply", "POL-1", "run `pithbundle policy show` for a valid one"),
    "collision": CodeInfo("two records have one Pith Number", "MERGE-2", "keep both files and report them: this should be impossible"),
    "url": CodeInfo("not an acceptable URL", "NET-1", "use https and a public host"),
    "address": CodeInfo("not a public address", "NET-1", "use a public host"),
    "http": CodeInfo("the response of the server cannot be used", "NET-1", _SERVER),
    "io": CodeInfo("a file cannot be read or written", "CLI-3", "check the path and its permissions"),
}  # fmt: skip


#: By the clause that rejects it, where the hint of the code is for another situation.
_HINTS: Final[dict[str, str]] = {
    "DATA-1": "give a dict with str keys, a list, a str, an int, a float, a bool or None, and no subclass of these",
    "EXPLAIN-1": "give /current/ and the name of a section, as State.sections lists them, or no pointer for all",
}  # fmt: skip


class _Limit(NamedTuple):
    """How an error of one limit is reported: its code, its clause, what is counted."""

    code: str
    clause: str
    unit: str


#: By the name of the limit, as in ``Limits`` and ``--limit``.
_LIMITS: Final[dict[str, _Limit]] = {
    "size": _Limit("size", "LIM-1", "bytes"),
    "depth": _Limit("depth", "LIM-2", "levels of nesting"),
    "bundle_depth": _Limit("depth", "LIM-2", "levels of nesting"),
    "nodes": _Limit("nodes", "LIM-3", "values"),
    "string": _Limit("size", "LIM-4", "bytes in one string"),
    "aliases": _Limit("size", "LIM-4", "aliases"),
    "events": _Limit("events", "LIM-5", "events"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault as plain data: what verdicts and reports carry (ERR-1).

    ``pointer`` is an RFC 6901 JSON pointer into the input, ``offset`` a byte offset into
    it; either may be None where it has no meaning. ``detail`` may quote hostile text.
    ``ruled_by`` is the clause, where it is another than the one that defines the code.

    Where a limit is exceeded, ``limit_name`` is the field of ``Limits`` that raises it (empty
    if none does), ``limit`` its value and ``found`` what the input has, where that is known.
    """

    code: str
    detail: str = ""
    pointer: str | None = None
    offset: int | None = None
    ruled_by: str = ""
    limit_name: str = ""
    limit: int | None = None
    found: int | None = None

    __repr__ = brief

    @property
    def hint(self) -> str:
        """What the person who sees it can do."""
        if self.limit is None:
            return _HINTS.get(self.ruled_by) or CODES[self.code].hint
        if not self.limit_name:
            return f"this limit is fixed at {self.limit}"
        enough = self.limit * 2 if self.found is None else self.found
        return f"if you trust the source, raise the limit with --limit {self.limit_name}={enough}"

    @property
    def clause(self) -> str:
        """The clause of the specification that rejects it."""
        return self.ruled_by or CODES[self.code].clause

    @property
    def message(self) -> str:
        """One line for people: the detail where there is one, else the meaning of the code."""
        return visible(self.detail) if self.detail else CODES[self.code].meaning

    def to_value(self) -> dict[str, Any]:
        """The fault as JSON, of strings, integers and null; strings are exact here, since JSON escapes them."""
        return {
            "code": self.code,
            "clause": self.clause,
            "message": self.message,
            "pointer": self.pointer,
            "offset": self.offset,
        }

    @property
    def location(self) -> str:
        """Where it is: ``at /events/3``, ``at byte 17``, both, or empty."""
        parts = []
        if self.pointer is not None:
            parts.append(f"at {visible(self.pointer) or 'the top level'}")
        if self.offset is not None:
            parts.append(f"at byte {self.offset}" if not parts else f"(byte {self.offset})")
        return " ".join(parts)


_Error = TypeVar("_Error", bound="PithError")


class PithError(Exception):
    """Base of every error: any input gives a value or one of these (ERR-1).

    Errors can be pickled and deep-copied, with all their attributes.
    """

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
        self._fault = Fault(code, detail, pointer, offset, clause or self.CLAUSES.get(code, ""))
        super().__init__(code, detail, pointer, offset)

    @classmethod
    def of(cls, fault: Fault) -> Self:
        """Return the error that reports ``fault``."""
        error = cls(fault.code, fault.detail, pointer=fault.pointer, offset=fault.offset)
        error._fault = fault if fault.ruled_by else replace(fault, ruled_by=cls.CLAUSES.get(fault.code, ""))
        return error

    @classmethod
    def over_limit(
        cls,
        name: str,
        limit: int,
        found: int | None = None,
        *,
        fixed: bool = False,
        pointer: str | None = None,
        offset: int | None = None,
        clause: str = "",
        what: str = "",
    ) -> Self:
        """Return the error of an input over a limit (LIM-1 to LIM-5).

        Args:
            name: the limit, a field of ``Limits``.
            limit: its value.
            found: what the input has, where that is known.
            fixed: whether no option raises it.
            pointer: where it is exceeded.
            offset: the byte there.
            clause: the clause, where it is another than that of the limit.
            what: what is over the limit, where it is not the input at the location.
        """
        code, owner, unit = _LIMITS[name]
        detail = (
            f"more than the limit of {limit} {unit}"
            if found is None
            else f"{found} {unit}, the limit is {limit}"
        )
        if what:
            detail = f"{what}: {detail}"
        return cls.of(
            Fault(code, detail, pointer, offset, clause or owner, "" if fixed else name, limit, found)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # The constructor takes keywords, so it cannot be called again with ``args`` alone.
        return _restore, (type(self), self.args), self.__dict__

    def __eq__(self, other: object) -> bool:
        """Whether it is the same error of the same kind: results that contain errors are compared."""
        return isinstance(other, PithError) and (type(other), other.fault) == (type(self), self.fault)

    def __hash__(self) -> int:
        return hash((type(self), self.fault))

    def detached(self) -> Self:
        """Return an equal error that refers to nothing else: no traceback, cause or context.

        A traceback refers to every local variable of its frames, and so to the whole input. What
        keeps an error keeps this copy of it, and raises another copy of that.
        """
        alone = _restore(type(self), self.args)
        alone.__dict__.update(self.__dict__)
        if hasattr(self, "__notes__"):
            alone.__notes__ = [*self.__notes__]
        return alone

    @property
    def fault(self) -> Fault:
        """The fault as plain data."""
        return self._fault

    @property
    def code(self) -> str:
        """The stable code, one of :data:`CODES`."""
        return self.fault.code

    @property
    def pointer(self) -> str | None:
        """RFC 6901 JSON pointer to the fault, where there is one. May contain hostile text."""
        return self.fault.pointer

    @property
    def offset(self) -> int | None:
        """Byte offset of the fault in the input, where there is one."""
        return self.fault.offset

    @property
    def clause(self) -> str:
        """The clause of the specification that rejects the input."""
        return self.fault.clause

    @property
    def limit_name(self) -> str:
        """The field of ``Limits`` that raises an exceeded limit; empty where there is none."""
        return self.fault.limit_name

    @property
    def limit(self) -> int | None:
        """The limit that was exceeded, if one was."""
        return self.fault.limit

    @property
    def found(self) -> int | None:
        """What the input has of what is limited, where that is known."""
        return self.fault.found

    @property
    def hint(self) -> str:
        """What the person who sees the error can do."""
        return self.fault.hint

    def __str__(self) -> str:
        location = self.fault.location
        return f"{self.fault.message}{' ' + location if location else ''} [{self.code}, {self.clause}]"


def _restore(cls: type[_Error], args: tuple[Any, ...]) -> _Error:
    """Return an error without its attributes, which unpickling sets."""
    return cls.__new__(cls, *args)


class InputError(PithError):
    """The bytes are outside the JSON or CBOR profile, or over a limit."""


class NumberError(PithError):
    """A string is not a Pith Number."""


class RecordError(PithError):
    """A value is not a canonical record."""

    CLAUSES: ClassVar[dict[str, str]] = {
        "type": "REC-1",
        "encoding": "REC-2",
        "time": "REC-2",
        "version": "REC-3",
        "number_form": "REC-4",
    }


class InvalidKeyError(PithError):
    """A public key is invalid, or not in its one spelling (KEY-2)."""


class PolicyError(PithError):
    """A policy cannot be applied."""


class BundleError(PithError):
    """A bundle is rejected as a whole: its members, or its claimed hash or number, are wrong."""

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
        """What to do: nothing was forged, the inputs do not belong together."""
        if self.code == "collision":
            return CODES[self.code].hint
        return "merge bundles of one record, checked under one policy, by themselves"


class FileError(PithError):
    """A file cannot be read or written."""
