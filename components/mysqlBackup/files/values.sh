#!/usr/bin/env bash
# What a manifest says, and of which kind it has to be. Whoever wrote it: only what is of its kind gets into SQL, a path, an
# expression or a message.

# field JSON NAME: the first member of that name, of an object in one line whose texts have nothing escaped; nothing where
# it has none.
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

# count JSON NAME: the same for a number that is not negative; 0 where it has none.
count() {
  local number
  number=$(field "$1" "$2")
  if is_number "$number"; then echo $((10#$number)); else echo 0; fi
}

is_number() { [[ $1 =~ ^[0-9]{1,18}$ ]]; }
is_flag() { [[ $1 =~ ^(true|false)$ ]]; }
is_digest() { [[ $1 =~ ^[0-9a-f]{64}$ ]]; }
# A set of transactions.
is_gtids() { [[ $1 =~ ^[0-9a-zA-Z_:,-]*$ ]]; }
# The name of a full backup or of a run: when it was begun.
is_name() { [[ $1 =~ ^[0-9]{8}T[0-9]{6}Z$ ]]; }
is_moment() { [[ $1 =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9.]{2,6}Z$ ]]; }
# project/stack
is_stack() { [[ $1 =~ ^[0-9a-zA-Z_./-]{1,250}$ ]]; }

# all_are KIND JSON NAME…: whether the fields are of that kind, or not there, as in what older versions wrote.
all_are() {
  local kind=$1 json=$2 name value
  shift 2
  for name in "$@"; do
    value=$(field "$json" "$name")
    [ -z "$value" ] || "is_$kind" "$value" || return
  done
}
