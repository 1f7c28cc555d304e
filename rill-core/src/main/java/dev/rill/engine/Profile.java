package dev.rill.engine;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Which Linux the engine behaves like: any release that has incremental buffer rings. What sets it
/// apart is computed from what each [Quirk] says of the releases that have it.
public final class Profile {

    /// The kernel that every case of the specification was run on.
    private static final Profile REFERENCE = new Profile("6.18.44");
    /// One for each time: the patch as it was merged, the same series with most corrections
    /// carried back, the reference, and one of the newest.
    private static final List<String> RELEASES =
            List.of("6.12.0", "6.12.107", REFERENCE.release, "7.2.8");
    private static final Pattern RELEASE = Pattern.compile("\\d{1,3}\\.\\d{1,3}\\.\\d{1,4}");
    private static final Span INCREMENTAL = Span.since("6.12");

    private final String release;
    private final Set<Quirk> quirks;

    private Profile(String release) {
        this(release, EnumSet.noneOf(Quirk.class));
        for (Quirk quirk : Quirk.values()) {
            if (quirk.isIn(release)) {
                quirks.add(quirk);
            }
        }
    }

    private Profile(String release, Set<Quirk> quirks) {
        this.release = release;
        this.quirks = quirks;
    }

    /// The kernel that everything is measured against.
    public static Profile reference() {
        return REFERENCE;
    }

    /// The same kernel with one quirk more, or one less: one that never was, for tests.
    ///
    /// @param quirk which one
    /// @param present whether it has it
    public Profile with(Quirk quirk, boolean present) {
        EnumSet<Quirk> changed = EnumSet.copyOf(quirks);
        if (present) {
            changed.add(quirk);
        } else {
            changed.remove(quirk);
        }
        return new Profile(release, changed);
    }

    /// The profile of a release, if it has incremental buffer rings.
    ///
    /// @param release as in `uname -r`, without a suffix
    public static Optional<Profile> of(String release) {
        return RELEASE.matcher(release).matches() && INCREMENTAL.contains(release)
                ? Optional.of(new Profile(release)) : Optional.empty();
    }

    /// Some releases that are worth a look because they differ much: what tests are run with.
    public static List<String> releases() {
        return RELEASES;
    }

    /// The release it stands for.
    public String release() {
        return release;
    }

    /// What sets it apart, in the order of the table of quirks.
    public Set<Quirk> quirks() {
        return Collections.unmodifiableSet(quirks);
    }

    boolean has(Quirk quirk) {
        return quirks.contains(quirk);
    }
}
