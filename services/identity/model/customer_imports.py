"""An import of customers: a file whose rows become organisations and agreements, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from shared.errors import Conflict, Forbidden, Malformed
from shared.importing.jobs import Column

ImportStatus = Literal["receiving", "queued", "waiting", "done", "cancelled"]
# Status in the report of an import that was set aside, or whose file cannot be read.
FAILED = "failed"
# ``entering``: decided, and being written; ``ready``: what a rehearsal would add.
RowState = Literal[
    "new", "entering", "asked", "ready", "added", "differs", "unchanged", "refused", "cancelled"
]
STATES = (
    "new", "entering", "asked", "ready", "added", "differs", "unchanged", "refused", "cancelled",
)  # fmt: skip
OPEN: Sequence[RowState] = ("new", "entering")


class NoCustomers(Malformed):
    """The file holds no list of customers; send a table with a column of their names."""

    code = "no-customers"


class NotAProcessor(Forbidden):
    """Only a processor brings its customers."""

    code = "not-a-processor"


class ImportEnded(Conflict):
    """This import has ended; nothing of it is left to cancel or to answer."""

    code = "import-ended"


@dataclass(frozen=True)
class CustomerImport:
    """``others``: the columns that speak of agreements; empty until the headings are read.

    ``language``: of customers whose row names none. ``ask_again``: earlier answers do not count.
    """

    id: str
    processor_id: str
    created_at: datetime
    created_by: str
    format: str
    language: str
    dry_run: bool = False
    ask_again: bool = False
    status: ImportStatus = "receiving"
    columns: tuple[Column, ...] = ()
    others: tuple[str, ...] = ()
    rows_total: int = 0
    failure: dict[str, str] | None = None
    revision: int = 1

    @property
    def members(self) -> dict[str, str | None]:
        """What each column was found to hold, by its name."""
        return {column.name: column.member for column in self.columns}

    @property
    def has_ended(self) -> bool:
        return self.status in ("done", "cancelled")

    def received(self, rows_total: int, columns: tuple[Column, ...]) -> CustomerImport:
        return replace(self, status="queued", rows_total=rows_total, columns=columns)

    def read_as(self, columns: tuple[Column, ...], others: tuple[str, ...]) -> CustomerImport:
        """Its headings are read; its rows are, once no column is asked about."""
        asked = any(column.asked for column in columns)
        status: ImportStatus = "waiting" if asked else "queued"
        return replace(self, status=status, columns=columns, others=others)

    def with_answer(self, name: str, member: str | None) -> CustomerImport:
        """The column of this name holds ``member``, or nothing that is read."""
        columns = tuple(
            replace(each, member=member, asked=False, samples=()) if each.name == name else each
            for each in self.columns
        )
        return replace(self, columns=columns)

    def settled(self, *, waiting: bool) -> CustomerImport:
        return replace(self, status="waiting" if waiting else "done")

    def cancelled(self) -> CustomerImport:
        return replace(self, status="cancelled")

    def failed(self, code: str, detail: str) -> CustomerImport:
        return replace(self, status="done", failure={"code": code, "detail": detail})


@dataclass(frozen=True)
class CustomerRow:
    """Row ``row`` (from 1). ``raw`` is JSON.

    ``answers``: ``[[key of the question, values], …]``. ``recalled``: earlier answers that were
    taken again, ``{member, text, values}``. ``added``: what was made of it. ``differences``:
    ``{member, here, file}``, where what is here disagrees with the file.
    """

    id: str
    import_id: str
    row: int
    raw: str
    state: RowState = "new"
    answers: list[Any] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[Any] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    recalled: list[dict[str, Any]] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    legal_name: str | None = None
    organisation_id: str | None = None
    agreement_id: str | None = None
    agreement_status: str | None = None
