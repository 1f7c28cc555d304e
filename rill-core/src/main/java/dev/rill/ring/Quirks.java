package dev.rill.ring;

import dev.rill.kernel.Kernel;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which quirks a kernel has, as its behaviour shows: a receive of a few bytes for each.
///
/// ```java
/// if (Quirks.of(kernel).mayHave(Quirk.BUNDLE_COUNTED_TWICE)) { ... }
/// ```
///
/// **When.** At the first [#of] for a kernel, on the calling thread, in some tens of milliseconds.
/// Event loops ask, and groups with bundles. What is guarded against everywhere needs no look. The
/// answer is kept as long as the kernel object lives.
///
/// **Between processes** the verdicts on the running kernel are kept for one boot of it, in
/// `$XDG_CACHE_HOME/rill/quirks` or `~/.cache/rill/quirks`, together with the boot's id, the
/// kernel's release and the version of Rill; a file that does not fit is written anew. The system
/// property `rill.quirks.cache` names another folder, or is `off`. A kernel in this process is
/// asked each time.
///
/// Immutable; for all threads.
public final class Quirks {

    /// What a self-test says.
    public enum Finding {
        /// The kernel has it.
        FOUND,
        /// The kernel does not have it.
        ABSENT,
        /// It could not be told, or is not looked for: see [Quirks#why].
        UNKNOWN
    }

    /// A finding and, where it could not be told, the reason.
    record Verdict(Finding finding, String why) {
    }

    private record Known(WeakReference<Kernel> kernel, Quirks quirks) {
    }

    /// By identity: a decorated kernel equals another one at will, and behaves in its own way.
    private static final List<Known> KNOWN = new ArrayList<>();

    private final String kernel;
    private final EnumMap<Quirk, Verdict> verdicts = new EnumMap<>(Quirk.class);

    private Quirks(String kernel, Map<Quirk, Verdict> found) {
        this.kernel = kernel;
        for (Quirk quirk : Quirk.values()) {
            verdicts.put(quirk, found.getOrDefault(quirk,
                    new Verdict(Finding.UNKNOWN, "it is not looked for")));
        }
    }

    /// What is known of a kernel; finds it out when this is the first time.
    ///
    /// @param kernel a kernel that can create rings
    /// @return its quirks. Where rings cannot be created, nothing could be told
    public static Quirks of(Kernel kernel) {
        Objects.requireNonNull(kernel, "kernel");
        synchronized (KNOWN) {
            for (Iterator<Known> all = KNOWN.iterator(); all.hasNext();) {
                Known known = all.next();
                Kernel its = known.kernel.get();
                if (its == kernel) {
                    return known.quirks;
                }
                if (its == null) {
                    all.remove();
                }
            }
        }
        Quirks quirks = find(kernel, QuirkCache.of(kernel));
        synchronized (KNOWN) {
            KNOWN.add(new Known(new WeakReference<>(kernel), quirks));
        }
        return quirks;
    }

    /// The same without the memory of this process.
    static Quirks find(Kernel kernel, QuirkCache cache) {
        Map<Quirk, Verdict> verdicts = cache.read();
        if (verdicts.isEmpty()) {
            verdicts = QuirkTests.run(kernel);
            cache.write(verdicts);
        }
        return new Quirks(kernel.name() + " " + kernel.release(), verdicts);
    }

    /// What was found about a quirk.
    ///
    /// @param quirk which one
    /// @return whether the kernel has it, or that it could not be told
    public Finding finding(Quirk quirk) {
        return verdicts.get(quirk).finding;
    }

    /// Whether to beware of a quirk.
    ///
    /// @param quirk which one
    /// @return false when the kernel was seen not to have it
    public boolean mayHave(Quirk quirk) {
        return finding(quirk) != Finding.ABSENT;
    }

    /// Why it could not be told whether the kernel has a quirk.
    ///
    /// @param quirk which one
    /// @return the reason; empty when it could
    public String why(Quirk quirk) {
        return verdicts.get(quirk).why;
    }

    /// The quirks found, in one line, for a log.
    @Override
    public String toString() {
        return kernel + ": " + Stream.of(Quirk.values())
                .filter(quirk -> finding(quirk) == Finding.FOUND)
                .map(Quirk::id).collect(Collectors.joining(" "));
    }
}
