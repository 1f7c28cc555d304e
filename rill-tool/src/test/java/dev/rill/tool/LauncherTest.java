package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.tool.LauncherSandbox.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `./rill` promises, with a Maven and JVMs that only pretend.
final class LauncherTest {

    @TempDir
    private Path base;

    private LauncherSandbox sandbox;

    @BeforeEach
    void makeSandbox() throws IOException {
        sandbox = new LauncherSandbox(base.toRealPath());
    }

    // --- building ---

    @Test
    void buildsOnceAndSaysSo() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");

        Result first = sandbox.run();
        assertThat(first.code()).isZero();
        assertThat(first.err()).contains("rill: building, not built yet");

        Result second = sandbox.run();
        assertThat(second.code()).isZero();
        assertThat(second.err()).isEmpty();
        assertThat(sandbox.mavenCalls()).hasSize(1);
    }

    @Test
    void buildsAgainWhenASourceChanged() throws Exception {
        builtAnHourAgo();
        Path source = sandbox.root().resolve("rill-core/src/main/java/Core.java");
        Files.writeString(source, "changed");

        assertThat(sandbox.run().err()).contains("Core.java changed");
        assertThat(sandbox.mavenCalls()).hasSize(2);
    }

    @Test
    void buildsAgainWhenAPomChanged() throws Exception {
        builtAnHourAgo();
        Files.writeString(sandbox.root().resolve("rill-tool/pom.xml"), "changed");

        assertThat(sandbox.run().err()).contains("rill-tool/pom.xml changed");
    }

    @Test
    void buildsAgainWhenASourceWasDeleted() throws Exception {
        builtAnHourAgo();
        Files.delete(sandbox.root().resolve("rill-core/src/main/java/Other.java"));

        assertThat(sandbox.run().err()).contains("rill-core/src/main/java changed");
    }

    @Test
    void doesNotBuildWhenToldNotTo() throws Exception {
        builtAnHourAgo();
        Files.writeString(sandbox.root().resolve("pom.xml"), "changed");

        assertThat(sandbox.with("RILL_NO_BUILD", "1").run().err()).isEmpty();
        assertThat(sandbox.mavenCalls()).hasSize(1);
    }

    @Test
    void runsWithoutSourcesAndWithoutMaven() throws Exception {
        builtAnHourAgo();
        sandbox.remove("mvn");
        Files.delete(sandbox.root().resolve("pom.xml"));

        assertThat(sandbox.run().code()).isZero();
    }

    @Test
    void aFailedBuildShowsItsErrorsAndItsLog() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");
        sandbox.maven("""
            echo '[INFO] Scanning for projects'
            echo '[WARNING] Core.java:[2,14] no comment'
            echo '[ERROR] warnings found and -Werror specified'
            rmdir "%s/maven.running"
            exit 1
            """.formatted(sandbox.base()));

        Result result = sandbox.run();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
            .contains("no comment", "-Werror specified", "rill-tool/target/rill-build.log")
            .doesNotContain("Scanning");
        assertThat(result.out()).isEmpty();

        sandbox.run();
        assertThat(sandbox.mavenCalls()).as("a failed build is tried again").hasSize(2);
    }

    @Test
    void aMissingMavenIsExplained() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");
        sandbox.remove("mvn");

        Result result = sandbox.run();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("no 'mvn' on the PATH", "apt install maven");
    }

    @Test
    void aWrongMvnIsNamed() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");

        assertThat(sandbox.with("MVN", "/no/such/mvn").run().err())
            .contains("MVN=/no/such/mvn cannot be run");
    }

    @Test
    void theJdkThatWasFoundIsOfferedToMaven() throws Exception {
        Path home = sandbox.jdk("jdk-25", "25.0.1");
        sandbox.maven("echo \"$JAVA25_HOME\" >offered; touch rill-tool/target/app/rill-core.jar"
            + " rill-tool/target/app/rill-tool.jar rill-tool/target/app/picocli.jar");

        assertThat(sandbox.run().code()).isZero();
        assertThat(sandbox.root().resolve("offered")).content().isEqualTo(home + "\n");
    }

    // --- the lock ---

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");
        sandbox.maven("""
            sleep 1
            touch rill-tool/target/app/rill-core.jar rill-tool/target/app/rill-tool.jar
            touch rill-tool/target/app/picocli.jar
            """);

        Process one = sandbox.start(sandbox.root(), "./rill");
        Process two = sandbox.start(sandbox.root(), "./rill");
        assertThat(LauncherSandbox.finish(one).code()).isZero();
        assertThat(LauncherSandbox.finish(two).code()).isZero();
        assertThat(sandbox.mavenCalls()).hasSize(1);
        assertThat(lock()).doesNotExist();
    }

    @Test
    void theLockOfADeadProcessIsBroken() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");
        Process gone = new ProcessBuilder("/bin/sh", "-c", "uname -n").start();
        String host = LauncherSandbox.finish(gone).out();
        Files.createDirectories(lock());
        Files.writeString(lock().resolve("holder"), gone.pid() + " " + host);

        assertThat(sandbox.run().code()).isZero();
        assertThat(sandbox.mavenCalls()).hasSize(1);
        assertThat(lock()).doesNotExist();
    }

    @Test
    void aStoppedBuildLeavesNoLock() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");
        sandbox.maven("exec sleep 60");

        Process process = sandbox.start(sandbox.root(), "./rill");
        assertThat(process.errorReader().readLine()).contains("building");
        process.toHandle().destroy();
        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(lock()).doesNotExist();
    }

    // --- finding a Java ---

    @Test
    void rillJavaHomeComesFirst() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");
        Path wanted = sandbox.jdk("jdk-26", "26-ea");

        assertThat(sandbox.with("RILL_JAVA_HOME", wanted.toString()).run().out())
            .contains("home=" + wanted);
    }

    @Test
    void aWrongRillJavaHomeIsAnErrorEvenIfOthersWouldDo() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");

        Result result = sandbox.with("RILL_JAVA_HOME", "/no/such/jdk").run();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("RILL_JAVA_HOME=/no/such/jdk", "no such folder");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void anOldRillJavaHomeIsAnErrorThatNamesTheVersion() throws Exception {
        Path old = sandbox.jdk("jdk-21", "21.0.4");

        assertThat(sandbox.with("RILL_JAVA_HOME", old.toString()).run().err())
            .contains("RILL_JAVA_HOME=" + old, "Java 21 is too old");
    }

    @Test
    void anOldJavaHomeIsPassedOver() throws Exception {
        Path old = sandbox.jdk("jdk-8", "1.8.0_402");
        Path good = sandbox.jdk("jdk-25", "25.0.1");

        assertThat(sandbox.with("JAVA_HOME", old.toString()).run().out())
            .contains("home=" + good);
    }

    @Test
    void theJavaOnThePathIsFollowedToItsHome() throws Exception {
        Path good = sandbox.jdk("jdk-26", "26.0.1");
        sandbox.jdk("jdk-25", "25.0.1");
        Path alternative = sandbox.base().resolve("elsewhere/java");
        Files.createSymbolicLink(alternative, good.resolve("bin/java"));
        Files.createSymbolicLink(sandbox.base().resolve("tools/java"), alternative);

        assertThat(sandbox.run().out()).contains("home=" + good);
    }

    @Test
    void ofSeveralTheLowestThatWillDoIsTaken() throws Exception {
        sandbox.jdk("a-27", "27");
        Path lowest = sandbox.jdk("b-25", "25.0.1");
        sandbox.jdk("c-26", "26");
        sandbox.jdk("d-24", "24.0.2");

        assertThat(sandbox.run().out()).contains("home=" + lowest);
    }

    @Test
    void theVersionIsAskedForWhereNoFileTellsIt() throws Exception {
        Path home = sandbox.jdk("jdk-25", "25.0.1");
        Files.delete(home.resolve("release"));
        Path java = home.resolve("bin/java");
        Files.writeString(java, Files.readString(java).replace("case \"$*\" in",
            "case \"$*\" in -version) echo 'openjdk version \"25.0.1\" 2025-10-21' >&2; exit ;;"));

        assertThat(sandbox.run().out()).contains("home=" + home);
    }

    @Test
    void aRuntimeIsEnoughToRunButNotToBuild() throws Exception {
        Path home = sandbox.jdk("jre-25", "25.0.1");
        Files.move(home.resolve("bin/javac"), home.resolve("bin/kept"));
        assertThat(sandbox.run().err()).contains("without a compiler");

        Files.move(home.resolve("bin/kept"), home.resolve("bin/javac"));
        sandbox.run();
        Files.delete(home.resolve("bin/javac"));
        assertThat(sandbox.run().code()).isZero();
    }

    @Test
    void whenThereIsNoneTheMessageTellsWhereItLooked() throws Exception {
        Path old = sandbox.jdk("jdk-17", "17.0.15");

        Result result = sandbox.run();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("no Java 25 or newer found", "JAVA_HOME: not set",
            "PATH: no java on it", old + ": Java 17 is too old", "RILL_JAVA_HOME");
    }

    // --- running ---

    @Test
    void argumentsArriveUntouched() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");

        assertThat(sandbox.run("a b", "", "*", "$HOME", "'\"", "--", "-x\\n", "ü").out())
            .endsWith("""
                [dev.rill.tool/dev.rill.tool.Main]
                [a b]
                []
                [*]
                [$HOME]
                ['"]
                [--]
                [-x\\n]
                [ü]
                """);
    }

    @Test
    void theModuleMayUseNativeAccess() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");

        assertThat(sandbox.run().out()).contains("[--enable-native-access=dev.rill]\n",
            "[--module-path]\n[" + sandbox.root() + "/rill-tool/target/app]\n");
    }

    // --- the benchmark ---

    @Test
    void benchBuildsAndRunsTheBenchmark() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");

        Result result = sandbox.run("bench", "--quick", "a b");
        assertThat(result.code()).isZero();
        assertThat(result.err()).contains("rill: building, not built yet");
        assertThat(sandbox.mavenCalls()).hasSize(1);
        assertThat(sandbox.mavenCalls().getFirst()).endsWith("package -pl rill-benchmarks -am");
        assertThat(result.out())
            .contains("[-cp]\n[" + sandbox.root() + "/rill-benchmarks/target/app/*]\n",
                "[--enable-native-access=ALL-UNNAMED]\n")
            .endsWith("[dev.rill.bench.BenchMain]\n[--quick]\n[a b]\n");

        assertThat(sandbox.run("bench").err()).isEmpty();
    }

    @Test
    void theBenchmarkAndTheToolAreBuiltEachWhenItsOwnSourcesChange() throws Exception {
        builtAnHourAgo();
        assertThat(sandbox.run("bench").code()).isZero();
        sandbox.pretendBuiltAnHourAgo();
        Files.writeString(sandbox.root().resolve("rill-benchmarks/src/main/java/Bench.java"),
            "changed");

        assertThat(sandbox.run("probe").err()).isEmpty();
        assertThat(sandbox.run("bench").err()).contains("Bench.java changed");
        assertThat(sandbox.run("--", "bench").out()).contains("[dev.rill.tool/dev.rill.tool.Main]");
    }

    @Test
    void rillJavaOptsAreSplitAtBlanksAndNotExpanded() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");

        assertThat(sandbox.with("RILL_JAVA_OPTS", "-Xmx64m  -Dx=*").run().out())
            .contains("[-Xmx64m]\n[-Dx=*]\n");
    }

    @Test
    void worksFromAnotherFolder() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");

        assertThat(sandbox.runFrom(sandbox.base().resolve("elsewhere"),
            sandbox.root() + "/rill", "x").out()).endsWith("[x]\n");
    }

    @Test
    void worksThroughLinks() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");
        Path elsewhere = sandbox.base().resolve("elsewhere");
        Files.createSymbolicLink(elsewhere.resolve("one"), Path.of("../checkout of rill/rill"));
        Files.createSymbolicLink(elsewhere.resolve("two"), elsewhere.resolve("one"));

        assertThat(sandbox.runFrom(sandbox.base(), "elsewhere/two", "x").out()).endsWith("[x]\n");
    }

    @Test
    void theExitCodeIsForwarded() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");

        assertThat(sandbox.with("EXIT_CODE", "7").run().code()).isEqualTo(7);
    }

    /// The same process, so every signal that is sent to ./rill reaches the JVM.
    @Test
    void becomesJava() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");
        sandbox.run();

        Result result = sandbox.run();
        assertThat(result.out()).contains("pid=" + result.pid() + "\n");
    }

    private void builtAnHourAgo() throws Exception {
        sandbox.jdk("jdk-25", "25.0.1");
        assertThat(sandbox.run().code()).isZero();
        sandbox.pretendBuiltAnHourAgo();
    }

    private Path lock() {
        return sandbox.root().resolve(".rill-build.lock");
    }
}
