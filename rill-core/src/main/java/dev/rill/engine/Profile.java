package dev.rill.engine;

import static dev.rill.engine.Quirk.ACCESS_CHECK;
import static dev.rill.engine.Quirk.DEFERRED_REORDER;
import static dev.rill.engine.Quirk.EARLY_ADDRESS_BUG;
import static dev.rill.engine.Quirk.EARLY_MORE_LOST;
import static dev.rill.engine.Quirk.LARGER_LISTS;
import static dev.rill.engine.Quirk.LOST_END;
import static dev.rill.engine.Quirk.NO_BUNDLE_RETRY;
import static dev.rill.engine.Quirk.NO_MIN_LEFT;
import static dev.rill.engine.Quirk.NO_MULTISHOT_LIMIT;
import static dev.rill.engine.Quirk.NO_UNIX_PENDING_HINT;
import static dev.rill.engine.Quirk.READ_KEEPS_LIST_BUFFER;
import static dev.rill.engine.Quirk.READ_ERROR_NAMES_BUFFER;
import static dev.rill.engine.Quirk.SHRINK_ENTRY;
import static dev.rill.engine.Quirk.SINGLE_SLOT_COMMIT;
import static dev.rill.engine.Quirk.STRICT_RING_ADDRESS;
import static dev.rill.engine.Quirk.TRUNC_OVER_COMMIT;
import static dev.rill.engine.Quirk.UNKNOWN_REGION_IS_INVALID;
import static dev.rill.engine.Quirk.WAITALL_FIRST_PART_ONLY;
import static dev.rill.engine.Quirk.WAITALL_UNCOMMITTED;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which Linux the engine behaves like.
public final class Profile {

    /// Incremental consumption as it was merged: the patch itself.
    private static final Profile LINUX_6_12_0 = new Profile("6.12.0", EARLY_ADDRESS_BUG,
            SINGLE_SLOT_COMMIT, DEFERRED_REORDER, WAITALL_UNCOMMITTED, EARLY_MORE_LOST,
            READ_ERROR_NAMES_BUFFER, NO_MIN_LEFT, TRUNC_OVER_COMMIT, SHRINK_ENTRY, NO_BUNDLE_RETRY,
            STRICT_RING_ADDRESS, NO_MULTISHOT_LIMIT, NO_UNIX_PENDING_HINT, LOST_END);
    /// A late update of the same series, with most corrections carried back.
    private static final Profile LINUX_6_12_107 = new Profile("6.12.107", WAITALL_FIRST_PART_ONLY,
            TRUNC_OVER_COMMIT, STRICT_RING_ADDRESS, NO_MULTISHOT_LIMIT, NO_UNIX_PENDING_HINT);
    /// The reference: every case of the specification was run on it.
    private static final Profile LINUX_6_18_44 = new Profile("6.18.44", WAITALL_FIRST_PART_ONLY,
            TRUNC_OVER_COMMIT, READ_KEEPS_LIST_BUFFER);
    /// The newest kernel whose behaviour is known.
    private static final Profile LINUX_7_2_8 = new Profile("7.2.8", WAITALL_FIRST_PART_ONLY,
            ACCESS_CHECK, LARGER_LISTS, UNKNOWN_REGION_IS_INVALID, READ_KEEPS_LIST_BUFFER);

    private static final List<Profile> ALL =
            List.of(LINUX_6_12_0, LINUX_6_12_107, LINUX_6_18_44, LINUX_7_2_8);

    private final String release;
    private final Set<Quirk> quirks;

    private Profile(String release, Quirk first, Quirk... others) {
        this(release, EnumSet.of(first, others));
    }

    private Profile(String release, Set<Quirk> quirks) {
        this.release = release;
        this.quirks = quirks;
    }

    /// The kernel that everything is measured against.
    public static Profile reference() {
        return LINUX_6_18_44;
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

    /// The profile of a release, if there is one.
    ///
    /// @param release as in `uname -r`, without a suffix
    public static Optional<Profile> of(String release) {
        return ALL.stream().filter(p -> p.release.equals(release)).findFirst();
    }

    /// The releases there are profiles of.
    public static List<String> releases() {
        return ALL.stream().map(Profile::release).toList();
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
