package dev.rill.abi;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The three descriptions of the ABI that the tests hold against each other.
final class AbiFiles {

    /// One line of `abi.golden`; source is empty where the C program printed the value.
    record Golden(String name, long value, String source) {
        boolean printed() {
            return source.isEmpty();
        }
    }

    private AbiFiles() {
    }

    /// Every public constant of the package by `Class.FIELD`.
    static Map<String, Field> constants() {
        Map<String, Field> constants = new TreeMap<>();
        for (Class<?> type : publicClasses()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isPublic(field.getModifiers())) {
                    constants.put(type.getSimpleName() + "." + field.getName(), field);
                }
            }
        }
        return constants;
    }

    /// What `abi.golden` says, in its order.
    static Map<String, Golden> golden() {
        Map<String, Golden> golden = new LinkedHashMap<>();
        for (String line : lines("abi.golden")) {
            String[] parts = line.split("\\s+", 3);
            Golden entry = new Golden(parts[0], Long.decode(parts[1]),
                parts.length == 3 ? parts[2] : "");
            if (golden.put(entry.name(), entry) != null) {
                throw new IllegalStateException("twice in abi.golden: " + entry.name());
            }
        }
        return golden;
    }

    /// The C expressions of `abi.table` by `Class.FIELD`.
    static Map<String, String> table() {
        Map<String, String> table = new LinkedHashMap<>();
        for (String line : lines("abi.table")) {
            String[] parts = line.split("\\s+", 2);
            if (table.put(parts[0], parts[1]) != null) {
                throw new IllegalStateException("twice in abi.table: " + parts[0]);
            }
        }
        return table;
    }

    /// The C expression of a constant: its line in the table, or else the field's own name.
    static String expression(Map<String, String> table, String name) {
        return table.getOrDefault(name, name.substring(name.indexOf('.') + 1));
    }

    private static List<String> lines(String resource) {
        try (InputStream in = AbiFiles.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + resource, e);
        }
    }

    private static List<Class<?>> publicClasses() {
        Path folder = Path.of(URI.create(Opcode.class.getResource("Opcode.class").toString()))
            .getParent();
        List<Class<?>> types = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String fileName = file.getFileName().toString();
                if (!fileName.endsWith(".class") || fileName.equals("package-info.class")) {
                    continue;
                }
                Class<?> type = Class.forName("dev.rill.abi." + fileName.replace(".class", ""));
                if (Modifier.isPublic(type.getModifiers())) {
                    types.add(type);
                }
            }
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("cannot list " + folder, e);
        }
        return types;
    }
}
