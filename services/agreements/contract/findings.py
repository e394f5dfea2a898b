"""What an agreement still misses of Article 28 GDPR. Findings inform; they forbid nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from services.agreements.contract.breach_wording import OPEN, Reading, readings
from services.agreements.contract.contents import SIGNED_ELSEWHERE, Clauses, Content
from services.agreements.contract.finding import (
    ADVICE_ON_BREACHES,
    ADVICE_ON_CHANGES,
    ADVICE_ON_THE_END,
    Finding,
    OpenQuestion,
    advised,
    required,
)
from services.agreements.contract.finding_words import Texts, counted, joined, said
from services.agreements.contract.promises import CONTROLLERS_CHOICE, FIXED_ENDS, UNCLEAR
from services.agreements.contract.saying import says
from services.agreements.contract.terms import Length, NoticeTerms
from shared.public_holidays import differs_inside

LONGEST_BREACH_NOTICE_HOURS = 72

FACTS = ("subject_matter", "duration", "nature", "purpose", "data_categories", "data_subjects")
# Letters of Art. 28(3).
ANSWERS = {
    "instructions": "a", "confidentiality": "b", "security": "c", "sub_processors": "d",
    "data_subject_rights": "e", "assistance": "f", "end_of_processing": "g", "audit": "h",
}  # fmt: skip
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
        yield required("authorisation-missing", "Art. 28(2)", said("authorisation-missing"))
    if content.authorisation == "general" and not terms.notice_length:
        yield advised("notice-days-missing", ADVICE_ON_CHANGES, said("notice-days-missing"))
    if content.authorisation == "general" and not (
        terms.objection_length or terms.may_object_until_effect
    ):
        yield advised("objection-days-missing", ADVICE_ON_CHANGES, said("objection-days-missing"))
    notice, objection = _binding_days(terms)
    if notice and objection and objection > notice:
        code = "objection-longer-than-notice"
        yield required(code, "Art. 28(2)", said(code))
    yield from _said_twice(content.notice_terms)
    yield from _calendar_and_contacts(content)


def _binding_days(terms: NoticeTerms) -> tuple[int, int]:
    """The days of notice and of objection that bind: of periods that the text names twice the
    longer one; 0 where it names no number."""
    notices = [each.notice.length for each in terms.also if each.notice]
    objections = [each.objection.length for each in terms.also if each.objection]
    return (
        _longest([terms.notice_length, *notices]),
        _longest([terms.objection_length, *objections]),
    )


def _longest(lengths: Iterable[Length | None]) -> int:
    return max([0, *(each.fewest_days for each in lengths if each)])


def _said_twice(terms: NoticeTerms) -> Iterator[Finding]:
    """Each period that one text names a second time, with both numbers."""
    for each in terms.also:
        for name, first, second in (
            ("notice", terms.notice_length, each.notice and each.notice.length),
            ("objections", terms.objection_length, each.objection and each.objection.length),
        ):
            if second and second != first:
                texts = said(f"two-periods-{name}", first=_number(first), second=_number(second))
                yield advised("two-periods", ADVICE_ON_CHANGES, texts)


def _number(length: Length | None) -> Texts:
    return counted(length.value, length.unit) if length else said("no-number")


def _calendar_and_contacts(content: Content) -> Iterator[Finding]:
    terms = content.notice_terms
    if terms.holidays and differs_inside(terms.holidays):
        code, source = "holiday-region-missing", "Regulation (EEC, Euratom) 1182/71 Art. 2(1)"
        yield advised(code, source, said(code, place=terms.holidays))
    if not terms.contacts:
        yield advised("notice-contact-missing", ADVICE_ON_CHANGES, said("notice-contact-missing"))


def _facts(content: Content) -> Iterator[Finding]:
    for name in FACTS:
        if not says(getattr(content.processing, name)):
            code = f"{name.replace('_', '-')}-missing"
            yield required(code, "Art. 28(3)", said("fact-missing", words=said(name)))


def _clauses(content: Content) -> Iterator[Finding]:
    for name, letter in ANSWERS.items():
        if not says(getattr(content.clauses, name)):
            code = f"{name.replace('_', '-')}-missing"
            yield required(code, f"Art. 28(3)({letter})", said("answer-missing", words=said(name)))
    if not says(content.transfer_instructions):
        code = "transfer-instructions-missing"
        yield required(code, "Art. 28(3)(a)", said(code))
    yield from _end(content)


def _end(content: Content) -> Iterator[Finding]:
    choice = content.clauses.end_of_processing
    if choice in FIXED_ENDS:
        code = "end-of-processing-fixed"
        yield required(code, "Art. 28(3)(g)", said(code, end=said(choice)))
    if choice == UNCLEAR:
        code = "end-of-processing-unclear"
        yield required(code, "Art. 28(3)(g)", said(code))
    end = content.notice_terms.end_of_processing
    if end and end.choice == CONTROLLERS_CHOICE and end.if_nobody_chooses is None:
        code = "end-of-processing-default-missing"
        yield advised(code, ADVICE_ON_THE_END, said(code))
    if content.deletion_days is None:
        yield advised("deletion-days-missing", ADVICE_ON_THE_END, said("deletion-days-missing"))


def _breach(content: Content) -> Iterator[Finding]:
    hours = content.breach_notice_hours
    times = [each.hours for each in content.notice_terms.breaches if each.hours]
    if hours is None:
        code = "breach-notice-missing"
        texts = said("breach-notice-soft", hours=times[0]) if times else said(code)
        yield advised(code, ADVICE_ON_BREACHES, texts)
    elif hours > LONGEST_BREACH_NOTICE_HOURS:
        code = "breach-notice-too-long"
        texts = said(code, hours=hours, most=LONGEST_BREACH_NOTICE_HOURS)
        yield required(code, "Art. 33(2)", texts)
    if len(set(times)) > 1:
        texts = said("two-periods-breach", hours=joined(times))
        yield advised("two-periods", ADVICE_ON_BREACHES, texts)
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
        code = "breach-notice-after-determination"
        texts = said(code, sentence=sentence, question=DETERMINED.question)
        return replace(required(code, "Art. 33(2)", texts), open=DETERMINED)
    code = "breach-notice-after-confirmation"
    return required(code, "Art. 33(2)", said(code, sentence=sentence))


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
