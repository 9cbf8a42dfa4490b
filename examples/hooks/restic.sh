#!/bin/sh
# post_backup: saves the whole store with restic, which keeps each file once.
# pass_env = ["RESTIC_REPOSITORY", "RESTIC_PASSWORD_FILE", "RESTIC"]
set -eu
[ "$DUMPKEEP_STATUS" = success ] || exit 0
exec "${RESTIC:-restic}" backup --quiet --tag dumpkeep --tag "$DUMPKEEP_RUN_ID" --exclude logs -- "$DUMPKEEP_ROOT"
