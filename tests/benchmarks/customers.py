"""Customers in bulk: an active agreement and an endpoint each, written as rows.

A million of them take about a minute, for only what differs from row to row is made for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from services.notices.model.endpoints import Endpoint, Secret
from services.notices.model.recipients import Recipient, TermsPeriod, Watermark
from services.notices.store import INDEXES
from services.notices.store.endpoints import members_of
from services.notices.store.recipients import document_of
from services.notices.wiring import Deps
from shared.webhook_signing import new_secret
from tests.benchmarks.figures import say
from tests.clock import now
from tests.integration.notices.world import TERMS, VENDOR

AT_ONCE = 10_000
TELL_EVERY = 200_000
# A vendor of few customers, who are customers of the large one, too.
SMALL = {"id": "org_small", "slug": "small", "legal_name": "Small ApS"}

# For the number of a customer: the id of its endpoint, and its URL.
Place = Callable[[int], tuple[str, str]]


def at(url: str) -> Place:
    """Every customer's endpoint at a path of its own of one receiver."""
    return lambda number: (f"whe_{number:08}", f"{url}/hooks/{number}")


def add_customers(deps: Deps, numbers: range, place: Place, small: int = 20) -> None:
    """Customers of ``VENDOR`` with these numbers, and the first ``small`` of ``SMALL``."""
    deps.stores.mongo.ensure_indexes(INDEXES)
    for start in range(numbers.start, numbers.stop, AT_ONCE):
        some = range(start, min(start + AT_ONCE, numbers.stop))
        deps.stores.mongo.db["recipients"].insert_many(list(_recipients(VENDOR, "agr", some)))
        deps.stores.mongo.db["endpoints"].insert_many(list(_endpoints(deps, some, place)))
        if some.stop % TELL_EVERY == 0:
            say(f"  {some.stop:,} customers prepared")
    deps.stores.recipients.save_watermark(Watermark(VENDOR["id"], numbers.stop))
    if numbers.start == 0:
        few = range(min(small, numbers.stop))
        deps.stores.mongo.db["recipients"].insert_many(list(_recipients(SMALL, "agr_small", few)))
        deps.stores.recipients.save_watermark(Watermark(SMALL["id"], few.stop))


def _recipients(processor: dict[str, Any], prefix: str, numbers: range) -> Iterator[dict[str, Any]]:
    pattern = document_of(
        Recipient(
            agreement_id="",
            processor=processor,
            controller={"id": ""},
            contacts=(),
            channels=("webhook",),
            products=(),
            since_version=1,
            until_version=None,
            history=(TermsPeriod("t30", TERMS["t30"], 1),),
        )
    )
    for number in numbers:
        owner = f"org_{number:08}"
        controller = {"id": owner, "legal_name": f"Customer {number}"}
        yield {
            **pattern,
            "_id": f"{prefix}_{number:08}",
            "controller_id": owner,
            "controller": controller,
        }


def _endpoints(deps: Deps, numbers: range, place: Place) -> Iterator[dict[str, Any]]:
    at = now()
    none = Endpoint("", "", "", "", "", (), (), (Secret(b"", at),), at, at)
    pattern = members_of(none)
    for number in numbers:
        name, url = place(number)
        sealed = {**pattern["secrets"][0], "sealed": deps.box.seal(new_secret(), name)}
        yield {
            **pattern,
            "_id": name,
            "controller_id": f"org_{number:08}",
            "url": url,
            "display_url": url,
            "secrets": [sealed],
        }
