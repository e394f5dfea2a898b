"""What may be wrong with a wish for a checkpoint."""

from __future__ import annotations

from shared.errors import Conflict


class LedgerEmpty(Conflict):
    """The ledger of this register has no entry yet, so there is nothing to sign."""

    code = "ledger-empty"
