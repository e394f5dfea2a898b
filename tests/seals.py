"""A key that seals in tests, what identity answers with it, and what poppler says of a seal."""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from pyhanko.sign.signers import SimpleSigner

from services.identity import sealing
from shared.pdf_seals.appending import sealed

MADE_AT = datetime(2024, 1, 1, tzinfo=UTC)
needs_pdfsig = pytest.mark.skipif(
    shutil.which("pdfsig") is None,
    reason="pdfsig checks seals; on Debian it is in the package poppler-utils",
)


@cache
def signer() -> SimpleSigner:
    return sealing.own_signer(*sealing.made("https://register.example", MADE_AT))


def sign(digest: bytes) -> bytes:
    return sealing.signature(signer(), digest, "")


def seal(pdf: bytes, at: datetime) -> bytes:
    return sealed(pdf, at, sign)


def answer(asked: dict[str, Any]) -> dict[str, str]:
    """What identity answers to ``POST /v1/seals``."""
    return {"signature": base64.b64encode(sign(bytes.fromhex(asked["sha256"]))).decode()}


def pdfsig(pdf: bytes) -> str:
    """What poppler's ``pdfsig``, which is none of our libraries, says of the seals of a file."""
    program = shutil.which("pdfsig")
    assert program is not None
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        made = subprocess.run(
            [program, "-nocert", file.name], capture_output=True, text=True, check=False
        )
    return made.stdout


def is_sealed(pdf: bytes) -> bool:
    """Whether poppler finds one seal, valid, of the whole file."""
    said = pdfsig(pdf)
    whole = "Total document signed" in said and "Not total" not in said
    return whole and said.count("Signature is Valid") == said.count("Signature #") == 1
