package dev.rill.ring;

/// Something a kernel does not offer and what a ring does without it.
///
/// @param what the flag or feature, in the kernel's spelling
/// @param since the Linux release that brought it, such as `6.1`
/// @param consequence what is different without it, a sentence
public record StepDown(String what, String since, String consequence) {

    @Override
    public String toString() {
        return what + " (Linux " + since + ") is missing: " + consequence;
    }
}
