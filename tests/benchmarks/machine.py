"""What processes cost, as the kernel tells it in /proc (proc(5))."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")

Pids = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Cpu:
    """Seconds of processor time so far: of each group of processes, of everything, and idle."""

    of: Mapping[str, float]
    busy: float
    idle: float

    def since(self, before: Cpu) -> Cpu:
        of = {name: self.of[name] - before.of[name] for name in self.of}
        return Cpu(of, self.busy - before.busy, self.idle - before.idle)

    @property
    def load(self) -> float:
        """The part of all cores' time that was used, 0 to 1."""
        return self.busy / max(self.busy + self.idle, 1e-9)

    @property
    def others(self) -> float:
        """The part of the used time that processes of no group used: noise."""
        return max(0.0, 1 - sum(self.of.values()) / max(self.busy, 1e-9))

    def table(self, count: int) -> str:
        """Microseconds of processor time for each of ``count`` notices."""
        each = {name: 1e6 * seconds / count for name, seconds in self.of.items()}
        told = "  ".join(f"{name} {micro:.0f}" for name, micro in each.items())
        return (
            f"CPU µs/notice: {told}  sum {sum(each.values()):.0f}"
            f"  | {os.cpu_count()} cores {self.load:.0%} busy, {self.others:.0%} of that by others"
        )


def cpu(pids: Pids) -> Cpu:
    """How much has been used until now, by these groups of processes and by all."""
    of = {name: sum(map(_seconds, group)) for name, group in pids.items()}
    words = Path("/proc/stat").read_text().partition("\n")[0].split()[1:]
    user, nice, system, idle, wait, irq, soft, *_ = (int(word) / _TICKS for word in words)
    return Cpu(of, user + nice + system + irq + soft, idle + wait)


def _seconds(pid: int) -> float:
    # The name of the command stands in brackets and may hold anything, spaces too.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peak_mib(pid: int) -> float:
    """The most memory this process ever held, in MiB."""
    for text in Path(f"/proc/{pid}/status").read_text().splitlines():
        if text.startswith("VmHWM:"):
            return int(text.split()[1]) / 1024
    return 0.0


def descendants(pid: int, but: str) -> list[int]:
    """The children of a process, theirs, and so on; none whose command has the name ``but``."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
            if name != but:
                parents[int(stat.parent.name)] = int(rest.split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]
