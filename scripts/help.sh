#!/usr/bin/env bash
# Lists the targets of a Makefile with the texts behind their `##`.
#
#     scripts/help.sh Makefile
set -euo pipefail

awk '
    /^##@ / { printf "\n%s\n", substr($0, 5) }
    match($0, /^[a-z][a-z-]*:.*## /) {
        name = substr($0, 1, index($0, ":") - 1)
        printf "  %-20s %s\n", name, substr($0, RLENGTH + 1)
    }
' "$@"
