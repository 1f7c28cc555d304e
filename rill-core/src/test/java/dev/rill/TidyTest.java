package dev.rill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.LineNumber;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The part of the style that a machine can check, over the sources of every module. Each failure
/// names the places, so that they can be opened from the test's output.
final class TidyTest {

    private static final int LINE_LENGTH_MAX = 100;
    private static final int MAIN_FILE_LINES_MAX = 500;
    private static final int TEST_FILE_LINES_MAX = 800;
    private static final int METHOD_LINES_MAX = 60;

    /// An address that one can click on is worth more than the column.
    @Test
    void linesFitIntoAHundredColumns() {
        expectNone("lines longer than " + LINE_LENGTH_MAX + " columns", allSources(),
            line -> line.codePointCount(0, line.length()) > LINE_LENGTH_MAX
                && !line.contains("https://"));
    }

    @Test
    void nothingIsIndentedWithTabs() {
        expectNone("tabs", allSources(), line -> line.indexOf('\t') >= 0);
    }

    @Test
    void noLineEndsInBlanks() {
        expectNone("blanks at the end of a line", allSources(),
            line -> !line.equals(line.stripTrailing()));
    }

    @Test
    void mainFilesStayReadable() {
        expectNoFileLongerThan(MAIN_FILE_LINES_MAX, mainSources());
    }

    @Test
    void testFilesStayReadable() {
        expectNoFileLongerThan(TEST_FILE_LINES_MAX, testSources());
    }

    @Test
    void nobodyUsesUnsafe() {
        expectNone("the JDK's unsafe memory access; use java.lang.foreign", allJava(),
            matching("sun\\.misc\\.Unsafe|jdk\\.internal\\.misc"));
    }

    @Test
    void testsNeverSleep() {
        expectNone("sleeping tests; wait for what is expected instead", testSources(),
            matching("(?:Thread|TimeUnit\\.\\w+)\\.sleep"));
    }

    @Test
    void noTestIsDisabled() {
        expectNone("disabled tests; mend or delete them", testSources(),
            matching("^\\s*@Disabled\\b"));
    }

    @Test
    void theLibraryNeverPrints() {
        expectNone("output from the library; it belongs to the tool",
            Repository.files(Repository.root().resolve("rill-core/src/main/java"), ".java"),
            matching("System\\.(?:out|err)\\b|printStackTrace\\(\\)"));
    }

    @Test
    void wildcardImportsHideWhatIsUsed() {
        expectNone("wildcard imports of types", allJava(), matching("^import (?!static).*\\*;"));
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        List<String> missing = new ArrayList<>();
        for (Path file : mainSources()) {
            Path folder = file.getParent();
            if (!file.endsWith("module-info.java")
                && !Files.isRegularFile(folder.resolve("package-info.java"))) {
                missing.add(Repository.root().relativize(folder).toString());
            }
        }
        assertThat(missing.stream().distinct()).as("packages without a package-info.java")
            .isEmpty();
    }

    @Test
    void everyClassIsFinalOrSealed() {
        List<String> open = new ArrayList<>();
        for (ClassModel type : mainClasses()) {
            boolean closed = type.flags().has(AccessFlag.FINAL)
                || type.flags().has(AccessFlag.INTERFACE)
                || type.superclass().map(s -> s.asInternalName().equals("java/lang/Enum"))
                    .orElse(true)
                || type.findAttribute(Attributes.permittedSubclasses()).isPresent();
            if (!closed && !isAnonymous(type)) {
                open.add(name(type));
            }
        }
        assertThat(open).as("classes that are neither final nor sealed; share by delegation")
            .isEmpty();
    }

    @Test
    void methodsStayReadable() {
        List<String> tooLong = new ArrayList<>();
        for (ClassModel type : mainClasses()) {
            for (MethodModel method : type.methods()) {
                if (method.methodName().equalsString("<clinit>")) {
                    continue;
                }
                method.code().ifPresent(code -> {
                    IntSummaryStatistics lines = lineNumbers(code);
                    int length = lines.getMax() - lines.getMin() + 1;
                    if (lines.getCount() > 0 && length > METHOD_LINES_MAX) {
                        tooLong.add(name(type) + "." + method.methodName() + " (line "
                            + lines.getMin() + ") has " + length + " lines");
                    }
                });
            }
        }
        assertThat(tooLong).as("methods longer than " + METHOD_LINES_MAX + " lines").isEmpty();
    }

    private static void expectNone(String what, List<Path> files, Predicate<String> bad) {
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            List<String> lines = Repository.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (bad.test(lines.get(i))) {
                    found.add(Repository.place(file, i + 1) + ": " + lines.get(i).strip());
                }
            }
        }
        assertThat(found).as(what).isEmpty();
    }

    private static void expectNoFileLongerThan(int linesMax, List<Path> files) {
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            int lines = Repository.lines(file).size();
            if (lines > linesMax) {
                found.add(Repository.place(file, linesMax + 1) + ": " + lines + " lines");
            }
        }
        assertThat(found).as("files longer than " + linesMax + " lines").isEmpty();
    }

    private static Predicate<String> matching(String regex) {
        return Pattern.compile(regex).asPredicate();
    }

    private static List<Path> mainSources() {
        return sources("src/main/java");
    }

    private static List<Path> testSources() {
        return sources("src/test/java");
    }

    private static List<Path> allJava() {
        List<Path> files = new ArrayList<>(mainSources());
        files.addAll(testSources());
        return files;
    }

    /// The Java sources, and the scripts.
    private static List<Path> allSources() {
        List<Path> files = new ArrayList<>(allJava());
        files.add(Repository.root().resolve("rill"));
        files.addAll(Repository.files(Repository.root().resolve(".ci"), ""));
        files.addAll(Repository.files(Repository.root().resolve("scripts"), ""));
        return files;
    }

    private static List<Path> sources(String folder) {
        List<Path> files = new ArrayList<>();
        for (Path module : Repository.modules()) {
            files.addAll(Repository.files(module.resolve(folder), ".java"));
        }
        return files;
    }

    private static List<ClassModel> mainClasses() {
        List<ClassModel> classes = new ArrayList<>();
        Path folder = Repository.root().resolve("rill-core/target/classes");
        for (Path file : Repository.files(folder, ".class")) {
            try {
                ClassModel type = ClassFile.of().parse(file);
                if (!type.flags().has(AccessFlag.SYNTHETIC) && !type.isModuleInfo()) {
                    classes.add(type);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(file.toString(), e);
            }
        }
        assertThat(classes).as("compiled classes in " + folder).isNotEmpty();
        return classes;
    }

    private static boolean isAnonymous(ClassModel type) {
        return type.findAttribute(Attributes.enclosingMethod()).isPresent();
    }

    private static IntSummaryStatistics lineNumbers(CodeModel code) {
        IntSummaryStatistics lines = new IntSummaryStatistics();
        code.forEach(element -> {
            if (element instanceof LineNumber number) {
                lines.accept(number.line());
            }
        });
        return lines;
    }

    private static String name(ClassModel type) {
        return type.thisClass().asInternalName().replace('/', '.');
    }
}
