#!/bin/sh
# post_db_backup, post_global_backup: copies the new backup to an object store.
# pass_env = ["REMOTE", "RCLONE_CONFIG", "RCLONE"]; REMOTE is name:bucket/folder.
set -eu
: "${REMOTE:?say where to: REMOTE=name:bucket}"
exec "${RCLONE:-rclone}" copyto --immutable -- "$DUMPKEEP_FILE" \
  "$REMOTE/$DUMPKEEP_TARGET/$DUMPKEEP_DATABASE/$(basename "$DUMPKEEP_FILE")"
