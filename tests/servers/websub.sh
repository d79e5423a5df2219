#!/usr/bin/env bash
# WebSub hub (real: Flask-WebSub, PyPI) and one subscriber that shows what was delivered to it.
# The hub wants the topic to answer with Link headers rel=hub and rel=self, and reads hub.topic where big public hubs read hub.url.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server websub 120

do_install() {
  commands_need curl:curl jq:jq
  pip_need Flask-WebSub==0.4.1 celery cachelib
}

do_start() {
  local url="http://$ADDRESS:$PORT"
  spawn hub "$APP/bin/python" "$FILES/hub.py" "$ADDRESS" "$PORT" "$RUN/data"
  wait_for hub 60 answers "$url/received" 200
  put WEBSUB_HUB "$url/hub"
  put WEBSUB_SUBSCRIBER "$url/subscriber"
  put WEBSUB_RECEIVED "$url/received"
}

do_stop() { halt topic; halt hub; }

do_check() {
  local hub topic received
  hub=$(get WEBSUB_HUB)
  trap 'halt topic' EXIT
  rm -f "$RUN/check/topic"
  spawn topic python3 "$FILES/topic.py" "$ADDRESS" "$hub" "$RUN/check/topic"
  poll 30 test -s "$RUN/check/topic"
  topic=$(cat "$RUN/check/topic")
  received() { curl -s "$(get WEBSUB_RECEIVED)" | jq -r ".[] | select(.body | contains(\"$topic\")) | .$1"; }
  expect subscribe 202 "$(status_of "$hub" -d hub.mode=subscribe --data-urlencode "hub.topic=$topic" \
    --data-urlencode "hub.callback=$(get WEBSUB_SUBSCRIBER)" -d hub.secret=s3cret)"
  expect publish 202 "$(status_of "$hub" -d hub.mode=publish --data-urlencode "hub.topic=$topic" --data-urlencode "hub.url=$topic")"
  expect delivered "<feed>你好 $topic</feed>" "$(received body)"
  contains signed sha512= "$(received signature)"
  expect bad-request 400 "$(status_of "$hub" -d hub.mode=publish)"
}

main "$@"
