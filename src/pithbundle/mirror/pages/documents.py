"""The pages of a mirror and what they load, as documents (spec PAGE-1)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from typing import Final

from pithbundle.badge import badge_of
from pithbundle.encoding.canonical import encode_canonical
from pithbundle.mirror.answers import HTML, JSON, SCRIPT, STYLES, SVG, Document
from pithbundle.mirror.pages.alone import page_alone, policy_of
from pithbundle.mirror.pages.finding import index_page
from pithbundle.mirror.pages.place import PUBLISHED, SERVED, Place
from pithbundle.mirror.pages.record import Download, record_page
from pithbundle.mirror.pages.rendering import ASSETS, CONTENT_POLICY, TEMPLATES
from pithbundle.mirror.pages.scripts import one_script, read_module
from pithbundle.mirror.served_folder import BADGE, INDEX, PAGE, PAGES
from pithbundle.report import Report
from pithbundle.store import Served, View
from pithbundle.verifier import Verifier

#: A larger number is needed where other pages follow from the same records and templates.
_VERSION: Final = "2"
#: The scripts of the pages, and the policy under which the browser checks.
_SCRIPTS: Final = ("mirror-index.js", "record.js", "record-worker.js")
_POLICY: Final = "policy.json"
#: The page on which readers drop a bundle.
_ALONE: Final = "check.html"
#: The bundle is there twice.
_SECOND: Final = ".well-known/"
_PAGE: Final = re.compile(rf"pith/([A-Z2-7]{{26}})({re.escape(PAGE)}|{re.escape(BADGE)})?").fullmatch


def found_at(
    path: str,
    view: View,
    paths_of: Callable[[str], list[str]],
    of_record: Callable[[str], Document | None],
    *,
    has_search: bool,
) -> Document | None:
    """Return a page or what pages load, by its address (PAGE-1, PAGE-11).

    Args:
        path: relative to the base URL. Hostile.
        view: the records.
        paths_of: returns the addresses of the other documents of a record.
        of_record: returns one of them.
        has_search: whether the index page is that of a server.
    """
    if path == f"{PAGES}/{_POLICY}":
        return Document(encode_canonical(view.policy.to_value()), JSON, immutable=False)
    if path.startswith(f"{PAGES}/"):
        return _assets().get(path[len(PAGES) + 1 :])
    if path in ("", INDEX):
        return index_page(has_search=has_search)
    found = _PAGE(path)
    served = None if found is None else view.bundles_of(found[1])
    if found is None or served is None:
        return None
    if found[2] == BADGE:
        return _badge_of(served, view.verifier)
    documents = [(address, of_record(address)) for address in paths_of(found[1])]
    return page_of(served, view.verifier, documents, PUBLISHED if found[2] else SERVED)


def page_of(
    served: Served, verifier: Verifier, documents: Iterable[tuple[str, Document | None]], place: Place
) -> Document:
    """Return the page of a record (PAGE-1).

    Args:
        served: the bundles of the record.
        verifier: under the policy of the mirror.
        documents: the other documents of the record, by their addresses.
        place: where the page is.
    """
    downloads = []
    for address, document in documents:
        if document is not None and not address.startswith(_SECOND):
            label = "/".join(address.split("/")[2:]) or address.rpartition("/")[2]
            downloads.append(Download(address, label, len(document.body), document.sha256))
    report = _report_on(served, verifier)
    body = record_page(report, served.parts, downloads, place, verifier.policy.sha256)
    return Document(body, HTML, False, served.unverified, CONTENT_POLICY)


def _badge_of(served: Served, verifier: Verifier) -> Document:
    """The picture that the page of a record shows (PAGE-14)."""
    return Document(badge_of(_report_on(served, verifier)).svg(), SVG, False, served.unverified)


def _report_on(served: Served, verifier: Verifier) -> Report:
    (report,) = verifier.verify_together((f"part {at}", part) for at, part in enumerate(served.parts, 1))
    return report


def asset_paths() -> list[str]:
    """The addresses of what pages load."""
    return [f"{PAGES}/{name}" for name in (*_assets(), _POLICY)]


@cache
def _assets() -> dict[str, Document]:
    found = {}
    for name in sorted(os.listdir(ASSETS)):
        with open(os.path.join(ASSETS, name), "rb") as file:
            found[name] = Document(file.read(), STYLES, immutable=False)
    alone = page_alone(read_module)
    found[_ALONE] = Document(alone, HTML, immutable=False, content_policy=policy_of(alone))
    for name in _SCRIPTS:
        script = one_script(name, read_module).encode()
        # A worker runs under the policy of its own response.
        found[name] = Document(script, SCRIPT, immutable=False, content_policy=CONTENT_POLICY)
    return found


@cache
def pages_version() -> str:
    """What the pages follow from, beside the records: a page is made again if it is another one."""
    digest = sha256()
    for name in sorted(os.listdir(TEMPLATES)):
        with open(os.path.join(TEMPLATES, name), "rb") as file:
            digest.update(sha256(file.read()).digest())
    return f"{_VERSION} {digest.hexdigest()}"
