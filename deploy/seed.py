"""Loads the sample data into an empty installation: `python -m deploy.seed`.

The first client is made in the database, as by an installer; everything else goes over HTTP, as
from any client. Writes `demo.json` with the credentials into ART28_VAR, or with `--print` to
standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import requests

from services.identity.model import SlugTaken
from services.identity.settings import Settings
from services.identity.use_cases.installing import make_platform
from services.identity.wiring import make_deps
from shared.mongo import connect
from shared.safe_text import terminal
from shared.times import utc_now

SAMPLE = Path(__file__).parent / "sample" / "vendors.json"
TEMPLATE = SAMPLE.with_name("template.json")
WITH_CUSTOMERS = "tempus-serva"
SIGNATORY = {
    "name": "Sofie Dam",
    "title": "Director",
    "email": "direktion@tempus-serva.example",
}
PROCESSOR_SCOPES = [
    "agreements:read",
    "agreements:write",
    "identity:read",
    "notices:read",
    "notices:write",
    "registry:read",
    "registry:write",
]
CONTROLLER_SCOPES = ["portal:read", "portal:write"]

Json = dict[str, Any]
Client = Json
# Calls the API as a client: method, path, body; returns the JSON of the answer.
Ask = Callable[[Client | None, str, str, Any], Any]


class SampleRefused(Exception):
    """The installation refused a piece of the sample data; the message is its answer."""


def over_http(origin: str) -> Ask:
    """Return a function that calls the installation at ``origin``, with a token per client."""
    session = requests.Session()
    session.trust_env = False
    tokens: dict[str, str] = {}

    def token(client: Client) -> str:
        if client["client_id"] not in tokens:
            answer = session.post(
                f"{origin}/identity/v1/token",
                data={"grant_type": "client_credentials"},
                auth=(client["client_id"], client["client_secret"]),
                timeout=30,
            )
            tokens[client["client_id"]] = _json(answer)["access_token"]
        return tokens[client["client_id"]]

    def ask(client: Client | None, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token(client)}"} if client else {}
        url = origin + path
        return _json(session.request(method, url, json=body, headers=headers, timeout=60))

    return ask


def load(ask: Ask, admin: Client, sample: Json, today: date) -> list[Client]:
    """Create all that ``sample`` holds; return the new clients, ``admin`` first.

    Rows and agreements without a day of their own begin with the year of ``today``.
    """
    clients, since = [admin], today.replace(month=1, day=1).isoformat()
    by_slug = {}
    for vendor in sample["vendors"]:
        client = by_slug[vendor["organisation"]["slug"]] = _vendor(ask, admin, vendor, since)
        clients.append(client)
    _publish_template(ask, by_slug[WITH_CUSTOMERS])
    for customer in sample["customers"]:
        client = _organisation(ask, admin, customer["organisation"], CONTROLLER_SCOPES)
        _agreement(ask, by_slug[WITH_CUSTOMERS], client, customer, since)
        clients.append(client)
    return clients


def _vendor(ask: Ask, admin: Client, vendor: Json, since: str) -> Client:
    client = _organisation(ask, admin, vendor["organisation"], PROCESSOR_SCOPES)
    valid_from = vendor.get("valid_from", since)
    body = {"valid_from": valid_from, "sub_processors": vendor["sub_processors"]}
    register = f"/registry/v1/processors/{client['org_slug']}"
    ask(client, "POST", f"{register}/baseline", body)
    ask(client, "PUT", f"{register}/page", {"published": True})
    return client


def _publish_template(ask: Ask, processor: Client) -> None:
    """Publish a template that any customer can take: its signatory has accepted in advance."""
    made = ask(processor, "POST", "/agreements/v1/templates", json.loads(TEMPLATE.read_text()))
    path = f"/agreements/v1/templates/{made['id']}/standing-acceptance"
    ask(processor, "POST", path, SIGNATORY)


def _organisation(ask: Ask, admin: Client, organisation: Json, scopes: list[str]) -> Client:
    made = ask(admin, "POST", "/identity/v1/organisations", organisation)
    body = {"org_id": made["id"], "name": f"{made['legal_name']} (demo)", "scopes": scopes}
    client = ask(admin, "POST", "/identity/v1/clients", body)
    return _shown(client, made["slug"], made["kind"])


def _agreement(ask: Ask, processor: Client, controller: Client, customer: Json, since: str) -> None:
    draft = agreement_body(controller["org_id"], customer, since)
    made = ask(processor, "POST", "/agreements/v1/agreements", draft)
    path = f"/agreements/{made['id']}"
    person = customer["organisation"]["contacts"][0]
    accepting = {"name": person["name"], "title": person["position"], "email": person["email"]}
    ask(processor, "POST", f"/agreements/v1{path}/offer", {})
    ask(processor, "POST", f"/agreements/v1{path}/accept", SIGNATORY)
    ask(controller, "POST", f"/portal/v1{path}/accept", accepting)


def agreement_body(controller_id: str, customer: Json, since: str) -> Json:
    """Return the agreement of the sample processor with one of its invented customers."""
    organisation = customer["organisation"]
    named = ("legal_name", "registration_number", "country", "address")
    return {
        "controller_id": controller_id,
        "party": {name: organisation[name] for name in named if organisation.get(name)},
        "template_id": "tpl_eu_2021_915_v1",
        "language": organisation["locale"],
        "governing_law": "DK",
        "processing": {
            "subject_matter": "Operation of the customer's applications on the low-code platform",
            "duration": "As long as the subscription lasts",
            "nature": "Hosting, storage, backup and support",
            "purpose": "To let the customer run its own registers and workflows",
            "data_categories": ["contact data", "employment data", "login data"],
            "data_subjects": ["the customer's employees", "the customer's own customers"],
            "special_categories": False,
        },
        "authorisation": "general",
        "notice_terms": {
            "notice_days": customer["notice_days"],
            "objection_days": customer["objection_days"],
            "day_kind": "calendar",
            "holidays": organisation["country"],
            "receipt_rule": "sent",
            "silence": "consent",
            "channels": ["webhook", "email"],
            "contacts": organisation["contacts"],
        },
        "clauses": {
            "instructions": "Only on the customer's documented instructions, transfers included.",
            "confidentiality": "Everyone with access is bound to secrecy.",
            "security": "Measures as in annex III, reviewed every year.",
            "sub_processors": "Those on the list; changes are told in advance as agreed here.",
            "data_subject_rights": "Requests are passed on within two working days.",
            "assistance": "Help with security, breaches, impact assessments and consultation.",
            "end_of_processing": "controllers_choice",
            "audit": "Yearly report, and inspections on reasonable notice.",
        },
        "measures": {
            "technical": ["Encryption in transit and at rest", "Daily backups"],
            "organisational": ["Access by role", "Yearly training"],
        },
        "transfer_instructions": "Only to the places on the list, on the basis named there.",
        "breach_notice_hours": 24,
        "deletion_days": 30,
        "products": [],
        "effective_from": since,
    }


def _shown(client: Json, slug: str, kind: list[str]) -> Client:
    return {
        "name": client["name"],
        "org_id": client["org_id"],
        "org_slug": slug,
        "org_kind": kind[0],
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "scopes": client["scopes"],
    }


def _json(answer: requests.Response) -> Any:
    if not answer.ok:
        raise SampleRefused(f"{answer.request.method} {answer.url}: {answer.text[:1000]}")
    return answer.json() if answer.content else None


def make_admin(settings: Settings) -> Client:
    """Create the platform's own organisation and its administrator, in the database."""
    mongo = connect(settings.common.mongo_url, settings.common.database("identity"))
    operator, admin, secret = make_platform(make_deps(settings, mongo))
    shown = {"name": admin.name, "org_id": operator.id, "client_id": admin.id,
             "client_secret": secret, "scopes": list(admin.scopes)}  # fmt: skip
    return _shown(shown, operator.slug, list(operator.kind))


def demo(origin: str, clients: list[Client]) -> str:
    """Return the credentials as the text of `demo.json`."""
    return json.dumps({"url": origin, "clients": clients}, ensure_ascii=False, indent=2) + "\n"


def write_demo(path: Path, text: str) -> None:
    """Write the credentials into a file that only its owner can read."""
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def main(words: Sequence[str] | None = None) -> int:
    """Load the sample data; the exit code is 1, after one line, when something was refused."""
    options = _options(words)
    settings = Settings.from_env()
    origin = settings.common.origin
    ask = over_http((options.at or origin).rstrip("/"))
    try:
        clients = load(ask, make_admin(settings), json.loads(SAMPLE.read_text()), utc_now().date())
    except (SampleRefused, requests.RequestException) as refusal:
        print(f"art28: the sample data was refused: {terminal(str(refusal))}", file=sys.stderr)
        return 1
    except SlugTaken:
        print("art28: sample data is for an empty installation; this one is not.", file=sys.stderr)
        return 1
    text = demo(origin, clients)
    if options.print:
        print(text, end="")
    else:
        write_demo(Path(os.environ.get("ART28_VAR", "var")) / "demo.json", text)
    return 0


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.seed")
    parser.add_argument("--at", metavar="URL", help="address of the API, if not ART28_ORIGIN")
    parser.add_argument("--print", action="store_true", help="print the credentials, keep no file")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
