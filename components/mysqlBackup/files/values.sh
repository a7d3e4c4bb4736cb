#!/usr/bin/env bash
# Reads the values of a manifest and checks their format. Anybody could have written a manifest, so only values of the
# right format get into SQL, a path, an expression or a message.

# field JSON NAME: prints the first member of that name, or nothing. The object is one line, and its strings have no
# escapes.
field() {
  local rest=${1#*\""$2"\":}
  case $rest in
  "$1") ;;
  \"*)
    rest=${rest#\"}
    printf '%s\n' "${rest%%\"*}"
    ;;
  *) printf '%s\n' "${rest%%[,\}]*}" ;;
  esac
}

# count JSON NAME: prints a member that is a number and not negative, or 0.
count() {
  local number
  number=$(field "$1" "$2")
  if is_number "$number"; then echo $((10#$number)); else echo 0; fi
}

is_number() { [[ $1 =~ ^[0-9]{1,18}$ ]]; }
is_flag() { [[ $1 =~ ^(true|false)$ ]]; }
is_digest() { [[ $1 =~ ^[0-9a-f]{64}$ ]]; }
# A set of GTIDs, as MySQL writes it.
is_gtids() { [[ $1 =~ ^[0-9a-zA-Z_:,-]*$ ]]; }
# The name of a full backup or of a chain: the time when it was begun (name_after in schedule.sh).
is_name() { [[ $1 =~ ^[0-9]{8}T[0-9]{6}Z$ ]]; }
is_moment() { [[ $1 =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9.]{2,6}Z$ ]]; }
# project/stack
is_stack() { [[ $1 =~ ^[0-9a-zA-Z_./-]{1,250}$ ]]; }
# Names of storages, separated by commas.
is_storages() { [[ $1 =~ ^[0-9a-z_,-]*$ ]]; }

# all_are FORMAT JSON NAME…: whether each field has that format or is absent, as in manifests of older versions.
all_are() {
  local kind=$1 json=$2 name value
  shift 2
  for name in "$@"; do
    value=$(field "$json" "$name")
    [ -z "$value" ] || "is_$kind" "$value" || return
  done
}
