#!/usr/bin/env bash
# Decides what a round of archiving does. For archive.sh. These functions are pure: they read their arguments and nothing
# else, and print their decision or return it.

# Seconds for which the primary may lack transactions that are archived. After a failover it may have to apply them first.
BEHIND_LIMIT=60

# first_step NEWEST TRUST IS_BROKEN ASKED: prints the first step of a round: wait-first, request, wait-requested,
# wait-broken or archive. NEWEST and TRUST belong to the newest full backup (empty: there is none), IS_BROKEN (yes or no)
# says whether its chain is broken, and ASKED is the backup because of which another one has been requested.
first_step() {
  if [ -z "$1" ]; then
    echo wait-first
  elif [ "$2" != authentic ]; then
    # Otherwise anybody who can write to the folder could choose the GTIDs from which the archive goes on.
    if [ "$4" = "$1" ]; then echo wait-requested; else echo request; fi
  elif [ "$3" = yes ]; then
    echo wait-broken
  else
    echo archive
  fi
}

# is_purged ERROR: whether a member has refused to send the binary log, mostly because it no longer has it.
is_purged() { [ "$1" = 1236 ] || [ "$1" = 13114 ]; }

# next_source SOURCE RUNNING LACKING PRIMARY OTHER…: prints stay if the binary log is being received from SOURCE (empty:
# from none yet), or the member to receive it from, or none if each of them lacks it. RUNNING is Yes while it is being
# received. LACKING names, between spaces, the members that have refused to send it. The primary comes last, and SOURCE
# only if there is no other.
next_source() {
  local source=$1 running=$2 lacking=" $3 " primary=$4 member again=none
  shift 4
  if [ -n "$source" ] && [ "$running" = Yes ]; then
    echo stay
    return
  fi
  for member in "$@" "$primary"; do
    case $lacking in *" $member "*) continue ;; esac
    if [ "$member" != "$source" ]; then
      echo "$member"
      return
    fi
    again=$member
  done
  echo "$again"
}

# continuity CONTAINED SECONDS: prints whether the archive may go on with another member: continues, waits, breaks or
# unknown. CONTAINED says whether the primary has everything that is archived (1 or 0; otherwise there was no answer),
# and SECONDS for how long it has not. A new primary that lacks archived transactions has lost them: an archive with
# these and with the new ones could not be replayed.
continuity() {
  case $1 in
  1) echo continues ;;
  0) if (($2 < BEHIND_LIMIT)); then echo waits; else echo breaks; fi ;;
  *) echo unknown ;;
  esac
}
