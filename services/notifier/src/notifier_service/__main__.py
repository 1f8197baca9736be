"""`python -m notifier_service api | worker | migrate | all`."""

from service_kit.runtime import run_cli

from notifier_service.bootstrap import SERVICE

if __name__ == "__main__":
    run_cli(SERVICE)
