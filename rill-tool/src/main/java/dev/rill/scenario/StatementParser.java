package dev.rill.scenario;

import dev.rill.abi.FileFlags;
import dev.rill.abi.SetupFlags;
import dev.rill.abi.SocketConstants;
import java.util.ArrayList;
import java.util.List;

/// Reads one line of a scenario.
final class StatementParser {

    static final String VERBS = "ring, enable, unix, unix_dgram, unix_seqpacket, tcp, udp,"
            + " pipe, file, dir, special, eventfd, socket, listener, dial, feed, offer, take, end,"
            + " hangup, reset, drain, choke,"
            + " close, shutdown, group, publish, stage, tail, entry, return, register, unregister,"
            + " status, mmap, register_files, hold, submit, expect, head, available, slot, bytes,"
            + " overflow, msg_flags, repeat, on, or an opcode such as recv";
    /// The one flag of files that is not the same on all machines.
    private static final int O_DIRECT =
            System.getProperty("os.arch").equals("aarch64") ? 0x10000 : 0x4000;
    private static final int ENTRIES = 64;
    private static final int CQ_ENTRIES = 1024;

    private final Words words;
    private final Scope scope;

    private StatementParser(Words words, Scope scope) {
        this.words = words;
        this.scope = scope;
    }

    /// Reads one line that is no `repeat`.
    static Statement parse(Place place, Scope scope) {
        return new StatementParser(new Words(place), scope).statement();
    }

    private Statement statement() {
        Condition condition = words.accept("on") ? condition(words) : null;
        String verb = words.word("what to do: " + VERBS);
        condition = condition == null ? ImpliedNeeds.ofLine(verb) : condition;
        Step step = step(verb);
        Expected expected = null;
        if (verb.equals("expect")) {
            expected = ExpectedParser.completions(words, scope);
        } else if (words.accept("=>")) {
            expected = Player.answers(step)
                    ? ExpectedParser.answer(words) : ExpectedParser.completions(words, scope);
        }
        words.requireEnd();
        return new Statement(words.place(), condition, step, expected);
    }

    /// `kernel >= 6.17`, `profile 6.12.0`, `linux`, `engine`, `memlock 262144`.
    static Condition condition(Words words) {
        String subject = words.word("a condition: kernel, profile, linux, engine or memlock");
        return switch (subject) {
            case "linux", "engine" -> new Condition(subject, "", "");
            case "profile" -> new Condition(subject, "", words.any("a version such as 6.12.0"));
            case "memlock" -> new Condition(subject, "",
                    Long.toString(words.number("a limit in bytes")));
            case "kernel" -> {
                String operator = words.any("one of <, <=, >=, >, =");
                if (!List.of("<", "<=", ">=", ">", "=").contains(operator)) {
                    throw words.wrong("expected one of <, <=, >=, >, = after 'kernel', found '"
                            + operator + "'");
                }
                yield new Condition(subject, operator, words.any("a version such as 6.17"));
            }
            default -> throw words.wrong("expected a condition (kernel, profile, linux, engine or"
                    + " memlock), found '" + subject + "'");
        };
    }

    private Step step(String verb) {
        return switch (verb) {
            case "ring" -> ring();
            case "enable" -> new Step.EnableRing();
            case "unix", "unix_dgram", "unix_seqpacket", "tcp", "udp", "pipe", "file", "dir",
                    "special", "eventfd", "socket", "listener" -> open(verb);
            case "dial" -> new Step.Dial(scope.listener(words));
            case "offer" -> new Step.Offer(scope.endpoint(words), words.size("how many bytes"));
            case "take" -> take();
            case "feed" -> new Step.Feed(scope.endpoint(words), lengths());
            case "end", "hangup", "reset", "choke", "close" ->
                    new Step.Touch(verb, scope.endpoint(words), 0);
            case "shutdown" -> new Step.Touch(verb, scope.endpoint(words), direction());
            case "drain" -> drain();
            case "hold" -> new Step.Hold();
            case "submit" -> new Step.Go();
            case "expect" -> new Step.Look();
            case "register_files" -> registerFiles();
            default -> GroupParser.isVerb(verb) ? new GroupParser(words, scope).step(verb)
                    : request(verb);
        };
    }

    private Step request(String verb) {
        if (verb.equals("op") || RequestParser.isVerb(verb)) {
            return RequestParser.parse(verb, words, scope);
        }
        throw words.wrong("expected what to do (" + VERBS + "), found '" + verb + "'");
    }

    private Step ring() {
        if (scope.ringUsed) {
            throw words.wrong("'ring' must stand before the first request or group");
        }
        scope.ringUsed = true;
        int flags = 0;
        int entries = 0;
        int cqEntries = CQ_ENTRIES;
        while (!words.atEnd()) {
            if (words.accept("entries")) {
                entries = powerOfTwo("entries");
            } else if (words.accept("cq")) {
                cqEntries = powerOfTwo("cq");
            } else {
                for (String name : words.word("'entries', 'cq' or a setup flag").split("\\|")) {
                    flags |= setupFlag(name);
                }
            }
        }
        if (entries > cqEntries) {
            throw words.wrong("cq " + cqEntries + " must be at least entries " + entries);
        }
        return new Step.OpenRing(flags, entries == 0 ? Math.min(ENTRIES, cqEntries) : entries,
                cqEntries);
    }

    private int powerOfTwo(String what) {
        int value = words.integer(what, 1, 65536);
        if (Integer.bitCount(value) != 1) {
            throw words.wrong(what + " must be a power of two, not " + value);
        }
        return value;
    }

    private int setupFlag(String name) {
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            if (SetupFlags.decode(1 << bit).equals(name)) {
                return 1 << bit;
            }
        }
        throw words.wrong("expected a setup flag such as SQPOLL or DEFER_TASKRUN; '" + name
                + "' is none");
    }

    private Step open(String kind) {
        String name = words.word("a name for the " + kind);
        scope.declare(words, name, kind);
        long size = 0;
        String path = null;
        int flags = 0;
        int sendBuffer = 0;
        boolean packetInfo = false;
        if (kind.equals("special")) {
            path = words.word("a path such as /dev/null");
        } else if (kind.equals("eventfd")) {
            size = words.integer("its first value");
        }
        while (!words.atEnd() && !words.at("=>")) {
            String option = words.word("an option");
            switch (option) {
                case "size" -> size = words.size("a size");
                case "wronly" -> flags |= FileFlags.O_WRONLY;
                case "direct" -> flags |= O_DIRECT;
                case "nonblock" -> flags |= SocketConstants.SOCK_NONBLOCK;
                case "semaphore" -> flags |= FileFlags.EFD_SEMAPHORE;
                case "sndbuf" -> sendBuffer = words.size("a size");
                case "pktinfo" -> packetInfo = true;
                default -> throw words.wrong("expected size, wronly, direct, nonblock, semaphore,"
                        + " sndbuf or pktinfo, found '" + option + "'");
            }
        }
        return new Step.Open(kind, name,
                new Step.Options(size, path, flags, sendBuffer, packetInfo));
    }

    private List<Integer> lengths() {
        List<Integer> lengths = new ArrayList<>();
        do {
            int length = words.size("how many bytes");
            int times = words.times();
            for (int i = 0; i < times; i++) {
                lengths.add(length);
            }
        } while (words.at(Token.Kind.NUMBER));
        return lengths;
    }

    private int direction() {
        String how = words.word("rd, wr or rdwr");
        return switch (how) {
            case "rd" -> SocketConstants.SHUT_RD;
            case "wr" -> SocketConstants.SHUT_WR;
            case "rdwr" -> SocketConstants.SHUT_RDWR;
            default -> throw words.wrong("expected rd, wr or rdwr, found '" + how + "'");
        };
    }

    private Step drain() {
        String name = scope.endpoint(words);
        int length = words.accept("choked") ? Step.Drain.CHOKED
                : words.size("how many bytes the other side reads, or 'choked'");
        Step.Source source = words.accept("=") ? GroupParser.source(words, scope) : null;
        return new Step.Drain(name, length, source);
    }

    private Step take() {
        String name = scope.endpoint(words);
        int length = words.size("how many bytes the other side may read");
        Step.Source source = words.accept("=") ? GroupParser.source(words, scope) : null;
        return new Step.Take(name, length, source);
    }

    private Step registerFiles() {
        List<String> names = new ArrayList<>();
        do {
            names.add(scope.endpoint(words));
        } while (words.at(Token.Kind.WORD));
        return new Step.RegisterFiles(names);
    }
}
