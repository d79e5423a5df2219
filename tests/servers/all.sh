#!/usr/bin/env bash
# Several servers at once. NAMES are servers, or `all`, or `ci`: those that a fresh machine gets ready in a few minutes.
#
#   all.sh start NAMES…     install what is missing, start, wait until each answers; env files are in $SERVERS_DIR/env/NAME
#   all.sh check NAMES…     the self-test of each
#   all.sh stop [NAMES…]    these, or all
#   all.sh status [NAMES…]  these, or all
#
# Exit code 1, and the names of those that failed, when one does not start or its check has a FAIL line.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

ALL=(wordpress bluesky matrix mastodon-limits micropub nostr websub mastodon telegram smtp flaky s3 webdav ssh ghost)
CI=(wordpress bluesky matrix mastodon-limits micropub nostr websub mastodon telegram smtp flaky s3 webdav ssh)
# What installing or starting the hungriest server may take.
MIB_FOR_ONE=1500
MOST_AT_ONCE=4

at_once() {
  local free
  free=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
  local number=$((free / MIB_FOR_ONE))
  echo $((number < 1 ? 1 : number > MOST_AT_ONCE ? MOST_AT_ONCE : number))
}

# one COMMAND NAME: its words go to a file and come out in one piece
one() {
  local out="$work/$2.out"
  if "$here/$2.sh" "$1" > "$out" 2> "$work/$2.err"; then
    echo "ok" > "$work/$2.done"
  fi
}

# tell COMMAND NAME: what came of it
tell() {
  case "$1" in
    start) if [ -e "$work/$2.done" ]; then grep -E 'after|already' "$work/$2.err" || true; else cat "$work/$2.err"; fi ;;
    check) if [ -e "$work/$2.done" ]; then echo "[$2] $(grep -c ^PASS "$work/$2.out") checks passed"; else
             grep -v ^PASS "$work/$2.out" || true; cat "$work/$2.err"; fi ;;
  esac
}

# each COMMAND NAME...: side by side; exit code 1 when one failed
each() {
  local command=$1 most name failed=()
  shift
  most=$(at_once)
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  for name in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge "$most" ]; do wait -n || true; done
    { one "$command" "$name"; tell "$command" "$name" >&2; } &
  done
  wait
  for name in "$@"; do [ -e "$work/$name.done" ] || failed+=("$name"); done
  [ ${#failed[@]} = 0 ] && return
  echo "$command failed: ${failed[*]}" >&2
  exit 1
}

names=()
for name in "${@:2}"; do
  case "$name" in
    all) names+=("${ALL[@]}") ;;
    ci)  names+=("${CI[@]}") ;;
    *)   if ! grep -qxF -- "$name" < <(printf '%s\n' "${ALL[@]}"); then
           echo "no server named $name; there are: ${ALL[*]}" >&2
           exit 2
         fi
         names+=("$name") ;;
  esac
done

case "${1:-}:${#names[@]}" in
  start:0 | check:0) echo "$1 what? all, ci, or some of: ${ALL[*]}" >&2; exit 2 ;;
  start:* | check:*) each "$1" "${names[@]}" ;;
  stop:*)   for name in "${names[@]:-${ALL[@]}}"; do "$here/$name.sh" stop; done ;;
  status:*) for name in "${names[@]:-${ALL[@]}}"; do printf '%-16s %s\n' "$name" "$("$here/$name.sh" status)"; done ;;
  *)        sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
