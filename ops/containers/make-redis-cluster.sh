#!/bin/sh
# make-redis-cluster.sh HOST:PORT...: forms a cluster of these nodes, with one replica per master, unless they are a
# cluster. Safe to run at every start and after an interrupted run: nodes without keys are reset, others never.
# Environment: PATIENCE, seconds that nodes may take to find each other (default 30).
set -eu

ask() { # HOST:PORT COMMAND...
  node=$1
  shift
  redis-cli -h "${node%:*}" -p "${node##*:}" "$@" | tr -d '\r'
}

for node in "$@"; do
  tries=0
  until [ "$(ask "$node" PING 2>/dev/null)" = PONG ]; do
    tries=$((tries + 1))
    if [ $tries -gt 60 ]; then
      echo "$node does not answer" >&2
      exit 1
    fi
    sleep 1
  done
done

# True if every node sees all slots served and half of all nodes are replicas.
is_whole() {
  for node in "$@"; do
    info=$(ask "$node" CLUSTER INFO)
    case $info in *cluster_state:ok*) ;; *) return 1 ;; esac
    [ "$(ask "$node" CLUSTER NODES | grep -c ' \(myself,\)\{0,1\}slave ')" -ge $(($# / 2)) ] || return 1
  done
}

wait_until_whole() {
  tries=0
  until is_whole "$@"; do
    tries=$((tries + 1))
    [ $tries -le "${PATIENCE:-30}" ] || return 1
    sleep 1
  done
}

are_strangers() {
  for node in "$@"; do
    ask "$node" CLUSTER INFO | grep -qx cluster_known_nodes:1 || return 1
  done
}

are_empty() {
  for node in "$@"; do
    [ "$(ask "$node" DBSIZE)" = 0 ] || return 1
  done
}

if ! are_strangers "$@" && wait_until_whole "$@"; then
  echo "The cluster is there"
  exit 0
fi
if ! are_empty "$@"; then
  echo "The nodes have data, and are no whole cluster: see docs/operations.md. Nothing was done" >&2
  exit 1
fi
for node in "$@"; do ask "$node" CLUSTER RESET HARD >/dev/null; done
redis-cli --cluster create "$@" --cluster-replicas 1 --cluster-yes
if ! wait_until_whole "$@"; then
  echo "The cluster was made, and does not become whole" >&2
  exit 1
fi
echo "The cluster is made"
