"""What is noted beside a notice: what its customer answered, and what became of the change.

Each note names the ledger entry that proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.notices import events

OBJECTION, APPROVAL = "objection", "approval"
Entry = Mapping[str, Any]
_ANSWERED = {
    events.CHANGE_APPROVAL_GIVEN: "approved",
    "objection.received": "objected",
    "objection.mitigation_accepted": "offer_accepted",
    "objection.modification_requested": "offer_refused",
    "objection.withdrawn": "withdrawn",
    events.AGREEMENT_ACCEPTED: "accepted",
    events.AGREEMENT_REJECTED: "refused",
    events.AGREEMENT_CONFIRMED: "confirmed",
    events.AGREEMENT_DECLINED: "declined",
}
_STEPS = [said for kind, said in _ANSWERED.items() if kind.startswith(events.OBJECTION_PREFIX)]


@dataclass(frozen=True)
class Noted:
    """A step of a customer about a change. It is about the notices of ``agreement_id``, or, where
    that is None, about all of the change that ``controller_id`` has."""

    change_id: str
    agreement_id: str | None
    controller_id: str
    step: dict[str, Any]


@dataclass(frozen=True)
class ByLink:
    """What somebody answered by the link in the mail ``mail_id``. ``about``: unique to the answer;
    ``by``: name and title; ``at``: RFC 3339."""

    about: str
    mail_id: str
    said: str
    by: dict[str, Any]
    at: str
    change_id: str | None = None

    @property
    def is_step(self) -> bool:
        """Whether it is a step of an objection, which those who got the notice are mailed as it
        is."""
        return self.said in _STEPS


def by_link(entry: Entry) -> ByLink | None:
    """What an entry tells that was answered by link: about a change, or an agreement; None for any
    other entry."""
    private, data = entry.get("private") or {}, entry["data"]
    if entry["type"] in _ANSWERED:
        by = private.get("by") or {}
        said, change_id = _ANSWERED[entry["type"]], data.get("change_id")
        return _by_link(entry, by.get("mail_id", ""), said, by, change_id=change_id)
    return None


def _by_link(
    entry: Entry, mail_id: str, said: str, by: Mapping[str, Any], **told: Any
) -> ByLink | None:
    about = f"{entry['stream']}:{entry['sequence']}"
    who = {name: by[name] for name in ("name", "title") if name in by}
    return ByLink(about, mail_id, said, who, entry["at"], **told) if mail_id else None


def noted(entry: Entry) -> Noted | None:
    """What the entry says that a customer answered; None where it says none, or its customer was
    erased."""
    private = entry.get("private") or {}
    if "controller_id" not in private:
        return None
    if entry["type"].startswith(events.OBJECTION_PREFIX):
        return _noted(entry, _objection(entry, private))
    if entry["type"] == events.CHANGE_APPROVAL_GIVEN:
        return _noted(entry, {"kind": APPROVAL, "status": "given"})
    return None


def fate_of(entry: Entry) -> tuple[list[str], dict[str, Any]] | None:
    """The changes that were withdrawn or took effect, and what is noted of it."""
    if entry["type"] not in events.FOLLOW_UPS:
        return None
    data = entry["data"]
    changes = data.get("changes") or [data]
    noted = {"type": entry["type"], "at": entry["at"], "entry": proof_of(entry)}
    return [each["change_id"] for each in changes], {**noted, "reason": data.get("reason")}


def proof_of(entry: Entry) -> dict[str, Any] | None:
    """Where in the ledger it stands; None of what is only shown beforehand."""
    if "hash" not in entry:
        return None
    return {name: entry[name] for name in ("stream", "sequence", "hash")}


def _noted(entry: Entry, said: dict[str, Any]) -> Noted:
    private = entry["private"]
    by = (private.get("by") or {}).get("name")
    step = {**said, "at": entry["at"], "by": by, "entry": proof_of(entry)}
    change_id, agreement_id = entry["data"]["change_id"], private.get("agreement_id")
    return Noted(change_id, agreement_id, private["controller_id"], step)


def _objection(entry: Entry, private: Mapping[str, Any]) -> dict[str, Any]:
    data = entry["data"]
    said = {"kind": OBJECTION, "id": data["objection_id"], "status": data["status"]}
    return {**said, "grounds": private.get("grounds"), "decision": private.get("decision")}
