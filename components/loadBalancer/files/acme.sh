#!/usr/bin/env bash
# Keeps the certificate that this HAProxy has got by ACME: HAProxy itself forgets it when it ends. Asks for another one
# when the kept one is for other names or of another directory, or has less than a third of its time left.
# Arguments: the certificate's name in HAProxy, the file that keeps it, and its purpose: the directory and the names.
# The file's first line says the fingerprint and the purpose of its certificate.
set -u
name=$1
kept=$2
purpose=$3
# The time of the next request, and the seconds between it and the last one. Another HAProxy begins anew.
requests=/run/haproxy/acme-requests

ask() { printf '%s\n' "$1" | socat -T2 - UNIX-CONNECT:/run/haproxy/admin.sock; }
value() { sed -n "s/^$1: //p" <<<"$shown"; }

shown=$(ask "show ssl cert $name")
present=$(value 'SHA1 FingerPrint')
[ -n "$present" ] || exit 0
kept_one='' kept_purpose=''
{ read -r _ kept_one kept_purpose <"$kept"; } 2>/dev/null

keep() {
  umask 077
  { echo "# $present $purpose" && ask "dump ssl cert $name" | sed '/^$/d'; } >"$kept.new"
  # A certificate that HAProxy has changed meanwhile is kept at the next check.
  if [ "$(ask "show ssl cert $name" | sed -n 's/^SHA1 FingerPrint: //p')" = "$present" ] && grep -q 'BEGIN CERTIFICATE' "$kept.new"; then
    mv "$kept.new" "$kept"
    kept_purpose=$purpose
    rm -f "$requests"
    echo "keeps the certificate $present"
  fi
}

ends_soon() {
  local begin end now
  begin=$(date -d "$(value notBefore)" +%s) && end=$(date -d "$(value notAfter)" +%s) || return 1
  printf -v now '%(%s)T' -1
  [ $(((end - now) * 3)) -lt $((end - begin)) ]
}

# An authority refuses an account that fails too often (Let's Encrypt: 5 failures for a name in an hour), so each request
# waits three times as long as the one before it: a minute at first, an hour at last.
request() {
  local now next=0 pause=20
  printf -v now '%(%s)T' -1
  { read -r next pause <"$requests"; } 2>/dev/null
  [ "$now" -ge "$next" ] || return 0
  pause=$((pause * 3 < 3600 ? pause * 3 : 3600))
  echo "$((now + pause)) $pause" >"$requests"
  ask "acme renew $name"
}

if [ "$present" != "$kept_one" ]; then keep; fi
if [ "$kept_purpose" != "$purpose" ] || ends_soon; then request; fi
