#!/bin/sh
# deploy.sh USER@HOST DIR VERSION: brings a released version to a server with Docker, over SSH with the key ~/.ssh/deploy.
# DIR has a filled-in .env (npm run make-env -- --production --print). Safe to run again; an older VERSION goes back.
set -eu
server=$1 dir=$2 version=$3
case $dir$version in *[!A-Za-z0-9./_-]*) echo "DIR and VERSION are plain names" >&2 && exit 2 ;; esac

remote() { ssh -i ~/.ssh/deploy -o BatchMode=yes -o StrictHostKeyChecking=yes "$server" "$@"; }

remote "test -f '$dir/.env'" || {
  echo "$dir/.env is not there: see docs/operations.md" >&2
  exit 1
}
# Their modes come with them: users of the containers must be able to read what is mounted.
tar -cf - --mode=u=rwX,go=rX docker-compose.yml ops/containers | remote "tar -xpf - -C '$dir'"
# The images are here before anything stops. Then the version is written down, so that a later `up` by hand keeps it.
remote "cd '$dir' && SEATDROP_TAG='$version' docker compose pull --quiet"
remote "cd '$dir' && sed -i 's/^SEATDROP_TAG=.*/SEATDROP_TAG=$version/' .env &&
  docker compose up --detach --no-build --remove-orphans --wait --wait-timeout 300"
