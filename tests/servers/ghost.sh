#!/usr/bin/env bash
# Ghost (real, npm) with SQLite, its owner and one integration. The installation takes long: a thousand packages and a compiler.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server ghost 10
VERSION=6.65.0
OWNER=owner@example.org
PASSWORD=Correct-horse-9-battery

do_install() {
  commands_need curl:curl jq:jq
  node_need 22
  [ "$(cat "$APP/.installed" 2>/dev/null)" = "$VERSION" ] && return 0
  compiler_need
  rm -rf "$APP"
  mkdir -p "$APP"
  cd "$APP"
  # Not a dependency of ours but unpacked: its package.json names parts as `file:`, and only its own pnpm resolves them.
  log "npm pack ghost@$VERSION"
  retry npm pack --silent "ghost@$VERSION" > /dev/null
  tar xzf ghost-*.tgz
  rm ghost-*.tgz
  local manager
  manager=$(jq -r '.packageManager // "pnpm@12"' package/package.json)
  npm_need "$APP/manager" "${manager%%+*}"
  cd package
  log "pnpm install"
  JOBS=max retry "$APP/manager/node_modules/.bin/pnpm" install --prod --frozen-lockfile --store-dir "$APP/store" --reporter=append-only \
    > "$APP/install.log" 2>&1 || { tail -20 "$APP/install.log" >&2; return 1; }
  cd "$SCRIPTS"
  rm -rf "$APP/store"
  printf '%s' "$VERSION" > "$APP/.installed"
}

configure() {
  local url=$1 content=$2
  cat > "$RUN/config.production.json" <<CONF
{ "url": "$url",
  "server": {"host": "$ADDRESS", "port": $PORT, "shutdownTimeout": 2000},
  "database": {"client": "better-sqlite3", "connection": {"filename": "$content/data/ghost.db"}, "useNullAsDefault": true},
  "mail": {"transport": "stub"},
  "paths": {"contentPath": "$content/"},
  "privacy": {"useUpdateCheck": false, "useGravatar": false, "useRpcPing": false, "useStructuredData": true},
  "security": {"staffDeviceVerification": false, "allowWebhookInternalIPs": true},
  "spam": {"user_login": {"freeRetries": 10000}, "content_api_key": {"freeRetries": 10000}},
  "logging": {"level": "warn", "transports": ["stdout"]} }
CONF
  # Ghost reads its settings and its package.json in the working folder, its code in the package's.
  cp "$APP/package/package.json" "$RUN/"
}

# Makes the owner and an integration, prints the keys' lines of the env file.
make_keys() {
  local api="$1/ghost/api/admin" session=(-c "$RUN/cookies" -b "$RUN/cookies" -H "Origin: $1" -H 'Content-Type: application/json')
  curl -sf "${session[@]}" "$api/authentication/setup/" -o /dev/null -d \
    "{\"setup\":[{\"name\":\"Owner\",\"email\":\"$OWNER\",\"password\":\"$PASSWORD\",\"blogTitle\":\"Test Ghost\"}]}"
  curl -sf "${session[@]}" "$api/session/" -o /dev/null -d "{\"username\":\"$OWNER\",\"password\":\"$PASSWORD\"}"
  curl -sf "${session[@]}" "$api/integrations/?include=api_keys" -d '{"integrations":[{"name":"publisher"}]}' |
    jq -r '.integrations[0].api_keys | (map(select(.type == "admin"))[0] | "GHOST_ADMIN_API_KEY=\(.id):\(.secret | split(":") | last)"),
      (map(select(.type == "content"))[0] | "GHOST_CONTENT_API_KEY=\(.secret)")'
}

do_start() {
  local url="http://$ADDRESS:$PORT" content="$RUN/content"
  mkdir -p "$content"/{data,images,logs,public,settings,adapters,media,files}
  [ -e "$content/themes" ] || cp -r "$APP/package/content/themes" "$content/themes"
  # A copy of the first start's database makes the next empty start quick.
  if [ ! -e "$RUN/keys" ] && [ -d "$APP/ready" ]; then
    cp "$APP/ready/ghost.db" "$content/data/"
    cp "$APP/ready/keys" "$RUN/"
  fi
  configure "$url" "$content"
  spawn ghost env -C "$RUN" NODE_ENV=production node "$APP/package/index.js"
  wait_for ghost 360 answers "$url/ghost/api/admin/site/" 200
  if [ ! -e "$RUN/keys" ]; then
    make_keys "$url" > "$RUN/keys.new"
    mv "$RUN/keys.new" "$RUN/keys"
    rm -rf "$APP/ready"
    mkdir -p "$APP/ready.new"
    python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))' \
      "$content/data/ghost.db" "$APP/ready.new/ghost.db"
    cp "$RUN/keys" "$APP/ready.new/"
    mv "$APP/ready.new" "$APP/ready"
  fi
  put GHOST_URL "$url"
  cat "$RUN/keys" >> "$RUN/env"
  put GHOST_STAFF_EMAIL "$OWNER"
  put GHOST_STAFF_PASSWORD "$PASSWORD"
  put GHOST_VERSION "$VERSION"
}

do_stop() { halt ghost; }

do_check() {
  local url api temp="$RUN/check" auth image id slug="check-$$"
  url=$(get GHOST_URL)
  api="$url/ghost/api/admin"
  auth=(-H "Authorization: Ghost $(python3 "$FILES/token.py" "$(get GHOST_ADMIN_API_KEY)")" -H 'Accept-Version: v6.0')
  test_png "$temp/a.png"
  expect upload 201 "$(save "$temp/image.json" "${auth[@]}" -F "file=@$temp/a.png;type=image/png" -F ref=a.png "$api/images/upload/")"
  image=$(jq -r '.images[0].url' "$temp/image.json")
  expect fetch-image 200 "$(status_of "$image")"
  jq -nc --arg image "$image" --arg slug "$slug" '{posts: [{title: "你好 мир hello", slug: $slug, status: "published", tags: ["招聘", "talent"],
    html: "<p>正文 <b>текст</b> <a href=\"https://example.org/a?x=1&y=2\">link</a></p>", custom_excerpt: "摘要",
    canonical_url: "https://example.org/a", feature_image: $image}]}' > "$temp/new.json"
  expect create-html 201 "$(save "$temp/post.json" "${auth[@]}" --json "@$temp/new.json" "$api/posts/?source=html")"
  id=$(jq -r '.posts[0].id' "$temp/post.json")
  expect slug "$slug" "$(jq -r '.posts[0].slug' "$temp/post.json")"
  expect read-back 200 "$(save "$temp/read.json" "${auth[@]}" "$api/posts/$id/?formats=html,lexical")"
  contains html-kept '正文 <strong>текст</strong>' "$(jq -r '.posts[0].html' "$temp/read.json" | sed 's/\bb>/strong>/g')"
  expect canonical https://example.org/a "$(jq -r '.posts[0].canonical_url' "$temp/read.json")"
  expect update 'изменено 修改' "$(jq -c '{posts: [{title: "изменено 修改", html: "<p>v2</p>", updated_at: .posts[0].updated_at}]}' "$temp/read.json" |
    curl -s -X PUT "${auth[@]}" --json @- "$api/posts/$id/?source=html" | jq -r '.posts[0].title')"
  expect update-stale 409 "$(status_of -X PUT "${auth[@]}" --json '{"posts":[{"title":"x","updated_at":"2001-01-01T00:00:00.000Z"}]}' "$api/posts/$id/")"
  expect content-api 200 "$(status_of "$url/ghost/api/content/posts/slug/$slug/?key=$(get GHOST_CONTENT_API_KEY)")"
  expect public-page 200 "$(status_of "$url/$slug/")"
  expect find-by-slug "$id" "$(curl -s "${auth[@]}" "$api/posts/slug/$slug/" | jq -r '.posts[0].id')"
  expect delete 204 "$(status_of -X DELETE "${auth[@]}" "$api/posts/$id/")"
  expect gone 404 "$(status_of "${auth[@]}" "$api/posts/$id/")"
  expect unknown-key 401 "$(status_of -H "Authorization: Ghost $(python3 "$FILES/token.py" 0123456789abcdef01234567:00ff)" "$api/posts/")"
  expect malformed-token 400 "$(status_of -H 'Authorization: Ghost a.b.c' "$api/posts/")"
  expect no-title 422 "$(status_of "${auth[@]}" --json '{"posts":[{"html":"no title"}]}' "$api/posts/")"
}

main "$@"
