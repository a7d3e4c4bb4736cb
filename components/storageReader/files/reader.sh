#!/usr/bin/env bash
# Reads the application's storages for the container that takes backups, which may not read files of other users. It has
# no network and no keys, and cannot write to the storages.
#
# /exchange/requests takes a line for each request: its kind and the name of a folder in /exchange with three pipes.
# `answers` takes `begun` and, at the end, `done` or the reason of the failure. `data` takes the result: for `list` a
# record for each file (without the names of sockets and devices), for `files` a tar archive of the files that `names`
# lists. Records and names end with a zero byte.
set -uo pipefail
export LC_ALL=C

exchange=/exchange
storages=/storage
# A record without its path changes with every change of the file: it has the times of the content and of the inode.
RECORD='%y %m %U %G %s %T@ %C@ %i %n %p\0'
# Files that change or vanish while they are read. The next copy has what they have become.
CHANGING=': File removed before we read it$|: file changed as we read it$|: File shrank by [0-9]+ bytes|: Exiting with failure status due to'
CHANGING+='|: Cannot (stat|open|savedir|readlink): No such file or directory$'

list() { find . -mindepth 1 -ignore_readdir_race ! -type s ! -type b ! -type c -printf "$RECORD"; }

files() {
  tar --create --format=posix --pax-option=delete=atime,delete=ctime --sparse --acls \
    --xattrs --xattrs-include='user.*' --numeric-owner --no-recursion --null --verbatim-files-from --files-from="$1"
}

serve() {
  local io=$exchange/$2 status problems lines
  problems=$(mktemp)
  exec 4<>"$io/answers"
  echo begun >&4
  case $1 in
  list) list >"$io/data" 2>"$problems" ;;
  files) files "$io/names" >"$io/data" 2>"$problems" ;;
  esac
  status=$?
  lines=$(grep -vE "$CHANGING" "$problems" | head -n 3 | tr '\n' ' ' | tr -cd '[:print:]' | head -c 500)
  if [ -n "$lines" ]; then
    echo "files cannot be read: $lines" >&4
  elif [ $status -gt 2 ]; then
    echo "the reading of the storages ended by $status" >&4
  else
    echo "done" >&4
  fi
  rm "$problems"
}

cd $storages || exit
[ -p $exchange/requests ] || mkfifo -m 666 $exchange/requests || exit
exec 3<>$exchange/requests
trap 'exit 0' TERM
touch /tmp/ready
while read -r kind id <&3; do
  # Each request is served on its own: one that nobody fetches delays no other.
  if [[ $kind =~ ^(list|files)$ && $id =~ ^[0-9.]+$ ]]; then serve "$kind" "$id" & fi
done
