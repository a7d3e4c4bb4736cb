#!/usr/bin/env bash
# Passwords that change while the node runs: MySQL takes those that the files have. For node.sh.

# The account node opens to nobody but this user, by the socket, and can do nothing but this: root's own password is of no
# use once the file has another one.
NODE="CREATE USER IF NOT EXISTS 'node'@'localhost' IDENTIFIED WITH auth_socket AS 'mysql';
GRANT CREATE USER, SYSTEM_USER, SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN ON *.* TO 'node'@'localhost';"

# By account, the password that the file had last, and the one that MySQL is known to take.
declare -A read_before=() taken=()

as_node() { timeout 60 mysql --user=node --binary-mode --batch --skip-column-names; }

# answers STATEMENT: of the server, whoever of the two may ask it.
answers() { ask "$1" 2>/dev/null || as_node <<<"$1" 2>/dev/null; }

# has_changed ACCOUNT: whether the file has a $password that MySQL may not take yet. Files are replaced under this script:
# one that has just changed may not be whole.
has_changed() {
  password=''
  IFS= read -r password <"/run/secrets/$1-password"
  if [ -z "$password" ] || [ "${taken[$1]:-}" = "$password" ]; then return 1; fi
  if [ "${read_before[$1]:-}" = "$password" ]; then return 0; fi
  read_before[$1]=$password
  return 1
}

# unlogged: runs the statements of its input on this node alone, though it may be closed to all who write.
unlogged() {
  local closed status
  closed=$(answers "SELECT @@global.super_read_only") || return
  { echo "SET GLOBAL super_read_only = OFF; SET sql_log_bin = 0;"; cat; } | "$1"
  status=$?
  if [ "$closed" = 1 ]; then "$1" <<<"SET GLOBAL super_read_only = ON"; fi
  return $status
}

# Root is each node's own, as the image made it. What was restored or cloned may have another password for it.
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

# Data of an older version of the program have no account node: where root has another password, too, they stay closed.
refuse_stranger() {
  if fresh || [[ $(ask "DO 0" 2>&1) != *"ERROR 1045"* ]]; then return; fi
  state "refused: these data have another password for root than the stack, and were not made by a version that could change it"
}

# The others are the cluster's: the primary sets them. The one before still opens the account, for whoever has it still,
# until the password changes again.
keep_accounts() {
  local account password problem
  for account in application replication steward backup; do
    has_changed "$account" || continue
    if ! problem=$(sql_at "$MEMBER" "$account" 2>&1 <<<"DO 0"); then
      [[ $problem == *"ERROR 1045"* ]] || continue
      ask "ALTER USER '$account'@'%' IDENTIFIED BY '$password' RETAIN CURRENT PASSWORD" || continue
      echo "node: the account $account has the password of the file now, and still takes the one before"
    fi
    taken[$account]=$password
  done
}
