package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.abi.Errno;
import dev.rill.kernel.FailingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.ring.Quirks.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Verdicts are kept for one boot of one kernel and one version of Rill, and a file that is not
/// what it should be is as good as none.
class QuirkCacheTest {

    @TempDir
    Path folder;

    /// Something that can be booted.
    private static final class Machine implements AutoCloseable {
        private final Kernel kernel = Kernels.inMemory();
        private String boot = "5f0c6e7e-6d3c-4a6a-a2a4-2f2fcf3a2d0f";
        private String release = "6.18.44";
        private int rings;

        Kernel kernel() {
            return (Kernel) Proxy.newProxyInstance(Kernel.class.getClassLoader(),
                    new Class<?>[] {Kernel.class}, (_, method, arguments) ->
                            switch (method.getName()) {
                                case "bootId" -> boot;
                                case "release" -> release;
                                case "setup" -> {
                                    rings++;
                                    yield method.invoke(kernel, arguments);
                                }
                                default -> method.invoke(kernel, arguments);
                            });
        }

        /// Whether the kernel was asked, and not the file.
        boolean asks(Path folder, String version) {
            int before = rings;
            Quirks quirks = Quirks.find(kernel(), QuirkCache.in(folder, kernel(), version));
            assertThat(quirks.finding(Quirk.WAITALL_FIRST_PART_ONLY)).isEqualTo(Finding.FOUND);
            assertThat(quirks.finding(Quirk.NO_INCREMENTAL)).isEqualTo(Finding.ABSENT);
            assertThat(quirks.finding(Quirk.WORKERS_PIN)).isEqualTo(Finding.UNKNOWN);
            return rings > before;
        }

        @Override
        public void close() {
            kernel.close();
        }
    }

    @Test
    void theKernelIsAskedOncePerBootReleaseAndVersion() {
        try (Machine machine = new Machine()) {
            Path inside = folder.resolve("a/b");
            assertThat(machine.asks(inside, "1.0")).isTrue();
            assertThat(machine.asks(inside, "1.0")).isFalse();
            assertThat(machine.asks(inside, "1.1")).isTrue();
            assertThat(machine.asks(inside, "1.1")).isFalse();
            machine.boot = "00000000-0000-0000-0000-000000000000";
            assertThat(machine.asks(inside, "1.1")).isTrue();
            assertThat(machine.asks(inside, "1.1")).isFalse();
            machine.release = "6.18.45";
            assertThat(machine.asks(inside, "1.1")).isTrue();
            assertThat(machine.asks(inside, "1.1")).isFalse();
            assertThat(names(inside)).containsExactly("quirks");
        }
    }

    @Test
    void whatIsKeptIsReadBackAsItWas() throws IOException {
        try (Machine machine = new Machine()) {
            QuirkCache cache = QuirkCache.in(folder, machine.kernel(), "1.0");
            assertThat(cache.read()).isEmpty();
            Map<Quirk, Quirks.Verdict> verdicts = QuirkTests.run(machine.kernel());
            cache.write(verdicts);
            assertThat(cache.read()).isEqualTo(verdicts);
            assertThat(Files.readAllLines(folder.resolve("quirks"))).hasSize(4 + 19 + 1)
                    .startsWith("rill quirks 1", "boot " + machine.boot, "kernel engine 6.18.44",
                            "rill 1.0", "Q1 ABSENT").endsWith("Q35 ABSENT", "end 19");
        }
    }

    @Test
    void aDamagedFileSaysNothingAndIsReplaced() throws IOException {
        try (Machine machine = new Machine()) {
            QuirkCache cache = QuirkCache.in(folder, machine.kernel(), "1.0");
            cache.write(QuirkTests.run(machine.kernel()));
            Path file = folder.resolve("quirks");
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < good.length; i++) {
                byte[] bad = good.clone();
                bad[i] = '#';
                Files.write(file, bad);
                assertThat(cache.read()).as("byte %d", i).isEmpty();
            }
            for (int length = 0; length < good.length - 1; length++) {
                Files.write(file, Arrays.copyOf(good, length));
                assertThat(cache.read()).as("%d bytes", length).isEmpty();
            }
            for (byte[] bad : List.of(new byte[] {(byte) 0xff, (byte) 0xfe}, new byte[100_000],
                    (new String(good, StandardCharsets.US_ASCII) + "Q1 FOUND\n").getBytes(
                            StandardCharsets.US_ASCII))) {
                Files.write(file, bad);
                assertThat(machine.asks(folder, "1.0")).isTrue();
                assertThat(Files.readAllBytes(file)).isEqualTo(good);
            }
        }
    }

    @Test
    void aFolderThatCannotBeUsedIsNoProblem() throws IOException {
        try (Machine machine = new Machine()) {
            Path file = Files.writeString(folder.resolve("file"), "no folder");
            assertThat(machine.asks(file, "1.0")).isTrue();
            assertThat(machine.asks(file, "1.0")).isTrue();
            assertThat(file).hasContent("no folder");
            Path taken = Files.createDirectories(folder.resolve("taken/quirks/by"));
            assertThat(machine.asks(folder.resolve("taken"), "1.0")).isTrue();
            assertThat(taken).exists();
            assertThat(names(folder.resolve("taken"))).containsExactly("quirks");
        }
    }

    @Test
    void whatCouldNotBeToldIsAskedAgain() {
        try (Machine machine = new Machine()) {
            FailingKernel failing = new FailingKernel(machine.kernel());
            failing.failOnce(3, Errno.ENOMEM);
            QuirkCache cache = QuirkCache.in(folder, machine.kernel(), "1.0");
            Quirks.find(failing, cache);
            assertThat(folder).isEmptyDirectory();
            failing.heal();
            Quirks.find(failing, cache);
            assertThat(names(folder)).containsExactly("quirks");
        }
    }

    @Test
    void whatHasNoBootIsNotKept() {
        try (Kernel engine = Kernels.inMemory()) {
            assertThat(engine.bootId()).isEmpty();
            Quirks.find(engine, QuirkCache.in(folder, engine, "1.0"));
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void aPropertyNamesTheFolderOrSwitchesItOff() {
        String before = System.getProperty("rill.quirks.cache");
        try (Machine machine = new Machine()) {
            System.setProperty("rill.quirks.cache", folder.toString());
            Quirks.of(machine.kernel());
            assertThat(names(folder)).containsExactly("quirks");
            int rings = machine.rings;
            Quirks.of(machine.kernel());
            assertThat(machine.rings).isEqualTo(rings);
            System.setProperty("rill.quirks.cache", "off");
            Quirks.of(machine.kernel());
            assertThat(machine.rings).isGreaterThan(rings);
            System.setProperty("rill.quirks.cache", "no\0folder");
            Quirks.of(machine.kernel());
        } finally {
            if (before == null) {
                System.clearProperty("rill.quirks.cache");
            } else {
                System.setProperty("rill.quirks.cache", before);
            }
        }
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
