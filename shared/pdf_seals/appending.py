"""Append a seal to a PDF, so that it stays archivable and accessible. Loads pyHanko."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from shared.pdf_seals.errors import SealUnavailable

DIGEST = "sha256"
# Room for the signature, its chain of certificates and a time stamp, in bytes.
LARGEST_SIGNATURE = 12_288
FIELD = "Seal"
# Nothing to see, and outside of every page: what is no part of a page needs no tag (ISO 14289-1,
# 7.18.1), and what has no area needs no picture (ISO 19005-2, 6.3.3).
_NOWHERE = (-1, -1, -1, -1)
_PRINT_AND_LOCKED = 0b1000_0100


def sealed(pdf: bytes, at: datetime, sign: Callable[[bytes], bytes]) -> bytes:
    """``pdf`` with a seal made ``at``, appended: its own bytes stay as they are.

    ``sign``: the CMS signature (DER) of a SHA-256. Raises ``SealUnavailable`` if there is no room
    for it.
    """
    writer = _Appending(io.BytesIO(pdf))
    steps = PdfCMSEmbedder(SigFieldSpec(FIELD, on_page=0)).write_cms(FIELD, writer)
    _move_out(writer, next(steps))
    held = SignatureObject(
        timestamp=at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * LARGEST_SIGNATURE
    )
    steps.send(SigObjSetup(sig_placeholder=held))
    prepared, output = steps.send(SigIOSetup(md_algorithm=DIGEST, in_place=True))
    signature = sign(prepared.document_digest)
    if len(signature) > LARGEST_SIGNATURE:
        raise SealUnavailable("The chain of certificates is too long for a seal.")
    steps.send(signature)
    made: bytes = output.getvalue()
    return made


class _Appending(IncrementalPdfFileWriter):
    """Appends objects, and lets the metadata stay: written anew, they would be no PDF/A's."""

    def _update_meta(self) -> None:
        pass


def _move_out(writer: IncrementalPdfFileWriter, field: Any) -> None:
    """Let the field stand outside of the page, and the page say in which order one tabs."""
    widget = field.get_object()
    widget["/Rect"] = generic.ArrayObject(_number(side) for side in _NOWHERE)
    widget["/F"] = _number(_PRINT_AND_LOCKED)
    widget["/P"]["/Tabs"] = generic.NameObject("/S")
    writer.update_container(widget["/P"])


def _number(value: int) -> generic.PdfObject:
    number: generic.PdfObject = generic.NumberObject(value)  # type: ignore[no-untyped-call]
    return number
