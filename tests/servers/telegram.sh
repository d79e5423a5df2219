#!/usr/bin/env bash
# Telegram Bot API: an emulator around Telegram's own TDLib (npm prebuilt-tdlib), because the real server needs Telegram's network.
# What is real in it and what is imitated stands at the head of telegram/server.py. Everything is kept in memory.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server telegram 100
TOKEN=1000000001:AAtest-token-of-the-telegram-server

do_install() {
  commands_need curl:curl jq:jq python3:python3
  have npm || node_need 22
  npm_need "$APP" prebuilt-tdlib@0.1008065.0
}

do_start() {
  local url="http://$ADDRESS:$PORT" library
  library=$(find "$APP/node_modules/@prebuilt-tdlib" -name libtdjson.so -path '*glibc*' -print -quit)
  rm -rf "$RUN/files"
  spawn bot python3 -B "$FILES/server.py" "$ADDRESS" "$PORT" "$library" "$RUN/files" "$TOKEN"
  wait_for bot 60 answers "$url/_control/calls" 200
  put TELEGRAM_API_URL "$url"
  put TELEGRAM_TOKEN "$TOKEN"
  put TELEGRAM_CHAT @test_channel
  put TELEGRAM_CHAT_ID -1001000000001
  put TELEGRAM_FORBIDDEN_CHAT @other_channel
  put TELEGRAM_CONTROL "$url/_control"
  put TELEGRAM_VERSION "TDLib $(sed -n 's/^TDLib //p' "$RUN/bot.log")"
}

do_stop() { halt bot; }

# call METHOD CURL-ARGUMENTS...
call() { curl -s "$(get TELEGRAM_API_URL)/bot$TOKEN/$1" "${@:2}"; }

# send JSON-OF-A-MESSAGE [METHOD]: to the test channel
send() { jq -nc "{chat_id: \"@test_channel\"} + $1" | call "${2:-sendMessage}" -H 'Content-Type: application/json' -d @-; }

do_check() {
  local url temp="$RUN/check" id photo path
  url=$(get TELEGRAM_API_URL)
  expect get-me true "$(call getMe | jq .ok)"
  send '{parse_mode:"HTML", text:"你好 <b>мир</b> 😀 <a href=\"https://example.org/?a=1&amp;b=2\">link</a>"}' > "$temp/post.json"
  id=$(jq .result.message_id "$temp/post.json")
  expect utf16-offsets '3:3 10:4' "$(jq -r '[.result.entities[] | "\(.offset):\(.length)"] | join(" ")' "$temp/post.json")"
  expect markdown-unescaped "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'" \
    "$(send '{parse_mode:"MarkdownV2", text:"1.2"}' | jq -r .description)"
  expect html-paragraph "Bad Request: can't parse entities: Unsupported start tag \"p\" at byte offset 0" \
    "$(send '{parse_mode:"HTML", text:"<p>x</p>"}' | jq -r .description)"
  contains stored "$(jq -c .result.text "$temp/post.json")" "$(curl -s "$(get TELEGRAM_CONTROL)/messages")"
  expect edit 修改 "$(send "{message_id:$id, text:\"修改\"}" editMessageText | jq -r .result.text)"
  contains edit-to-the-same 'message is not modified' "$(send "{message_id:$id, text:\"修改\"}" editMessageText)"
  test_png "$temp/a.png"
  call sendPhoto -F chat_id=-1001000000001 -F "photo=@$temp/a.png" -F 'caption=图 <i>подпись</i>' -F parse_mode=HTML > "$temp/photo.json"
  expect send-photo 64x64 "$(jq -r '.result.photo[-1] | "\(.width)x\(.height)"' "$temp/photo.json")"
  expect caption '图 подпись' "$(jq -r .result.caption "$temp/photo.json")"
  photo=$(jq -r '.result.photo[-1].file_id' "$temp/photo.json")
  path=$(call getFile -d "file_id=$photo" | jq -r .result.file_path)
  curl -s "$url/file/bot$TOKEN/$path" -o "$temp/b.png"
  same_bytes file-bytes "$temp/a.png" "$temp/b.png"
  expect send-again-by-id true "$(send "{photo:\"$photo\"}" sendPhoto | jq .ok)"
  expect edit-caption v2 "$(send "{message_id:$(jq .result.message_id "$temp/photo.json"), caption:\"v2\"}" editMessageCaption | jq -r .result.caption)"
  expect media-group 2 "$(call sendMediaGroup -F chat_id=-1001000000001 -F "x=@$temp/a.png" -F "y=@$temp/a.png" \
    -F 'media=[{"type":"photo","media":"attach://x","caption":"a"},{"type":"photo","media":"attach://y"}]' | jq '.result | length')"
  expect exactly-4096 true "$(send '{text:("字" * 4096)}' | jq .ok)"
  expect too-long 'Bad Request: message is too long' "$(send '{text:("字" * 4097)}' | jq -r .description)"
  expect emoji-count-twice 'Bad Request: message caption is too long' "$(send "{photo:\"$photo\", caption:(\"😀\" * 513)}" sendPhoto | jq -r .description)"
  expect not-an-image 'Bad Request: IMAGE_PROCESS_FAILED' "$(call sendPhoto -F chat_id=-1001000000001 -F "photo=@$temp/post.json;filename=x.png" | jq -r .description)"
  expect chat-not-found 'Bad Request: chat not found' "$(call sendMessage -d chat_id=@nobody -d text=x | jq -r .description)"
  expect forbidden-chat 403 "$(status_of "$url/bot$TOKEN/sendMessage" -d chat_id=@other_channel -d text=x)"
  expect wrong-token 401 "$(status_of "$url/bot1000000001:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe")"
  expect unknown-method 404 "$(status_of "$url/bot$TOKEN/sendNothing")"
  expect delete true "$(send "{message_id:$id}" deleteMessage | jq .result)"
  expect delete-again 'Bad Request: message to delete not found' "$(send "{message_id:$id}" deleteMessage | jq -r .description)"
}

main "$@"
