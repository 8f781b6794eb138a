"""Celery's application for `penstock bench peers`: the task, its settings, and what makes a worker say it is ready."""

import os
import sys
import threading
import time

from celery import Celery
from celery.signals import worker_ready

QUEUE = os.environ["PEER_QUEUE"]
URL = os.environ["PEER_URL"]
BEGINS = os.environ.get("PEER_BEGINS")

# On Redis 0 is the most urgent.
URGENT = 0
BATCH = 9

app = Celery("peer", broker=URL, backend=URL)
app.conf.update(
    task_default_queue=QUEUE,
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    # A task is acknowledged when it has run, so that a killed worker's tasks come back.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_redirect_stdouts=False,
    broker_transport_options={
        "priority_steps": [URGENT, BATCH],
        "queue_order_strategy": "priority",
        "visibility_timeout": int(os.environ.get("PEER_LOST_AFTER_MS", "5000")) / 1000,
    },
    result_expires=3600,
)


def now_micros():
    """Microseconds since 1970 by this machine's clock, as the benchmark has them."""
    return time.time_ns() // 1000


@app.task(name="run", bind=True)
def run(self, job_millis, body):
    """Notes its id where the benchmark asks for that, and sleeps; gives when it began and ended."""
    began = now_micros()
    if BEGINS:
        with open(BEGINS, "a", encoding="utf-8") as begins:
            begins.write(self.request.id + "\n")
    if job_millis > 0:
        time.sleep(job_millis / 1000)
    return [began, now_micros()]


@worker_ready.connect
def say_ready(**_):
    """Tells the benchmark that this worker takes jobs, and ends with it."""
    os.write(1, b"ready\n")

    def end_with_input():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=end_with_input, daemon=True).start()
