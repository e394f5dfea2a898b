"""Files of a vendor: take one in, give it out, remove what was cut off or is of no use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from services.registry.model.changes import NotYourRegister
from services.registry.model.files import (
    LARGEST,
    LEFTOVERS_AFTER,
    MOST_UNUSED,
    SLOWEST,
    UNUSED_AFTER,
    FileTooLarge,
    KeptFile,
    NotAPng,
    TooManyUnusedFiles,
    UploadTooSlow,
    check_beginning,
    check_end,
    check_png,
    safe_name,
)
from services.registry.model.pngs import LARGEST as LARGEST_PNG
from services.registry.model.pngs import PNG
from services.registry.store.files import PIECE
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound, problem_at
from shared.pagination import Page, PageRequest
from shared.pdfs import WITHIN


def keep(deps: Deps, caller: Caller, name: str, media_type: str, body: BinaryIO) -> KeptFile:
    """Store a file as it comes in; only a picture, which is small, is ever whole in memory.

    Raises ``NotAPdf``, ``NotAPng``, ``FileTooLarge``, ``UploadTooSlow`` or
    ``TooManyUnusedFiles``.
    """
    if "processor" not in caller.kinds:
        raise NotYourRegister("Only a processor keeps files here.")
    if deps.stores.files.unused(caller.org_id, MOST_UNUSED) >= MOST_UNUSED:
        raise TooManyUnusedFiles
    file = KeptFile(
        id=deps.new_id("fil"),
        processor_id=caller.org_id,
        name=safe_name(name, media_type),
        media_type=media_type,
        bytes=0,
        sha256="",
        created_at=deps.now(),
    )
    pieces = _checked_png(_pieces(body)) if media_type == PNG else _checked(_pieces(body))
    return deps.stores.files.keep(file, _in_time(deps, file, pieces))


def own(deps: Deps, caller: Caller, file_id: str) -> KeptFile:
    """A file of the caller's. Raises ``NotFound`` for any other."""
    file = deps.stores.files.get(file_id)
    if not caller.sees(file.processor_id):
        raise NotFound("There is no such file.")
    return file


def named(deps: Deps, caller: Caller, file_id: str | None) -> KeptFile | None:
    """The file that a body names as ``file_id``, if any. Raises ``Invalid`` for what is none of the
    caller's."""
    try:
        return own(deps, caller, file_id) if file_id else None
    except NotFound as error:
        detail = "There is no such file; POST /registry/v1/files keeps one."
        raise problem_at("/file_id", "no-such-file", detail) from error


def page(deps: Deps, caller: Caller, request: PageRequest) -> Page:
    return deps.stores.files.page(caller.org_id, request)


def contents(deps: Deps, file: KeptFile) -> Iterator[bytes]:
    return deps.stores.files.read(file)


def sweep(deps: Deps) -> bool:
    """Remove some of what cannot be read and of what nothing names; True if there may be more."""
    now = deps.now()
    return deps.stores.files.sweep(now - LEFTOVERS_AFTER, now - UNUSED_AFTER)


def _pieces(body: BinaryIO) -> Iterator[bytes]:
    """The body in pieces of ``PIECE`` bytes. Raises ``FileTooLarge``."""
    size = 0
    while piece := _piece(body):
        size += len(piece)
        if size > LARGEST:
            raise FileTooLarge
        yield piece


def _piece(body: BinaryIO) -> bytes:
    """The next ``PIECE`` bytes, or what is left: a stream may give less than it is asked for."""
    held = bytearray()
    while len(held) < PIECE and (more := body.read(PIECE - len(held))):
        held += more
    return bytes(held)


def _checked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a whole PDF: nothing is let through before it has begun as one."""
    first = next(pieces, b"")
    check_beginning(first)
    tail = first[-WITHIN:]
    yield first
    for piece in pieces:
        tail = (tail + piece)[-WITHIN:]
        yield piece
    check_end(tail)


def _checked_png(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a picture, once it is whole and found to be one."""
    held = list[bytes]()
    for piece in pieces:
        held.append(piece)
        if sum(map(len, held)) > LARGEST_PNG:
            raise NotAPng("It has more than 512 KiB.")
    check_png(b"".join(held))
    yield from held


def _in_time(deps: Deps, file: KeptFile, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, as long as they come in time: later ones could be swept while they come."""
    for piece in pieces:
        if deps.now() - file.created_at > SLOWEST:
            raise UploadTooSlow
        yield piece
