#!/usr/bin/env bash
# Functions that the scripts of backups share. Passwords are files in /run/secrets. Clients read them from files and
# servers from standard input; no argument ever contains one.

# SQL of the program: BEGIN_TERM, WRITES, UNCLONED and SYSTEM_DATABASES.
# shellcheck source=definitions.sh
. "$(dirname "${BASH_SOURCE[0]}")/definitions.sh"

secret() { cat "/run/secrets/$1"; }

# sql_at MEMBER ACCOUNT [SECONDS]: runs the statements of standard input on that member. The client executes no commands
# in them. The time limit is for servers that are frozen.
sql_at() {
  timeout "${3:-3}" mysql \
    --defaults-extra-file=<(printf '[client]\nuser=%s\npassword=%s\n' "$2" "$(secret "$2-password")") \
    --host="$1" --ssl-mode=VERIFY_IDENTITY --ssl-ca=/run/secrets/ca.crt --connect-timeout=2 \
    --binary-mode --batch --skip-column-names
}
