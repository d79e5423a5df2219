#!/usr/bin/env bash
# OpenSSH with SFTP and a bare git repository. Lets in only the user who started it, with the key made here.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server ssh 150

do_install() {
  commands_need ssh:openssh-client git:git
  [ -e "$APP/.installed" ] && return 0
  apt_unpack "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$APP" openssh-server openssh-sftp-server libwrap0
  touch "$APP/.installed"
}

# As root sshd wants a user `sshd` and /run/sshd, as its Debian package would make them.
separation() {
  [ "$(id -u)" = 0 ] || return 0
  id sshd >/dev/null 2>&1 || useradd --system --no-create-home --home-dir /run/sshd --shell /usr/sbin/nologin sshd
  mkdir -p -m 755 /run/sshd
}

do_start() {
  local keys="$RUN/keys" libraries
  mkdir -p "$RUN/files" "$keys"
  chmod 700 "$RUN" "$keys"
  [ -e "$keys/host" ] || ssh-keygen -q -t ed25519 -N '' -f "$keys/host"
  [ -e "$keys/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$keys/key"
  install -m 600 "$keys/key.pub" "$keys/authorized_keys"
  printf '[%s]:%s %s\n' "$ADDRESS" "$PORT" "$(cut -d' ' -f1,2 "$keys/host.pub")" > "$keys/known_hosts"
  [ -d "$RUN/pages.git" ] || git init -q --bare "$RUN/pages.git"
  cat > "$RUN/sshd_config" <<CONF
ListenAddress $ADDRESS:$PORT
HostKey $keys/host
PidFile none
AuthorizedKeysFile $keys/authorized_keys
AllowUsers $(id -un)
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PrintMotd no
AllowTcpForwarding no
MaxStartups 100
Subsystem sftp $APP/usr/lib/openssh/sftp-server
CONF
  separation
  libraries="$APP/usr/lib/$(uname -m)-linux-gnu:$APP/lib/$(uname -m)-linux-gnu"
  spawn sshd env "LD_LIBRARY_PATH=$libraries" "$APP/usr/sbin/sshd" -D -e -f "$RUN/sshd_config"
  wait_for sshd 20 port_is_open "$PORT"
  put SSH_HOST "$ADDRESS"
  put SSH_PORT "$PORT"
  put SSH_USER "$(id -un)"
  put SSH_KEY "$keys/key"
  put SSH_KNOWN_HOSTS "$keys/known_hosts"
  put SSH_FOLDER "$RUN/files"
  put GIT_REMOTE "ssh://$(id -un)@$ADDRESS:$PORT$RUN/pages.git"
  put GIT_SSH_COMMAND "ssh -i $keys/key -o IdentitiesOnly=yes -o UserKnownHostsFile=$keys/known_hosts"
  put SSH_VERSION "$(ssh -V 2>&1 | cut -d, -f1)"
}

do_stop() { halt sshd; }

do_check() {
  local temp="$RUN/check" command folder
  command=$(get GIT_SSH_COMMAND)
  folder=$(get SSH_FOLDER)
  test_png "$temp/a.png"
  # shellcheck disable=SC2086 # the command is words
  expect run hello "$($command -p "$(get SSH_PORT)" "$(get SSH_USER)@$ADDRESS" echo hello)"
  printf 'put %s %s/one.png\nrename %s/one.png %s/two.png\n' "$temp/a.png" "$folder" "$folder" "$folder" > "$temp/batch"
  expect sftp 0 "$(sftp -q -b "$temp/batch" -P "$(get SSH_PORT)" -i "$(get SSH_KEY)" -o IdentitiesOnly=yes \
    -o UserKnownHostsFile="$(get SSH_KNOWN_HOSTS)" "$(get SSH_USER)@$ADDRESS" >/dev/null 2>&1; echo $?)"
  same_bytes sftp-bytes "$temp/a.png" "$folder/two.png"
  rm -f "$folder/two.png"
  expect git 0 "$(GIT_SSH_COMMAND="$command" git ls-remote "$(get GIT_REMOTE)" >/dev/null 2>&1; echo $?)"
}

main "$@"
