"""Celery's producer for `penstock bench peers`: takes the commands that harness.mjs describes, with the same answers."""

import json
import sys
import threading
import time
import uuid

import redis

from celery_app import BATCH, QUEUE, URGENT, URL, app, now_micros, run

# How long a closed loop waits for what is still in flight when it ends, in seconds.
PATIENCE = 30

# Multiples of it, less their whole part, spread evenly, however many there are.
GOLDEN_RATIO = 0.618034

# Different times of the tasks that fill the queue.
TIMES = 21

RESULT_PREFIX = "celery-task-meta-"


class Results:
    """Hands on each result as Celery's Redis backend publishes it.

    One subscription to the pattern of all results spares Celery one for each task, which it would otherwise make.
    """

    def __init__(self, client):
        app.backend.on_task_call = lambda *_: None
        self.sink = lambda task_id, began, ended: None
        self._subscription = client.pubsub(ignore_subscribe_messages=True)
        self._subscription.psubscribe(RESULT_PREFIX + "*")
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for message in self._subscription.listen():
            result = json.loads(message["data"])
            if result["status"] == "SUCCESS":
                self.sink(result["task_id"], *result["result"])


class Producer:
    """The commands. For one thread; results come on another."""

    def __init__(self):
        self._client = redis.Redis.from_url(URL)
        self._results = Results(self._client)
        self._publisher = app.amqp.producer_pool.acquire()
        self._keys = {
            priority: self._publisher.connection.default_channel._q_for_pri(QUEUE, priority)
            for priority in (URGENT, BATCH)
        }
        self._rounds = 0

    def _send(self, task_id, urgent, job_millis, body):
        run.apply_async(
            (job_millis, body),
            task_id=task_id,
            queue=QUEUE,
            priority=URGENT if urgent else BATCH,
            producer=self._publisher,
        )

    def _round(self):
        self._rounds += 1
        # With the queue's name, since Celery drops the result of an id that has one from another producer.
        return f"{QUEUE}-r{self._rounds}-"

    def closed(self, command):
        """Keeps a number of requests in flight; gives results a second after the ramp-up."""
        prefix = self._round()
        room = threading.Semaphore(command["inFlight"])
        arrived = [0]

        def sink(task_id, _began, _ended):
            if task_id.startswith(prefix):
                arrived[0] += 1
                room.release()

        self._results.sink = sink
        sent = 0
        count_from = time.monotonic() + command["rampMillis"] / 1000
        end = count_from + command["millis"] / 1000
        before = None
        now = time.monotonic()
        while now < end:
            if not room.acquire(timeout=PATIENCE):
                break
            self._send(f"{prefix}{sent}", True, 0, command["body"])
            sent += 1
            now = time.monotonic()
            if before is None and now >= count_from:
                before, count_from = arrived[0], now
        per_second = (arrived[0] - (before or 0)) / (now - count_from) if now > count_from else 0
        self._await(lambda: arrived[0] >= sent, PATIENCE)
        return {"perSecond": per_second, "missing": sent - arrived[0]}

    def open(self, command):
        """Sends on schedule, whatever became of the requests before; gives a row of times for each request."""
        prefix = self._round()
        count = command["count"]
        # Each row: due, sent, began, ended, visible, results; microseconds since 1970, 0 where it never came.
        rows = [[0, 0, 0, 0, 0, 0] for _ in range(count)]
        answered = [0]

        def sink(task_id, began, ended):
            visible = now_micros()
            if task_id.startswith(prefix):
                row = rows[int(task_id[len(prefix) :])]
                row[5] += 1
                if row[5] == 1:
                    row[2:5] = began, ended, visible
                    answered[0] += 1

        self._results.sink = sink
        begin = now_micros()
        for number, row in enumerate(rows):
            row[0] = begin + round(number * 1e6 / command["perSecond"])
            wait = row[0] - now_micros()
            if wait > 0:
                time.sleep(wait / 1e6)
            row[1] = now_micros()
            self._send(f"{prefix}{number}", command["urgent"], command["jobMillis"], command["body"])
        self._await(lambda: answered[0] >= count, command["patienceMillis"] / 1000)
        time.sleep(command["lingerMillis"] / 1000)
        return {"rows": rows}

    def fill(self, command):
        """Puts tasks that are not urgent on the queue.

        Celery publishes one at a time, about a minute for 100,000, and this is not what is measured. So a few messages
        are published to a queue that nobody reads, and copies of them under other ids are pushed as Celery's transport
        does. Their times are spread from half to one and a half of the one asked for, or all slots would become free
        at once.
        """
        prefix = self._round()
        template_queue = "template"
        templates = []
        for share in range(TIMES):
            job_millis = round(command["jobMillis"] * (0.5 + share / (TIMES - 1)))
            run.apply_async(
                (job_millis, command["body"]), task_id=prefix, queue=template_queue, producer=self._publisher
            )
            text = self._client.rpop(template_queue).decode()
            text = text.replace(f'"routing_key": "{template_queue}"', f'"routing_key": "{QUEUE}"')
            templates.append((text, json.loads(text)["properties"]["delivery_tag"]))

        def copy(number):
            text, tag = templates[int(number * GOLDEN_RATIO % 1 * TIMES)]
            return text.replace(prefix, f"{prefix}{number}").replace(tag, str(uuid.uuid4()))

        for first in range(0, command["count"], 1000):
            numbers = range(first, min(command["count"], first + 1000))
            self._client.lpush(self._keys[BATCH], *map(copy, numbers))
        return {"filled": command["count"]}

    def waiting(self, _command):
        """Tasks that no worker has taken, and those that workers, dead ones too, have not acknowledged."""
        taken = self._client.hlen("unacked")
        return {"waiting": taken + sum(self._client.llen(key) for key in self._keys.values())}

    @staticmethod
    def _await(ready, seconds):
        end = time.monotonic() + seconds
        while not ready() and time.monotonic() < end:
            time.sleep(0.005)


def main():
    """Carries out commands until stdin ends."""
    producer = Producer()
    commands = {
        "closed": producer.closed,
        "open": producer.open,
        "fill": producer.fill,
        "waiting": producer.waiting,
    }
    print("ready", flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = commands[command["do"]](command)
        except Exception as error:  # pylint: disable=broad-except  # The benchmark is told, whatever it is.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
