"""`python -m scheduler_service`: api, worker, all, migrate and the kit's operator commands."""

from service_kit.runtime import run_cli

from scheduler_service.bootstrap import SERVICE

if __name__ == "__main__":
    run_cli(SERVICE)
