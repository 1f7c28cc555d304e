package dev.rill.tool;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A size as people write it: `65536`, `64k`, `64KiB`, `1M`, `1GiB`. All units are binary.
final class ByteSize implements ITypeConverter<Integer> {

    private static final Pattern SYNTAX = Pattern.compile("(\\d{1,10})\\s*([kmg]?)(i?b)?");

    @Override
    public Integer convert(String text) {
        Matcher matcher = SYNTAX.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text
                    + "' is no size: write bytes, or a number with k, M or G, such as 64k");
        }
        long size = Long.parseLong(matcher.group(1)) << switch (matcher.group(2)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
        };
        if (size < 1 || size > Integer.MAX_VALUE) {
            throw new TypeConversionException("'" + text + "' is out of range: 1 to 2 GiB - 1");
        }
        return (int) size;
    }
}
