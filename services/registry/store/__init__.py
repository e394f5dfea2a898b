"""The stores of the registry, one for each aggregate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import IndexModel

from services.registry.events import INSTRUMENTS
from services.registry.store.assessments import Assessments, EvidenceRequests
from services.registry.store.basis_notices import BasisNotices
from services.registry.store.changes import Approvals, Changes, Objections
from services.registry.store.checkpoints import Checkpoints
from services.registry.store.deletions import Deletions
from services.registry.store.erasures import Traces
from services.registry.store.files import Files
from services.registry.store.import_answers import ImportAnswers
from services.registry.store.imports import Imports, Listed
from services.registry.store.instruments import Instruments
from services.registry.store.letters import Letters
from services.registry.store.registers import Registers, Rows
from services.registry.store.reminders import Reminders
from shared.ledger import Ledger
from shared.mongo import Mongo

INDEXES: dict[str, Sequence[IndexModel]] = {
    **Registers.INDEXES,
    "rows": [*Rows.INDEXES["rows"], *Reminders.INDEXES["rows"]],
    **Changes.INDEXES,
    **Objections.INDEXES,
    **Approvals.INDEXES,
    **Letters.INDEXES,
    **Deletions.INDEXES,
    **Checkpoints.INDEXES,
    **Imports.INDEXES,
    **ImportAnswers.INDEXES,
    **Instruments.INDEXES,
    **Assessments.INDEXES,
    **EvidenceRequests.INDEXES,
    **Files.INDEXES,
}


@dataclass(frozen=True)
class Stores:
    """Every store of the registry; made once per process."""

    approvals: Approvals
    assessments: Assessments
    basis_notices: BasisNotices
    changes: Changes
    checkpoints: Checkpoints
    deletions: Deletions
    evidence_requests: EvidenceRequests
    files: Files
    import_answers: ImportAnswers
    imports: Imports
    instruments: Instruments
    letters: Letters
    listed: Listed
    objections: Objections
    registers: Registers
    reminders: Reminders
    rows: Rows
    traces: Traces

    @classmethod
    def of(cls, mongo: Mongo, ledger: Ledger, stale_days: int) -> Stores:
        """``ledger`` tells when instruments were altered; ``stale_days``: see ``Settings``."""
        return cls(
            approvals=Approvals(mongo),
            assessments=Assessments(mongo),
            basis_notices=BasisNotices(mongo),
            changes=Changes(mongo),
            checkpoints=Checkpoints(mongo),
            deletions=Deletions(mongo),
            evidence_requests=EvidenceRequests(mongo),
            files=Files(mongo),
            import_answers=ImportAnswers(mongo),
            imports=Imports(mongo),
            instruments=Instruments(mongo, lambda: ledger.head(INSTRUMENTS), stale_days),
            letters=Letters(mongo),
            listed=Listed(mongo),
            objections=Objections(mongo),
            registers=Registers(mongo),
            reminders=Reminders(mongo),
            rows=Rows(mongo),
            traces=Traces(mongo),
        )
