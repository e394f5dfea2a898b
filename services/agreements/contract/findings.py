"""What an agreement still misses of Article 28 GDPR. Findings inform; they forbid nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from services.agreements.contract.breach_wording import OPEN, Reading, readings
from services.agreements.contract.contents import SIGNED_ELSEWHERE, Clauses, Content
from services.agreements.contract.finding import (
    ADVICE_ON_BREACHES,
    ADVICE_ON_CHANGES,
    ADVICE_ON_THE_END,
    LAW,
    Finding,
    OpenQuestion,
    advised,
    required,
)
from services.agreements.contract.promises import CONTROLLERS_CHOICE, FIXED_ENDS, UNCLEAR
from services.agreements.contract.saying import says
from services.agreements.contract.terms import Length, NoticeTerms
from shared.public_holidays import differs_inside

LONGEST_BREACH_NOTICE_HOURS = 72

FACTS = {
    "subject_matter": "subject matter",
    "duration": "duration",
    "nature": "nature",
    "purpose": "purpose",
    "data_categories": "types of personal data",
    "data_subjects": "categories of data subjects",
}
ANSWERS = {
    "instructions": ("a", "documented instructions"),
    "confidentiality": ("b", "confidentiality of the persons who process"),
    "security": ("c", "the measures of Art. 32"),
    "sub_processors": ("d", "the conditions for engaging another processor"),
    "data_subject_rights": ("e", "help with requests of data subjects"),
    "assistance": ("f", "help with Art. 32 to 36"),
    "end_of_processing": ("g", "the choice between deletion and return"),
    "audit": ("h", "information, audits and inspections"),
}
_ENDS = {"delete": "deletion", "return": "return"}
OTHERS = ("transfer_instructions", "deletion_days", "breach_notice")
# An import leaves these to the signed PDF: that the data lacks them says nothing of the agreement.
IN_THE_PDF = frozenset(f"{name.replace('_', '-')}-missing" for name in (*FACTS, *ANSWERS, *OTHERS))


def findings(content: Content) -> tuple[Finding, ...]:
    """What the fields of ``content`` lack, in the order of the law; ``READS_FIELDS`` says how far
    that goes. Only sentences about breaches are read as text."""
    findings = (*_authorisation(content), *_facts(content), *_clauses(content), *_breach(content))
    if content.template_id == SIGNED_ELSEWHERE:
        return tuple(finding for finding in findings if finding.code not in IN_THE_PDF)
    return findings


def _authorisation(content: Content) -> Iterator[Finding]:
    terms = content.notice_terms
    if content.authorisation is None:
        yield required("authorisation-missing", "Art. 28(2)",
                       "No authorisation is given, so every change waits for approval."
                       )  # fmt: skip
    if content.authorisation == "general" and not terms.notice_length:
        yield advised("notice-days-missing", ADVICE_ON_CHANGES,
                      "The law wants notice before a change; no number says how long before. "
                      "If the vendor's register states a number, that one counts; else none does."
                      )  # fmt: skip
    if content.authorisation == "general" and not (
        terms.objection_length or terms.may_object_until_effect
    ):
        yield advised("objection-days-missing", ADVICE_ON_CHANGES,
                      "The law wants a chance to object; no period says how long it is open. If "
                      "the vendor's register states a period, that one counts; else it stays open."
                      )  # fmt: skip
    notice, objection = terms.notice_length, terms.objection_length
    if notice and objection and objection.fewest_days > notice.fewest_days:
        yield required("objection-longer-than-notice", "Art. 28(2)",
                       "The change could begin before the time to object has ended.")  # fmt: skip
    yield from _said_twice(content.notice_terms)
    yield from _calendar_and_contacts(content)


def _said_twice(terms: NoticeTerms) -> Iterator[Finding]:
    """Each period that one text names a second time, with both numbers."""
    for each in terms.also:
        for name, first, second in (
            ("notice", terms.notice_length, each.notice and each.notice.length),
            ("objections", terms.objection_length, each.objection and each.objection.length),
        ):
            if second and second != first:
                yield advised("two-periods", ADVICE_ON_CHANGES,
                              f"For {name} the text names {_number(first)} and {_number(second)}; "
                              "the one better for the customer binds.")  # fmt: skip


def _number(length: Length | None) -> str:
    return f"{length.value} {length.unit.replace('_', ' ')}" if length else "no number"


def _calendar_and_contacts(content: Content) -> Iterator[Finding]:
    terms = content.notice_terms
    if terms.holidays and differs_inside(terms.holidays):
        yield advised("holiday-region-missing", "Regulation (EEC, Euratom) 1182/71 Art. 2(1)",
                      f"The public holidays of {terms.holidays} differ by region and none is named;"
                      " until then the holidays of all its regions count.")  # fmt: skip
    if not terms.contacts:
        yield advised("notice-contact-missing", ADVICE_ON_CHANGES,
                      "Nobody is named who is to be told of changes.")  # fmt: skip


def _facts(content: Content) -> Iterator[Finding]:
    for name, words in FACTS.items():
        if not says(getattr(content.processing, name)):
            code = f"{name.replace('_', '-')}-missing"
            yield required(code, "Art. 28(3)", f"The agreement does not state the {words}.")


def _clauses(content: Content) -> Iterator[Finding]:
    for name, (letter, words) in ANSWERS.items():
        if not says(getattr(content.clauses, name)):
            code = f"{name.replace('_', '-')}-missing"
            yield required(code, f"Art. 28(3)({letter})", f"The agreement lacks {words}.")
    if not says(content.transfer_instructions):
        yield required("transfer-instructions-missing", "Art. 28(3)(a)",
                       "No instruction says whether data may go to third countries. (Danish "
                       "standard contract: section 8 and Appendix C.6; (EU) 2021/915: Clause 7.8.)"
                       )  # fmt: skip
    yield from _end(content)


def _end(content: Content) -> Iterator[Finding]:
    choice = content.clauses.end_of_processing
    if choice in FIXED_ENDS:
        yield required("end-of-processing-fixed", "Art. 28(3)(g)",
                       f"The text fixes {_ENDS[choice]}; the controller chooses between deletion "
                       f"and return. Write {CONTROLLERS_CHOICE}.")  # fmt: skip
    if choice == UNCLEAR:
        yield required("end-of-processing-unclear", "Art. 28(3)(g)",
                       "The text offers deletion and return, and not the choice to the controller."
                       )  # fmt: skip
    end = content.notice_terms.end_of_processing
    if end and end.choice == CONTROLLERS_CHOICE and end.if_nobody_chooses is None:
        yield advised("end-of-processing-default-missing", ADVICE_ON_THE_END,
                      "Nothing says what happens if the controller makes no choice.")  # fmt: skip
    if content.deletion_days is None:
        yield advised("deletion-days-missing", ADVICE_ON_THE_END,
                      "No period in days is named for deletion or return at the end.")  # fmt: skip


def _breach(content: Content) -> Iterator[Finding]:
    hours = content.breach_notice_hours
    times = [each.hours for each in content.notice_terms.breaches if each.hours]
    if hours is None:
        yield advised("breach-notice-missing", ADVICE_ON_BREACHES,
                      f"{times[0]} hours are named only where possible; no time binds." if times
                      else "No time is named for telling the controller of a breach.")  # fmt: skip
    elif hours > LONGEST_BREACH_NOTICE_HOURS:
        yield required("breach-notice-too-long", "Art. 33(2)",
                       f"{hours} hours is more than the {LONGEST_BREACH_NOTICE_HOURS} that the "
                       "controller itself has (Art. 33(1)).")  # fmt: skip
    if len(set(times)) > 1:
        yield advised("two-periods", ADVICE_ON_BREACHES,
                      f"For breaches the text names {' and '.join(map(str, times))} hours; "
                      "the one better for the customer binds.")  # fmt: skip
    yield from wording_about_breaches(_texts(content))


def _texts(content: Content) -> Iterator[str]:
    for clause in fields(Clauses):
        yield getattr(content.clauses, clause.name) or ""


def wording_about_breaches(texts: Iterator[str]) -> Iterator[Finding]:
    """Sentences that let the time to tell of a breach begin with its confirmation."""
    for text in texts:
        yield from (_late_start(reading) for reading in readings(text))


def _late_start(reading: Reading) -> Finding:
    sentence = reading.sentence[:200]
    if reading.outcome == OPEN:
        detail = f"Read this: “{sentence}”. {DETERMINED.question['en']}"
        return Finding("breach-notice-after-determination", "Art. 33(2)", detail, LAW, DETERMINED)
    return required("breach-notice-after-confirmation", "Art. 33(2)",
                    f"“{sentence}” lets the time begin when the processor confirms the breach; "
                    "the law lets it begin when it becomes aware.")  # fmt: skip


DETERMINED = OpenQuestion(
    question={
        "en": "Does the time to tell begin too late if it begins when a breach is determined?",
        "da": "Begynder fristen for sent, hvis den begynder, når et brud er konstateret?",
        "sv": "Börjar tiden för sent om den börjar när en personuppgiftsincident har konstaterats?",
    },
    readings=(
        {"en": "Determined means a reasonable degree of certainty, and so awareness.",
         "da": "Konstateret betyder en rimelig grad af sikkerhed og dermed kendskab.",
         "sv": "Konstaterad betyder en rimlig grad av säkerhet och därmed kännedom."},
        {"en": "Determined means the end of an inquiry, which comes after awareness.",
         "da": "Konstateret betyder, at en undersøgelse er afsluttet, og det er efter kendskab.",
         "sv": "Konstaterad betyder att en utredning är avslutad, vilket är efter kännedom."},
    ),
    sources=("GDPR Art. 33(2)", "EDPB Guidelines 9/2022 (version 2.0)"),
)  # fmt: skip
