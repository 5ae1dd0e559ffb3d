#!/bin/sh
# restore.sh DATABASE [CLIENT OPTION...] <BACKUP: fills an empty database from what backup.sh wrote. Does nothing where the
# backup is cut short or the database has tables. The password is MYSQL_PWD, else MYSQL_ROOT_PASSWORD.
set -eu
database=$1
shift
export MYSQL_PWD="${MYSQL_PWD:-$MYSQL_ROOT_PASSWORD}"
client=$(command -v mysql || command -v mariadb)

file=$(mktemp)
trap 'rm -f "$file"' EXIT
cat >"$file"
if ! tail -n 1 "$file" | grep -q '^-- Dump completed'; then
  echo "The backup is cut short. Nothing was done" >&2
  exit 1
fi
tables=$("$client" "$@" --batch --skip-column-names \
  -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$database'")
if [ "$tables" != 0 ]; then
  echo "$database has $tables tables. Nothing was done" >&2
  exit 1
fi
"$client" "$@" --default-character-set=utf8mb4 "$database" <"$file"
echo "Restored $database"
