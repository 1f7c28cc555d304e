package dev.rill.tool;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `./rill top`: the buffers of a running proxy, live.
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Watch the buffers of a running proxy: how they fill, who keeps them, who waits.",
    descriptionHeading = "%n",
    description = {
        "Looks into a ./rill proxy or ./rill demo of this user by its process number, or into any "
            + "proxy that was started with --admin. Each buffer is a bar that fills as it is "
            + "sipped; a buffer that somebody keeps turns from yellow to red. Who waits for a "
            + "buffer is said in red. Keys: q quits, the space bar stands still.",
        "",
        "Without a name it takes the only one that is running."
    },
    parameterListHeading = "%nWhat:%n",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:it was watched, until q or its end",
        "1:there was nothing to watch, or it broke off",
        "2:the command line was wrong",
    },
    footerHeading = "%nExamples:%n",
    footer = {
        "  ./rill top",
        "  ./rill top 4711 --once",
        "  ./rill top 127.0.0.1:7070 --json | jq .group.heldBytes",
    })
final class TopCommand implements Callable<Integer> {

    /// For one picture.
    private static final int LOOKS = 10;
    private static final int ANSWER_SECONDS = 5;
    private static final int COME_BACK_SECONDS = 15;
    private static final long COME_BACK_PAUSE_MILLIS = 50;

    @Parameters(arity = "0..1", paramLabel = "PID|ADDRESS", converter = TopTarget.Converter.class,
            description = "A process number, or the --admin address of a proxy: "
                + Endpoint.SYNTAX + ".")
    private TopTarget target;

    @Option(names = "--interval", paramLabel = "TIME", converter = TimeSpan.class,
            defaultValue = "200ms",
            description = "How often to look, 50ms or more. Default: ${DEFAULT-VALUE}.")
    private Duration interval;

    @Option(names = "--once",
            description = "Print one picture and end, after ten looks.")
    private boolean once;

    @Option(names = "--json",
            description = "Print what the proxy tells, one JSON object a line; with --once the "
                + "first one.")
    private boolean json;

    @Option(names = "--size", paramLabel = "WxH",
            description = "With --once: how many characters the picture has. Default: those of the "
                + "terminal, otherwise 80 wide and as high as is needed.")
    private String size;

    @Spec
    private CommandSpec spec;

    private final AdminPlaces places;
    private final Terminal terminal = Terminal.out();
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private final TopView view = new TopView();
    private PrintWriter out;

    TopCommand() {
        this(System.getenv());
    }

    /// For tests: another environment.
    TopCommand(Map<String, String> environment) {
        places = new AdminPlaces(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        out = spec.commandLine().getOut();
        check();
        if (target == null) {
            target = TopTarget.only(places);
        }
        try (TopSource source = open()) {
            return json ? printLines() : once ? printOnce() : watch(source);
        } catch (IOException e) {
            throw new CommandFailed(target + ": " + e.getMessage(), e);
        }
    }

    private void check() {
        require(interval.toMillis() >= AdminEndpoint.MILLIS_MIN
                && interval.toMillis() <= AdminEndpoint.MILLIS_MAX, "--interval",
                interval.toMillis() + "ms", "must be 50ms to 1h");
        require(size == null || once && size.matches("[1-9]\\d{0,2}x[1-9]\\d{0,2}"), "--size",
                size, "is WIDTHxHEIGHT, such as 120x40, and only for --once");
        require(once || json || terminal.isTerminal(), "--once", "no",
                "standard output is no terminal, add --once or --json");
    }

    private void require(boolean right, String option, Object value, String rule) {
        if (!right) {
            throw new ParameterException(spec.commandLine(),
                    "Invalid value for option '" + option + "': '" + value + "': " + rule);
        }
    }

    private TopSource open() {
        try {
            return TopSource.open(target.resolve(places), (int) interval.toMillis(),
                    events);
        } catch (IOException e) {
            throw new CommandFailed(target + " cannot be looked into: " + e.getMessage(), e);
        }
    }

    // ---- for scripts -------------------------------------------------------------------------

    private int printLines() throws InterruptedException {
        do {
            TopSource.Look look = next(ANSWER_SECONDS + (int) interval.toSeconds());
            if (look == null) {
                return ExitCode.OK;
            }
            out.println(look.line());
            out.flush();
        } while (!once && !out.checkError());
        return ExitCode.OK;
    }

    private int printOnce() throws InterruptedException {
        for (int looks = 0; looks < LOOKS; looks++) {
            TopSource.Look look = next(ANSWER_SECONDS + (int) interval.toSeconds());
            if (look == null) {
                throw new CommandFailed(target + " has just ended");
            }
            view.add(look.sample());
        }
        TopScreen.Size given = givenSize();
        for (String row : view.draw(given.width(), given.height(), terminal.colours())) {
            out.println(row);
        }
        out.flush();
        return ExitCode.OK;
    }

    private TopScreen.Size givenSize() {
        if (size != null) {
            String[] sides = size.split("x");
            return TopScreen.within(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
        }
        return terminal.isTerminal() ? TopScreen.size()
                : new TopScreen.Size(TopScreen.WIDTH_USUAL, view.rowsWanted(TopScreen.WIDTH_USUAL));
    }

    /// The next look; null when the other side has ended.
    private TopSource.Look next(int seconds) throws InterruptedException {
        return switch (events.poll(seconds, TimeUnit.SECONDS)) {
            case null -> throw new CommandFailed(target + " says nothing: is it the --admin address"
                    + " of a ./rill proxy?");
            case TopSource.Look look -> look;
            case TopSource.Ended(_, String why) when why != null ->
                throw new CommandFailed(target + ": " + why);
            default -> null;
        };
    }

    // ---- live --------------------------------------------------------------------------------

    private int watch(TopSource first) throws InterruptedException {
        String last;
        try (TopScreen screen = new TopScreen(out, events)) {
            last = follow(screen, first);
            for (TopSource next = last == null ? null : comeBack(); next != null;
                    next = last == null ? null : comeBack()) {
                try (TopSource source = next) {
                    last = follow(screen, source);
                } catch (IOException e) {
                    last = e.getMessage();
                }
            }
        }
        if (last != null && view.isEmpty()) {
            throw new CommandFailed(target + " cannot be watched: " + last);
        }
        if (last != null) {
            spec.commandLine().getErr().println("rill: " + target + ": " + last);
        }
        return ExitCode.OK;
    }

    /// Shows what comes.
    ///
    /// @return why it has ended; null when the user wants it
    private String follow(TopScreen screen, TopSource source) throws InterruptedException {
        boolean still = false;
        while (true) {
            switch (events.take()) {
                case TopSource.Look look -> {
                    if (!still && look.source() == source) {
                        view.add(look.sample());
                        show(screen);
                    }
                }
                case TopSource.Ended(TopSource whose, String why) when whose == source -> {
                    return why == null ? "it has ended" : why;
                }
                case Character key when key == 'q' -> {
                    return null;
                }
                case Character key when key == ' ' && !view.isEmpty() -> {
                    still = !still;
                    view.notice(still ? "standing still, space goes on" : "");
                    show(screen);
                }
                default -> { } // another key, or of one that was watched before
            }
        }
    }

    private void show(TopScreen screen) {
        TopScreen.Size now = TopScreen.size();
        screen.show(view.draw(now.width(), now.height(), terminal.colours()));
    }

    /// A demo has several proxies, one after the other.
    ///
    /// @return null when there is none any more, or when the user does not want to wait
    private TopSource comeBack() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(COME_BACK_SECONDS);
        while (target.mayComeBack() && System.nanoTime() - end < 0) {
            Object event = events.poll(COME_BACK_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            if (event instanceof Character key && key == 'q') {
                return null;
            }
            try {
                return open();
            } catch (CommandFailed e) {
                // not yet
            }
        }
        return null;
    }
}
