package dev.rill.bench;

import java.util.Locale;

/// Text of HTML and SVG that is well-formed XML, too.
final class Markup {

    private final StringBuilder text = new StringBuilder();

    /// Adds markup as it is.
    ///
    /// @param format as in [String#format], for numbers with a point
    Markup add(String format, Object... values) {
        text.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
        return this;
    }

    /// Adds an element with text in it.
    ///
    /// @param tag the element's name, with attributes
    Markup element(String tag, String content) {
        int blank = tag.indexOf(' ');
        text.append('<').append(tag).append('>').append(escape(content)).append("</")
                .append(blank < 0 ? tag : tag.substring(0, blank)).append(">\n");
        return this;
    }

    static String escape(String content) {
        return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
