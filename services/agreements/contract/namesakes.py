"""Members that say the same thing: the flat ones of the contents, and those of the notice terms.

``breach_notice_hours``, ``deletion_days``, ``backup_days`` and ``clauses.end_of_processing`` are
the short form of ``breach`` and ``end_of_processing``. Either may be sent; both are stored, alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.agreements.contract.contents import Content, ContentsContradict
from services.agreements.contract.promises import Breach, EndOfProcessing
from services.agreements.contract.terms import NoticeTerms
from shared.documents import to_document

Members = dict[str, Any]

CLAUSE = "clauses/end_of_processing"
# The short member, and where the notice terms say the same.
NAMESAKES: Mapping[str, tuple[str, str]] = {
    "breach_notice_hours": ("breach", "hours"),
    "deletion_days": ("end_of_processing", "delete_days"),
    "backup_days": ("end_of_processing", "backups_days"),
    CLAUSE: ("end_of_processing", "choice"),
}


def in_both_forms(content: Content) -> Content:
    """The contents with what one form says said by the other, too.

    Raises ``ContentsContradict`` for a short member that says other than the notice terms.
    """
    short, long = _short(content), _long(content.notice_terms)
    wrong = [
        _contradicts(name, value)
        for name, value in long.items()
        if short[name] not in (None, value) and value is not None
    ]
    wrong += _hard_and_soft(content)
    if wrong:
        raise ContentsContradict(errors=wrong)
    told = {name: short[name] if long.get(name) is None else long[name] for name in NAMESAKES}
    return _with(content, told)


def amended_members(before: Content, changes: Mapping[str, Any]) -> Members:
    """The members of ``before`` with those of an amendment, which its namesakes follow."""
    members = {**to_document(before), **changes}
    if changes.get("notice_terms"):
        _follow_long(members, changes)
    else:
        _follow_short(members, changes)
    return members


def _follow_long(members: Members, changes: Mapping[str, Any]) -> None:
    for name, (promise, member) in NAMESAKES.items():
        says = (changes["notice_terms"].get(promise) or {}).get(member)
        if says is None or name.partition("/")[0] in changes:
            continue
        if name == CLAUSE:
            members["clauses"] = {**members["clauses"], "end_of_processing": None}
        else:
            members[name] = None


def _follow_short(members: Members, changes: Mapping[str, Any]) -> None:
    """The amended short members speak alone; ``in_both_forms`` says them in the terms, too."""
    terms = members["notice_terms"]
    for name, (promise, member) in NAMESAKES.items():
        if name.partition("/")[0] in changes and terms.get(promise):
            hard = {"soft": None} if promise == "breach" else {}
            terms = {**terms, promise: {**terms[promise], member: None, **hard}}
    members["notice_terms"] = terms


def _short(content: Content) -> Members:
    return {
        "breach_notice_hours": content.breach_notice_hours,
        "deletion_days": content.deletion_days,
        "backup_days": content.backup_days,
        CLAUSE: content.clauses.end_of_processing,
    }


def _long(terms: NoticeTerms) -> Members:
    end = terms.end_of_processing or EndOfProcessing()
    return {
        "breach_notice_hours": terms.breach_hours,
        "deletion_days": end.delete_days,
        "backup_days": end.backups_days,
        CLAUSE: end.choice,
    }


def _hard_and_soft(content: Content) -> list[dict[str, str]]:
    """A number that binds beside the same text's number that does not."""
    breach, hours = content.notice_terms.breach, content.breach_notice_hours
    only_soft = content.notice_terms.breach_hours is None and breach and breach.soft
    if not (only_soft and hours):
        return []
    why = "The hours of notice_terms.breach are soft; leave this out, or write the number there."
    return [{"pointer": "/breach_notice_hours", "code": "terms-contradict", "detail": why}]


def _contradicts(name: str, value: object) -> dict[str, str]:
    where = ".".join(NAMESAKES[name])
    why = f"The notice terms say {value!r} in {where}; write that, or leave one of the two out."
    return {"pointer": f"/{name}", "code": "terms-contradict", "detail": why}


def _with(content: Content, told: Members) -> Content:
    terms = content.notice_terms
    return replace(
        content,
        breach_notice_hours=told["breach_notice_hours"],
        deletion_days=told["deletion_days"],
        backup_days=told["backup_days"],
        clauses=replace(content.clauses, end_of_processing=told[CLAUSE]),
        notice_terms=replace(
            terms,
            breach=_breach(terms, told["breach_notice_hours"]),
            end_of_processing=_end(terms.end_of_processing, told),
        ),
    )


def _breach(terms: NoticeTerms, hours: int | None) -> Breach | None:
    if terms.breach is None or terms.breach.hours is not None or terms.breach_hours is not None:
        return terms.breach
    return replace(terms.breach, hours=hours)


def _end(end: EndOfProcessing | None, told: Members) -> EndOfProcessing | None:
    if end is None:
        return None
    days = {"delete_days": told["deletion_days"], "backups_days": told["backup_days"]}
    return replace(end, choice=told[CLAUSE], **days)
