"""What the contents lack because the template asks for it, or does not settle it itself."""

from __future__ import annotations

from collections.abc import Iterator

from services.agreements.contract.contents import SIGNED_ELSEWHERE, Content
from services.agreements.contract.finding import Finding, advised, of_template, required
from services.agreements.contract.finding_words import said
from services.agreements.contract.findings import wording_about_breaches
from services.agreements.contract.saying import says
from services.agreements.contract.terms import Length
from services.agreements.contract.wording import Published, Template, in_language

# Where each official text asks for what Art. 28(3) alone leaves open.
MEASURES = {"eu-2021-915": "(EU) 2021/915, Annex III", "dk-sa": "Appendix C"}
SENSITIVE_DATA = {"eu-2021-915": "(EU) 2021/915, Clause 7.5", "dk-sa": "Appendix C.2"}
OFFICIAL_PERIODS = {"eu-2021-915": "(EU) 2021/915, Clause 7.7(a)", "dk-sa": "Appendix B"}

# What the wording of a template may settle, else the contents must: its code and source.
SETTLED = {
    "obligations_and_rights": ("controller-rights-missing", "Art. 28(3)"),
    "unlawful_instructions": ("unlawful-instructions-missing", "Art. 28(3), last subparagraph"),
    "flow_down": ("flow-down-missing", "Art. 28(4)"),
    "liability": ("liability-missing", "Art. 28(4)"),
}


def shortfalls(template: Template, content: Content) -> tuple[Finding, ...]:
    """What ``template`` asks for and ``content`` lacks, each with the clause of the template."""
    if content.template_id == SIGNED_ELSEWHERE:
        return ()
    own = _published(template, content) if template.published else ()
    wording = (in_language(section.text, content.language) for section in template.sections)
    return (*_unsettled(template, content), *_sensitive_data(template.kind, content),
            *wording_about_breaches(wording), *_official(template.kind, content), *own)  # fmt: skip


def _unsettled(template: Template, content: Content) -> Iterator[Finding]:
    for name, (code, clause) in SETTLED.items():
        where = content.processing if name == "obligations_and_rights" else content.clauses
        if not says(template.covers.get(name)) and not says(getattr(where, name)):
            yield required(code, clause, said("answer-missing", words=said(name)))


def _sensitive_data(kind: str, content: Content) -> Iterator[Finding]:
    if not content.processing.special_categories or says(content.measures.special_categories):
        return
    code = "special-category-measures-missing"
    if kind in SENSITIVE_DATA:
        yield of_template(code, SENSITIVE_DATA[kind], said(code))
    else:
        yield advised(code, "(EU) 2021/915, Clause 7.5", said(code))


def _official(kind: str, content: Content) -> Iterator[Finding]:
    measures = content.measures
    if kind in MEASURES and not (says(measures.technical) and says(measures.organisational)):
        yield of_template("measures-missing", MEASURES[kind], said("measures-missing"))
    if kind in OFFICIAL_PERIODS and not content.notice_terms.notice_length:
        code = "template-notice-days-missing"
        yield of_template(code, OFFICIAL_PERIODS[kind], said(code))


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
    texts = said("weaker-than-template", mine=mine, theirs=theirs)
    return of_template(f"{name}-weaker-than-template", clause, texts)
