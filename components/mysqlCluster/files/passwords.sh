#!/usr/bin/env bash
# Sets the accounts' passwords to those of the files, which may change while the node runs. For node.sh.
#
# Each node does it by itself, without the binary log. A logged statement about an account would wait for a replica's
# acknowledgement while it holds the lock of all accounts: then nobody can log in, and neither can the replica that
# should acknowledge. MySQL never ends that, even if the statement is killed.

# host_of and OWN_ACCOUNTS are from accounts.sh, and PASSWORDS_VIEW is from definitions.sh.
# shellcheck disable=SC2154

# Only this user can open the account node, by the socket. It exists to set passwords: once the file has another
# password for root, root itself can no longer log in with it.
NODE="CREATE USER IF NOT EXISTS 'node'@'localhost' IDENTIFIED WITH auth_socket AS 'mysql';
GRANT CREATE USER, SYSTEM_USER, SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN ON *.* TO 'node'@'localhost';"

# By account: the password that the file had at the last look, the one that MySQL is known to accept, and what
# ACCOUNT_STATES said of the account then.
declare -A read_before=() taken=() seen_as=()

as_node() { timeout 60 mysql --user=node --binary-mode --batch --skip-column-names; }

# answers STATEMENT: prints the answer of the server, asked as root or else as node.
answers() { ask "$1" 2>/dev/null || as_node <<<"$1" 2>/dev/null; }

# accepts ACCOUNT PASSWORD: prints yes or no: whether the password opens the account. An arbiter is not in the network of
# the application's account.
accepts() {
  if [ "$ARBITER $1" = "true application" ]; then
    echo yes
  else
    bash "$scripts/opens.sh" "$1" <<<"$2" 2>/dev/null
  fi
}

# read_password ACCOUNT: sets $password to that of the file. Files change while this script runs: a new password counts
# only at the second look, because the file may have been read half-written.
read_password() {
  password=''
  IFS= read -r password <"/run/secrets/$1-password"
  if [ -n "$password" ] && [ "${read_before[$1]:-}" = "$password" ]; then return 0; fi
  read_before[$1]=$password
  return 1
}

# unlogged CLIENT: runs the statements of standard input without writing them to the binary log, even on a read-only
# node, whose clients stay locked out meanwhile.
unlogged() {
  local status
  unlocked_by=$1
  { echo "SET GLOBAL super_read_only = OFF; SET sql_log_bin = 0;"; cat; } | "$1"
  status=$?
  lock_again
  return $status
}

# The client by which a read-only node was opened to administrators, until it is closed to them again.
unlocked_by=''

lock_again() {
  if [ -z "$unlocked_by" ]; then return; fi
  if "$unlocked_by" <<<"SET GLOBAL super_read_only = @@global.read_only"; then unlocked_by=''; fi
}

# Every node has its own account root, which the image created. Restored or cloned data may have another password for
# it, and a person may have set one.
keep_root() {
  local password problem
  if ! read_password root || [ "${taken[root]:-}" = "$password" ]; then return; fi
  if problem=$(ask "DO 0" 2>&1); then
    unlogged sql <<<"$NODE" || return
  elif [[ $problem == *"ERROR 1045"* ]]; then
    unlogged as_node <<<"ALTER USER 'root'@'localhost' IDENTIFIED BY '$password'" || return
    echo "node: root has the password of the file now"
  else
    return 1
  fi
  taken[root]=$password
}

# Data of an older version of the program has no account node. If root has another password as well, nobody can log in.
refuse_stranger() {
  if fresh || [[ $(ask "DO 0" 2>&1) != *"ERROR 1045"* ]]; then return; fi
  state "refused: root has another password in this data than in the stack, and the version that wrote the data cannot change it"
}

# SQL: the accounts that can be opened, each as account:mark:digest, or -. The digest changes with the passwords. They
# are none while a primary of an older version may be there, which changes passwords in the binary log: the same change
# twice would drop the password before. A primary of this version has made the view. For look() of node.sh.
# shellcheck disable=SC2034
ACCOUNT_STATES="IF($SOURCE = '-' AND $GROUP_STATE IN ('NONE', 'OFFLINE')
    OR EXISTS (SELECT 1 FROM information_schema.VIEWS WHERE CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) = '$PASSWORDS_VIEW'),
  COALESCE((SELECT GROUP_CONCAT(User, ':', COALESCE(User_attributes->>'\$.metadata.password', '-'), ':',
      LEFT(SHA2(CONCAT(authentication_string, COALESCE(User_attributes->>'\$.additional_password', '')), 256), 16)
      SEPARATOR ' ') FROM mysql.user
    WHERE account_locked = 'N' AND CONCAT(User, '=', Host) IN ($OWN_ACCOUNTS)), '-'), '-')"

# keep_accounts: the other accounts. The previous password stays valid for clients that still use it, until `up` has
# moved all of them and discards it. A password that a person has set is replaced by that of the file.
keep_accounts() {
  local entry account password name seen unverified="" as_observed=""
  for entry in $accounts; do
    account=${entry%%:*} seen=${entry#*:}
    # The router's account has no password.
    if [ "$account" = router ] || [ "$account" = - ] || ! read_password "$account"; then continue; fi
    if [ "${taken[$account]:-} ${seen_as[$account]:-}" = "$password $seen" ]; then continue; fi
    name="'$account'@'${host_of[$account]}'"
    if [ "${seen%:*}" != "$(mark "$password")" ]; then
      # One statement sets both, because the same password set twice would drop the one before.
      unlogged sql <<<"ALTER USER $name IDENTIFIED BY '$password' RETAIN CURRENT PASSWORD ATTRIBUTE '{\"password\": \"$(mark "$password")\"}'" || continue
      echo "node: the account $account has the password of the file now, and still takes the one before"
    else
      unverified=$account as_observed=$seen
    fi
  done
  # One in each round, because a slow answer must not keep the node from its role.
  if [ -n "$unverified" ] && read_password "$unverified"; then verify "$unverified" "$as_observed"; fi
}

# has_password ACCOUNT: whether the account has the password of the file, by its mark. An account that look() does not
# see counts as one that has it.
has_password() {
  local entry
  for entry in $accounts; do
    if [ "${entry%%:*}" = "$1" ]; then
      [[ $entry == "$1:$(mark "$(secret "$1-password")"):"* ]]
      return
    fi
  done
}

# verify ACCOUNT SEEN: a person may have set another password, or this script has just started. The account is left alone
# once the password opens it, until it differs from SEEN, which was observed before: what a person sets meanwhile is
# noticed.
verify() {
  local name="'$1'@'${host_of[$1]}'"
  case "$(accepts "$1" "$password")" in
  yes)
    taken[$1]=$password
    seen_as[$1]=$2
    ;;
  no)
    # Without RETAIN, the password before stays valid if there is one.
    unlogged sql <<<"ALTER USER $name IDENTIFIED BY '$password'" || return
    echo "node: the account $1 had another password than the file, and has that of the file again"
    ;;
  esac
}
