"""The contract of one version, as it is frozen into its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.agreements.contract.contents import Content, Party
from services.agreements.contract.sentences import official
from services.agreements.contract.sentences.clauses import clauses
from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.wording import Template


def contract(
    template: Template,
    content: Content,
    parties: tuple[Party, Party],
    zones: Sequence[str],
    file: official.File | None = None,
) -> dict[str, Any]:
    """``{clauses}``; on an official text also its ``annexes`` and the ``open`` points of them.

    ``parties``: processor and controller. ``zones``: see ``Phrases``. ``file``: the official file,
    if the installation has it.
    """
    if template.kind not in official.ANNEXES:
        written = clauses(template, content, zones)
        # Beside an official text nothing of ours has a number.
        bare = [{**clause, "number": None} for clause in written]
        return {"clauses": bare if template.reference else written}
    say = Phrases(content.language, zones=zones)
    filled = official.annexes(template.kind, say, official.Facts(*parties, content))
    attached = {"name": file.name, "sha256": file.sha256} if file else None
    return {
        "clauses": official.clauses(template.kind, say, content, file),
        "annexes": filled,
        "open": official.open_points(filled),
        "official_file": attached,
    }
