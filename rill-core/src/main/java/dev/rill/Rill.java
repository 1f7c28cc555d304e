package dev.rill;

/** What this build of Rill is. */
public final class Rill {

    private Rill() {
    }

    /**
     * Returns the version of this build, as written in its jar, so that a report of a problem can
     * name it.
     *
     * @return the version, or {@code "unknown"} when Rill does not run from a jar
     */
    public static String version() {
        String version = Rill.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }
}
