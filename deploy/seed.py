"""Loads the sample data into an empty installation: `python -m deploy.seed`.

The first client is made in the database, as by an installer, and the vendors' addresses for
answers are taken as proved there, for nobody reads the mail of a sample; everything else goes over
HTTP, as from any client. Writes `demo.json` with the credentials into ART28_VAR, or with `--print`
to standard output.
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

from services.identity.model.organisations import SlugTaken
from services.identity.settings import Settings
from services.identity.use_cases.installing import make_platform
from services.identity.use_cases.notice_addresses import vouch
from services.identity.wiring import Deps, make_deps
from shared.mongo import connect
from shared.safe_text import terminal
from shared.times import utc_now

SAMPLE = Path(__file__).parent / "sample" / "vendors.json"
AGREEMENTS = SAMPLE.with_name("agreements")
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
# Takes the address where an organisation, by its id, reads answers as proved.
Vouch = Callable[[str, str], None]


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


def load(ask: Ask, vouch: Vouch, admin: Client, sample: Json, today: date) -> list[Client]:
    """Create all that ``sample`` holds; return the new clients, ``admin`` first.

    Rows and agreements without a day of their own begin with the year of ``today``.
    """
    since = today.replace(month=1, day=1).isoformat()
    clients = {"": admin}
    signing = {each["controller"] for each in sample["customers"] if "controller" in each}
    for vendor in sample["vendors"]:
        slug = vendor["organisation"]["slug"]
        scopes = [*PROCESSOR_SCOPES, *(CONTROLLER_SCOPES if slug in signing else ())]
        clients[slug] = _vendor(ask, vouch, admin, vendor, scopes, since)
    for partner in sample["partners"]:
        slug = partner["organisation"]["slug"]
        clients[slug] = _organisation(ask, admin, partner["organisation"], PROCESSOR_SCOPES)
    papers = {slug: _papers(ask, clients[slug]) for slug in sorted(_processors(sample))}
    for customer in sample["customers"]:
        slug, processor = _customer_of(customer), clients[customer["of"]]
        if slug not in clients:
            clients[slug] = _organisation(ask, admin, customer["organisation"], CONTROLLER_SCOPES)
        conclude = _taken if customer.get("takes") else _agreed
        conclude(ask, processor, clients[slug], customer, papers[customer["of"]], since)
    return list(clients.values())


def _processors(sample: Json) -> set[str]:
    return {customer["of"] for customer in sample["customers"]}


def _customer_of(customer: Json) -> str:
    slug: str = customer.get("controller") or customer["organisation"]["slug"]
    return slug


def _vendor(
    ask: Ask, vouch: Vouch, admin: Client, vendor: Json, scopes: list[str], since: str
) -> Client:
    client = _organisation(ask, admin, vendor["organisation"], scopes)
    valid_from = vendor.get("valid_from", since)
    body = {"valid_from": valid_from, "sub_processors": vendor["sub_processors"]}
    register = f"/registry/v1/processors/{client['org_slug']}"
    ask(client, "POST", f"{register}/baseline", body)
    contacts: list[Json] = vendor["organisation"].get("contacts") or [_signatory(client)]
    vouch(client["org_id"], contacts[0]["email"])
    ask(client, "PUT", f"{register}/page", {"published": True})
    return client


def _papers(ask: Ask, processor: Client) -> Json:
    """The agreements of a processor as its file has them, its own template published first.

    A template that it ``accepts_in_advance`` can be taken by any customer.
    """
    papers: Json = json.loads((AGREEMENTS / f"{processor['org_slug']}.json").read_text("utf-8"))
    if "template" in papers:
        made = ask(processor, "POST", "/agreements/v1/templates", papers["template"])
        papers.setdefault("template_id", made["id"])
        if papers.get("accepts_in_advance"):
            path = f"/agreements/v1/templates/{made['id']}/standing-acceptance"
            ask(processor, "POST", path, _signatory(processor))
    return papers


def _signatory(processor: Client) -> Json:
    email = f"direktion@{processor['org_slug']}.example"
    return {"name": "Sofie Dam", "title": "Director", "email": email}


def _organisation(ask: Ask, admin: Client, organisation: Json, scopes: list[str]) -> Client:
    made = ask(admin, "POST", "/identity/v1/organisations", organisation)
    body = {"org_id": made["id"], "name": f"{made['legal_name']} (demo)", "scopes": scopes}
    client = ask(admin, "POST", "/identity/v1/clients", body)
    return _shown(client, made["slug"], made["kind"])


def _taken(
    ask: Ask, processor: Client, controller: Client, customer: Json, papers: Json, since: str
) -> None:
    """The customer serves itself: it takes the published template, and is bound at once."""
    body = {
        "processor": processor["org_slug"],
        "template_id": papers["template_id"],
        "party": _party(customer),
        "acceptance": _accepting(customer),
        "effective_from": since,
    }
    ask(controller, "POST", "/portal/v1/agreements", body)


def _agreed(
    ask: Ask, processor: Client, controller: Client, customer: Json, papers: Json, since: str
) -> None:
    """The processor drafts and offers an agreement, and both accept it."""
    draft = agreement_body(controller["org_id"], customer, papers, since)
    made = ask(processor, "POST", "/agreements/v1/agreements", draft)
    path = f"/agreements/{made['id']}"
    ask(processor, "POST", f"/agreements/v1{path}/offer", {})
    ask(processor, "POST", f"/agreements/v1{path}/accept", _signatory(processor))
    ask(controller, "POST", f"/portal/v1{path}/accept", _accepting(customer))


def agreement_body(controller_id: str, customer: Json, papers: Json, since: str) -> Json:
    """Return the agreement of a sample processor with one of its customers."""
    organisation = customer.get("organisation") or {}
    return {
        "controller_id": controller_id,
        "party": _party(customer),
        "template_id": papers["template_id"],
        "language": organisation.get("locale", "da"),
        "notice_terms": {
            "notice_days": customer["notice_days"],
            "objection_days": customer["objection_days"],
            "day_kind": "calendar",
            "holidays": organisation.get("country", "DK"),
            "receipt_rule": "sent",
            "silence": "consent",
            "channels": ["webhook", "email"],
            "contacts": _contacts(customer),
        },
        "effective_from": since,
        **papers["terms"],
    }


def _party(customer: Json) -> Json:
    """The customer as its agreement names it; what is not said here is known of it already."""
    organisation = customer.get("organisation") or {}
    named = ("legal_name", "registration_number", "country", "address")
    return {name: organisation[name] for name in named if organisation.get(name)}


def _contacts(customer: Json) -> list[Json]:
    contacts: list[Json] = customer.get("contacts") or customer["organisation"]["contacts"]
    return contacts


def _accepting(customer: Json) -> Json:
    person = _contacts(customer)[0]
    return {"name": person["name"], "title": person["position"], "email": person["email"]}


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
    operator, admin, secret = make_platform(_identity(settings))
    shown = {"name": admin.name, "org_id": operator.id, "client_id": admin.id,
             "client_secret": secret, "scopes": list(admin.scopes)}  # fmt: skip
    return _shown(shown, operator.slug, list(operator.kind))


def vouching(settings: Settings) -> Vouch:
    """In the database, as the first client: the mail of a sample is read by nobody."""
    return lambda org_id, email: vouch(_identity(settings), org_id, email)


def _identity(settings: Settings) -> Deps:
    mongo = connect(settings.common.mongo_url, settings.common.database("identity"))
    return make_deps(settings, mongo)


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
        admin, sample = make_admin(settings), json.loads(SAMPLE.read_text())
        clients = load(ask, vouching(settings), admin, sample, utc_now().date())
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
