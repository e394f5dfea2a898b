"""Which URLs of others may be sent to, judged when they are saved."""

from __future__ import annotations

from shared.egress import Egress, EgressError, EndpointUrl
from shared.errors import Invalid
from shared.lookups import BoundedLookup


class UrlNotAllowed(Invalid):
    """Webhooks may not go to this URL."""

    code = "url-not-allowed"


def allowed(egress: Egress, names: BoundedLookup, url: str, pointer: str = "/url") -> EndpointUrl:
    """The URL in its parts. Raises ``UrlNotAllowed``; what its name leads to is judged, too, as far
    as that can be known now. ``pointer``: where it stands in the body."""
    try:
        checked = egress.check_url(url)
        if not checked.addresses and (found := names.addresses(checked.host)):
            egress.judge(found)
    except EgressError as error:
        code = error.code.replace("_", "-")
        problem = {"pointer": pointer, "code": code, "detail": f"{error}."}
        raise UrlNotAllowed(f"{error}.", errors=[problem]) from error
    return checked
