"""Changes in the visitor's language: headline, gist, what is new, what is owed."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.public.catalogue import Words
from services.public.value_text import compared, place_name, place_text, value_lines

Json = dict[str, Any]
Value = Any  # Any JSON value.
AI_USES = ("inference", "training", "both")
NEW = ("new_entity", "new_country", "new_data_category")


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
    lines += [t.marked(t.local_text(entry.get("purpose")))]
    lines += what_is_new(change, entry, t)
    lines += [owed_line(change, t)]
    lines += [matters_line(change, t)]
    for name in ("what_it_means", "reason"):
        said = t.marked(t.local_text(change.get(name)))
        lines += [t.labelled(t(f"change.{name}"), said)] if said else []
    return [line for line in lines if line]


def what_is_new(change: Json, entry: Json, t: Words) -> list[str]:
    """Return what a modification alters, before and after, or the places of a whole entry."""
    day = day_of(change)
    if change["kind"] != "modify" or not (change.get("previous") and change.get("sub_processor")):
        return [place_text(place, t, day) for place in entry.get("locations") or []]
    return [
        t.labelled(t("field." + one["field"]), f"{said[0]} → {said[1]}")
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
    first = [t.labelled(t("change.matters"), ", ".join(new))] if new else []
    return " · ".join([*first, *others])


def owed_line(change: Json, t: Words) -> str:
    """Return what customers are owed of an announced change: notice, or information only."""
    owes = change.get("owes")
    return t(f"change.owes.{owes}") if owes in ("notice", "information") else ""


def day_of(change: Json) -> date:
    """Return the effective day, or the day of announcement when there is none."""
    return date.fromisoformat(str(change.get("effective_on") or change["announced_at"])[:10])
