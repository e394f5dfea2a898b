"""Notice of changes, objection and what follows it, as sentences (GDPR Art. 28(2))."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.agreements.contract.contents import Content
from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.terms import (
    NoticePeriod,
    NoticeTerms,
    ObjectionPeriod,
    Remedy,
    Terms,
)


def notice(say: Phrases, content: Content) -> Iterator[str]:
    """How long before a change notice is given, counted from when, by which way, and to whom."""
    terms = content.notice_terms
    yield from notice_period(say, _notice(terms), terms, "any")
    yield from _by_kind(say, terms, "notice", notice_period)
    yield from _also(say, terms, "notice")
    if terms.owed_for:
        yield say("owed_for", say.listed([say(f"what_{kind}") for kind in terms.owed_for]))
    yield from _ways(say, terms)


def objection(say: Phrases, content: Content) -> Iterator[str]:
    """Until when the controller may object, what its silence means, and what an objection does."""
    terms = content.notice_terms
    first = _objection(terms)
    yield from objection_period(say, first, terms, "any")
    yield from _by_kind(say, terms, "objection", objection_period)
    yield from _also(say, terms, "objection")
    yield silence(say, first.silence or terms.silence, content.authorisation)
    if terms.soft:
        yield say("soft")
    if not terms.soft and (terms.notice_length or first.length or first.ends == "effective_day"):
        # Without a number there is no end to wait for.
        yield say("effect")
    yield from remedy(say, terms.remedy)
    yield say("while_open")


def notice_period(say: Phrases, period: NoticePeriod, terms: Terms, what: str) -> Iterator[str]:
    """One period of notice: its length, its start, deemed receipt, and the end it is counted to."""
    subject = say(f"what_{what}")
    if period.length is None:
        yield say("notice_no_number", what=subject)
    else:
        key = "notice_soft" if terms.soft else "notice"
        yield say(key, what=subject, length=say.length(period.length))
        yield _start(say, "notice", period, terms)
    yield from _deemed(say, period)
    if period.counted_to:
        yield say("counted_to", period.counted_to)


def objection_period(
    say: Phrases, period: ObjectionPeriod, terms: Terms, what: str
) -> Iterator[str]:
    """One time to object: its end, its start, and the grounds that an objection needs."""
    yield _until(say, period, terms, say(f"what_{what}"))
    if period.length:
        yield _start(say, "objection", period, terms)
        yield from _deemed(say, period)
    if period.grounds_text:
        yield say("grounds_text", period.grounds_text)
    elif period.grounds:
        yield say(f"grounds_{period.grounds}")


def silence(say: Phrases, means: str | None, authorisation: str | None) -> str:
    """What it means that the controller does not answer. Without a general authorisation only a
    yes is one (Art. 28(2)), whatever the terms leave open."""
    if authorisation != "general":
        return say("silence_refusal")
    return say(f"silence_{means}" if means else "silence_open")


def remedy(say: Phrases, agreed: Remedy | None) -> Iterator[str]:
    """What follows an objection, in its order, with the time for it and the end of the contract."""
    if agreed is None:
        return
    steps = [say(f"then_{step}") for step in agreed.then]
    if steps:
        numbered = [f"({number}) {step}" for number, step in enumerate(steps, 1)]
        yield (
            say("remedy_many", "; ".join(numbered)) if steps[1:] else say("remedy_one", steps[0])
        )
    if agreed.cure_text or agreed.cure:
        yield _cure(say, agreed)
    if agreed.end_notice:
        at_once = agreed.end_notice.value == 0
        yield say("end_at_once") if at_once else say("end_notice", say.length(agreed.end_notice))
    if agreed.refund:
        yield say(f"refund_{agreed.refund}")


def emergency(say: Phrases, content: Content) -> Iterator[str]:
    """As the clock counts: without a shorter length nothing is shorter (decision 0038)."""
    agreed = content.notice_terms.emergency
    if agreed is None or agreed.length is None:
        yield say("emergency_none")
    else:
        yield say("emergency", say.length(agreed.length))
    if agreed and agreed.approved_by:
        yield say("approved_by", agreed.approved_by)


def authorisation(say: Phrases, content: Content) -> Iterator[str]:
    """Whether the controller lets the processor engage others, and whom it does already."""
    yield say(f"auth_{content.authorisation or 'none'}")
    if "sub_processors" in say.annexes:
        yield say("auth_list", annex=say.annexes["sub_processors"])


def _by_kind(
    say: Phrases, terms: Terms, name: str, sentences: Callable[..., Iterator[str]]
) -> Iterator[str]:
    """The other periods that are agreed for single kinds of change, which prevail."""
    kinds = sorted((terms.by_kind or {}).items())
    found = [(kind, period) for kind, periods in kinds if (period := getattr(periods, name))]
    for kind, period in found:
        yield from sentences(say, period, terms, kind)
    if found:
        yield say("kinds_prevail")


def _notice(terms: Terms) -> NoticePeriod:
    return terms.notice or NoticePeriod(length=terms.notice_length)


def _objection(terms: Terms) -> ObjectionPeriod:
    return terms.objection or ObjectionPeriod(length=terms.objection_length)


def _until(say: Phrases, period: ObjectionPeriod, terms: Terms, what: str) -> str:
    if period.ends == "effective_day":
        before = period.before_effect
        if before is None:
            return say("until_effect", what=what)
        return say("before_effect", what=what, length=say.length(before))
    if period.length is None:
        return say("objection_no_number", what=what)
    key = "objection_soft" if terms.soft else "objection"
    return say(key, what=what, length=say.length(period.length))


def _start(say: Phrases, name: str, period: NoticePeriod | ObjectionPeriod, terms: Terms) -> str:
    starts = say(f"{name}_from_{period.starts or terms.receipt_rule}")
    return say("first_day_in" if period.first_day_counts else "first_day_out", starts)


def _deemed(say: Phrases, period: NoticePeriod | ObjectionPeriod) -> Iterator[str]:
    if period.deemed_after:
        yield say("deemed_after", say.length(period.deemed_after))
    if period.deemed_by_letter:
        yield say("deemed_by_letter", say.length(period.deemed_by_letter))


def _also(say: Phrases, terms: NoticeTerms, name: str) -> Iterator[str]:
    """What one text says a second time, and which of the two binds."""
    for each in terms.also:
        if getattr(each, name) is None:
            continue
        where = say("also_where", each.said_where) if each.said_where else ""
        yield say("also", where=where)
        if each.notice and name == "notice":
            yield from notice_period(say, each.notice, terms, "any")
        if each.objection and name == "objection":
            yield from objection_period(say, each.objection, terms, "any")


def _cure(say: Phrases, agreed: Remedy) -> str:
    if agreed.cure_text or agreed.cure is None:
        return say("cure_text", agreed.cure_text or "")
    return say("cure", say.length(agreed.cure))


def _ways(say: Phrases, terms: NoticeTerms) -> Iterator[str]:
    if terms.channels:
        ways = [say(f"way_{name}") for name in terms.channels]
        yield say("channels", say.listed(ways))
    if terms.only_if_subscribed:
        yield say("only_if_subscribed")
    if terms.condition:
        yield say("condition", terms.condition)
    people = [f"{who.name} ({who.position}), {who.email}" for who in terms.contacts]
    yield "\n".join([say("contacts"), *people]) if people else say("no_contacts")
