#!/bin/sh
# Takes options, scripts and names that are no command as arguments of node; runs anything else as it is given.
set -eu

is_command() {
  case "$1" in
    -*) return 1 ;;
  esac
  found=$(command -v "$1") || return 1
  # A file without the execute bit is a script for node, wherever the shell found it.
  [ ! -f "$found" ] || [ -x "$found" ]
}

if [ $# -eq 0 ] || ! is_command "$1"; then
  set -- node "$@"
fi

exec "$@"
