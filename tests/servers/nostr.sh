#!/usr/bin/env bash
# Nostr relay (real: nostr-relay, PyPI) with SQLite, and a fresh pair of keys. Its client library does the self-test.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server nostr 60

do_install() {
  commands_need curl:curl
  pip_need nostr-relay==1.14 'setuptools<81'
}

do_start() {
  local sample
  sample=$("$APP/bin/python" -c 'import importlib.resources; print(importlib.resources.files("nostr_relay") / "config.yaml")')
  # The sample names its address twice: `bind: 127.0.0.1:6969` for one web server, `port: 6969` for another.
  sed -E "s/^( *bind): .*:6969/\1: $ADDRESS:$PORT/; s/^( *port): 6969/\1: $PORT/; s#(sqlite\+aiosqlite:///)nostr.sqlite3#\1$RUN/nostr.sqlite3#" \
    "$sample" > "$RUN/config.yaml"
  # Its own limit of 4096 bytes is that of notes, and it refuses longer articles without a word.
  printf '\nmax_event_size: 131072\n' >> "$RUN/config.yaml"
  spawn relay env -C "$RUN" PATH="$APP/bin:$PATH" "$APP/bin/nostr-relay" -c "$RUN/config.yaml" serve
  wait_for relay 120 answers "http://$ADDRESS:$PORT/"
  if [ ! -e "$RUN/keys" ]; then
    "$APP/bin/python" "$FILES/keys.py" > "$RUN/keys.new"
    mv "$RUN/keys.new" "$RUN/keys"
  fi
  put NOSTR_RELAY "ws://$ADDRESS:$PORT"
  cat "$RUN/keys" >> "$RUN/env"
  put NOSTR_VERSION "nostr-relay $(python_version nostr-relay)"
}

do_stop() { halt relay; }

do_check() {
  local results label
  results=$("$APP/bin/python" "$FILES/check.py" "$(get NOSTR_RELAY)" "$(get NOSTR_SECRET_KEY)") || true
  for label in publish find-by-tag replace-article delete; do
    expect "$label" yes "$(sed -n "s/^$label //p" <<<"$results")"
  done
  contains about-the-relay '"supported_nips"' "$(curl -s -H 'Accept: application/nostr+json' "http://$ADDRESS:$PORT/")"
}

main "$@"
