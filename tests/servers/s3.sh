#!/usr/bin/env bash
# S3 (moto): Amazon's storage imitated in memory by others, with its policies and signatures checked.
# One user may do everything, the second may only read.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server s3 130

do_install() {
  commands_need curl:curl
  pip_need 'moto[s3,iam,server]==5.2.5'
}

do_start() {
  local url="http://$ADDRESS:$PORT"
  spawn moto env INITIAL_NO_AUTH_ACTION_COUNT=8 "$APP/bin/moto_server" -H "$ADDRESS" -p "$PORT"
  wait_for moto 60 port_is_open "$PORT"
  put S3_ENDPOINT "$url"
  put S3_REGION us-east-1
  put S3_BUCKET site
  "$APP/bin/python" "$FILES/setup.py" "$url" >> "$RUN/env"
  put S3_LOOK "$APP/bin/python $FILES/look.py"
  put S3_VERSION "moto $(python_version moto)"
}

do_stop() { halt moto; }

do_check() {
  local line
  while read -r line; do
    expect "${line%% *}" ok "${line#* }"
  done < <("$APP/bin/python" "$FILES/check.py" "$(get S3_ENDPOINT)" "$(get S3_KEY)" "$(get S3_SECRET)" "$(get S3_READER_KEY)" "$(get S3_READER_SECRET)")
}

main "$@"
