# shellcheck shell=bash
#
# What scripts/kernels makes of what a kernel said: the folder of each kernel in the cache keeps
# what every step printed, so that a table can be made of kernels that ran at different times.

CODE=            # identifies what runs in the machine: other code's results are not mixed with it
TESTS=           # the same for the contract tests
declare -A CASES # by release: the same for the cases, as far as they are about that release

# Finds out what would run now. The engine is compared with a kernel, but does not run on it.
identify_code() {
    CODE=$(identity rill-core/src/main rill-tool/src/main scripts/lib/guest-init)
    TESTS=$CODE-$(identity rill-core/src/test)
}

# Sets REPLY to what identifies the cases that are played on a release. Debian's 6.1 hides its own.
identify_cases() {
    local release=${1/#6.1.*/6.1.0}
    [ -n "${CASES[$1]:-}" ] ||
        CASES[$1]=$CODE-$("$RILL" scenario --lines-on "$release" "$ROOT/conformance" \
            </dev/null | sha256sum | cut -c 1-12)
    REPLY=${CASES[$1]}
}

identity() {
    (cd "$ROOT" && find "$@" -type f -not -path '*/dev/rill/engine/*' -print0 | sort -z |
        xargs -0 sha256sum | sha256sum | cut -c 1-12)
}

# Sets REPLY to what identifies the code of a step: code_of STEP RELEASE.
code_of() {
    case $1 in
        conformance | quick | memlock | case-* | file-*) identify_cases "$2" ;;
        ring | net | test-*) REPLY=$TESTS ;;
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

# Throws away what other code has printed.
drop_stale() {
    local step
    stale_steps "$1"
    for step in $REPLY; do
        rm -f "$1/$step"
        sed -i "/^$step /d" "$1/steps"
    done
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
    "$RILL" scenario "$ROOT/conformance" --json --kernel engine --profile "$version" \
        >"$logs/engine" 2>"$WORK/engine.err" || true
}

# There are profiles from the first release with incremental buffer rings on.
has_profile() {
    [ "$(printf '%s\n' 6.12 "$1" | sort -V | head -n 1)" = 6.12 ]
}

# Prints the ids of the cases that end differently on the engine.
engine_differences() {
    [ ! -f "$1/engine" ] ||
        join <(outcomes "$1/conformance") <(outcomes "$1/engine") |
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

# What the kernel itself complained about while all this was done.
complaints() {
    printed "$1" log | grep -c -E '\] (WARNING|BUG): |Oops|general protection|rcu.*stall' || true
}

# The quirks that a release is expected to show in a self-test.
expected_quirks() {
    local word quirks
    quirks=$(specified_quirks "$1")
    for word in $(line_of "$1" <<<"$CORRECTIONS"); do
        case $word in
            -*) quirks=$(without "$quirks" "${word#-}") ;;
            *) quirks+=" ${word#+}" ;;
        esac
    done
    tr ' ' '\n' <<<"$quirks" | sort -V | paste -s -d ' ' -
}

specified_quirks() {
    line_of "$1" <<<"$SPECIFIED"
}

# Prints what a table says of a release: the last of its lines that is not about a newer one.
line_of() {
    awk -v release="$1" '
        function number(text,    part) {
            split(text, part, ".")
            return part[1] * 1000000 + part[2] * 1000 + part[3]
        }
        NF > 0 && number($1) <= number(release) { line = $0 }
        END { sub(/^[^ ]* */, "", line); print line }'
}

# What the specification says (6.3) of those that are looked for; what is always there is added.
SPECIFIED='
6.1.0 Q1 Q13 Q21 Q23 Q24
6.12.0 Q2 Q3 Q6 Q7 Q10 Q13 Q14 Q15 Q21 Q23 Q24 Q25
6.12.9 Q3 Q6 Q7 Q10 Q13 Q14 Q15 Q21 Q23 Q24 Q25
6.12.29 Q3 Q7 Q10 Q13 Q14 Q15 Q21 Q23 Q24 Q25
6.12.36 Q3 Q7 Q10 Q13 Q14 Q15 Q16 Q21 Q23 Q24 Q25
6.12.44 Q3 Q8 Q10 Q13 Q14 Q15 Q16 Q21 Q23 Q24 Q25
6.12.81 Q8 Q13 Q14 Q15 Q16 Q21 Q23 Q25
6.12.90 Q8 Q14 Q15 Q16 Q21 Q23 Q25
6.12.94 Q8 Q14 Q16 Q21 Q23 Q25
6.16.0 Q7 Q9 Q10 Q13 Q14 Q15 Q16 Q21 Q23 Q24 Q25
6.16.2 Q8 Q9 Q10 Q13 Q14 Q15 Q16 Q21 Q23 Q24 Q25
6.17.0 Q8 Q9 Q10 Q13 Q14 Q15 Q16 Q24 Q25
6.18.20 Q8 Q13 Q14 Q15 Q16 Q25
6.18.30 Q8 Q14 Q15 Q16 Q25
6.18.36 Q8 Q14 Q16 Q25
6.19.0 Q8 Q9 Q10 Q13 Q14 Q15 Q16 Q24 Q25
6.19.10 Q8 Q13 Q14 Q15 Q16 Q25
7.0.7 Q8 Q14 Q15 Q16 Q25
7.0.13 Q8 Q14 Q16 Q25
7.2.7 Q8 Q16 Q25
'

# What was seen instead; docs/kernel-notes.md says why.
CORRECTIONS='
6.1.0 -Q24
6.12.36 +Q35 -Q15
6.12.81 +Q24 +Q35
6.12.90 +Q35
6.12.94
6.12.118 -Q8 -Q14
6.16.0 +Q3 +Q35 -Q15
6.17.0 +Q35 -Q16
6.18.0 +Q35
6.18.36
6.19.0 +Q35
7.0.13
7.3.0 -Q8
'

# Prints what is in the first list and not in the second: without "A B C" "B".
without() {
    local word
    for word in $1; do
        [[ " $2 " == *" $word "* ]] || printf '%s\n' "$word"
    done | paste -s -d ' ' -
}

# Sets REPLY to "ok", or to what a kernel did that was not expected of it.
verdict() {
    local version=$1 logs=$2 step found expected wrong=() cases
    for step in $(about "$logs" asked | tr , ' '); do
        outcome_of "$logs" "$step"
        case $step,$REPLY in
            *,ok) ;;
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
        found=$(quirks "$logs" found)
        expected=$(expected_quirks "$version")
        [ "$found" = "$expected" ] ||
            wrong+=("quirks not expected: '$(without "$found" "$expected")', missing:
                '$(without "$expected" "$found")'")
    fi
    [ "$(complaints "$logs")" -eq 0 ] || wrong+=("the kernel complained: $(complaints "$logs")")
    REPLY=$(
        IFS=';'
        printf '%s' "${wrong[*]}" | tr -s ' \n' ' ' | sed 's/;/; /g'
    )
    REPLY=${REPLY:-ok}
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
