package dev.rill.testing;

import java.io.File;

/// How many descriptors this process has open, to find those that somebody forgot to close.
public final class OpenDescriptors {

    private OpenDescriptors() {
    }

    /// The number of open descriptors, give or take the one that lists them.
    public static int count() {
        String[] names = new File("/proc/self/fd").list();
        if (names == null) {
            throw new IllegalStateException("/proc/self/fd cannot be listed");
        }
        return names.length;
    }
}
