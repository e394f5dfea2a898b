"""A finding: one thing that an agreement lacks, the rule that asks for it, and how strongly."""

from __future__ import annotations

from dataclasses import dataclass

from services.agreements.contract.finding_words import Texts

LAW = "law"
TEMPLATE = "template"
GOOD_PRACTICE = "good_practice"
# The law itself; the text that the parties chose; what authorities advise.
WEIGHTS = (LAW, TEMPLATE, GOOD_PRACTICE)

# Part II, section 1.3 of the guidelines goes through Art. 28(3) letter by letter.
_GUIDELINES = "EDPB Guidelines 07/2020 (version 2.0), part II, section 1.3"
ADVICE_ON_CHANGES = f"{_GUIDELINES}.4"
ADVICE_ON_BREACHES = f"{_GUIDELINES}.6"
ADVICE_ON_THE_END = f"{_GUIDELINES}.7"

# What stands beside findings wherever people read them, and in every document.
READS_FIELDS = {
    "en": "Art28 checks whether the fields of an agreement are filled in. It does not understand "
          "their texts, so an agreement without findings may still lack what the law asks for.",
    "da": "Art28 ser efter, om felterne i en aftale er udfyldt. Det forstår ikke indholdet af "
          "teksterne, så en aftale uden bemærkninger kan stadig mangle noget, som loven kræver.",
    "sv": "Art28 ser efter om fälten i ett avtal är ifyllda. Det förstår inte innehållet i "
          "texterna, så ett avtal utan anmärkningar kan ändå sakna något som lagen kräver.",
}  # fmt: skip


@dataclass(frozen=True)
class OpenQuestion:
    """A question on which authorities differ, with its readings; texts by language."""

    question: dict[str, str]
    readings: tuple[dict[str, str], ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """``clause`` names where the duty or the advice comes from, for example ``Art. 28(3)(g)``.

    ``weight``: one of ``WEIGHTS``; what was stored without it came from a template. ``open``: set
    where people must read the text and decide. ``detail`` is English; ``detail_by_language`` is
    None in findings that were stored before it was kept.
    """

    code: str
    clause: str
    detail: str
    weight: str = TEMPLATE
    open: OpenQuestion | None = None
    detail_by_language: Texts | None = None


def required(code: str, clause: str, texts: Texts) -> Finding:
    """The law asks for it."""
    return Finding(code, clause, texts["en"], LAW, detail_by_language=texts)


def advised(code: str, source: str, texts: Texts) -> Finding:
    """No article asks for it; ``source`` advises it."""
    return Finding(code, source, texts["en"], GOOD_PRACTICE, detail_by_language=texts)


def of_template(code: str, clause: str, texts: Texts) -> Finding:
    """The text that the parties chose asks for it."""
    return Finding(code, clause, texts["en"], detail_by_language=texts)
