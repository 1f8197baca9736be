"""The messaging core: outbox and relay, inbox, group-commit consumer, retry ladder of queues, topology, permissions."""

from service_kit.messaging.handlers import Handler, Handlers, Outcome, Reject, Retry, handle

__all__ = ["Handler", "Handlers", "Outcome", "Reject", "Retry", "handle"]
