#!/usr/bin/env bash
# SMTP server (aiosmtpd) that takes mail after login and keeps it as files; it delivers nothing.
# Plain and STARTTLS on its port, TLS from the first byte on the next one; the certificate is self-signed.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server smtp 90

do_install() {
  commands_need curl:curl jq:jq openssl:openssl
  pip_need aiosmtpd==1.4.6
}

do_start() {
  [ -e "$RUN/server.pem" ] || openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=localhost \
    -addext "subjectAltName=DNS:localhost,IP:$ADDRESS" -addext basicConstraints=critical,CA:FALSE -keyout "$RUN/key.pem" -out "$RUN/server.pem" 2>/dev/null
  spawn smtp "$APP/bin/python" -W ignore "$FILES/sink.py" "$ADDRESS" "$PORT" "$RUN/mail" "$RUN/server.pem" "$RUN/key.pem" \
    publisher publisher-password
  wait_for smtp 60 port_is_open "$PORT"
  wait_for smtp 60 port_is_open "$((PORT + 1))"
  put SMTP_HOST "$ADDRESS"
  put SMTP_PORT "$PORT"
  put SMTPS_PORT "$((PORT + 1))"
  put SMTP_USER publisher
  put SMTP_PASSWORD publisher-password
  put SMTP_CA "$RUN/server.pem"
  put MAIL_DIR "$RUN/mail"
  put SMTP_VERSION "aiosmtpd $(python_version aiosmtpd)"
}

do_stop() { halt smtp; }

# mail TO CURL-ARGUMENTS...: sends the test mail; prints curl's exit code
mail() {
  local to=$1 status=0
  shift
  curl -s --mail-from publisher@example.org --mail-rcpt "$to" -T "$RUN/check/mail.eml" "$@" || status=$?
  echo $status
}

# stored TO JQ-FILTER: what the server wrote down about the mails to that recipient
stored() { cat "$(get MAIL_DIR)"/*.json | jq -r "select(.to[0] == \"$1\") | $2"; }

do_check() {
  local url login to=check-$$@example.org
  url="smtp://$ADDRESS:$(get SMTP_PORT)"
  login="$(get SMTP_USER):$(get SMTP_PASSWORD)"
  printf '%s\r\n' 'From: Publisher <publisher@example.org>' "To: $to" 'Subject: =?UTF-8?B?5L2g5aW9INC80LjRgA==?=' \
    'Message-ID: <m1@example.org>' 'List-Unsubscribe: <https://example.org/u>' 'MIME-Version: 1.0' \
    'Content-Type: text/html; charset=utf-8' 'Content-Transfer-Encoding: base64' '' \
    "$(printf '<p>正文 текст</p>' | base64 -w0)" > "$RUN/check/mail.eml"
  expect send-plain 0 "$(mail $to -u "$login" --mail-rcpt second@example.org "$url")"
  expect send-starttls 0 "$(mail $to -u "$login" --ssl-reqd --cacert "$(get SMTP_CA)" "$url")"
  expect send-tls 0 "$(mail $to -u "$login" --cacert "$(get SMTP_CA)" "smtps://$ADDRESS:$(get SMTPS_PORT)")"
  expect tls-or-not 'false true true' "$(stored $to .tls | xargs)"
  expect login publisher "$(stored $to .user | sort -u)"
  expect envelope "$to second@example.org" "$(stored $to '.to | join(" ")' | head -1)"
  same_bytes stored-bytes "$RUN/check/mail.eml" "$(get MAIL_DIR)/$(stored $to .file | head -1)"
  expect reject 55 "$(mail reject@example.org -u "$login" "$url")"
  expect defer 55 "$(mail defer@example.org -u "$login" "$url")"
  expect answer-lost 56 "$(mail lost-$$@example.org -u "$login" "$url")"
  expect answer-lost-but-stored publisher "$(stored lost-$$@example.org .user)"
  expect no-login 55 "$(mail $to "$url")"
  expect wrong-password 67 "$(mail $to -u publisher:wrong "$url")"
}

main "$@"
