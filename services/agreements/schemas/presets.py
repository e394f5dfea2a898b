"""Named presets of notice terms: sent as ``preset``, stored as the terms they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError

Members = dict[str, Any]

OF_NOTICE = ("length", "starts", "deemed_after", "deemed_by_letter", "first_day_counts")
NEEDS_LENGTH = "This preset needs a period of notice; RTS (EU) 2025/532 names no number."


def expanded(sent: Mapping[str, Any]) -> Members:
    """``sent`` with the terms of its preset.

    Raises ValidationError for a member that the preset needs, and for one that says otherwise.
    """
    members = dict(sent)
    name = members.pop("preset", None)
    if name is None:
        return members
    if not isinstance(name, str) or name not in PRESETS:
        raise ValidationError(f"Must be one of: {', '.join(PRESETS)}.", "preset")
    return PRESETS[name](members)


def _dora(members: Members) -> Members:
    """RTS (EU) 2025/532 Art. 5, for ICT services that support critical or important functions.

    The customer approves, objects or asks for modifications within the period of notice; a change
    goes live only after its approval or its silence to the end of that period.
    """
    notice = members.get("notice")
    if not (isinstance(notice, Mapping) and notice.get("length")):
        raise ValidationError({"notice": [NEEDS_LENGTH]})
    told = _with(members, {"soft": False, "emergency": None, "by_kind": None})
    window = {name: notice[name] for name in OF_NOTICE if notice.get(name) is not None}
    if told.get("objection") is None or isinstance(told["objection"], Mapping):
        fixed = {**window, "ends": "length", "silence": "consent"}
        told["objection"] = _with(told.get("objection") or {}, fixed, "objection")
    if told.get("remedy") in (None, {}):
        # Art. 6: it may end the agreement if the change goes live against its word.
        told["remedy"] = {"then": ["modify", "terminate"]}
    return told


def _with(given: Mapping[str, Any], fixed: Members, within: str | None = None) -> Members:
    """``given`` with ``fixed``; a member that says otherwise is refused at its place."""
    wrong = {
        name: [f"The preset says {value!r}; write that, or leave it out."]
        for name, value in fixed.items()
        if given.get(name) not in (None, value)
    }
    if wrong:
        raise ValidationError({within: wrong} if within else wrong)
    return {**given, **fixed}


PRESETS: Mapping[str, Callable[[Members], Members]] = {"dora": _dora}
