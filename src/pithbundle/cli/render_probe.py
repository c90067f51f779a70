"""The result of ``pithbundle probe`` as text (spec PROBE-7 to PROBE-9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pithbundle.bundle.event_format import EventFormat
from pithbundle.cli.next_step import file_words, policy_words, print_command, unused_name
from pithbundle.cli.output import Output, Style
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object
from pithbundle.errors import PolicyError
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.probing.results import ElementLocation, Found, ProbeResult, ProbeStatus
from pithbundle.wording import plural

_HEADLINES: Final[dict[ProbeStatus, tuple[str, Style, str]]] = {
    "settled": ("SETTLED:", "good", "one event format explains the events"),
    "in_words": ("FOUND, BUT NO FORMAT:", "doubtful", "the rule is known, and no event format can state it"),
    "partial": ("PARTLY SETTLED:", "doubtful", "something is explained, not enough for an event format"),
    "not_settled": ("NOT SETTLED:", "doubtful", "no preimage that was tried explains an id or a signature"),
}
#: A state contains no signatures (STATE-3): of its rule the ids are all that can be found.
_IDS_ALONE: Final = "the rule of the ids is known; of the signatures a state shows nothing"
_IN_PART: Final = "an event format explains a part of the elements"
_DOUBTFUL: Final = (
    "an event format explains the events, and what it reads may be inside the payload of others"
)
#: How many places are printed, and how many keys.
_MOST: Final = 12
_MOST_KEYS: Final = 5
#: How much longer the next search is.
_LONGER: Final = 10


@dataclass(frozen=True, slots=True)
class ProbeInputs:
    """What was searched and where the results are written: the words of the next command."""

    files: tuple[str, ...]
    integrity: tuple[str, ...]
    states: tuple[str, ...]
    policy_path: str | None
    output: str | None
    policy_output: str | None
    resume_path: str | None
    seconds: float
    thorough: bool
    encoding: Encoding | None

    @property
    def paths(self) -> tuple[str, ...]:
        """All inputs in the order in which results number them: states last."""
        return (*self.files, *self.integrity, *self.states)


def found_policy(result: ProbeResult, policy: Policy) -> Object | None:
    """Return the policy with the found formats, None without one or where it has no room for them."""
    try:
        return result.policy(policy)
    except PolicyError:
        return None


class ProbePrinter:
    """Prints a result as text."""

    def __init__(
        self,
        out: Output,
        given: ProbeInputs,
        policy: Policy,
        result: ProbeResult,
        ended: bool,
        shown: Mapping[int, tuple[int, int | None]],
    ) -> None:
        self.out = out
        self.given = given
        self.policy = policy
        self.result = result
        #: Whether the search ended by itself, before the time did.
        self.ended = ended
        #: Of each state by its input: how many entries show an event, and of how many events it is.
        self.shown = shown
        self.found_policy = found_policy(result, policy)

    def print(self) -> None:
        """Print the whole result: what was found, then what was not, then what to do next."""
        out, result = self.out, self.result
        label, style, words = _HEADLINES[result.status]
        in_part = result.status == "partial" and result.best is not None
        if result.best is None and any(found.cautions for found in result.found):
            label, words = "DOUBTFUL:", _DOUBTFUL
        if result.status == "in_words" and not any(found.keys for found in result.found):
            label, words = "FOUND IN PART:", _IDS_ALONE
        out.line(label, style, f" {_IN_PART if in_part else words}")
        for path, status in zip(self.given.paths, result.inputs, strict=True):
            note = "" if len(result.inputs) == 1 else f": {status.replace('_', ' ')}"
            out.detail("file", out.file_name(path) + note)
        for number, counts in self.shown.items():
            self._state(number, *counts)
        out.detail("elements", f"{result.elements}, {result.signatures} of them with a possible signature")
        end = "the time ended before everything was tried"
        if self.ended:
            end = "everything was tried" if result.exhausted else "enough was tried; --thorough goes on"
        tried = f"{plural(result.preimages, 'preimage')}, {plural(result.checks, 'signature check')}"
        out.detail("tried", tried if result.status == "settled" else f"{tried}; {end}")
        if not self._has_signature():
            # The signature of a key that the policy does not have looks like any other string.
            out.detail("keys", f"only signatures by these keys can be found: {self._keys(self.policy.keys)}")
        self._claimed()
        for found in result.found:
            self._found(found)
        if result.unexplained:
            self._unexplained()
        out.line()
        self._next()

    def _state(self, number: int, count: int, events: int | None) -> None:
        """How many events of a state can be probed, and what the others lack."""
        out = self.out
        of = "" if events is None else f" of {plural(events, 'event')}"
        words = f"{plural(count, 'entry', 'entries')}{of} with an id, a payload and a time"
        out.detail("state", f"{out.file_name(self.given.paths[number])}: {words}")
        if not count:
            out.detail("", "an id covers what such a state does not contain: no search can find its rule")
        elif events is not None and count < events:
            out.detail("", "the other events, as those of the record and its aliases, have no such entry")

    def _claimed(self) -> None:
        """What needs no preimage, and digests that nothing signs."""
        out, result = self.out, self.result
        if result.receipts:
            out.detail("receipts", f"signatures over the hash of the record in {self._in(result.receipts)}")
        unexplained = {*result.unexplained}
        signed = [each for each in result.signed_digests if each[0] in unexplained]
        if signed:
            pointers = ", ".join(sorted({out.show(pointer, 60) for _, pointer in signed}))
            where = self._in(tuple(dict.fromkeys(place for place, _ in signed)))
            out.detail("signed", f"signatures over the claimed digest at {pointers} in {where}")
            out.detail(
                "", "what has that digest is not known: content that was altered, or is not in the file"
            )
        for pointer, words in sorted({(pointer, words) for _, pointer, words in result.reproduced}):
            out.detail(
                "digest", f"at {out.show(pointer, 60)} is reproduced and not signed: {out.show(words)}"
            )

    def _found(self, found: Found) -> None:
        out = self.out
        out.line()
        count = f"{plural(len(found.elements), 'element')}: {self._places(found.elements)}"
        name = "a rule" if found.event_format is None else f"event format {found.event_format.name}"
        out.heading("explained", f"{name} explains {count}", "good" if found.is_settled else "doubtful")
        if found.ids:
            out.detail("ids", f"{len(found.ids)} of them state the id that it makes")
        for key in found.keys:
            out.detail("key", f"{out.show(key.signer_id, 40)} {out.show(key.key_id, 40)} {key.fingerprint}")
        out.detail("recipe", out.show(found.recipe, 2_000))
        if found.not_verified:
            words = "the format does not allow their members or spellings, and does not verify them"
            out.detail("but", f"{self._in(found.not_verified)}: {words}")
        for why in found.obstacles:
            out.detail("no format", out.show(why, 400))
        if found.missing and found.event_format is not None:
            out.detail("not covered", f"{', '.join(found.missing)}: events are unbound at best")
        for why in found.cautions:
            out.detail("caution", out.show(why, 400))
        if found.cautions and found.event_format is not None:
            self._cautions(found, found.event_format)
        if found.alternatives:
            one = len(found.alternatives) == 1
            words = "explains the same; --json lists it" if one else "explain the same; --json lists them"
            out.detail("also", f"{plural(len(found.alternatives), 'other format')} {words}")

    def _cautions(self, found: Found, event_format: EventFormat) -> None:
        """What a format would read, and how to take it for whoever knows who wrote that."""
        out = self.out
        out.detail("", "no policy is written: a third party may have written what the format reads")
        if found.missing:
            return
        body = event_format.to_value()["body"]
        roles = body["roles"] if type(body) is dict else None
        for role, where in roles.items() if type(roles) is dict else ():
            if type(where) is str:
                out.detail("reads" if role == "event_type" else "", f"{role} at {out.show(where, 120)}")
        words = ["--accept", event_format.name, "--policy-output", unused_name("mine")]
        print_command(out, "to accept", [*self._again(), *words])
        out.detail("", "only if you know that the registry writes these members itself")

    def _unexplained(self) -> None:
        out, result = self.out, self.result
        out.line()
        count = plural(len(result.unexplained), "element")
        out.heading("unexplained", f"{count}: {self._places(result.unexplained)}", "doubtful")
        if result.best is not None:
            out.detail("", "of another key or format, altered, or not an event: probing cannot tell which")
        if result.status == "settled":
            return
        out.detail(
            "report", "shapes and lengths only, no content: you can publish this with the counts above"
        )
        for shape in result.shapes:
            members = shape["members"]
            out.line(f"  {shape['count']} of this shape:")
            for pointer, kind in members.items() if isinstance(members, dict) else ():
                out.line(f"    {out.show(pointer, 80)}: {out.show(kind, 120)}")

    # -- what to do next ------------------------------------------------------------------------

    def _next(self) -> None:
        """The next command, and the policy for it."""
        out, given, best = self.out, self.given, self.result.best
        if best is None and any(found.cautions for found in self.result.found):
            if not self.ended:
                self._search_on("or")
            return
        if best is None:
            if self.shown and not self._has_signature() and not given.files:
                print_command(out, "next", ["pithbundle", "probe", "BUNDLE", *self._again()[2:]])
                out.detail("", "a state contains no signatures: with a bundle the whole rule can be found")
            elif self.result.status == "in_words":
                out.detail(
                    "next",
                    "no policy can state this rule: keep the recipe, from which a converter can be written",
                )
            else:
                self._search_or_add_key()
            self._not_written()
            return
        if given.output is not None:
            out.detail("format", f"written to {out.show(given.output)}")
        if given.policy_output is not None and self.found_policy is not None:
            out.detail("policy", f"written to {out.show(given.policy_output)}")
        known = self._is_known(best)
        if self.found_policy is None:
            out.detail("no policy", "yours has 8 event formats, or another of this name: remove one first")
        elif known:
            out.detail("known", "the policy lists this event format already: nothing new was found")
            if not self.result.unexplained:
                files = file_words(given.files) or ["BUNDLE"]
                policy = policy_words(out, given.policy_path)
                print_command(out, "next", ["pithbundle", "verify", *files, *policy])
        elif given.policy_output is not None:
            self._verify("next", given.policy_output)
        else:
            path = unused_name("mine")
            print_command(out, "next", [*self._again(), "--policy-output", path])
            self._verify("then", path)
        if self.result.status == "partial" and not self.ended:
            self._search_on("or")
        if given.policy_output is None and not known and self.found_policy is not None:
            out.detail("policy", "the one that --policy-output writes:")
            out.json(self.found_policy)

    def _verify(self, name: str, path: str) -> None:
        given = self.given
        files = file_words(given.files) or ["BUNDLE"]
        words = ["pithbundle", "verify", *files, *file_words([path], "--policy")]
        print_command(self.out, name, words)

    def _search_or_add_key(self) -> None:
        """How to go on where no signature was found: a digest that is reproduced suggests another key."""
        if not self.result.signatures or self._has_signature():
            self._search_on("next")
        elif self.result.reproduced:
            self._add_key("next")
            self._search_on("or")
        else:
            self._search_on("next")
            self._add_key("or")

    def _search_on(self, name: str) -> None:
        """How to search for longer, or that there is nothing left to try."""
        out, given = self.out, self.given
        if not self.ended:
            resume = given.resume_path or unused_name("progress")
            seconds = f"{given.seconds * _LONGER:.0f}" if given.seconds >= 1 else "60"
            words = [*self._again(), "--time", seconds, *file_words([resume], "--resume")]
            print_command(out, name, words)
        elif self.result.exhausted:
            out.detail(name, "everything was tried: give other bundles of the registry too")
        else:
            print_command(out, name, [*self._again(), "--thorough"])

    def _add_key(self, name: str) -> None:
        """How to add the key that signed: without it no signature is found, however long the search is."""
        out = self.out
        key = ["--signer-id", "NAME", "--key-id", "NAME", "--public-key", "KEY", "--event-format", "unknown"]
        policy = policy_words(out, self.given.policy_path)
        words = ["pithbundle", "policy", "add", *policy, *key, "-o", unused_name("mine")]
        print_command(out, name, words)
        out.detail("", "if another key signed: get it from its owner, and probe under the policy with it")

    def _not_written(self) -> None:
        """The files that were asked for and that nothing was found for."""
        paths = [path for path in (self.given.output, self.given.policy_output) if path is not None]
        if paths:
            names = ", ".join(self.out.show(path) for path in paths)
            self.out.detail("not written", f"{names}: no event format that binds was found")

    def _again(self) -> list[str]:
        """The command that searches the same inputs."""
        given = self.given
        return [
            *("pithbundle", "probe"),
            *file_words(given.files),
            *file_words(given.integrity, "--integrity"),
            *file_words(given.states, "--state"),
            *policy_words(self.out, given.policy_path),
            *([] if given.encoding is None else ["--from", given.encoding]),
            *(["--thorough"] if given.thorough else []),
        ]

    def _is_known(self, best: Found) -> bool:
        """Whether every key that signed what was found lists the format already."""
        found = best.event_format
        return found is not None and all(found.sha256 in key.format_sha256s for key in best.keys)

    def _has_signature(self) -> bool:
        """Whether a signature by a key of the policy was found, over whatever."""
        result = self.result
        return bool(result.receipts or result.signed_digests or any(found.keys for found in result.found))

    # -- names ------------------------------------------------------------------------------------

    def _keys(self, keys: Iterable[PolicyKey]) -> str:
        names = [f"{self.out.show(key.signer_id, 40)} {self.out.show(key.key_id, 40)}" for key in keys]
        more = [f"and {len(names) - _MOST_KEYS} more"] if len(names) > _MOST_KEYS else []
        return ", ".join([*names[:_MOST_KEYS], *more])

    def _in(self, places: tuple[ElementLocation, ...]) -> str:
        return f"{'element' if len(places) == 1 else 'elements'} {self._places(places)}"

    def _places(self, places: tuple[ElementLocation, ...]) -> str:
        """Places as people read them: the index of the element, and of the file where there are several."""
        many = len(self.result.inputs) > 1
        shown = [f"{index} of file {source + 1}" if many else str(index) for source, index in places[:_MOST]]
        more = [f"and {len(places) - _MOST} more"] if len(places) > _MOST else []
        return ", ".join([*shown, *more])
