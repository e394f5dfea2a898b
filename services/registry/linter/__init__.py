"""The notice linter: what a notice of a change still lacks, and what kind of change it is.

It reads plain mappings in the shape of the contract. Each finding names the rule it comes from:
``must`` keeps a change from being announced, ``should`` is advice.
"""

from services.registry.linter.chain import chain_findings
from services.registry.linter.checklist import address_line, checklist
from services.registry.linter.finding import Finding
from services.registry.linter.findings import entry_findings, findings
from services.registry.linter.materiality import MATERIALITY, is_first, is_weaker, materiality
from services.registry.linter.members import members as record_members

__all__ = [
    "MATERIALITY",
    "Finding",
    "address_line",
    "chain_findings",
    "checklist",
    "entry_findings",
    "findings",
    "is_first",
    "is_weaker",
    "materiality",
    "record_members",
]
