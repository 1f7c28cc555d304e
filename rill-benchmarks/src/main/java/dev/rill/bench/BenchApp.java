package dev.rill.bench;

import java.net.URISyntaxException;
import java.nio.file.Path;

/// Where this program lies.
final class BenchApp {

    private BenchApp() {
    }

    /// The folder of this module's jar, or of its classes in tests.
    static Path folder() {
        try {
            return Path.of(BenchApp.class.getProtectionDomain().getCodeSource().getLocation()
                    .toURI()).getParent();
        } catch (URISyntaxException e) {
            throw new AssertionError(e); // class loaders make proper addresses
        }
    }
}
