"""The rows of a document about breach, end of processing and audit, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from services.agreements.rendering.parts import Members, Rows, filled, number
from services.agreements.rendering.words import Words


def rows(words: Words, terms: Members) -> Rows:
    """What the agreement promises besides its notices; nothing for what it does not say."""
    return [
        (words(heading), line(words, terms[name]))
        for name, (heading, line) in PROMISES.items()
        if terms.get(name)
    ]


def label(words: Words, parts: Sequence[str]) -> str | None:
    """The label of one member of a promise, from its path in the document; else None."""
    if len(parts) < 3 or parts[0] != "notice_terms" or parts[1] not in PROMISES:
        return None
    member = "audit_notice_days" if parts[1:3] == ["audit", "notice_days"] else parts[2]
    name = _spaced(member) if parts[1] == "other" else words.value(member)
    return f"{words(PROMISES[parts[1]][0])}: {name}"


def breach_line(words: Words, members: Members) -> str:
    return "; ".join(_breach(words, members))


def _breach(words: Words, members: Members) -> Iterator[str]:
    hours = members.get("hours")
    yield number(words, hours, "hours") if hours else words("no_number")
    if members.get("soft"):
        yield words("soft")
    if members.get("clock_start"):
        yield filled(words, "clock_starts", members["clock_start"])
    if members.get("recipient"):
        yield filled(words, "told_to", members["recipient"])


def _end_line(words: Words, members: Members) -> str:
    return "; ".join(_end(words, members)) or words("missing")


def _end(words: Words, members: Members) -> Iterator[str]:
    if members.get("choice"):
        yield words(members["choice"])
    if members.get("if_nobody_chooses"):
        yield filled(words, "if_nobody", words(members["if_nobody_chooses"]))
    for name, key in _END_DAYS.items():
        days = members.get(name)
        if days is not None:
            yield filled(words, key if days else _AT_ONCE[name], number(words, days, "days"))


def _audit_line(words: Words, members: Members) -> str:
    return "; ".join(_audit(words, members))


def _audit(words: Words, members: Members) -> Iterator[str]:
    times, per = members.get("times"), members.get("per")
    often = filled(words, "number_of_times" if times != 1 else "once", times)
    yield " ".join([often, *([words(per)] if per else [])]) if times else words("no_number")
    for name, key in (("notice_days", "audit_notice"), ("on_site_days", "on_site")):
        if members.get(name):
            yield filled(words, key, number(words, members[name], "days"))
    if members.get("cost"):
        yield filled(words, "costs", members["cost"])


def _other_lines(words: Words, members: Members) -> str:
    return "\n".join(f"{_spaced(name)}: {_fact(words, fact)}" for name, fact in members.items())


def _fact(words: Words, fact: Any) -> str:
    if isinstance(fact, Mapping):
        return "; ".join(f"{_spaced(name)}: {_fact(words, each)}" for name, each in fact.items())
    if isinstance(fact, list):
        return ", ".join(_fact(words, each) for each in fact)
    return words("yes" if fact else "no") if isinstance(fact, bool) else str(fact)


def _spaced(name: str) -> str:
    return name.replace("_", " ")


_END_DAYS = {"delete_days": "deletion_within", "return_request_days": "return_request",
             "certificate_days": "certificate_within",
             "backups_days": "backups_within"}  # fmt: skip
_AT_ONCE = {"delete_days": "deletion_at_once", "backups_days": "backups_at_once"}
PROMISES: dict[str, tuple[str, Callable[[Words, Any], str]]] = {
    "breach": ("breach_promise", breach_line),
    "end_of_processing": ("end_promise", _end_line),
    "audit": ("audit_promise", _audit_line),
    "other": ("other_promise", _other_lines),
}
