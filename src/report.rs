//! What happened in a run; hooks, mail, `--json` and the exit code read only this.
