"""What an agreement still misses of Article 28 GDPR. Findings inform; they forbid nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from services.agreements.contract.contents import SIGNED_ELSEWHERE, Clauses, Content
from shared.public_holidays import differs_inside

LONGEST_BREACH_NOTICE_HOURS = 72
# The clock of Art. 33(2) runs from awareness; these words let the processor choose its start.
AFTER_CONFIRMATION = re.compile(
    r"\b(after|upon|from|of|following)\s+(having\s+|the\s+|its\s+)?"
    r"(confirm|verif|validat|investigat|complet)\w*"
    r"|\b(efter|fra|från|vid|ved)\s+(at\s+have\s+|att\s+ha\s+|endelig\s+|slutlig\s+)?"
    r"(bekræft|bekräft|konstater|verific|verifier|undersøg|utred)\w*",
    re.IGNORECASE,
)
OF_A_BREACH = re.compile(r"breach|incident|brud|intrång", re.IGNORECASE)

FACTS = {
    "subject_matter": "subject matter",
    "duration": "duration",
    "nature": "nature",
    "purpose": "purpose",
    "data_categories": "types of personal data",
    "data_subjects": "categories of data subjects",
}
ANSWERS = {
    "instructions": ("a", "documented instructions, transfers included"),
    "confidentiality": ("b", "confidentiality of the persons who process"),
    "security": ("c", "the measures of Art. 32"),
    "sub_processors": ("d", "the conditions for engaging another processor"),
    "data_subject_rights": ("e", "help with requests of data subjects"),
    "assistance": ("f", "help with Art. 32 to 36"),
    "end_of_processing": ("g", "the choice between deletion and return"),
    "audit": ("h", "information, audits and inspections"),
}
# An import leaves these to the signed PDF: that the data lacks them says nothing of the agreement.
IN_THE_PDF = frozenset(
    f"{name.replace('_', '-')}-missing"
    for name in (*FACTS, *ANSWERS, "deletion_days", "breach_notice")
)


@dataclass(frozen=True)
class Finding:
    """``clause`` names where the duty comes from, for example ``Art. 28(3)(g)``."""

    code: str
    clause: str
    detail: str


def findings(content: Content) -> tuple[Finding, ...]:
    """Everything that is missing or weaker than the law, in the order of the law."""
    findings = (*_authorisation(content), *_facts(content), *_clauses(content), *_breach(content))
    if content.template_id == SIGNED_ELSEWHERE:
        return tuple(finding for finding in findings if finding.code not in IN_THE_PDF)
    return findings


def _authorisation(content: Content) -> Iterator[Finding]:
    terms = content.notice_terms
    if content.authorisation is None:
        yield Finding("authorisation-missing", "Art. 28(2)",
                      "No authorisation is given, so every change waits for approval.")  # fmt: skip
    if content.authorisation == "general" and not terms.notice_length:
        yield Finding("notice-days-missing", "Art. 28(2)",
                      "A general authorisation needs notice before a change.")  # fmt: skip
    if content.authorisation == "general" and not (
        terms.objection_length or terms.may_object_until_effect
    ):
        yield Finding("objection-days-missing", "Art. 28(2)",
                      "A general authorisation needs a period in which to object.")  # fmt: skip
    notice, objection = terms.notice_length, terms.objection_length
    if notice and objection and objection.fewest_days > notice.fewest_days:
        yield Finding("objection-longer-than-notice", "Art. 28(2)",
                      "The change could begin before the time to object has ended.")  # fmt: skip
    if terms.holidays and differs_inside(terms.holidays):
        yield Finding("holiday-region-missing", "Regulation (EEC, Euratom) 1182/71 Art. 2(1)",
                      f"The public holidays of {terms.holidays} differ by region and none is named;"
                      " until then the holidays of all its regions count.")  # fmt: skip
    if not terms.contacts:
        yield Finding("notice-contact-missing", "Art. 28(2)",
                      "Nobody is named who is to be told of changes.")  # fmt: skip


def _facts(content: Content) -> Iterator[Finding]:
    for name, words in FACTS.items():
        if not getattr(content.processing, name):
            code = f"{name.replace('_', '-')}-missing"
            yield Finding(code, "Art. 28(3)", f"The agreement does not state the {words}.")


def _clauses(content: Content) -> Iterator[Finding]:
    for name, (letter, words) in ANSWERS.items():
        if not getattr(content.clauses, name):
            code = f"{name.replace('_', '-')}-missing"
            yield Finding(code, f"Art. 28(3)({letter})", f"The agreement lacks {words}.")
    if content.deletion_days is None:
        yield Finding("deletion-days-missing", "Art. 28(3)(g)",
                      "No period in days is named for deletion or return at the end.")  # fmt: skip


def _breach(content: Content) -> Iterator[Finding]:
    hours = content.breach_notice_hours
    if hours is None:
        yield Finding("breach-notice-missing", "Art. 33(2)",
                      "No time is named for telling the controller of a breach.")  # fmt: skip
    elif hours > LONGEST_BREACH_NOTICE_HOURS:
        yield Finding("breach-notice-too-long", "Art. 33(2)",
                      f"{hours} hours is more than the {LONGEST_BREACH_NOTICE_HOURS} that the "
                      "controller itself has (Art. 33(1)).")  # fmt: skip
    for sentence in _sentences(content.clauses):
        if OF_A_BREACH.search(sentence) and AFTER_CONFIRMATION.search(sentence):
            yield Finding("breach-notice-after-confirmation", "Art. 33(2)",
                          f"“{sentence[:200]}” lets the time begin when the processor confirms "
                          "the breach; the law lets it begin when it becomes aware.")  # fmt: skip


def _sentences(clauses: Clauses) -> Iterator[str]:
    for clause in fields(clauses):
        text = getattr(clauses, clause.name) or ""
        yield from (part.strip() for part in re.split(r"[.;\n]", text))
