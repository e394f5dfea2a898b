"""Where the contents fall behind the template they stand on."""

from __future__ import annotations

from collections.abc import Iterator

from services.agreements.contract.contents import Content
from services.agreements.contract.findings import Finding
from services.agreements.contract.terms import Length
from services.agreements.contract.wording import Published, Template

# Where each official text asks for what Art. 28(3) alone leaves open.
MEASURES = {"eu-2021-915": "(EU) 2021/915, Annex III", "dk-sa": "Appendix C"}
TRANSFERS = {"eu-2021-915": "(EU) 2021/915, Clause 7.8", "dk-sa": "Section 6, Appendix C"}
OFFICIAL_PERIODS = {"eu-2021-915": "(EU) 2021/915, Clause 7.7(a)", "dk-sa": "Appendix B"}


def shortfalls(template: Template, content: Content) -> tuple[Finding, ...]:
    """What ``template`` asks for and ``content`` lacks, each with the clause of the template."""
    own = _published(template, content) if template.published else ()
    return (*_official(template.kind, content), *own)


def _official(kind: str, content: Content) -> Iterator[Finding]:
    measures = content.measures
    if kind in MEASURES and not (measures.technical and measures.organisational):
        yield Finding("measures-missing", MEASURES[kind],
                      "The annex of technical and organisational measures is empty.")  # fmt: skip
    if kind in TRANSFERS and not content.transfer_instructions:
        yield Finding("transfer-instructions-missing", TRANSFERS[kind],
                      "No instruction says whether data may go to third countries.")  # fmt: skip
    if kind in OFFICIAL_PERIODS and not content.notice_terms.notice_length:
        yield Finding("template-notice-days-missing", OFFICIAL_PERIODS[kind],
                      "The period of notice or request is to be filled in, in days.")  # fmt: skip


def _published(template: Template, content: Content) -> Iterator[Finding]:
    published, clause = template.published, f"Template “{template.name}”"
    if published is None:
        return
    for name, mine, theirs in _less_is_weaker(published, content):
        if mine < theirs:
            yield _behind(clause, name, mine, theirs)
    for name, mine, theirs in _more_is_weaker(published, content):
        if mine > theirs:
            yield _behind(clause, name, mine, theirs)


def _less_is_weaker(published: Published, content: Content) -> Iterator[tuple[str, int, int]]:
    least = published.notice_options[0]
    mine = content.notice_terms
    yield "notice-days", _days(mine.notice_length), _days(least.notice_length)
    yield "objection-days", _days(mine.objection_length), _days(least.objection_length)


def _days(length: Length | None) -> int:
    return length.fewest_days if length else 0


def _more_is_weaker(published: Published, content: Content) -> Iterator[tuple[str, int, int]]:
    for name in ("breach_notice_hours", "deletion_days", "backup_days"):
        mine, theirs = getattr(content, name), getattr(published, name)
        if mine is not None and theirs is not None:
            yield name.replace("_", "-"), mine, theirs


def _behind(clause: str, name: str, mine: int, theirs: int) -> Finding:
    detail = f"{mine} here, {theirs} in the template."
    return Finding(f"{name}-weaker-than-template", clause, detail)
