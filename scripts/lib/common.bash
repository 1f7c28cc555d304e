# shellcheck shell=bash
#
# What the scripts of this folder share: processes that are always stopped again, free ports, a
# proxy to look at, and a table of what was found. Only loopback addresses are ever contacted.

set -euo pipefail

ROOT=$(CDPATH='' cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
RILL=$ROOT/rill
SCRIPT=${0##*/}
HOST=127.0.0.1

WORK=       # a temporary folder: logs, data, configuration
KEEP=       # not empty: leave that folder behind
QUICK=      # not empty: little of everything
STARTED=()  # the process groups that run now
PICKED=' '  # the ports that were given out
HEADINGS=   # the table's
ROWS=()     # its rows, the columns separated by tabs
ROW_LABEL=  # not empty: the first column of the rows that are added
FAILURES=0

say() {
    printf '%s: %s\n' "$SCRIPT" "$*" >&2
}

die() {
    say "$*"
    exit 1
}

called_wrongly() {
    say "$*"
    printf "Try 'scripts/%s --help'.\n" "$SCRIPT" >&2
    exit 2
}

# Prints the comment at the top of the script, which is its help.
help() {
    sed -n '3,/^$/ { /^$/d; s/^# \{0,1\}//; p; }' "$0"
}

# Gives the larger of two amounts its place: amount QUICKLY THOROUGHLY. Sets REPLY.
amount() {
    if [ -n "$QUICK" ]; then
        REPLY=$1
    else
        REPLY=$2
    fi
}

# Sets REPLY to a number from the command line, or ends: number NAME VALUE MIN MAX.
number() {
    if ! [[ $2 =~ ^[0-9]{1,18}$ ]] || ((10#$2 < $3 || 10#$2 > $4)); then
        called_wrongly "$1 must be a number from $3 to $4, not '$2'"
    fi
    REPLY=$((10#$2))
}

# --- beginning and end -------------------------------------------------------------------------

begin() {
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/rill-$SCRIPT-XXXXXX")
    chmod 755 "$WORK"
    trap finish EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# Runs however the script ends. A second Ctrl-C must not leave servers behind, so it is not heard.
# What was found until then is shown. Clients, which were started last, are stopped first.
finish() {
    local code=$? i
    trap '' HUP INT TERM
    [ ${#ROWS[@]} -eq 0 ] || print_table
    for ((i = ${#STARTED[@]} - 1; i >= 0; i--)); do
        stop "${STARTED[i]}"
    done
    if [ -n "$KEEP" ]; then
        say "logs and data are in $WORK"
    else
        rm -rf "$WORK"
    fi
    exit "$code"
}

# --- processes ---------------------------------------------------------------------------------

# Starts NAME COMMAND... in the background; its output goes to NAME.out and NAME.err, its input
# comes from the file INPUT. Sets REPLY to its process id.
#
# Job control puts it into a process group of its own: Ctrl-C does not reach it before the script
# has decided, it can be stopped with its children, and it does hear SIGINT, which the shell lets
# an ordinary background process ignore. Where this script itself was started like that, it takes
# env to undo it.
start() {
    local name=$1 hears=()
    shift
    if [ "$(type -t "$1")" = file ] && grep -q '^SigIgn:.*[2367abef]$' /proc/self/status; then
        hears=(env --default-signal=INT)
    fi
    set -m
    "${hears[@]}" "$@" <"${INPUT:-/dev/null}" >"$WORK/$name.out" 2>"$WORK/$name.err" &
    set +m
    REPLY=$!
    STARTED+=("$REPLY")
}

# Runs NAME SECONDS COMMAND..., as start does, to its end or for that time. Waiting for a
# background process is what a trap may interrupt at once.
run() {
    local name=$1 seconds=$2 code=0
    shift 2
    start "$name" timeout -k 5 "$seconds" "$@"
    await "$REPLY" || code=$?
    if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
        say "$name took more than $seconds seconds: $*"
    fi
    return "$code"
}

# Waits for the end of a process that was started; its exit code is the result.
await() {
    local pid=$1 code=0
    wait "$pid" 2>/dev/null || code=$?
    forget "$pid"
    return "$code"
}

# Stops a process that was started, and its children: politely, and after ten seconds not. With
# the signal KILL not politely at all.
stop() {
    local pid=$1 signal=${2:-TERM}
    if [ "$signal" != KILL ]; then
        kill -s "$signal" -- "-$pid" 2>/dev/null || true
        within 10 gone "$pid" || say "process $pid did not stop when asked, killing it"
    fi
    # The shell would report on what was killed.
    {
        kill -s KILL -- "-$pid" || true
        await "$pid" || true
    } 2>/dev/null
}

forget() {
    local pid others=()
    for pid in "${STARTED[@]}"; do
        [ "$pid" = "$1" ] || others+=("$pid")
    done
    STARTED=("${others[@]}")
}

gone() {
    ! kill -s 0 "$1" 2>/dev/null
}

# Asks COMMAND... again and again, for some SECONDS at most, until it agrees.
within() {
    local deadline=$((SECONDS + $1 + 1))
    shift
    until "$@"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            return 1
        fi
        sleep 0.05
    done
}

has_line() {
    grep -q -e "$2" "$1" 2>/dev/null
}

# What a process uses of the machine's memory, in KiB.
rss_kib() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$1/status"
}

# Before a command: runs it as nobody if you are root. Servers refuse to be root, or should not be.
AS_NOBODY=()
if [ "$(id -u)" -eq 0 ]; then
    AS_NOBODY=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups)
fi

# Makes a folder for such a server in WORK. Sets REPLY to it.
server_folder() {
    REPLY=$(mktemp -d "$WORK/$1-XXXX")
    if [ "$(id -u)" -eq 0 ]; then
        chown nobody "$REPLY"
        "${AS_NOBODY[@]}" test -w "$REPLY" || die "user nobody cannot reach $REPLY;
  set TMPDIR to a folder that everybody may enter."
    fi
}

# --- programs that others wrote ----------------------------------------------------------------

# Installs the packages whose programs are missing: need PROGRAM PACKAGES...
need() {
    local program=$1
    shift
    if command -v "$program" >/dev/null 2>&1 || [ -x "/usr/sbin/$program" ]; then
        return
    fi
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo=(sudo)
    fi
    if ! command -v apt-get >/dev/null 2>&1 ||
        ! command -v "${sudo[0]:-apt-get}" >/dev/null 2>&1; then
        die "there is no $program. Install Debian's $*, or what your system calls it."
    fi
    say "there is no $program: installing $*"
    install_packages "$@" ||
        { "${sudo[@]}" apt-get update >"$WORK/apt.out" 2>&1 && install_packages "$@"; } ||
        { show_output apt && die "cannot install $*"; }
}

install_packages() {
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        "$@" </dev/null >"$WORK/apt.out" 2>"$WORK/apt.err"
}

# Debian keeps servers out of the path of ordinary users.
program() {
    command -v "$1" 2>/dev/null || printf '/usr/sbin/%s\n' "$1"
}

# --- ports -------------------------------------------------------------------------------------

# Sets REPLY to a port that nobody uses, below those that the kernel gives to clients.
pick_port() {
    local port tries
    for ((tries = 0; tries < 200; tries++)); do
        port=$((20000 + RANDOM % 10000))
        if [[ $PICKED != *" $port "* ]] && ! port_matches "$port" '.*'; then
            PICKED+="$port "
            REPLY=$port
            return
        fi
    done
    die "found no free port between 20000 and 29999"
}

# The kernel's own table tells without a connection that the other side would count.
port_matches() {
    local hex
    hex=$(printf '%04X' "$1")
    grep -q -E ": [0-9A-F]+:$hex [0-9A-F]+:$2" /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

listening() {
    port_matches "$1" '0000 0A '
}

# Waits until the process PID, which was started as NAME, listens on PORT.
wait_until_listening() {
    local name=$1 pid=$2 port=$3 seconds=${4:-30}
    if ! within "$seconds" gone_or_listening "$pid" "$port" || ! listening "$port"; then
        show_output "$name"
        die "$name does not listen on port $port"
    fi
}

gone_or_listening() {
    listening "$2" || gone "$1"
}

# --- what was found ----------------------------------------------------------------------------

# Prints the end of what a process wrote, as it is needed to understand a failure.
show_output() {
    local file
    for file in "$WORK/$1.out" "$WORK/$1.err"; do
        if [ -s "$file" ]; then
            say "the end of ${file##*/}:"
            tail -n 15 "$file" | sed 's/^/    /' >&2
        fi
    done
}

# Adds a row to the table. The last of its columns is the verdict.
row() {
    local IFS=$'\t'
    ROWS+=("${ROW_LABEL:+$ROW_LABEL$IFS}$*")
    if [ "${*: -1}" != ok ]; then
        FAILURES=$((FAILURES + 1))
        say "FAILED: $*"
    fi
}

# Sets the headings of the table.
headings() {
    local IFS=$'\t'
    HEADINGS=$*
}

print_table() {
    echo
    printf '%s\n' "$HEADINGS" "${ROWS[@]}" | awk -F '\t' '
        { for (i = 1; i <= NF; i++) {
              cell[NR, i] = $i
              if (length($i) > width[i]) width[i] = length($i)
          }
          if (NF > columns) columns = NF }
        function line(row,    i, text) {
            for (i = 1; i <= columns; i++) text = text sprintf("%-" width[i] "s  ", cell[row, i])
            sub(/ +$/, "", text)
            print text
        }
        END {
            for (i = 1; i <= columns; i++) {
                cell[0, i] = sprintf("%*s", width[i], "")
                gsub(/ /, "-", cell[0, i])
            }
            line(1)
            line(0)
            for (row = 2; row <= NR; row++) line(row)
        }'
    echo
}

# Ends the script by what the table holds, which is printed last.
conclude() {
    if [ "$FAILURES" -gt 0 ]; then
        die "$FAILURES of ${#ROWS[@]} checks failed"
    fi
    say "all ${#ROWS[@]} checks passed in $SECONDS s"
}

# Prints the quotient of two numbers with the given decimals.
quotient() {
    awk -v a="$1" -v b="$2" -v decimals="${3:-0}" \
        'BEGIN { printf "%.*f\n", decimals, (b > 0 ? a / b : 0) }'
}

# Seconds since some moment, with microseconds.
now() {
    printf '%s\n' "$EPOCHREALTIME"
}

seconds_since() {
    awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.3f\n", to - from }'
}

sha256() {
    sha256sum -- "$@" | cut -d ' ' -f 1
}

# --- the proxy ---------------------------------------------------------------------------------

PROXY_OPTIONS=()  # more options for ./rill proxy
PROXY_NAME=
PROXY_PID=
PROXY_PORT=

# Builds the tool when needed, so that it costs no check its time limit.
prepare_rill() {
    say "preparing ./rill"
    "$RILL" --version >&2 || die "./rill does not run"
}

# Starts a proxy from a free port to the port CONNECT, and sets PROXY_PID and PROXY_PORT. RILL_PROXY
# is a command of the shell that does the same with another proxy.
start_proxy() {
    PROXY_NAME=$1
    local connect=$2
    pick_port
    PROXY_PORT=$REPLY
    if [ -n "${RILL_PROXY:-}" ]; then
        start "$PROXY_NAME" env LISTEN_HOST=$HOST LISTEN_PORT="$PROXY_PORT" CONNECT_HOST=$HOST \
            CONNECT_PORT="$connect" bash -c "exec $RILL_PROXY"
    else
        start "$PROXY_NAME" "$RILL" proxy --listen "$HOST:$PROXY_PORT" \
            --connect "$HOST:$connect" "${PROXY_OPTIONS[@]}"
    fi
    PROXY_PID=$REPLY
    wait_until_listening "$PROXY_NAME" "$PROXY_PID" "$PROXY_PORT"
}

# Stops the proxy as Ctrl-C does, and sets REPLY to "ok" or to what is wrong. Another proxy than
# Rill's may end as it likes.
stop_proxy() {
    local code=0
    if gone "$PROXY_PID"; then
        await "$PROXY_PID" || code=$?
        REPLY="the proxy had ended with exit code $code"
        show_output "$PROXY_NAME"
        return
    fi
    kill -s INT "$PROXY_PID"
    if ! within 15 gone "$PROXY_PID"; then
        stop "$PROXY_PID" KILL
        REPLY="the proxy did not end within 15 seconds of SIGINT"
        show_output "$PROXY_NAME"
        return
    fi
    await "$PROXY_PID" || code=$?
    if [ "$code" -eq 0 ] || [ -n "${RILL_PROXY:-}" ]; then
        REPLY=ok
    else
        REPLY="exit code $code instead of 0"
        show_output "$PROXY_NAME"
    fi
}

# Shows how the proxy sums up what it did; ./rill proxy leaves a blank line before that.
show_summary() {
    say "the proxy's summary:"
    awk '/^$/ { summary = ""; next } { summary = summary "    " $0 "\n" }
        END { printf "%s", summary }' "$WORK/$PROXY_NAME.out" >&2
}

# Prints what the summary says, as matched by a group of a regular expression.
from_summary() {
    sed -n "s/^.*$1.*\$/\\1/p" "$WORK/$PROXY_NAME.out" | tail -n 1
}

# --- Java --------------------------------------------------------------------------------------

JAVA=()     # the command that runs a program of this folder, when its name and arguments are added
JAVA_FOUND= # the folder of its JDK

# Finds the Java that ./rill runs on.
find_java() {
    JAVA_FOUND=$(RILL_JAVA_OPTS=-XshowSettings:properties "$RILL" --version 2>&1 |
        sed -n 's/^ *java\.home = //p')
    [ -x "$JAVA_FOUND/bin/javac" ] ||
        die "the Java of ./rill (${JAVA_FOUND:-not found}) has no compiler;
  set RILL_JAVA_HOME to the folder of a JDK."
}

# Finds the Java that ./rill runs on, and compiles the given programs of this folder for it. They
# may use rill-core: ./rill has been built then.
prepare_java() {
    local rill=(--module-path "$ROOT/rill-tool/target/app" --add-modules dev.rill)
    find_java
    mkdir -p "$WORK/classes"
    (cd "$ROOT/scripts" &&
        "$JAVA_FOUND/bin/javac" -Xlint:all -Werror "${rill[@]}" -d "$WORK/classes" "$@") ||
        die "cannot compile $*"
    # shellcheck disable=SC2034 # the scripts use it
    JAVA=("$JAVA_FOUND/bin/java" -XX:+UseSerialGC "${rill[@]}" --enable-native-access=dev.rill
        -cp "$WORK/classes")
}
