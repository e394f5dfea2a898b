"""The words that only a chat room gets, in the languages of letters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.safe_text import isolated

WHY = {
    "en": "This room gets the messages of {vendor} because your agreement names chat ({agreement}) "
    "and your organisation has left its address. Art28 reads no answers in this room. {ids}",
    "da": "Dette rum får beskederne fra {vendor}, fordi jeres aftale nævner chat ({agreement}), og "
    "jeres organisation har angivet adressen. Art28 læser ingen svar i dette rum. {ids}",
    "sv": "Det här rummet får meddelandena från {vendor} eftersom ert avtal anger chatt "
    "({agreement}) och er organisation har lämnat adressen. Art28 läser inga svar i rummet. {ids}",
}

LEFT_OUT = {
    "en": "{count} more places are left out, because a message in this room has a limit. "
    "Read them all: {url}",
    "da": "{count} steder mere er udeladt, fordi en besked i dette rum har en grænse. "
    "Læs dem alle: {url}",
    "sv": "{count} platser till är utelämnade, eftersom ett meddelande i rummet har en gräns. "
    "Läs dem alla: {url}",
}


CHANGES_LEFT_OUT = {
    "en": "{count} more changes are left out, because a message in this room has a limit. "
    "Read them all: {url}",
    "da": "{count} ændringer mere er udeladt, fordi en besked i dette rum har en grænse. "
    "Læs dem alle: {url}",
    "sv": "{count} ändringar till är utelämnade, eftersom ett meddelande i rummet har en gräns. "
    "Läs dem alla: {url}",
}


def changes_left_out(language: str, count: int, url: str) -> str:
    """What a message says in place of the changes it has no room for."""
    return CHANGES_LEFT_OUT[language].format(count=count, url=url)


def left_out(language: str, count: int, url: str) -> str:
    """What a message says in place of the places it has no room for."""
    return LEFT_OUT[language].format(count=count, url=url)


def why(language: str, data: Mapping[str, Any]) -> str:
    """Why the room gets this message, with the ids by which it can be found again."""
    notice = (data.get("notice") or {}).get("id", "")
    changes = [data] if data.get("change_id") else data.get("changes") or ()
    named = (notice, *(each["change_id"] for each in changes))
    ids = " ".join(each for each in named if each)
    vendor = (data.get("processor") or {}).get("legal_name") or "–"
    text = WHY[language].format(
        vendor=isolated(vendor), agreement=isolated(data.get("agreement_id") or "–"), ids=ids
    )
    return text.strip()
