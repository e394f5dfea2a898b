"""An import: a file whose rows become draft changes, each row once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from shared.importing.jobs import Column

ImportStatus = Literal["receiving", "queued", "waiting", "done"]
# Status in the report of an import that was set aside; the stored status stays.
FAILED = "failed"
# ``ready``: read, and waiting for the rest of a list that is taken over as a whole; ``adopted``
# once it was; ``left``: left out, as the vendor answered.
RowState = Literal[
    "new",
    "asked",
    "drafted",
    "joined",
    "unchanged",
    "refused",
    "left",
    "discarded",
    "ready",
    "adopted",
]
# Whether rows become draft changes, or the first list of the register.
Into = Literal["changes", "baseline"]


@dataclass(frozen=True)
class Import:
    """``absent``: ids of entries of the register that the file does not name; nothing follows.

    ``dry_run``: rows are decided about, and no change is made. ``ask_again``: earlier answers do
    not count. ``failure`` ``{code, detail}``: why a list was not taken over.
    """

    id: str
    processor_id: str
    created_at: datetime
    created_by: str
    format: str
    language: str
    effective_on: date
    reason: str
    status: ImportStatus = "receiving"
    columns: tuple[Column, ...] = ()
    rows_total: int = 0
    absent: tuple[str, ...] = ()
    absent_total: int = 0
    dry_run: bool = False
    ask_again: bool = False
    into: Into = "changes"
    failure: dict[str, str] | None = None
    revision: int = 1

    @property
    def is_whole(self) -> bool:
        """Whether the file is the first list of the register."""
        return self.into == "baseline"

    @property
    def members(self) -> dict[str, str | None]:
        """What each column was found to hold, by its name."""
        return {column.name: column.member for column in self.columns}

    def with_answer(self, name: str, member: str | None) -> Import:
        """The column of this name holds ``member``, or nothing that is read."""
        columns = tuple(
            replace(each, member=member, asked=False, samples=()) if each.name == name else each
            for each in self.columns
        )
        return replace(self, columns=columns)

    def received(self, rows_total: int, columns: tuple[Column, ...]) -> Import:
        """The file is there; it is read once no column is asked about."""
        asked = any(column.asked for column in columns)
        status: ImportStatus = "waiting" if asked else "queued"
        return replace(self, status=status, rows_total=rows_total, columns=columns)

    def settled(self, waiting: bool, absent: list[str], shown: int) -> Import:
        status: ImportStatus = "waiting" if waiting else "done"
        return replace(self, status=status, absent=tuple(absent[:shown]), absent_total=len(absent))

    def refused(self, code: str, detail: str) -> Import:
        """The list was not taken over; nothing of it is in the register."""
        return replace(self, status="done", failure={"code": code, "detail": detail})


@dataclass(frozen=True)
class ImportRow:
    """Row ``row`` (from 1). ``raw`` is JSON; ``key`` groups rows that speak of one entity.

    ``answers``: ``[[key of the question, values], …]``. ``recalled``: earlier answers that were
    taken again, ``{member, text, values}``.
    """

    id: str
    import_id: str
    row: int
    key: str
    raw: str
    state: RowState = "new"
    answers: list[Any] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    refusals: list[dict[str, str]] = field(default_factory=list)
    change_id: str | None = None
    kind: str | None = None
    sub_processor_id: str | None = None
    recalled: list[dict[str, Any]] = field(default_factory=list)
