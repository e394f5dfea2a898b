"""Files of a vendor: what is taken, what is refused with nothing kept, and what is left behind."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from services.registry.model.files import LARGEST, MOST_UNUSED, KeptFile, UploadTooSlow
from services.registry.store.files import PIECE, Files
from services.registry.tasks import run_clock
from services.registry.use_cases.files import keep
from shared.auth import Caller
from shared.idempotency import HEADER
from tests.integration.agreements.test_import import PDF
from tests.integration.registry.evidence import FILES, kept, recorded, send
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

HEAD, TAIL = b"%PDF-1.7\n", b"\nstartxref\n9\n%%EOF\n"


def pdf_of(size: int) -> bytes:
    """A PDF of exactly that many bytes, by the marks at its ends."""
    return HEAD + b"x" * (size - len(HEAD) - len(TAIL)) + TAIL


def deps_of(vendor: Vendor) -> Any:
    return vendor.stack.apps["registry"].extensions["art28.deps"]


def held(vendor: Vendor) -> dict[str, int]:
    """How many documents of this vendor's files there are, and of whom no vendor is known."""
    db = vendor.stack.database("registry").db
    mine = {"metadata.processor_id": vendor.client["org_id"]}
    ids = [each["_id"] for each in db["files.files"].find({}, {"_id": 1})]
    return {
        "files": db["files.files"].count_documents(mine),
        "orphans": db["files.chunks"].count_documents({"files_id": {"$nin": ids}}),
        "uploads": db["uploads"].count_documents({}),
    }


@pytest.fixture(autouse=True)
def _clean(vendor: Vendor) -> None:
    """What was cut off belongs to nobody, so each test begins without any."""
    vendor.stack.database("registry").db["uploads"].delete_many({})


NOTHING = {"files": 0, "orphans": 0, "uploads": 0}


@pytest.mark.parametrize("size", [200, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7, LARGEST])
def test_a_file_comes_back_as_it_was_sent(vendor: Vendor, size: int) -> None:
    body = pdf_of(size)
    file = kept(vendor, body)
    assert (file["bytes"], file["sha256"]) == (size, hashlib.sha256(body).hexdigest())
    answer = vendor.stack.ask(vendor.client, "GET", f"{FILES}/{file['id']}")
    assert answer.data == body
    assert answer.headers["ETag"] == f'"{file["sha256"]}"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tia.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Length"] == str(size)


# Body, more of the request | status, code.
REFUSED: list[tuple[bytes, dict[str, Any], int, str]] = [
    (b"", {}, 422, "not-a-pdf"),
    (b"PK\x03\x04 not a PDF", {}, 422, "not-a-pdf"),
    (b"<html><script>alert(1)</script>", {}, 422, "not-a-pdf"),
    (HEAD + b"x" * 2_000, {}, 422, "not-a-pdf"),
    (HEAD + b"x" * (2 * PIECE), {}, 422, "not-a-pdf"),
    (pdf_of(LARGEST + 1), {}, 413, "body-too-large"),
    (PDF, {"content_type": "image/svg+xml"}, 415, "unsupported-media-type"),
    (PDF, {"content_type": "text/html"}, 415, "unsupported-media-type"),
    (PDF, {"name": "tia\u202efdp.exe"}, 422, "invalid-values"),
    (PDF, {"name": "tia\r\nX-Evil: 1.pdf"}, 422, "invalid-values"),
    (PDF, {"name": "x" * 201}, 422, "invalid-values"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "more", "status", "code"), REFUSED)
def test_what_is_no_file_to_keep_is_refused_and_leaves_nothing(
    vendor: Vendor, body: bytes, more: dict[str, Any], status: int, code: str
) -> None:
    answer = send(vendor, body, **more)
    assert (answer.status_code, (answer.json or {}).get("code")) == (status, code)
    assert held(vendor) == NOTHING


def test_a_name_leads_to_no_folder(vendor: Vendor) -> None:
    answer = send(vendor, name="../../etc/x")
    assert answer.json is not None
    assert answer.json["name"] == "x.pdf"


def test_only_a_processor_keeps_files(vendor: Vendor) -> None:
    customer = new_client(vendor.stack, "both", ["processor", "controller"], PROCESSOR_SCOPES)
    organisations = vendor.stack.database("identity").db["organisations"]
    organisations.update_one({"_id": customer["org_id"]}, {"$set": {"kind": ["controller"]}})
    vendor.stack.forget_tokens()
    answer = vendor.stack.ask(customer, "POST", FILES, data=PDF, content_type="application/pdf")
    assert (answer.status_code, (answer.json or {})["code"]) == (403, "not-your-register")


def test_the_same_request_keeps_one_file(vendor: Vendor) -> None:
    key = {HEADER: f"file-{vendor.slug}"}
    first, second = send(vendor, headers=key), send(vendor, headers=key)
    assert first.json == second.json
    assert held(vendor)["files"] == 1


def test_files_that_nothing_names_are_bounded(vendor: Vendor) -> None:
    db = vendor.stack.database("registry").db["files.files"]
    one = kept(vendor)
    document = db.find_one({"_id": one["id"]})
    assert document is not None
    db.insert_many([{**document, "_id": f"{one['id']}-{n}"} for n in range(MOST_UNUSED - 1)])
    answer = send(vendor)
    assert (answer.status_code, (answer.json or {})["code"]) == (409, "too-many-unused-files")
    recorded(vendor, file_id=one["id"])
    assert send(vendor).status_code == 201


def sweep(vendor: Vendor) -> None:
    while deps_of(vendor).stores.files.sweep(
        vendor.stack.now - timedelta(hours=1), vendor.stack.now - timedelta(days=7)
    ):
        pass


def test_a_file_that_nothing_names_is_removed_after_a_week_and_another_stays(
    vendor: Vendor,
) -> None:
    used, unused = kept(vendor), kept(vendor)
    recorded(vendor, file_id=used["id"])
    vendor.stack.pass_time(days=6)
    sweep(vendor)
    assert held(vendor)["files"] == 2
    vendor.stack.pass_time(days=2)
    run_clock(deps_of(vendor))
    sweep(vendor)
    found = [vendor.stack.ask(vendor.client, "GET", f"{FILES}/{each['id']}").status_code
             for each in (used, unused)]  # fmt: skip
    assert found == [200, 404]
    assert held(vendor)["orphans"] == 0


class Killed(BaseException):
    """The process ends here: nothing of it runs any more."""


def mortal_after(files: Files, left: int, *, took_effect: bool) -> None:
    """Let ``left`` writes of the store through, then kill it before or after the next one."""
    count = iter(range(left))

    def mortal(write: Any) -> Any:
        def counted(*args: Any, **kwargs: Any) -> Any:
            if next(count, None) is not None:
                return write(*args, **kwargs)
            if took_effect:
                write(*args, **kwargs)
            raise Killed

        return counted

    files._uploads = _Mortal(files._uploads, mortal)  # type: ignore[assignment]
    files._chunks = _Mortal(files._chunks, mortal)  # type: ignore[assignment]
    files._files = _Mortal(files._files, mortal)  # type: ignore[assignment]


class _Mortal:
    def __init__(self, collection: Any, mortal: Any) -> None:
        self._collection, self._mortal = collection, mortal

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._collection, name)
        return self._mortal(found) if name.startswith(("insert", "delete")) else found


@pytest.mark.parametrize("took_effect", [False, True])
@pytest.mark.parametrize("left", range(5))
def test_a_process_killed_at_any_write_leaves_no_half_a_file_and_nothing_for_ever(
    vendor: Vendor, left: int, *, took_effect: bool
) -> None:
    """The writes: note, two pieces, then end of the note and document in one transaction."""
    deps = deps_of(vendor)
    files = Files(deps.mongo)
    mortal_after(files, left, took_effect=took_effect)
    body = pdf_of(PIECE + 500)
    file = KeptFile(deps.new_id("fil"), vendor.client["org_id"], "x.pdf", "application/pdf",
                    0, "", vendor.stack.now)  # fmt: skip
    with pytest.raises(Killed):
        files.keep(file, iter([body[:PIECE], body[PIECE:]]))

    assert vendor.stack.ask(vendor.client, "GET", f"{FILES}/{file.id}").status_code == 404
    vendor.stack.pass_time(hours=2)
    sweep(vendor)
    assert held(vendor) == NOTHING


def test_an_upload_that_was_swept_meanwhile_keeps_nothing(vendor: Vendor) -> None:
    deps, body = deps_of(vendor), pdf_of(PIECE + 500)
    file = KeptFile(deps.new_id("fil"), vendor.client["org_id"], "x.pdf", "application/pdf",
                    0, "", vendor.stack.now)  # fmt: skip

    def pieces() -> Iterator[bytes]:
        yield body[:PIECE]
        vendor.stack.pass_time(hours=2)
        sweep(vendor)
        yield body[PIECE:]

    with pytest.raises(UploadTooSlow):
        deps.stores.files.keep(file, pieces())
    assert held(vendor) == NOTHING


def test_an_upload_that_takes_too_long_keeps_nothing(vendor: Vendor) -> None:
    class Slow(io.BytesIO):
        """Eleven minutes pass while the second piece is read."""

        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= PIECE:
                vendor.stack.pass_time(minutes=11)
            return super().read(size)

    who = Caller("cli", vendor.client["org_id"], frozenset({"processor"}), frozenset())
    with pytest.raises(UploadTooSlow):
        keep(deps_of(vendor), who, "x", "application/pdf", Slow(pdf_of(PIECE + 500)))
    assert held(vendor) == NOTHING


def test_a_database_that_fails_leaves_nothing_to_read(vendor: Vendor) -> None:
    deps = deps_of(vendor)
    files = Files(deps.mongo)

    class Failing:
        def __getattr__(self, name: str) -> Any:
            raise PyMongoError("away")

    files._files = Failing()  # type: ignore[assignment]
    file = KeptFile(deps.new_id("fil"), vendor.client["org_id"], "x.pdf", "application/pdf",
                    0, "", vendor.stack.now)  # fmt: skip
    with pytest.raises(PyMongoError):
        files.keep(file, iter([PDF]))
    assert vendor.stack.ask(vendor.client, "GET", f"{FILES}/{file.id}").status_code == 404
