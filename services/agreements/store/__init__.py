"""Where agreements keeps everything; one store a thing, each with its indexes."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import IndexModel

from services.agreements.store.agreements import Agreements
from services.agreements.store.documents import Documents, Files, Kept
from services.agreements.store.policies import Policies, Policy
from services.agreements.store.templates import Templates
from services.agreements.store.terms import InForce, NoticeGroups
from services.agreements.store.versions import Versions

INDEXES: dict[str, Sequence[IndexModel]] = {
    **Agreements.INDEXES,
    **Versions.INDEXES,
    **Templates.INDEXES,
    **Documents.INDEXES,
    **Policies.INDEXES,
}

__all__ = [
    "INDEXES", "Agreements", "Documents", "Files", "InForce", "Kept", "NoticeGroups", "Policies",
    "Policy", "Templates", "Versions",
]  # fmt: skip
