#!/bin/sh
# Runs a command with a private PostgreSQL and a private RabbitMQ, and takes both down afterwards:
#
#   scripts/with-services.sh cargo test --workspace
#
# Sets TONGGUAN_TEST_PG, TONGGUAN_TEST_RABBITMQ and TMPDIR for the command and answers with its status.
# Missing Debian packages are installed when we are root. Both servers listen on loopback only, on
# ports that are free, in a temporary folder that is removed; servers that run already are left
# alone. Nothing here is secure against other users of the same machine: it is for tests.
set -eu

[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT…]" >&2; exit 2; }

say() { echo "with-services: $*" >&2; }
fail() { say "$*"; exit 1; }

# Servers refuse to run as root, so a root caller lends them the users of their packages.
is_root() { [ "$(id -u)" = 0 ]; }
# Replaces the calling shell: use it in the background or in parentheses.
exec_as() {
    user=$1
    shift
    if is_root; then
        exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- "$@"
    fi
    exec "$@"
}

find_postgres() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
find_rabbit() { ls /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server 2>/dev/null | sort -V | tail -n 1; }

install_missing() {
    missing=
    [ -n "$(find_postgres)" ] || missing="$missing postgresql"
    [ -n "$(find_rabbit)" ] || missing="$missing rabbitmq-server"
    command -v xmllint >/dev/null || missing="$missing libxml2-utils"
    command -v softhsm2-util >/dev/null || missing="$missing softhsm2"
    command -v pkcs11-tool >/dev/null || missing="$missing opensc"
    command -v xmlsec1 >/dev/null || missing="$missing xmlsec1"
    command -v python3 >/dev/null || missing="$missing python3-minimal"
    # shellcheck disable=SC2086 # a list of packages
    "$(dirname "$0")/install.sh" $missing
}

# Four free ports of loopback, held open together so that they differ.
free_ports() {
    python3 -c '
import socket
held = [socket.socket() for _ in range(4)]
for s in held: s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in held))'
}

# Whether data may lie in memory: not what is measured (DURABLE=1), and not where there is little room, or where
# nothing may be started.
memory_will_do() {
    [ -z "${DURABLE:-}" ] || return 1
    free_mib=$(df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
    [ "${free_mib:-0}" -ge 4096 ] || return 1
    probe=$(mktemp /dev/shm/with-services.XXXXXX) || return 1
    { echo '#!/bin/sh' >"$probe" && chmod 700 "$probe" && "$probe"; } 2>/dev/null
    may_start=$?
    rm -f "$probe"
    return $may_start
}

# Where the servers and the command keep their data. A database of PostgreSQL is a thousand files, and each test
# makes one: in memory that takes a third of the time.
data_folder() {
    if memory_will_do; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

start_postgres() {
    user=$(id -un)
    is_root && user=postgres
    mkdir "$home/pg"
    is_root && chown postgres "$home/pg"
    (exec_as "$user" "$pg_bin/initdb" -D "$home/pg/data" -U tg -A trust -E UTF8 --locale=C \
        --no-sync >"$home/log/initdb.log" 2>&1) || return 1
    # It lives as long as the command, so tests need no disk behind it; what is measured does (DURABLE=1).
    durable=off
    [ -n "${DURABLE:-}" ] && durable=on
    exec_as "$user" "$pg_bin/postgres" -D "$home/pg/data" -p "$pg_port" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 \
        -c fsync="$durable" -c full_page_writes="$durable" -c max_wal_size=512MB \
        >"$home/log/postgres.log" 2>&1 &
    pg_pid=$!
}

start_rabbit() {
    user=$(id -un)
    is_root && user=rabbitmq
    mkdir -p "$home/rabbit/home" "$home/rabbit/mnesia" "$home/rabbit/log"
    echo '[].' >"$home/rabbit/enabled_plugins"
    cat >"$home/rabbit/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp_port
loopback_users = none
log.console = false
vm_memory_high_watermark.relative = 0.4
disk_free_limit.absolute = 50MB
CONF
    is_root && chown -R rabbitmq "$home/rabbit"
    # The server's own script, not the wrapper of Debian, which insists on the system's folders.
    exec_as "$user" env \
        HOME="$home/rabbit/home" \
        RABBITMQ_NODENAME="$rabbit_node" \
        RABBITMQ_CONFIG_FILE="$home/rabbit/rabbitmq.conf" \
        RABBITMQ_CONF_ENV_FILE=/dev/null \
        RABBITMQ_MNESIA_BASE="$home/rabbit/mnesia" \
        RABBITMQ_LOG_BASE="$home/rabbit/log" \
        RABBITMQ_PID_FILE="$home/rabbit/pid" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/rabbit/enabled_plugins" \
        RABBITMQ_DIST_PORT="$dist_port" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
        ERL_EPMD_PORT="$epmd_port" \
        ERL_EPMD_ADDRESS=127.0.0.1 \
        "$rabbit" >"$home/log/rabbitmq.log" 2>&1 &
    rabbit_pid=$!
}

# Whether a server answers on a port of loopback: PostgreSQL by its own tool, AMQP by its greeting.
postgres_is_up() { "$pg_bin/pg_isready" -q -h 127.0.0.1 -p "$pg_port"; }
rabbit_is_up() {
    python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)
s.settimeout(2)
s.sendall(b"AMQP\x00\x00\x09\x01")
sys.exit(0 if s.recv(1) == b"\x01" else 1)' "$amqp_port" 2>/dev/null
}

wait_for() {
    what=$1 check=$2 pid=$3
    tries=0
    until $check; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || ! kill -0 "$pid" 2>/dev/null; then
            tail -n 30 "$home"/log/*.log "$home"/rabbit/log/*.log >&2 2>/dev/null || true
            fail "$what did not start"
        fi
        sleep 0.2
    done
}

# The processes that stand below a process, deepest last.
below() {
    for child in $(ps -o pid= --ppid "$1" 2>/dev/null); do
        echo "$child"
        below "$child"
    done
}

clean_up() {
    status=$?
    # A second signal must not stop the cleaning.
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$cmd_pid" ]; then kill -TERM "$cmd_pid" 2>/dev/null || true; fi
    # SIGQUIT: PostgreSQL stops at once; its data are thrown away.
    if [ -n "$pg_pid" ]; then
        kill -QUIT "$pg_pid" 2>/dev/null || true
        tries=0
        while kill -0 "$pg_pid" 2>/dev/null && [ $tries -lt 25 ]; do
            tries=$((tries + 1))
            sleep 0.2
        done
        kill -KILL "$pg_pid" 2>/dev/null || true
    fi
    if [ -n "$rabbit_pid" ]; then
        family="$rabbit_pid $(below "$rabbit_pid" | tr '\n' ' ')"
        kill -KILL $family 2>/dev/null || true
    fi
    # epmd detaches itself from its parent; it is known by our port, which nobody else uses.
    epmd=$(ps -eo pid=,args= | awk -v home="$home" -v port="$epmd_port" \
        '$2 ~ /epmd$/ && $0 ~ "-daemon" { print $1 }')
    for pid in $epmd; do
        if tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qx "ERL_EPMD_PORT=$epmd_port"; then
            kill -KILL "$pid" 2>/dev/null || true
        fi
    done
    wait 2>/dev/null || true
    rm -rf "$home"
    exit "$status"
}

install_missing
pg_bin=$(find_postgres)
rabbit=$(find_rabbit)
home=$(mktemp -d "$(data_folder)/with-services.XXXXXX")
chmod 755 "$home"
mkdir "$home/log" "$home/tmp"
chmod 1777 "$home/tmp"
pg_pid= rabbit_pid= cmd_pid= epmd_port=0
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
ports=$(free_ports)
pg_port=$(echo "$ports" | cut -d' ' -f1)
amqp_port=$(echo "$ports" | cut -d' ' -f2)
epmd_port=$(echo "$ports" | cut -d' ' -f3)
dist_port=$(echo "$ports" | cut -d' ' -f4)
rabbit_node="tongguan$$@localhost"

start_rabbit
start_postgres || { cat "$home/log/initdb.log" >&2; fail "initdb failed"; }
wait_for PostgreSQL postgres_is_up "$pg_pid"
wait_for RabbitMQ rabbit_is_up "$rabbit_pid"

export TONGGUAN_TEST_PG="postgres://tg@127.0.0.1:$pg_port/postgres"
export TONGGUAN_TEST_RABBITMQ="amqp://guest:guest@127.0.0.1:$amqp_port/%2f"
export TMPDIR="$home/tmp"
# In the background and waited for, so that a signal to us is answered at once.
"$@" <&0 &
cmd_pid=$!
status=0
wait "$cmd_pid" || status=$?
cmd_pid=
exit "$status"
