"""The stores of agreements: one per aggregate, each with its indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pymongo import IndexModel

from services.agreements.store.agreements import Agreements
from services.agreements.store.documents import Documents, Files, OfficialTexts
from services.agreements.store.imports import Imports
from services.agreements.store.outside_signatures import (
    SignatureProviders,
    SignatureRequests,
)
from services.agreements.store.policies import Policies
from services.agreements.store.proposals import Proposals
from services.agreements.store.roll_outs import RollOuts
from services.agreements.store.templates import Templates
from services.agreements.store.terms import BindingClaims, NoticeGroups, Profiles
from services.agreements.store.versions import Versions
from shared.mongo import Mongo

INDEXES: dict[str, Sequence[IndexModel]] = {
    **Agreements.INDEXES,
    **Versions.INDEXES,
    **Templates.INDEXES,
    **Documents.INDEXES,
    **Policies.INDEXES,
    **Imports.INDEXES,
    **Profiles.INDEXES,
    **RollOuts.INDEXES,
    **Proposals.INDEXES,
    **SignatureRequests.INDEXES,
}


@dataclass(frozen=True)
class Stores:
    """Every store of agreements, on one database; made once per process."""

    agreements: Agreements
    versions: Versions
    templates: Templates
    groups: NoticeGroups
    profiles: Profiles
    binding_claims: BindingClaims
    documents: Documents
    files: Files
    official_texts: OfficialTexts
    policies: Policies
    imports: Imports
    roll_outs: RollOuts
    proposals: Proposals
    signature_providers: SignatureProviders
    signature_requests: SignatureRequests

    @classmethod
    def of(cls, mongo: Mongo) -> Self:
        return cls(
            agreements=Agreements(mongo),
            versions=Versions(mongo),
            templates=Templates(mongo),
            groups=NoticeGroups(mongo),
            profiles=Profiles(mongo),
            binding_claims=BindingClaims(mongo),
            documents=Documents(mongo),
            files=Files(mongo),
            official_texts=OfficialTexts(mongo),
            policies=Policies(mongo),
            imports=Imports(mongo),
            roll_outs=RollOuts(mongo),
            proposals=Proposals(mongo),
            signature_providers=SignatureProviders(mongo),
            signature_requests=SignatureRequests(mongo),
        )
