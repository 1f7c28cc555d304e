package dev.rill.tool;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// A whole terminal for a while: the alternate screen, no cursor, keys as they are pressed. What
/// was there before comes back with [#close], which the JVM's end calls if nobody else does.
///
/// Size and keys are the business of `stty`, which every system with such terminals has: no native
/// code for them, and nothing more to depend on.
final class TopScreen implements AutoCloseable {

    /// Another screen, empty, and no cursor.
    private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[2J";
    private static final String LEAVE = "\u001b[0m\u001b[?25h\u001b[?1049l";
    /// Shows what lies between these two at once, on terminals that know it; others ignore it.
    private static final String BEGIN = "\u001b[?2026h\u001b[H";
    private static final String END = "\u001b[J\u001b[?2026l";
    private static final String END_OF_ROW = "\u001b[K";

    private static final File TTY = new File("/dev/tty");
    private static final int PATIENCE_SECONDS = 5;
    static final int WIDTH_MIN = 40;
    static final int HEIGHT_MIN = 12;
    static final int WIDTH_USUAL = 80;
    static final int HEIGHT_USUAL = 24;
    private static final int SIZE_MAX = 1000;

    private final PrintWriter out;
    private final String before;
    private final Thread hook = new Thread(this::restore, "rill-top-restore");
    private boolean open = true;

    /// How many characters there are.
    record Size(int width, int height) {
    }

    /// @param keys gets a [Character] for each key
    /// @throws CommandFailed when there is no terminal to be had
    TopScreen(PrintWriter out, BlockingQueue<Object> keys) {
        this.out = out;
        before = stty("-g");
        if (before.isEmpty()) {
            throw new CommandFailed("the terminal cannot be set up (stty): use --once or --json");
        }
        Runtime.getRuntime().addShutdownHook(hook);
        stty("-icanon", "-echo", "min", "1", "time", "0");
        out.print(ENTER);
        out.flush();
        Thread.ofPlatform().daemon().name("rill-top-keys").start(() -> readKeys(keys));
    }

    /// Shows a picture.
    synchronized void show(String[] rows) {
        if (!open) {
            return;
        }
        StringBuilder text = new StringBuilder(BEGIN);
        for (int row = 0; row < rows.length; row++) {
            text.append(row == 0 ? "" : "\r\n").append(rows[row]).append(END_OF_ROW);
        }
        out.print(text.append(END));
        out.flush();
    }

    /// How large the terminal is now, within reason.
    static Size size() {
        String[] words = stty("size").split(" ");
        if (words.length == 2 && words[0].matches("\\d{1,4}") && words[1].matches("\\d{1,4}")) {
            return within(Integer.parseInt(words[1]), Integer.parseInt(words[0]));
        }
        return new Size(WIDTH_USUAL, HEIGHT_USUAL);
    }

    /// A size on which something can be drawn. A terminal that does not know its own says 0.
    static Size within(int width, int height) {
        return new Size(
                width == 0 ? WIDTH_USUAL : Math.clamp(width, WIDTH_MIN, SIZE_MAX),
                height == 0 ? HEIGHT_USUAL : Math.clamp(height, HEIGHT_MIN, SIZE_MAX));
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending, and the hook has done it or will find it done
        }
    }

    private synchronized void restore() {
        if (open) {
            open = false;
            out.print(LEAVE);
            out.flush();
            stty(before);
        }
    }

    private static void readKeys(BlockingQueue<Object> keys) {
        try (InputStream in = new FileInputStream(TTY)) {
            for (int key = in.read(); key >= 0; key = in.read()) {
                keys.add((char) key);
            }
        } catch (IOException e) {
            // no keys then; Ctrl-C still ends it
        }
    }

    /// What `stty` says about the terminal; nothing when it fails.
    private static String stty(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "stty";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(TTY).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String said = new String(process.getInputStream().readAllBytes(),
                    StandardCharsets.US_ASCII).strip();
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    && process.exitValue() == 0 ? said : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
