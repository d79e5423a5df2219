# shellcheck shell=bash
# What every server script shares: its folders, its env file, its command line. Sourced, not run.
#
# A script says `server NAME OFFSET`, defines do_install, do_start, do_stop and do_check, and ends with `main "$@"`:
#
#   install   fetch and build the software, once
#   start     install if needed, start, wait until it answers, write the env file, print it
#   stop      end what `start` started and remove the env file
#   reset     back to an empty state; a running server runs again afterwards
#   env       print the env file
#   status    running or stopped; exit code 3 when stopped
#   check     talk to the running server with curl: PASS and FAIL lines, exit code 1 after a FAIL
#
# stdout carries only what is named above; everything else goes to stderr or into log files.
#
# Environment:
#   SERVERS_DIR   where software, state and env files lie   (default: guidepost-servers in the user's cache folder)
#   SERVERS_PORT  first port; each server adds its offset   (default: 17300)

set -euo pipefail
umask 022

SERVERS_DIR="${SERVERS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/guidepost-servers}"
SERVERS_PORT="${SERVERS_PORT:-17300}"
ADDRESS=127.0.0.1
SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

. "$SCRIPTS/lib/packages.sh"
. "$SCRIPTS/lib/processes.sh"
. "$SCRIPTS/lib/checks.sh"

log()  { printf '[%s] %s\n' "${SERVER:-servers}" "$*" >&2; }
die()  { log "error: $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# server NAME OFFSET: the folders and the port that a script uses
server() {
  SERVER=$1
  PORT=$((SERVERS_PORT + $2))
  FILES="$SCRIPTS/$SERVER"              # what belongs to this script
  APP="$SERVERS_DIR/$SERVER/app"        # installed software, no state
  RUN="$SERVERS_DIR/$SERVER/run"        # state, logs, pid files
  ENV_FILE="$SERVERS_DIR/env/$SERVER"   # there only while the server is ready
  mkdir -p "$SERVERS_DIR/$SERVER" "$SERVERS_DIR/env"
}

# put KEY VALUE: one line of the env file in the making (values have one line)
put() { printf '%s=%s\n' "$1" "$2" >> "$RUN/env"; }

# get KEY: the value of that line, also while the server is still starting
get() { sed -n "s/^$1=//p" "$RUN/env" | tail -1; }

seconds_since() { awk -v from="$1" -v to="$(date +%s%N)" 'BEGIN { printf "%.1f", (to - from) / 1e9 }'; }

is_up() {
  local file any=1
  [ -s "$ENV_FILE" ] || return 1
  for file in "$RUN"/*.pid; do
    [ -e "$file" ] && alive "$(basename "$file" .pid)" || return 1
    any=0
  done
  return $any
}

install_software() {
  local from
  from=$(date +%s%N)
  do_install
  log "installed after $(seconds_since "$from") s"
}

start_server() {
  local from status=0
  if is_up; then
    log "already running"
    cat "$ENV_FILE"
    return
  fi
  stop_server
  port_is_free "$PORT" || die "port $PORT is taken"
  install_software
  mkdir -p "$RUN"
  : > "$RUN/env"
  from=$(date +%s%N)
  # In the background because a function called in a condition would not stop at its first failing command.
  ( set -e; do_start ) &
  wait $! || status=$?
  if [ $status != 0 ]; then
    do_stop
    die "did not start; its logs are in $RUN"
  fi
  log "ready after $(seconds_since "$from") s on $ADDRESS:$PORT"
  cp "$RUN/env" "$ENV_FILE.new"
  mv "$ENV_FILE.new" "$ENV_FILE"
  cat "$ENV_FILE"
}

stop_server() {
  local file
  rm -f "$ENV_FILE"
  do_stop
  # What another version of the script may have left.
  for file in "$RUN"/*.pid; do
    [ ! -e "$file" ] || halt "$(basename "$file" .pid)"
  done
}

reset_server() {
  local was_up=no
  if is_up; then was_up=yes; fi
  stop_server
  rm -rf "$RUN"
  if [ $was_up = yes ]; then start_server; fi
}

main() {
  local command=${1:-help}
  # One command that changes something at a time, however many test runs ask for it.
  case "$command" in install | start | stop | reset) exec 9>"$SERVERS_DIR/$SERVER/lock"; flock 9 ;; esac
  case "$command" in
    install) install_software ;;
    start)   start_server ;;
    stop)    stop_server; log "stopped" ;;
    reset)   reset_server ;;
    env)     [ -s "$ENV_FILE" ] || die "not running"; cat "$ENV_FILE" ;;
    status)  if is_up; then echo "running port=$PORT memory_mib=$(memory_mib)"; else echo "stopped"; exit 3; fi ;;
    check)   is_up || die "not running"; mkdir -p "$RUN/check"; do_check; exit "$CHECK_FAILED" ;;
    *)       echo "usage: $(basename "$0") install | start | stop | reset | env | status | check" >&2
             [ "$command" = help ] || exit 2 ;;
  esac
}
