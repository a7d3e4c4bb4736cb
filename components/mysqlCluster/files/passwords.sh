#!/usr/bin/env bash
# Sets the accounts' passwords to those of the files, which may change while the node runs. For node.sh.

# host_of is from accounts.sh.
# shellcheck disable=SC2154

# Only this user can open the account node, by the socket. It exists to set passwords: once the file has another
# password for root, root itself can no longer log in with it.
NODE="CREATE USER IF NOT EXISTS 'node'@'localhost' IDENTIFIED WITH auth_socket AS 'mysql';
GRANT CREATE USER, SYSTEM_USER, SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN ON *.* TO 'node'@'localhost';"

# By account: the password that the file had at the last look, and the one that MySQL is known to accept.
declare -A read_before=() taken=()

as_node() { timeout 60 mysql --user=node --binary-mode --batch --skip-column-names; }

# answers STATEMENT: prints the answer of the server, asked as root or else as node.
answers() { ask "$1" 2>/dev/null || as_node <<<"$1" 2>/dev/null; }

# has_changed ACCOUNT: sets $password to that of the file, and succeeds if MySQL may not accept it yet. Files change
# while this script runs: a new password counts only at the second look, because the file may have been read
# half-written.
has_changed() {
  password=''
  IFS= read -r password <"/run/secrets/$1-password"
  if [ -z "$password" ] || [ "${taken[$1]:-}" = "$password" ]; then return 1; fi
  if [ "${read_before[$1]:-}" = "$password" ]; then return 0; fi
  read_before[$1]=$password
  return 1
}

# unlogged CLIENT: runs the statements of standard input without writing them to the binary log, even on a read-only
# node.
unlogged() {
  local closed status
  closed=$(answers "SELECT @@global.super_read_only") || return
  { echo "SET GLOBAL super_read_only = OFF; SET sql_log_bin = 0;"; cat; } | "$1"
  status=$?
  if [ "$closed" = 1 ]; then "$1" <<<"SET GLOBAL super_read_only = ON"; fi
  return $status
}

# Every node has its own account root, which the image created. Restored or cloned data may have another password for
# it.
keep_root() {
  local password problem
  if ! has_changed root; then return; fi
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

# The other accounts belong to the cluster, and the primary sets their passwords. The previous password stays valid for
# clients that still use it, until `up` has moved all of them and discards it.
keep_accounts() {
  local account password name present wanted
  for account in "${!host_of[@]}"; do
    # The router's account has none.
    if [ "$account" = router ] || ! has_changed "$account"; then continue; fi
    name="'$account'@'${host_of[$account]}'"
    wanted=$(mark "$password")
    present=$(ask "SELECT ATTRIBUTE->>'\$.password' FROM information_schema.user_attributes
      WHERE USER = '$account' AND HOST = '${host_of[$account]}'") || continue
    if [ "$present" != "$wanted" ]; then
      # One statement sets both, because the same password set twice would drop the one before.
      ask "ALTER USER $name IDENTIFIED BY '$password' RETAIN CURRENT PASSWORD ATTRIBUTE '{\"password\": \"$wanted\"}'" || continue
      echo "node: the account $account has the password of the file now, and still takes the one before"
    fi
    taken[$account]=$password
  done
}
