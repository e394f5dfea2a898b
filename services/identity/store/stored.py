"""What each collection of identity holds. A contract test compares it with what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict


class StoredOrganisation(TypedDict):
    """``organisations``: an ``Organisation``."""

    _id: str
    slug: str
    kind: list[str]
    legal_name: str
    country: str
    locale: str
    created_at: datetime
    created_by: str
    registration_number: str | None
    address: dict[str, Any] | None
    website: str | None
    time_zone: str
    contacts: list[dict[str, Any]]
    namespace: str | None
    revision: int
    notice_address: NotRequired[dict[str, Any] | None]  # none in those of before 2026-11-30
    four_eyes: NotRequired[str]  # none in organisations of before 2026-11-30
    match_keys: NotRequired[list[str]]  # what it is known again by


class StoredClient(TypedDict):
    """``clients``: a ``Client``."""

    _id: str
    org_id: str
    name: str
    scopes: list[str]
    secret_sha256: str
    created_at: datetime
    revision: int
    old_secrets: NotRequired[list[dict[str, Any]]]  # none in clients of before 2026-11-30


class StoredHand(TypedDict):
    """``hands``: the hand of one client, and the persons who have known its secret; ``joined``
    counts the times it was joined with others."""

    _id: str
    org_id: str
    hand: str
    joined: NotRequired[int]
    known_to: NotRequired[list[str]]


class StoredRemoval(TypedDict):
    """``removed_clients``: a client that was removed, as long as a token of it may be left."""

    _id: str
    removed_at: datetime
    forget_at: datetime


class StoredMembership(TypedDict):
    """A ``Membership``, inside its person."""

    id: str
    org_id: str
    roles: list[str]
    name: str
    locale: str
    invited_at: datetime
    invited_by: str
    joined_at: datetime | None
    title: NotRequired[str | None]


class StoredPerson(TypedDict):
    """``people``: a ``Person``."""

    _id: str
    email: str
    name: str
    locale: str
    created_at: datetime
    memberships: list[StoredMembership]
    verified_at: datetime | None
    revision: int


class StoredMembers(TypedDict):
    """``members``: how often somebody who owned the organisation was about to leave."""

    _id: str
    changes: int


class StoredSession(TypedDict):
    """``sessions``: a ``Session``."""

    _id: str
    person_id: str
    token_sha256: str
    amr: list[str]
    created_at: datetime
    last_seen: datetime
    expires_at: datetime
    address: str
    user_agent: str
    org_id: str | None


class StoredLink(TypedDict):
    """``links``: a ``Link``, until ``forget_at``."""

    _id: str
    purpose: str
    person_id: str
    made_at: datetime
    expires_at: datetime
    org_id: str | None
    used_at: datetime | None
    email: NotRequired[str | None]  # none in links of before 2026-11-30
    forget_at: datetime


class StoredOutgoing(TypedDict):
    """``outgoing_mails``: a mail to be written and sent by notices.

    ``to``: the address that was asked for, whether or not anybody has it. ``org_id`` and ``by``:
    of an invitation, into which organisation and by whom, as people call them. ``path``: of
    what waits for an approval, where it is given. ``data``: what the mail says; of a link to sign
    in, the ``language`` that was chosen on the page.
    """

    _id: str
    kind: str
    to: str
    made_at: datetime
    org_id: NotRequired[str]
    by: NotRequired[str]
    path: NotRequired[str]
    data: NotRequired[dict[str, Any]]


class StoredFailures(TypedDict):
    """``failures``: how often something failed within the hour that ``ends`` then."""

    _id: str  # what failed@hour
    count: int
    ends: datetime


class StoredCustomerImport(TypedDict):
    """``customer_imports``: a ``CustomerImport``."""

    _id: str
    processor_id: str
    created_at: datetime
    created_by: str
    format: str
    language: str
    dry_run: bool
    ask_again: bool
    status: str
    columns: list[dict[str, Any]]
    others: list[str]
    rows_total: int
    failure: dict[str, Any] | None
    revision: int


class StoredCustomerRow(TypedDict):
    """``customer_rows``: a ``CustomerRow``, until ``forget_at``."""

    _id: str
    import_id: str
    row: int
    raw: str
    state: str
    answers: list[Any]
    questions: list[dict[str, Any]]
    remarks: list[Any]
    refusals: list[dict[str, Any]]
    recalled: list[dict[str, Any]]
    differences: list[dict[str, Any]]
    added: list[str]
    legal_name: str | None
    organisation_id: str | None
    agreement_id: str | None
    agreement_status: str | None
    forget_at: NotRequired[datetime]


class StoredCustomerAnswer(TypedDict):
    """``customer_answers``: a processor's answer to a question of its imports of customers."""

    _id: str
    processor_id: str
    key: str
    values: list[str]
    answered_at: datetime


class StoredPasskey(TypedDict):
    """``passkeys``: a ``Passkey``; its public key as COSE."""

    _id: str
    person_id: str
    credential_id: str
    public_key: bytes
    uses: int
    name: str
    synced: bool
    created_at: datetime
    used_at: datetime | None
    copied_at: datetime | None
    revision: int


class StoredChallenge(TypedDict):
    """``challenges``: a ``Challenge`` of passkeys, by its digest, until it is answered."""

    _id: str
    purpose: str
    bound_to: str
    ends: datetime
    person_id: str | None


class StoredProvider(TypedDict):
    """``providers``: a ``Provider``, by its organisation; the client's secret is sealed."""

    _id: str
    issuer: str
    client_id: str
    created_at: datetime
    sealed_secret: bytes | None
    claims: dict[str, str]
    domains: list[str]
    invites: bool
    roles: list[str]
    only_way_in: bool
    revision: int
    set_by: NotRequired[str | None]
    set_at: NotRequired[datetime | None]


class StoredAccount(TypedDict):
    """``provider_accounts``: which person an account of an organisation's provider is. ``_id``: a
    digest of the account; of a person who was forgotten it alone names it."""

    _id: str
    org_id: str
    issuer: NotRequired[str]
    subject: NotRequired[str]
    person_id: str
    linked_at: datetime
    forgotten_at: NotRequired[datetime]


class StoredAttempt(TypedDict):
    """``sign_in_attempts``: an ``Attempt`` at a provider, by the digest of its state."""

    _id: str
    org_id: str
    bound_to: str
    ends: datetime


class StoredSealKey(TypedDict):
    """``seal_keys``: a key that seals documents; ``sealed`` is the encrypted private key."""

    _id: str
    created_at: datetime
    certificate: bytes
    sealed: bytes


# The document of each collection.
STORED: Mapping[str, type] = {
    "organisations": StoredOrganisation,
    "clients": StoredClient,
    "hands": StoredHand,
    "removed_clients": StoredRemoval,
    "people": StoredPerson,
    "members": StoredMembers,
    "sessions": StoredSession,
    "links": StoredLink,
    "outgoing_mails": StoredOutgoing,
    "failures": StoredFailures,
    "customer_imports": StoredCustomerImport,
    "customer_rows": StoredCustomerRow,
    "customer_answers": StoredCustomerAnswer,
    "passkeys": StoredPasskey,
    "challenges": StoredChallenge,
    "providers": StoredProvider,
    "provider_accounts": StoredAccount,
    "sign_in_attempts": StoredAttempt,
    "seal_keys": StoredSealKey,
}
