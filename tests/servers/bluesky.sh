#!/usr/bin/env bash
# Bluesky: the real PDS (npm @atproto/pds) with one account, and the real directory of identities (npm @did-plc/server) on the
# next port. The directory keeps all in memory, so every start has a new, empty account. There is no app view: no timelines.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server bluesky 30

do_install() {
  commands_need curl:curl jq:jq
  node_need 22
  compiler_need
  npm_need "$APP" @atproto/pds@0.5.35 @did-plc/server@0.0.1
}

xrpc() { curl -s "$(get BSKY_URL)/xrpc/$1" "${@:2}"; }

do_start() {
  local url="http://$ADDRESS:$PORT" account json=(-H 'Content-Type: application/json')
  rm -rf "$RUN/data"
  mkdir -p "$RUN/data/blobs"
  spawn pds env NODE_ENV=production LOG_ENABLED=false LISTEN_ADDRESS="$ADDRESS" BSKY_APP="$APP" BSKY_DATA="$RUN/data" BSKY_PORT="$PORT" \
    BSKY_PLC_PORT=$((PORT + 1)) node --require "$FILES/loopback.cjs" "$FILES/start.mjs"
  wait_for pds 180 answers "$url/xrpc/_health" 200
  put BSKY_URL "$url"
  put BSKY_PLC_URL "http://$ADDRESS:$((PORT + 1))"
  account=$(xrpc com.atproto.server.createAccount -f "${json[@]}" -d '{"handle":"alice.test","email":"alice@example.org","password":"owner-password"}')
  put BSKY_IDENTIFIER alice.test
  put BSKY_DID "$(jq -r .did <<<"$account")"
  put BSKY_APP_PASSWORD "$(xrpc com.atproto.server.createAppPassword -f "${json[@]}" -H "Authorization: Bearer $(jq -r .accessJwt <<<"$account")" \
    -d '{"name":"publisher"}' | jq -r .password)"
  put BSKY_OWNER_PASSWORD owner-password
  put BSKY_VERSION "PDS $(jq -r .version "$APP/node_modules/@atproto/pds/package.json")"
}

do_stop() { halt pds; }

do_check() {
  local temp="$RUN/check" json=(-H 'Content-Type: application/json') auth session did key record repo
  repo() { xrpc "com.atproto.repo.$1" "${auth[@]}" "${json[@]}" "${@:2}"; }
  session=$(xrpc com.atproto.server.createSession "${json[@]}" -d "{\"identifier\":\"alice.test\",\"password\":\"$(get BSKY_APP_PASSWORD)\"}")
  did=$(jq -r .did <<<"$session")
  auth=(-H "Authorization: Bearer $(jq -r .accessJwt <<<"$session")")
  expect create-session "$(get BSKY_DID)" "$did"
  expect refresh-session "$did" "$(xrpc com.atproto.server.refreshSession -X POST -H "Authorization: Bearer $(jq -r .refreshJwt <<<"$session")" | jq -r .did)"
  test_png "$temp/a.png"
  xrpc com.atproto.repo.uploadBlob "${auth[@]}" -H 'Content-Type: image/png' --data-binary "@$temp/a.png" > "$temp/blob.json"
  # A record key of 13 letters out of 234567a-z, another one for each run.
  key=3k$(printf '%011d' $$ | tr 0189 abcd)
  record="at://$did/app.bsky.feed.post/$key"
  # The facet counts UTF-8 bytes: "link" is 14 to 18.
  jq -nc --slurpfile blob "$temp/blob.json" --arg did "$did" --arg key "$key" '{repo: $did, collection: "app.bsky.feed.post", rkey: $key,
    record: {"$type": "app.bsky.feed.post", text: "你好 мир link", langs: ["zh-Hans", "ru"], createdAt: "2024-02-03T04:05:06.000Z",
      facets: [{index: {byteStart: 14, byteEnd: 18}, features: [{"$type": "app.bsky.richtext.facet#link", uri: "https://example.org/a"}]}],
      embed: {"$type": "app.bsky.embed.external",
        external: {uri: "https://example.org/a", title: "标题", description: "摘要", thumb: $blob[0].blob}}}}' > "$temp/new.json"
  repo createRecord -d "@$temp/new.json" > "$temp/post.json"
  expect create-with-own-key "$record" "$(jq -r .uri "$temp/post.json")"
  expect create-same-key InternalServerError "$(repo createRecord -d "@$temp/new.json" | jq -r .error)"
  expect read-back '你好 мир link' "$(xrpc "com.atproto.repo.getRecord?repo=$did&collection=app.bsky.feed.post&rkey=$key" | jq -r .value.text)"
  expect fetch-image 200 "$(save "$temp/b.png" "$(get BSKY_URL)/xrpc/com.atproto.sync.getBlob?did=$did&cid=$(jq -r '.blob.ref."$link"' "$temp/blob.json")")"
  same_bytes image-bytes "$temp/a.png" "$temp/b.png"
  jq -c '.record.text = "правка 修改" | del(.record.facets)' "$temp/new.json" > "$temp/edit.json"
  expect put-record "$record" "$(repo putRecord -d "@$temp/edit.json" | jq -r .uri)"
  expect put-stale InvalidSwap "$(jq -c --arg cid "$(jq -r .cid "$temp/post.json")" '.swapRecord = $cid | .record.text = "third"' "$temp/edit.json" | repo putRecord -d @- | jq -r .error)"
  contains list-records "$record" "$(xrpc "com.atproto.repo.listRecords?repo=$did&collection=app.bsky.feed.post&limit=50")"
  expect too-long InvalidRequest "$(jq -c '.record.text = "字" * 301' "$temp/edit.json" | repo putRecord -d @- | jq -r .error)"
  expect exactly-300 "$record" "$(jq -c '.record.text = "字" * 300' "$temp/edit.json" | repo putRecord -d @- | jq -r .uri)"
  jq -c 'del(.record)' "$temp/edit.json" > "$temp/delete.json"
  expect delete 200 "$(repo deleteRecord -d "@$temp/delete.json" -o /dev/null -w '%{http_code}')"
  expect gone RecordNotFound "$(xrpc "com.atproto.repo.getRecord?repo=$did&collection=app.bsky.feed.post&rkey=$key" | jq -r .error)"
  expect delete-again-is-quiet 200 "$(repo deleteRecord -d "@$temp/delete.json" -o /dev/null -w '%{http_code}')"
  expect wrong-password 401 "$(xrpc com.atproto.server.createSession -o /dev/null -w '%{http_code}' "${json[@]}" -d '{"identifier":"alice.test","password":"wrong"}')"
  expect wrong-token InvalidToken "$(xrpc com.atproto.repo.createRecord -H 'Authorization: Bearer x.y.z' "${json[@]}" -d "@$temp/new.json" | jq -r .error)"
  expect resolve-handle "$did" "$(xrpc 'com.atproto.identity.resolveHandle?handle=alice.test' | jq -r .did)"
  contains directory "\"$did\"" "$(curl -s "$(get BSKY_PLC_URL)/$did")"
}

main "$@"
