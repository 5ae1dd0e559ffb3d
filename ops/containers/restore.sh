#!/bin/sh
# restore.sh [--replica] DATABASE [CLIENT OPTION...] <BACKUP: fills an empty database from the output of backup.sh.
# Does nothing if the backup is incomplete or the database has tables. The password is MYSQL_PWD, or else
# MYSQL_ROOT_PASSWORD.
# With --replica, which requires a new server, the server adopts the GTIDs of the backup, so that follow-primary.sh
# can make it follow the primary from there. Without it, the restored rows get transactions of their own, which
# replicas receive.
set -eu
for_replica=
if [ "$1" = --replica ]; then
  for_replica=yes
  shift
fi
database=$1
shift
export MYSQL_PWD="${MYSQL_PWD:-$MYSQL_ROOT_PASSWORD}"
client=$(command -v mysql || command -v mariadb)
ask() { "$client" "$@" --batch --skip-column-names; }

refuse() {
  echo "$1. Nothing was done" >&2
  exit 1
}

file=$(mktemp)
trap 'rm -f "$file"' EXIT
cat >"$file"
tail -n 1 "$file" | grep -q '^-- Dump completed' || refuse "The backup is cut short"
tables=$(ask "$@" -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$database'")
[ "$tables" = 0 ] || refuse "$database has $tables tables"

# gtids: mysqldump's statement of the GTIDs, which may span several lines. contents: everything except that statement
# and those that keep a restore out of the binary log.
gtids() { LC_ALL=C awk '/^SET @@GLOBAL\.GTID_PURGED=/ { on = 1 } on { print } on && /;[ \t\r]*$/ { exit }' "$file"; }
contents() {
  LC_ALL=C awk '/^SET @@GLOBAL\.GTID_PURGED=/ { on = 1 } on { if (/;[ \t\r]*$/) on = 0; next }
    /^SET @MYSQLDUMP_TEMP_LOG_BIN|^SET @@SESSION\.SQL_LOG_BIN/ { next } { print }' "$file"
}

if [ -z "$for_replica" ]; then
  contents | "$client" "$@" --default-character-set=utf8mb4 "$database"
else
  [ -n "$(gtids)" ] || refuse "The backup does not say which transactions are in it"
  [ -z "$(ask "$@" -e 'SHOW REPLICA STATUS')" ] || refuse "The server follows another one"
  ask "$@" -e "SET GLOBAL super_read_only = OFF; SET SESSION sql_log_bin = 0; CREATE DATABASE IF NOT EXISTS \`$database\`"
  contents | "$client" "$@" --default-character-set=utf8mb4 --init-command='SET SESSION sql_log_bin = 0' "$database"
  # Last, so that an interrupted restore does not count as restored.
  { echo 'RESET BINARY LOGS AND GTIDS;' && gtids; } | ask "$@"
fi
echo "Restored $database"
