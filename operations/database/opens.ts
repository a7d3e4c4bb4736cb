/**
 * A script for bash in a database's container. It prints yes or no: whether the password of standard input opens the
 * account of its argument. An account can be opened from one network alone, so it tries each address of the container,
 * and for root the socket. It fails if MySQL does not answer. Error 1045 is a refusal, and so is 3118, of a locked
 * account.
 */
const OPENS = `account=$1 refused=no
IFS= read -r password
try() {
  answer=$(timeout 10 mysql --defaults-extra-file=<(printf '[client]\\nuser=%s\\npassword=%s\\n' "$account" "$password") \\
    "$@" <<<"DO 0" 2>&1)
}
addresses=('')
if [ "$account" != root ]; then
  mapfile -t addresses < <(awk -v own="$HOSTNAME" '{ for (i = 2; i <= NF; i++) if ($i == own) print $1 }' /etc/hosts)
fi
for address in "\${addresses[@]}"; do
  options=()
  if [ -n "$address" ]; then options=(--host="$address" --ssl-mode=VERIFY_CA --ssl-ca=/run/secrets/ca.crt); fi
  if try "\${options[@]}"; then
    echo yes
    exit
  fi
  [[ $answer == *"ERROR 1045"* || $answer == *"ERROR 3118"* ]] || { echo "$answer" >&2; exit 1; }
  refused=yes
done
[ "$refused" = yes ] || { echo "no address of $HOSTNAME is known" >&2; exit 1; }
echo no`;

/** The command that tells whether a password, on standard input, opens an account. */
export function opensCommand(account: string): string[] {
  return ["bash", "-c", OPENS, "bash", account];
}
