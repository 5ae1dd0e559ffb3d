#!/bin/sh
# Makes the MySQL at `mysql-replica` a read-only replica of the one at `mysql`. Safe to run at every start and after
# an interrupted run; applies a changed password. Does nothing if MYSQL_URL names another primary, so that a promoted
# replica stays promoted. Refuses a server whose data did not come from the primary.
# Environment: MYSQL_URL, MYSQL_ROOT_PASSWORD, MYSQL_PASSWORD, MYSQL_REPLICATION_PASSWORD.
set -eu
export MYSQL_PWD="$MYSQL_ROOT_PASSWORD"

host=${MYSQL_URL##*@}
host=${host%%[:/?]*}
if [ "$host" != mysql ]; then
  echo "MYSQL_URL names $host and not mysql: nothing was done"
  exit 0
fi
if [ ${#MYSQL_REPLICATION_PASSWORD} -gt 32 ]; then
  echo "MYSQL_REPLICATION_PASSWORD has more than the 32 characters that MySQL takes: shorten it in .env" >&2
  exit 1
fi

primary() { mysql --host=mysql --user=root --batch --skip-column-names "$@"; }
replica() { mysql --host=mysql-replica --user=root --batch --skip-column-names "$@"; }

# True if every transaction of the replica is also one of the primary. A server without any GTIDs, or that cannot list
# them, has its data from elsewhere.
has_only_the_primarys() {
  own=$(replica -e "SELECT REPLACE(@@GLOBAL.gtid_executed, '\n', '')") && [ -n "$own" ] &&
    [ "$(primary -e "SELECT GTID_SUBSET('$own', @@GLOBAL.gtid_executed)")" = 1 ]
}

if [ -z "$(replica -e 'SHOW REPLICA STATUS')" ]; then
  tables=$(replica -e "SELECT COUNT(*) FROM information_schema.tables
    WHERE table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')")
  if [ "$tables" = 0 ]; then
    # Transactions of the replica's own set-up are discarded: it starts with the primary's first transaction.
    replica -e 'SET GLOBAL super_read_only = OFF; RESET BINARY LOGS AND GTIDS;'
  elif has_only_the_primarys; then
    # The server was restored from a backup, which contains the tables and not the accounts.
    replica <<SQL
SET GLOBAL super_read_only = OFF;
SET SESSION sql_log_bin = 0;
CREATE USER IF NOT EXISTS seatdrop@'%' IDENTIFIED BY '$MYSQL_PASSWORD';
GRANT ALL ON seatdrop.* TO seatdrop@'%';
CREATE USER IF NOT EXISTS replication@'%' IDENTIFIED BY '$MYSQL_REPLICATION_PASSWORD';
GRANT REPLICATION SLAVE ON *.* TO replication@'%';
SQL
  else
    echo "mysql-replica has $tables tables, follows nobody, and has data that mysql did not give it." >&2
    echo "Nothing was done: see 'Back up and restore' in docs/operations.md" >&2
    exit 1
  fi
fi

primary <<SQL
CREATE USER IF NOT EXISTS replication@'%' IDENTIFIED BY '$MYSQL_REPLICATION_PASSWORD';
ALTER USER replication@'%' IDENTIFIED BY '$MYSQL_REPLICATION_PASSWORD';
GRANT REPLICATION SLAVE ON *.* TO replication@'%';
SQL
replica <<SQL
STOP REPLICA;
CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'mysql', SOURCE_PORT = 3306, SOURCE_USER = 'replication',
  SOURCE_PASSWORD = '$MYSQL_REPLICATION_PASSWORD', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1;
SET PERSIST super_read_only = ON;
START REPLICA;
SQL

tries=0
until [ "$(replica -e "SELECT c.SERVICE_STATE, a.SERVICE_STATE
    FROM performance_schema.replication_connection_status c, performance_schema.replication_applier_status a" |
  tr '\t' ' ')" = "ON ON" ]; do
  tries=$((tries + 1))
  if [ $tries -gt 60 ]; then
    replica -e 'SHOW REPLICA STATUS\G' >&2
    exit 1
  fi
  sleep 1
done
echo "The replica follows"
