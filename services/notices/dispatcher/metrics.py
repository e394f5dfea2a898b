"""The dispatcher's metrics for Prometheus; see ``ART28_WORKER_METRICS_PORT``."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter, Gauge, Histogram

ATTEMPTS = Counter("art28_webhook_attempts", "Attempts that ended, by their outcome.", ["outcome"])
IN_FLIGHT = Gauge("art28_webhook_in_flight", "Attempts under way.")
CLAIM_SIZE = Histogram(
    "art28_webhook_claim_size", "Deliveries taken by one claim.", buckets=(1, 10, 100, 500, 1000)
)
LOST_CLAIMS = Counter("art28_webhook_fence_losses", "Outcomes that came after their lease.")
DUE_LAG = Gauge("art28_webhook_due_lag_seconds", "How long the longest due delivery has waited.")
OLDEST = Gauge(
    "art28_notices_oldest_undelivered_seconds", "Age of the oldest message not delivered yet."
)


def count_attempts(outcomes: Mapping[str, int]) -> None:
    for outcome, count in outcomes.items():
        ATTEMPTS.labels(outcome).inc(count)
