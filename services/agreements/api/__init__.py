"""The routes of agreements, by noun."""

from services.agreements.api import (
    agreements,
    customers,
    imports,
    lists,
    outside_signatures,
    papers,
    proposals,
    records,
    roll_outs,
    templates,
    terms,
)

blueprints = [
    agreements.blp, lists.blp, templates.blp, imports.blp, terms.blp, customers.blp,
    records.blp, roll_outs.blp, papers.blp, proposals.blp,
    outside_signatures.blp,
]  # fmt: skip

__all__ = ["blueprints"]
