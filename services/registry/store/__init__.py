"""Where registers, changes and objections are kept: one store per aggregate."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import ASCENDING, DESCENDING, IndexModel

# A change that was announced, whatever became of it since.
ANNOUNCED = {"announced_at": {"$type": "date"}}

INDEXES: dict[str, Sequence[IndexModel]] = {
    "registers": [IndexModel([("slug", ASCENDING)], unique=True)],
    "rows": [
        IndexModel([("processor_id", ASCENDING), ("voided_at", ASCENDING), ("valid_from", 1)]),
        IndexModel([("sub_processor_id", ASCENDING), ("voided_at", ASCENDING)]),
        IndexModel([("change_id", ASCENDING)]),
        IndexModel([("voided_by", ASCENDING)]),
        IndexModel(
            [
                ("content.locations.mechanisms.instrument_id", ASCENDING),
                ("voided_at", ASCENDING),
                ("processor_id", ASCENDING),
            ]
        ),
        IndexModel([("sub_processor_id", ASCENDING), ("recorded_at", ASCENDING)]),
        # An entry cannot begin, or end, twice on one day, whatever the code above it does.
        IndexModel(
            [("sub_processor_id", ASCENDING), ("valid_from", ASCENDING)],
            unique=True,
            name="one_beginning",
            partialFilterExpression={"voided_at": {"$type": "null"}},
        ),
        IndexModel(
            [("sub_processor_id", ASCENDING), ("valid_to", ASCENDING)],
            unique=True,
            name="one_end",
            partialFilterExpression={"voided_at": {"$type": "null"}},
        ),
    ],
    "changes": [
        IndexModel([("processor_id", ASCENDING), ("status", ASCENDING), ("_id", DESCENDING)]),
        IndexModel([("processor_id", ASCENDING), ("_id", DESCENDING)]),
        # What the public reads; however many drafts there are, they are not in it.
        IndexModel(
            [("processor_id", ASCENDING), ("_id", DESCENDING)],
            name="announced",
            partialFilterExpression=ANNOUNCED,
        ),
        IndexModel([("status", ASCENDING), ("effective_on", ASCENDING), ("announced_at", 1)]),
        IndexModel([("subject_id", ASCENDING), ("status", ASCENDING)]),
        IndexModel([("replaces_id", ASCENDING), ("status", ASCENDING)]),
    ],
    "objections": [
        IndexModel([("change_id", ASCENDING), ("controller_id", ASCENDING)], unique=True),
        IndexModel([("change_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("controller_id", ASCENDING), ("status", ASCENDING)]),
    ],
    "instruments": [IndexModel([("instrument_id", ASCENDING), ("revision", ASCENDING)])],
    "approvals": [
        IndexModel([("change_id", ASCENDING), ("controller_id", ASCENDING)], unique=True)
    ],
}
