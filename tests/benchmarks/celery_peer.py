"""The pipeline most would build: Celery, Redis and `requests`; a task signs and posts a message.

It is not made worse than it need be: connections are kept, results are not stored, tasks are
fetched ahead, and `requests` does not look for proxies in the environment each time. Messages are
acknowledged late, for otherwise a worker that dies loses them; Redis writes nothing to disk.
"""

from __future__ import annotations

import os

import requests
from celery import Celery
from standardwebhooks import Webhook

from tests.clock import now

URL = os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379/0")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

app = Celery("peer", broker=URL)
app.conf.update(task_acks_late=True, task_ignore_result=True, worker_prefetch_multiplier=16)
session = requests.Session()
session.trust_env = False


@app.task
def deliver(url: str, message_id: str, body: str) -> None:
    at = now()
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(message_id, at, body),
    }
    session.post(url, data=body.encode(), headers=headers, timeout=15).raise_for_status()
