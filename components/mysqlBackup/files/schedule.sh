#!/usr/bin/env bash
# Decides when full backups are taken, what they are called and which chain follows them. For backup.sh and full.sh.
# These functions are pure: they read their arguments and nothing else, and print their decision or return it.

# whether COMMAND…: prints yes if the command succeeds, and no otherwise.
whether() { if "$@"; then echo yes; else echo no; fi; }

# newest_is LAST NEWEST TRUST IS_THERE: prints what became of LAST, the newest full backup at the last look (empty: there
# was none): kept, changed, gone or none. NEWEST and TRUST belong to the present newest one, and IS_THERE (yes or no)
# says whether the folder of LAST exists. A backup that could be a forgery does not count.
newest_is() {
  if [ -n "$1" ] && { [ "$3" != authentic ] || [[ $2 < $1 ]]; }; then
    if [ "$4" = yes ]; then echo changed; else echo gone; fi
  elif [ "$3" = authentic ]; then
    echo kept
  else
    echo none
  fi
}

# wait_for_full AGE INTERVAL IS_USELESS: prints the seconds until the next full backup. AGE is that of the newest one.
# IS_USELESS (yes or no) says that nothing can be added to that one. A negative age means that the clock was put back.
# The next backup is due then, because the clock may have been wrong by years.
wait_for_full() {
  if [ "$3" = yes ] || (($1 < 0 || $1 >= $2)); then echo 0; else echo $(($2 - $1)); fi
}

# is_taken REQUEST WAIT NOW AGAIN: whether a full backup is taken now. A number is the request of a command, which gets a
# new backup in any case. Another request counts only if a backup is due. Without a request a backup that is due is
# taken from the second AGAIN on.
is_taken() {
  case $1 in
  [0-9]*) return 0 ;;
  '') [ "$2" = 0 ] && (($3 >= $4)) ;;
  *) [ "$2" = 0 ] ;;
  esac
}

# next_pause PAUSE FIRST LAST: prints the pause after another failure. It doubles, from FIRST to LAST.
next_pause() { echo $(($1 == 0 ? $2 : $1 * 2 < $3 ? $1 * 2 : $3)); }

# time_to_look WAIT NOW AGAIN LONGEST: prints the seconds until the next look.
time_to_look() {
  local rest=$(($1 > 0 ? $1 : $3 - $2))
  rest=$((rest < $4 ? rest : $4))
  echo $((rest > 0 ? rest : 1))
}

# pause_after STATE SECONDS: prints the pause after a round with this outcome: a failed one is repeated soon.
pause_after() {
  case $1 in
  failed*) echo $(($2 < 10 ? $2 : 10)) ;;
  *) echo "$2" ;;
  esac
}

# name_after NOW NEWEST: prints the name of the next full backup. It is the present time, or the second after NEWEST if
# the clock was put back: the order of names is the order of backups, and the last names are kept.
name_after() {
  local time=$2
  if [[ -z $2 || $1 > $2 ]]; then
    echo "$1"
  else
    time="${time:0:4}-${time:4:2}-${time:6:2} ${time:9:2}:${time:11:2}:${time:13:2}"
    date -u -d "$time UTC 1 second" +%Y%m%dT%H%M%SZ
  fi
}

# chain_after NAME CHAIN TRUST IS_BROKEN CONTAINED: prints the chain that follows the full backup NAME. That is CHAIN,
# the one of the backup before it (empty: there is none), if the progress of that chain is authentic, the chain is not
# broken, and the new backup has everything that is archived (CONTAINED, 1 or 0). Otherwise a new chain begins.
chain_after() {
  if [ -n "$2" ] && [ "$3" = authentic ] && [ "$4" = no ] && [ "$5" = 1 ]; then echo "$2"; else echo "$1"; fi
}
