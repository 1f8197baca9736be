#!/bin/sh
# Every member of the workspace declares exactly what it imports (deptry, run in the member's own folder:
# members share one environment, so an undeclared import would work here and fail in the service's image).
# Usage: deploy/check-dependencies.sh   (from anywhere; needs the synchronised .venv)
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
# Needed at run time without being imported by name: form parsing in FastAPI; aio-pika's engine, of a version that works.
by_name_only="DEP002=python-multipart|aiormq"

failed=0
for member in shared/contracts shared/kit services/identity services/dossier services/notifier services/scheduler deploy/local; do
    if ! (cd "$root/$member" && "$root/.venv/bin/deptry" --no-ansi --per-rule-ignores "$by_name_only" src); then
        echo "dependencies: $member is not clean" >&2
        failed=1
    fi
done
exit "$failed"
