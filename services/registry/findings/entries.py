"""All findings of the list as it stands, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from services.registry.findings.copied import copied_findings
from services.registry.findings.days import day_findings
from services.registry.findings.finding import Entry, Listed, ListFinding
from services.registry.findings.instruments import dead_instrument_findings
from services.registry.findings.languages import language_findings
from services.registry.findings.names import name_findings
from services.registry.findings.regions import region_findings
from services.registry.linter import Finding, entry_findings
from services.registry.linter.places import PLACE_CODES
from services.registry.transfers.wording import DataText, Named, Said, is_worded, phrase

Rule = Callable[[Entry, Listed], Iterator[ListFinding]]

_RULES: tuple[Rule, ...] = (
    name_findings,
    region_findings,
    copied_findings,
    dead_instrument_findings,
    day_findings,
    language_findings,
)


def list_findings(listed: Listed) -> Iterator[tuple[Entry, ListFinding]]:
    """Everything wrong with the list of today, each with its entry.

    What the linter asks of a notice is asked of the entry as it stands, too.
    """
    for entry in listed.entries:
        for finding in entry_findings(entry, listed.today, exporter=listed.exporter):
            yield entry, _from_linter(entry, finding)
        for rule in _RULES:
            for own in rule(entry, listed):
                yield entry, own


def _from_linter(entry: Entry, finding: Finding) -> ListFinding:
    return ListFinding(finding.code, finding.pointer, _worded(entry, finding), finding.severity)


def _worded(entry: Entry, finding: Finding) -> Said:
    if finding.code in PLACE_CODES:
        # The verdict says in three languages what the finding says in English.
        place = entry["locations"][int(finding.pointer.split("/")[2])]
        return _by_language(place["verdict"]["reason_by_language"])
    code = f"finding.{finding.code}"
    return phrase(code) if is_worded(code) else DataText(finding.detail)


def _by_language(texts: Mapping[str, str]) -> Said:
    return Named(texts["en"], texts)
