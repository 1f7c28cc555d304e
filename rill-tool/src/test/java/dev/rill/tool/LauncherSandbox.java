package dev.rill.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A copy of `./rill` in a folder of its own, with JVMs and a Maven that are small scripts.
/// Nothing of the real machine is found by it, so every machine gives the same answers, and no
/// build runs inside the build.
final class LauncherSandbox {

    private static final List<String> TOOLS = List.of("sh", "cat", "dirname", "find", "grep",
        "head", "ls", "mkdir", "mv", "ps", "readlink", "rm", "rmdir", "sed", "sleep", "tail",
        "touch", "uname");
    private static final int SECONDS_MAX = 60;

    private final Path base;
    private final Path root;
    private final Map<String, String> environment = new HashMap<>();

    /// What a finished run left.
    record Result(int code, long pid, String out, String err) {
    }

    LauncherSandbox(Path base) throws IOException {
        this.base = base;
        this.root = base.resolve("checkout of rill");
        for (String folder : List.of("tools", "home", "jvms", "elsewhere")) {
            Files.createDirectories(base.resolve(folder));
        }
        for (String file : List.of("pom.xml", "rill-core/pom.xml", "rill-tool/pom.xml",
            "rill-core/src/main/java/Core.java", "rill-core/src/main/java/Other.java",
            "rill-tool/src/main/java/Tool.java", "rill-benchmarks/pom.xml",
            "rill-benchmarks/src/main/java/Bench.java")) {
            write(root.resolve(file), "");
        }
        String script = Files.readString(repository().resolve("rill"))
            .replaceAll("(?<=\\s)/(?:usr|opt|Library)[\\w/]*/\\*(?:/Contents/Home)?",
                base.resolve("jvms") + "/*");
        executable(root.resolve("rill"), script);
        for (String tool : TOOLS) {
            executable(base.resolve("tools").resolve(tool),
                "#!/bin/sh\nexec " + systemTool(tool) + " \"$@\"\n");
        }
        environment.put("PATH", base.resolve("tools").toString());
        environment.put("HOME", base.resolve("home").toString());
        maven("""
            module=rill-tool
            case "$*" in *"-pl rill-benchmarks"*) module=rill-benchmarks ;; esac
            mkdir -p "$module/target/app"
            for jar in rill-core "$module" picocli; do
                touch "$module/target/app/$jar.jar"
            done
            """);
    }

    Path base() {
        return base;
    }

    Path root() {
        return root;
    }

    Path jar() {
        return root.resolve("rill-tool/target/app/rill-tool.jar");
    }

    LauncherSandbox with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /// A JDK among the usual folders. Its java prints its home, its pid and its arguments.
    Path jdk(String name, String version) throws IOException {
        Path home = base.resolve("jvms").resolve(name);
        write(home.resolve("release"), "IMPLEMENTOR=\"us\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(home.resolve("bin/java"), """
            #!/bin/sh
            case "$*" in *AOTCacheOutput*) exit 0 ;; esac
            echo "home=%s"
            echo "pid=$$"
            for argument in "$@"; do printf '[%%s]\\n' "$argument"; done
            exit "${EXIT_CODE:-0}"
            """.formatted(home));
        executable(home.resolve("bin/javac"), "#!/bin/sh\n");
        return home;
    }

    /// Replaces Maven. It counts its calls, and fails when two of it run at once.
    void maven(String body) throws IOException {
        executable(base.resolve("tools/mvn"), """
            #!/bin/sh
            echo "$*" >>"%1$s/maven.calls"
            if ! mkdir "%1$s/maven.running"; then
                echo '[ERROR] two at once'
                exit 1
            fi
            mkdir -p rill-tool/target/app
            %2$s
            rmdir "%1$s/maven.running"
            """.formatted(base, body));
    }

    void remove(String tool) throws IOException {
        Files.delete(base.resolve("tools").resolve(tool));
    }

    List<String> mavenCalls() throws IOException {
        Path calls = base.resolve("maven.calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    /// Makes everything as old as a checkout of an hour ago, and the jars a little younger.
    void pretendBuiltAnHourAgo() throws IOException {
        Instant hourAgo = Instant.now().minusSeconds(3600);
        try (var files = Files.walk(root)) {
            for (Path file : files.toList()) {
                boolean jar = file.toString().endsWith(".jar");
                Files.setLastModifiedTime(file,
                    FileTime.from(jar ? hourAgo.plusSeconds(60) : hourAgo));
            }
        }
    }

    Result run(String... arguments) throws Exception {
        return runFrom(root, "./rill", arguments);
    }

    Result runFrom(Path folder, String command, String... arguments) throws Exception {
        return finish(start(folder, command, arguments));
    }

    Process start(Path folder, String command, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("/bin/sh", command));
        words.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Result finish(Process process) throws Exception {
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes());
        String err = new String(process.getErrorStream().readAllBytes());
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("./rill did not end: " + err);
        }
        return new Result(process.exitValue(), process.pid(), out, err);
    }

    static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(folder.resolve("rill"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    private static Path systemTool(String name) {
        for (String folder : List.of("/usr/bin", "/bin")) {
            Path tool = Path.of(folder, name);
            if (Files.isExecutable(tool)) {
                return tool;
            }
        }
        throw new IllegalStateException("this machine has no " + name);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void executable(Path file, String text) throws IOException {
        write(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
