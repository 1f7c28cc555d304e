# shellcheck shell=bash
#
# Kernels from Debian packages, for scripts/kernels: found and fetched by an apt that has lists and
# sources of its own, so that nothing of this machine is changed and no privileges are needed.
# apt verifies the signatures of the lists, and by them the checksum of what it fetches.

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/rill/kernels
SUITES=(bookworm bookworm-updates bookworm-backports trixie trixie-updates trixie-backports)
SECURITY=(bookworm-security trixie-security)
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
LISTS_DAYS_MAX=1
INDEXES= # not empty: the lists are there

no_kernels() {
    say "$*"
    exit 3
}

# apt with the settings of this machine (a proxy, say), but lists and sources of its own.
private_apt() {
    local command=$1
    shift
    "$command" -o "Dir::State=$CACHE/apt" -o "Dir::State::status=$CACHE/apt/status" \
        -o "Dir::Cache=$CACHE/apt" -o "Dir::Etc::sourcelist=$CACHE/apt/sources.list" \
        -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null -o APT::Architecture=amd64 \
        -o APT::Architectures::=amd64 -o APT::Sandbox::User= -o Acquire::Languages=none "$@"
}

# Prints the mirrors that this machine's apt uses: of Debian, then of its security updates.
mirrors() {
    local site main='' security=''
    if [ -n "${RILL_DEBIAN_MIRROR:-}" ]; then
        printf '%s\n' "${RILL_DEBIAN_MIRROR%/}" "${RILL_DEBIAN_MIRROR%/}-security"
        return
    fi
    while read -r site; do
        case ${site%/} in
            *security*) security=${site%/} ;;
            *debian) main=${site%/} ;;
        esac
    done < <(apt-get indextargets --format "\$(SITE)" 'Origin: Debian' | sort -u)
    [ -n "$main" ] || return 1
    printf '%s\n' "$main" "${security:-$main-security}"
}

# Fetches the lists of packages, or finds them fetched today: fetch_indexes [again].
fetch_indexes() {
    local again=${1:-} suite main security lists=$CACHE/apt/lists
    [ -z "$INDEXES" ] || [ -n "$again" ] || return 0
    command -v apt-get >/dev/null 2>&1 || no_kernels "kernels come from Debian packages, and there
  is no apt-get here."
    [ -f "$KEYRING" ] ||
        no_kernels "there is no $KEYRING to verify packages with: install debian-archive-keyring"
    { read -r main && read -r security; } < <(mirrors) ||
        no_kernels "this machine's apt knows no mirror of Debian: name one in RILL_DEBIAN_MIRROR"
    mkdir -p "$lists/partial" "$CACHE/apt/archives/partial"
    : >"$CACHE/apt/status"
    {
        for suite in "${SUITES[@]}"; do
            printf 'deb [signed-by=%s] %s %s main\n' "$KEYRING" "$main" "$suite"
        done
        for suite in "${SECURITY[@]}"; do
            printf 'deb [signed-by=%s] %s %s main\n' "$KEYRING" "$security" "$suite"
        done
    } >"$WORK/sources.list"
    if [ -z "$again" ] && cmp -s "$WORK/sources.list" "$CACHE/apt/sources.list" &&
        [ -n "$(find "$CACHE/apt/fetched" -mtime "-$LISTS_DAYS_MAX" 2>/dev/null)" ]; then
        INDEXES=1
        return
    fi
    mv "$WORK/sources.list" "$CACHE/apt/sources.list"
    say "fetching Debian's lists of packages"
    rm -f "$CACHE/apt/fetched"
    if private_apt apt-get -o APT::Update::Error-Mode=any update >"$WORK/lists.out" \
        2>"$WORK/lists.err"; then
        touch "$CACHE/apt/fetched"
    else
        show_output lists
        say "not all lists could be fetched"
    fi
    [ -n "$(known_kernels)" ] || no_kernels "there are no lists of Debian's kernels"
    INDEXES=1
}

# Prints the kernels there are packages of, oldest first: release, package, version. A package
# named binary has the image where there is one, its namesake then is empty; of the suites that
# have the same release the oldest is taken, whose libraries the image never sees anyway.
known_kernels() {
    private_apt apt-cache dumpavail 2>/dev/null | awk '
        /^Package: / { package = $2 }
        /^Version: / { version = $2 }
        /^$/ { add() }
        END { add() }
        function add(    release, kind) {
            if (package ~ /^linux-(image|binary)-[0-9]+\.[0-9]+\.[0-9]+[-+].*cloud-amd64$/) {
                release = version
                sub(/-.*/, "", release)
                kind = package ~ /^linux-binary/ ? 1 : 2
                print release, kind, package, version
            }
            package = ""
        }' | sort -k 1,1V -k 2,2n -k 3,3V | awk '!seen[$1]++ { print $1, $3, $4 }'
}

# Prints the line of known_kernels that a version from the command line means.
find_kernel() {
    case $1 in
        oldest)
            known_kernels | awk '
                { split($1, n, ".") }
                !found && (n[1] > 6 || n[1] == 6 && n[2] >= 12) { print; found = 1 }'
            ;;
        newest) known_kernels | tail -n 1 ;;
        *.*.*) known_kernels | awk -v release="$1" '$1 == release' ;;
        *) known_kernels | awk -v series="$1." 'index($1, series) == 1' | tail -n 1 ;;
    esac
}

# Puts a kernel into the cache and sets REPLY to its release; or says why it cannot be had.
get_kernel() {
    local wanted=$1 release package version series
    if [ -f "$CACHE/$wanted/vmlinuz" ] && cached_is_sound "$wanted"; then
        REPLY=$wanted
        return
    fi
    fetch_indexes
    read -r release package version < <(find_kernel "$wanted") || true
    if [ -z "${release:-}" ]; then
        series=$(printf '%s' "$wanted" | cut -d . -f 1,2)
        read -r release package version < <(find_kernel "$series") || true
        if [ -z "${release:-}" ]; then
            say "there is no package of Linux $series (any more): scripts/kernels list shows what
  there is"
            return 1
        fi
        say "there is no package of Linux $wanted (any more): taking the newest $series, $release"
    fi
    if ! [ -f "$CACHE/$release/vmlinuz" ] || ! cached_is_sound "$release"; then
        fetch_kernel "$release" "$package" "$version" || return
    fi
    REPLY=$release
}

cached_is_sound() {
    (cd "$CACHE/$1" && sha256sum --status -c vmlinuz.sha256 2>/dev/null) ||
        { say "Linux $1 in the cache is damaged: fetching it again" && return 1; }
}

# Unpacks the image of a package that apt has fetched and verified. Lists may be a day old: what
# they name may have moved on.
fetch_kernel() {
    local release=$1 package=$2 version=$3 folder=$WORK/package image=''
    say "fetching $package $version"
    if ! download "$folder" "$package=$version"; then
        show_output fetch
        fetch_indexes again
        [ -z "$(find_kernel "$release")" ] ||
            { say "cannot fetch $package $version, see above" && return 1; }
        say "the package of Linux $release has moved on"
        get_kernel "$release"
        return
    fi
    dpkg-deb --fsys-tarfile "$folder"/*.deb >"$folder/files.tar" ||
        die "cannot unpack $package: is the disk full?"
    image=$(tar -t -f "$folder/files.tar" |
        grep -E '^\./(boot/vmlinuz-|usr/lib/modules/[^/]*/vmlinuz$)' | tail -n 1)
    [ -n "$image" ] || { say "there is no kernel image in $package $version" && return 1; }
    if ! tar -x -O -f "$folder/files.tar" "$image" >"$folder/vmlinuz" ||
        ! keep_image "$folder/vmlinuz" "$CACHE/$release" "$package $version"; then
        rm -rf "${CACHE:?}/$release"
        die "cannot keep the image of $package in $CACHE: is the disk full?"
    fi
    rm -rf "$folder"
}

# Puts an image into a folder of its own, with its checksum: keep_image FILE FOLDER PACKAGE.
keep_image() {
    rm -rf "$2" &&
        mkdir -p "$2" &&
        mv "$1" "$2/vmlinuz" &&
        printf '%s\n' "$3" >"$2/package" &&
        (cd "$2" && sha256sum vmlinuz >vmlinuz.sha256)
}

download() {
    rm -rf "$1"
    mkdir -p "$1"
    (cd "$1" && private_apt apt-get download "$2") >"$WORK/fetch.out" 2>"$WORK/fetch.err"
}
