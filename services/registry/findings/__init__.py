"""What the list of today has wrong: pure rules over entries as they stand, not over changes.

Each rule is a function of one entry and the list around it; ``golden_list_findings.txt`` of the
tests shows what each finds.
"""

from services.registry.findings.entries import list_findings
from services.registry.findings.finding import Listed, ListFinding, Vendor

__all__ = ["ListFinding", "Listed", "Vendor", "list_findings"]
