# shellcheck shell=bash
#
# Redis behind the proxy. Pipelined requests are many small messages in one segment, answered by
# one large write; the keyspace shows that none was lost, doubled or mixed up.

REDIS_PORT=
REDIS_PID=
REDIS_STEP_SECONDS=120  # more than any of the steps needs

redis_packages() {
    need redis-server redis-server
    need redis-benchmark redis-tools
}

redis_checks() {
    redis_start
    start_proxy redis-proxy "$REDIS_PORT"
    redis_benchmarks
    redis_keyspace
    redis_large_values
    end_proxy redis
    stop "$REDIS_PID"
}

redis_start() {
    local folder options=()
    server_folder redis
    folder=$REPLY
    pick_port
    REDIS_PORT=$REPLY
    # Since version 7 DEBUG, which we ask for a digest, must be allowed.
    case $("$(program redis-server)" --version) in
        *v=[3-6].*) ;;
        *) options=(--enable-debug-command "local") ;;
    esac
    say "redis: starting it"
    start redis "${AS_NOBODY[@]}" "$(program redis-server)" --bind "$HOST" --port "$REDIS_PORT" \
        --dir "$folder" --save '' --appendonly no --daemonize no "${options[@]}"
    REDIS_PID=$REPLY
    wait_until_listening redis "$REDIS_PID" "$REDIS_PORT"
}

# Asks the server directly. Sets REPLY to its answer.
redis_ask() {
    run redis-ask 30 redis-cli -h "$HOST" -p "$REDIS_PORT" "$@" || die "redis does not answer to $*"
    REPLY=$(<"$WORK/redis-ask.out")
}

# --- redis-benchmark ---------------------------------------------------------------------------

redis_benchmarks() {
    local count
    amount 100000 200000
    count=$REPLY
    redis_benchmark 64 100000 "$count" set,get,incr,lpush,rpop,sadd,hset
    redis_benchmark 64 100000 "$((count / 20))" lrange_100
    redis_benchmark 16384 1000 "$((count / 10))" set,get
}

# Runs the same commands directly and through the proxy, 50 clients with 16 requests under way each:
# redis_benchmark VALUE_SIZE KEYS REQUESTS COMMANDS.
redis_benchmark() {
    local size=$1 count=$3 commands=$4 verdict=ok
    local what="$count requests each of $commands, values of $size bytes"
    say "redis: $what"
    if ! redis_load direct "$REDIS_PORT" "$@"; then
        die "redis-benchmark fails without a proxy"
    fi
    redis_ask CONFIG RESETSTAT
    if ! redis_load proxied "$PROXY_PORT" "$@"; then
        verdict="redis-benchmark failed"
    else
        redis_ask INFO commandstats
        verdict=$(redis_count_calls "$count" "$commands" <<<"$REPLY")
    fi
    local test direct proxied
    while IFS=, read -r test direct _; do
        test=${test//\"/}
        case $test in
            test | *needed*) continue ;;
        esac
        proxied=$(awk -F '","' -v test="\"$test" '$1 == test { print $2 }' \
            "$WORK/redis-proxied.out")
        direct=${direct//\"/}
        if [ -z "$proxied" ] && [ "$verdict" = ok ]; then
            verdict="no result for $test"
        fi
        compared redis "-P 16, $size bytes: ${test%% (*}" "${direct%.*}" "${proxied%.*}" req/s \
            "$verdict"
    done <"$WORK/redis-direct.out"
}

redis_load() {
    run "redis-$1" $REDIS_STEP_SECONDS redis-benchmark -h "$HOST" -p "$2" -c 50 -P 16 \
        -d "$3" -r "$4" -n "$5" -t "$6" --csv || { show_output "redis-$1" && return 1; }
}

# Reads commandstats; prints "ok", or which of the commands was not executed often enough. What
# redis-benchmark counts are replies, so this is the view from the other side.
redis_count_calls() {
    tr -d '\r' | awk -F '[:=,]' -v count="$1" -v commands="$2" '
        /^cmdstat_/ {
            calls[substr($1, 9)] = $3
            if ($0 ~ /failed_calls=[1-9]/) failed = failed " " substr($1, 9) " failed"
        }
        END {
            n = split(commands, name, ",")
            for (i = 1; i <= n; i++) {
                sub(/_.*/, "", name[i])  # lrange_100
                if (calls[name[i]] < count) {
                    failed = failed sprintf(" %s was executed %d times", name[i], calls[name[i]])
                }
            }
            print failed == "" ? "ok" : "redis says:" failed
        }'
}

# --- the keyspace ------------------------------------------------------------------------------

# Writes the same keys directly and through the proxy, and compares what redis has then; reads them
# back both ways and compares with what was written.
redis_keyspace() {
    local count seconds expected verdict=ok
    amount 10000 200000
    count=$REPLY
    say "redis: a keyspace of $count keys, written and read back"
    redis_make_keys "$count"
    expected=$(sha256 "$WORK/redis-values")

    redis_write direct "$REDIS_PORT" "$count" || die "cannot write to redis without a proxy"
    local direct_seconds=$REPLY
    redis_digest "$count" || die "redis: $REPLY without a proxy"
    local digest=$REPLY

    if ! redis_write proxied "$PROXY_PORT" "$count"; then
        verdict="redis-cli --pipe did not get all replies"
    fi
    seconds=$REPLY
    if ! redis_digest "$count"; then
        verdict=$REPLY
    elif [ "$REPLY" != "$digest" ]; then
        verdict="DEBUG DIGEST differs"
    fi
    compared redis "$count keys written, digest" "$(quotient "$count" "$direct_seconds")" \
        "$(quotient "$count" "$seconds")" keys/s "$verdict"

    verdict=ok
    redis_read direct "$REDIS_PORT" "$expected" || verdict="sha256 differs directly"
    direct_seconds=$REPLY
    redis_read proxied "$PROXY_PORT" "$expected" || verdict="sha256 differs through the proxy"
    seconds=$REPLY
    compared redis "$count keys read, sha256" "$(quotient "$count" "$direct_seconds")" \
        "$(quotient "$count" "$seconds")" keys/s "$verdict"
}

# Makes the requests that write the keys, those that read them, and the values in their order. The
# values have from 1 to 1000 bytes and differ in where they start in a text without a pattern.
redis_make_keys() {
    awk -v count="$1" -v write_to="$WORK/redis-write" -v read_to="$WORK/redis-read" \
        -v values_to="$WORK/redis-values" '
        BEGIN {
            seed = 42
            for (i = 0; i < 8192; i++) {
                seed = (seed * 16807) % 2147483647
                text = text substr("abcdefghijklmnopqrstuvwxyz012345", 1 + seed % 32, 1)
            }
            for (i = 0; i < count; i++) {
                key = "key:" i
                value = substr(text, 1 + (i * 104729) % 7000, 1 + (i * 7919) % 1000)
                printf "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n",
                    length(key), key, length(value), value > write_to
                printf "%s%s%s", i % 100 ? "" : "MGET ", key,
                    i % 100 == 99 || i == count - 1 ? "\n" : " " > read_to
                print value > values_to
            }
        }'
}

# Empties redis and writes all keys to a port. Sets REPLY to the seconds that took.
redis_write() {
    local from code=0
    redis_ask FLUSHALL
    from=$(now)
    INPUT=$WORK/redis-write run "redis-$1" $REDIS_STEP_SECONDS \
        redis-cli -h "$HOST" -p "$2" --pipe || code=$?
    REPLY=$(seconds_since "$from")
    if [ "$code" -ne 0 ] || ! has_line "$WORK/redis-$1.out" "^errors: 0, replies: $3$"; then
        show_output "redis-$1"
        return 1
    fi
}

# Sets REPLY to the digest of all that redis has.
redis_digest() {
    redis_ask DBSIZE
    if [ "$REPLY" != "$1" ]; then
        REPLY="DBSIZE is $REPLY instead of $1"
        return 1
    fi
    redis_ask DEBUG DIGEST
    [[ $REPLY =~ ^[0-9a-f]{40}$ ]] || REPLY=unknown
}

# Reads all keys from a port and compares the sha256 of their values. Sets REPLY to the seconds
# that took.
redis_read() {
    local from code=0
    from=$(now)
    INPUT=$WORK/redis-read run "redis-$1" $REDIS_STEP_SECONDS redis-cli -h "$HOST" -p "$2" ||
        code=$?
    REPLY=$(seconds_since "$from")
    if [ "$code" -ne 0 ]; then
        show_output "redis-$1"
        return 1
    fi
    [ "$(sha256 "$WORK/redis-$1.out")" = "$3" ]
}

# --- large values ------------------------------------------------------------------------------

# Values that are larger than any buffer: written through the proxy and read directly, and the
# other way round.
redis_large_values() {
    local count i verdict=ok
    amount 4 32
    count=$REPLY
    say "redis: $count values of a MiB, both ways"
    for ((i = 0; i < count; i++)); do
        head -c 1048576 /dev/urandom >"$WORK/redis-value"
        if ! redis_store "$PROXY_PORT" "in:$i" || ! redis_fetched "$REDIS_PORT" "in:$i"; then
            verdict="value $i, written through the proxy, was read differently"
        fi
        if ! redis_store "$REDIS_PORT" "out:$i" || ! redis_fetched "$PROXY_PORT" "out:$i"; then
            verdict="value $i was read differently through the proxy"
        fi
    done
    row redis "$count values of 1 MiB, both ways" "" "" "$verdict"
}

redis_store() {
    INPUT=$WORK/redis-value run redis-store 30 redis-cli -h "$HOST" -p "$1" -x SET "$2" &&
        has_line "$WORK/redis-store.out" '^OK$'
}

# redis-cli adds a line feed to what it prints.
redis_fetched() {
    echo >"$WORK/line-feed"
    run redis-fetch 30 redis-cli -h "$HOST" -p "$1" GET "$2" &&
        cat "$WORK/redis-value" "$WORK/line-feed" | cmp -s - "$WORK/redis-fetch.out"
}
