#!/usr/bin/env bash
# restore.sh CASE…: runs the backups' own scripts on changed copies of the folder that take.sh left. For each case it runs
# /cases/CASE in a copy, which changes files and calls `restore ARGUMENT…`. It prints a JSON line for each case: the last
# line of the restore and the output of list.sh, both in base64.
set -euo pipefail

# replace FILE TEXT TEXT
replace() { sed -i -E "s|$2|$3|" "$1"; }
# overwrite FILE: overwrites one byte.
overwrite() { printf '\377' | dd of="$1" bs=1 seek=100 conv=notrunc status=none; }
exchange() {
  mv "$1" /tmp/exchanged
  mv "$2" "$1"
  mv /tmp/exchanged "$2"
}
# sign FILE [KEY]: authenticates a manifest anew, as somebody with the key could.
sign() (
  # shellcheck source=../../components/mysqlBackup/files/authentic.sh
  . /etc/backup/authentic.sh
  authentication_key=${2:-$authentication_key}
  signed "$(sed -E 's/,"hmac":"[0-9a-f]+"\}$/}/' "$1")" >/tmp/signed
  cp /tmp/signed "$1"
)
# age NAME: converts the first backup and its archive to the format of an older version of the program.
age() (
  # shellcheck source=../../components/mysqlBackup/files/authentic.sh
  . /etc/backup/authentic.sh
  # shellcheck source=../../components/mysqlBackup/files/store.sh
  . /etc/backup/store.sh
  plain() {
    sed -E 's/,?"(kind|stack|timeline|run|contentsSha256|archivedGtids|hmac|sha256)":"[^"]*"//g; s/,?"(format|archived)":[0-9]+//g; s/^\{,/{/' "$1" >/tmp/plain
    sed -E "s/\}\$/$2}/; s/\"encrypted\":false/\"encrypted\":true/" /tmp/plain >"$1"
  }
  reseal() {
    unseal "$(cat "$1")" <"$2" | zstd -q -c | cipher -e /run/secrets/backup-key >/tmp/sealed
    plain "$1" ",\"sha256\":\"$(digest </tmp/sealed)\"$3"
    cp /tmp/sealed "$2"
  }
  reseal "$first/manifest.json" "$first/data" ",\"stack\":\"foobar\\/test\",\"timeline\":\"first\",\"run\":\"$1\""
  replace "$first/manifest.json" '"name":"[^"]*"' "\"name\":\"$1\""
  for segment in "$archive"/0*.json; do reseal "$segment" "${segment%.json}.data" ''; done
  replace "$archive/reach.json" '"number":[0-9]*,' ''
  plain "$archive/reach.json" ",\"run\":\"$1\""
  rm -r "$second"
  mv "$first" "full/$1"
  mv "$archive" "archive/$1"
)
# restore first|second|NAME [UNTIL]
restore() {
  local name=$1
  case $name in first | second) name=${!name#full/} ;; esac
  said=$(bash /etc/backup/restore.sh "$name" member "${2:-end}" 2>&1) || true
}

folder=/var/lib/mysql-files
for case in "$@"; do
  find /var/lib/mysql $folder -mindepth 1 -delete
  cp -a /stage/folder/. $folder
  result=$(
    cd $folder
    read -r first second < <(find full -mindepth 1 -maxdepth 1 | sort | xargs)
    archive=archive/${first#full/}
    # shellcheck source=/dev/null
    . "/cases/$case"
    tail -n 1 <<<"$said"
    bash /etc/backup/list.sh >/tmp/list
  )
  printf '{"says":"%s","list":"%s"}\n' "$(base64 --wrap=0 <<<"$result")" "$(base64 --wrap=0 </tmp/list)"
done
