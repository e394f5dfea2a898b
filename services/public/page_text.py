"""Texts of templates, feeds and the PDF: facts of a register in the visitor's language."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import get_template_attribute
from markupsafe import Markup, escape

from services.public import public_members
from services.public.catalogue import Words
from services.public.entries import Entry, Listing
from services.public.find import in_state, options, outside_eea, statuses
from services.public.groups import ENGAGED, grouped, recipients
from services.public.marks import NOT_STATED
from services.public.query import CHANGING, CHOICES, NARROWING, Query
from services.public.register import Register

Json = dict[str, Any]
Value = Any  # Any JSON value.
E = TypeVar("E", bound=Json)

# The worst first.
VERDICTS = ("missing", "invalid", "unproven", "expiring", "valid", "no_transfer")
UNKNOWN, NO_PLACE = "unknown", "no_place"
# What the tally counts: an entry that states no place is as bad as a place without basis.
COUNTED = ("missing", NO_PLACE, "invalid", "unproven", UNKNOWN, *VERDICTS[3:])
# Shown beside the word, so that a verdict never depends on colour alone.
SYMBOLS = {
    "missing": "✕",
    "invalid": "✕",
    "unproven": "…",
    "expiring": "!",
    "valid": "✓",
    "no_transfer": "✓",
}
# Stands in a kept row for the query string, which differs from page to page. It is random, so that
# no text of a register can contain it.
UNFILTERED: Mapping[str, None] = dict.fromkeys((*NARROWING, "sort", "page"))
QUERY_STRING = f"query-{secrets.token_hex(16)}"
AI_USES = ("inference", "training", "both")
# Members whose values have words of their own.
KINDS_OF_WORDS = {"categories": "category"} | {
    name: name for name in ("ai_use", "hr_data", "relation", "stage")
}
NEW = ("new_entity", "new_country", "new_data_category")
DAYS = ("valid_from", "valid_to", "listed_since", "listed_until")
NOT_COMPARED = frozenset({"id", "version", "parent_id", "next_change", "stated_on", *DAYS})


def groups(register: Register, here: str, entries: Sequence[Entry]) -> list[Json]:
    """Return the groups of the list, each with its heading, its note and its rows. A list that has
    nothing but sub-processors of every customer needs no heading."""
    return [
        {**told, "rows": rows(register, here, told["entries"])}
        for told in told_groups(entries, register.words, register.processor["legal_name"])
    ]


def told_groups(entries: Sequence[E], t: Words, name: str) -> list[Json]:
    found = grouped(entries)
    plain = [group for group, _ in found] == [ENGAGED]
    return [
        {
            "heading": "" if plain else t(f"group.{group}", name=name),
            "note": "" if group == ENGAGED else t(f"group.{group}.note", name=name),
            "entries": members,
        }
        for group, members in found
    ]


def rows(register: Register, here: str, entries: Sequence[Entry]) -> Markup:
    """Return rows of the list. A row is rendered once and kept for all pages that show it."""
    row, t, day = get_template_attribute("_row.html", "row"), register.words, register.day
    name, names, place = register.processor["legal_name"], register.names, shared_places()
    rendered = []
    for entry in entries:
        parent = names.get(entry.get("parent_id") or "", "")
        days = row_days(entry, t, register.today)
        key = ("row", t.language, here, name, parent, *days.values(), ended(entry, day))
        make = partial(row, entry, t, here, parent, QUERY_STRING, day, name, place, days)
        rendered.append(entry.once(key, make))
    filtered = query_string(register.query, **UNFILTERED)
    text = "".join(rendered).replace(QUERY_STRING, str(escape(filtered)))
    return Markup(text)  # noqa: S704  Rows come out of templates, which escape.


def row_days(entry: Json, t: Words, today: date) -> dict[str, str]:
    """Return the days of an entry in its row: all of them, and those that lie ahead."""
    until = entry.get("listed_until")
    end = t("entry.until", day=t.day(until)) if until else next_change(entry, t, today)
    ahead = bool(until) or str((entry.get("next_change") or {}).get("effective_on")) > str(today)
    return {"line": days_line(entry, t, today), "soon": end if ahead else ""}


def days_line(entry: Json, t: Words, today: date) -> str:
    """Return since when an entry is on the list, until when, and when it changes next."""
    since, until = entry.get("listed_since"), entry.get("listed_until")
    if not since:
        return ""
    end = t("entry.until", day=t.day(until)) if until else next_change(entry, t, today)
    return ", ".join(filter(None, (t("entry.since", day=t.day(since)), end)))


def next_change(entry: Json, t: Words, today: date) -> str:
    """Return when the entry changes, or has changed if the page shows a day that is past."""
    on = (entry.get("next_change") or {}).get("effective_on")
    if not on:
        return ""
    return t("entry.changed" if on <= today.isoformat() else "entry.changes", day=t.day(on))


def shared_places() -> Callable[[Json, Words, date, bool], Markup]:
    """Return a function that renders the places of one page; equal places are rendered once."""
    render = get_template_attribute("_parts.html", "place")
    by_identity, by_content = dict[int, Markup](), dict[str, Markup]()

    def render_once(place: Json, t: Words, day: date, full: bool) -> Markup:
        # ``id`` is a safe key: the entries of the page keep their places alive meanwhile.
        if id(place) not in by_identity:
            content = json.dumps(place if full else without_evidence(place))
            if content not in by_content:
                by_content[content] = render(place, t, day, full)
            by_identity[id(place)] = by_content[content]
        return by_identity[id(place)]

    return render_once


def without_evidence(place: Json) -> Json:
    """Return a place as the list shows it: without evidence, in which equal places differ."""
    mechanisms = [{**mechanism, "evidence": None} for mechanism in place.get("mechanisms") or []]
    return {**place, "mechanisms": mechanisms}


def ended(entry: Entry, day: date) -> tuple[bool, ...]:
    """Return for each mechanism with an end whether it has ended by ``day``: a row shows this."""
    ends = entry.once("ends", lambda: ends_of(entry))
    return tuple(end <= day.isoformat() for end in ends)


def ends_of(entry: Entry) -> tuple[str, ...]:
    """Return the last days of the entry's mechanisms that have one."""
    return tuple(
        str(mechanism["ended_on"])
        for place in entry.get("locations") or []
        for mechanism in place.get("mechanisms") or []
        if mechanism.get("ended_on")
    )


def tally(listing: Listing) -> list[tuple[str, int]]:
    """Return the number of places by verdict, the worst verdict first.

    An entry without a place counts once as ``NO_PLACE``, so each entry is in the sum.
    """
    return listing.once("tally", lambda: count_verdicts(listing))


def count_verdicts(entries: Sequence[Json]) -> list[tuple[str, int]]:
    count = Counter(status for entry in recipients(entries) for status in statuses(entry))
    return [(status, count[status]) for status in COUNTED if count[status]]


def tally_lines(listing: Listing, t: Words) -> list[str]:
    """Return the tally in words, a line for each verdict."""
    return [
        f"{tally_word(status, listing, t)}: {counted(status, n, t)}" for status, n in tally(listing)
    ]


def tally_word(status: str, listing: Listing, t: Words) -> str:
    """Return the word for a verdict in a tally: what is no transfer may stay at home elsewhere."""
    abroad = status == "no_transfer" and any(
        (place.get("verdict") or {}).get("status") == status
        for entry in recipients(listing)
        for place in outside_eea(entry)
    )
    return t("verdict.no_transfer.home" if abroad else f"verdict.{status}")


def verdict_word(verdict: Json, t: Words) -> str:
    """Return a verdict in words; what is no transfer under other law than the EU's stays in the
    exporter's own country, which need not be in the EEA."""
    return t(f"verdict.{verdict['status']}{at_home(verdict)}")


def at_home(verdict: Json) -> str:
    own = verdict["status"] == "no_transfer" and verdict.get("regime") not in (None, "EU")
    return ".home" if own else ""


def counted(status: str, n: int, t: Words) -> str:
    return t.count("entries" if status == NO_PLACE else "places", n)


def choices(register: Register) -> dict[str, list[tuple[str, str]]]:
    """Return the filters of the page with their choices, those of the whole list by name."""
    t, listing = register.words, register.all_entries
    return listing.once(("choices", t.language), lambda: choices_of(listing, t))


def choices_of(listing: Listing, t: Words) -> dict[str, list[tuple[str, str]]]:
    states = [one for one in CHOICES["state"] if any(in_state(entry, one) for entry in listing)]
    return {
        **options(listing, t),
        "verdict": [(one, tally_word(one, listing, t)) for one, _ in tally(listing)],
        "state": [(one, state_word(one, t)) for one in states] if len(states) > 1 else [],
        "sort": [(one, t(f"sort.{one}")) for one in CHOICES["sort"]],
    }


def state_word(state: str, t: Words) -> str:
    return t("state.changing") if state == CHANGING else t.named("stage", state)


def in_days(day: str | None, today: date, t: Words) -> str:
    """Return how far ``day`` lies from today, in words."""
    if not day:
        return ""
    days = (date.fromisoformat(day) - today).days
    if days in (0, 1):
        return t(f"in_days.{days}")
    return t("in_days.later", n=days) if days > 1 else t("in_days.past")


def kind_of(change: Json) -> str:
    """Return the kind of a change as its headline names it: a plan is no addition yet."""
    kind, words = change["kind"], change.get("materiality") or []
    if kind == "add" and "planned" in words:
        return "plan"
    if kind == "add" and "chosen_by_customer" in words:
        return "choice"
    return "begin" if kind == "modify" and "begins_use" in words else str(kind)


def change_headline(change: Json, t: Words) -> str:
    """Return one sentence that names the change and the sub-processor."""
    after, before = change.get("sub_processor") or {}, change.get("previous") or {}
    name = after.get("legal_name") or before.get("legal_name") or t("unknown")
    previous = before.get("legal_name") or t("unknown")
    text = t(f"change.{kind_of(change)}{done(change)}", name=name, previous=previous)
    what = gist(change, t)
    text = t("change.modify.what", name=name, what=what) if what else text
    return t("change.withdrawn", text=text) if change["status"] == "withdrawn" else text


def done(change: Json) -> str:
    ended = change["kind"] == "remove" and change["status"] == "in_effect"
    return ".done" if ended else ""


def gist(change: Json, t: Words) -> str:
    """Return what a modification brings, in a few words; nothing where no word says it."""
    if change["kind"] != "modify" or kind_of(change) != "modify":
        return ""
    before, after = change.get("previous") or {}, change.get("sub_processor") or {}
    return ", ".join(
        [*_moved(before, after, t), *_new_data(before, after, t), *_renamed(before, after, t)]
    )


def _moved(before: Json, after: Json, t: Words) -> list[str]:
    old, new = ({place_name(one, t) for one in entry.get("locations") or []}
                for entry in (before, after))  # fmt: skip
    come = [t("gist.place", country=country) for country in sorted(new - old)]
    return come + [t("gist.gone", country=country) for country in sorted(old - new)]


def _new_data(before: Json, after: Json, t: Words) -> list[str]:
    old = before.get("data_categories") or []
    new = [one for one in after.get("data_categories") or [] if one not in old]
    use = after.get("ai_use")
    uses = use in AI_USES and use != before.get("ai_use")
    said = [t(f"gist.ai.{use}")] if uses else []
    return said + ([t("gist.data", what=", ".join(new))] if new else [])


def _renamed(before: Json, after: Json, t: Words) -> list[str]:
    old = before.get("legal_name")
    return [t("gist.name", name=old)] if old and old != after.get("legal_name") else []


def change_lines(change: Json, t: Words) -> list[str]:
    """Return the change as lines of plain text, for feeds and calendars."""
    entry = change.get("sub_processor") or change.get("previous") or {}
    day = change.get("effective_on")
    lines = [t(f"effective.{change['status']}", day=t.day(day)) if day else ""]
    lines += [t.local_text(entry.get("purpose")).text]
    lines += what_is_new(change, entry, t)
    lines += [owed_line(change, t)]
    lines += [matters_line(change, t)]
    meaning = t.local_text(change.get("what_it_means")).text
    lines += [f"{t('change.what_it_means')}: {meaning}"] if meaning else []
    reason = t.local_text(change.get("reason")).text
    lines += [f"{t('change.reason')}: {reason}"] if reason else []
    return [line for line in lines if line]


def what_is_new(change: Json, entry: Json, t: Words) -> list[str]:
    """Return what a modification alters, before and after, or the places of a whole entry."""
    day = day_of(change)
    if change["kind"] != "modify" or not (change.get("previous") and change.get("sub_processor")):
        return [place_text(place, t, day) for place in entry.get("locations") or []]
    return [
        f"{t('field.' + one['field'])}: {said[0]} → {said[1]}"
        for one in compared(change["previous"], change["sub_processor"])
        if (said := _both(one, t, day))
    ]


def _both(difference: Json, t: Words, on: date) -> tuple[str, str] | None:
    """Return a member before and after in words; None where both read alike."""
    before, after = (
        "; ".join(value_lines(difference["field"], difference[side], t, on)) or t("nothing")
        for side in ("before", "after")
    )
    return (before, after) if before != after else None


def matters_line(change: Json, t: Words) -> str:
    """Return why a change matters: what is new first, as "New: company, country"."""
    codes = change.get("materiality") or []
    new = [t.named("materiality", code) for code in codes if code in NEW]
    others = [t.named("materiality", code) for code in codes if code not in NEW]
    first = [f"{t('change.matters')}: {', '.join(new)}"] if new else []
    return " · ".join([*first, *others])


def owed_line(change: Json, t: Words) -> str:
    """Return what customers are owed of an announced change: notice, or information only."""
    owes = change.get("owes")
    return t(f"change.owes.{owes}") if owes in ("notice", "information") else ""


def day_of(change: Json) -> date:
    """Return the effective day, or the day of announcement when there is none."""
    return date.fromisoformat(str(change.get("effective_on") or change["announced_at"])[:10])


def place_text(place: Json, t: Words, on: date) -> str:
    """Return a place, its mechanisms and its verdict as one line of plain text."""
    names = [t.mechanism(mechanism, on) for mechanism in place.get("mechanisms") or []]
    verdict = (place.get("verdict") or {}).get("status")
    end = [verdict_word(place["verdict"], t)] if verdict in VERDICTS else []
    by_law = laws(place.get("verdict") or {}, t)
    if by_law:
        end = ["; ".join(f"{one['law']}: {one['verdict']}" for one in by_law)]
    where = f"{place_name(place, t)} ({t.named('kind', place.get('kind') or '')})"
    return " – ".join([f"{where}: {'; '.join(names)}" if names else where, *end])


def place_name(place: Json, t: Words) -> str:
    """Return the country, or the international organisation that receives the data instead."""
    return str(place.get("organisation") or t.country(place.get("country")))


def compared(before: Json | None, after: Json | None) -> list[Json]:
    """Return the members in which two versions of an entry differ."""
    before, after = before or {}, after or {}
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in public_members.SUB_PROCESSOR
        if name not in NOT_COMPARED and before.get(name) != after.get(name)
    ]


def value_lines(field: str, value: Value, t: Words, on: date) -> list[str]:
    """Return a member of an entry as lines of text; an empty member has no lines."""
    if value is None or value in ("", [], {}):
        return []
    if isinstance(value, bool):
        return [t("yes") if value else t("no")]
    if value == NOT_STATED:
        return [t("not_stated")]
    if field in ("locations", "retention_periods"):
        return [item_text(field, item, t, on) for item in value]
    line = single_line(field, value, t)
    if line is not None:
        return [line] if line else []
    values = value if isinstance(value, list) else [value]
    return [named_value(field, item, t) for item in values]


def item_text(field: str, item: Json, t: Words, on: date) -> str:
    return place_text(item, t, on) if field == "locations" else period_text(item, t)


def single_line(field: str, value: Value, t: Words) -> str | None:
    """Return the text of a member with its own format; None for all other members."""
    if field == "country":
        return t.country(value)
    if field == "address":
        return address_text(value, t)
    if field in ("reviewed_on", "used_since", "seen_on"):
        return t.day(value)
    if field == "flow_down":
        return t.day(value["signed_on"]) if value.get("signed_on") else ""
    return t.local_text(value).text if isinstance(value, dict) else None


def named_value(field: str, value: object, t: Words) -> str:
    kind = KINDS_OF_WORDS.get(field)
    return t.named(kind, str(value)) if kind else str(value)


def period_text(period: Json, t: Words) -> str:
    """Return how long one kind of data is kept: "call recordings: 3 months"."""
    length, rule = period.get("length"), t.local_text(period.get("rule")).text
    spans = [t.count(f"retention.{length['unit']}", length["value"])] if length else []
    return f"{t.local_text(period['what']).text}: {', '.join([*spans, *([rule] if rule else [])])}"


def address_text(address: Json | None, t: Words) -> str:
    address = address or {}
    city = " ".join(str(address[name]) for name in ("postal_code", "city") if address.get(name))
    country = t.country(address["country"]) if address.get("country") else ""
    parts = [address.get("street"), city, country]
    return ", ".join(str(part) for part in parts if part)


def open_questions(verdict: Json, t: Words) -> list[Json]:
    """Return the questions of law that a verdict leaves open, with their readings, in words."""
    first = verdict.get("open")
    questions = [first, *(first.get("also") or [])] if first else []
    return [
        {
            "question": t.local_text(one["question_by_language"]).text,
            "readings": listed(one, "readings", t),
            "sources": "; ".join(listed(one, "sources", t)),
        }
        for one in questions
    ]


def listed(question: Json, name: str, t: Words) -> list[str]:
    """Return the texts of a list that a question has in each language."""
    worded = question.get(f"{name}_by_language") or {}
    texts: list[str] = worded.get(t.language) or question[name]
    return texts


def matters(items: list[Json], t: Words) -> list[Json]:
    """Return matters of pending law in words: a heading, a line for each fact, when to look."""
    return [
        {
            "title": t.local_text(one["title_by_language"]).text,
            "state": t.named("pending", one["state"]),
            "facts": fact_lines(one, t),
            "again": again(one, t),
        }
        for one in items
    ]


def fact_lines(doubted: Json | None, t: Words) -> list[str]:
    """Return the dated facts of a contested instrument or a matter of law, a line for each."""
    return [
        t(
            "pending.fact",
            day=t.day(fact["on"]),
            text=t.local_text(fact["text_by_language"]).text,
            state=t.named("pending", fact["state"]),
            source=t.local_text(fact["source_by_language"]).text,
        )
        for fact in (doubted or {}).get("facts") or []
    ]


def again(doubted: Json | None, t: Words) -> str:
    day = (doubted or {}).get("recheck_by")
    return t("pending.again", day=t.day(day)) if day else ""


def laws(verdict: Json, t: Words) -> list[Json]:
    """Return what each of several laws says, the strictest first; nothing for a single law."""
    return [
        {
            "law": law_name(one, t),
            "status": one["status"],
            "verdict": verdict_word(one, t),
            "reason": one.get("reason_by_language") or one.get("reason"),
            "citations": "; ".join(one.get("citations") or []),
        }
        for one in verdict.get("by_regime") or []
    ]


def law_line(one: Json, t: Words) -> str:
    """Return what one of several laws says, as a line."""
    return f"{one['law']}: {one['verdict']}. {t.local_text(one['reason']).text}"


def meaning(verdict: Json, t: Words) -> str:
    """Return what the verdict means; of several laws it is that of the strictest, by its name."""
    said = t(f"verdict.{verdict['status']}{at_home(verdict)}.meaning")
    return f"{law_name(verdict, t)}: {said}" if verdict.get("by_regime") else said


def law_name(verdict: Json, t: Words) -> str:
    return t.named("regime", verdict.get("regime") or "none")


def evidence_lines(evidence: Json | None, t: Words) -> list[str]:
    """Return the evidence of a mechanism, a line for each member, as the disclosure orders them."""
    found = {name: (evidence or {}).get(name) for name in public_members.EVIDENCE}
    return [
        evidence_line(name, value, t)
        for name, value in found.items()
        if value not in (None, "", [])
    ]


def evidence_line(name: str, value: Value, t: Words) -> str:
    """Return one member of evidence: in a sentence of its own, or by its name."""
    if name == "module" and str(value) in ("1", "2", "3", "4"):
        return t(f"evidence.module.{value}")
    if name == "covered_data" and isinstance(value, list):
        covered = "+".join(sorted(map(str, value)))
        if covered in ("hr", "non_hr", "hr+non_hr"):
            return t(f"evidence.covered.{covered}")
    return f"{t(f'evidence.{name}')}: {evidence_value(name, value, t)}"


def evidence_value(name: str, value: object, t: Words) -> str:
    if name.endswith("_on"):
        return t.day(str(value))
    if name == "covered_data" and isinstance(value, list):
        return ", ".join(t.named("covered", str(code)) for code in value)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(value)


def query_string(query: Query, **other: object) -> str:
    """Return this page's query string with ``other`` values in place of its own; None drops one."""
    params = {
        "lang": query.language,
        "as_of": query.as_of,
        **{name: getattr(query, name) for name in NARROWING},
        "outside_eea": "1" if query.outside_eea else "",
        "sort": query.sort,
        "page": query.page,
        "from": query.from_,
        "to": query.to,
        **other,
    }
    kept = {name: str(value) for name, value in params.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def lang_query(query: Query) -> str:
    """Return the query string of another page of the register: the language, and nothing else."""
    return f"?lang={query.language}" if query.language else ""
