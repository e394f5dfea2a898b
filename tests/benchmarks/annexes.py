"""Versions whose annex lists many sub-processors."""

from __future__ import annotations

from datetime import UTC, datetime

from services.agreements.contract.annex import annex_from
from services.agreements.contract.contents import Content, Party
from services.agreements.contract.wording import built_in_templates
from services.agreements.model.agreement import PARTIES, Acceptance, Version
from services.agreements.model.document import make_version
from shared.documents import from_wire
from tests.builders import agreement_content, sub_processor

AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


def with_sub_processors(count: int, run: int) -> Version:
    """No two runs have a paragraph or a row of the annex in common."""
    listed = [{**sub_processor(legal_name=f"Mailer {run}-{number} Inc.",
                               registration_number=f"{run} {number}"),
               "id": f"sub_{number:03}", "valid_from": "2026-01-01"}
              for number in range(count)]  # fmt: skip
    body = agreement_content()
    clauses = {name: told if name == "end_of_processing" else f"{told} ({run}) " + "Text. " * 60
               for name, told in body["clauses"].items()}  # fmt: skip
    content = from_wire(Content, {**body, "clauses": clauses})
    parties = (Party("org_v", "v", f"Vendor {run}"), Party("org_c", "c", f"Customer {run}"))
    return make_version(
        f"agr_{run}", 1, parties, content, built_in_templates()[0], at=AT, by="cli",
        annex=annex_from(listed, AT.date(), content.language, ()),
    )  # fmt: skip


def signatures(version: Version) -> list[Acceptance]:
    return [
        Acceptance(party=party, name="Ida Holm", title="Director", email="ida@nordbo.test", at=AT,
                   version=1, document_sha256=version.document_sha256, client_id="cli",
                   address="203.0.113.9")
        for party in PARTIES
    ]  # fmt: skip
