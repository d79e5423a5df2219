#!/usr/bin/env bash
# WordPress (real, Debian trixie's package) on PHP's own server and a private MariaDB that listens on no port.
# Three users with application passwords: administrator, author, subscriber.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server wordpress 20
ROOT="$APP/usr/share/wordpress"

do_install() {
  apt_need php-cli php-mysql php-gd php-mbstring php-xml php-curl php-zip mariadb-server mariadb-client
  commands_need curl:curl jq:jq
  [ -e "$APP/.installed" ] && return 0
  rm -rf "$APP"
  apt_unpack trixie "$APP" wordpress php-getid3 wordpress-theme-twentytwentyfive
  # In place of Debian's, which reads its settings from the machine's /etc.
  rm -f "$ROOT/wp-config.php"
  cp "$FILES/wp-config.php" "$ROOT/"
  grep -oP "wp_version = '\K[^']+" "$ROOT/wp-includes/version.php" > "$APP/.installed"
}

# A socket's path is limited to about 100 bytes, and $RUN may be longer.
database_socket() {
  [ -e "$RUN/socket-folder" ] || mktemp -d > "$RUN/socket-folder"
  echo "$(cat "$RUN/socket-folder")/db.sock"
}

database_answers() { mariadb-admin --no-defaults -u root -S "$1" ping >/dev/null 2>&1; }

start_database() {
  spawn database mariadbd --no-defaults --user="$(id -un)" --datadir="$RUN/database" --socket="$1" --pid-file="$RUN/database/mariadbd.pid" \
    --skip-networking --skip-name-resolve --skip-log-bin --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=64M \
    --innodb-log-file-size=8M --character-set-server=utf8mb4 --collation-server=utf8mb4_unicode_ci
  wait_for database 120 database_answers "$1"
}

# Installs WordPress into an empty database and keeps a copy, so that the next empty start takes seconds.
set_up() {
  mariadb --no-defaults -u root -S "$1" -e 'CREATE DATABASE wordpress CHARACTER SET utf8mb4'
  php "$FILES/setup.php" "$ROOT" > "$RUN/keys.new"
  mv "$RUN/keys.new" "$RUN/keys"
  halt database
  rm -rf "$APP/ready"
  mkdir -p "$APP/ready.new"
  cp -r "$RUN/database" "$RUN/keys" "$APP/ready.new/"
  mv "$APP/ready.new" "$APP/ready"
  start_database "$1"
}

do_start() {
  local url="http://$ADDRESS:$PORT" socket
  socket=$(database_socket)
  mkdir -p "$RUN"/wp-content/{plugins,uploads,mu-plugins}
  ln -sfn "$ROOT/wp-content/themes" "$RUN/wp-content/themes"
  if [ ! -e "$RUN/keys" ]; then
    rm -rf "$RUN/database"
    if [ -d "$APP/ready" ]; then
      cp -r "$APP/ready/database" "$APP/ready/keys" "$RUN/"
    else
      mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$RUN/database" --auth-root-authentication-method=normal \
        --skip-test-db --innodb-log-file-size=8M > "$RUN/install-database.log" 2>&1
    fi
  fi
  export WP_RUN="$RUN" WP_BASE="$url" WP_SOCKET="$socket"
  start_database "$socket"
  [ -e "$RUN/keys" ] || set_up "$socket"
  spawn php env PHP_CLI_SERVER_WORKERS=4 php -d upload_max_filesize=32M -d post_max_size=40M -d memory_limit=256M -d display_errors=0 \
    -S "$ADDRESS:$PORT" -t "$ROOT" "$FILES/router.php"
  wait_for php 120 answers "$url/wp-json/" 200
  put WP_URL "$url"
  put WP_API "$url/wp-json/wp/v2"
  put WP_XMLRPC "$url/xmlrpc.php"
  put WP_VERSION "$(cat "$APP/.installed")"
  cat "$RUN/keys" >> "$RUN/env"
}

do_stop() {
  halt php
  halt database
  if [ -e "$RUN/socket-folder" ]; then rm -rf "$(cat "$RUN/socket-folder")" "$RUN/socket-folder"; fi
}

do_check() {
  local url api temp="$RUN/check" admin json=(-H 'Content-Type: application/json') id media tag slug="check-$$"
  local html='<p>正文 <b>текст</b> <a href="https://example.org/a?x=1&amp;y=2">link</a></p>'
  url=$(get WP_URL)
  api=$(get WP_API)
  admin=(-u "$(get WP_ADMIN_USER):$(get WP_ADMIN_APP_PASSWORD)")
  expect who-am-i admin "$(curl -s "${admin[@]}" "$api/users/me?context=edit" | jq -r .username)"
  test_png "$temp/a.png"
  expect upload 201 "$(save "$temp/media.json" "${admin[@]}" -H 'Content-Type: image/png' --data-binary "@$temp/a.png" \
    -H "Content-Disposition: attachment; filename*=UTF-8''%E5%9B%BE.png; filename=tu.png" "$api/media")"
  media=$(jq -r .id "$temp/media.json")
  expect fetch-image 200 "$(save "$temp/b.png" "$(jq -r .source_url "$temp/media.json")")"
  same_bytes image-bytes "$temp/a.png" "$temp/b.png"
  expect alt-text '图 alt' "$(curl -s "${admin[@]}" "${json[@]}" "$api/media/$media" -d '{"alt_text":"图 alt"}' | jq -r .alt_text)"
  expect create-tag 201 "$(save "$temp/tag.json" "${admin[@]}" "${json[@]}" "$api/tags" -d "{\"name\":\"招聘 $slug\"}")"
  tag=$(jq -r .id "$temp/tag.json")
  expect create-tag-again term_exists "$(curl -s "${admin[@]}" "${json[@]}" "$api/tags" -d "{\"name\":\"招聘 $slug\"}" | jq -r .code)"
  jq -nc --arg html "$html" --arg slug "$slug" --argjson tag "$tag" --argjson media "$media" '{title:"你好 мир hello",content:$html,
    excerpt:"摘要",slug:$slug,status:"publish",tags:[$tag],featured_media:$media,date_gmt:"2024-02-03T04:05:06"}' > "$temp/new.json"
  expect create 201 "$(save "$temp/post.json" "${admin[@]}" "${json[@]}" -d "@$temp/new.json" "$api/posts")"
  id=$(jq -r .id "$temp/post.json")
  expect read-raw "$html" "$(curl -s "${admin[@]}" "$api/posts/$id?context=edit" | jq -r .content.raw)"
  expect find-by-slug "$id" "$(curl -s "${admin[@]}" "$api/posts?slug=$slug&status=any" | jq -r '.[0].id')"
  expect date-kept 2024-02-03T04:05:06 "$(jq -r .date_gmt "$temp/post.json")"
  expect public-page 200 "$(status_of "$url/$slug/")"
  expect update 'изменено 修改' "$(curl -s "${admin[@]}" "${json[@]}" "$api/posts/$id" -d '{"title":"изменено 修改","content":"v2"}' | jq -r .title.raw)"
  expect trash trash "$(curl -s "${admin[@]}" -X DELETE "$api/posts/$id" | jq -r .status)"
  expect delete true "$(curl -s "${admin[@]}" -X DELETE "$api/posts/$id?force=true" | jq -r .deleted)"
  expect gone 404 "$(status_of "${admin[@]}" "$api/posts/$id")"
  expect delete-media true "$(curl -s "${admin[@]}" -X DELETE "$api/media/$media?force=true" | jq -r .deleted)"
  expect wrong-password 401 "$(status_of -u admin:wrong "${json[@]}" "$api/posts" -d '{"title":"x"}')"
  expect subscriber-may-not 403 "$(status_of -u "subscriber:$(get WP_SUBSCRIBER_APP_PASSWORD)" "${json[@]}" "$api/posts" -d '{"title":"x"}')"
  expect author-may 201 "$(save "$temp/author.json" -u "author:$(get WP_AUTHOR_APP_PASSWORD)" "${json[@]}" "$api/posts" -d '{"title":"by author","status":"publish"}')"
  expect chinese-slug 201 "$(save "$temp/chinese.json" "${admin[@]}" "${json[@]}" "$api/posts" -d '{"title":"本地企业招聘","status":"publish"}')"
  expect chinese-slug-page 200 "$(status_of "$(jq -r .link "$temp/chinese.json")")"
  contains feed '<rss' "$(curl -s "$url/feed/" | head -c 300)"
  contains xmlrpc blogid "$(curl -s "$(get WP_XMLRPC)" -H 'Content-Type: text/xml' -d "<?xml version=\"1.0\"?><methodCall><methodName>wp.getUsersBlogs</methodName><params><param><value>admin</value></param><param><value>$(get WP_ADMIN_APP_PASSWORD)</value></param></params></methodCall>")"
  for id in $(jq -r .id "$temp/author.json" "$temp/chinese.json"); do
    curl -s -o /dev/null "${admin[@]}" -X DELETE "$api/posts/$id?force=true"
  done
}

main "$@"
