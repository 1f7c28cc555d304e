package dev.rill.tool;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// A JSON object to be printed: members in the order in which they were put.
///
/// ```java
/// out.println(new Json().put("res", 4096).put("names", List.of("BUFFER")).pretty());
/// ```
///
/// Values are `null`, text, numbers, booleans, other [Json] objects, and lists of all of these.
/// Not for several threads.
final class Json {

    private static final String INDENT = "  ";
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final Map<String, Object> members = new LinkedHashMap<>();

    /// Adds a member.
    ///
    /// @param name its name, not used before in this object
    /// @param value its value; an infinite or undefined number is printed as `null`
    /// @return this object
    Json put(String name, Object value) {
        Objects.requireNonNull(name, "name");
        if (members.containsKey(name)) {
            throw new IllegalStateException("name=" + name + ": is there already");
        }
        if (!isPrintable(value)) {
            throw new IllegalArgumentException(name + "=" + value + ": " + value.getClass()
                    + " has no form in JSON");
        }
        members.put(name, value);
        return this;
    }

    /// The object on one line, for a stream of objects.
    ///
    /// @return text without line breaks
    String line() {
        StringBuilder text = new StringBuilder();
        write(text, this, null);
        return text.toString();
    }

    /// The object over several lines, for people too. Lists of plain values stay on one line.
    ///
    /// @return text without a line break at its end
    String pretty() {
        StringBuilder text = new StringBuilder();
        write(text, this, "\n");
        return text.toString();
    }

    @Override
    public String toString() {
        return line();
    }

    private static boolean isPrintable(Object value) {
        return switch (value) {
            case null -> true;
            case Iterable<?> list -> {
                for (Object element : list) {
                    if (!isPrintable(element)) {
                        yield false;
                    }
                }
                yield true;
            }
            case Json _, CharSequence _, Number _, Boolean _ -> true;
            default -> false;
        };
    }

    /// Writes a value; `margin` is a line break with the current indentation, or null for one line.
    private static void write(StringBuilder text, Object value, String margin) {
        switch (value) {
            case null -> text.append("null");
            case Json object -> writeMembers(text, object.members, margin);
            case Iterable<?> list -> writeElements(text, list, margin);
            case CharSequence string -> writeString(text, string);
            case Double number when !Double.isFinite(number) -> text.append("null");
            case Float number when !Float.isFinite(number) -> text.append("null");
            default -> text.append(value);
        }
    }

    private static void writeMembers(StringBuilder text, Map<String, Object> members,
            String margin) {
        String inner = members.isEmpty() || margin == null ? null : margin + INDENT;
        text.append('{');
        String separator = "";
        for (Map.Entry<String, Object> member : members.entrySet()) {
            text.append(separator).append(inner == null ? "" : inner);
            writeString(text, member.getKey());
            text.append(": ");
            write(text, member.getValue(), inner);
            separator = inner == null ? ", " : ",";
        }
        text.append(inner == null ? "" : margin).append('}');
    }

    private static void writeElements(StringBuilder text, Iterable<?> list, String margin) {
        boolean nested = false;
        for (Object element : list) {
            nested |= element instanceof Json || element instanceof Iterable<?>;
        }
        String inner = nested && margin != null ? margin + INDENT : null;
        text.append('[');
        String separator = "";
        for (Object element : list) {
            text.append(separator).append(inner == null ? "" : inner);
            write(text, element, inner);
            separator = inner == null ? ", " : ",";
        }
        text.append(inner == null ? "" : margin).append(']');
    }

    private static void writeString(StringBuilder text, CharSequence string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ' || c == '\u007f' || Character.isSurrogate(c)) {
                        text.append("\\u").append(HEX[c >> 12]).append(HEX[c >> 8 & 15])
                                .append(HEX[c >> 4 & 15]).append(HEX[c & 15]);
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
