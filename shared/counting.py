"""The sentence by which periods are counted, in the languages that people read.

Regulation (EEC, Euratom) No 1182/71 counts periods of acts of the Union. A contract has it only by
its own words, so whoever is shown a day is told the rule, the calendar and the zone beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from babel import Locale

from shared.public_holidays import differs_inside
from shared.safe_text import isolated

_LOCALES = {"en": "en_GB", "da": "da_DK", "sv": "sv_SE"}
_SENTENCE = {
    "en": "Periods are counted by Article 3 of Regulation (EEC, Euratom) No 1182/71, with the "
    "public holidays of {calendar} and days in {zone}.",
    "da": "Frister beregnes efter artikel 3 i forordning (EØF, Euratom) nr. 1182/71, med "
    "helligdagene i {calendar} og dage i tidszonen {zone}.",
    "sv": "Frister beräknas enligt artikel 3 i förordning (EEG, Euratom) nr 1182/71, med "
    "helgdagarna i {calendar} och dygn i tidszonen {zone}.",
}
_BETTER = {
    "en": "{one} or {other}, whichever gives the customer the later day",
    "da": "{one} eller {other}, alt efter hvad der giver kunden den senere dag",
    "sv": "{one} eller {other}, beroende på vad som ger kunden den senare dagen",
}
_WEEKENDS = {
    "en": "Periods are counted by Article 3 of Regulation (EEC, Euratom) No 1182/71, with weekends "
    "but no public holidays, and days in {zone}.",
    "da": "Frister beregnes efter artikel 3 i forordning (EØF, Euratom) nr. 1182/71, med "
    "weekender, men uden helligdage, og dage i tidszonen {zone}.",
    "sv": "Frister beräknas enligt artikel 3 i förordning (EEG, Euratom) nr 1182/71, med "
    "veckoslut men utan helgdagar, och dygn i tidszonen {zone}.",
}
_ALL_REGIONS = {"en": "all regions", "da": "alle regioner", "sv": "alla regioner"}
LANGUAGES = tuple(_SENTENCE)


def counted_by(language: str, calendar: str | None, zones: Sequence[str]) -> str:
    """The sentence in en, da or sv.

    ``calendar``: ISO 3166-1 or 3166-2 of its holidays, None for weekends alone. ``zones``: one
    IANA zone, or two of which the later day counts. Empty where no zone is known.
    """
    if not zones:
        return ""
    one, other = isolated(zones[0]), isolated(zones[-1])
    zone = _BETTER[language].format(one=one, other=other) if zones[1:] else one
    if not calendar:
        return _WEEKENDS[language].format(zone=zone)
    return _SENTENCE[language].format(calendar=_place(language, calendar), zone=zone)


def counted_in_all(calendar: str | None, zones: Sequence[str]) -> dict[str, str] | None:
    """The sentence by language; None where no zone is known."""
    if not zones:
        return None
    return {language: counted_by(language, calendar, zones) for language in LANGUAGES}


def _place(language: str, code: str) -> str:
    """A country by its name, a region with its code besides. Of a country alone whose regions have
    other holidays those of all regions count."""
    country, _, region = code.partition("-")
    name = _territories(language).get(country.upper(), country)
    if region:
        return str(isolated(f"{name} ({code})"))
    more = f" ({_ALL_REGIONS[language]})" if differs_inside(country.upper()) else ""
    return str(isolated(name + more))


@lru_cache(maxsize=8)
def _territories(language: str) -> dict[str, str]:
    return dict(Locale.parse(_LOCALES[language]).territories)
