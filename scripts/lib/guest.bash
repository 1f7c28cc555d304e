# shellcheck shell=bash
#
# The machine that scripts/kernels boots: an image in memory with busybox, a Java cut down to what
# is needed, Rill and its tests; and QEMU, whose second serial line brings the results back.

MODULES=java.base,jdk.jfr,jdk.unsupported,java.management,jdk.management,java.logging,java.xml
MEMORY_MIB=2048
BOOT_LIMIT_SECONDS=${RILL_BOOT_LIMIT_SECONDS:-1800}
GUEST= # the folder that becomes the image

# Makes the image, once for all kernels.
build_guest() {
    local library
    GUEST=$WORK/guest
    say "making the machine's image"
    mkdir -p "$GUEST"/{bin,app,conformance,proc,tmp,root,test/jars}
    cp "$(command -v busybox)" "$GUEST/bin/busybox"
    ln -s busybox "$GUEST/bin/sh"
    cp "$ROOT/scripts/lib/guest-init" "$GUEST/init"
    chmod 755 "$GUEST/init"
    guest_java
    while read -r library; do
        mkdir -p "$GUEST${library%/*}"
        cp -L "$library" "$GUEST$library"
    done < <(ldd "$GUEST"/java/bin/java "$GUEST"/java/lib/server/libjvm.so "$GUEST"/java/lib/*.so \
        "$GUEST/bin/busybox" 2>"$WORK/ldd.err" |
        grep -o '/[^ ]*' | grep -v -e "^$GUEST" -e ':$' | sort -u)
    mkdir -p "$GUEST/usr/lib/locale"
    [ ! -d /usr/lib/locale/C.utf8 ] || cp -a /usr/lib/locale/C.utf8 "$GUEST/usr/lib/locale/"
    cp -p "$ROOT"/rill-tool/target/app/*.jar "$GUEST/app/"
    cp "$ROOT"/conformance/*.scenario "$GUEST/conformance/"
    case ,$STEPS,$ALL in
        *,ring,* | *,net,* | *,test-* | *,all) guest_tests ;;
    esac
    guest_cache
    (cd "$GUEST" && find . | cpio -o -H newc --quiet) >"$WORK/image"
}

# A runtime of the JDK that ./rill runs on, kept as long as that is the same.
guest_java() {
    local kept
    kept=$CACHE/java-$({ cat "$JAVA_FOUND/release" && echo "$MODULES"; } | sha256sum | cut -c 1-16)
    if [ ! -d "$kept" ]; then
        mkdir -p "$CACHE"
        rm -rf "$kept.new"
        "$JAVA_FOUND/bin/jlink" --add-modules "$MODULES" --strip-debug --no-header-files \
            --no-man-pages --output "$kept.new" >"$WORK/jlink.out" 2>"$WORK/jlink.err" ||
            { show_output jlink && die "cannot cut down the Java in $JAVA_FOUND"; }
        mv "$kept.new" "$kept"
    fi
    cp -a "$kept" "$GUEST/java"
}

# The contract tests, as the build compiles them, with a launcher of JUnit's that needs no Maven.
guest_tests() {
    local junit
    junit=$(sed -n 's/.*<junit.version>\(.*\)<.*/\1/p' "$ROOT/pom.xml")
    (cd "$ROOT" && ${MVN:-mvn} -B -ntp -Dstyle.color=never -pl rill-core test-compile \
        dependency:copy-dependencies -DincludeScope=test -DoutputDirectory="$GUEST/test/jars" \
        -DexcludeGroupIds=org.junit.jupiter,org.junit.platform,org.opentest4j,org.apiguardian &&
        ${MVN:-mvn} -B -ntp -Dstyle.color=never -N dependency:copy \
            -Dartifact="org.junit.platform:junit-platform-console-standalone:$junit" \
            -DoutputDirectory="$GUEST/test/jars") >"$WORK/tests.out" 2>&1 ||
        { show_output tests && die "cannot make the contract tests ready"; }
    cp -a "$ROOT/rill-core/target/test-classes" "$GUEST/test/classes"
    cp -a "$ROOT/docs" "$GUEST/docs" # a test compares a page with the code
}

# Classes read and linked in advance: a third of the start under emulation. It is made where paths
# are the machine's, which takes a user namespace; without one it is only slower.
guest_cache() {
    unshare -r -m -p -f --mount-proc -R "$GUEST" /java/bin/java -ea:dev.rill... \
        -XX:+UseSerialGC -XX:AOTCacheOutput=/app/rill.aot -Drill.quirks.cache=off \
        --enable-native-access=dev.rill --module-path /app \
        --module dev.rill.tool/dev.rill.tool.Main scenario /conformance \
        >"$WORK/cache.out" 2>"$WORK/cache.err" || true
    [ -f "$GUEST/app/rill.aot" ] || say "no cache of classes could be made: kernels take longer"
    rm -rf "$GUEST/root" "$GUEST"/tmp/*
}

# Boots a kernel of the cache: boot VERSION LOGS STEPS.
boot() {
    rm -f "$2/console" "$2/results"
    run "qemu-$1" "$BOOT_LIMIT_SECONDS" qemu-system-x86_64 -accel tcg,thread=multi -cpu max \
        -m "$MEMORY_MIB" -smp 2 -display none -monitor none -no-reboot -nic none \
        -kernel "$CACHE/$1/vmlinuz" -initrd "$WORK/image" \
        -serial "file:$2/console" -serial "file:$2/results" \
        -append "console=ttyS0 quiet panic=-1 rill.steps=$3 rill.fuzz=$FUZZ"
}

# Whether a processor has come upon the breakpoint that another one sets for a moment where it
# changes the kernel's code, and found nobody who knows of it: emulated ones do, now and then.
has_tripped() {
    { printed "$1" console && printed "$1" log; } | grep 'Oops: int3' >/dev/null
}

# Prints the steps of a list that have not ended well: steps_left LOGS STEPS. The kernel's log is
# that of the last boot.
steps_left() {
    local step left=version
    for step in ${2//,/ }; do
        case $step in
            version) ;;
            log) left+=,log ;;
            *) [ "$(outcome_of "$1" "$step" && echo "$REPLY")" = ok ] || left+=,$step ;;
        esac
    done
    printf '%s\n' "$left"
}

# Makes files of what came over the serial line: one for each step, and the list of steps, each with
# its exit code and seconds. What did not come whole did not come. What other steps gave before
# stays.
unpack_results() {
    local step code seconds
    (
        cd "$1" || exit
        : >steps.new
        [ ! -f results ] || tr -d '\r' <results | awk '
            /^== end/ { if (out != "" && close(out) == 0) print step > "steps.new"
                        out = ""; next }
            /^== /    { step = $2 " " $3 " " $4
                        out = "base64 -d 2>/dev/null | gunzip 2>/dev/null >\047" $2 "\047"; next }
            out != "" { print | out }'
    )
    {
        while read -r step code seconds; do
            code_of "$step" "${1##*/}"
            printf '%s %s %s %s\n' "$step" "$code" "$seconds" "$REPLY"
        done <"$1/steps.new"
        [ ! -f "$1/steps" ] || cat "$1/steps"
    } | awk '!seen[$1]++' >"$1/steps.all"
    mv "$1/steps.all" "$1/steps"
    rm "$1/steps.new"
}
