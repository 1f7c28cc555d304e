# shellcheck shell=bash
#
# Which quirks scripts/kernels expects of a release, by the specification and by what was seen.

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

# Prints a pattern of what a kernel is known to complain about (docs/kernel-notes.md): 6.12.43, of a
# datagram that is longer than its buffer.
known_complaint() {
    line_of "$1" <<<"$COMPLAINTS"
}

COMPLAINTS='
6.0.0 nothing is known
6.12.0 WARNING: .* at io_uring/kbuf[.]h:[0-9]+ io_recv_finish
6.12.74 nothing is known
'

# The quirks that a self-test is expected not to be able to tell.
expected_unknown() {
    line_of "$1" <<<"$UNKNOWN"
}

# The quirks that cannot be told: without incremental rings there is nothing to try, and the Unix
# sockets of 6.17 count wrongly what is left.
UNKNOWN='
6.1.0 Q2 Q3 Q4 Q5 Q6 Q7 Q8 Q9 Q10 Q14 Q15 Q16 Q25 Q35
6.12.0
6.17.0 Q5 Q16
6.18.0
'
