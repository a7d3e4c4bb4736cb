#!/usr/bin/env bash
# Which pieces of the archive follow a full backup, each known to be what this stack wrote for that place, and none left out.
# For restore.sh, which fails where it is otherwise.

# What store.sh, authentic.sh and restore.sh set.
: "${target=}" "${text=}" "${trust=}" "${vouched=}"

# is_accepted: whether what examine has found may be used. With a backup that nobody can vouch for goes such an archive.
is_accepted() { [ "$trust" = authentic ] || { [ "$trust" = unauthenticated ] && [ "$vouched" = no ]; }; }

# refuse FILE: of what examine has found of it.
refuse() {
  case $trust in
  missing) fail "$1 is missing" ;;
  unauthenticated) fail "$1 is not authenticated: an older version of the program wrote such files, and so can others" ;;
  *) fail "$1 is not as this stack wrote it: it was changed, or written with another key" ;;
  esac
}

# archive_of JSON UNTIL: $chain are the pieces (by the names of their files) after the full backup with that manifest, up to
# the first that has a transaction that was committed later than UNTIL, and ${piece_texts[piece]} their manifests. Each
# begins where the one before it ends, and the last one is the last that was noted, but for one that was filed when all ended.
archive_of() {
  local until=$2 run reach noted number latest piece file of before=''
  chain=() piece_texts=()
  run=$(field "$1" run)
  examine_reach "$run"
  # Older versions of the program began an archive without it.
  if [ "$trust" = missing ] && [ "$vouched" = no ]; then return; fi
  is_accepted || refuse "archive/$run/reach.json"
  reach=$text noted=$(count "$text" number)
  latest=$(piece_numbers "$run" | tail -n 1) latest=$((10#${latest:-0}))
  if [ "$vouched" = yes ]; then
    number=$(($(count "$1" archived) + 1)) before=$(field "$1" archivedGtids)
  else
    number=$(piece_numbers "$run" | head -n 1) number=$((10#${number:-1}))
  fi
  if ((noted < number - 1 && noted > 0)) || ((latest > noted + 1 && noted > 0)); then
    fail "archive/$run/reach.json is older than what it is about: it was put back"
  fi
  for ((; number <= latest || number <= noted; number++)); do
    piece=$(printf '%08d' "$number") file=archive/$run/$(printf '%08d' "$number")
    examine_piece "$target/$file.json"
    is_accepted || refuse "$file.json"
    [ -f "$target/$file.data" ] || fail "$file.data is missing"
    of=$(field "$text" run)
    if [ "$(count "$text" number)" != "$number" ] || [ "${of:-$run}" != "$run" ]; then
      trust=changed
      refuse "$file.json"
    fi
    if [ -n "$before" ] && [ "$(field "$text" before)" != "$before" ]; then
      fail "$file.json does not go on from the one before it: one of them was put back"
    fi
    # shellcheck disable=SC2034 # For restore.sh.
    chain+=("$piece") piece_texts["$piece"]=$text before=$(field "$text" after)
    if [ "$until" != end ] && (($(count "$text" last) > until)); then return; fi
  done
  if [ "$latest" = "$noted" ] && [ "$(field "$reach" after)" != "${before:-$(field "$reach" after)}" ]; then
    fail "archive/$run/reach.json does not go with the last piece: one of them was put back"
  fi
}
