"""Audits of mirrors in memory, without a network and without waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kit.lying_mirror import Responding, Wire
from kit.stores import POLICY
from pithbundle.ed25519.strict import PublicKey
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import Finding, FindingDocument, finding_of
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.run import Audit, AuditOptions, Outside, audit
from pithbundle.mirror.remote import Remote
from pithbundle.verifier import Verifier

VERIFIER = Verifier(POLICY)
RANDOM = "5eed" * 8


@dataclass
class Audited:
    """An audit, and what it found with the evidence."""

    audit: Audit
    wire: Wire
    kept: list[tuple[Found, Sequence[FindingDocument]]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def words(self, mirror: str | None = None) -> list[str]:
        """The words of which findings were kept, sorted; of one mirror by the first letter of its host."""
        return sorted(
            found.word for found, _ in self.kept if mirror is None or found.mirror[8:].startswith(mirror)
        )

    def findings(self) -> list[Finding]:
        return [
            finding_of(found, documents, self.audit.verifier, "2026-11-20T00:00:00Z")
            for found, documents in self.kept
        ]


def audited(
    *mirrors: Responding,
    store: Reference | None = None,
    keys: Sequence[tuple[str, PublicKey]] = (),
    wire: Wire | None = None,
    verifier: Verifier = VERIFIER,
    on_sleep: Any = None,
    late: float = 15.0,
    **options: Any,
) -> Audited:
    """Audit mirrors; ``full`` unless the options say otherwise."""
    wire = wire or Wire(*mirrors)
    kept: list[tuple[Found, Sequence[FindingDocument]]] = []
    slept: list[float] = []

    def keep(found: Found, documents: Sequence[FindingDocument]) -> bool:
        kept.append((found, documents))
        return True

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if on_sleep is not None:
            on_sleep()
        await asyncio.sleep(0)

    outside = Outside(
        sleep=sleep, now=lambda: datetime(2026, 11, 20, tzinfo=UTC), random=lambda: RANDOM, late=late
    )
    options.setdefault("full", "sample" not in options)
    readers: list[Any] = [Remote(wire, one.base) for one in mirrors]  # type: ignore[arg-type]
    work = audit(
        readers, store.verifier if store else verifier, store, AuditOptions(**options),
        keep, keys=keys, outside=outside,
    )  # fmt: skip
    return Audited(asyncio.run(work), wire, kept, slept)
