# shellcheck shell=bash
# Words of the self-tests. Sourced by server.sh.

CHECK_FAILED=0

# expect LABEL WANT GOT
expect() {
  if [ "$2" = "$3" ]; then
    printf 'PASS %s %s\n' "$SERVER" "$1"
  else
    printf "FAIL %s %s: want '%s' got '%.300s'\n" "$SERVER" "$1" "$2" "$3"
    CHECK_FAILED=1
  fi
}

# contains LABEL NEEDLE TEXT
contains() {
  case "$3" in
    *"$2"*) expect "$1" '' '' ;;
    *) expect "$1" "…$2…" "$3" ;;
  esac
}

# same_bytes LABEL FILE FILE
same_bytes() { expect "$1" same "$(if cmp -s "$2" "$3"; then echo same; else echo different; fi)"; }

# status_of CURL-ARGUMENTS...: only the status; the body goes nowhere
status_of() { curl -s -o /dev/null -w '%{http_code}' "$@" || true; }

# save FILE CURL-ARGUMENTS...: the body goes into FILE, the status to stdout
save() { curl -s -o "$1" -w '%{http_code}' "${@:2}" || true; }

# test_png FILE: a picture of 64 × 64 pixels
test_png() {
  python3 - "$1" <<'PY'
import struct, sys, zlib

def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

side = 64
rows = b''.join(b'\0' + b''.join(bytes((x * 4, y * 4, 128)) for x in range(side)) for y in range(side))
with open(sys.argv[1], 'wb') as file:
    file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', side, side, 8, 2, 0, 0, 0))
               + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
PY
}
