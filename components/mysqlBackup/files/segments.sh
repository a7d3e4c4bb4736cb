#!/usr/bin/env bash
# Writes the segments of the archive, and notes until when everything is archived. For archive.sh.

# Variables of store.sh, authentic.sh and archive.sh.
: "${target=}" "${text=}" "${trust=}" "${scripts=}"

# The present chain, and its progress: the moment until which everything is archived, the GTIDs that are archived, and
# the number of the last segment. $progress_text and $segment_text are the manifests of the progress and of that
# segment.
chain='' archived_until='' after='' number=0 progress_text='' segment_text=''

# break_chain REASON: ends the chain and requests a full backup, which begins a new one: a gap cannot be closed.
break_chain() {
  mkdir -p "$target/archive/$chain"
  rm -f "$target/archive/$chain/broken"
  echo "$1" >"$target/archive/$chain/broken"
  state archive "failed: $1; a new full backup is taken"
  chain=
  echo archive >/tmp/full.requests
}

# resume_chain CHAIN: goes on where this stack's notes end. A segment that was written but not noted, because the script
# was killed in between, is noted now.
resume_chain() {
  chain=$1 segment_text=''
  examine_progress "$chain"
  if [ "$trust" != authentic ]; then
    break_chain "$(progress_file "$chain") is $trust"
    return 1
  fi
  progress_text=$text number=$(count "$text" number) archived_until=$(archived_until_of "$text") after=$(field "$text" after)
  if [ "$number" != 0 ]; then is_segment "$number" after "$after" || return; fi
  while [ -e "$(segment_file $((number + 1))).json" ]; do
    is_segment $((number + 1)) before "$after" || return
    number=$((number + 1)) after=$(field "$segment_text" after)
    note_progress || return
  done
}

# segment_file NUMBER: prints the path of the segment's files without the extension.
segment_file() { printf '%s/archive/%s/%08d' "$target" "$chain" "$1"; }

# is_segment NUMBER before|after GTIDS: whether the segment is authentic and begins or ends with these GTIDs. Sets
# $segment_text.
is_segment() {
  local file
  file=$(segment_file "$1").json
  examine_segment "$file"
  if [ "$trust" = authentic ] &&
    [ "$(chain_of "$text") $(field "$text" number) $(field "$text" "$2")" = "$chain $1 $3" ]; then
    segment_text=$text
    return
  fi
  if [ "$trust" = missing ]; then break_chain "${file#"$target"/} is missing"; else break_chain "${file#"$target"/} is changed"; fi
  return 1
}

# is_untouched: whether the end of the archive is as this script left it. Anybody who has written to it since could have
# removed a part.
is_untouched() {
  local segment
  segment=$(segment_file "$number").json
  if [ "$(cat "$target/$(progress_file "$chain")" 2>/dev/null)" != "$progress_text" ]; then
    break_chain "$(progress_file "$chain") is not as it was left"
  elif [ -n "$segment_text" ] && [ "$(cat "$segment" 2>/dev/null)" != "$segment_text" ]; then
    break_chain "${segment#"$target"/} is not as it was left"
  else
    return 0
  fi
  return 1
}

# archive_segment FILE GTIDS: writes a closed relay log as the next segment. The GTIDs are all that are archived with
# it.
archive_segment() {
  local folder=$target/archive/$chain segment count first last sum written
  read -r count first last < <(LC_ALL=C gawk --characters-as-bytes -f "$scripts/transactions.awk" "$1" |
    awk 'NR == 1 { first = last = $1 } $1 > last { last = $1 } END { printf "%d %d %d\n", NR, first, last }') || return
  segment=$(segment_file $((number + 1)))
  sum=$(seal <"$1" | tee "$folder/.draft" | digest) || return
  printf -v written '{"kind":"piece","format":2,"stack":"%s","timeline":"%s","run":"%s","number":%d,"transactions":%d,"first":%d,"last":%d,"before":"%s","after":"%s","encrypted":%s,"bytes":%d,"dataBytes":%d,"sha256":"%s"}' \
    "$STACK" "$TIMELINE" "$chain" $((number + 1)) "$count" "$first" "$last" "$after" "$2" "$ENCRYPTED" \
    "$(stat -c %s "$folder/.draft")" "$(stat -c %s "$1")" "$sum"
  written=$(signed "$written")
  echo "$written" >"$folder/.draft.json" || return
  sync "$folder/.draft" "$folder/.draft.json"
  mv "$folder/.draft" "$segment.data" || return
  mv "$folder/.draft.json" "$segment.json" || return
  number=$((number + 1)) after=$2 segment_text=$written
  note_progress
}

# note_progress: called after each segment, so that a missing last segment is noticed.
note_progress() { write_progress "$chain" "$archived_until" "$number" "$after"; }
