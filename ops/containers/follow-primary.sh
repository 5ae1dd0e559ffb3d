#!/bin/sh
# Makes the MySQL at `mysql-replica` follow the one at `mysql`, and refuse writes. Safe to run at every start, and again
# after it was cut short; takes over a changed password. Environment: MYSQL_ROOT_PASSWORD, MYSQL_REPLICATION_PASSWORD.
set -eu
export MYSQL_PWD="$MYSQL_ROOT_PASSWORD"

primary() { mysql --host=mysql --user=root --batch --skip-column-names "$@"; }
replica() { mysql --host=mysql-replica --user=root --batch --skip-column-names "$@"; }

primary <<SQL
CREATE USER IF NOT EXISTS replication@'%' IDENTIFIED BY '$MYSQL_REPLICATION_PASSWORD';
ALTER USER replication@'%' IDENTIFIED BY '$MYSQL_REPLICATION_PASSWORD';
GRANT REPLICATION SLAVE ON *.* TO replication@'%';
SQL

# What a new replica did to set itself up is its own: it begins with the first transaction of the primary.
if [ -z "$(replica -e 'SHOW REPLICA STATUS')" ]; then
  replica -e 'SET GLOBAL super_read_only = OFF; RESET BINARY LOGS AND GTIDS;'
fi
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
