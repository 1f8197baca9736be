"""`python -m dossier_service api | worker | all | migrate | republish | create-firm`."""

from service_kit.runtime import run_cli

from dossier_service.bootstrap import SERVICE

if __name__ == "__main__":
    run_cli(SERVICE)
