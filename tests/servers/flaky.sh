#!/usr/bin/env bash
# Fault proxy (ours): stands between a client and an HTTP server and holds, loses, cuts or replaces answers on order.
# How to order faults stands at the head of flaky/proxy.py.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server flaky 200

do_install() { commands_need curl:curl jq:jq python3:python3; }

do_start() {
  spawn proxy python3 "$FILES/proxy.py" "$ADDRESS" "$PORT"
  wait_for proxy 60 answers "http://$ADDRESS:$PORT/proxies" 200
  put FLAKY_CONTROL "http://$ADDRESS:$PORT/proxies"
}

do_stop() { halt proxy; }

do_check() { python3 "$FILES/check.py" "$(get FLAKY_CONTROL)" || CHECK_FAILED=1; }

main "$@"
