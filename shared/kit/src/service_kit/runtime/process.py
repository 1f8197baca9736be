"""A running process: serves HTTP, consumes and relays until told to stop, then finishes what it began, in order."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry
from prometheus_client.process_collector import ProcessCollector

from service_kit.clock import DatabaseClock
from service_kit.db import Database
from service_kit.http import create_app
from service_kit.http.health import health_app
from service_kit.logging import get_logger
from service_kit.messaging.consumer import Consumer, ConsumerOptions
from service_kit.messaging.metrics import MessagingMetrics
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.relay import Relay
from service_kit.runtime.maintenance import maintain
from service_kit.runtime.service import BackgroundTask, Service, open_database
from service_kit.runtime.web import serve_http
from service_kit.security.tokens import JwksCache, KeySource, TokenVerifier
from service_kit.settings import ServiceSettings
from service_kit.waiting import wait_or_stop

CLOCK_SECONDS = 5.0

S = TypeVar("S", bound=ServiceSettings)
Deps = TypeVar("Deps")
log = get_logger(__name__)


@dataclass
class Process(Generic[S, Deps]):
    """What the parts of one process share. `early` parts stop first; `late` ones carry out what those left."""

    service: Service[S, Deps]
    settings: S
    database: Database
    deps: Deps
    clock: DatabaseClock
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    checks: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    early: list[BackgroundTask] = field(default_factory=list)
    late: list[BackgroundTask] = field(default_factory=list)

    def add_worker(self) -> None:
        """Consumer, the service's own loops, maintenance; the relay stops last and sends what they committed."""
        metrics = MessagingMetrics(self.registry)
        name, rabbit_url = self.service.name, self.settings.rabbit_url.get_secret_value()
        options = ConsumerOptions(prefetch=self.settings.consumer_prefetch, batch=self.settings.consumer_batch)
        consumer = Consumer(name, rabbit_url, self.database, self.service.handlers, self.deps, metrics, options)
        relay = Relay(self.database, Publisher(rabbit_url, f"{name} relay", name), metrics)
        self.checks["consumer"] = consumer.check
        self.early.append(BackgroundTask("consumer", consumer.run))
        self.early.extend(self.service.background(self.deps, self.database, self.settings))
        self.early.append(
            BackgroundTask("maintenance", lambda stop: maintain(self.database, self.service.partitioned, stop))
        )
        self.late.append(BackgroundTask("relay", relay.run))

    def add_api(self, keys: KeySource) -> None:
        settings = self.settings
        app = create_app(
            title=self.service.name,
            version="1",
            options=replace(self.service.http, max_body_bytes=settings.max_body_bytes),
            database=self.database,
            deps=self.deps,
            routers=self.service.routers,
            verifier=TokenVerifier(keys, settings.token_issuer, settings.token_audience, self.clock),
            trusted_proxies=settings.proxies,
            readiness=self.checks,
            metrics_registry=self.registry,
        )
        self.early.append(BackgroundTask("api", lambda stop: serve_http(app, settings.api_port, settings, stop)))

    def add_health(self) -> None:
        app = health_app({"database": self.database.ping, **self.checks}, self.registry)
        port = self.settings.worker_port
        self.late.append(BackgroundTask("health", lambda stop: serve_http(app, port, self.settings, stop)))

    async def run(self, stop: asyncio.Event) -> None:
        """Runs all parts until `stop` or until one fails; raises what failed."""
        stop_late = asyncio.Event()
        early = [asyncio.create_task(task.run(stop), name=task.name) for task in self.early]
        late = [asyncio.create_task(task.run(stop_late), name=task.name) for task in self.late]
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([*early, *late, stopping], return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping", action="stopping", asked=stop.is_set())
        unasked = [task.get_name() for task in (*early, *late) if task.done() and not stop.is_set()]
        stop.set()
        await _finish(early, self.settings.shutdown_grace_seconds)
        stop_late.set()
        await _finish(late, self.settings.shutdown_grace_seconds)
        await stopping
        for task in (*early, *late):
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("part failed", action="part_failed", part=task.get_name(), exc_info=error)
                raise error
        if unasked:
            raise RuntimeError(f"ended without being asked to: {', '.join(unasked)}")


async def serve(service: Service[S, Deps], settings: S, *, api: bool, worker: bool) -> None:
    """Runs the parts of a service that are asked for, until SIGTERM or SIGINT. Raises when a part fails."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(service, settings))
        deps = await stack.enter_async_context(service.open_deps(settings, database))
        process = Process(service, settings, database, deps, DatabaseClock(database.engine))
        ProcessCollector(registry=process.registry)
        for collector in service.collectors(deps):
            process.registry.register(collector)
        process.early.append(BackgroundTask("clock", lambda stop: _follow(process.clock, stop)))
        if worker:
            process.add_worker()
        if api:
            process.add_api(_keys(service, settings, deps, process.clock))
        else:
            process.add_health()
        log.info("started", action="started", api=api, worker=worker)
        await process.run(stop)
    log.info("stopped", action="stopped")


def _keys(service: Service[S, Deps], settings: S, deps: Deps, clock: DatabaseClock) -> KeySource:
    if service.keys is not None:
        return service.keys(deps, clock)
    if settings.jwks_url is None:
        raise ValueError("jwks_url is not set")
    return JwksCache(settings.jwks_url)


async def _follow(clock: DatabaseClock, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await clock.refresh()
        except Exception as error:
            log.warning("clock not refreshed", action="clock_trouble", error=type(error).__name__)
        await wait_or_stop(stop, CLOCK_SECONDS)


async def _finish(tasks: Collection[asyncio.Task[None]], grace: float) -> None:
    """Waits for them, at most `grace` seconds; what hangs longer is cancelled and comes again by redelivery."""
    if not tasks:
        return
    _, hanging = await asyncio.wait(tasks, timeout=grace)
    for task in hanging:
        log.warning("part did not stop in time", action="part_cancelled", part=task.get_name())
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
