"""The one family of errors (spec ERR-1); the table of their codes is :mod:`pithbundle.codes`.

For any input the library returns a value or raises one :class:`PithError`. An error states
what is wrong, where (JSON pointer, byte offset or both), which clause of the specification
rejects it, and what the person who sees it can do. Programs compare ``code``, which is stable;
people read the rest. An argument of a wrong Python type is an error of the caller and raises
``TypeError``. Errors pickle and copy, and know nothing of exit statuses or of printing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeVar

from pithbundle.brief import brief
from pithbundle.codes import CLAUSE_HINTS, CODES, LIMITS
from pithbundle.escape import visible
from pithbundle.newtypes import Pointer


@dataclass(frozen=True, slots=True, init=False)
class Fault:
    """One fault as plain data: what verdicts and reports carry (ERR-1).

    ``pointer`` is an RFC 6901 JSON pointer into the input, ``offset`` a byte offset into
    it; either may be None where it has no meaning. ``detail`` may quote hostile text.
    ``ruled_by`` is the clause, where it is another than the one that defines the code.

    Where a limit is exceeded, ``limit_name`` is the field of ``Limits`` that raises it (empty
    if none does), ``limit`` its value and ``found`` what the input has, where that is known.
    """

    code: str
    detail: str
    pointer: Pointer | None
    offset: int | None
    ruled_by: str
    limit_name: str
    limit: int | None
    found: int | None

    __repr__ = brief

    def __init__(
        self,
        code: str,
        detail: str = "",
        pointer: str | None = None,
        offset: int | None = None,
        ruled_by: str = "",
        limit_name: str = "",
        limit: int | None = None,
        found: int | None = None,
    ) -> None:
        # Written out, so that any string is accepted as the pointer: most are literals.
        keep = object.__setattr__  # a frozen dataclass sets its own fields this way only
        keep(self, "code", code)
        keep(self, "detail", detail)
        keep(self, "pointer", pointer)
        keep(self, "offset", offset)
        keep(self, "ruled_by", ruled_by)
        keep(self, "limit_name", limit_name)
        keep(self, "limit", limit)
        keep(self, "found", found)

    @property
    def hint(self) -> str:
        """What the person who sees it can do."""
        if self.limit is None:
            return CLAUSE_HINTS.get(self.ruled_by) or CODES[self.code].hint
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
        """The fault as JSON: strings, integers and null. Strings are exact here, since JSON escapes them."""
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
    #: What was received of a server and is rejected, a ``pithbundle.net.Exchange``; None without one.
    exchange: Any = None

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
        code, owner, unit = LIMITS[name]
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
        """The stable code, one of :data:`pithbundle.codes.CODES`."""
        return self.fault.code

    @property
    def pointer(self) -> Pointer | None:
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


class FormatError(PithError):
    """A value is not an event format (FORMAT-1, FORMAT-2)."""


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
        """What to do: no signature fails, the inputs do not belong together."""
        if self.code == "collision":
            return CODES[self.code].hint
        return "merge bundles of one record, checked under one policy, by themselves"


class ArchiveError(PithError):
    """An archive, or a part of one, is damaged or not in its form."""


class StoreError(PithError):
    """A store, or an entry of one, is damaged or not in its form, or a bundle is not admitted to it."""

    CLAUSES: ClassVar[dict[str, str]] = {"key_unknown": "STORE-5", "subject": "STORE-5", "type": "STORE-2"}


class NetworkError(PithError):
    """A URL cannot be requested, or its response cannot be used (NET-1).

    ``url`` is the URL in the form in which it was requested, and ``exchange`` what was received
    before the response was rejected, where that is kept.
    """

    CLAUSES: ClassVar[dict[str, str]] = {"encoding": "NET-12", "size": "NET-11", "suffix": "NET-2"}

    #: The URL. May contain hostile text if it is not accepted itself.
    url: str = ""
    #: Whether the same request may succeed a moment later (NET-15).
    transient: bool = False

    @classmethod
    def at(cls, code: str, url: str, reason: str, clause: str = "", *, transient: bool = False) -> Self:
        """Return the error of one URL: the URL, then the reason."""
        error = cls(code, f"{url}: {reason}", clause=clause)
        error.url = url
        error.transient = transient
        return error


class DigestError(PithError):
    """A file of a mirror's digests is not in its form, or not the one of its name (MIRROR-3)."""


class FindingError(PithError):
    """A finding of an audit is not in its form, or shows nothing (AUDIT-11)."""


class EvidenceError(PithError):
    """A file of evidence is not in its form, or is over a bound (EVID-2, EVID-8, CAPT-5, ORCID-4, PDF-5)."""

    CLAUSES: ClassVar[dict[str, str]] = {"version": "EVID-2"}


class FileError(PithError):
    """A file cannot be read or written."""

    #: The message without the path with which it begins; empty if it does not.
    reason: str = ""

    @classmethod
    def at(cls, path: str, reason: str) -> Self:
        """Return the error of one file: its path, then the reason."""
        error = cls("io", f"{path}: {reason}")
        error.reason = reason
        return error
