#!/usr/bin/env bash
# snac (real ActivityPub server, Debian's snac2), which speaks the Mastodon client API: a second opinion on the protocol.
# It does not keep Mastodon's own limits and ignores Idempotency-Key; mastodon-limits.sh does both.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server mastodon 40

do_install() {
  apt_need libcurl4 libssl3 ca-certificates
  commands_need curl:curl jq:jq
  [ -e "$APP/.installed" ] && return 0
  # Only the newest suite's snac can DELETE; it wants a newer C library than Debian 12 has, so it gets trixie's
  # beside it. Where that fails, trixie's own snac at least publishes.
  rm -rf "$APP"
  if ! { apt_unpack sid "$APP" snac2 && apt_unpack trixie "$APP/libc" libc6 && [ -n "$(snac_version)" ]; }; then
    log "falling back to the snac of Debian trixie"
    rm -rf "$APP"
    apt_unpack trixie "$APP" snac2
  fi
  [ -n "$(snac_version)" ] || die "snac does not run on this machine"
  snac_version > "$APP/.installed"
}

SNAC=()
find_snac() {
  local machine folder
  machine=$(uname -m)-linux-gnu
  folder="$APP/libc/usr/lib/$machine"
  SNAC=("$APP/usr/bin/snac")
  if [ -d "$folder" ]; then
    SNAC=("$(echo "$folder"/ld-linux-*.so.*)" --library-path "$folder:/lib/$machine:/usr/lib/$machine" "${SNAC[@]}")
  fi
}
snac() { find_snac; "${SNAC[@]}" "$@"; }
snac_version() { { snac 2>&1 || true; } | sed -n 's/^snac \([0-9.]*\) .*/\1/p'; }

do_start() {
  local url="http://$ADDRESS:$PORT" data="$RUN/data" password
  if [ ! -d "$data" ]; then
    printf '%s\n' "$ADDRESS" "$PORT" "$ADDRESS:$PORT" '' admin@example.org | snac init "$data" > "$RUN/init.log" 2>&1
    snac adduser "$data" alice > "$RUN/alice.log" 2>&1
    sed -i -E 's/"protocol": *"[a-z]+"/"protocol": "http"/' "$data/server.json"
  fi
  find_snac
  spawn snac "${SNAC[@]}" httpd "$data"
  wait_for snac 60 answers "$url/api/v1/instance"
  password=$(sed -n 's/.*password is //p' "$RUN/alice.log" | tr -d '[:space:]')
  put MASTODON_URL "$url"
  put MASTODON_TOKEN "$(curl -sf "$url/oauth/x-snac-get-token" -d login=alice --data-urlencode "passwd=$password")"
  put MASTODON_ACCOUNT alice
  put MASTODON_PASSWORD "$password"
  put MASTODON_VERSION "snac $(cat "$APP/.installed")"
}

do_stop() { halt snac; }

do_check() {
  local url temp="$RUN/check" auth id media application code
  url=$(get MASTODON_URL)
  auth=(-H "Authorization: Bearer $(get MASTODON_TOKEN)")
  expect who-am-i alice "$(curl -s "${auth[@]}" "$url/api/v1/accounts/verify_credentials" | jq -r .username)"
  test_png "$temp/a.png"
  expect upload 200 "$(save "$temp/media.json" "${auth[@]}" -F "file=@$temp/a.png" -F 'description=图 alt' "$url/api/v2/media")"
  media=$(jq -r .id "$temp/media.json")
  expect fetch-image 200 "$(save "$temp/b.png" "$(jq -r .url "$temp/media.json")")"
  same_bytes image-bytes "$temp/a.png" "$temp/b.png"
  expect post-form 200 "$(save "$temp/post.json" "${auth[@]}" "$url/api/v1/statuses" -d visibility=unlisted -d language=zh \
    --data-urlencode 'status=你好 мир hello https://example.org/a #招聘' --data-urlencode "media_ids[]=$media")"
  id=$(jq -r .id "$temp/post.json")
  expect attached '图 alt' "$(jq -r '.media_attachments[0].description' "$temp/post.json")"
  contains hashtag 招聘 "$(jq -r '.tags[0].name' "$temp/post.json")"
  expect post-json cw "$(curl -s "${auth[@]}" --json '{"status":"json 繁體","spoiler_text":"cw","visibility":"public"}' "$url/api/v1/statuses" | jq -r .spoiler_text)"
  expect read-back "$id" "$(curl -s "${auth[@]}" "$url/api/v1/statuses/$id" | jq -r .id)"
  expect source '你好 мир hello https://example.org/a #招聘' "$(curl -s "${auth[@]}" "$url/api/v1/statuses/$id/source" | jq -r .text)"
  contains edit 'правка 修改' "$(curl -s -X PUT "${auth[@]}" "$url/api/v1/statuses/$id" --data-urlencode 'status=правка 修改' | jq -r .content)"
  expect page 200 "$(status_of "$(jq -r .url "$temp/post.json")")"
  expect activitypub-object Note "$(curl -s -H 'Accept: application/activity+json' "$(jq -r .uri "$temp/post.json")" | jq -r .type)"
  expect delete 200 "$(status_of -X DELETE "${auth[@]}" "$url/api/v1/statuses/$id")"
  expect gone 404 "$(status_of "${auth[@]}" "$url/api/v1/statuses/$id")"
  expect wrong-token 401 "$(status_of -H 'Authorization: Bearer wrong' "$url/api/v1/statuses" -d status=x)"
  application=$(curl -s "$url/api/v1/apps" -d client_name=check -d redirect_uris=urn:ietf:wg:oauth:2.0:oob -d 'scopes=read write')
  code=$(curl -s "$url/oauth/x-snac-login" -d login=alice --data-urlencode "passwd=$(get MASTODON_PASSWORD)" \
    -d redir=urn:ietf:wg:oauth:2.0:oob -d "cid=$(jq -r .client_id <<<"$application")" | tr -d '[:space:]')
  expect authorization-code Bearer "$(curl -s "$url/oauth/token" -d grant_type=authorization_code --data-urlencode "code=$code" \
    -d "client_id=$(jq -r .client_id <<<"$application")" -d "client_secret=$(jq -r .client_secret <<<"$application")" \
    -d redirect_uri=urn:ietf:wg:oauth:2.0:oob | jq -r .token_type)"
}

main "$@"
