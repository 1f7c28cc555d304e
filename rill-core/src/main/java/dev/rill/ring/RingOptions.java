package dev.rill.ring;

import static dev.rill.abi.SetupFlags.IORING_SETUP_DEFER_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_NO_SQARRAY;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SINGLE_ISSUER;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SUBMIT_ALL;

import dev.rill.abi.SetupFlags;

/// How a [Ring] is set up.
///
/// @param entries submission queue entries; a power of two, 1 to 32768. One batch of
///        submissions fits without a system call in between
/// @param cqEntries completion queue entries; a power of two, at least `entries`, up to 65536.
///        Sized for bursts: multishot requests post ahead of being reaped
/// @param preferredFlags `IORING_SETUP_*` that are given up one by one, and reported, where a
///        kernel does not know them: those of [#defaults] and `IORING_SETUP_COOP_TASKRUN`
/// @param requiredFlags `IORING_SETUP_*` without which there shall be no ring
/// @param registerDescriptor whether the ring's own descriptor is registered, which saves the
///        kernel a look-up on every call (Linux 5.18)
public record RingOptions(int entries, int cqEntries, int preferredFlags, int requiredFlags,
        boolean registerDescriptor) {

    private static final int ENTRIES_MAX = 32768;

    /// Checks sizes and flags.
    public RingOptions {
        requirePowerOfTwo("entries", entries, ENTRIES_MAX);
        requirePowerOfTwo("cqEntries", cqEntries, 2 * ENTRIES_MAX);
        if (cqEntries < entries) {
            throw new IllegalArgumentException("cqEntries=" + cqEntries
                    + ": must be at least entries=" + entries);
        }
        int unknown = preferredFlags & ~RingSetup.OPTIONAL_FLAGS;
        if (unknown != 0) {
            throw new IllegalArgumentException("preferredFlags="
                    + SetupFlags.decode(preferredFlags) + ": a ring cannot do without "
                    + SetupFlags.decode(unknown) + "; put it into requiredFlags");
        }
    }

    /// What an event loop wants: one thread, completions run inside `enter`, a completion queue
    /// large enough for bursts.
    ///
    /// @return 256 submissions, 4096 completions, all the flags that make it fast
    public static RingOptions defaults() {
        return new RingOptions(256, 4096,
                IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER
                        | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY,
                0, true);
    }

    /// The same with other queue sizes.
    ///
    /// @param submissions see [#entries]
    /// @param completions see [#cqEntries]
    /// @return new options
    public RingOptions withQueues(int submissions, int completions) {
        return new RingOptions(submissions, completions, preferredFlags, requiredFlags,
                registerDescriptor);
    }

    /// The same with other flags.
    ///
    /// @param preferred see [#preferredFlags]
    /// @param required see [#requiredFlags]
    /// @return new options
    public RingOptions withFlags(int preferred, int required) {
        return new RingOptions(entries, cqEntries, preferred, required, registerDescriptor);
    }

    private static void requirePowerOfTwo(String name, int value, int max) {
        if (value < 1 || value > max || Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(name + "=" + value
                    + ": must be a power of two from 1 to " + max);
        }
    }
}
