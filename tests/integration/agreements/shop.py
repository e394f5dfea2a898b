"""A vendor that publishes a template, and customers who take it through the portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests import builders
from tests.answers import Answer
from tests.stack import Stack
from tests.vendor import SIGNATURE, Vendor, new_client

ACCEPTANCE = {"name": "Ida Holm", "title": "Managing director", "email": "ida@nordbo.example"}
OFFICER = {"name": "Per Ask", "position": "DPO", "email": "dpo@nordbo.example"}
PARTY: dict[str, Any] = {
    "legal_name": "Nordbo Boligselskab A/S", "registration_number": "DK 12345678", "country": "DK",
    "address": {"street": "Havnegade 7", "postal_code": "8000", "city": "Aarhus", "country": "DK"},
    "contact": {"name": "Ida Holm", "position": "Managing director", "email": "ida@nordbo.example"},
    "data_protection_officer": OFFICER,
}  # fmt: skip
MEASURES = {"technical": ["Encryption at rest"], "organisational": ["Training each year"]}


def template_body(**published: Any) -> dict[str, Any]:
    """The body of POST /templates with terms that customers may take."""
    content = builders.agreement_content()
    terms = builders.notice_terms(contacts=[])
    taken = ("processing", "authorisation", "clauses", "breach_notice_hours", "deletion_days")
    return {
        "name": "Our terms",
        "sections": [{"number": "1", "heading": {"en": "Terms", "da": "Vilkår", "sv": "Villkor"},
                      "text": {"en": "As told below.", "da": "Som anført nedenfor.",
                               "sv": "Som anges nedan."}}],
        "published": {
            **{name: content[name] for name in taken}, "products": ["case-system"],
            "notice_options": [terms, {**terms, "notice_days": 45}], "measures": MEASURES,
            "governing_law": {"default": "DK", "by_country": {"SE": "SE"}},
            "language": {"default": "en", "by_country": {"DK": "da", "SE": "sv"}},
            "region": {"default": "EU", "by_country": {"CH": "Switzerland"}},
            "texts": {language: {name: content[name] for name in ("processing", "clauses")}
                      for language in ("da", "sv")}, **published,
        },
    }  # fmt: skip


@dataclass
class Shop:
    """A vendor with one template that its signatory has accepted in advance."""

    vendor: Vendor
    template_id: str

    @property
    def stack(self) -> Stack:
        return self.vendor.stack

    def customer(self, slug: str = "nordbo") -> dict[str, Any]:
        scopes = ["portal:read", "portal:write"]
        more = {"legal_name": PARTY["legal_name"]} if slug == "nordbo" else {}
        return new_client(self.stack, slug, ["controller"], scopes, **more)

    def body(self, **more: Any) -> dict[str, Any]:
        return {"processor": self.vendor.slug, "template_id": self.template_id, "party": PARTY,
                "acceptance": ACCEPTANCE, **more}  # fmt: skip

    def take(self, customer: dict[str, Any], **more: Any) -> Answer:
        """What the portal answers a customer who takes the template."""
        return self.stack.ask(customer, "POST", "/portal/v1/agreements", self.body(**more))

    def taken(self, customer: dict[str, Any], **more: Any) -> Any:
        answer = self.take(customer, **more)
        assert answer.status_code == 201, answer.text
        return answer.json

    def terms(self, **more: Any) -> dict[str, Any]:
        return builders.notice_terms(**more)


def open_shop(vendor: Vendor, **published: Any) -> Shop:
    path = "/agreements/v1/templates"
    made = vendor.stack.must(vendor.client, "POST", path, template_body(**published))
    vendor.stack.must(vendor.client, "POST", f"{path}/{made['id']}/standing-acceptance", SIGNATURE)
    return Shop(vendor, made["id"])
