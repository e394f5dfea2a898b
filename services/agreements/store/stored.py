"""What each collection of agreements holds. A contract test compares it with what is stored.

Members that come from a dataclass of the model are described there. ``id`` is stored as ``_id``,
days as text (ISO 8601).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict

Members = dict[str, Any]


class StoredAgreement(TypedDict):
    """``agreements``: an ``Agreement``, and what only lists and the clock read (the last four)."""

    _id: str
    processor: Members
    controller: Members
    status: str
    version: int
    latest_version: int
    content: Members
    document_sha256: str
    created_at: datetime
    offer: Members | None
    acceptances: list[Members]
    ends_on: str | None
    history: list[Members]
    revision: int
    weaker: list[Members]
    scheduled: Members | None
    begins_on: str | None
    signed_file: Members | None
    reminded_of: str | None
    ended_on: str | None
    erase_on: str | None
    deletion_due_on: str | None
    deletion_overdue: bool
    deletion_proof: Members | None
    unconfirmed: bool
    confirmation: Members | None
    addressed_to: str | None
    ended_at: datetime | None
    refusal: Members | None
    accepted_changes: list[str]
    paper: Members | None
    customer_ids: list[str]  # several while none of them has answered
    due_on: str | None
    listed_products: list[str]
    listed_ends: str | None  # last day|id


class StoredVersion(TypedDict):
    """``versions``: a ``Version``."""

    _id: str  # agreement:version
    agreement_id: str
    version: int
    processor: Members
    controller: Members
    content: Members
    document: str
    document_sha256: str
    made_at: datetime
    made_by: str
    weaker: list[Members]


class StoredTemplate(TypedDict):
    """``templates``: a ``Template``; without ``replaces`` if it replaces none."""

    _id: str
    owner: str
    name: str
    kind: str
    reference: str | None
    sections: list[Members]
    created_at: datetime
    version: int
    replaces: NotRequired[str]
    published: Members | None
    covers: dict[str, str]
    annexes: NotRequired[list[Members]]


class StoredStandingAcceptance(TypedDict):
    """``standing_acceptances``: the ``StandingAcceptance`` of the template with this id."""

    _id: str
    owner: str
    name: str
    title: str
    email: str
    at: datetime
    client_id: str
    address: str | None


class StoredGroup(TypedDict):
    """One terms group; ``repeats``: agreements of customers that are counted already."""

    authorisation: str | None
    terms: Members
    agreements: int
    repeats: NotRequired[int]


class StoredGroups(TypedDict):
    """``notice_groups``: the terms groups of one processor, by key."""

    _id: str
    version: int
    groups: NotRequired[dict[str, StoredGroup]]
    repeats: NotRequired[int]


class StoredProfile(TypedDict):
    """``notice_profiles``: how many customers of a processor have a ``Profile``."""

    _id: str  # processor|profile
    processor_id: str
    key: str
    covers: list[Members]
    customers: int


class StoredClaims(TypedDict):
    """``in_force``: what the agreements of one pair of parties claim, by agreement.

    ``agreements``: products. ``days``: since, until. ``shares``: key of a group, last day.
    ``profiled``: ``notice_profiles`` counts them.
    """

    _id: str  # processor|controller
    agreements: NotRequired[dict[str, list[str]]]
    days: NotRequired[dict[str, list[str | None]]]
    shares: NotRequired[dict[str, tuple[str, str | None]]]
    profiled: NotRequired[bool]


class StoredDocument(TypedDict):
    """``documents``: the rendered document of an accepted version."""

    _id: str  # agreement:version:kind of media
    agreement_id: str
    body: bytes
    sha256: str
    kept_at: datetime


class StoredOfficialText(TypedDict):
    """``official_texts``: an ``OfficialFile`` that documents may name."""

    _id: str  # SHA-256
    name: str
    body: bytes
    kept_at: datetime


class StoredFile(TypedDict):
    """``files.files``: a signed PDF, as GridFS describes it."""

    _id: str  # owner:sha256
    filename: str
    metadata: Members
    chunkSize: int
    length: int
    uploadDate: datetime


class StoredChunk(TypedDict):
    """``files.chunks``: a piece of a signed PDF, as GridFS cuts it."""

    _id: Any
    files_id: str
    n: int
    data: bytes


class StoredPolicy(TypedDict):
    """``policies``: the ``Policy`` of one processor."""

    _id: str
    retention_years: int
    revision: int
    cursor: str | None


class StoredImport(TypedDict):
    """``imports``: an ``Import``; a loop works on it until ``claimed_until``."""

    _id: str
    processor_id: str
    client_id: str
    made_at: datetime
    status: str
    claimed_until: datetime
    forget_at: datetime


class StoredLine(TypedDict):
    """``import_lines``: a line of a file; ``told`` (its cells) and ``errors`` until its outcome."""

    _id: str  # import:line
    import_id: str
    line: int
    told: NotRequired[Members]
    errors: NotRequired[list[dict[str, str]]]
    outcome: NotRequired[Members]
    forget_at: datetime


class StoredRollOut(TypedDict):
    """``roll_outs``: a ``RollOut``."""

    _id: str
    processor_id: str
    client_id: str
    template_id: str
    choice: Members
    made_at: datetime
    contents: str
    changes: Members
    remind_after_days: list[int]
    status: str
    cursor: str | None
    signatory: Members | None
    started_at: datetime | None
    over_at: datetime | None
    stop_reason: str | None


class StoredRollOutItem(TypedDict):
    """``roll_out_items``: an ``Item`` of a roll-out."""

    _id: str  # roll-out:agreement
    roll_out_id: str
    processor_id: str
    agreement_id: str
    state: str
    version: int | None
    reasons: list[Members]
    changed: list[str]
    missing: list[str]
    offered_on: str | None
    reminded: int
    remind_on: str | None
    settled_at: datetime | None


class StoredProposal(TypedDict):
    """``proposals``: a ``Proposal``."""

    _id: str
    agreement_id: str
    processor_id: str
    version: int
    document_sha256: str
    name: str
    title: str
    email: str
    at: datetime
    client_id: str
    address: str | None
    changes: Members
    comments: list[Members]
    state: str
    answers: list[Members]
    offered: int | None


class StoredSignatureProvider(TypedDict):
    """``signature_providers``: the ``SignatureProvider`` of the processor with this id."""

    _id: str
    url: str
    display_url: str
    sealed: bytes
    set_at: datetime
    set_by: str


class StoredSignatureRequest(TypedDict):
    """``signature_requests``: a ``SignatureRequest``."""

    _id: str
    agreement_id: str
    processor_id: str
    version: int
    document_sha256: str
    signers: list[Members]
    made_at: datetime
    client_id: str
    state: str
    settled_at: datetime | None
    report_sha256: str | None


STORED: Mapping[str, type] = {
    "agreements": StoredAgreement,
    "versions": StoredVersion,
    "templates": StoredTemplate,
    "standing_acceptances": StoredStandingAcceptance,
    "notice_groups": StoredGroups,
    "notice_profiles": StoredProfile,
    "in_force": StoredClaims,
    "documents": StoredDocument,
    "official_texts": StoredOfficialText,
    "files.files": StoredFile,
    "files.chunks": StoredChunk,
    "policies": StoredPolicy,
    "imports": StoredImport,
    "import_lines": StoredLine,
    "roll_outs": StoredRollOut,
    "roll_out_items": StoredRollOutItem,
    "proposals": StoredProposal,
    "signature_providers": StoredSignatureProvider,
    "signature_requests": StoredSignatureRequest,
}
