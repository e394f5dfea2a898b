"""The main job by the client that openapi-python-client makes of the document: nothing is cast,
nothing is worked around, and mypy reads it strictly.

    python main_job.py ORIGIN DAY VENDOR_ID VENDOR_SECRET CUSTOMER_ID CUSTOMER_SECRET
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from art28_generated.api.identity_tokens import identity_create_token
from art28_generated.api.portal_portal import (
    portal_create_change_objection,
    portal_get_change,
    portal_get_gate,
    portal_list_changes,
)
from art28_generated.api.registry_changes import (
    registry_announce_processor_change,
    registry_create_processor_change,
    registry_get_processor_change,
    registry_get_processor_change_preview,
    registry_update_processor_change,
)
from art28_generated.api.registry_objections import registry_list_processor_change_objections
from art28_generated.client import AuthenticatedClient, Client
from art28_generated.models.identity_token import IdentityToken
from art28_generated.models.identity_token_form import IdentityTokenForm
from art28_generated.models.identity_token_form_grant_type import IdentityTokenFormGrantType
from art28_generated.models.portal_new_objection import PortalNewObjection
from art28_generated.models.portal_new_objection_grounds import PortalNewObjectionGrounds
from art28_generated.models.portal_noticed_change import PortalNoticedChange
from art28_generated.models.portal_page_of_change import PortalPageOfChange
from art28_generated.models.registry_address import RegistryAddress
from art28_generated.models.registry_announced import RegistryAnnounced
from art28_generated.models.registry_change import RegistryChange
from art28_generated.models.registry_change_edit import RegistryChangeEdit
from art28_generated.models.registry_contact import RegistryContact
from art28_generated.models.registry_flow_down import RegistryFlowDown
from art28_generated.models.registry_gate import RegistryGate
from art28_generated.models.registry_location_in import RegistryLocationIn
from art28_generated.models.registry_location_in_kind import RegistryLocationInKind
from art28_generated.models.registry_new_change import RegistryNewChange
from art28_generated.models.registry_new_change_kind import RegistryNewChangeKind
from art28_generated.models.registry_page_of_objection import RegistryPageOfObjection
from art28_generated.models.registry_preview import RegistryPreview
from art28_generated.models.registry_sub_processor_in import RegistrySubProcessorIn
from art28_generated.models.registry_sub_processor_in_purpose import RegistrySubProcessorInPurpose

SLUG = "tempus-serva"
SECONDS = 20.0
Answer = TypeVar("Answer")


def signed_in(origin: str, client_id: str, secret: str) -> AuthenticatedClient:
    form = IdentityTokenForm(
        grant_type=IdentityTokenFormGrantType.CLIENT_CREDENTIALS,
        client_id=client_id,
        client_secret=secret,
    )
    token = identity_create_token.sync(client=Client(base_url=origin), body=form)
    assert isinstance(token, IdentityToken)
    return AuthenticatedClient(base_url=origin, token=token.access_token)


def until_there(ask: Callable[[], Answer | None]) -> Answer:
    end = time.monotonic() + SECONDS
    while (found := ask()) is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def sub_processor() -> RegistrySubProcessorIn:
    purpose = RegistrySubProcessorInPurpose()
    purpose["en"] = "Sending e-mail"
    return RegistrySubProcessorIn(
        legal_name="Postbud ApS",
        country="DK",
        purpose=purpose,
        special_categories=False,
        address=RegistryAddress(
            street="Havnegade 1", postal_code="1058", city="København", country="DK"
        ),
        contact=RegistryContact(name="Bo Dahl", email="bo@postbud.example"),
        flow_down=RegistryFlowDown(reference="SPA-9"),
        locations=[RegistryLocationIn(kind=RegistryLocationInKind.STORAGE, country="DK")],
    )


def announced(vendor: AuthenticatedClient, day: dt.date) -> tuple[str, str]:
    """A change of which customers are told: its id, and that of the sub-processor."""
    new = RegistryNewChange(
        kind=RegistryNewChangeKind.ADD,
        effective_on=day,
        reason="A new provider",
        sub_processor=sub_processor(),
    )
    drafted = registry_create_processor_change.sync(SLUG, client=vendor, body=new)
    assert isinstance(drafted, RegistryChange)
    preview = registry_get_processor_change_preview.sync(SLUG, drafted.id, client=vendor)
    assert isinstance(preview, RegistryPreview)
    earliest = preview.earliest_effective_on
    assert earliest is not None
    assert not preview.possible
    read = registry_get_processor_change.sync_detailed(SLUG, drafted.id, client=vendor)
    edit = RegistryChangeEdit(effective_on=earliest)
    registry_update_processor_change.sync(
        SLUG, drafted.id, client=vendor, body=edit, if_match=read.headers["ETag"]
    )
    done = registry_announce_processor_change.sync(SLUG, drafted.id, client=vendor)
    assert isinstance(done, RegistryAnnounced)
    assert drafted.sub_processor is not None
    return done.id, drafted.sub_processor.id


def main(origin: str, day: str, *clients: str) -> None:
    vendor, customer = signed_in(origin, *clients[:2]), signed_in(origin, *clients[2:])
    change_id, entry_id = announced(vendor, dt.date.fromisoformat(day))

    def told() -> str | None:
        page = portal_list_changes.sync(client=customer)
        assert isinstance(page, PortalPageOfChange)
        return next((each.id for each in page.items if each.id == change_id), None)

    change = portal_get_change.sync(until_there(told), client=customer)
    assert isinstance(change, PortalNoticedChange)
    assert change.sub_processor is not None
    print(change.processor.slug, change.sub_processor.legal_name, change.status)

    gate = portal_get_gate.sync(client=customer, sub_processor_id=entry_id)
    assert isinstance(gate, RegistryGate)
    print(gate.answer, gate.until)

    objection = PortalNewObjection(grounds=PortalNewObjectionGrounds.LOCATION, text="Not there.")
    portal_create_change_objection.sync(change_id, client=customer, body=objection)
    seen = registry_list_processor_change_objections.sync(SLUG, change_id, client=vendor)
    assert isinstance(seen, RegistryPageOfObjection)
    print([(each.grounds, each.text, each.status) for each in seen.items])


if __name__ == "__main__":
    main(*sys.argv[1:])
