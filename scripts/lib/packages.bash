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
    done < <(apt-get indextargets --format "\$(SITE)" | sort -u)
    [ -n "$main" ] || return 1
    printf '%s\n' "$main" "${security:-$main-security}"
}

fetch_indexes() {
    local suite main security lists=$CACHE/apt/lists
    [ -z "$INDEXES" ] || return 0
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
    if cmp -s "$WORK/sources.list" "$CACHE/apt/sources.list" &&
        [ -n "$(find "$CACHE/apt/fetched" -mtime "-$LISTS_DAYS_MAX" 2>/dev/null)" ]; then
        INDEXES=1
        return
    fi
    mv "$WORK/sources.list" "$CACHE/apt/sources.list"
    say "fetching Debian's lists of packages"
    if private_apt apt-get update >"$WORK/lists.out" 2>"$WORK/lists.err"; then
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

# Puts a kernel into the cache. Sets REPLY to its release.
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
        [ -n "${release:-}" ] || no_kernels "there is no package of Linux $series any more;
  scripts/kernels list shows what there is."
        say "the package of Linux $wanted has moved on: taking $release"
    fi
    if ! [ -f "$CACHE/$release/vmlinuz" ] || ! cached_is_sound "$release"; then
        fetch_kernel "$release" "$package" "$version"
    fi
    REPLY=$release
}

cached_is_sound() {
    (cd "$CACHE/$1" && sha256sum --status -c vmlinuz.sha256 2>/dev/null) ||
        { say "Linux $1 in the cache is damaged: fetching it again" && return 1; }
}

# Unpacks the image of a package that apt has fetched and verified.
fetch_kernel() {
    local release=$1 package=$2 version=$3 folder=$WORK/package image
    say "fetching $package $version"
    rm -rf "$folder"
    mkdir -p "$folder/files"
    (cd "$folder" && private_apt apt-get download "$package=$version") >"$WORK/fetch.out" \
        2>"$WORK/fetch.err" || { show_output fetch && no_kernels "cannot fetch $package"; }
    dpkg-deb --fsys-tarfile "$folder"/*.deb |
        tar -x -C "$folder/files" --wildcards './boot/vmlinuz-*' './usr/lib/modules/*/vmlinuz' \
            2>/dev/null || true
    image=$(find "$folder/files" -type f -name 'vmlinuz*' | head -n 1)
    [ -n "$image" ] || no_kernels "there is no kernel image in $package $version"
    rm -rf "${CACHE:?}/$release"
    mkdir -p "$CACHE/$release"
    mv "$image" "$CACHE/$release/vmlinuz"
    printf '%s %s\n' "$package" "$version" >"$CACHE/$release/package"
    (cd "$CACHE/$release" && sha256sum vmlinuz >vmlinuz.sha256)
    rm -rf "$folder"
}
