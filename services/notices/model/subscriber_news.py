"""What a mail to the subscribers of a public register says of an event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.notices.model.messages import Event, body_of
from services.notices.model.told_changes import changes_told

Json = dict[str, Any]
# What is said of a change and of an entry; all of it stands on the public page, too.
_OF_CHANGE = ("change_id", "kind", "materiality")
_OF_ENTRY = ("legal_name", "country", "ai_use")


def is_for_subscribers(event: Event) -> bool:
    """Whether anybody may hear of it: of changes that stand on a public page, when customers are
    told of them."""
    return (event.is_notice or event.is_follow_up) and bool(_data(event)["links"]["page"])


def news_of(event: Event) -> Json:
    """What the mail says, but for who reads it."""
    data = _data(event)
    changes = [_shown(each) for each in changes_told(data)]
    page, several = data["links"]["page"], len(changes) > 1
    return {
        "what": event.type.rpartition(".")[2],
        "vendor": {name: event.processor[name] for name in ("id", "slug", "legal_name")},
        "changes": changes,
        "effective_on": event.effective_on,
        "reason": data.get("reason") or "",
        "page": page if several else f"{page}/changes/{changes[0]['change_id']}",
    }


def _data(event: Event) -> Json:
    data: Json = json.loads(body_of(event, ""))["data"]
    return data


def _shown(change: Mapping[str, Any]) -> Json:
    told = {name: change[name] for name in _OF_CHANGE if name in change}
    return {**told, **{name: _entry(change.get(name)) for name in ("sub_processor", "previous")}}


def _entry(entry: Mapping[str, Any] | None) -> Json | None:
    if not entry:
        return None
    shown = {name: entry[name] for name in _OF_ENTRY if name in entry}
    places = [{"country": place.get("country")} for place in entry.get("locations") or ()]
    return {**shown, "locations": places}
