#!/bin/sh
# backup.sh DATABASE [CLIENT OPTION...]: writes all of a database to standard output, as of one moment, while it is in use.
# The password is MYSQL_PWD, else MYSQL_ROOT_PASSWORD. Works with the tools of MySQL and of MariaDB.
set -eu
database=$1
shift
export MYSQL_PWD="${MYSQL_PWD:-$MYSQL_ROOT_PASSWORD}"
dump=$(command -v mysqldump || command -v mariadb-dump)
# With the numbers of the transactions that are in it (GTIDs), by which a replica restored from it knows where to go on;
# restore.sh leaves them out elsewhere. Only MySQL knows the option.
exec "$dump" "$@" --single-transaction --quick --routines --triggers --hex-blob --no-tablespaces \
  --default-character-set=utf8mb4 --loose-set-gtid-purged=AUTO "$database"
