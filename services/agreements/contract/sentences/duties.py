"""The duties of GDPR Art. 28(3) and what stands beside them, as sentences of the agreed contents.

What a template says of a duty itself stands in its sections; here stands what the parties agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.agreements.contract.contents import Content
from services.agreements.contract.promises import Breach
from services.agreements.contract.saying import says
from services.agreements.contract.sentences.phrases import Phrases

Sentences = Callable[[Phrases, Content], Iterator[str]]


def subject(say: Phrases, content: Content) -> Iterator[str]:
    """For what and from when the agreement applies."""
    yield say("products", say.listed(content.products)) if content.products else say("products_all")
    yield say("effective_from", say.day(content.effective_from))
    if content.expires_on:
        yield say("expires_on", say.day(content.expires_on))
    else:
        yield say("open_ended")


def place(say: Phrases, content: Content) -> Iterator[str]:
    """Where the data is kept."""
    if content.region:
        yield say("region", content.region)


def subject_and_place(say: Phrases, content: Content) -> Iterator[str]:
    yield from subject(say, content)
    yield from place(say, content)


def controller(say: Phrases, content: Content) -> Iterator[str]:
    yield from agreed(say, content.processing.obligations_and_rights)


def instructions(say: Phrases, content: Content) -> Iterator[str]:
    """Art. 28(3)(a), with transfers, and the warning of its last subparagraph."""
    yield from agreed(say, content.clauses.instructions)
    if says(content.transfer_instructions):
        yield say("transfers", content.transfer_instructions or "")
    else:
        yield say("no_transfers")
    yield from agreed(say, content.clauses.unlawful_instructions)


def written(*names: str) -> Sentences:
    """What the parties wrote in these members of the clauses."""

    def sentences(say: Phrases, content: Content) -> Iterator[str]:
        for name in names:
            yield from agreed(say, getattr(content.clauses, name))

    return sentences


confidentiality = written("confidentiality")
security = written("security")
sub_processors = written("sub_processors")
# Art. 28(4): the same duties for every sub-processor, and liability for it.
chain = written("flow_down", "liability")
data_subject_rights = written("data_subject_rights")
assistance = written("assistance")


def breach(say: Phrases, content: Content) -> Iterator[str]:
    """How soon the controller is told of a personal data breach (Art. 33(2))."""
    terms = content.notice_terms
    first = terms.breach or Breach(hours=content.breach_notice_hours)
    yield from breach_promise(say, first)
    for each in terms.also:
        if each.breach:
            where = say("also_where", each.said_where) if each.said_where else ""
            yield say("also", where=where)
            yield from breach_promise(say, each.breach)


def breach_promise(say: Phrases, promise: Breach) -> Iterator[str]:
    """One promise about breaches: its hours, from when they run, and who is told."""
    yield _hours(say, promise)
    if promise.recipient:
        yield say("breach_to", promise.recipient)


def end(say: Phrases, content: Content) -> Iterator[str]:
    """What becomes of the data (Art. 28(3)(g)), until when, and of the backups."""
    promised = content.notice_terms.end_of_processing
    choice = (promised and promised.choice) or content.clauses.end_of_processing
    if choice:
        yield say(f"end_{choice}")
    if promised and promised.if_nobody_chooses and choice == "controllers_choice":
        yield say(f"if_nobody_{promised.if_nobody_chooses}")
    yield from _days(say, "delete", content.deletion_days)
    if promised and promised.return_request_days:
        yield say("return_request_days", say.number(promised.return_request_days, "days"))
    if promised and promised.certificate_days:
        yield say("certificate_days", say.number(promised.certificate_days, "days"))
    yield from _days(say, "backups", content.backup_days)


def audit(say: Phrases, content: Content) -> Iterator[str]:
    """Information and audits (Art. 28(3)(h)): how often, how announced, how long, at whose cost."""
    yield from agreed(say, content.clauses.audit)
    promise = content.notice_terms.audit
    if promise is None:
        return
    if promise.times:
        per = say(f"per_{promise.per}") if promise.per else ""
        key = "audit_once" if promise.times == 1 else "audit_times"
        yield say(key, times=str(promise.times), per=per)
    if promise.notice_days:
        yield say("audit_notice", say.number(promise.notice_days, "days"))
    if promise.on_site_days:
        yield say("on_site", say.number(promise.on_site_days, "days"))
    if promise.cost:
        yield say("audit_cost", promise.cost)
    if promise.times or promise.notice_days or promise.on_site_days:
        yield say("authorities")


def law(say: Phrases, content: Content) -> Iterator[str]:
    """The law that governs the agreement, and what the parties noted under their own names."""
    yield say("law", say.place(content.governing_law))
    other = content.notice_terms.other
    if other:
        yield "\n".join([say("facts"), *(_fact(say, *item) for item in other.items())])


def agreed(say: Phrases, text: str | None) -> Iterator[str]:
    """What the parties wrote on this point, if that says anything."""
    if says(text):
        yield say("agreed", text or "")


def _hours(say: Phrases, promise: Breach) -> str:
    if promise.hours is None:
        start = promise.clock_start
        return say("breach_start", start) if start else say("breach_none")
    hours = say.number(promise.hours, "hours")
    if promise.clock_start:
        key = "breach_soft_start" if promise.soft else "breach_hours_start"
        return say(key, hours=hours, start=promise.clock_start.rstrip("."))
    return say("breach_soft", hours=hours) if promise.soft else say("breach_hours", hours)


def _days(say: Phrases, name: str, days: int | None) -> Iterator[str]:
    if days is not None:
        yield say(f"{name}_days", say.number(days, "days")) if days else say(f"{name}_at_once")


def _fact(say: Phrases, name: str, value: Any) -> str:
    return f"{_spaced(name)}: {_value(say, value)}"


def _value(say: Phrases, value: Any) -> str:
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, Mapping):
        return "; ".join(_fact(say, *item) for item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value(say, each) for each in value)
    return str(value)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
