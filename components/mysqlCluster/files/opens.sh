#!/usr/bin/env bash
# opens.sh ACCOUNT: prints yes or no: whether the password of standard input opens the account on this node. It tries
# each of the node's addresses, because an account can be opened from one network alone, and root by the socket. Fails if
# MySQL does not answer. Error 1045 is a refusal, and so is 3118, of a locked account.
set -uo pipefail

account=$1
IFS= read -r password

# try [OPTION…]: succeeds if MySQL lets the account in.
try() {
  answer=$(timeout 10 mysql --defaults-extra-file=<(printf '[client]\nuser=%s\npassword=%s\n' "$account" "$password") \
    "$@" <<<"DO 0" 2>&1)
}

refused=no
if [ "$account" = root ]; then
  addresses=('')
else
  mapfile -t addresses < <(awk -v own="$HOSTNAME" '{ for (i = 2; i <= NF; i++) if ($i == own) print $1 }' /etc/hosts)
fi
for address in "${addresses[@]}"; do
  options=()
  if [ -n "$address" ]; then options=(--host="$address" --ssl-mode=VERIFY_CA --ssl-ca=/run/secrets/ca.crt); fi
  if try "${options[@]}"; then
    echo yes
    exit
  fi
  [[ $answer == *"ERROR 1045"* || $answer == *"ERROR 3118"* ]] || { echo "$answer" >&2; exit 1; }
  refused=yes
done
[ "$refused" = yes ] || { echo "no address of $HOSTNAME is known" >&2; exit 1; }
echo no
