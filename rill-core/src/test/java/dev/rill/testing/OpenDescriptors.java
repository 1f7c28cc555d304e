package dev.rill.testing;

import java.io.File;

/// How many descriptors this process has open, to find those that somebody forgot to close.
public final class OpenDescriptors {

    private OpenDescriptors() {
    }

    /// The number of open descriptors, the one that lists them included. The JVM may close some of
    /// its own at any time: a leak is when there are more than before.
    public static int count() {
        String[] names = new File("/proc/self/fd").list();
        if (names == null) {
            throw new IllegalStateException("/proc/self/fd cannot be listed");
        }
        return names.length;
    }
}
