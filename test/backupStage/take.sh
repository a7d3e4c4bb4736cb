#!/usr/bin/env bash
# Runs a database and the backups' own scripts in one container, for tests. The scripts take two full backups and archive
# three segments after each. Before the second backup they are restarted without encryption. The folder is copied to
# /stage/folder, its state before the second backup to /stage/earlier, and each reach.json to /stage/reach.NUMBER.
set -euo pipefail

trap 'kill "$(cat /member/mysqld.pid)" 2>/dev/null || true' EXIT
target=/var/lib/mysql-files

openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=authority -days 2 -keyout /member/ca.key -out /run/secrets/ca.crt
openssl req -newkey rsa:2048 -nodes -subj /CN=member.test -keyout /member/key -out /member/request
openssl x509 -req -in /member/request -CA /run/secrets/ca.crt -CAkey /member/ca.key -CAcreateserial -days 2 \
  -extfile <(echo subjectAltName=DNS:member.test) -out /member/certificate
printf '%s' secret >/run/secrets/backup-password

own=(--no-defaults --datadir=/member/data --socket=/member/mysqld.sock --pid-file=/member/mysqld.pid
  --innodb-redo-log-capacity=8M --innodb-buffer-pool-size=16M --performance-schema=OFF)
mysqld "${own[@]}" --initialize-insecure
mysqld "${own[@]}" --server-id=7 --log-bin=binlog --gtid-mode=ON --enforce-gtid-consistency=ON --mysqlx=OFF \
  --skip-name-resolve --plugin-load-add=mysql_clone.so --ssl-ca=/run/secrets/ca.crt --ssl-cert=/member/certificate \
  --ssl-key=/member/key &
member() { mysql --no-defaults --user=root --socket=/member/mysqld.sock "$@"; }
until member --execute="DO 0" 2>/dev/null; do sleep 0.1; done
member <<'SQL'
CREATE USER 'backup'@'%' IDENTIFIED BY 'secret' REQUIRE SSL;
GRANT REPLICATION SLAVE, BACKUP_ADMIN ON *.* TO 'backup'@'%';
CREATE DATABASE cluster;
CREATE TABLE cluster.appointments (epoch BIGINT UNSIGNED PRIMARY KEY, member VARCHAR(80), reason VARCHAR(80));
CREATE DATABASE foobar;
CREATE TABLE foobar.messages (id INT AUTO_INCREMENT PRIMARY KEY);
SQL

# Records the arguments of all processes, in which no key may appear.
while :; do
  { cat /proc/[0-9]*/cmdline 2>/dev/null || true; } | tr '\0' '\n' >>/member/arguments
  sleep 0.02
done &
watching=$!

request() {
  local answer
  answer=$(bash /etc/backup/request.sh "$1")
  echo "$answer"
  case $answer in failed*) return 1 ;; esac
}
work() {
  rm -f /tmp/*.requests
  ENCRYPTED=$1 bash /etc/backup/backup.sh &
  until [ -p /tmp/archive.requests ]; do kill -0 $! || exit 1; sleep 0.1; done
}
segments() {
  local segment
  for segment in "$@"; do
    member --execute="INSERT INTO foobar.messages VALUES ()"
    request archive
    cp "$target"/archive/*/reach.json "/stage/reach.$segment"
  done
}

work true
working=$!
until [ -n "$(find "$target/full" -name manifest.json 2>/dev/null)" ]; do kill -0 $working || exit 1; sleep 0.1; done
cp "$target"/archive/*/reach.json /stage/reach.0
segments 1 2 3
cp -a "$target" /stage/earlier
kill $working
wait $working || true
work false
request full
segments 4 5 6
cp -a "$target" /stage/folder

# The running scripts have to notice that the end of the archive is missing.
find "$target/archive" -name '00000006.*' -delete
bash /etc/backup/request.sh archive >/stage/answer
kill $watching
sort -u /member/arguments >/stage/arguments
