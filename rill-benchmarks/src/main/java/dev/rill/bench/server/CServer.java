package dev.rill.bench.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The C server: its sources travel in this jar and are compiled on the machine they run on, once
/// for each state of the sources.
final class CServer {

    private static final List<String> SOURCES = List.of("main.c", "tcp.c", "udp.c", "ring.c");
    private static final List<String> HEADERS = List.of("ring.h", "server.h");
    private static final String COMPILER = "gcc";
    private static final List<String> FLAGS = List.of("-O2", "-std=gnu11", "-pthread");
    private static final long COMPILING_SECONDS_MAX = 120;

    private CServer() {
    }

    static Optional<String> whyNot() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("io_uring is Linux");
        }
        return Programs.find(COMPILER).isPresent() ? Optional.empty()
                : Optional.of("there is no " + COMPILER + " to compile it with");
    }

    /// The program, compiled unless that has been done before.
    ///
    /// @param cache a folder of the build, for all versions
    /// @return the executable
    static Path program(Path cache) {
        try {
            Path folder = cache.toAbsolutePath().resolve(hash()); // gcc runs in another folder
            Path program = folder.resolve("c-server");
            if (!Files.isExecutable(program)) {
                compile(folder, program);
            }
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException("compiling the C server", e);
        }
    }

    private static String hash() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String name : names()) {
                digest.update(source(name));
            }
            digest.update(FLAGS.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java platform has it
        }
    }

    private static void compile(Path folder, Path program) throws IOException {
        Files.createDirectories(folder);
        for (String name : names()) {
            Files.write(folder.resolve(name), source(name));
        }
        // Under a name of its own first: two builds at a time must not see half a program.
        Path unfinished = Files.createTempFile(folder, "c-server", ".new");
        List<String> command = new ArrayList<>(List.of(COMPILER));
        command.addAll(FLAGS);
        command.addAll(List.of("-o", unfinished.toString()));
        command.addAll(SOURCES);
        Process compiler = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true).start();
        String complaints;
        try (InputStream output = compiler.getInputStream()) {
            complaints = new String(output.readAllBytes(),
                    StandardCharsets.UTF_8);
            if (!compiler.waitFor(COMPILING_SECONDS_MAX, TimeUnit.SECONDS)
                    || compiler.exitValue() != 0) {
                throw new IOException(command + " failed:\n" + complaints);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        try {
            Files.move(unfinished, program, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(unfinished, program, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(SOURCES);
        names.addAll(HEADERS);
        return names;
    }

    private static byte[] source(String name) throws IOException {
        try (InputStream input = CServer.class.getResourceAsStream("c/" + name)) {
            if (input == null) {
                throw new IOException("the source " + name + " is not in the jar");
            }
            return input.readAllBytes();
        }
    }
}
