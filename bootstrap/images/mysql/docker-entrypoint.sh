#!/bin/bash
# Runs the MySQL server, after having initialised an empty data directory. Any other program runs as it is given.
#
# An empty data directory is set up by MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD or MYSQL_RANDOM_ROOT_PASSWORD (one
# is required), MYSQL_ROOT_HOST, MYSQL_DATABASE, MYSQL_USER, MYSQL_PASSWORD, MYSQL_ONETIME_PASSWORD and
# MYSQL_INITDB_SKIP_TZINFO, then by the files in /docker-entrypoint-initdb.d. Values go into SQL as they are.
set -eo pipefail
shopt -s nullglob

note() { printf '%s [%s] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" Note "$*"; }
warn() { printf '%s [%s] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" Warn "$*" >&2; }
fail() {
  printf '%s [%s] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" ERROR "$*" >&2
  exit 1
}

# value_of NAME [DEFAULT]: exports NAME from itself or from the file that NAME_FILE names.
value_of() {
  local name=$1 file_name=$1_FILE
  local file=${!file_name:-}
  [[ -z ${!name:-} || -z $file ]] || fail "Both $name and $file_name are set; only one may be"
  if [[ -n $file ]]; then
    local text
    text=$(<"$file") || fail "$file_name: $file can not be read by user $(id -u)"
    export "$name=$text"
  else
    export "$name=${!name:-${2:-}}"
  fi
  unset "$file_name"
}

# The server's own view of its settings, from its files and its command line.
read_settings() {
  local errors status=0
  errors=$(mktemp)
  settings=$("$@" --verbose --help 2>"$errors") || status=$?
  if ((status != 0)); then
    cat "$errors" >&2
    rm -f "$errors"
    fail "mysqld does not accept its configuration (command: $*)"
  fi
  rm -f "$errors"
}

# setting NAME: empty where the server has none.
setting() {
  awk -v name="$1" '$1 == name && !/^[ \t]/ { sub(/^[^ \t]+[ \t]*/, ""); print; exit }' <<<"$settings"
}

create_folders() {
  mkdir -p "$data"
  local name path
  for name in socket general-log-file pid-file slow-query-log-file log-error; do
    path=$(setting "$name")
    # Relative paths are below the data directory.
    if [[ $path == /* ]]; then mkdir -p "$(dirname "$path")"; fi
  done
  path=$(setting secure-file-priv)
  if [[ $path == /* ]]; then mkdir -p "$path"; fi
}

own_folders() {
  find "$data" "$(dirname "$socket")" \! -user mysql -exec chown mysql '{}' +
  local path
  path=$(setting secure-file-priv)
  if [[ -d $path ]]; then find "$path" \! -user mysql -exec chown mysql '{}' +; fi
}

# Tools that look for the socket where MySQL's own packages have it find it through this link.
link_socket() {
  local usual=/var/lib/mysql/mysql.sock
  if [[ $socket != "$usual" && -d /var/lib/mysql ]]; then ln -sfT "$socket" "$usual" || true; fi
}

# docker_process_sql [--dont-use-mysql-root-password] [client options]: runs the SQL of its input as root.
# Scripts in /docker-entrypoint-initdb.d may call it.
docker_process_sql() {
  local password=${MYSQL_ROOT_PASSWORD:-}
  if [[ ${1:-} == --dont-use-mysql-root-password ]]; then
    password=
    shift
  fi
  if [[ -n ${MYSQL_DATABASE:-} && " $* " != *" --database="* ]]; then set -- --database="$MYSQL_DATABASE" "$@"; fi
  mysql --defaults-extra-file=<(client_password "$password") \
    --protocol=socket --user=root --host=localhost --socket="$socket" --comments "$@"
}

# In a file, not on the command line: that is for all to read.
client_password() {
  if [[ -n $1 ]]; then printf '[client]\npassword="%s"\n' "$1"; fi
}

start_temporary_server() {
  note "Starting the temporary server: no network, only its socket"
  "$@" --daemonize --skip-networking --default-time-zone=SYSTEM --socket="$socket" \
    || fail "The temporary server did not start"
}

stop_temporary_server() {
  note "Stopping the temporary server"
  mysqladmin --defaults-extra-file=<(client_password "$MYSQL_ROOT_PASSWORD") \
    --protocol=socket --user=root --socket="$socket" shutdown || fail "The temporary server did not stop"
}

set_up_root() {
  local remote=
  if [[ -n $MYSQL_ROOT_HOST && $MYSQL_ROOT_HOST != localhost ]]; then
    remote="CREATE USER 'root'@'$MYSQL_ROOT_HOST' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
      GRANT ALL ON *.* TO 'root'@'$MYSQL_ROOT_HOST' WITH GRANT OPTION;"
  fi
  # Not into the binary log: each node has its own root, and a replica must not get this one's.
  docker_process_sql --dont-use-mysql-root-password --database=mysql <<-SQL
	SET @@SESSION.SQL_LOG_BIN = 0;
	ALTER USER 'root'@'localhost' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
	GRANT ALL ON *.* TO 'root'@'localhost' WITH GRANT OPTION;
	$remote
	FLUSH PRIVILEGES;
	DROP DATABASE IF EXISTS test;
	SQL
}

set_up_application() {
  if [[ -n $MYSQL_DATABASE ]]; then
    note "Creating database $MYSQL_DATABASE"
    docker_process_sql --database=mysql <<<"CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`;"
  fi
  if [[ -n $MYSQL_USER && -n $MYSQL_PASSWORD ]]; then
    note "Creating user $MYSQL_USER"
    docker_process_sql --database=mysql <<<"CREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY '$MYSQL_PASSWORD';"
    if [[ -n $MYSQL_DATABASE ]]; then
      # An underscore in a grant stands for any character.
      docker_process_sql --database=mysql <<<"GRANT ALL ON \`${MYSQL_DATABASE//_/\\_}\`.* TO '$MYSQL_USER'@'%';"
    fi
  elif [[ -n $MYSQL_USER || -n $MYSQL_PASSWORD ]]; then
    warn "MYSQL_USER and MYSQL_PASSWORD go together; one is missing, so no user is created"
  fi
}

run_initdb_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh)
        if [[ -x $file ]]; then
          note "Running $file"
          "$file"
        else
          note "Sourcing $file"
          # shellcheck source=/dev/null
          . "$file"
        fi
        ;;
      *.sql) note "Running $file"; docker_process_sql <"$file" ;;
      *.sql.gz) note "Running $file"; gunzip -c "$file" | docker_process_sql ;;
      *.sql.bz2) note "Running $file"; bunzip2 -c "$file" | docker_process_sql ;;
      *.sql.xz) note "Running $file"; xzcat "$file" | docker_process_sql ;;
      *.sql.zst) note "Running $file"; zstd -dc "$file" | docker_process_sql ;;
      *) warn "Ignoring $file" ;;
    esac
  done
}

check_environment() {
  [[ -n $MYSQL_ROOT_PASSWORD || -n ${MYSQL_ALLOW_EMPTY_PASSWORD:-} || -n ${MYSQL_RANDOM_ROOT_PASSWORD:-} ]] \
    || fail "The data directory is empty and none of MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD and" \
      "MYSQL_RANDOM_ROOT_PASSWORD is set"
  [[ $MYSQL_USER != root ]] || fail "MYSQL_USER can not be root; root is set up by MYSQL_ROOT_PASSWORD"
}

initialise() {
  check_environment
  note "Initialising the data directory $data"
  "$@" --initialize-insecure --default-time-zone=SYSTEM
  start_temporary_server "$@"

  if [[ -n ${MYSQL_RANDOM_ROOT_PASSWORD:-} ]]; then
    MYSQL_ROOT_PASSWORD=$(openssl rand -hex 16)
    export MYSQL_ROOT_PASSWORD
    note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
  fi
  if [[ -z ${MYSQL_INITDB_SKIP_TZINFO:-} ]]; then
    note "Loading the time zones"
    mysql_tzinfo_to_sql /usr/share/zoneinfo | docker_process_sql --dont-use-mysql-root-password --database=mysql
  fi
  set_up_root
  set_up_application
  run_initdb_files
  if [[ -n ${MYSQL_ONETIME_PASSWORD:-} ]]; then
    docker_process_sql --database=mysql <<<"ALTER USER 'root'@'%' PASSWORD EXPIRE;"
  fi

  stop_temporary_server
  note "The data directory is ready"
}

only_asks() {
  local argument
  for argument; do
    case "$argument" in
      -'?' | --help | --print-defaults | -V | --version) return 0 ;;
    esac
  done
  return 1
}

main() {
  if [[ ${1:-} == -* ]]; then set -- mysqld "$@"; fi
  if [[ ${1:-} != mysqld ]] || only_asks "$@"; then exec "$@"; fi

  local settings data socket
  read_settings "$@"
  data=$(setting datadir)
  socket=$(setting socket)
  value_of MYSQL_ROOT_HOST %
  value_of MYSQL_DATABASE
  value_of MYSQL_USER
  value_of MYSQL_PASSWORD
  value_of MYSQL_ROOT_PASSWORD

  create_folders
  if (($(id -u) == 0)); then
    own_folders
    note "Going on as user mysql"
    exec gosu mysql "${BASH_SOURCE[0]}" "$@"
  fi

  # An existing system schema is a data directory in use, and none of the environment counts.
  [[ -d $data/mysql ]] || initialise "$@"
  link_socket
  exec "$@"
}

main "$@"
