"""`python -m identity_service`: api, worker, all, migrate, republish, rotate-keys, create-client."""

from service_kit.runtime import run_cli

from identity_service.bootstrap import SERVICE

if __name__ == "__main__":
    run_cli(SERVICE)
