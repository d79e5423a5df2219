# shellcheck shell=bash
# Processes that outlive the script, and waiting for them. Sourced by server.sh.

# born PID: when the kernel says that process began; a pid used again has another moment
born() { awk '{ sub(/^.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null || true; }

# spawn NAME COMMAND...: runs COMMAND in a session of its own; log in $RUN/NAME.log, pid in $RUN/NAME.pid
spawn() {
  local name=$1 pid
  shift
  mkdir -p "$RUN"
  setsid "$@" >"$RUN/$name.log" 2>&1 </dev/null 9>&- &
  pid=$!
  printf '%s %s\n' "$pid" "$(born "$pid")" > "$RUN/$name.pid"
  disown "$pid" 2>/dev/null || true
}

# alive NAME: is it still the process that we started?
alive() {
  local pid birth
  read -r pid birth 2>/dev/null < "$RUN/$1.pid" || return 1
  [ -n "$birth" ] && [ "$(born "$pid")" = "$birth" ] && ! grep -qs '^State:.Z' "/proc/$pid/status"
}

# halt NAME: ends that process and its session, nothing else
halt() {
  local name=$1 pid
  if alive "$name"; then
    read -r pid _ < "$RUN/$name.pid"
    kill -s TERM -- "-$pid" 2>/dev/null || kill -s TERM "$pid" 2>/dev/null || true
    poll 10 is_gone "$name" || kill -s KILL -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$RUN/$name.pid"
}

is_gone() { ! alive "$1"; }

# poll SECONDS COMMAND...: until COMMAND succeeds, asked ten times a second
poll() {
  local end=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# wait_for NAME SECONDS COMMAND...: until COMMAND succeeds; fails at once when process NAME has ended
wait_for() {
  local name=$1 seconds=$2
  shift 2
  poll "$seconds" succeeded_or_ended "$name" "$@" || true
  "$@" && return 0
  tail -20 "$RUN/$name.log" >&2
  if alive "$name"; then die "$name was not ready after $seconds s"; else die "$name ended while starting"; fi
}

succeeded_or_ended() {
  local name=$1
  shift
  "$@" || ! alive "$name"
}

port_is_free() { ! (exec 3<>"/dev/tcp/$ADDRESS/$1") 2>/dev/null; }
port_is_open() { ! port_is_free "$1"; }

# answers URL [STATUS]: any answer will do unless STATUS is given
answers() {
  local status
  status=$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 "$1") || return 1
  [ $# = 1 ] || [ "$status" = "$2" ]
}

# memory_mib: resident memory of all processes in the sessions we started
memory_mib() {
  local file sessions=
  for file in "$RUN"/*.pid; do sessions+=" $(cut -d' ' -f1 "$file")"; done
  # After the name in brackets: 4 is the session, 22 the resident pages.
  cat /proc/[0-9]*/stat 2>/dev/null |
    awk -v wanted="$sessions " -v page="$(getconf PAGESIZE)" \
      '{ sub(/^.*\) /, ""); if (index(wanted, " " $4 " ")) pages += $22 } END { printf "%d\n", pages * page / 1048576 }'
}
