#!/usr/bin/env bash
# unpack.sh from ID: unpacks the copies of restoreStorage.sh, which go through pipes in /exchange/ID, into the volumes in
# /storage. unpack.sh copy: copies the volumes in /present into those in /storage.
#
# Environment: ASIDE (names of storages, separated by commas, whose files go into the folder INTO of the storage).
set -euo pipefail
export LC_ALL=C

# Everything that a file has is restored: owner, mode, times, links, extended attributes.
extract() {
  tar --extract --delay-directory-restore --preserve-permissions --same-owner --numeric-owner --acls \
    --xattrs --xattrs-include='user.*' "$@"
}

# has LIST NAME
has() { [[ ,$1, == *,$2,* ]]; }

# unpack NUMBER GONE STORAGES: unpacks one copy. Its first GONE bytes are the files that are gone since the copy before
# it: the type, a space and the path of each.
unpack() {
  local -a options=() paths=()
  local name IFS=,
  for name in $3; do
    if [ ! -d "/storage/$name" ]; then
      options+=("--exclude=./$name")
    elif has "${ASIDE:-}" "$name"; then
      options+=("--transform=flags=rhS;s,^\./$name,./$name/$INTO,")
      paths+=(-e "s,^\./$name/,./$name/$INTO/,")
    fi
  done
  unset IFS
  {
    head -c "$2" | sed -z -E -e 's/^. //' "${paths[@]}" | xargs -0 -r rm -rf --
    extract --anchored --no-wildcards "${options[@]}" --file=-
    cat >/dev/null
  } <"$io/data.$1"
}

case $1 in
from)
  io=/exchange/$2
  until [ -p "$io/control" ]; do sleep 0.1; done
  cd /storage
  while read -r number gone storages; do
    if [ "$number" = end ]; then exit 0; fi
    unpack "$number" "$gone" "$storages"
  done <"$io/control"
  echo "error: the copies of the storages ended too soon" >&2
  exit 1
  ;;
discard)
  for folder in /storage/*; do rm -rf -- "$folder/${INTO:?}"; done
  ;;
copy)
  for folder in /present/*; do
    tar --create --directory="$folder" --format=posix --sparse --acls --xattrs --xattrs-include='user.*' \
      --numeric-owner . | extract --directory="/storage/${folder##*/}"
  done
  ;;
esac
