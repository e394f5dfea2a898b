"""Why there is no seal."""

from __future__ import annotations

from shared.errors import Unavailable


class SealUnavailable(Unavailable):
    """The seal cannot be made at the moment, so there is no document; try again shortly."""

    code = "seal-unavailable"
