"""The audit trail of an organisation: which acts stand in it, and how it shows what changed.

An act stands in the trail of the organisation that it is about, and of the one whose person or
client did it. Names, addresses and values are kept for two years; the chain of hashes stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

KEPT = timedelta(days=730)
STREAM = "audit:"
# Failures are counted by the hour, and stand in the trail when their number reaches these.
COUNTS_SHOWN = (1, 10, 100, 1_000, 10_000, 100_000)
COUNTED_FOR = timedelta(hours=1)

ORGANISATION_CREATED = "organisation.created"
ORGANISATION_CHANGED = "organisation.changed"
CLIENT_CREATED = "client.created"
CLIENT_ROTATED = "client.rotated"
CLIENT_REMOVED = "client.removed"
CLIENT_REFUSED = "client.refused"
PERSON_INVITED = "person.invited"
PERSON_JOINED = "person.joined"
PERSON_CHANGED = "person.changed"
PERSON_REMOVED = "person.removed"
SESSION_OPENED = "session.opened"
SESSION_ENDED = "session.ended"
SIGN_IN_FAILED = "sign_in.failed"
PROVIDER_SET = "provider.set"
PROVIDER_REMOVED = "provider.removed"
PASSKEY_ADDED = "passkey.added"
PASSKEY_REMOVED = "passkey.removed"
ACCOUNT_LINKED = "account.linked"
ACCOUNT_UNLINKED = "account.unlinked"

TYPES = (
    ORGANISATION_CREATED, ORGANISATION_CHANGED,
    CLIENT_CREATED, CLIENT_ROTATED, CLIENT_REMOVED, CLIENT_REFUSED,
    PERSON_INVITED, PERSON_JOINED, PERSON_CHANGED, PERSON_REMOVED,
    SESSION_OPENED, SESSION_ENDED, SIGN_IN_FAILED,
    PASSKEY_ADDED, PASSKEY_REMOVED,
    PROVIDER_SET, PROVIDER_REMOVED, ACCOUNT_LINKED, ACCOUNT_UNLINKED,
)  # fmt: skip

# What is never shown of anything: secrets, and what only the database needs.
HIDDEN = frozenset({
    "id", "_id", "revision", "created_at", "created_by", "secret_sha256", "old_secrets",
    "token_sha256", "sealed_secret",
})  # fmt: skip

INSTALLER = {"type": "installer", "id": "installer", "name": ""}
# Whoever failed to prove to be somebody.
STRANGER = {"type": "stranger", "id": "stranger", "name": ""}

Members = Mapping[str, Any]


@dataclass(frozen=True)
class Act:
    """``about``: id of the organisation. ``subject``: ``{type, id, name}``. ``changes``: by member
    ``{before, after}``. ``count``: of failures within the hour. ``actor``: who did it, if that is
    not who asks."""

    type: str
    about: str
    subject: Mapping[str, str]
    changes: Mapping[str, Members] = field(default_factory=dict)
    count: int | None = None
    actor: Mapping[str, str] | None = None


def subject(kind: str, subject_id: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": subject_id, "name": name}


def differences(before: Members, after: Members) -> dict[str, Members]:
    """The members that differ, with what they said; an absent one is null."""
    names = sorted({*before, *after} - HIDDEN)
    return {
        name: {"before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    }
