"""The contract of one version, as it is frozen into its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.agreements.contract.contents import Content, Party
from services.agreements.contract.sentences import official, own
from services.agreements.contract.sentences.clauses import clauses
from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.sentences.points import Facts, open_points
from services.agreements.contract.wording import Template


def contract(
    template: Template,
    content: Content,
    parties: tuple[Party, Party],
    zones: Sequence[str],
    file: official.File | None = None,
) -> dict[str, Any]:
    """``{clauses, annexes, open}``: the contract, its annexes, and the points of them that nobody
    has answered; on an official text also ``official_file``.

    ``parties``: processor and controller. ``zones``: see ``Phrases``. ``file``: the official file,
    if the installation has it.
    """
    facts = Facts(*parties, content)
    if template.kind not in official.ANNEXES:
        return _own(template, facts, zones)
    say = Phrases(content.language, zones=zones)
    filled = official.annexes(template.kind, say, facts)
    attached = {"name": file.name, "sha256": file.sha256} if file else None
    return {
        "clauses": official.clauses(template.kind, say, content, file),
        "annexes": filled,
        "open": open_points(filled),
        "official_file": attached,
    }


def _own(template: Template, facts: Facts, zones: Sequence[str]) -> dict[str, Any]:
    """Beside an official text nothing of ours has a number."""
    written = clauses(template, facts.content, zones)
    bare = [{**clause, "number": None} for clause in written]
    filled = own.annexes(Phrases(facts.content.language), facts)
    return {"clauses": bare if template.reference else written, "annexes": filled,
            "open": open_points(filled)}  # fmt: skip
