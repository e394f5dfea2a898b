"""What each collection of the registry holds. A contract test compares it with what is stored.

Members that come from a dataclass of the model are described there. ``id`` is stored as ``_id``,
days as text (ISO 8601).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict

Members = dict[str, Any]


class StoredRegister(TypedDict):
    """``registers``: a ``Register``, and how many steps imports into it have done."""

    _id: str
    slug: str
    legal_name: str
    country: str
    locale: str
    time_zone: str
    updated_at: datetime
    registration_number: str | None
    address: dict[str, str] | None
    website: str | None
    privacy_contact: str | None
    regimes: NotRequired[list[str]]
    default_terms: NotRequired[Members | None]
    page: NotRequired[Members]
    import_steps: NotRequired[int]


class StoredRow(TypedDict):
    """``rows``: a ``Row``."""

    _id: str
    processor_id: str
    sub_processor_id: str
    version: int
    content: Members
    valid_from: str
    valid_to: str
    recorded_at: datetime
    change_id: str
    voided_at: datetime | None
    voided_by: str | None


class StoredChange(TypedDict):
    """``changes``: a ``Change``."""

    _id: str
    processor_id: str
    kind: str
    subject_id: str
    effective_on: str
    reason: str
    created_at: datetime
    content: Members | None
    previous: Members | None
    replaces_id: str | None
    status: str
    announced_at: datetime | None
    sequence: int | None
    recipients_version: int
    scope: NotRequired[Members | None]
    groups: list[Members]
    emergency: Members | None
    ended_at: datetime | None
    withdrawal_reason: str | None
    revision: int
    owes: NotRequired[str | None]
    together: NotRequired[list[str]]  # None in changes of before 2026-11-30
    kinds_together: NotRequired[list[str]]
    what_it_means: NotRequired[dict[str, str]]
    prepared_by: NotRequired[list[str]]
    approved_by: NotRequired[list[dict[str, str]]]
    materiality: NotRequired[list[str] | None]  # in the ledger alone before 2026-12-01


class StoredObjection(TypedDict):
    """``objections``: an ``Objection``."""

    _id: str
    change_id: str
    processor_id: str
    controller_id: str
    agreement_id: str
    sub_processor_id: str
    grounds: str
    text: str
    received_at: datetime
    status: str
    modification: Members | None
    mitigation: Members | None
    decision: str | None
    settled_at: datetime | None
    effective_on: str
    respond_by: str | None
    revision: int
    made_by: NotRequired[Members | None]  # none in objections of before 2026-11-30


class StoredApproval(TypedDict):
    """``approvals``: an ``Approval``."""

    _id: str
    change_id: str
    controller_id: str
    given_at: datetime
    given_by: NotRequired[Members | None]  # the same


class StoredLetter(TypedDict):
    """``letters``: a ``Letter``."""

    _id: str
    change_id: str
    processor_id: str
    controller_id: str
    kind: str
    received_on: str
    text: str
    recorded_at: datetime
    recorded_by: str
    file_id: str | None
    file: Members | None
    objection_id: str | None


class StoredConfirmation(TypedDict):
    """``deletions``: a ``Confirmation``."""

    _id: str
    processor_id: str
    sub_processor_id: str
    listed_until: str
    version: int
    kind: str
    confirmed_on: str
    confirmed_by: str | None
    recorded_at: datetime
    recorded_by: str
    note: str | None
    file_id: str | None
    file: Members | None


class StoredBasisNotice(TypedDict):
    """``basis_notices``: the most urgent stage of an instrument's end that was announced."""

    _id: str
    stage: int
    at: datetime


class StoredSweep(TypedDict):
    """``basis_sweeps``: the ``Sweep`` of the instrument with this id."""

    _id: str
    mark: str
    after: str
    done: bool


class StoredReminder(TypedDict):
    """``reminders``: the most urgent stage that the vendor was reminded of a day at."""

    _id: str
    stage: int
    at: datetime


class StoredReminderRound(TypedDict):
    """``reminder_rounds``: the ``Round`` of this hour."""

    _id: str
    mark: str
    after: str
    done: bool


class StoredCheckpoint(TypedDict):
    """``checkpoints``: a ``Checkpoint``."""

    _id: str  # stream#sequence
    stream: str
    sequence: int
    hash: str
    at: str
    key_id: str
    signature: str


class StoredRound(TypedDict):
    """``checkpoint_rounds``: the ``Round`` of today."""

    _id: str
    day: str
    after: str
    done: bool


class StoredImport(TypedDict):
    """``imports``: an ``Import``."""

    _id: str
    processor_id: str
    created_at: datetime
    created_by: str
    format: str
    language: str
    effective_on: str
    reason: str
    status: str
    columns: list[Members]
    rows_total: int
    absent: list[str]
    absent_total: int
    dry_run: bool
    ask_again: bool
    into: str
    failure: dict[str, str] | None
    revision: int


class StoredImportAnswer(TypedDict):
    """``import_answers``: what a vendor answered, for its next imports."""

    _id: str
    processor_id: str
    key: str
    values: list[str]
    answered_at: datetime
    answered_by: str


class StoredImportRow(TypedDict):
    """``import_rows``: an ``ImportRow``."""

    _id: str
    import_id: str
    row: int
    key: str
    raw: str
    state: str
    answers: list[Any]
    questions: list[Members]
    remarks: list[str]
    refusals: list[dict[str, str]]
    change_id: str | None
    kind: str | None
    sub_processor_id: str | None
    recalled: list[Members]


class StoredRevision(TypedDict):
    """``instruments``: one revision of an instrument, a ``Recorded``."""

    _id: str
    instrument_id: str
    revision: int
    members: Members
    recorded_at: datetime
    recorded_by: str


class StoredAssessment(TypedDict):
    """``assessments``: an ``Assessment``."""

    _id: str
    processor_id: str
    recorded_at: datetime
    recorded_by: str
    language: str
    country: str | None
    organisation: str | None
    law: str
    risk: dict[str, str]
    measures: list[Members]
    outcome: str
    conclusion: str
    carried_out_on: str
    carried_out_by: str
    review_on: str | None
    file_id: str | None


class StoredEvidenceRequest(TypedDict):
    """``evidence_requests``: an ``EvidenceRequest``."""

    _id: str
    processor_id: str
    controller_id: str
    sub_processor_id: str
    legal_name: str
    requested_at: datetime
    given: list[Members]


class StoredUpload(TypedDict):
    """``uploads``: a file that is coming in, or whose upload was cut off."""

    _id: str
    begun_at: datetime


class StoredFile(TypedDict):
    """``files.files``: a ``KeptFile``, as GridFS describes it."""

    _id: str
    filename: str
    metadata: Members
    chunkSize: int
    length: int
    uploadDate: datetime


class StoredChunk(TypedDict):
    """``files.chunks``: a piece of a file, as GridFS cuts it."""

    _id: Any
    files_id: str
    n: int
    data: bytes


STORED: Mapping[str, type] = {
    "registers": StoredRegister,
    "rows": StoredRow,
    "changes": StoredChange,
    "objections": StoredObjection,
    "approvals": StoredApproval,
    "letters": StoredLetter,
    "deletions": StoredConfirmation,
    "basis_notices": StoredBasisNotice,
    "basis_sweeps": StoredSweep,
    "reminders": StoredReminder,
    "reminder_rounds": StoredReminderRound,
    "checkpoints": StoredCheckpoint,
    "checkpoint_rounds": StoredRound,
    "imports": StoredImport,
    "import_answers": StoredImportAnswer,
    "import_rows": StoredImportRow,
    "instruments": StoredRevision,
    "assessments": StoredAssessment,
    "evidence_requests": StoredEvidenceRequest,
    "uploads": StoredUpload,
    "files.files": StoredFile,
    "files.chunks": StoredChunk,
}
