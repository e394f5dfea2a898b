"""Recipients without a name, and names without a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from services.registry.findings.finding import Entry, Listed, ListFinding, found, texts_of
from services.registry.findings.words import kinds_of_company, legal_forms
from services.registry.transfers.names import is_named

_WORD = r"[A-ZÆØÅÄÖÉ][\w&'’+-]*"


def name_findings(entry: Entry, listed: Listed) -> Iterator[ListFinding]:
    """A recipient that is a kind of company, and companies in texts that are not on the list."""
    if is_unnamed(entry):
        yield found("unnamed-recipients", "/legal_name", "must", name=entry["legal_name"])
    named = set()
    for pointer, text in texts_of(entry):
        for company in companies_in(text):
            if company not in named and not _is_known(company, listed):
                named.add(company)
                yield found("name-without-row", pointer, name=company)


def is_unnamed(entry: Entry) -> bool:
    """Whether the name says a kind of company ("Hosting providers") instead of a company."""
    name = str(entry.get("legal_name") or "")
    if entry.get("registration_number") or companies_in(f"{name} "):
        return False
    return kinds_of_company().search(name) is not None


def companies_in(text: str) -> list[str]:
    """Companies that a text names with their legal form."""
    return [match[0].strip() for match in _company().finditer(text)]


def _is_known(company: str, listed: Listed) -> bool:
    names = [listed.vendor.legal_name, *(str(each["legal_name"]) for each in listed.entries)]
    return any(is_named(name, company) for name in names)


@cache
def _company() -> re.Pattern[str]:
    return re.compile(rf"{_WORD}(?: (?:{_WORD}|&|and|og|och)){{0,4}},? (?:{legal_forms()})(?!\w)")
