"""Names of sub-processors in the texts of agreements that are not on the list.

An annex or a description of the processing names a company that left the list, or a well-known one
that never stood there: the agreement promises another list than the register shows (GDPR Art. 28(2)
and (3); (EU) 2021/915 Annex IV).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from services.registry.findings.copied import brand_of
from services.registry.findings.finding import Listed
from services.registry.model.companies import Company
from services.registry.transfers.names import is_named

_SHORT = 5
# Behind these a sentence or a line begins, where any word has a capital.
_BEGINS = ".!?:;•·*|–—-\n"


@dataclass(frozen=True, slots=True)
class AgreementTexts:
    """What a template or an agreement says of the processing; ``type``: template or agreement;
    ``name``: that of the template, or of the customer."""

    type: str
    id: str
    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A company that a text names: ``ended``, if it was on the list once."""

    of: AgreementTexts
    company: str
    ended: bool


def names_off_the_list(
    all_texts: Sequence[AgreementTexts],
    listed: Listed,
    ended: Collection[str],
    catalogue: Sequence[Company],
) -> Iterator[Named]:
    """Each company that is named, once a template or agreement. ``ended``: legal names of entries
    that were on the list."""
    known = _Known(listed)
    looked_for = {name: (brand_of(name), True) for name in ended if not known.has(name)}
    for company in catalogue:
        name = company.members.get("legal_name") or company.name
        if name not in looked_for and not (known.has(name) or known.has(company.name)):
            looked_for[name] = (brand_of(company.name), False)
    for of in all_texts:
        seen = set[str]()
        for name, (brand, is_over) in looked_for.items():
            if brand not in seen and any(_names_it(text, name, brand) for text in of.texts):
                seen.add(brand)
                yield Named(of, name, is_over)


class _Known:
    """The companies that need no entry: those of the list, each with its group, and the vendor."""

    def __init__(self, listed: Listed) -> None:
        brands = [str(each.get("brand") or "") for each in listed.entries]
        self._names = [
            listed.vendor.legal_name,
            *(str(each["legal_name"]) for each in listed.entries),
            *filter(None, brands),
        ]
        self._words = {_word(name) for name in self._names}

    def has(self, name: str) -> bool:
        return _word(name) in self._words or any(is_named(each, name) for each in self._names)


def _word(name: str) -> str:
    return brand_of(name).partition(" ")[0].casefold()


def _names_it(text: str, name: str, brand: str) -> bool:
    """Whether a text names a company: with its legal form wherever it stands, however short it is;
    else by its brand."""
    in_full = name != brand and name in text
    return (in_full and _stands_alone(text, name)) or _names(text, brand)


def _stands_alone(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _names(text: str, brand: str) -> bool:
    """Whether a text names a brand. One word alone must be long, spelled as the company spells it,
    and stand inside a sentence."""
    at = text.find(brand) if brand else -1
    while at >= 0:
        end = at + len(brand)
        is_word = not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum())
        if is_word and (" " in brand or _is_inside(text, at, brand)):
            return True
        at = text.find(brand, at + 1)
    return False


def _is_inside(text: str, at: int, brand: str) -> bool:
    before = text[:at].rstrip(" \t“\"'(")
    is_name = len(brand) >= _SHORT and brand != brand.lower()
    return is_name and bool(before) and before[-1] not in _BEGINS
