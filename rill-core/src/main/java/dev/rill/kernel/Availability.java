package dev.rill.kernel;

import java.util.Objects;

/// Whether a kernel can be used here, and if not, why not and what to do.
///
/// @param available whether a ring could be created
/// @param kernel which kernel this is about, with its release
/// @param reason why it cannot be used, a sentence; empty when it can
/// @param remedy what the operator can do about it, a sentence; empty when nothing is needed
public record Availability(boolean available, String kernel, String reason, String remedy) {

    /// Checks that nothing is missing.
    public Availability {
        Objects.requireNonNull(kernel, "kernel");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(remedy, "remedy");
    }

    /// The good case.
    ///
    /// @param kernel which kernel, with its release
    /// @return an answer that says yes
    public static Availability yes(String kernel) {
        return new Availability(true, kernel, "", "");
    }

    /// The bad case.
    ///
    /// @param kernel which kernel, with its release
    /// @param reason why it cannot be used
    /// @param remedy what to do
    /// @return an answer that says no
    public static Availability no(String kernel, String reason, String remedy) {
        return new Availability(false, kernel, reason, remedy);
    }

    /// Why the kernel cannot be used and what to do about it, in one line.
    ///
    /// @return what messages say; only when it is not available
    public String message() {
        return "io_uring cannot be used here (" + kernel + "): " + reason + ". " + remedy;
    }
}
