"""What the events and the record claim, checked from files that the user has (EVID-1 to EVID-16, ARXIV-1
to ARXIV-4).

Bitcoin timestamps: :mod:`~pithbundle.evidence.ots` reads a proof,
:mod:`~pithbundle.evidence.headers` reads block headers and says how strong what they show is,
:mod:`~pithbundle.evidence.checkpoints` defines the blocks that are known by their hashes, and
:mod:`~pithbundle.evidence.timestamps` says what a proof shows by the headers.

Metadata of arXiv: :mod:`~pithbundle.evidence.arxiv_files` reads it in each of its forms, and
:mod:`~pithbundle.evidence.arxiv` computes the record that follows from it and compares another one with it.

Nothing here reads a file or makes a request, and nothing here changes a state: what is found is a report of
its own.
"""

from __future__ import annotations

from pithbundle.errors import EvidenceError
from pithbundle.evidence.arxiv import (
    ArxivMetadata,
    Compared,
    Comparison,
    MetadataError,
    MetadataReason,
    compare,
)
from pithbundle.evidence.arxiv_files import read_metadata
from pithbundle.evidence.checkpoints import Block, Checkpoints
from pithbundle.evidence.header_paths import Strength
from pithbundle.evidence.header_tree import Reason
from pithbundle.evidence.headers import BITCOIN, Header, HeaderFile, Headers, Network, read_headers
from pithbundle.evidence.ots import Attestation, AttestationKind, HashName, Proof
from pithbundle.evidence.timestamps import AttestationFinding, ProofFinding, TimestampStatus, check_proof

__all__ = [
    "BITCOIN",
    "ArxivMetadata",
    "Attestation",
    "AttestationFinding",
    "AttestationKind",
    "Block",
    "Checkpoints",
    "Compared",
    "Comparison",
    "EvidenceError",
    "HashName",
    "Header",
    "HeaderFile",
    "Headers",
    "MetadataError",
    "MetadataReason",
    "Network",
    "Proof",
    "ProofFinding",
    "Reason",
    "Strength",
    "TimestampStatus",
    "check_proof",
    "compare",
    "read_headers",
    "read_metadata",
]
