"""Every state that can be stored can be put into words: the shape dumps it, and JSON takes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agreements.contract.terms import LONGEST, UNIT_OF_KIND, Length, NoticeTerms
from services.agreements.contract.wording import StandingAcceptance, Template
from services.agreements.model.agreement import Agreement
from services.agreements.schemas.agreements import AgreementShape, PolicyShape
from services.agreements.schemas.templates import StandingShape, TemplateShape
from services.agreements.store.policies import Policy
from services.identity.api.clients import with_secret as client_with_secret
from services.identity.model.clients import Client
from services.identity.model.customer_imports import CustomerImport, CustomerRow
from services.identity.model.organisations import Organisation
from services.identity.model.sessions import Session
from services.identity.schemas import clients as client_shapes
from services.identity.schemas import customer_imports as customer_shapes
from services.identity.schemas import organisations as organisation_shapes
from services.identity.schemas import people as people_shapes
from services.identity.use_cases.people import Member
from services.notices.api.endpoints import with_secret as endpoint_with_secret
from services.notices.model.endpoints import Endpoint
from services.notices.schemas import endpoints as notice_shapes
from services.registry.model.erasures import Erased
from services.registry.model.imports import Import
from services.registry.model.objections import Approval, Objection
from services.registry.model.register import Register
from services.registry.schemas.imports import ImportBegun
from services.registry.schemas.ledgers import ErasedShape
from services.registry.schemas.objections import ApprovalShape, ObjectionShape
from services.registry.schemas.registers import RegisterShape
from shared.schemas import Shape

SECRET = "whsec_shown_once"


def as_it_is(stored: Any) -> Any:
    return stored


def with_its_secret(view: Callable[[Any, str], Any]) -> Callable[[Any], Any]:
    return lambda stored: view(stored, SECRET)


ANSWERS: list[tuple[type, Callable[[Any], Any], type[Shape]]] = [
    (Organisation, as_it_is, organisation_shapes.OrganisationShape),
    (Client, as_it_is, client_shapes.ClientShape),
    (Client, with_its_secret(client_with_secret), client_shapes.ClientWithSecret),
    (CustomerImport, as_it_is, customer_shapes.ImportBegun),
    (CustomerRow, as_it_is, customer_shapes.RowShape),
    (Session, as_it_is, people_shapes.SessionShape),
    (Member, as_it_is, people_shapes.PersonShape),
    (Agreement, as_it_is, AgreementShape),
    (Policy, as_it_is, PolicyShape),
    (Template, as_it_is, TemplateShape),
    (StandingAcceptance, as_it_is, StandingShape),
    (Endpoint, as_it_is, notice_shapes.EndpointShape),
    (Endpoint, with_its_secret(endpoint_with_secret), notice_shapes.EndpointWithSecret),
    (Objection, as_it_is, ObjectionShape),
    (Approval, as_it_is, ApprovalShape),
    (Import, as_it_is, ImportBegun),
    (Register, as_it_is, RegisterShape),
    (Erased, as_it_is, ErasedShape),
]

INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2900, 1, 1), timezones=st.just(UTC))
st.register_type_strategy(datetime, INSTANTS)
OFFERS = st.fixed_dictionaries(
    {"text": st.text(), "respond_by": st.dates().map(lambda day: day.isoformat())}
)


def built(kind: type, **members: st.SearchStrategy[Any]) -> Callable[[Any], st.SearchStrategy[Any]]:
    """Any ``kind``, whose ``members`` are as the product lets them be stored."""

    def of_type(_: Any) -> st.SearchStrategy[Any]:
        others = {name: st.from_type(hint) for name, hint in get_type_hints(kind).items()
                  if name not in members}  # fmt: skip
        return st.builds(kind, **others, **members)

    return of_type


QUESTIONS = st.lists(st.dictionaries(st.sampled_from(["id", "member", "text"]), st.text()))
st.register_type_strategy(
    CustomerRow,
    built(
        CustomerRow,
        answers=st.just([]),
        questions=QUESTIONS,
        refusals=st.just([]),
        remarks=st.just([]),
        recalled=st.just([]),
        differences=st.lists(st.fixed_dictionaries({"member": st.text(), "here": st.text()})),
    ),
)
st.register_type_strategy(Objection, built(Objection, mitigation=st.none() | OFFERS))
st.register_type_strategy(Length, built(Length, unit=st.sampled_from([*LONGEST])))
FACTS = st.dictionaries(st.text(), st.text() | st.booleans() | st.integers(0, 100))
st.register_type_strategy(
    NoticeTerms,
    built(NoticeTerms, day_kind=st.sampled_from([*UNIT_OF_KIND]), other=st.none() | FACTS),
)
DEFAULT_PERIOD = st.fixed_dictionaries(
    {"length": st.none() | st.just({"value": 10, "unit": "business_days"})}
)
DEFAULT_TERMS = st.fixed_dictionaries(
    {name: st.none() | DEFAULT_PERIOD for name in ("notice", "objection")}
)
st.register_type_strategy(Register, built(Register, default_terms=st.none() | DEFAULT_TERMS))


@pytest.mark.parametrize(("stored", "view", "shape"), ANSWERS)
@settings(max_examples=30)
@given(data=st.data())
def test_it_can_be_said(
    stored: type, view: Callable[[Any], Any], shape: type[Shape], data: st.DataObject
) -> None:
    said = shape().dump(view(data.draw(st.from_type(stored))))

    assert set(said) <= set(shape().fields)
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    if "secret" in shape().fields or "client_secret" in shape().fields:
        assert SECRET in said.values()
