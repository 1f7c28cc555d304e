package dev.rill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.AccessFlag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Keeps the rooms of rill-core apart. The class files show every use of a type, and the sources
/// show the uses of constants, which the compiler copies and leaves no trace of.
final class ArrowsTest {

    private static final String FRONT_DOOR = "dev.rill";
    private static final String LINUX = "dev.rill.linux";

    /// Which rooms each room may use. Only the front door may use everything.
    private static final Map<String, Set<String>> ARROWS = Map.of(
        FRONT_DOOR, Set.of("dev.rill.abi", "dev.rill.kernel", LINUX, "dev.rill.engine",
            "dev.rill.ring", "dev.rill.net"),
        "dev.rill.abi", Set.of(),
        "dev.rill.kernel", Set.of("dev.rill.abi"),
        LINUX, Set.of("dev.rill.kernel", "dev.rill.abi"),
        "dev.rill.engine", Set.of("dev.rill.kernel", "dev.rill.abi"),
        "dev.rill.ring", Set.of("dev.rill.kernel", "dev.rill.abi"),
        "dev.rill.net", Set.of("dev.rill.ring", "dev.rill.kernel", "dev.rill.abi"));

    /// The only modules of the JDK that rill-core may use.
    private static final Set<String> PLATFORM = Set.of("java.base", "jdk.jfr");

    private static final Path CLASSES = Repository.root().resolve("rill-core/target/classes");
    private static final Path SOURCES = Repository.root().resolve("rill-core/src/main/java");

    /// A type in a class file: any name with a folder, alone or inside a descriptor.
    private static final Pattern TYPE_IN_CLASS = Pattern.compile("dev/rill/(?:[a-z]+/)*[A-Z]\\w*");
    private static final Pattern TYPE_IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+)[;<]");
    private static final Pattern TYPE_IN_SOURCE =
        Pattern.compile("\\bdev\\.rill(?:\\.[a-z]+)*(?=\\.(?:[A-Z]|\\*))");
    private static final Pattern COMMENT = Pattern.compile("^\\s*(?:\\*|/\\*|//)");
    /// A string: the name of an event is no use of a type.
    private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");
    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);");

    @Test
    void everyRoomIsKnown() {
        Set<String> rooms = new TreeSet<>();
        classes().forEach(type -> rooms.add(room(type)));

        assertThat(ARROWS.keySet())
            .as("a new room: say in ARROWS which rooms it may use")
            .containsAll(rooms);
    }

    @Test
    void classesUseOnlyTheRoomsTheyMay() {
        List<String> broken = new ArrayList<>();
        for (ClassModel type : classes()) {
            for (String used : roomsNamedIn(type)) {
                if (!mayUse(room(type), used)) {
                    broken.add(name(type) + " uses " + used);
                }
            }
        }
        assertThat(broken).as("arrows that ARCHITECTURE.md does not have").isEmpty();
    }

    @Test
    void sourcesNameOnlyTheRoomsTheyMay() {
        List<String> broken = new ArrayList<>();
        for (Path file : Repository.files(SOURCES, ".java")) {
            List<String> lines = Repository.lines(file);
            String room = roomOf(lines);
            for (int i = 0; i < lines.size() && room != null; i++) {
                for (String used : roomsNamedIn(lines.get(i))) {
                    if (!mayUse(room, used)) {
                        broken.add(Repository.place(file, i + 1) + " " + room + " uses " + used);
                    }
                }
            }
        }
        assertThat(broken).as("arrows that ARCHITECTURE.md does not have").isEmpty();
    }

    @Test
    void onlyTheLinuxRoomLeavesTheSafetyOfJava() {
        List<String> broken = new ArrayList<>();
        for (ClassModel type : classes()) {
            if (room(type).equals(LINUX)) {
                continue;
            }
            for (PoolEntry entry : type.constantPool()) {
                if (entry instanceof MemberRefEntry member && isRestricted(member)) {
                    broken.add(name(type) + " calls "
                        + member.owner().asInternalName().replace('/', '.') + "."
                        + member.name());
                }
            }
            for (MethodModel method : type.methods()) {
                if (method.flags().has(AccessFlag.NATIVE)) {
                    broken.add(name(type) + " has the native method " + method.methodName());
                }
            }
        }
        assertThat(broken).as("restricted methods outside of " + LINUX).isEmpty();
    }

    /// Guards the test above: if the JDK marked its methods differently, it would see nothing.
    @Test
    void restrictedMethodsAreRecognized() {
        ClassModel segment = platformClass("java/lang/foreign/MemorySegment");
        assertThat(restrictedMethods(segment)).contains("reinterpret(J)L"
            + "java/lang/foreign/MemorySegment;");
    }

    @Test
    void onlyTheJdkIsUsedAndLittleOfIt() {
        Set<String> allowed = new HashSet<>();
        for (String module : PLATFORM) {
            ModuleFinder.ofSystem().find(module).orElseThrow().descriptor().exports().stream()
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .forEach(allowed::add);
        }
        List<String> broken = new ArrayList<>();
        for (ClassModel type : classes()) {
            for (String used : typesNamedIn(type)) {
                String from = packageOf(used);
                if (!from.startsWith(FRONT_DOOR) && !allowed.contains(from)) {
                    broken.add(name(type) + " uses " + used);
                }
            }
        }
        assertThat(broken).as("types from outside of " + PLATFORM).isEmpty();
    }

    private static boolean mayUse(String room, String used) {
        return room.equals(used) || ARROWS.getOrDefault(room, Set.of()).contains(used);
    }

    private static List<ClassModel> classes() {
        List<Path> files = Repository.files(CLASSES, ".class").stream()
            .filter(file -> !file.endsWith("module-info.class"))
            .toList();
        assertThat(files).as("compiled classes in " + CLASSES).isNotEmpty();
        return files.stream().map(ArrowsTest::parse).toList();
    }

    private static ClassModel parse(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static String name(ClassModel type) {
        return type.thisClass().asInternalName().replace('/', '.');
    }

    private static String room(ClassModel type) {
        return packageOf(name(type));
    }

    private static String packageOf(String type) {
        return type.contains(".") ? type.substring(0, type.lastIndexOf('.')) : "";
    }

    /// Names, descriptors, signatures and annotations are all plain strings in the pool.
    private static Set<String> roomsNamedIn(ClassModel type) {
        Set<String> rooms = new TreeSet<>();
        for (PoolEntry entry : type.constantPool()) {
            if (entry instanceof Utf8Entry text) {
                Matcher matcher = TYPE_IN_CLASS.matcher(text.stringValue());
                while (matcher.find()) {
                    rooms.add(packageOf(matcher.group().replace('/', '.')));
                }
            }
        }
        return rooms;
    }

    private static Set<String> roomsNamedIn(String line) {
        Set<String> rooms = new TreeSet<>();
        if (!COMMENT.matcher(line).find()) {
            Matcher matcher = TYPE_IN_SOURCE.matcher(TEXT.matcher(line).replaceAll(""));
            while (matcher.find()) {
                rooms.add(matcher.group());
            }
        }
        return rooms;
    }

    private static String roomOf(List<String> lines) {
        for (String line : lines) {
            Matcher matcher = PACKAGE.matcher(line);
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        return null;
    }

    private static Set<String> typesNamedIn(ClassModel type) {
        Set<String> types = new TreeSet<>();
        for (PoolEntry entry : type.constantPool()) {
            switch (entry) {
                case ClassEntry used -> {
                    String name = used.asInternalName();
                    if (!name.startsWith("[")) {
                        types.add(name.replace('/', '.'));
                    }
                }
                case NameAndTypeEntry used ->
                    addTypesOf(used.type().stringValue(), types);
                case MethodTypeEntry used ->
                    addTypesOf(used.descriptor().stringValue(), types);
                default -> {
                }
            }
        }
        type.fields().forEach(field -> addTypesOf(field.fieldType().stringValue(), types));
        type.methods().forEach(method -> addTypesOf(method.methodType().stringValue(), types));
        return types;
    }

    private static void addTypesOf(String descriptor, Set<String> types) {
        Matcher matcher = TYPE_IN_DESCRIPTOR.matcher(descriptor);
        while (matcher.find()) {
            types.add(matcher.group(1).replace('/', '.'));
        }
    }

    private static boolean isRestricted(MemberRefEntry member) {
        String owner = member.owner().asInternalName();
        if (!owner.startsWith("java/")) {
            return false;
        }
        return restrictedMethods(platformClass(owner))
            .contains(member.name().stringValue() + member.type().stringValue());
    }

    private static Set<String> restrictedMethods(ClassModel type) {
        Set<String> restricted = new HashSet<>();
        for (MethodModel method : type.methods()) {
            if (annotations(method).anyMatch(annotation -> annotation.className()
                .equalsString("Ljdk/internal/javac/Restricted;"))) {
                restricted.add(method.methodName().stringValue()
                    + method.methodType().stringValue());
            }
        }
        return restricted;
    }

    private static Stream<Annotation> annotations(AttributedElement element) {
        return Stream.concat(
            element.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream()),
            element.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream()));
    }

    private static ClassModel platformClass(String internalName) {
        String resource = internalName + ".class";
        try (InputStream bytes = ClassLoader.getSystemResourceAsStream(resource)) {
            return ClassFile.of().parse(bytes.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
