"""What tests of services are built with: recording outbox, fake clock, real databases and brokers, a harness."""

from service_kit.testing.clock import FakeClock, set_app_now
from service_kit.testing.harness import Harness
from service_kit.testing.outbox import RecordingOutbox
from service_kit.testing.waiting import eventually

__all__ = ["FakeClock", "Harness", "RecordingOutbox", "eventually", "set_app_now"]
