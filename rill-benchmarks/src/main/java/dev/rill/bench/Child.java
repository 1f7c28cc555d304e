package dev.rill.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A process that is spoken to with lines and answers each with a line of JSON: a server or a
/// generator. Ends when its input is closed.
final class Child implements AutoCloseable {

    private static final long END_SECONDS = 10;
    private static final int COMPLAINT_LINES = 12;

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;
    private final Path complaints;
    private final Map<String, Object> greeting;

    /// Starts a process and waits until it says that it is ready.
    ///
    /// @param name for messages
    /// @param command what to run
    /// @param complaints where its error output goes
    Child(String name, List<String> command, Path complaints) {
        this.name = name;
        this.complaints = complaints;
        try {
            process = new ProcessBuilder(command).redirectError(complaints.toFile()).start();
        } catch (IOException e) {
            throw new BenchFailed(name + " cannot be started: " + e.getMessage());
        }
        answers = process.inputReader();
        commands = process.outputWriter();
        try {
            greeting = answer();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /// What it said when it was ready.
    Map<String, Object> greeting() {
        return greeting;
    }

    /// The process whose account is the interesting one.
    long pid() {
        return greeting.get("pid") instanceof Long pid ? pid : process.pid();
    }

    /// Says something and waits for the answer.
    Map<String, Object> ask(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
        } catch (IOException e) {
            throw ended();
        }
        return answer();
    }

    private Map<String, Object> answer() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw ended();
            }
            Map<String, Object> answer = Json.parseObject(line);
            if (answer.containsKey("error")) {
                throw new BenchFailed(name + ": " + answer.get("error"));
            }
            return answer;
        } catch (IOException e) {
            throw ended();
        } catch (IllegalArgumentException e) {
            throw new BenchFailed(name + " speaks another language: " + e.getMessage());
        }
    }

    private BenchFailed ended() {
        StringBuilder text = new StringBuilder(name + " has ended");
        try {
            if (process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                text.append(" with status ").append(process.exitValue());
            }
            List<String> lines = Files.readAllLines(complaints);
            lines.stream().limit(COMPLAINT_LINES).forEach(line -> text.append("\n    ")
                    .append(line));
        } catch (IOException e) {
            text.append("; its error output cannot be read: ").append(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new BenchFailed(text.toString());
    }

    /// Closes its input and waits until it has ended; a process that does not is killed.
    @Override
    public void close() {
        try {
            commands.close();
        } catch (IOException e) {
            // it has ended by itself
        }
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
