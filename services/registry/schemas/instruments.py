"""Shapes of transfer instruments."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from services.registry.schemas.entries import DatedFactShape
from services.registry.transfers import Instrument, open_law, pending_law
from services.registry.transfers.circumstances import RELATIONS
from services.registry.transfers.countries import check_country
from services.registry.transfers.evidence_form import TYPES
from services.registry.transfers.laws import known_laws
from services.registry.transfers.parts import GRADES
from services.registry.transfers.wording import LANGUAGES
from shared.schemas import Country, Day, Flag, Line, Shape, Text, by_language, one_of, texts

KINDS = (
    "adequacy",
    "scc",
    "bcr",
    "code-of-conduct",
    "certification",
    "ad-hoc",
    "public-bodies",
    "administrative",
    "derogation",
)
# Members of a record that say where they are known from.
GRADED = ("valid_from", "ended_on", "expires_on", "destinations", "scope", "requires")
REGIMES = ("EU", "UK", "CH")
ID = validate.Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", error="Use small letters, digits and hyphens.")
FACT = validate.Regexp(r"^[a-z][a-z0-9_]*\Z", error="Use small letters, digits and underscores.")


# "*", or a list of countries.
DESTINATIONS = {
    "anyOf": [{"type": "string", "const": "*"}, {"type": "array", "items": {"type": "string"}}]
}


def _destinations(value: Any) -> None:
    """``"*"`` for any third country, or a list of ISO 3166-1 codes."""
    if value == "*":
        return
    if not isinstance(value, list) or len(value) > 300 or not all(map(_is_text, value)):
        raise ValidationError('Write "*" or a list of ISO 3166-1 codes.')
    try:
        for code in value:
            check_country(code)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _facts(**kwargs: Any) -> fields.List[Any]:
    return fields.List(Text(100, validate=FACT), validate=validate.Length(max=20), **kwargs)


class ScopeIn(Shape):
    """Whom an instrument covers: ``all`` names evidence that must be true, ``none`` must not."""

    type = Text(40, required=True)
    text = Text(2_000, required=True)
    test = Text(300, allow_none=True)
    all = _facts()
    none = _facts()


class DaysIn(Shape):
    first = Day(allow_none=True)
    last = Day(allow_none=True)


class OpenCaseIn(Shape):
    """A fact whose consequence is open in law, and the verdict meanwhile."""

    fact = Text(100, required=True, validate=FACT)
    value = Flag(required=True)
    question = one_of(*open_law.questions(), required=True)
    status = one_of("valid", "unproven", required=True)


class ExemptionIn(Shape):
    """For these modules the facts are not required, unless ``unless`` is true."""

    modules = fields.List(fields.Integer(strict=True, validate=validate.Range(1, 4)))
    facts = _facts()
    unless = Text(100, required=True, validate=FACT)


class DatedFactIn(Shape):
    on = Day(required=True)
    text = Text(500, required=True)
    state = one_of("confirmed", "unconfirmed", required=True)
    source = Text(300, required=True)


class ContestedIn(Shape):
    """What may end an instrument that is in force, and the day by which to look again."""

    facts = fields.List(
        fields.Nested(DatedFactIn), required=True, validate=validate.Length(min=1, max=30)
    )
    recheck_by = Day(required=True)


class InstrumentEdit(Shape):
    """What may be recorded of an instrument; days as in ``GET /instruments``."""

    name = Line(300)
    name_by_language = by_language(300)
    article = Text(100)
    decision = Text(100, allow_none=True)
    celex = Text(40, allow_none=True)
    eli = Text(300, allow_none=True)
    destinations = fields.Raw(validate=_destinations, metadata=DESTINATIONS)
    organisations = texts(40, 20)
    valid_from = Day()
    ended_on = Day(allow_none=True, metadata={"description": "The first day without effect"})
    expires_on = Day(allow_none=True, metadata={"description": "The last day with effect"})
    ended_by = Text(200, allow_none=True)
    signed_before = Day(allow_none=True)
    scope = fields.Nested(ScopeIn)
    requires = _facts()
    modules = fields.List(fields.Integer(strict=True, validate=validate.Range(1, 4)))
    complete = Flag()
    remarks = texts(1_000, 20)
    sources = texts(500, 30)
    compiled_on = Day()
    checked_on = Day(allow_none=True)
    checked_at = fields.URL(schemes={"https"}, allow_none=True)
    verified = fields.Dict(keys=one_of(*GRADED), values=one_of(*GRADES))
    contested = fields.Nested(ContestedIn, allow_none=True)
    citations_under = fields.Dict(
        keys=one_of(*known_laws()), values=texts(100, 5), validate=validate.Length(max=10)
    )
    relations = fields.List(one_of(*RELATIONS))
    footnotes = fields.Dict(keys=Country(), values=fields.Nested(ScopeIn))
    open_in = fields.Dict(keys=Text(10), values=one_of(*open_law.questions()))
    fact_days = fields.Dict(keys=Text(100, validate=FACT), values=fields.Nested(DaysIn))
    open_when = fields.List(fields.Nested(OpenCaseIn), validate=validate.Length(max=20))
    without = fields.List(fields.Nested(ExemptionIn), validate=validate.Length(max=20))

    @post_load
    def as_plain_json(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Records go into the ledger, which is JSON: days are written as text."""
        return {name: _plain(value) for name, value in data.items()}


class NewInstrument(InstrumentEdit):
    id = Text(60, required=True, validate=ID)
    kind = one_of(*KINDS, required=True)
    regime = one_of(*REGIMES, required=True)
    name = Line(300, required=True)
    article = Text(100, required=True)
    destinations = fields.Raw(required=True, validate=_destinations, metadata=DESTINATIONS)
    valid_from = Day(required=True)
    sources = texts(500, 30, required=True)
    checked_on = Day(required=True)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value.isoformat() if isinstance(value, date) else value


class FormQuery(Shape):
    """``language``: of labels and help; without it, what the request accepts, else English."""

    language = one_of(*LANGUAGES, load_default=None)


class ChoiceShape(Shape):
    value = fields.Raw(metadata={"type": ["string", "integer", "boolean"]})
    label = fields.String()


class WhenShape(Shape):
    """When a field counts: on which days, in which countries, required of which modules.

    ``or_if``: a member of the entry; unless it is false, the field is required of all modules.
    """

    first = Day(allow_none=True)
    last = Day(allow_none=True)
    countries = fields.List(fields.String(), allow_none=True)
    modules = fields.List(fields.Integer(), allow_none=True)
    or_if = fields.String(allow_none=True)


class FormFieldShape(Shape):
    """One member of evidence, as a form asks for it."""

    name = fields.String()
    type = one_of(*TYPES)
    label = fields.String()
    help = fields.String()
    choices = fields.List(fields.Nested(ChoiceShape))
    required = fields.Boolean()
    when = fields.Nested(WhenShape, allow_none=True)


class MatterShape(Shape):
    """One matter of law that is pending, contested, or began lately."""

    id = fields.String()
    state = one_of(*pending_law.STATES)
    regimes = fields.List(one_of(*REGIMES))
    instruments = fields.List(fields.String())
    title = fields.String()
    title_by_language = fields.Dict(keys=fields.String(), values=fields.String())
    facts = fields.List(fields.Nested(DatedFactShape))
    recheck_by = Day(allow_none=True)


PendingLaw = Shape.from_dict({"items": fields.List(fields.Nested(MatterShape))}, name="PendingLaw")
InstrumentList = Shape.from_dict({"items": fields.List(fields.Dict())}, name="InstrumentList")


# Other types of the code are objects.
PLAIN: Mapping[str, Callable[..., fields.Field[Any]]] = {
    "str": fields.String,
    "bool": fields.Boolean,
    "date": Day,
    "int": fields.Integer,
}


def _described(kind: str) -> fields.Field[Any]:
    """How a member of an instrument reads, for the API's description; by its type in the code."""
    name, _, none = kind.partition(" | ")
    if name.startswith("tuple["):
        return fields.List(_described(name[6:].removesuffix(", ...]")))
    if name.startswith("Mapping["):
        return fields.Dict(keys=fields.String(), values=_described(name[13:-1]))
    return PLAIN.get(name, fields.Dict)(allow_none=bool(none))


MEMBERS = {each.name: _described(str(each.type)) for each in dataclasses.fields(Instrument)}
MEMBERS["destinations"] = fields.Raw(metadata=DESTINATIONS)
# They describe; nothing is dumped by them, so no member can be lost.
InstrumentShape = Shape.from_dict(
    {**MEMBERS, "revision": fields.Integer(), "history": fields.List(fields.Dict())},
    name="Instrument",
)
EvidenceForm = Shape.from_dict(
    {"items": fields.List(fields.Nested(FormFieldShape))}, name="EvidenceForm"
)
