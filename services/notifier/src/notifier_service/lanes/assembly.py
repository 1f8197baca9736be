"""Puts the delivery side together from settings: two lanes with couriers of their own, and a caretaker."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from service_kit.db import Database
from service_kit.ids import new_id

from notifier_service.channels import port
from notifier_service.channels.sms_email import SmsEmailChannel
from notifier_service.channels.sms_http import SmsHttpChannel
from notifier_service.channels.smtp import SmtpChannel
from notifier_service.channels.smtp_connection import SmtpConnection, SmtpOptions
from notifier_service.deliveries.domain import ORDINARY_POLICY, SECURITY_POLICY, RetryPolicy
from notifier_service.deliveries.service import Ledger
from notifier_service.deps import NotifierDeps
from notifier_service.lanes.caretaker import Caretaker
from notifier_service.lanes.clock import FollowingClock
from notifier_service.lanes.courier import Courier
from notifier_service.lanes.runner import POLL_SECONDS, LaneRunner
from notifier_service.messages.domain import Channel, Lane
from notifier_service.settings import NotifierSettings, SmsChannelKind


@dataclass(frozen=True)
class Delivery:
    """The loops of the delivery side; `bootstrap` runs them, tests run them one by one."""

    lanes: Mapping[Lane, LaneRunner]
    caretaker: Caretaker
    ledger: Ledger


@dataclass(frozen=True)
class DeliveryOptions:
    """What tests shorten."""

    policies: Mapping[Lane, RetryPolicy] = field(
        default_factory=lambda: {Lane.SECURITY: SECURITY_POLICY, Lane.ORDINARY: ORDINARY_POLICY}
    )
    lease: timedelta | None = None
    poll_seconds: float = POLL_SECONDS


def assemble(
    deps: NotifierDeps,
    database: Database,
    settings: NotifierSettings,
    options: DeliveryOptions | None = None,
) -> Delivery:
    """Builds the loops; nothing connects before they run."""
    options = options or DeliveryOptions()
    longest = longest_attempt(settings.smtp)
    ledger = Ledger(
        database,
        worker=new_id(),
        policies=options.policies,
        lease=timedelta(seconds=settings.lease_seconds) if options.lease is None else options.lease,
        jitter=random.random,
        hashes=deps.address_hashes,
    )
    connections = {Lane.SECURITY: settings.smtp_security_connections, Lane.ORDINARY: settings.smtp_connections}

    def lane(name: Lane) -> LaneRunner:
        clock = FollowingClock()
        couriers = [_courier(deps, settings, clock, longest) for _ in range(connections[name])]
        return LaneRunner(
            name,
            ledger=ledger,
            couriers=couriers,
            clock=clock,
            metrics=deps.metrics,
            idle_seconds=settings.smtp_idle_seconds,
            poll_seconds=options.poll_seconds,
        )

    return Delivery({name: lane(name) for name in Lane}, Caretaker(database, ledger, deps.metrics), ledger)


def longest_attempt(smtp: SmtpOptions) -> float:
    """Seconds one attempt may take: two greetings at worst, four commands, the final answer, a reset."""
    return 2 * smtp.connect_timeout + 5 * smtp.command_timeout + smtp.data_timeout


def _courier(deps: NotifierDeps, settings: NotifierSettings, clock: FollowingClock, longest: float) -> Courier:
    return Courier(
        sealer=deps.sealer,
        renderer=deps.renderer,
        channels=_channels(deps, settings, clock),
        clock=clock,
        longest_seconds=longest,
    )


def _channels(deps: NotifierDeps, settings: NotifierSettings, clock: FollowingClock) -> Mapping[Channel, port.Channel]:
    """One courier's own way out: a connection nobody else uses."""
    mail = SmtpChannel(
        SmtpConnection(settings.smtp), sender=settings.mail_from, return_paths=deps.return_paths, now=clock.now
    )
    sms: port.Channel = SmsEmailChannel(mail, domain=settings.sms_email_domain)
    if settings.sms_channel is SmsChannelKind.HTTP and settings.sms_http_url and settings.sms_http_token:
        sms = SmsHttpChannel(settings.sms_http_url, settings.sms_http_token)
    return {Channel.EMAIL: mail, Channel.SMS: sms}
