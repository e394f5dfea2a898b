"""Which URLs of customers may be sent to, judged when they are saved."""

from __future__ import annotations

from services.notices.wiring import Deps
from shared.egress import EgressError, EndpointUrl
from shared.errors import Invalid


class UrlNotAllowed(Invalid):
    """Webhooks may not go to this URL."""

    code = "url-not-allowed"


def allowed(deps: Deps, url: str, pointer: str = "/url") -> EndpointUrl:
    """The URL in its parts. Raises ``UrlNotAllowed``; what its name leads to is judged, too, as far
    as that can be known now. ``pointer``: where it stands in the body."""
    egress = deps.settings.egress
    try:
        checked = egress.check_url(url)
        if not checked.addresses and (found := deps.names.addresses(checked.host)):
            egress.judge(found)
    except EgressError as error:
        code = error.code.replace("_", "-")
        problem = {"pointer": pointer, "code": code, "detail": f"{error}."}
        raise UrlNotAllowed(f"{error}.", errors=[problem]) from error
    return checked
