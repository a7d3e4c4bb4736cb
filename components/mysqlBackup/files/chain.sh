#!/usr/bin/env bash
# Finds the segments of the archive that follow a full backup, and verifies that this stack wrote each of them for its
# place and that none is missing. For restore.sh, which fails otherwise.

# shellcheck source=sequence.sh
. "$(dirname "${BASH_SOURCE[0]}")/sequence.sh"

# Variables of store.sh, authentic.sh and restore.sh.
: "${target=}" "${text=}" "${trust=}" "${vouched=}"

# is_accepted: whether the manifest that was examined last may be used. An archive without authentication is accepted
# together with a backup without authentication.
is_accepted() { [ "$trust" = authentic ] || { [ "$trust" = unauthenticated ] && [ "$vouched" = no ]; }; }

# refuse FILE: fails with the reason why the manifest that was examined last may not be used.
refuse() {
  case $trust in
  missing) fail "$1 is missing" ;;
  unauthenticated) fail "$1 is not authenticated: an older version of the program wrote such files, and so can others" ;;
  *) fail "$1 is not as this stack wrote it: it was changed, or written with another key" ;;
  esac
}

# archive_of JSON UNTIL: sets $segments to the segments (the names of their files) that follow the full backup with this
# manifest, up to the first one with a transaction that was committed later than UNTIL, and ${segment_texts[segment]} to
# their manifests. Each segment begins where the one before it ends. The last one is the last that the archive's
# progress names, or the one after it: the script may have been killed between writing a segment and noting it.
archive_of() {
  local until=$2 chain progress noted number latest segment file before=''
  segments=() segment_texts=()
  chain=$(chain_of "$1")
  examine_progress "$chain"
  # Older versions of the program began a chain without this file.
  if [ "$trust" = missing ] && [ "$vouched" = no ]; then return; fi
  is_accepted || refuse "$(progress_file "$chain")"
  progress=$text noted=$(count "$text" number)
  latest=$(segment_numbers "$chain" | tail -n 1) latest=$((10#${latest:-0}))
  number=$(first_segment "$vouched" "$(count "$1" archived)" "$(segment_numbers "$chain" | head -n 1)")
  if [ "$vouched" = yes ]; then before=$(field "$1" archivedGtids); fi
  if is_put_back "$vouched" "$noted" "$number" "$latest"; then
    fail "$(progress_file "$chain") is older than the archive: somebody put an earlier copy back"
  fi
  for ((; number <= latest || number <= noted; number++)); do
    segment=$(printf '%08d' "$number") file=archive/$chain/$(printf '%08d' "$number")
    examine_segment "$target/$file.json"
    is_accepted || refuse "$file.json"
    [ -f "$target/$file.data" ] || fail "$file.data is missing"
    case $(place_of "$number" "$chain" "$before" "$(count "$text" number)" "$(chain_of "$text")" "$(field "$text" before)") in
    elsewhere)
      trust=changed
      refuse "$file.json"
      ;;
    apart) fail "$file.json does not continue the one before it: somebody put an earlier copy of one of them back" ;;
    esac
    # shellcheck disable=SC2034 # For restore.sh.
    segments+=("$segment") segment_texts["$segment"]=$text before=$(field "$text" after)
    if is_later "$until" "$(count "$text" last)"; then return; fi
  done
  if ! is_whole "$noted" "$latest" "$(field "$progress" after)" "$before"; then
    fail "$(progress_file "$chain") does not match the last segment: somebody put an earlier copy of one of them back"
  fi
}
