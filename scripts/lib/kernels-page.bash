# shellcheck shell=bash
#
# docs/kernels.md, made of what is in the cache. It is what the project says about kernels, so it
# also says how it was made.

# What of the repository runs in there, or against it.
STATE=(rill-core/src rill-tool/src/main conformance scripts/lib/guest-init)

write_page() {
    local version dates commit changes state=
    dates=$(for version in "$@"; do about "$CACHE/logs/$version" date; done | sort -u |
        paste -s -d ' ' - | sed 's/ .* / to /')
    commit=$(git -C "$ROOT" log -1 --format=%h -- "${STATE[@]}" 2>/dev/null || true)
    changes=$(git -C "$ROOT" status --porcelain -- "${STATE[@]}" 2>/dev/null || true)
    [ -z "$changes" ] || state=' and changes'
    [ -z "$STALE" ] || state+=', on some of them at others'
    cat <<PAGE
# Rill on Linux kernels

$# kernels of Debian, as they come in its packages, booted under emulation (QEMU, two processors,
2 GiB, no KVM) on $dates, with Rill at commit ${commit:-unknown}$state.
\`scripts/kernels run --all\` does it again, minutes for each kernel;
\`scripts/kernels table --write docs/kernels.md\` wrote this page. Results of other code are not
in it.

## What was run

PAGE
    outcome_rows "$@" | as_markdown
    cat <<'PAGE'

- **cases**: of `conformance/`, each with what is expected of this kernel: passed / failed / left
  out because all of it is about other kernels (and C-025, which needs an ordinary user: see
  memlock). What kernels do differently is in the cases (`on kernel ...`, `needs kernel ...`),
  explained in [kernel notes](kernel-notes.md).
- **engine**: the same cases on the engine as the same release, compared case by case
  (`--kernel engine --profile RELEASE`). There is no engine without incremental rings, so none
  for 6.1.
- **contract tests**: those of the rooms `kernel`, `ring` and `net`, passed / failed / left out
  because they are about what this kernel does not have, or does wrong (`@Needs`). On the oldest,
  the middle and the newest; of 6.1 those of `net`, whose event loops use whole buffers there.
- **trace**: `./rill trace` over TCP. **demo**: bytes that `./rill demo` has sent
  through the proxy and compared, with incremental and with whole buffers; all arrived.
- **random scenarios**: `./rill fuzz` against the engine as the same release, steps compared.
- **denied**: `io_uring_disabled` at 1 and at 2, as an ordinary user: the commands run on the
  engine and say what to do. **memlock**: mapped rings with 256 KiB of locked memory.
- **verdict**: ok, or what was not as expected.

## What they do wrong, and what Rill does without

PAGE
    quirk_rows "$@" | as_markdown
    cat <<'PAGE'

- **quirks**: found by the self-tests; [quirks.md](quirks.md) says what they are. **unknown**:
  could not be told; Rill is as careful as where they are found.
- **guards**: those that Rill does something about where they are found.
- **does without**: what `./rill probe` misses.

## What was expected

The specification that Rill was written after has a table of what each release does wrong, most
of it from changelogs. This is how its self-tests (D1 to D9) and Rill's own agree with it on these
kernels; what is always there is added. Where they do not agree the table is corrected by what was
seen, and a kernel is held to that:

- **Q35** is not in it: found here ([kernel notes](kernel-notes.md)).
- **Q15** needs a bundle that looks at its length. Those of 6.12.36 to 6.12.80 and of 6.15 and 6.16
  begin with one buffer whatever their length is. On 6.16 that looks like **Q3** over a Unix
  socket, which does not say what is left.
- **Q5 and Q16** cannot be told on 6.17.13, whose Unix sockets count wrongly what is left: the
  second pass takes 4 bytes, not 8.
- **Q24** is not in 6.1, which asks a socket until nothing comes, and still in 6.12.85.
- **Q11 and Q12** have no self-test, for nothing depends on them; what they are about is in the
  cases. **6.1 and 7.3** have no line there: of 6.1 what came later is expected to be missing, of
  7.3 what is said of 7.2.7.
- **Q8** is gone since 6.12.118 and 7.3: MSG_WAITALL takes what comes.
- **Q14** is gone since 6.12.118, too, not only since 7.2.7.

PAGE
    expectation_rows "$@" | as_markdown
    cat <<'PAGE'

## The packages

PAGE
    for version in "$@"; do
        printf -- '- %s\n' "$(about "$CACHE/logs/$version" package)"
    done
}

outcome_rows() {
    local version logs step
    columns kernel cases engine 'contract tests' trace demo 'random scenarios' denied memlock \
        verdict
    for version in "$@"; do
        logs=$CACHE/logs/$version
        local cells=("$version" "$(cases "$logs" conformance | tr ' ' /)")
        if [ -f "$logs/engine" ]; then
            REPLY=$(engine_differences "$logs")
            cells+=("${REPLY:-equal}")
        else
            cells+=('')
        fi
        cells+=("$(contract_tests "$logs" | tr ' ' /)")
        outcome_of "$logs" trace && cells+=("$REPLY")
        cells+=("$(verified_bytes "$logs")" "$(fuzzed "$logs")")
        for step in denied memlock; do
            outcome_of "$logs" "$step" && cells+=("$REPLY")
        done
        verdict "$version" "$logs"
        columns "${cells[@]}" "$REPLY"
    done
}

quirk_rows() {
    local version logs
    columns kernel quirks unknown guards 'does without'
    for version in "$@"; do
        logs=$CACHE/logs/$version
        columns "$version" "$(quirks "$logs" found)" "$(quirks "$logs" unknown)" \
            "$(guards "$logs")" "$(step_downs "$logs" | sed 's/IORING_//g; s/io_uring_//g')"
    done
}

expectation_rows() {
    local version found expected
    columns kernel specified 'seen besides' 'not seen'
    for version in "$@"; do
        found=$(quirks "$CACHE/logs/$version" found)
        expected=$(specified_quirks "$version")
        columns "$version" "$expected" "$(without "$found" "$expected")" \
            "$(without "$expected" "$found")"
    done
}

columns() {
    local IFS=$'\t'
    printf '%s\n' "$*"
}

as_markdown() {
    awk -F '\t' '
        { line = "|"
          for (i = 1; i <= NF; i++) line = line " " ($i == "" ? "–" : $i) " |"
          print line
          if (NR == 1) { line = "|"; for (i = 1; i <= NF; i++) line = line "---|"; print line } }'
}
