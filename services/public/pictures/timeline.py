"""The changes of a register on a line of time, those to come and those that are over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from services.public.catalogue import Words
from services.public.change_text import change_headline, day_of

Json = dict[str, Any]
# Small enough for a phone, where a unit is about a pixel.
WIDTH, HEIGHT, MARGIN, AXIS, RADIUS = 400, 74, 22, 52, 4
MOST, STACKED = 60, 4
SVG = Markup(
    '<svg class="timeline" viewBox="0 0 {w} {h}" role="img" aria-labelledby="line-title">'
    '<title id="line-title">{title}</title>'
    '<path class="axis" d="M{left} {y}H{right}"/>{parts}</svg>'
)
DOT = Markup(
    '<circle class="dot {status}" cx="{x}" cy="{y}" r="{r}"><title>{name}</title></circle>'
)
TICK = Markup('<path class="tick" d="M{x} {top}v8"/><text x="{x}" y="{y}">{text}</text>')
TODAY = Markup(
    '<path class="today" d="M{x} 16V{y}"/><text class="now" x="{x}" y="12">{text}</text>'
)


def of_changes(changes: Sequence[Json], today: date, t: Words) -> Markup:
    """Return the newest changes on a line of time; nothing where there are fewer than two."""
    shown = sorted(changes, key=day_of)[-MOST:]
    if len(shown) < 2:
        return Markup()
    first, last = min(day_of(shown[0]), today), max(day_of(shown[-1]), today)
    span = max((last - first).days, 1)

    def at(day: date) -> int:
        return MARGIN + round((day - first).days * (WIDTH - 2 * MARGIN) / span)

    parts = [
        *(TICK.format(x=at(day), top=AXIS - 4, y=AXIS + 16, text=day.year)
          for day in new_years(first, last)),
        TODAY.format(x=at(today), y=AXIS, text=t("in_days.0")),
        *dots(shown, at, t),
    ]  # fmt: skip
    return SVG.format(
        w=WIDTH, h=HEIGHT, title=t("timeline.heading"), left=MARGIN, right=WIDTH - MARGIN, y=AXIS,
        parts=Markup().join(parts),
    )  # fmt: skip


def dots(changes: Sequence[Json], at: Any, t: Words) -> list[Markup]:
    """Return a dot for each change; those of one place stand on each other."""
    heights: dict[int, int] = {}
    found = []
    for one in changes:
        x = at(day_of(one))
        near = max((heights.get(x + step, 0) for step in range(-RADIUS, RADIUS + 1)), default=0)
        heights[x] = near + 1
        y = AXIS - 2 * RADIUS * min(near, STACKED)
        name = f"{t.day(day_of(one))}: {change_headline(one, t)}"
        found.append(DOT.format(status=one["status"], x=x, y=y, r=RADIUS, name=name))
    return found


def new_years(first: date, last: date) -> list[date]:
    """Return the first days of the years between, so few that their numbers do not touch."""
    years = list(range(first.year + 1, last.year + 1))
    step = max(1, -(-len(years) // 8))
    return [date(year, 1, 1) for year in years[::step] if _apart(date(year, 1, 1), first, last)]


def _apart(day: date, first: date, last: date) -> bool:
    edge = (last - first) / 40 + timedelta(days=1)
    return first + edge <= day <= last - edge
