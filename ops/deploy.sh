#!/bin/sh
# deploy.sh USER@HOST DIR VERSION: deploys a released version to a server with Docker, over SSH with the key
# ~/.ssh/deploy. DIR must have a filled-in .env (npm run make-env -- --production --print). Safe to repeat; an older
# VERSION rolls back.
set -eu
server=$1 dir=$2 version=$3
case $dir$version in *[!A-Za-z0-9./_-]*) echo "DIR and VERSION are plain names" >&2 && exit 2 ;; esac

remote() { ssh -i ~/.ssh/deploy -o BatchMode=yes -o StrictHostKeyChecking=yes "$server" "$@"; }

remote "test -f '$dir/.env'" || {
  echo "$dir/.env is not there: see docs/operations.md" >&2
  exit 1
}
# The modes are set explicitly: users in the containers must be able to read the mounted files.
tar -cf - --mode=u=rwX,go=rX docker-compose.yml ops/containers | remote "tar -xpf - -C '$dir'"
# The images are pulled before anything stops. Then the version is written to .env, so that a later `up` by hand keeps
# it.
remote "cd '$dir' && SEATDROP_TAG='$version' docker compose pull --quiet"
remote "cd '$dir' && sed -i 's/^SEATDROP_TAG=.*/SEATDROP_TAG=$version/' .env &&
  docker compose up --detach --no-build --remove-orphans --wait --wait-timeout 300"
