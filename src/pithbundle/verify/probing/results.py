"""Results: what a search found, in a form for people, programs and policies (spec PROBE-7 to PROBE-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from pithbundle.brief import brief
from pithbundle.bundle.event_format import EventFormat
from pithbundle.encoding.values import Object, Value
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.policy_members import format_value

#: ``settled``: one rule explains enough, binds, and is a document; ``in_words``: enough, but no document
#: states it; ``partial``: something is explained; ``not_settled``: nothing is.
ProbeStatus: TypeAlias = Literal["settled", "in_words", "partial", "not_settled"]


class ElementLocation(NamedTuple):
    """Where an element is: the index of its input, and its own index there."""

    input: int
    element: int


@dataclass(frozen=True, slots=True)
class Found:
    """One rule that explains elements (PROBE-6, PROBE-7)."""

    #: The event format without obstacles, None with them.
    event_format: EventFormat | None
    #: Why no document states the rule.
    obstacles: tuple[str, ...]
    #: The roles that a binding format needs and that nothing covered states.
    missing: tuple[str, ...]
    #: Why the roles may be those of an event inside another one, in words (PROBE-10).
    cautions: tuple[str, ...]
    #: The recipe in words, with what is signed of it.
    recipe: str
    #: The explained elements, and those of them whose claimed id is reproduced.
    elements: tuple[ElementLocation, ...]
    ids: tuple[ElementLocation, ...]
    keys: tuple[PolicyKey, ...]
    #: Other formats that explain the same elements.
    alternatives: tuple[EventFormat, ...]
    #: Whether it explains two elements, or every element of its shape.
    is_enough: bool
    #: Explained elements that the event format does not verify, as they have members that it cannot exclude.
    not_verified: tuple[ElementLocation, ...] = ()

    __repr__ = brief

    @property
    def is_settled(self) -> bool:
        """Whether it is a format that binds and explains enough."""
        return self.is_binding and self.is_enough

    @property
    def is_binding(self) -> bool:
        """Whether it is a format, and every role that a binding format needs is covered beyond doubt."""
        return self.event_format is not None and not self.missing and not self.cautions

    @property
    def listed(self) -> Value:
        """The format as a policy lists it: the name of a built-in one, else its document."""
        return None if self.event_format is None else format_value(self.event_format)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What probing found on all inputs together (PROBE-7).

    ``preimages`` were tried with ``checks`` signature checks; ``exhausted`` says whether that is everything.
    """

    status: ProbeStatus
    #: The status of each input by itself.
    inputs: tuple[ProbeStatus, ...]
    found: tuple[Found, ...]
    #: Elements with a signature or digest that nothing explains.
    unexplained: tuple[ElementLocation, ...]
    elements: int
    signatures: int
    #: Signatures over the hash of the record, and over another claimed digest: they need no preimage.
    receipts: tuple[ElementLocation, ...]
    signed_digests: tuple[tuple[ElementLocation, str], ...]
    #: Digests that were reproduced and that no signature covers, with the recipe in words.
    reproduced: tuple[tuple[ElementLocation, str, str], ...]
    preimages: int
    checks: int
    exhausted: bool
    #: Shapes and lengths of what is not explained, without content: it can be published.
    shapes: tuple[Object, ...]

    __repr__ = brief

    @property
    def best(self) -> Found | None:
        """The settled rule that explains most elements, else the binding format that does; None without."""
        binding = [each for each in self.found if each.is_binding]
        return max(binding, key=lambda each: (each.is_settled, len(each.elements)), default=None)

    def policy(self, policy: Policy) -> Object | None:
        """Return the policy with the found formats, None without one (PROBE-9).

        A key that made a signature lists what it listed and the formats, and not ``unknown``.

        Raises:
            PolicyError: ``policy``: with the formats it is no policy, as one of nine (FORMAT-6).
        """
        formats: dict[bytes, dict[str, EventFormat]] = {}
        for found in self.found:
            for key in found.keys:
                if found.event_format is not None and found.is_binding:
                    formats.setdefault(key.public_key.raw, {})[found.event_format.sha256] = found.event_format
        if not formats:
            return None
        keys = [_with_formats(key, formats.get(key.public_key.raw)) for key in policy.keys]
        return Policy(tuple(keys)).to_value()


def _with_formats(key: PolicyKey, formats: Mapping[str, EventFormat] | None) -> PolicyKey:
    """A key that lists more formats; a format that it lists keeps its name."""
    if not formats:
        return key
    more = [each for name, each in formats.items() if name not in key.format_sha256s]
    return replace(key, event_formats=(*key.formats, *more))
