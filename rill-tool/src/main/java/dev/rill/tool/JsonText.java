package dev.rill.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A strict reader of JSON: it refuses everything that RFC 8259 does not allow, names that occur
/// twice, whole numbers of more than 64 bits, and what is nested deeper than anybody needs.
final class JsonText {

    private static final int DEPTH_MAX = 64;
    private static final int EXCERPT = 80;
    private static final Pattern NUMBER =
            Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");
    private static final Pattern WHOLE = Pattern.compile("-?\\d+");

    private final String text;
    private int at;
    private int depth;

    private JsonText(String text) {
        this.text = text;
    }

    /// Reads a whole text.
    ///
    /// @return a `Map`, `List`, `String`, `Long`, `Double`, `Boolean` or null
    /// @throws IllegalArgumentException when it is no JSON
    static Object parse(String text) {
        JsonText reader = new JsonText(text);
        Object value = reader.value();
        reader.blanks();
        reader.require(reader.at == text.length(), "nothing more");
        return value;
    }

    /// Reads a text that is one object.
    ///
    /// @throws IllegalArgumentException when it is none
    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String text) {
        if (parse(text) instanceof Map<?, ?> object) {
            return (Map<String, Object>) object;
        }
        throw new IllegalArgumentException("expected an object: " + excerpt(text));
    }

    private Object value() {
        blanks();
        char c = peek();
        return switch (c) {
            case '{' -> members();
            case '[' -> elements();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        enter();
        blanks();
        while (peek() != '}') {
            if (!members.isEmpty()) {
                expect(',');
                blanks();
            }
            String name = string();
            blanks();
            expect(':');
            require(!members.containsKey(name), "a name only once: " + name);
            members.put(name, value());
            blanks();
        }
        leave();
        return members;
    }

    private List<Object> elements() {
        List<Object> elements = new ArrayList<>();
        enter();
        blanks();
        while (peek() != ']') {
            if (!elements.isEmpty()) {
                expect(',');
            }
            elements.add(value());
            blanks();
        }
        leave();
        return elements;
    }

    private void enter() {
        at++;
        require(++depth <= DEPTH_MAX, "at most " + DEPTH_MAX + " levels");
    }

    private void leave() {
        at++;
        depth--;
    }

    private String string() {
        expect('"');
        StringBuilder string = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            require(c >= ' ', "no control characters in a string");
            string.append(c == '\\' ? escaped() : c);
        }
        at++;
        return string.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        int known = "\"\\/bfnrt".indexOf(c);
        if (known >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        require(c == 'u', "an escape");
        require(text.length() - at >= 4, "four digits");
        String digits = text.substring(at, at + 4);
        require(digits.matches("[0-9a-fA-F]{4}"), "four digits");
        at += 4;
        return (char) Integer.parseInt(digits, 16);
    }

    private Object number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String digits = text.substring(start, at);
        require(NUMBER.matcher(digits).matches(), "a number");
        try {
            return WHOLE.matcher(digits).matches() ? (Object) Long.valueOf(digits)
                    : Double.valueOf(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a whole number of more than 64 bits: " + digits, e);
        }
    }

    private Object word(String word, Object meaning) {
        require(text.startsWith(word, at), word);
        at += word.length();
        return meaning;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        require(at < text.length(), "more text");
        return text.charAt(at);
    }

    private void expect(char c) {
        require(peek() == c, "'" + c + "'");
        at++;
    }

    private void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException("expected " + what + " at " + at + " of: "
                    + excerpt(text));
        }
    }

    private static String excerpt(String text) {
        return text.length() <= EXCERPT ? text : text.substring(0, EXCERPT) + "...";
    }
}
