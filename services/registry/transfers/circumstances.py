"""What an entry says of its processing, as far as the basis of a transfer turns on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.transfers.stages import ACTIVE
from services.registry.transfers.statements import STATED_ON, judged

# Roles of exporter and importer, in the order of the modules of (EU) 2021/914.
RELATIONS = (
    "controller_controller",
    "controller_processor",
    "processor_processor",
    "processor_controller",
)
HR_DATA = ("yes", "no", "not_stated")
# Members of an entry that instruments read like evidence.
ENTRY_FACTS = ("data_combined", "exporter_is_public_authority")
# What an entry of an earlier version is read as.
UNSTATED: Mapping[str, Any] = {
    "hr_data": "not_stated",
    "relation": "processor_processor",
    "stage": ACTIVE,
    **dict.fromkeys((*ENTRY_FACTS, "used_since", "evidence_url", "seen_on")),
    STATED_ON: None,
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Who gives data to whom, and what data; None where the entry does not say.

    ``relation`` is one of RELATIONS, ``hr_data`` one of HR_DATA: whether data about staff, held
    for their employment, is included. ``data_combined``: the exporting processor combines data of
    its customer with its own. ``exporter_is_public_authority``: the exporter acts under public
    powers. ``affiliate``: the recipient belongs to the exporter's group. ``seat`` is the country
    of the recipient's seat, ``legal_name`` its name. Raises ValueError for other values.
    """

    relation: str = "processor_processor"
    hr_data: str = "not_stated"
    data_subjects: tuple[str, ...] = ()
    data_combined: bool | None = None
    exporter_is_public_authority: bool | None = None
    affiliate: bool = False
    seat: str | None = None
    legal_name: str | None = None

    def __post_init__(self) -> None:
        for value, known in ((self.relation, RELATIONS), (self.hr_data, HR_DATA)):
            if value not in known:
                raise ValueError(f"{value!r} is not a relation; write one of {', '.join(known)}.")

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Circumstances:
        """Read the members of an entry; an entry of an earlier version lacks some."""
        return cls(
            relation=entry.get("relation") or "processor_processor",
            hr_data=entry.get("hr_data") or "not_stated",
            data_subjects=tuple(entry.get("data_subjects") or ()),
            data_combined=entry.get("data_combined"),
            exporter_is_public_authority=entry.get("exporter_is_public_authority"),
            affiliate=judged(entry)["affiliate"],
            seat=entry.get("country"),
            legal_name=entry.get("legal_name"),
        )

    @property
    def facts(self) -> dict[str, bool]:
        """What instruments read like evidence, as far as it is stated."""
        stated = {name: getattr(self, name) for name in ENTRY_FACTS}
        return {name: value for name, value in stated.items() if value is not None}
