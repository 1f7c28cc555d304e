package dev.rill.ring;

import dev.rill.kernel.Kernel;
import dev.rill.ring.Quirks.Finding;
import dev.rill.ring.Quirks.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Verdicts on the running kernel, kept in a file for one boot of it.
///
/// ```text
/// rill quirks 1
/// boot 5f0c6e7e-6d3c-4a6a-a2a4-2f2fcf3a2d0f
/// kernel linux 6.18.44
/// rill 0.1.0
/// Q1 ABSENT
/// ...
/// end 16
/// ```
///
/// A file that differs in anything but the verdicts, down to the last line, says nothing. It is
/// replaced as a whole, so that no reader sees half of it. A folder that cannot be written to does
/// without.
final class QuirkCache {

    private static final System.Logger LOGGER = System.getLogger(QuirkCache.class.getName());

    private static final String PROPERTY = "rill.quirks.cache";
    private static final String OFF = "off";
    /// The number is raised whenever a self-test or what it says is changed.
    private static final String TITLE = "rill quirks 1";
    private static final String FILE = "quirks";
    private static final long SIZE_MAX = 16 * 1024;

    /// Null where nothing is kept.
    private final Path folder;
    private final List<String> head;

    private QuirkCache(Path folder, List<String> head) {
        this.folder = folder;
        this.head = head;
    }

    /// The file of this user, as far as the kernel has a boot.
    static QuirkCache of(Kernel kernel) {
        String setting = System.getProperty(PROPERTY, "");
        try {
            return in(setting.equals(OFF) ? null : setting.isEmpty() ? folder() : Path.of(setting),
                    kernel, version());
        } catch (InvalidPathException e) {
            return in(null, kernel, "");
        }
    }

    /// A file in a folder; null for none.
    static QuirkCache in(Path folder, Kernel kernel, String version) {
        String boot = kernel.bootId();
        return new QuirkCache(boot.isEmpty() ? null : folder, List.of(TITLE,
                "boot " + boot, "kernel " + kernel.name() + " " + kernel.release(),
                "rill " + version));
    }

    private static Path folder() {
        String cache = System.getenv("XDG_CACHE_HOME");
        if (cache != null && Path.of(cache).isAbsolute()) {
            return Path.of(cache, "rill");
        }
        String home = System.getProperty("user.home", "");
        return home.isEmpty() || !Path.of(home).isAbsolute() ? null
                : Path.of(home, ".cache", "rill");
    }

    private static String version() {
        Module module = QuirkCache.class.getModule();
        String version = module.isNamed()
                ? module.getDescriptor().rawVersion().orElse(null)
                : QuirkCache.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }

    /// What was kept.
    ///
    /// @return a verdict for each quirk that is looked for, or nothing
    Map<Quirk, Verdict> read() {
        if (folder == null) {
            return Map.of();
        }
        try {
            Path file = folder.resolve(FILE);
            return Files.isRegularFile(file) && Files.size(file) <= SIZE_MAX
                    ? parse(Files.readAllLines(file)) : Map.of();
        } catch (IOException | SecurityException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "what is known of this kernel is not read", e);
            return Map.of();
        }
    }

    private Map<Quirk, Verdict> parse(List<String> lines) {
        List<Quirk> quirks = lookedFor();
        int size = head.size() + quirks.size() + 1;
        if (lines.size() != size || !lines.subList(0, head.size()).equals(head)
                || !lines.getLast().equals("end " + quirks.size())) {
            return Map.of();
        }
        Map<Quirk, Verdict> verdicts = new EnumMap<>(Quirk.class);
        for (int i = 0; i < quirks.size(); i++) {
            Quirk quirk = quirks.get(i);
            String line = lines.get(head.size() + i);
            for (Finding finding : List.of(Finding.FOUND, Finding.ABSENT)) {
                if (line.equals(quirk.id() + " " + finding)) {
                    verdicts.put(quirk, new Verdict(finding, ""));
                }
            }
        }
        return verdicts.size() == quirks.size() ? verdicts : Map.of();
    }

    /// Keeps verdicts, unless one of them could not be told: it may be told next time.
    void write(Map<Quirk, Verdict> verdicts) {
        List<Quirk> quirks = lookedFor();
        if (folder == null || quirks.stream()
                .anyMatch(quirk -> verdicts.get(quirk).finding() == Finding.UNKNOWN)) {
            return;
        }
        List<String> lines = Stream.of(head.stream(),
                quirks.stream().map(quirk -> quirk.id() + " " + verdicts.get(quirk).finding()),
                Stream.of("end " + quirks.size())).flatMap(part -> part).toList();
        try {
            Files.createDirectories(folder);
            Path draft = Files.createTempFile(folder, FILE, ".tmp");
            try {
                Files.write(draft, lines);
                Files.move(draft, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException | SecurityException | UnsupportedOperationException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "what is known of this kernel is not kept", e);
        }
    }

    private static List<Quirk> lookedFor() {
        return Stream.of(Quirk.values()).filter(quirk -> !quirk.test().isEmpty()).toList();
    }
}
