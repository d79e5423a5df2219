#!/usr/bin/env bash
# S3 as Ceph speaks it: Debian's own Ceph, one monitor, one store in memory and the gateway that storage providers
# run. A bucket `site`, which one user fills, a second may only read and the world may look at below `public/`;
# a bucket `small` with a quota of five objects.
. "$(dirname "${BASH_SOURCE[0]}")/lib/server.sh"
server s3 130

do_install() {
  commands_need curl:curl python3:python3
  apt_need radosgw ceph-mon ceph-osd
  pip_need boto3==1.44.8   # a client that is none of ours
}

# random BYTES: as hexadecimal digits
random() { od -v -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

settings() {
  cat <<CONF
[global]
fsid = $1
mon_host = [v2:$ADDRESS:$((PORT + 1))]
public_addr = $ADDRESS
cluster_addr = $ADDRESS
ms_bind_msgr1 = false
ms_bind_port_min = $((PORT + 2))
ms_bind_port_max = $((PORT + 9))
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = $RUN
crash_dir = $RUN/crash
admin_socket = $RUN/\$name.socket
log_file =
log_to_stderr = true
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
[mon]
mon_data = $RUN/monitor
public_addrv = [v2:$ADDRESS:$((PORT + 1))]
[osd]
osd_data = $RUN/store
osd_objectstore = memstore
memstore_device_bytes = 4294967296
[client.rgw.trial]
ms_mon_client_mode = crc
rgw_frontends = beast endpoint=$ADDRESS:$PORT
rgw_data = $RUN/gateway
rgw_bucket_quota_ttl = 0
CONF
}

ceph_() { timeout 20 ceph -c "$RUN/ceph.conf" "$@" 2>> "$RUN/setup.log"; }
administer() { timeout 60 radosgw-admin -c "$RUN/ceph.conf" "$@" >> "$RUN/setup.log" 2>&1; }
store_is_up() { ceph_ osd stat | grep -q '1 up'; }

do_start() {
  local url="http://$ADDRESS:$PORT" store number user key secret
  # The objects lived in memory: what the monitor knows of them is worth nothing.
  rm -rf "$RUN/monitor" "$RUN/store" "$RUN/gateway"
  mkdir -p "$RUN/monitor" "$RUN/store" "$RUN/gateway"
  store=$(cat /proc/sys/kernel/random/uuid)
  settings "$(cat /proc/sys/kernel/random/uuid)" > "$RUN/ceph.conf"
  ceph-mon -c "$RUN/ceph.conf" -i a --mkfs > "$RUN/setup.log" 2>&1
  spawn monitor ceph-mon -c "$RUN/ceph.conf" -i a -f
  wait_for monitor 60 port_is_open "$((PORT + 1))"
  number=$(ceph_ osd new "$store")
  ceph-osd -c "$RUN/ceph.conf" -i "$number" --mkfs --osd-uuid "$store" >> "$RUN/setup.log" 2>&1
  spawn store ceph-osd -c "$RUN/ceph.conf" -i "$number" -f
  wait_for store 60 store_is_up
  spawn gateway radosgw -c "$RUN/ceph.conf" --name client.rgw.trial -f
  wait_for gateway 120 answers "$url"
  put S3_ENDPOINT "$url"
  put S3_REGION us-east-1
  put S3_BUCKET site
  put S3_SMALL_BUCKET small
  put S3_PUBLIC public
  for user in publisher reader; do
    key=$(random 10) secret=$(random 20)
    administer user create --uid "$user" --display-name "$user" --access-key "$key" --secret-key "$secret"
    case $user in publisher) put S3_KEY "$key"; put S3_SECRET "$secret" ;;
                  reader) put S3_READER_KEY "$key"; put S3_READER_SECRET "$secret" ;; esac
  done
  put S3_ADMINISTER "radosgw-admin -c $RUN/ceph.conf"
  put S3_LOOK "$APP/bin/python $FILES/look.py us-east-1"
  "$APP/bin/python" "$FILES/setup.py" "$url" "$(get S3_KEY)" "$(get S3_SECRET)"
  administer quota set --quota-scope=bucket --bucket=small --max-objects=5
  administer quota enable --quota-scope=bucket --bucket=small
  put S3_VERSION "$(radosgw --version | cut -d' ' -f1-3)"
}

do_stop() { halt gateway; halt store; halt monitor; }

do_check() {
  local line
  while read -r line; do
    expect "${line%% *}" ok "${line#* }"
  done < <("$APP/bin/python" "$FILES/check.py" "$(get S3_ENDPOINT)" "$(get S3_KEY)" "$(get S3_SECRET)" "$(get S3_READER_KEY)" "$(get S3_READER_SECRET)")
}

main "$@"
