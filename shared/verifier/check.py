"""The check itself: follow the chain, and compare it with every checkpoint on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.checkpoints import Checkpoint
from shared.hash_chain import Break, Chain
from shared.verifier import reading

Keys = Mapping[str, Ed25519PublicKey]


@dataclass
class Outcome:
    """What was found. ``broken`` is the first place that does not hold, with its line in the file;
    ``failed`` names checkpoints that speak against the file."""

    stream: str | None = None
    first: int | None = None
    last: int = 0
    first_at: str | None = None
    last_at: str | None = None
    head: str = ""
    withheld: int = 0
    broken: Break | None = None
    line: int | None = None
    held: int = 0
    unsigned: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.broken is None and not self.failed

    def to_mapping(self) -> dict[str, Any]:
        return {"verified": self.good, **asdict(self)}


def check(
    file: BinaryIO,
    checkpoints: Sequence[Checkpoint] = (),
    keys: Keys | None = None,
    on_progress: Callable[[int, int], None] = lambda _entries, _bytes: None,
) -> Outcome:
    """Check one stream, read once and line by line, so that its length does not matter.

    Without ``keys`` the signatures of the checkpoints are not checked, only what they say. A file
    that does not begin with entry 1 needs a checkpoint of the entry before it.
    """
    outcome = Outcome()
    waiting = _by_sequence(checkpoints, keys, outcome)
    chain = _follow(file, waiting, outcome, on_progress)
    outcome.last, outcome.head, outcome.withheld = chain.sequence, chain.head, chain.withheld
    outcome.stream = chain.stream
    if outcome.broken is None:
        if outcome.first is None:
            outcome.broken = Break(1, "the file holds no entry")
        outcome.failed += [
            f"the checkpoint of {checkpoint.at} knows entry {checkpoint.sequence}, but the file "
            f"ends at {chain.sequence}"
            for checkpoints_left in waiting.values()
            for checkpoint in checkpoints_left
        ]
    return outcome


def _by_sequence(
    checkpoints: Iterable[Checkpoint], keys: Keys | None, outcome: Outcome
) -> dict[int, list[Checkpoint]]:
    """The checkpoints whose signature holds, or is not to be checked, by the entry they name."""
    by_sequence: dict[int, list[Checkpoint]] = {}
    for checkpoint in checkpoints:
        reason = _signature(checkpoint, keys)
        if reason:
            name = f"the checkpoint of {checkpoint.at} (entry {checkpoint.sequence})"
            outcome.failed.append(f"{name} {reason}")
            continue
        outcome.unsigned += keys is None
        by_sequence.setdefault(checkpoint.sequence, []).append(checkpoint)
    return by_sequence


def _signature(checkpoint: Checkpoint, keys: Keys | None) -> str | None:
    if keys is None:
        return None
    key = keys.get(checkpoint.key_id) or keys.get("")
    if key is None:
        return f"is signed with {checkpoint.key_id}, which is not among the public keys"
    return None if checkpoint.holds(key) else "has a signature that does not hold"


def _follow(
    file: BinaryIO,
    waiting: dict[int, list[Checkpoint]],
    outcome: Outcome,
    on_progress: Callable[[int, int], None],
) -> Chain:
    chain, read = Chain(), 0
    for number, size, line in reading.lines(file):
        try:
            entry = reading.entry(line)
        except reading.BadLine as error:
            outcome.broken, outcome.line = Break(chain.sequence + 1, str(error)), number
            return chain
        if outcome.first is None:
            _begin(chain, entry, waiting, outcome)
        outcome.broken = chain.follow(entry)
        if outcome.broken is not None:
            outcome.line = number
            return chain
        _compare(chain, waiting, outcome)
        outcome.last_at = str(entry.get("at"))
        read += size
        on_progress(chain.sequence, read)
    return chain


def _begin(
    chain: Chain, entry: Mapping[str, Any], waiting: dict[int, list[Checkpoint]], outcome: Outcome
) -> None:
    """A later part of a ledger may stand alone if a checkpoint vouches for the entry before it."""
    sequence = entry.get("sequence")
    outcome.first, outcome.first_at = 1, str(entry.get("at"))
    if not isinstance(sequence, int) or sequence - 1 not in waiting:
        return
    outcome.first = sequence
    before = waiting.pop(sequence - 1)
    chain.sequence, chain.head, chain.stream = sequence - 1, before[0].hash, before[0].stream
    for earlier in [number for number in waiting if number < sequence]:
        del waiting[earlier]
    waiting[sequence - 1] = before
    _compare(chain, waiting, outcome)


def _compare(chain: Chain, waiting: dict[int, list[Checkpoint]], outcome: Outcome) -> None:
    for checkpoint in waiting.pop(chain.sequence, ()):
        if (checkpoint.hash, checkpoint.stream) == (chain.head, chain.stream):
            outcome.held += 1
            continue
        same_stream = checkpoint.stream == chain.stream
        what = "another hash" if same_stream else f"another stream, {checkpoint.stream}"
        outcome.failed.append(
            f"the checkpoint of {checkpoint.at} says {what} for entry {checkpoint.sequence}: "
            "history was rewritten after it"
        )
