package dev.rill.bench;

import java.util.Map;

/// JSON as the processes of the benchmark speak it and as results are kept: maps, lists, text,
/// numbers, booleans and null.
public final class Json {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private Json() {
    }

    /// A value on one line.
    ///
    /// @param value a map, list, text, number, boolean or null
    /// @return text without line breaks
    public static String line(Object value) {
        StringBuilder text = new StringBuilder();
        write(text, value, null);
        return text.toString();
    }

    /// A value over several lines, for people too.
    ///
    /// @param value a map, list, text, number, boolean or null
    /// @return text without a line break at its end
    public static String pretty(Object value) {
        StringBuilder text = new StringBuilder();
        write(text, value, "\n");
        return text.toString();
    }

    /// Reads a value. Numbers become a [Long] when they are whole, otherwise a [Double].
    ///
    /// @param text one JSON value
    /// @return a map, list, text, number, boolean or null
    /// @throws IllegalArgumentException when it is none
    public static Object parse(String text) {
        return new JsonReader(text).read();
    }

    /// Reads an object.
    ///
    /// @param text one JSON object
    /// @return its members in their order
    /// @throws IllegalArgumentException when it is none
    @SuppressWarnings("unchecked")
    public static Map<String, Object> parseObject(String text) {
        if (parse(text) instanceof Map<?, ?> map) {
            return (Map<String, Object>) map; // the reader makes no others
        }
        throw new IllegalArgumentException("not a JSON object: " + text);
    }

    private static void write(StringBuilder text, Object value, String margin) {
        switch (value) {
            case null -> text.append("null");
            case Map<?, ?> map -> writeMap(text, map, margin);
            case Iterable<?> list -> writeList(text, list, margin);
            case Double number when !Double.isFinite(number) -> text.append("null");
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            default -> writeString(text, value.toString());
        }
    }

    private static void writeMap(StringBuilder text, Map<?, ?> map, String margin) {
        String inner = margin == null || map.isEmpty() ? null : margin + "  ";
        text.append('{');
        String separator = "";
        for (Map.Entry<?, ?> member : map.entrySet()) {
            text.append(separator).append(inner == null ? "" : inner);
            writeString(text, member.getKey().toString());
            text.append(": ");
            write(text, member.getValue(), inner);
            separator = inner == null ? ", " : ",";
        }
        text.append(inner == null ? "" : margin).append('}');
    }

    private static void writeList(StringBuilder text, Iterable<?> list, String margin) {
        boolean nested = false;
        for (Object element : list) {
            nested |= element instanceof Map || element instanceof Iterable;
        }
        String inner = nested && margin != null ? margin + "  " : null;
        text.append('[');
        String separator = "";
        for (Object element : list) {
            text.append(separator).append(inner == null ? "" : inner);
            write(text, element, inner);
            separator = inner == null ? ", " : ",";
        }
        text.append(inner == null ? "" : margin).append(']');
    }

    private static void writeString(StringBuilder text, String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                default -> {
                    if (c < ' ') {
                        text.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
