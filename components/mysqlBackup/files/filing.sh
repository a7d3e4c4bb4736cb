#!/usr/bin/env bash
# Files the archive of the binary log, piece by piece, and notes how far it reaches. For archive.sh.

# What store.sh, authentic.sh and archive.sh set.
: "${target=}" "${text=}" "${trust=}" "${scripts=}"

# The run that is gone on with, and what has been filed of it: until which moment, which transactions, the number of the
# last piece. $reach_text and $piece_text are what was written last into reach.json and about that piece.
run='' reach='' after='' number=0 reach_text='' piece_text=''

# A gap cannot be mended; a new full backup begins a new run.
break_run() {
  mkdir -p "$target/archive/$run"
  rm -f "$target/archive/$run/broken"
  echo "$1" >"$target/archive/$run/broken"
  state archive "failed: $1; a new full backup is taken"
  run=
  echo archive >/tmp/full.requests
}

# begin_run RUN: where it was left, as this stack noted it. A piece that was filed and not noted before this was ended is
# noted now.
begin_run() {
  run=$1 piece_text=''
  examine_reach "$run"
  if [ "$trust" != authentic ]; then
    break_run "archive/$run/reach.json is $trust"
    return 1
  fi
  reach_text=$text number=$(count "$text" number) reach=$(field "$text" reach) after=$(field "$text" after)
  if [ "$number" != 0 ]; then is_piece "$number" after "$after" || return; fi
  while [ -e "$(piece_file $((number + 1))).json" ]; do
    is_piece $((number + 1)) before "$after" || return
    number=$((number + 1)) after=$(field "$piece_text" after)
    note_reach || return
  done
}

# piece_file NUMBER: without the ending.
piece_file() { printf '%s/archive/%s/%08d' "$target" "$run" "$1"; }

# is_piece NUMBER before|after GTIDS: whether the piece is there as it was written and begins or ends so. $piece_text.
is_piece() {
  local file
  file=$(piece_file "$1").json
  examine_piece "$file"
  if [ "$trust" = authentic ] &&
    [ "$(field "$text" run) $(field "$text" number) $(field "$text" "$2")" = "$run $1 $3" ]; then
    piece_text=$text
    return
  fi
  if [ "$trust" = missing ]; then break_run "${file#"$target"/} is missing"; else break_run "${file#"$target"/} is changed"; fi
  return 1
}

# is_untouched: whether the archive ends as it was left. Who has written to it meanwhile could have left out something.
is_untouched() {
  local piece
  piece=$(piece_file "$number").json
  if [ "$(cat "$target/archive/$run/reach.json" 2>/dev/null)" != "$reach_text" ]; then
    break_run "archive/$run/reach.json is not as it was left"
  elif [ -n "$piece_text" ] && [ "$(cat "$piece" 2>/dev/null)" != "$piece_text" ]; then
    break_run "${piece#"$target"/} is not as it was left"
  else
    return 0
  fi
  return 1
}

# file_piece FILE AFTER: a closed relay log and the transactions that are archived with it.
file_piece() {
  local folder=$target/archive/$run piece count first last sum written
  read -r count first last < <(LC_ALL=C gawk --characters-as-bytes -f "$scripts/transactions.awk" "$1" |
    awk 'NR == 1 { first = last = $1 } $1 > last { last = $1 } END { printf "%d %d %d\n", NR, first, last }') || return
  piece=$(piece_file $((number + 1)))
  sum=$(seal <"$1" | tee "$folder/.draft" | digest) || return
  printf -v written '{"kind":"piece","format":2,"stack":"%s","timeline":"%s","run":"%s","number":%d,"transactions":%d,"first":%d,"last":%d,"before":"%s","after":"%s","encrypted":%s,"bytes":%d,"dataBytes":%d,"sha256":"%s"}' \
    "$STACK" "$TIMELINE" "$run" $((number + 1)) "$count" "$first" "$last" "$after" "$2" "$ENCRYPTED" \
    "$(stat -c %s "$folder/.draft")" "$(stat -c %s "$1")" "$sum"
  written=$(signed "$written")
  echo "$written" >"$folder/.draft.json" || return
  sync "$folder/.draft" "$folder/.draft.json"
  mv "$folder/.draft" "$piece.data" || return
  mv "$folder/.draft.json" "$piece.json" || return
  number=$((number + 1)) after=$2 piece_text=$written
  note_reach
}

# note_reach: after each piece, so that whoever has the others knows that it is there.
note_reach() { write_reach "$run" "$reach" "$number" "$after"; }
