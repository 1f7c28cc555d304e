# shellcheck shell=bash
#
# nginx behind the proxy: many small answers on connections that stay, a connection for every
# request, one download that is larger than all buffers between, an upload, and a client that
# closes its half of the connection as soon as it has asked.

NGINX_PORT=
NGINX_PID=
NGINX_FOLDER=

nginx_packages() {
    need nginx nginx-light
    need wrk wrk
    need curl curl
}

nginx_checks() {
    prepare_java HalfClose.java
    amount 64 1024
    nginx_start "$REPLY"
    start_proxy nginx-proxy "$NGINX_PORT"
    nginx_wrk "wrk, 50 clients, 612 bytes" /small
    nginx_wrk "wrk, 50 clients, 64 KiB" /medium
    nginx_wrk "wrk, 50 clients, a connection per request" /small -H "Connection: close"
    nginx_download
    nginx_upload
    nginx_half_close
    end_proxy nginx
    stop "$NGINX_PID"
    rm -rf "${NGINX_FOLDER:?}/files"
}

# Starts nginx with files of three sizes; the largest has so many MiB.
nginx_start() {
    local mib=$1
    server_folder nginx
    NGINX_FOLDER=$REPLY
    pick_port
    NGINX_PORT=$REPLY
    say "nginx: making a file of $mib MiB, starting nginx"
    "${AS_NOBODY[@]}" mkdir "$NGINX_FOLDER/files"
    nginx_make_file large "$((mib * 1024 * 1024))"
    nginx_make_file medium 65536
    nginx_make_file small 612
    nginx_configuration | "${AS_NOBODY[@]}" tee "$NGINX_FOLDER/nginx.conf" >/dev/null
    start nginx "${AS_NOBODY[@]}" "$(program nginx)" -p "$NGINX_FOLDER" \
        -c "$NGINX_FOLDER/nginx.conf"
    NGINX_PID=$REPLY
    wait_until_listening nginx "$NGINX_PID" "$NGINX_PORT"
}

# Random, so that neither a repetition nor an exchange of parts can go unnoticed.
nginx_make_file() {
    head -c "$2" /dev/urandom | "${AS_NOBODY[@]}" tee "$NGINX_FOLDER/files/$1" >/dev/null ||
        die "cannot make a file of $2 bytes in $NGINX_FOLDER; is the disk full?"
}

nginx_configuration() {
    cat <<END
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events {
    worker_connections 1024;
}
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    client_max_body_size 0;
    server {
        listen $HOST:$NGINX_PORT;
        root files;
        location /upload/ {
            $(nginx_can_upload && echo "dav_methods PUT; create_full_put_path on;")
        }
    }
}
END
}

nginx_can_upload() {
    "$(program nginx)" -V 2>&1 | grep -q -e --with-http_dav_module
}

# --- requests per second -----------------------------------------------------------------------

# Asks for one path over and over, and allows no error: nginx_wrk CHECK PATH WRK_OPTIONS...
nginx_wrk() {
    local what=$1 path=$2 direct verdict=ok
    shift 2
    say "nginx: $what"
    nginx_load direct "$NGINX_PORT" "$path" "$@" || die "wrk: $REPLY without a proxy"
    direct=$REPLY
    if ! nginx_load proxied "$PROXY_PORT" "$path" "$@"; then
        verdict=$REPLY
        REPLY=0
    fi
    compared nginx "$what" "${direct%.*}" "${REPLY%.*}" req/s "$verdict"
}

# Sets REPLY to requests per second, or to what went wrong.
nginx_load() {
    local output=$WORK/wrk-$1.out port=$2 path=$3 seconds
    amount 2 8
    seconds=$REPLY
    if ! run "wrk-$1" "$((seconds + 20))" \
        wrk -t 2 -c 50 -d "${seconds}s" "${@:4}" "http://$HOST:$port$path"; then
        show_output "wrk-$1"
        REPLY="wrk failed"
        return 1
    fi
    REPLY=$(sed -n 's/^ *\(Socket errors:.*\|Non-2xx.*\)$/\1/p' "$output")
    [ -z "$REPLY" ] || return 1
    REPLY=$(sed -n 's/^Requests\/sec: *//p' "$output")
}

# --- large bodies ------------------------------------------------------------------------------

nginx_download() {
    local file=$NGINX_FOLDER/files/large mib direct proxied=0 verdict=ok
    mib=$(($(stat -c %s "$file") / 1024 / 1024))
    say "nginx: a download of $mib MiB, twice"
    nginx_get direct "$NGINX_PORT" || die "cannot download without a proxy"
    direct=$REPLY
    if ! nginx_get proxied "$PROXY_PORT"; then
        verdict="curl failed"
    else
        proxied=$REPLY
        nginx_digest_matches "$(sha256 "$file")" || verdict="sha256 differs"
    fi
    compared nginx "download of $mib MiB, sha256" "$direct" "$proxied" MB/s "$verdict"
}

# Downloads the file to nowhere. Sets REPLY to megabytes per second.
nginx_get() {
    if ! run "download-$1" 120 curl -sS --fail -o /dev/null \
        --write-out '%{stderr}%{speed_download}\n' "http://$HOST:$2/large"; then
        show_output "download-$1"
        return 1
    fi
    nginx_speed "download-$1"
}

# Downloads it through the proxy while its digest is made, which is slower.
nginx_digest_matches() {
    # shellcheck disable=SC2016 # the inner shell expands it
    if ! run digest 300 bash -c 'set -o pipefail; curl -sS --fail "$1" | sha256sum' _ \
        "http://$HOST:$PROXY_PORT/large"; then
        show_output digest
        return 1
    fi
    [ "$(cut -d ' ' -f 1 "$WORK/digest.out")" = "$1" ]
}

nginx_upload() {
    local direct verdict=ok mib
    if ! nginx_can_upload; then
        say "nginx: no upload, as this nginx is built without its dav module"
        return
    fi
    amount 16 256
    mib=$REPLY
    say "nginx: an upload of $mib MiB"
    head -c "$((mib * 1024 * 1024))" "$NGINX_FOLDER/files/large" >"$WORK/body"
    nginx_put direct "$NGINX_PORT" || die "cannot upload without a proxy: $REPLY"
    direct=$REPLY
    if ! nginx_put proxied "$PROXY_PORT"; then
        verdict=$REPLY
        REPLY=0
    fi
    rm "$WORK/body"
    compared nginx "upload of $mib MiB, compared" "$direct" "$REPLY" MB/s "$verdict"
}

nginx_put() {
    if ! run "upload-$1" 300 curl -sS --fail -H Expect: --upload-file "$WORK/body" \
        --write-out '%{stderr}%{speed_upload}\n' "http://$HOST:$2/upload/$1"; then
        show_output "upload-$1"
        REPLY="curl failed"
        return 1
    fi
    REPLY="nginx stored something else"
    cmp -s "$WORK/body" "$NGINX_FOLDER/files/upload/$1" || return 1
    nginx_speed "upload-$1"
}

# Sets REPLY to the megabytes per second that curl reported.
nginx_speed() {
    REPLY=$(quotient "$(tail -n 1 "$WORK/$1.err")" 1000000)
}

# --- half-close --------------------------------------------------------------------------------

# In HTTP/1.0 the end of the connection is the end of the answer. Here the client has closed its
# own half before the answer comes, so the proxy must pass on that end, and still the answer.
nginx_half_close() {
    local verdict=ok way port
    say "nginx: HTTP/1.0 with a half-close"
    for way in direct proxied; do
        port=$NGINX_PORT
        [ "$way" = direct ] || port=$PROXY_PORT
        if ! run "half-close-$way" 30 "${JAVA[@]}" HalfClose "$HOST" "$port" /medium 20; then
            show_output "half-close-$way"
            verdict="the client failed ($way)"
        elif ! cmp -s "$NGINX_FOLDER/files/medium" "$WORK/half-close-$way.out"; then
            verdict="the answer differs ($way)"
        fi
    done
    row nginx "HTTP/1.0, client half-closes after asking" "" "" "$verdict"
}
