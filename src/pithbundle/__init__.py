"""pithbundle: recompute the current state of a Pith bundle, trusting nothing but pinned keys.

Bytes in, a value or a :class:`PithError` out. The whole of it::

    verifier = Verifier(Policy.from_file("policy.json"))
    verified = verifier.verify(data)                 # who signed what
    ledger = verified.ledger                         # what follows
"""

from __future__ import annotations

from pithbundle.bundle.number import PithNumber
from pithbundle.bundle.reader import Bundle, read_bundle
from pithbundle.bundle.record import Record
from pithbundle.bundle.titles import abstract_sha256, title_sha256
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.cbor import cbor_bytes, parse_cbor
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Limits, Value
from pithbundle.errors import PithError
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.merged import Merged, merge
from pithbundle.report import Input, Rejection, Report
from pithbundle.verifier import VerifiedBundle, Verifier
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import CheckedEvent

#: The version of the package, as in its metadata.
__version__ = "0.1.0"

__all__ = [
    "Bundle",
    "CheckedEvent",
    "Input",
    "Ledger",
    "Limits",
    "Merged",
    "PithError",
    "PithNumber",
    "Policy",
    "PublicKey",
    "Record",
    "Rejection",
    "Report",
    "Value",
    "VerifiedBundle",
    "Verifier",
    "__version__",
    "abstract_sha256",
    "canonical_bytes",
    "cbor_bytes",
    "merge",
    "parse_cbor",
    "parse_json",
    "read_bundle",
    "title_sha256",
]
