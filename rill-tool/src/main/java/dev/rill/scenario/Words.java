package dev.rill.scenario;

import dev.rill.abi.Errno;
import java.util.List;

/// A cursor over the tokens of one line that says what it expected when it finds something else.
final class Words {

    private static final int ERRNO_MAX = 200;

    private final Place place;
    private final List<Token> tokens;
    private int next;

    Words(Place place) {
        this.place = place;
        tokens = Token.cut(place);
    }

    Place place() {
        return place;
    }

    boolean atEnd() {
        return next == tokens.size();
    }

    /// Whether the next token is this word or mark.
    boolean at(String text) {
        return !atEnd() && tokens.get(next).text().equals(text);
    }

    /// Whether the next token is of a kind.
    boolean at(Token.Kind kind) {
        return !atEnd() && tokens.get(next).kind() == kind;
    }

    /// Whether the token after the next is this word or mark.
    boolean atSecond(String text) {
        return next + 1 < tokens.size() && tokens.get(next + 1).text().equals(text);
    }

    /// Steps over this word or mark, if it is next.
    boolean accept(String text) {
        if (at(text)) {
            next++;
            return true;
        }
        return false;
    }

    void require(String text) {
        if (!accept(text)) {
            throw expected("'" + text + "'");
        }
    }

    String word(String what) {
        if (!at(Token.Kind.WORD)) {
            throw expected(what);
        }
        return tokens.get(next++).text();
    }

    /// Any token, as text.
    String any(String what) {
        if (atEnd()) {
            throw expected(what);
        }
        return tokens.get(next++).text();
    }

    /// The next token without stepping over it.
    String peek() {
        return atEnd() ? "the end of the line" : "'" + tokens.get(next).text() + "'";
    }

    /// A number of 64 bits: decimal, hexadecimal, with k or M, or an error by name.
    long number(String what) {
        if (at(Token.Kind.ERRNO)) {
            return errno(tokens.get(next++).text());
        }
        if (!at(Token.Kind.NUMBER)) {
            throw expected(what);
        }
        String text = tokens.get(next).text();
        try {
            long value = value(text);
            next++;
            return value;
        } catch (NumberFormatException _) {
            throw expected(what);
        }
    }

    int integer(String what) {
        long value = number(what);
        if (value < Integer.MIN_VALUE || value > 0xffffffffL) {
            throw wrong(what + " must fit in 32 bits, " + value + " does not");
        }
        return (int) value;
    }

    int integer(String what, int min, int max) {
        long value = number(what);
        if (value < min || value > max) {
            throw wrong(what + " must be " + min + " to " + max + ", not " + value);
        }
        return (int) value;
    }

    /// A length or the like, which is no error and not negative.
    int size(String what) {
        return integer(what, 0, Integer.MAX_VALUE);
    }

    /// The number in `x4`, or 1 when there is none.
    int times() {
        if (at(Token.Kind.WORD) && tokens.get(next).text().matches("x\\d{1,7}")) {
            return Integer.parseInt(tokens.get(next++).text().substring(1));
        }
        return 1;
    }

    void requireEnd() {
        if (!atEnd()) {
            throw expected("nothing more");
        }
    }

    ScenarioSyntaxException expected(String what) {
        return wrong("expected " + what + ", found " + peek());
    }

    ScenarioSyntaxException wrong(String message) {
        return new ScenarioSyntaxException(place, message);
    }

    private static long value(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        long value;
        if (digits.startsWith("0x")) {
            value = Long.parseUnsignedLong(digits.substring(2), 16);
        } else if (digits.endsWith("k")) {
            value = Long.parseLong(digits.substring(0, digits.length() - 1)) << 10;
        } else if (digits.endsWith("M")) {
            value = Long.parseLong(digits.substring(0, digits.length() - 1)) << 20;
        } else {
            value = Long.parseLong(digits);
        }
        return negative ? -value : value;
    }

    private long errno(String text) {
        for (int errno = 1; errno < ERRNO_MAX; errno++) {
            if (Errno.name(errno).equals(text.substring(1))) {
                return -errno;
            }
        }
        throw wrong("there is no error named '" + text.substring(1) + "'");
    }
}
