"""The official texts that the operator has put in: a folder of PDFs with a list of their digests.

A file is called after the kind of its template and its language, as ``eu-2021-915.da.pdf``.
``SHA256SUMS`` beside the files is what ``sha256sum *.pdf`` writes: a file that was cut short, or
taken for another, is found before anybody signs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.agreements.contract.sentences.official import ANNEXES, File
from services.agreements.contract.wording import SPOKEN, spoken
from shared.settings import SettingsError

SUMS = "SHA256SUMS"
# A document of MongoDB holds 16 MiB; the official texts have less than one.
LARGEST = 8 * 1024 * 1024
# The Danish authority has published no Swedish version, so the Danish one is agreed on.
STANDS_FOR = {("dk-sa", "sv"): ("dk-sa", "da")}


@dataclass(frozen=True)
class OfficialFile(File):
    """One file with its bytes."""

    body: bytes = field(repr=False)


OfficialFiles = Mapping[tuple[str, str], OfficialFile]


def official_files(folder: Path | None) -> OfficialFiles:
    """By kind of template and language. Raises ``SettingsError`` for a folder that is not as said
    above, so that nothing starts with a wrong text; no folder has no files."""
    if folder is None:
        return {}
    if not folder.is_dir():
        raise _wrong(f"{folder} is no folder.")
    sums = _sums(folder / SUMS)
    return {_place(path.name): _checked(path, sums) for path in sorted(folder.glob("*.pdf"))}


def official_file(files: OfficialFiles, kind: str, language: str) -> OfficialFile | None:
    """The file of the text that an agreement in ``language`` rests on, if it was put in."""
    place = (kind, spoken(language))
    return files.get(STANDS_FOR.get(place, place))


def _sums(path: Path) -> dict[str, str]:
    """The digests by name; each line has a digest, and a name that may have a star before it."""
    if not path.is_file():
        raise _wrong(f"it has no {SUMS}; write it with: sha256sum *.pdf > {SUMS}")
    lines = (line.split(maxsplit=1) for line in path.read_text("utf-8").splitlines())
    return {line[1].lstrip("*"): line[0].lower() for line in lines if len(line) > 1}


def _place(name: str) -> tuple[str, str]:
    kind, _, rest = name.partition(".")
    language = rest.removesuffix(".pdf")
    if kind not in ANNEXES or language not in SPOKEN:
        known = ", ".join(f"{each}.LANGUAGE.pdf" for each in ANNEXES)
        raise _wrong(f"{name} is no name of a text; call it {known}, in {', '.join(SPOKEN)}.")
    return kind, language


def _checked(path: Path, sums: Mapping[str, str]) -> OfficialFile:
    body = path.read_bytes()
    sha256 = hashlib.sha256(body).hexdigest()
    if sums.get(path.name) != sha256:
        raise _wrong(f"the SHA-256 of {path.name} is not the one in {SUMS}.")
    if not body.startswith(b"%PDF") or len(body) > LARGEST:
        raise _wrong(f"{path.name} is no PDF of at most 8 MiB.")
    return OfficialFile(path.name, sha256, body)


def _wrong(why: str) -> SettingsError:
    return SettingsError(f"ART28_OFFICIAL_TEXTS: {why}")
