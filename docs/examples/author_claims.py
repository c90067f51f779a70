"""Print the author claims of a record: python3 author_claims.py POLICY BUNDLE..."""

import sys
from pathlib import Path

from pithbundle import Ledger, PithError, Policy, Verifier


def main(policy: str, *bundles: str) -> int:
    """Merge the bundles and print the current claims; 1 if no bundle can be used."""
    verifier = Verifier(Policy.from_file(policy))
    ledger: Ledger | None = None
    for name in bundles:
        try:
            bundle = verifier.verify(Path(name).read_bytes())
            ledger = bundle.ledger if ledger is None else ledger | bundle.ledger
        except PithError as error:
            print(f"{name}: {error}", file=sys.stderr)
    if ledger is None:
        return 1
    state = ledger.snapshot()
    for claim in state.author_claims:
        print(claim.created_at, claim.signer_id, claim.scheme, claim.identifier, claim.strength)
    print(f"{len(state.author_claims)} current, {len(state.equivocations)} in conflict")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
