#!/usr/bin/env bash
# Decides which segments of the archive, and which copies of storages, a restore needs, and whether they are the ones
# that were written. For chain.sh, list.sh and restoreStorage.sh. These functions are pure: they read their arguments and
# standard input and nothing else, and print their decision or return it.
#
# VOUCHED (yes or no) says whether the full backup is authentic. Older versions of the program did not authenticate:
# there are no figures then that could be relied on.

# first_segment VOUCHED ARCHIVED FIRST: prints the number of the first segment that follows a full backup. ARCHIVED is
# the last segment before the backup, and FIRST the first one that exists (empty: there is none).
first_segment() {
  if [ "$1" = yes ]; then echo $(($2 + 1)); else echo $((10#${3:-1})); fi
}

# lesser NUMBER NUMBER: prints the lesser one. An empty one is unknown and does not count.
lesser() { if [ -z "$2" ] || { [ -n "$1" ] && (($1 < $2)); }; then echo "$1"; else echo "$2"; fi; }

# is_put_back VOUCHED NOTED FIRST LATEST: whether somebody has put back an earlier progress of the chain. NOTED is the
# segment that the progress ends with, FIRST the first segment that is needed and LATEST the last one that exists. A
# segment may exist that is not noted, because the script may have been killed in between. Older versions of the program
# noted no number, which counts as 0.
is_put_back() {
  if [ "$1" != yes ] && [ "$2" = 0 ]; then return 1; fi
  (($2 < $3 - 1 || $4 > $2 + 1))
}

# place_of NUMBER CHAIN BEFORE ITS_NUMBER ITS_CHAIN ITS_BEFORE: prints what a segment is in the place NUMBER of the chain
# CHAIN, after the segment that ends with the GTIDs BEFORE (empty: any): next, elsewhere (it belongs to another place) or
# apart (it does not continue the one before it). Older versions of the program noted no chain.
place_of() {
  if [ "$4" != "$1" ] || [ "${5:-$2}" != "$2" ]; then
    echo elsewhere
  elif [ -n "$3" ] && [ "$6" != "$3" ]; then
    echo apart
  else
    echo next
  fi
}

# is_later UNTIL MOMENT: whether the moment is later than the one at which a restore ends.
is_later() { [ "$1" != end ] && (($2 > $1)); }

# is_whole NOTED LATEST END LAST_END: whether the archive ends as its progress says. END are the GTIDs of the progress,
# and LAST_END those of the last segment (empty: it has none). A segment that is not noted has more.
is_whole() { [ "$1" != "$2" ] || [ -z "$4" ] || [ "$3" = "$4" ]; }

# missing_segments FIRST LAST: prints the segments that are missing from FIRST (empty: the first one that exists) to LAST
# or to the last one that exists. Standard input has the numbers of those that exist.
missing_segments() {
  awk -v first="$1" -v last="$2" '
    { there[$1 + 0]; if (lowest == "" || $1 + 0 < lowest) lowest = $1 + 0; if ($1 + 0 > last + 0) last = $1 + 0 }
    END {
      if (first == "") first = lowest == "" ? last : lowest
      for (number = first > 1 ? first + 0 : 1; number <= last + 0; number++)
        if (!(number in there)) printf "%08d\n", number
    }'
}

# is_copy_needed NUMBER SINCE UNTIL: whether a restore of storages needs the copy with this number. SINCE is the moment
# of the look before it. The first copy is complete and always needed. With a moment, the last one needed is the first
# that looked at or after it.
is_copy_needed() {
  case $3 in
  end) return 0 ;;
  backup) [ "$1" = 0 ] ;;
  *) [ "$1" = 0 ] || (($2 < $3)) ;;
  esac
}
