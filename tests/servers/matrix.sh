#!/usr/bin/env bash
# Matrix homeserver (real: Synapse, PyPI) with SQLite and without federation: one user, one public room.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server matrix 50

do_install() {
  commands_need curl:curl jq:jq
  pip_need matrix-synapse==1.163.2
}

configure() {
  local url=$1 data=$2 limit='{per_second: 1000, burst_count: 1000}'
  cat > "$data/homeserver.yaml" <<CONF
server_name: guidepost.test
public_baseurl: $url/
pid_file: $data/synapse.pid
listeners:
  - {port: $PORT, type: http, tls: false, bind_addresses: [$ADDRESS], resources: [{names: [client], compress: false}]}
database: {name: sqlite3, args: {database: $data/homeserver.db}}
log_config: $data/log.yaml
media_store_path: $data/media
max_upload_size: 10M
signing_key_path: $data/signing.key
registration_shared_secret: test-shared-secret
macaroon_secret_key: test-macaroon-secret
form_secret: test-form-secret
enable_registration: false
federation_domain_whitelist: []
trusted_key_servers: []
suppress_key_server_warning: true
url_preview_enabled: false
report_stats: false
presence: {enabled: false}
rc_message: $limit
rc_login: {address: $limit, account: $limit, failed_attempts: $limit}
CONF
  echo '{version: 1, handlers: {console: {class: logging.StreamHandler}}, root: {level: WARNING, handlers: [console]}}' > "$data/log.yaml"
  "$APP/bin/python" -m synapse.app.homeserver -c "$data/homeserver.yaml" --generate-keys > "$RUN/generate-keys.log" 2>&1
}

# The user, a token and the room: lines of the env file.
make_account() {
  local url=$1 token room json=(-H 'Content-Type: application/json')
  "$APP/bin/register_new_matrix_user" -u publisher -p publisher-password -a -k test-shared-secret "$url" > "$RUN/register.log" 2>&1
  token=$(curl -sf "$url/_matrix/client/v3/login" "${json[@]}" \
    -d '{"type":"m.login.password","identifier":{"type":"m.id.user","user":"publisher"},"password":"publisher-password"}' | jq -r .access_token)
  room=$(curl -sf "$url/_matrix/client/v3/createRoom" -H "Authorization: Bearer $token" "${json[@]}" \
    -d '{"preset":"public_chat","name":"招聘 jobs","room_alias_name":"jobs"}' | jq -r .room_id)
  printf 'MATRIX_TOKEN=%s\nMATRIX_ROOM=%s\n' "$token" "$room"
}

do_start() {
  local url="http://$ADDRESS:$PORT" data="$RUN/data"
  mkdir -p "$data/media"
  [ -e "$data/signing.key" ] || configure "$url" "$data"
  spawn synapse env -C "$data" "$APP/bin/python" -m synapse.app.homeserver -c "$data/homeserver.yaml"
  wait_for synapse 240 answers "$url/_matrix/client/versions" 200
  if [ ! -e "$RUN/keys" ]; then
    make_account "$url" > "$RUN/keys.new"
    mv "$RUN/keys.new" "$RUN/keys"
  fi
  put MATRIX_URL "$url"
  cat "$RUN/keys" >> "$RUN/env"
  put MATRIX_USER '@publisher:guidepost.test'
  put MATRIX_PASSWORD publisher-password
  put MATRIX_ROOM_ALIAS '#jobs:guidepost.test'
  put MATRIX_VERSION "Synapse $(python_version matrix-synapse)"
}

do_stop() { halt synapse; }

do_check() {
  local url room temp="$RUN/check" auth json=(-H 'Content-Type: application/json') event media key="check-$$"
  url="$(get MATRIX_URL)/_matrix"
  room="$url/client/v3/rooms/$(get MATRIX_ROOM | sed 's/!/%21/; s/:/%3A/')"
  auth=(-H "Authorization: Bearer $(get MATRIX_TOKEN)")
  send() { curl -s "${auth[@]}" "${json[@]}" -X PUT "$room/send/m.room.message/$key-$1" -d @-; }
  expect who-am-i '@publisher:guidepost.test' "$(curl -s "${auth[@]}" "$url/client/v3/account/whoami" | jq -r .user_id)"
  test_png "$temp/a.png"
  media=$(curl -s "${auth[@]}" -H 'Content-Type: image/png' --data-binary "@$temp/a.png" "$url/media/v3/upload?filename=a.png" | jq -r .content_uri)
  contains upload mxc:// "$media"
  expect fetch-image 200 "$(save "$temp/b.png" "${auth[@]}" "$url/client/v1/media/download/${media#mxc://}")"
  same_bytes image-bytes "$temp/a.png" "$temp/b.png"
  event=$(send 1 <<<'{"msgtype":"m.text","body":"你好 мир","format":"org.matrix.custom.html","formatted_body":"你好 <b>мир</b>"}' | jq -r .event_id)
  contains send '$' "$event"
  expect same-transaction-same-event "$event" "$(send 1 <<<'{"msgtype":"m.text","body":"你好 мир"}' | jq -r .event_id)"
  expect read-back '你好 мир' "$(curl -s "${auth[@]}" "$room/event/$event" | jq -r .content.body)"
  contains send-image '$' "$(send image <<<"{\"msgtype\":\"m.image\",\"body\":\"a.png\",\"url\":\"$media\"}" | jq -r .event_id)"
  contains edit '$' "$(jq -nc --arg event "$event" '{msgtype: "m.text", body: "* 修改", "m.new_content": {msgtype: "m.text", body: "修改"},
    "m.relates_to": {rel_type: "m.replace", event_id: $event}}' | send edit | jq -r .event_id)"
  expect edit-visible 修改 "$(curl -s "${auth[@]}" "$room/event/$event" | jq -r '.unsigned["m.relations"]["m.replace"].content["m.new_content"].body')"
  expect redact 200 "$(status_of "${auth[@]}" "${json[@]}" -X PUT "$room/redact/$event/$key-redact" -d '{"reason":"check"}')"
  expect redacted '{}' "$(curl -s "${auth[@]}" "$room/event/$event" | jq -c .content)"
  expect wrong-token M_UNKNOWN_TOKEN "$(curl -s -H 'Authorization: Bearer wrong' "$url/client/v3/account/whoami" | jq -r .errcode)"
  expect too-large M_TOO_LARGE "$(jq -nc '{msgtype: "m.text", body: ("x" * 70000)}' | send large | jq -r .errcode)"
}

main "$@"
