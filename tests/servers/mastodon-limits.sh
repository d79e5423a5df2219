#!/usr/bin/env bash
# mastodon_mock (stand-in by others, PyPI): Mastodon's REST API with its limits, error bodies and Idempotency-Key.
# Its author tests it against the Mastodon.py client. Everything is kept in memory.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server mastodon-limits 45

do_install() {
  commands_need curl:curl jq:jq
  pip_need mastodon_mock==0.6.1
}

do_start() {
  local url="http://$ADDRESS:$PORT"
  spawn mock env -C "$RUN" "$APP/bin/mastodon_mock" serve --in-memory --host "$ADDRESS" --port "$PORT" --domain "$ADDRESS:$PORT" --log-level warning
  wait_for mock 60 answers "$url/api/v1/instance"
  put MASTODON_URL "$url"
  put MASTODON_TOKEN mock_token
  put MASTODON_VERSION "mastodon_mock $(python_version mastodon_mock)"
}

do_stop() { halt mock; }

do_check() {
  local url temp="$RUN/check" auth key="check-$$" id media
  url=$(get MASTODON_URL)
  auth=(-H "Authorization: Bearer $(get MASTODON_TOKEN)")
  post() { curl -s "${auth[@]}" "$url/api/v1/statuses" "$@"; }
  expect who-am-i 200 "$(status_of "${auth[@]}" "$url/api/v1/accounts/verify_credentials")"
  test_png "$temp/a.png"
  expect upload 200 "$(save "$temp/media.json" "${auth[@]}" -F "file=@$temp/a.png" -F 'description=图 alt' "$url/api/v2/media")"
  media=$(jq -r .id "$temp/media.json")
  expect fetch-image 200 "$(status_of "$(jq -r .url "$temp/media.json")")"
  post -H "Idempotency-Key: $key" -d visibility=unlisted -d language=zh --data-urlencode 'status=你好 мир https://example.org/a #招聘' \
    --data-urlencode "media_ids[]=$media" > "$temp/post.json"
  id=$(jq -r .id "$temp/post.json")
  expect visibility unlisted "$(jq -r .visibility "$temp/post.json")"
  expect idempotency-key "$id" "$(post -H "Idempotency-Key: $key" --data-urlencode 'status=你好 мир https://example.org/a #招聘' | jq -r .id)"
  expect read-back 200 "$(status_of "${auth[@]}" "$url/api/v1/statuses/$id")"
  contains edit 'правка 修改' "$(curl -s -X PUT "${auth[@]}" "$url/api/v1/statuses/$id" --data-urlencode 'status=правка 修改' | jq -r .content)"
  expect empty 422 "$(status_of "${auth[@]}" "$url/api/v1/statuses" -d status=)"
  expect too-long 422 "$(status_of "${auth[@]}" "$url/api/v1/statuses" --data-urlencode "status=$(printf '字%.0s' {1..501})")"
  expect exactly-500 200 "$(status_of "${auth[@]}" "$url/api/v1/statuses" --data-urlencode "status=$(printf '字%.0s' {1..500})")"
  expect limit 500 "$(curl -s "$url/api/v2/instance" | jq -r .configuration.statuses.max_characters)"
  expect scheduled 200 "$(status_of "${auth[@]}" "$url/api/v1/statuses" -d status=later --data-urlencode 'scheduled_at=2035-01-01T00:00:00Z')"
  expect delete 200 "$(status_of -X DELETE "${auth[@]}" "$url/api/v1/statuses/$id")"
  expect gone 404 "$(status_of "${auth[@]}" "$url/api/v1/statuses/$id")"
  expect wrong-token 401 "$(status_of -H 'Authorization: Bearer wrong' "$url/api/v1/statuses" -d status=x)"
}

main "$@"
