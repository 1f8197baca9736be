"""How a service runs: its definition, its processes (api, worker, all) and its commands."""

from service_kit.runtime.cli import run_cli
from service_kit.runtime.service import BackgroundTask, Service, open_database

__all__ = ["BackgroundTask", "Service", "open_database", "run_cli"]
