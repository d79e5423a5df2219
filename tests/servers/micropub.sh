#!/usr/bin/env bash
# Micropub: the protocol layer of django-indieweb (PyPI), software of others, over a thin storage of ours: see micropub/site.py.
# No whole site with Micropub (WordPress with its plugin, Indiekit, Known) is in the registries that are used here.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server micropub 160

do_install() {
  commands_need curl:curl jq:jq
  pip_need django-indieweb==0.6.2 'django>=5.2.13,<5.3'
}

do_start() {
  local url="http://$ADDRESS:$PORT"
  spawn site "$APP/bin/python" "$FILES/site.py" "$ADDRESS" "$PORT" "$RUN/data"
  wait_for site 60 answers "$url/" 200
  put MICROPUB_URL "$url"
  put MICROPUB_ENDPOINT "$url/indieweb/micropub/"
  put MICROPUB_POSTS "$url/control/posts/"
  put MICROPUB_VERSION "django-indieweb $(python_version django-indieweb)"
  cat "$RUN/data/tokens" >> "$RUN/env"
}

do_stop() { halt site; }

do_check() {
  local url endpoint temp="$RUN/check" who json=(-H 'Content-Type: application/json') here media slug="check-$$"
  url=$(get MICROPUB_URL)
  endpoint=$(get MICROPUB_ENDPOINT)
  who=(-H "Authorization: Bearer $(get MICROPUB_TOKEN)")
  contains discovery 'rel="micropub"' "$(curl -s "$url/")"
  expect media-endpoint "$url/indieweb/media/" "$(curl -s "${who[@]}" "$endpoint?q=config" | jq -r '."media-endpoint"')"
  test_png "$temp/a.png"
  expect upload 201 "$(save "$temp/media" "${who[@]}" -D "$temp/media.head" -F "file=@$temp/a.png;type=image/png" "$url/indieweb/media/")"
  media=$(sed -n 's/^[Ll]ocation: *\([^[:space:]]*\).*/\1/p' "$temp/media.head")
  expect fetch-image 200 "$(save "$temp/b.png" "$media")"
  same_bytes image-bytes "$temp/a.png" "$temp/b.png"
  jq -nc --arg slug "$slug" --arg photo "$media" '{type:["h-entry"],properties:{name:["你好 мир"],content:[{html:"<p>正文 <b>текст</b></p>"}],
    category:["招聘"],photo:[$photo],"mp-slug":[$slug]}}' > "$temp/new.json"
  expect create 201 "$(save "$temp/post" "${who[@]}" "${json[@]}" -D "$temp/post.head" -d "@$temp/new.json" "$endpoint")"
  here=$(sed -n 's/^[Ll]ocation: *\([^[:space:]]*\).*/\1/p' "$temp/post.head")
  expect slug "$url/$slug/" "$here"
  expect public-page 200 "$(status_of "$here")"
  expect source '<p>正文 <b>текст</b></p>' "$(curl -s -G "${who[@]}" "$endpoint" -d q=source --data-urlencode "url=$here" | jq -r '.properties.content[0].html')"
  expect listed "$here" "$(curl -s "${who[@]}" "$endpoint?q=source&limit=1" | jq -r '.items[0].properties.url[0]')"
  expect same-slug 201 "$(save "$temp/post" "${who[@]}" "${json[@]}" -D "$temp/second.head" -d "@$temp/new.json" "$endpoint")"
  contains renamed "$slug-2" "$(cat "$temp/second.head")"
  expect update 204 "$(status_of "${who[@]}" "${json[@]}" "$endpoint" -d "{\"action\":\"update\",\"url\":\"$here\",\"replace\":{\"name\":[\"изменено\"]}}")"
  expect scalar-refused 400 "$(status_of "${who[@]}" "${json[@]}" "$endpoint" -d "{\"action\":\"update\",\"url\":\"$here\",\"replace\":{\"name\":\"x\"}}")"
  expect delete 204 "$(status_of "${who[@]}" "$endpoint" -d action=delete --data-urlencode "url=$here")"
  expect gone 410 "$(status_of "$here")"
  expect delete-second 204 "$(status_of "${who[@]}" "$endpoint" -d action=delete --data-urlencode "url=$url/$slug-2/")"
  expect wrong-token 401 "$(status_of -H 'Authorization: Bearer wrong' "${json[@]}" "$endpoint" -d "@$temp/new.json")"
  expect reader-may-not 403 "$(status_of -H "Authorization: Bearer $(get MICROPUB_READER_TOKEN)" "${json[@]}" "$endpoint" -d "@$temp/new.json")"
}

main "$@"
