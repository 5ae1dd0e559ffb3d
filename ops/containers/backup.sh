#!/bin/sh
# backup.sh DATABASE [CLIENT OPTION...]: writes all of a database to standard output, as of one moment, while it is in use.
# The password is MYSQL_PWD, else MYSQL_ROOT_PASSWORD. Works with the tools of MySQL and of MariaDB.
set -eu
database=$1
shift
export MYSQL_PWD="${MYSQL_PWD:-$MYSQL_ROOT_PASSWORD}"
dump=$(command -v mysqldump || command -v mariadb-dump)
# Restored elsewhere, transactions get numbers of their own: hence without GTIDs, an option that only MySQL knows.
exec "$dump" "$@" --single-transaction --quick --routines --triggers --hex-blob --no-tablespaces \
  --default-character-set=utf8mb4 --loose-set-gtid-purged=OFF "$database"
