package dev.rill.bench;

import dev.rill.bench.load.LoadMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a generator is started: a small JVM on the class path of this one.
final class GeneratorCommand {

    private static final List<String> JVM_OPTIONS = List.of("-Xms128m", "-Xmx128m",
            "-XX:+UseSerialGC", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED");

    private GeneratorCommand() {
    }

    static List<String> of(Cell cell, long port, boolean verify) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"),
                LoadMain.class.getName(),
                "--workload", cell.workload().name(),
                "--connections", Integer.toString(cell.connections()),
                "--size", Integer.toString(cell.size()),
                "--depth", Integer.toString(cell.depth()),
                "--port", Long.toString(port)));
        if (verify) {
            command.add("--verify");
        }
        return command;
    }
}
