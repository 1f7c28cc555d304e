# shellcheck shell=bash
#
# What scripts/kernels makes of what a kernel said: the folder of each kernel in the cache keeps
# what every step printed, so that a table can be made of kernels that ran at different times.

CODE=            # identifies what runs in the machine: other code's results are not mixed with it
TESTS=           # the same for the contract tests
ENGINE=          # the same for what runs the engine in there
COMPLAINT='\] (WARNING|BUG): |Oops|general protection|rcu.*stall|soft lockup'
COMPLAINT+='|blocked for more than|Out of memory'
declare -A CASES # by release: the same for the cases, as far as they are about that release

# Finds out what would run now. The engine is compared with a kernel, but runs on it in few steps.
identify_code() {
    CODE=$(identity rill-core/src/main rill-tool/src/main scripts/lib/guest-init)
    TESTS=$CODE-$(identity rill-core/src/test)
    ENGINE=$CODE-$(identity_of rill-core/src/main/java/dev/rill/engine)
}

# The cases that are played: those in the machine's image, once there is one.
conformance() {
    if [ -d "${GUEST:-}/conformance" ]; then
        printf '%s\n' "$GUEST/conformance"
    else
        printf '%s\n' "$ROOT/conformance"
    fi
}

# Prints the cases that are about a release, with their lines about it. Debian's 6.1 hides its own.
lines_about() {
    local lines=$WORK/lines-$1
    [ -f "$lines" ] ||
        "$RILL" scenario --lines-on "${1/#6.1.*/6.1.0}" "$(conformance)" </dev/null |
        awk '/^case / { title = $0 "\n"; next } { printf "%s%s\n", title, $0; title = "" }' \
            >"$lines"
    cat "$lines"
}

# Prints the ids of the cases that are about a release, sorted.
ids_about() {
    lines_about "$1" | sed -n 's/^case \([^ ]*\) .*/\1/p' | sort
}

# Sets REPLY to what identifies the cases that are played on a release.
identify_cases() {
    [ -n "${CASES[$1]:-}" ] || CASES[$1]=$CODE-$(lines_about "$1" | sha256sum | cut -c 1-12)
    REPLY=${CASES[$1]}
}

identity() {
    identity_of "$@" -not -path '*/dev/rill/engine/*'
}

# Prints what identifies files: identity_of FOLDER... [what find shall take of them].
identity_of() {
    (cd "$ROOT" && find "$@" -type f -print0 | sort -z |
        xargs -0 sha256sum | sha256sum | cut -c 1-12)
}

# Sets REPLY to what identifies the code of a step: code_of STEP RELEASE.
code_of() {
    case $1 in
        conformance | quick | memlock | case-* | file-*) identify_cases "$2" ;;
        ring | net | test-*) REPLY=$TESTS ;;
        fuzz | denied) REPLY=$ENGINE ;;
        *) REPLY=$CODE ;;
    esac
}

# Sets REPLY to the steps that other code has taken, of what is kept of a kernel.
stale_steps() {
    local step code stale=
    if [ -f "$1/steps" ]; then
        while read -r step _ _ code; do
            code_of "$step" "${1##*/}"
            [ "$code" = "$REPLY" ] || stale+=" $step"
        done <"$1/steps"
    fi
    REPLY=$stale
}

# Throws away what other code has printed, and all of it where the kernel is of another package.
# What was asked for without being finished counts until other code has run.
drop_stale() {
    local logs=$1 package=$2 step
    if [ -f "$logs/about" ] && [ "$(about "$logs" package)" != "$package" ]; then
        find "$logs" -mindepth 1 -type f -not -name lock -delete
    fi
    stale_steps "$logs"
    [ -z "$REPLY" ] || [ ! -f "$logs/about" ] || sed -i '/^asked /d' "$logs/about"
    for step in $REPLY; do
        rm -f "$logs/$step"
        sed -i "/^$step /d" "$logs/steps"
    done
}

# Throws away what steps have printed that are about to run again.
forget_steps() {
    local step
    for step in ${2//,/ }; do
        rm -f "$1/$step"
        [ ! -f "$1/steps" ] || sed -i "/^$step /d" "$1/steps"
    done
}

# Prints the steps whose results are kept, with commas.
kept_steps() {
    [ ! -f "$1/steps" ] || cut -d ' ' -f 1 "$1/steps" | paste -s -d , -
}

# What a step printed, or nothing where it did not get so far.
printed() {
    [ ! -f "$1/$2" ] || cat "$1/$2"
}

# A fact about a run: about LOGS NAME.
about() {
    [ ! -f "$1/about" ] || sed -n "s/^$2 //p" "$1/about"
}

# Sets REPLY to "ok", "failed", "no end" where the machine ended before, or "" where the step was
# not asked for.
outcome_of() {
    local code
    code=$(awk -v step="$2" '$1 == step { print $2 }' "$1/steps")
    case $code in
        '') REPLY= && [[ ,$(about "$1" asked), != *",$2,"* ]] || REPLY='no end' ;;
        0) REPLY=ok ;;
        *) REPLY=failed ;;
    esac
}

# The counts of the conformance cases: passed, failed, and those that are about other kernels.
cases() {
    local n='\([0-9]*\)'
    printed "$1" "$2" | sed -n \
        "s/.*\"summary\".*\"passed\": $n, \"failed\": $n, \"skipped\": $n.*/\1 \2 \3/p"
}

# The cases of an outcome, one a line: their ids.
cases_that() {
    sed -n "s/.*\"event\": \"case\", \"id\": \"\([^\"]*\)\".*\"status\": \"$2\".*/\1/p" "$1"
}

# Prints each case with how it ended, sorted.
outcomes() {
    sed -n 's/.*"event": "case", "id": "\([^"]*\)".*"status": "\([a-z]*\)".*/\1 \2/p' "$1" | sort
}

# Plays the same cases on the engine, as the same release, and keeps what it says beside what the
# kernel said.
compare_with_engine() {
    local version=$1 logs=$2
    rm -f "$logs/engine"
    [ -f "$logs/conformance" ] && has_profile "$version" || return 0
    "$RILL" scenario "$(conformance)" --json --kernel engine --profile "$version" \
        >"$logs/engine" 2>"$WORK/engine.err" || true # a case that fails is compared like others
}

# There are profiles from the first release with incremental buffer rings on.
has_profile() {
    [ "$(printf '%s\n' 6.12 "$1" | sort -V | head -n 1)" = 6.12 ]
}

# Prints the ids of the cases that end differently on the engine, or on one of the two alone.
engine_differences() {
    [ ! -f "$1/engine" ] ||
        join -a 1 -a 2 -e skipped -o 0,1.2,2.2 \
            <(outcomes "$1/conformance") <(outcomes "$1/engine") |
        awk '$2 != $3 { print $1 }' | paste -s -d ' ' -
}

# The counts of contract tests: passed, failed, and those that are about other kernels.
contract_tests() {
    { printed "$1" ring && printed "$1" net; } |
        awk '/tests successful/ { ok += $2 } /tests failed/ { failed += $2 }
            /^SKIPPED on kernel/ || /tests aborted/ && $2 > 0 { skipped += /tests/ ? $2 : 1 }
            END { if (ok + failed) print ok + 0, failed + 0, skipped + 0 }'
}

# The contract tests that failed, one a line, such as RingThreadTest.anotherThreadIsRefused.
failed_tests() {
    printed "$1" "$2" |
        sed -n 's/.* > \([A-Za-z]*Test\) > \([A-Za-z0-9]*\)(.*:: FAILED$/\1.\2/p'
}

# What random scenarios came to, such as "48,220 steps, 0 differences".
fuzzed() {
    printed "$1" fuzz | sed -n \
        's/^seed [0-9]*: \([0-9,]* steps\) of .* \([0-9,]* differences*\).*/\1, \2/p'
}

# What ./rill demo has verified, such as "101,476,710".
verified_bytes() {
    printed "$1" demo | sed -n 's/^All \([0-9,]*\) bytes of .* arrived, each in its place\.$/\1/p'
}

# The quirks of a finding (found, unknown), in the order of their numbers.
quirks() {
    printed "$1" probe | awk -v finding="$2" '$1 ~ /^Q[0-9]+$/ && $2 == finding { print $1 }' |
        sort -V | paste -s -d ' ' -
}

# The quirks that Rill does something about because they were found, not always.
guards() {
    printed "$1" probe | awk '
        $1 ~ /^Q[0-9]+$/ { quirk = ($2 == "found" || $2 == "unknown") ? $1 : "" }
        $1 == "where" && $2 == "found:" && quirk != "" { print quirk }' |
        sort -V | paste -s -d ' ' -
}

# What the kernel lacks that Rill would use.
step_downs() {
    printed "$1" probe | awk '
        /^Rill does without/ { on = 1; next }
        /^$/ { on = 0 }
        on && $1 != "nothing" { printf "%s%s", sep, $1; sep = ", " }'
}

# How often the kernel itself complained while all this was done, but for what is known of it:
# complaints LOGS RELEASE.
complaints() {
    { printed "$1" log && printed "$1" console; } |
        grep -v -E "Oops: int3|$(known_complaint "$2")" | grep -c -E "$COMPLAINT" || true
}

# Prints what is in the first list and not in the second: without "A B C" "B".
without() {
    local word
    for word in $1; do
        [[ " $2 " == *" $word "* ]] || printf '%s\n' "$word"
    done | paste -s -d ' ' -
}

# Sets REPLY to what is wrong with what a step printed although it ended well, or to nothing.
contradiction() {
    local version=$1 logs=$2 step=$3 missing
    REPLY=
    if [ ! -s "$logs/$step" ] && [ "$step" != log ]; then
        REPLY="$step printed nothing"
        return
    fi
    case $step in
        version)
            grep -qF "$version" "$logs/version" || REPLY="another kernel was booted"
            ;;
        conformance)
            missing=$(comm -23 <(ids_about "$version") <(outcomes "$logs/conformance" |
                cut -d ' ' -f 1 | sort) | paste -s -d ' ' -)
            [ -z "$missing" ] || REPLY="cases that were not played: $missing"
            [ -n "$(cases "$logs" conformance)" ] || REPLY="the cases have no end"
            ;;
        demo) [ -n "$(verified_bytes "$logs")" ] || REPLY="demo has verified nothing" ;;
        trace)
            ! has_profile "$version" || grep -q 'all of them as they were sent' "$logs/trace" ||
                REPLY="trace has received nothing"
            ;;
        memlock)
            grep -q '^1 passed, 0 failed' "$logs/memlock" || REPLY="memlock has played nothing"
            ;;
        denied)
            grep -q 'before Linux 6.6' "$logs/denied" ||
                [ "$(grep -c 'sysctl.*io_uring_disabled=0' "$logs/denied")" -ge 2 ] ||
                REPLY="denied gives no advice"
            ;;
        ring | net | test-*)
            grep -q '[1-9][0-9]* tests successful' "$logs/$step" || REPLY="$step ran no tests"
            ;;
        fuzz) [ -n "$(fuzzed "$logs")" ] || REPLY="fuzz has compared nothing" ;;
    esac
}

# Sets REPLY to "ok", or to what a kernel did that was not expected of it.
verdict() {
    local version=$1 logs=$2 step cases complaints wrong=()
    [ -n "$(about "$logs" asked)" ] || wrong+=("no run of it was begun")
    for step in $(about "$logs" asked | tr , ' '); do
        outcome_of "$logs" "$step"
        case $step,$REPLY in
            *,ok)
                contradiction "$version" "$logs" "$step"
                [ -z "$REPLY" ] || wrong+=("$REPLY")
                ;;
            conformance,failed | quick,failed)
                cases=$(cases_that "$logs/$step" failed | paste -s -d ' ' -)
                wrong+=("${cases:+other cases: }${cases:-$step failed}")
                ;;
            ring,failed | net,failed)
                wrong+=("$step: $(failed_tests "$logs" "$step" | paste -s -d ' ' -)")
                ;;
            *,failed) wrong+=("$step failed") ;;
            *) wrong+=("the machine ended in $step") && break ;;
        esac
    done
    cases=$(engine_differences "$logs")
    [ -z "$cases" ] || wrong+=("the engine differs: $cases")
    if [ -f "$logs/probe" ]; then
        unexpected "$logs" found "$(expected_quirks "$version")"
        unexpected "$logs" unknown "$(expected_unknown "$version")"
    fi
    complaints=$(complaints "$logs" "$version")
    [ "$complaints" -eq 0 ] || wrong+=("the kernel complained: $complaints")
    REPLY=$(
        IFS=';'
        printf '%s' "${wrong[*]}" | tr -s ' \n' ' ' | sed 's/;/; /g'
    )
    REPLY=${REPLY:-ok}
}

# Adds to "wrong" how the quirks of a finding are not those that are expected.
unexpected() {
    local seen
    seen=$(quirks "$1" "$2")
    [ "$seen" = "$3" ] || wrong+=("quirks $2 that were not expected: '$(without "$seen" "$3")',
        missing: '$(without "$3" "$seen")'")
}

# Prints a sentence of what a kernel did, whatever steps there are.
in_short() {
    local passed='' failed='' name=conformance facts=() good='' bad='' bytes
    [ -f "$1/$name" ] || name=quick
    read -r passed failed _ < <(cases "$1" "$name") || true
    [ -z "$passed" ] || facts+=("$passed of $((passed + failed)) cases")
    [ ! -f "$1/engine" ] || facts+=("engine $([ -z "$(engine_differences "$1")" ] && echo equal ||
        echo different)")
    read -r good bad _ < <(contract_tests "$1") || true
    [ -z "$good" ] || facts+=("$good of $((good + bad)) contract tests")
    bytes=$(verified_bytes "$1")
    [ -z "$bytes" ] || facts+=("$bytes bytes verified")
    [ ! -f "$1/probe" ] || facts+=("quirks $(quirks "$1" found)")
    printf '%s\n' "${facts[@]}" | paste -s -d ';' - | sed 's/;/, /g'
}
