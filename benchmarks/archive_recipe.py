"""The recipe of a generated archive: a pure function of the number of each bundle.

A bundle has 2 to 5 events signed by the published demo key and 6.7 KB on average: a creation with a
receipt, a snapshot whose claims are English prose with few repeats, and up to three others. Prose is
drawn from a small grammar whose terms are composed of some thousands of parts. Nothing is read but this
file and the test kit, so that a figure can be repeated anywhere.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from kit import DEMO, Json, attached, bundle, made_record, payloads, policy, receipt, to_json

_PREFIXES = """
bi counter cross de dis electro ferro geo hetero hydro hyper infra inter iso macro magneto meta
micro mono multi nano neuro non para photo poly post pre proto pseudo quasi re self semi spectro sub
super thermo trans ultra
""".split()
_ROOTS = """
algebra band bound catalys chain channel cluster code color condens conduct connect convex correl
coupl cover crystal curv cycl defect dense diagram differ diffus dimens duct dynam embed energ
entangl entrop equivari ergod factor fiber field fluct flux form fract fraction frame frequ fus
gauge gener gradient graph group harmon heur homolog index induct inform instant integr invari
invers iterat kernel kinet latt layer likelihood limit linear local manifold margin matrix measur
membran metr mod momentum morph mutat norm nucle operat orbit order oscill parity particl path
pattern period permut phase polar potent predict project propag quant radi random rank react recurs
reflect regular relax render resolv reson sampl scal scatter segment sensor sequ shift sign simul
singul solv spect spin stabil stat stoch strain stream stress symmetr tens topolog track traject
transit transport truncat tunnel turbul unit valid vari vector veloc vertex viscos wave
""".split()
_ENDINGS = """
ability ance ation ator ed ency ent er ial ian ible ic ical ing ion ism ist ity ive ization ized
less ment ness or ous ual ure
""".split()
_NOUNS = """
analysis approach approximation argument assumption baseline bound case class coefficient comparison
computation conjecture consequence construction contribution correction data dataset decay
decomposition degree density dependence derivation design detection deviation distribution domain
effect efficiency error estimate evidence example exception expansion experiment explanation
exponent family finding framework function gap generalization hypothesis identity implementation
improvement inequality interaction interpretation interval law length limit literature loss majority
mechanism method model observation outcome pair parameter peak performance perturbation phenomenon
population prediction probability procedure process proof property proposal protocol question range
rate ratio reduction regime region relation representation requirement residual result sample scheme
selection sensitivity series setting significance simulation solution space stage step strategy
structure study subset support system technique temperature term theorem theory threshold time
transition treatment uncertainty value variation weight width yield
""".split()
_VERBS = (
    "accounts for|agrees with|allows|bounds|confirms|contradicts|controls|corresponds to|depends on|"
    "describes|determines|differs from|disagrees with|dominates|does not change|does not explain|enhances|"
    "establishes|exceeds|excludes|explains|extends|follows from|improves|increases|indicates|"
    "is absent from|is consistent with|is equivalent to|is independent of|is proportional to|"
    "is stable under|justifies|limits|lowers|matches|motivates|outperforms|precedes|predicts|preserves|"
    "quantifies|reduces|refines|replaces|reproduces|requires|resolves|restricts|reveals|rules out|"
    "saturates|scales with|simplifies|suggests|suppresses|vanishes for|verifies|violates"
).split("|")
_OPENINGS = (
    "Above this|After correction|Although small|As a consequence|As expected|At low|Because of|Below it|"
    "By contrast|Compared with earlier work|Contrary to|Despite|During|Except for|Given|However|"
    "In addition|In all cases|In general|In practice|In the limit|Moreover|Near|On average|Outside|"
    "Provided that|Surprisingly|Taken together|To leading order|Under these conditions|Unlike|"
    "We also find that|We conjecture that|We prove that|We show that|Whenever|Within|Without"
).split("|")
_CITING = ("cites", "supports", "extends", "contrasts")
_WHEN = "2026-05-{:02}T{:02}:{:02}:{:02}Z"


def _term(drawn: random.Random) -> str:
    """A technical term, most of which occur in one bundle only."""
    word = drawn.choice(_ROOTS) + drawn.choice(_ENDINGS)
    return drawn.choice(_PREFIXES) + word if drawn.random() < 0.6 else word


def _sentence(drawn: random.Random) -> str:
    subject = f"{_term(drawn)} {drawn.choice(_NOUNS)}"
    target = f"{_term(drawn)} {drawn.choice(_NOUNS)} of {_term(drawn)} {drawn.choice(_NOUNS)}"
    number = drawn.choice(
        [
            f"by {drawn.uniform(0.1, 99):.{drawn.randint(1, 3)}f} percent",
            f"at p < {drawn.uniform(0.0001, 0.05):.4f}",
            f"over {drawn.randint(2, 9_999)} {_term(drawn)} samples",
            f"with {_term(drawn)} {drawn.choice(_NOUNS)}",
        ]
    )
    return f"{drawn.choice(_OPENINGS)}, the {subject} {drawn.choice(_VERBS)} the {target} {number}."


def prose(drawn: random.Random, length: int) -> str:
    """At least so many characters of sentences."""
    found: list[str] = []
    size = 0
    while size < length:
        found.append(_sentence(drawn))
        size += len(found[-1]) + 1
    return " ".join(found)


def _claims(drawn: random.Random) -> list[Json]:
    count = drawn.randint(2, 8)
    return [
        {
            "claim_id": f"C{number}",
            "section": f"{drawn.randint(1, 7)}.{drawn.randint(1, 9)}",
            "status": "machine_extracted",
            "text": prose(drawn, drawn.randint(90, 360)),
        }
        for number in range(1, count + 1)
    ]


def made_bundle(number: int, seed: str = "archive") -> bytes:
    """The bundle of one number, as JSON without spaces."""
    drawn = random.Random(f"{seed} {number}")
    record = made_record(drawn.getrandbits(60))
    day, hour = drawn.randint(1, 28), drawn.randint(0, 23)
    times = [_WHEN.format(day, hour, minute, drawn.randint(0, 59)) for minute in range(5)]
    made = receipt(DEMO, record, times[0].replace("Z", ".000000Z"))
    cited = f"arxiv:{drawn.randint(10, 26)}01.{drawn.randint(0, 99_999):05}"
    others = [
        ("author_claim", payloads.author_claim(payloads.orcid(drawn.getrandbits(40)))),
        ("citation", payloads.citation(cited, drawn.choice(_CITING))),
        ("storage_attestation", payloads.storage_attestation(record, times[1])),
        ("timestamp_anchor", payloads.timestamp_anchor(record)),
    ]  # fmt: skip
    events = [
        attached(DEMO, record, "record_created", payloads.record_created(record, made), times[0]),
        attached(DEMO, record, "graph_snapshot", payloads.graph_snapshot(record, _claims(drawn)), times[1]),
    ]
    for at, (kind, payload) in enumerate(drawn.sample(others, drawn.randint(0, 3)), 2):
        events.append(attached(DEMO, record, kind, payload, times[at]))
    return to_json(bundle(record, events))


def made_bundles(count: int, seed: str = "archive") -> Iterator[bytes]:
    """So many bundles, in the order of their numbers."""
    return (made_bundle(number, seed) for number in range(count))


def made_policy() -> bytes:
    """The policy under which every bundle is valid."""
    return to_json(policy(DEMO))
