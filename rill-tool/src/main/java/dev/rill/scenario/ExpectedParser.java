package dev.rill.scenario;

import static dev.rill.abi.CqeFlags.IORING_CQE_BUFFER_SHIFT;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;

import dev.rill.abi.CqeFlags;
import java.util.ArrayList;
import java.util.List;

/// Reads what must follow: `(100, 0x10013) a(-ENOBUFS, 0)`, `nothing`, `-22`, `0 head 3`.
final class ExpectedParser {

    private static final int BID = 1 << IORING_CQE_BUFFER_SHIFT;
    private static final int CQES_MAX = 100_000;

    private ExpectedParser() {
    }

    static Expected answer(Words words) {
        int result = words.integer("an answer: a number or an error such as -EINVAL");
        int head = words.accept("head") ? words.size("a head") : -1;
        return new Expected.Answer(result, head);
    }

    static Expected completions(Words words, Scope scope) {
        if (words.accept("nothing")) {
            return new Expected.Completions(List.of(), false);
        }
        boolean anyOrder = words.accept("unordered");
        List<Expected.Cqe> cqes = new ArrayList<>();
        do {
            addCqes(words, scope, cqes);
        } while (!words.atEnd());
        if (cqes.size() > CQES_MAX) {
            throw words.wrong("more than " + CQES_MAX + " completions cannot be awaited at once");
        }
        return new Expected.Completions(List.copyOf(cqes), anyOrder);
    }

    private static void addCqes(Words words, Scope scope, List<Expected.Cqe> cqes) {
        String who = null;
        if (!words.at("(")) {
            who = scope.label(words, words.any("a completion such as (100, 0x1), or 'nothing'"));
        }
        words.require("(");
        int min = Integer.MIN_VALUE;
        int max = Integer.MAX_VALUE;
        if (words.accept("fd")) {
            min = Expected.DESCRIPTOR;
        } else if (!words.accept("*")) {
            min = words.integer("a result: a number, an error such as -ENOBUFS, fd, or *");
            max = words.accept("..") ? words.integer("the largest result") : min;
        }
        words.require(",");
        if (words.accept("*")) {
            words.require(")");
            repeat(words.times(), new Expected.Cqe(who, min, max, 0, true), cqes);
            return;
        }
        int flags = flags(words);
        int last = words.accept("..") ? flags(words) : flags;
        words.require(")");
        if (last == flags) {
            repeat(words.times(), new Expected.Cqe(who, min, max, flags, false), cqes);
            return;
        }
        if ((last - flags) % BID != 0 || Integer.compareUnsigned(last, flags) < 0) {
            throw words.wrong("a range of flags counts the bid up and leaves the rest alone");
        }
        for (int value = flags; value != last + BID; value += BID) {
            cqes.add(new Expected.Cqe(who, min, max, value, false));
        }
    }

    private static void repeat(int times, Expected.Cqe cqe, List<Expected.Cqe> cqes) {
        for (int i = 0; i < times; i++) {
            cqes.add(cqe);
        }
    }

    /// `0x10013`, or `BUFFER|MORE|BUF_MORE#1`.
    private static int flags(Words words) {
        if (!words.at(Token.Kind.WORD)) {
            return words.integer("flags: a number or names such as BUFFER|MORE#1");
        }
        int flags = 0;
        for (String name : words.word("flags").split("\\|")) {
            flags |= bit(words, name);
        }
        if (words.accept("#")) {
            flags |= words.integer("a bid", 0, 65535) << IORING_CQE_BUFFER_SHIFT
                    | IORING_CQE_F_BUFFER;
        }
        return flags;
    }

    private static int bit(Words words, String name) {
        for (int bit = 0; bit < IORING_CQE_BUFFER_SHIFT; bit++) {
            if (CqeFlags.decode(1 << bit).replaceFirst(" bid.*", "").equals(name)) {
                return 1 << bit;
            }
        }
        throw words.wrong("expected flags of a completion: BUFFER, MORE, SOCK_NONEMPTY, NOTIF,"
                + " BUF_MORE; '" + name + "' is none");
    }
}
