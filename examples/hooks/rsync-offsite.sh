#!/bin/sh
# post_db_backup, post_global_backup: copies the new backup to another machine.
# pass_env = ["OFFSITE", "RSYNC"]; OFFSITE is user@host:/folder or a folder.
set -eu
: "${OFFSITE:?say where to: OFFSITE=user@host:/folder}"
folder="${OFFSITE%/}/${DUMPKEEP_TARGET}/${DUMPKEEP_DATABASE}"
case "$OFFSITE" in
  *:*) ;; # rsync makes the last folder only; --mkpath makes all of them
  *) mkdir -p "$folder" ;;
esac
exec "${RSYNC:-rsync}" --archive --mkpath --partial-dir=.rsync-partial -- "$DUMPKEEP_FILE" "$folder/"
