"""``art28-verify``: checks an exported ledger offline; no database, no network, no service.

It uses the standard library, ``rfc8785`` and ``cryptography``, and of this product only
``shared.hash_chain`` and ``shared.checkpoints``.
"""

from shared.verifier.check import Outcome, check
from shared.verifier.reading import Unreadable

__all__ = ["Outcome", "Unreadable", "check"]
