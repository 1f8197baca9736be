"""Wrong settings: one line that names the variable, status 2, before anything is connected."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("sample_process.py")
GOOD = {
    "SAMPLE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "SAMPLE_RABBIT_URL": "amqp://nobody@127.0.0.1:1/",
    "SAMPLE_PUBLIC_BASE_URL": "http://localhost",
    "SAMPLE_TOKEN_ISSUER": "http://localhost",
}


@pytest.mark.parametrize(
    ("command", "variable", "value"),
    [
        ("worker", "SAMPLE_DATABASE_URL", None),
        ("worker", "SAMPLE_RABBIT_URL", "http://localhost"),
        ("worker", "SAMPLE_TRUSTED_PROXIES", "10.0.0.0/8,nonsense"),
        ("worker", "SAMPLE_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("worker", "SAMPLE_SIGNING_SECRET", "changeme-changeme-changeme"),
        ("api", "SAMPLE_JWKS_URL", None),
        ("migrate", "SAMPLE_MIGRATION_DATABASE_URL", None),
    ],
)
def test_a_missing_or_wrong_setting_is_one_line_and_status_2(command, variable, value):
    environment = {name: text for name, text in {**GOOD, variable: value}.items() if text is not None}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "secretive", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{variable}: ")
    assert "changeme" not in line
    assert done.stdout == ""
