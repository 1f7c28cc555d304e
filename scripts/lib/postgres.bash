# shellcheck shell=bash
#
# PostgreSQL behind the proxy: 20 clients that transfer money, whose books must balance in the end;
# a table that is copied out; connections that last for one transaction.

POSTGRES_PORT=
POSTGRES_PID=
POSTGRES_BIN=

postgres_packages() {
    postgres_programs || need postgres postgresql postgresql-contrib
    postgres_programs || die "cannot find initdb, postgres, psql and pgbench"
}

# Finds the newest version that is complete. Debian keeps each in a folder of its own.
postgres_programs() {
    local folder
    while read -r folder; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ -x "$folder/psql" ] &&
            [ -x "$folder/pgbench" ]; then
            POSTGRES_BIN=$folder
            return
        fi
    done < <(
        printf '%s\n' /usr/lib/postgresql/*/bin | sort -t / -k 5 -n -r
        dirname "$(command -v postgres || echo /usr/bin/postgres)"
    )
    return 1
}

postgres_checks() {
    postgres_start
    start_proxy postgres-proxy "$POSTGRES_PORT"
    postgres_initialise
    postgres_pgbench "pgbench, 20 clients, TPC-B"
    postgres_books
    postgres_pgbench "pgbench, 20 clients, prepared selects" -S -M prepared
    postgres_pgbench "pgbench, 20 clients, a connection each time" -S -C
    postgres_copy
    end_proxy postgres
    stop "$POSTGRES_PID" INT
}

postgres_start() {
    local folder
    server_folder postgres
    folder=$REPLY
    pick_port
    POSTGRES_PORT=$REPLY
    say "postgres: making a cluster, starting it"
    run initdb 120 "${AS_NOBODY[@]}" "$POSTGRES_BIN/initdb" --pgdata "$folder/data" \
        --username rill --auth trust --no-sync --locale C --encoding UTF8 ||
        { show_output initdb && die "cannot make a PostgreSQL cluster"; }
    start postgres "${AS_NOBODY[@]}" "$POSTGRES_BIN/postgres" -D "$folder/data" \
        -c "listen_addresses=$HOST" -c "port=$POSTGRES_PORT" -c unix_socket_directories= \
        -c fsync=off -c max_connections=60
    POSTGRES_PID=$REPLY
    wait_until_listening postgres "$POSTGRES_PID" "$POSTGRES_PORT"
    within 30 run ready 10 "$POSTGRES_BIN/pg_isready" -q -h "$HOST" -p "$POSTGRES_PORT" ||
        die "PostgreSQL does not become ready"
}

# Runs NAME SECONDS PROGRAM PORT ARGUMENTS... with what says where the server is.
postgres_run() {
    run "$1" "$2" env PGHOST="$HOST" PGPORT="$4" PGUSER=rill PGDATABASE=postgres PGSSLMODE=disable \
        "$POSTGRES_BIN/$3" "${@:5}" || { show_output "$1" && return 1; }
}

# Makes pgbench's tables through the proxy.
postgres_initialise() {
    local scale what verdict=ok from
    amount 2 20
    scale=$REPLY
    what="pgbench -i, $((scale * 100000)) accounts"
    say "postgres: $what, through the proxy"
    from=$(now)
    postgres_run pgbench-init 300 pgbench "$PROXY_PORT" -i -q -s "$scale" ||
        verdict="pgbench failed"
    row postgres "$what" "" "$(seconds_since "$from") s" "$verdict"
    [ "$verdict" = ok ] || die "without pgbench's tables there is nothing more to check"
}

# Runs pgbench with these options both ways: postgres_pgbench CHECK OPTIONS...
postgres_pgbench() {
    local what=$1 direct verdict=ok
    shift
    say "postgres: $what"
    postgres_load direct "$POSTGRES_PORT" "$@" || die "pgbench: $REPLY without a proxy"
    direct=$REPLY
    if ! postgres_load proxied "$PROXY_PORT" "$@"; then
        verdict=$REPLY
        REPLY=0
    fi
    compared postgres "$what" "$direct" "$REPLY" tps "$verdict"
}

# Sets REPLY to transactions per second, or to what went wrong.
postgres_load() {
    local name=pgbench-$1 seconds
    amount 2 10
    seconds=$REPLY
    REPLY="pgbench failed"
    postgres_run "$name" "$((seconds + 30))" pgbench "$2" -n -c 20 -j 2 -T "$seconds" "${@:3}" ||
        return 1
    REPLY="a client was aborted"
    ! has_line "$WORK/$name.err" aborted || return 1
    # Version 15 is the first one to count them; before it, a failure aborts the client.
    REPLY="there were failed transactions"
    ! has_line "$WORK/$name.out" 'failed transactions: [1-9]' || return 1
    REPLY=$(sed -n 's/^tps = \([0-9]*\).*/\1/p' "$WORK/$name.out" | tail -n 1)
}

# What was taken from one account arrived in another, and each transfer is in the history.
postgres_books() {
    local verdict=ok sums
    postgres_run psql-books 60 psql "$PROXY_PORT" -X -A -t -F ' ' -c "
        SELECT (SELECT sum(abalance) FROM pgbench_accounts),
               (SELECT sum(bbalance) FROM pgbench_branches),
               (SELECT sum(tbalance) FROM pgbench_tellers),
               (SELECT sum(delta) FROM pgbench_history)" || verdict="psql failed"
    read -r -a sums <"$WORK/psql-books.out" || verdict="no answer"
    if [ "${#sums[@]}" -ne 4 ] || [ "$(printf '%s\n' "${sums[@]}" | sort -u | wc -l)" -ne 1 ]; then
        verdict="the sums differ: ${sums[*]}"
    fi
    row postgres "the books balance after TPC-B" "" "all sums are ${sums[0]:-unknown}" "$verdict"
}

# A large answer: the table of accounts, in order.
postgres_copy() {
    local verdict=ok way port from megabytes seconds=()
    say "postgres: copying the accounts out"
    for way in direct proxied; do
        port=$POSTGRES_PORT
        [ "$way" = direct ] || port=$PROXY_PORT
        from=$(now)
        postgres_run "copy-$way" 120 psql "$port" -X -c \
            "COPY (SELECT * FROM pgbench_accounts ORDER BY aid) TO STDOUT" ||
            verdict="psql failed ($way)"
        seconds+=("$(seconds_since "$from")")
    done
    cmp -s "$WORK/copy-direct.out" "$WORK/copy-proxied.out" || verdict="the copies differ"
    megabytes=$(($(stat -c %s "$WORK/copy-direct.out") / 1000000))
    rm "$WORK/copy-direct.out" "$WORK/copy-proxied.out"
    compared postgres "COPY out, $megabytes MB, compared" \
        "$(quotient "$megabytes" "${seconds[0]}")" "$(quotient "$megabytes" "${seconds[1]}")" \
        MB/s "$verdict"
}
