package dev.rill.abi;

/// Files: flags of `open` and friends (`fcntl.h`), `lseek` origins
/// (`unistd.h`) and eventfd flags (`sys/eventfd.h`).
///
/// Only values that are the same on x86-64 and aarch64. `O_DIRECT`, `O_DIRECTORY`,
/// `O_NOFOLLOW`, `O_TMPFILE` and `O_LARGEFILE` differ and are therefore not here.
public final class FileFlags {

    /// Opens for reading.
    public static final int O_RDONLY = 0;
    /// Opens for writing.
    public static final int O_WRONLY = 0x1;
    /// Opens for both.
    public static final int O_RDWR = 0x2;
    /// The bits of the three above.
    public static final int O_ACCMODE = 0x3;
    /// Creates the file if it is missing.
    public static final int O_CREAT = 0x40;
    /// Fails if the file is there.
    public static final int O_EXCL = 0x80;
    /// Does not make a terminal the controlling one.
    public static final int O_NOCTTY = 0x100;
    /// Empties the file.
    public static final int O_TRUNC = 0x200;
    /// Every write goes to the end.
    public static final int O_APPEND = 0x400;
    /// Calls do not wait.
    public static final int O_NONBLOCK = 0x800;
    /// Writes wait for the data to be stored.
    public static final int O_DSYNC = 0x1000;
    /// Not inherited by other programs.
    public static final int O_CLOEXEC = 0x80000;
    /// Writes wait for data and metadata.
    public static final int O_SYNC = 0x101000;
    /// Only a handle on the path, no reading.
    public static final int O_PATH = 0x200000;
    /// Instead of a directory's descriptor: the current directory.
    public static final int AT_FDCWD = -100;
    /// Acts on a symbolic link itself.
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    /// Removes a directory.
    public static final int AT_REMOVEDIR = 0x200;
    /// Acts on the descriptor itself.
    public static final int AT_EMPTY_PATH = 0x1000;
    /// `fcntl`: reads the open flags.
    public static final int F_GETFL = 3;
    /// `fcntl`: changes the open flags.
    public static final int F_SETFL = 4;
    /// From the start.
    public static final int SEEK_SET = 0;
    /// From the current position.
    public static final int SEEK_CUR = 1;
    /// From the end.
    public static final int SEEK_END = 2;
    /// eventfd: reads take one, not all.
    public static final int EFD_SEMAPHORE = 0x1;
    /// eventfd: calls do not wait.
    public static final int EFD_NONBLOCK = 0x800;
    /// eventfd: not inherited by other programs.
    public static final int EFD_CLOEXEC = 0x80000;

    private FileFlags() {
    }
}
