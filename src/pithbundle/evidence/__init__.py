"""What the events claim, checked from files that the user has (spec EVID-1 to EVID-16).

So far these are Bitcoin timestamps: :mod:`~pithbundle.evidence.ots` reads a proof,
:mod:`~pithbundle.evidence.headers` reads block headers and says how strong what they show is,
:mod:`~pithbundle.evidence.checkpoints` defines the blocks that are known by their hashes, and
:mod:`~pithbundle.evidence.timestamps` says what a proof shows by the headers. Nothing here reads a file
or makes a request, and nothing here changes a state: what is found is a report of its own.
"""

from __future__ import annotations

from pithbundle.errors import EvidenceError
from pithbundle.evidence.checkpoints import Block, Checkpoints
from pithbundle.evidence.header_paths import Strength
from pithbundle.evidence.header_tree import Reason
from pithbundle.evidence.headers import BITCOIN, Header, HeaderFile, Headers, Network, read_headers
from pithbundle.evidence.ots import Attestation, AttestationKind, HashName, Proof
from pithbundle.evidence.timestamps import AttestationFinding, ProofFinding, TimestampStatus, check_proof

__all__ = [
    "BITCOIN",
    "Attestation",
    "AttestationFinding",
    "AttestationKind",
    "Block",
    "Checkpoints",
    "EvidenceError",
    "HashName",
    "Header",
    "HeaderFile",
    "Headers",
    "Network",
    "Proof",
    "ProofFinding",
    "Reason",
    "Strength",
    "TimestampStatus",
    "check_proof",
    "read_headers",
]
