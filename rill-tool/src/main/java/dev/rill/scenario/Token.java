package dev.rill.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The smallest part of a line that means something.
///
/// @param kind what sort
/// @param text as written
record Token(Kind kind, String text) {

    enum Kind {
        /// `recv`, `A`, `INC/4`, `BUFFER|MORE`, `/dev/null`
        WORD,
        /// `12`, `0x13`, `-105`, `64k`, `6.12.0`, `6.12.81/7.0`
        NUMBER,
        /// `-ENOBUFS`
        ERRNO,
        /// `=>`, `{`, `#` and so on
        MARK,
    }

    private static final Pattern NEXT = Pattern.compile(
            "(?<number>-?(?:0x[0-9a-fA-F]+|\\d+(?:\\.\\d+)*(?:/\\d+(?:\\.\\d+)+)*[kM]?)"
            + "(?![A-Za-z_]))"
            + "|(?<errno>-E[A-Z0-9]+)"
            + "|(?<word>[A-Za-z_/$][A-Za-z0-9_./|$-]*)"
            + "|(?<mark>=>|\\.\\.|>=|<=|[{}(),#@=+<>*])");

    /// Cuts a line; a comment begins with a `#` that has blanks on both sides.
    static List<Token> cut(Place place) {
        String text = place.text();
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = NEXT.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at) == ' ') {
                at++;
            } else if (isComment(text, at)) {
                break;
            } else if (matcher.find(at) && matcher.start() == at) {
                tokens.add(new Token(kind(matcher), matcher.group()));
                at = matcher.end();
            } else {
                throw new ScenarioSyntaxException(place, "column " + (at + 1) + ": '"
                        + text.charAt(at) + "' has no meaning here");
            }
        }
        return tokens;
    }

    private static boolean isComment(String text, int at) {
        return text.charAt(at) == '#'
                && (at == 0 || text.charAt(at - 1) == ' ')
                && (at + 1 == text.length() || text.charAt(at + 1) == ' ');
    }

    private static Kind kind(Matcher matcher) {
        if (matcher.group("number") != null) {
            return Kind.NUMBER;
        }
        if (matcher.group("errno") != null) {
            return Kind.ERRNO;
        }
        return matcher.group("word") != null ? Kind.WORD : Kind.MARK;
    }
}
