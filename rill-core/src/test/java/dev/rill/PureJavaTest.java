package dev.rill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.testing.Inbox;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Pair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The engine needs no native access: a JVM that denies it to everyone still receives into an
/// incremental buffer ring.
class PureJavaTest {

    @Test
    void receivesWhereNativeAccessIsDenied() throws IOException, InterruptedException {
        assertThat(run()).isEqualTo("""
                engine 6.18.44 in memory received 100 bytes
                engine 6.18.44 received 100 bytes
                """);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theBestKernelIsTheEngineThenAndTheLogSaysWhy() throws IOException, InterruptedException {
        assertThat(run("best")).contains("WARNING: io_uring cannot be used here (linux ",
                "The JVM denies native access", "Start it with --enable-native-access=dev.rill",
                ". Running on the engine in this process instead, which behaves like Linux 6.18.44")
                .endsWith("engine 6.18.44 received 100 bytes\n");
    }

    private static String run(String... arguments) throws IOException, InterruptedException {
        Path target = Repository.root().resolve("rill-core/target");
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea",
                "--illegal-native-access=deny", "-cp",
                target.resolve("classes") + ":" + target.resolve("test-classes"),
                Program.class.getName()));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().remove("RILL_REQUIRE");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /// What that JVM runs.
    static final class Program {

        private Program() {
        }

        public static void main(String[] arguments) {
            if (arguments.length > 0) {
                receive(Kernels.best());
                return;
            }
            receive(Kernels.inMemory());
            receive(Kernels.inProcess());
        }

        private static void receive(Kernel kernel) {
            try (Rig rig = new Rig(kernel);
                    BufferGroup group = BufferGroup.open(rig.ring(),
                            BufferGroupOptions.incremental(0, 4, 4096))) {
                Pair pair = rig.tcp();
                Inbox inbox = new Inbox(group);
                byte[] sent = Rig.pattern(100, 1);
                group.select(rig.sqe().prepRecvMultishot(pair.left()));
                rig.write(pair.right(), sent);
                inbox.take(rig.await());
                if (Arrays.equals(inbox.bytes(), sent)) {
                    System.out.println(kernel + " received " + sent.length + " bytes");
                }
            }
        }
    }
}
