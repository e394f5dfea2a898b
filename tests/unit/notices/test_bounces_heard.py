"""A feed of bounces that is missing is said, and one that falls silent can be seen."""

from __future__ import annotations

from typing import Any, cast

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.notices.channels.email.dsn import Report
from services.notices.channels.email.settings import MailSettings
from services.notices.settings import Settings
from services.notices.store import Stores
from services.notices.tasks import make_maildir
from services.notices.use_cases import bounces
from shared.egress import Egress
from shared.times import parse_instant
from tests.builders import common_settings

NO_STORES = cast("Stores", None)
AT = "2026-11-30T12:00:00.000Z"


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ({}, []),
        ({"host": "mail.example"}, ["bounce.unheard"]),
        ({"host": "mail.example", "bounce_secret": "s" * 16}, []),
    ],
)
def test_mails_that_nothing_can_be_heard_of_are_warned_of(
    mail: dict[str, Any], said: list[str]
) -> None:
    settings = Settings(common_settings("", "none"), Egress(), mail=MailSettings(**mail))

    with capture_logs() as logs:
        take = make_maildir(settings, NO_STORES)

    assert [entry["event"] for entry in logs] == said
    assert take() is False


def test_a_report_of_any_kind_is_heard() -> None:
    class Deps:
        @staticmethod
        def now() -> Any:
            return parse_instant(AT)

    delivered = Report("ida@nordbo.example", "delivered", "2.0.0", "")
    assert bounces.receive(cast("Any", Deps), [delivered], by_address=False) == 0

    heard = REGISTRY.get_sample_value("art28_bounce_reports_heard_at_seconds")
    assert heard == parse_instant(AT).timestamp()
