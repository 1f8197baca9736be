"""What the messaging core counts: relayed and handled messages, batches, dispositions and trouble."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class MessagingMetrics:
    """The metrics of one worker; each process passes its own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.relayed = Counter("outbox_relayed", "Events sent and confirmed", registry=registry)
        self.relay_failures = Counter("outbox_relay_failures", "Publish attempts that failed", registry=registry)
        self.handled = Counter(
            "inbox_handled", "Messages by type and what became of them", ["type", "outcome"], registry=registry
        )
        self.batch = Histogram(
            "inbox_batch_messages", "Messages per transaction", buckets=(1, 2, 5, 10, 20, 50, 100), registry=registry
        )
        self.batch_seconds = Histogram("inbox_batch_seconds", "Seconds per transaction", registry=registry)
        self.trouble = Counter(
            "messaging_trouble", "Pauses because the database or the broker was away", ["part"], registry=registry
        )
        self.consuming = Gauge(
            "inbox_consuming", "1 while the consumer is connected and not pausing", registry=registry
        )
