package dev.rill;

/// What this build of Rill is.
public final class Rill {

    private Rill() {
    }

    /// Returns the version of this build, so that a report of a problem can name it. The module
    /// carries it; on the class path, where there is no module, the manifest of the jar does.
    ///
    /// @return the version, or `"unknown"` when neither is there
    public static String version() {
        Module module = Rill.class.getModule();
        String version = module.isNamed()
            ? module.getDescriptor().rawVersion().orElse(null)
            : Rill.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }
}
