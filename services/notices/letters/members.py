"""The members of an entry of the register in words: for the facts of a new one, and for before and
after of one that changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.notices.letters.words import Words

NOT_STATED = "not_stated"
# In the order in which they matter to the reader; places have lines of their own.
MEMBERS = (
    "legal_name", "country", "address", "data_categories", "special_categories", "data_subjects",
    "hr_data", "ai_use", "data_combined", "exporter_is_public_authority", "purpose",
    "responsibilities", "categories", "products", "required", "affiliate", "relation", "retention",
    "retention_periods", "certifications", "registration_number", "website",
)  # fmt: skip


def worded(t: Words, name: str, value: object) -> str:
    """A member as a reader sees it; empty where nothing is said of it."""
    if value is None or value in ("", [], {}):
        return ""
    if value == NOT_STATED:
        return t("value.not_stated")
    if isinstance(value, bool):
        return t("value.yes" if value else "value.no")
    return _WRITERS.get(name, _plain)(t, value)


def is_stated(value: object) -> bool:
    """Whether a flag or a use is said to be there."""
    return value not in (None, "", False, NOT_STATED, "no", "none")


def _plain(t: Words, value: Any) -> str:
    if isinstance(value, Mapping):
        return t.told(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _coded(kind: str) -> Callable[[Words, Any], str]:
    def write(t: Words, value: Any) -> str:
        codes = value if isinstance(value, list) else [value]
        return ", ".join(t.named(kind, str(code)) for code in codes)

    return write


def _country(t: Words, value: Any) -> str:
    return t.country(str(value))


def _address(t: Words, value: Mapping[str, Any]) -> str:
    city = " ".join(str(value[name]) for name in ("postal_code", "city") if value.get(name))
    country = t.country(value["country"]) if value.get("country") else ""
    return ", ".join(str(part) for part in (value.get("street"), city, country) if part)


def _periods(t: Words, value: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(_period(t, period) for period in value)


def _period(t: Words, period: Mapping[str, Any]) -> str:
    """How long one kind of data is kept: "call recordings: 3 months"."""
    length = period.get("length") or {}
    span = t.span(length["value"], length["unit"]) if length else ""
    said = ", ".join(part for part in (span, t.told(period.get("rule"))) if part)
    return f"{t.told(period.get('what'))}: {said}"


_WRITERS: dict[str, Callable[[Words, Any], str]] = {
    "country": _country,
    "address": _address,
    "categories": _coded("category"),
    "ai_use": _coded("ai_use"),
    "hr_data": _coded("value"),
    "data_combined": _coded("value"),
    "exporter_is_public_authority": _coded("value"),
    "relation": _coded("relation"),
    "retention_periods": _periods,
}
