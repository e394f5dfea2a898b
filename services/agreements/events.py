"""What agreements tells, in the past tense: ledger entries on the stream ``agreement:<id>``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DRAFTED = "agreement.drafted"
OFFERED = "agreement.offered"
ACCEPTED = "agreement.accepted"
REJECTED = "agreement.rejected"
ACTIVATED = "agreement.activated"
AMENDED = "agreement.amended"
TERMINATED = "agreement.terminated"
EXPIRED = "agreement.expired"

# These change who is to be told of changes, so each moves the watermark of its processor.
MOVING = frozenset({ACTIVATED, AMENDED, TERMINATED})


@dataclass(frozen=True)
class Event:
    """``data`` may be read by everyone concerned; ``private`` holds persons and free text."""

    type: str
    data: Mapping[str, Any]
    private: Mapping[str, Any]


def stream(agreement_id: str) -> str:
    return f"agreement:{agreement_id}"
