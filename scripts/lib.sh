# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# shellcheck shell=bash
#
# What the scripts beside this file share. Sourced, never run.

# shellcheck disable=SC2034 # the scripts use it
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export LC_ALL=C.UTF-8

say() { printf '== %s\n' "$*"; }
warn() { printf '%s: warning: %s\n' "${0##*/}" "$*" >&2; }
die() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# The comment at the top of the calling script, from its third line on, is its
# help.
print_help() { sed -n '3,/^[^#]/{/^#/{s/^# \{0,1\}//;p}}' "$0"; }

# Processors that a build may use; DDNN_JOBS overrides.
jobs() { echo "${DDNN_JOBS:-$(nproc)}"; }

# free_port: a TCP port on 127.0.0.1 that nothing listens on right now.
free_port() {
  python3 -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])'
}

# wait_port PORT SECONDS: until something accepts on 127.0.0.1:PORT.
wait_port() {
  local end=$((SECONDS + $2))
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# Debian puts mosquitto where ordinary users' PATH does not lead.
find_mosquitto() { PATH="$PATH:/usr/sbin:/sbin" command -v mosquitto; }

# start_broker FOLDER: a mosquitto of our own on a free loopback port. Sets
# broker_port and broker_pid; its configuration and log are in FOLDER. Another
# process may take the port between asking and binding, hence the attempts.
start_broker() {
  local folder=$1 mosquitto attempt
  mosquitto=$(find_mosquitto) || die "mosquitto is not installed; run scripts/setup"
  mkdir -p "$folder"
  for attempt in 1 2 3 4 5; do
    broker_port=$(free_port)
    cat >"$folder/mosquitto.conf" <<EOF
listener $broker_port 127.0.0.1
allow_anonymous true
persistence false
set_tcp_nodelay true
log_dest stderr
EOF
    "$mosquitto" -c "$folder/mosquitto.conf" >"$folder/mosquitto.log" 2>&1 &
    broker_pid=$!
    if wait_port "$broker_port" 5 && kill -0 "$broker_pid" 2>/dev/null; then
      return 0
    fi
    stop_process "$broker_pid"
    warn "mosquitto did not start on port $broker_port (attempt $attempt)"
  done
  cat "$folder/mosquitto.log" >&2
  return 1
}

# stop_process PID [SECONDS]: SIGTERM, and SIGKILL if that does not help in
# time. For children of this shell.
stop_process() {
  local pid=$1 end=$((SECONDS + ${2:-10}))
  kill -TERM "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null && ((SECONDS < end)); do
    sleep 0.05
  done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}
