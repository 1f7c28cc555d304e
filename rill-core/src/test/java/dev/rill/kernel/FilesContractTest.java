package dev.rill.kernel;

import static dev.rill.abi.FileFlags.AT_FDCWD;
import static dev.rill.abi.FileFlags.AT_REMOVEDIR;
import static dev.rill.abi.FileFlags.O_CREAT;
import static dev.rill.abi.FileFlags.O_RDONLY;
import static dev.rill.abi.FileFlags.O_WRONLY;
import static dev.rill.abi.Opcode.IORING_OP_UNLINKAT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.Errno;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/// Paths: opened from a directory, and removed.
class FilesContractTest {

    @TempDir
    Path folder;

    private static long path(Rig rig, String path) {
        byte[] bytes = (path + "\0").getBytes(StandardCharsets.UTF_8);
        MemorySegment memory = rig.memory(bytes.length);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
        return memory.address();
    }

    private static int open(Rig rig, int directory, String path, int flags) {
        rig.sqe().prepOpenat(directory, path(rig, path), flags, 0600).userData(1);
        return rig.await().res();
    }

    private static int unlink(Rig rig, int directory, String path, int flags) {
        rig.sqe().prep(IORING_OP_UNLINKAT, directory, path(rig, path), 0, 0).opFlags(flags)
                .userData(1);
        return rig.await().res();
    }

    @KernelTest
    void pathsBeginAtADirectory(Kernel kernel) throws Exception {
        Files.writeString(folder.resolve("there"), "abc");
        try (Rig rig = new Rig(kernel)) {
            int directory = open(rig, AT_FDCWD, folder.toString(), O_RDONLY);
            int file = open(rig, directory, "there", O_RDONLY);
            assertThat(rig.read(file, 9)).hasSize(3);
            assertThat(open(rig, directory, "missing", O_RDONLY)).isEqualTo(-Errno.ENOENT);
            assertThat(open(rig, file, "there", O_RDONLY)).isEqualTo(-Errno.ENOTDIR);
            assertThat(open(rig, 999, "there", O_RDONLY)).isEqualTo(-Errno.EBADF);
            assertThat(open(rig, 999, folder.resolve("there").toString(), O_RDONLY))
                    .as("a whole path needs no directory").isPositive();
            int made = open(rig, directory, "made", O_WRONLY | O_CREAT);
            assertThat(folder.resolve("made")).exists();
            for (int fd : new int[] {directory, file, made}) {
                kernel.descriptors().close(fd);
            }
        }
    }

    @KernelTest
    void filesAndEmptyDirectoriesAreRemoved(Kernel kernel) throws Exception {
        Path inner = Files.createDirectories(folder.resolve("inner"));
        Files.writeString(inner.resolve("file"), "abc");
        try (Rig rig = new Rig(kernel)) {
            int directory = open(rig, AT_FDCWD, folder.toString(), O_RDONLY);
            assertThat(unlink(rig, directory, "inner", 0)).isEqualTo(-Errno.EISDIR);
            assertThat(unlink(rig, directory, "inner", AT_REMOVEDIR)).isEqualTo(-Errno.ENOTEMPTY);
            assertThat(unlink(rig, directory, "inner/file", AT_REMOVEDIR))
                    .isEqualTo(-Errno.ENOTDIR);
            assertThat(unlink(rig, directory, "inner/file", 1)).isEqualTo(-Errno.EINVAL);
            assertThat(unlink(rig, directory, "inner/file", 0)).isZero();
            assertThat(unlink(rig, AT_FDCWD, inner.resolve("file").toString(), 0))
                    .isEqualTo(-Errno.ENOENT);
            assertThat(unlink(rig, directory, "inner", AT_REMOVEDIR)).isZero();
            assertThat(inner).doesNotExist();
            kernel.descriptors().close(directory);
        }
    }
}
