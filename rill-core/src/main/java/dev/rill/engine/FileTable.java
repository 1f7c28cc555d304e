package dev.rill.engine;

import dev.rill.abi.Errno;
import java.util.Arrays;

/// Descriptors: the lowest free number is given out first, as POSIX wants it. 0, 1 and 2 are
/// taken, so that a forgotten zero is not somebody's socket.
final class FileTable {

    private static final int FIRST = 3;
    private static final int MAX = 1 << 20;

    private OpenFile[] files = new OpenFile[64];
    private int lowest = FIRST;

    /// @return the file, or null
    OpenFile get(int fd) {
        return fd >= 0 && fd < files.length ? files[fd] : null;
    }

    /// Gives a file a descriptor; one that finds none is released.
    ///
    /// @return the descriptor or `-EMFILE`
    int open(OpenFile file) {
        int fd = lowest;
        while (fd < files.length && files[fd] != null) {
            fd++;
        }
        if (fd >= MAX) {
            file.release();
            return -Errno.EMFILE;
        }
        if (fd == files.length) {
            files = Arrays.copyOf(files, 2 * fd);
        }
        files[fd] = file;
        file.references().take();
        lowest = fd + 1;
        return fd;
    }

    /// Takes a descriptor away; the file itself goes with its last holder.
    ///
    /// @return 0 or `-EBADF`
    int close(int fd) {
        OpenFile file = get(fd);
        if (file == null) {
            return -Errno.EBADF;
        }
        files[fd] = null;
        lowest = Math.min(lowest, fd);
        References.drop(file);
        return 0;
    }

    /// How many descriptors are open.
    int count() {
        int count = 0;
        for (OpenFile file : files) {
            count += file == null ? 0 : 1;
        }
        return count;
    }

    /// Takes all descriptors away.
    void closeAll() {
        for (int fd = FIRST; fd < files.length; fd++) {
            close(fd);
        }
    }
}
