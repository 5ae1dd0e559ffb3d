#!/bin/sh
# backup.sh DATABASE [CLIENT OPTION...]: dumps a database to standard output, consistent as of one moment, while it is
# in use. The password is MYSQL_PWD, or else MYSQL_ROOT_PASSWORD. Works with the tools of MySQL and of MariaDB.
set -eu
database=$1
shift
export MYSQL_PWD="${MYSQL_PWD:-$MYSQL_ROOT_PASSWORD}"
dump=$(command -v mysqldump || command -v mariadb-dump)
# The dump contains the ids of its transactions (GTIDs), from which a replica restored from it continues; otherwise
# restore.sh leaves them out. Only MySQL knows this option.
exec "$dump" "$@" --single-transaction --quick --routines --triggers --hex-blob --no-tablespaces \
  --default-character-set=utf8mb4 --loose-set-gtid-purged=AUTO "$database"
