#!/usr/bin/env bash
# WebDAV (WsgiDAV) with a login over a folder.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server webdav 140

do_install() {
  commands_need curl:curl
  pip_need wsgidav==4.3.4 cheroot
}

do_start() {
  mkdir -p "$RUN/files"
  cat > "$RUN/wsgidav.yaml" <<CONF
host: "$ADDRESS"
port: $PORT
provider_mapping: {"/": "$RUN/files"}
http_authenticator: {accept_basic: true, accept_digest: false, default_to_digest: false}
simple_dc: {user_mapping: {"*": {"publisher": {"password": "publisher-password"}}}}
logging: {enable: true, enable_loggers: []}
verbose: 1
CONF
  spawn dav "$APP/bin/wsgidav" --config "$RUN/wsgidav.yaml"
  wait_for dav 60 port_is_open "$PORT"
  put WEBDAV_URL "http://$ADDRESS:$PORT"
  put WEBDAV_USER publisher
  put WEBDAV_PASSWORD publisher-password
  put WEBDAV_FOLDER "$RUN/files"
  put WEBDAV_VERSION "WsgiDAV $(python_version wsgidav)"
}

do_stop() { halt dav; }

do_check() {
  local folder temp="$RUN/check" login
  login=(-u "$(get WEBDAV_USER):$(get WEBDAV_PASSWORD)")
  folder="$(get WEBDAV_URL)/check-$$"
  test_png "$temp/a.png"
  expect make-folder 201 "$(status_of "${login[@]}" -X MKCOL "$folder/")"
  expect put 201 "$(status_of "${login[@]}" -T "$temp/a.png" "$folder/%E5%9B%BE.png")"
  expect overwrite 204 "$(status_of "${login[@]}" -T "$temp/a.png" "$folder/%E5%9B%BE.png")"
  expect get 200 "$(save "$temp/b.png" "${login[@]}" "$folder/%E5%9B%BE.png")"
  same_bytes bytes "$temp/a.png" "$temp/b.png"
  expect condition 412 "$(status_of "${login[@]}" -T "$temp/a.png" -H 'If-None-Match: *' "$folder/%E5%9B%BE.png")"
  expect missing-folder 409 "$(status_of "${login[@]}" -T "$temp/a.png" "$folder/absent/x.png")"
  expect delete 204 "$(status_of "${login[@]}" -X DELETE "$folder/")"
  expect no-login 401 "$(status_of "$(get WEBDAV_URL)/")"
}

main "$@"
