package dev.rill.engine;

import dev.rill.abi.Errno;
import dev.rill.abi.FileFlags;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/// A file that is always ready, and therefore cannot be polled: a regular file, a directory,
/// `/dev/null`, `/dev/zero`. The first is a real one, by way of `java.nio`.
final class DiskFile implements OpenFile {

    private enum Kind { REGULAR, DIRECTORY, NULL, ZERO }

    private static final int BLOCK = 65536;

    private final References references = new References();
    private final Path path;
    private final Kind kind;
    private final FileChannel channel;
    private final int access;
    private final boolean append;
    private long position;

    private DiskFile(Path path, Kind kind, FileChannel channel, int flags) {
        this.path = path.toAbsolutePath();
        this.kind = kind;
        this.channel = channel;
        this.access = flags & FileFlags.O_ACCMODE;
        this.append = (flags & FileFlags.O_APPEND) != 0;
    }

    /// Opens a path.
    ///
    /// @return 0 or `-errno`
    static int open(String path, int flags, OpenFile[] result) {
        boolean writes = (flags & FileFlags.O_ACCMODE) != FileFlags.O_RDONLY;
        if (path.isEmpty()) {
            return -Errno.ENOENT;
        }
        Path file;
        try {
            file = Path.of(path);
        } catch (InvalidPathException e) {
            return -Errno.EINVAL; // no name in this language, or on this system
        }
        Kind kind = path.equals("/dev/null") ? Kind.NULL : path.equals("/dev/zero") ? Kind.ZERO
                : Files.isDirectory(file) ? Kind.DIRECTORY : Kind.REGULAR;
        if (kind == Kind.DIRECTORY && writes) {
            return -Errno.EISDIR;
        }
        if (kind != Kind.REGULAR) {
            result[0] = new DiskFile(file, kind, null, flags);
            return 0;
        }
        try {
            FileChannel channel = FileChannel.open(file, options(flags));
            result[0] = new DiskFile(file, kind, channel, flags);
            return 0;
        } catch (IOException e) {
            return errno(e);
        }
    }

    /// Removes a file, or an empty directory.
    ///
    /// @return 0 or `-errno`
    static int unlink(String path, boolean directory) {
        if (path.isEmpty()) {
            return -Errno.ENOENT;
        }
        try {
            Path file = Path.of(path);
            boolean isDirectory = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
            if (isDirectory != directory && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return isDirectory ? -Errno.EISDIR : -Errno.ENOTDIR;
            }
            Files.delete(file);
            return 0;
        } catch (IOException e) {
            return errno(e);
        } catch (InvalidPathException e) {
            return -Errno.EINVAL; // no name in this language, or on this system
        }
    }

    private static int errno(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> -Errno.ENOENT;
            case FileAlreadyExistsException _ -> -Errno.EEXIST;
            case DirectoryNotEmptyException _ -> -Errno.ENOTEMPTY;
            case AccessDeniedException _ -> -Errno.EACCES;
            default -> -Errno.EIO;
        };
    }

    /// A path that begins at this directory; null when it is none.
    String resolve(String relative) {
        return kind == Kind.DIRECTORY ? path.resolve(relative).toString() : null;
    }

    private static Set<OpenOption> options(int flags) {
        Set<OpenOption> options = new HashSet<>();
        int access = flags & FileFlags.O_ACCMODE;
        if (access != FileFlags.O_WRONLY) {
            options.add(StandardOpenOption.READ);
        }
        if (access != FileFlags.O_RDONLY) {
            options.add(StandardOpenOption.WRITE);
            if ((flags & FileFlags.O_CREAT) != 0) {
                options.add((flags & FileFlags.O_EXCL) != 0 ? StandardOpenOption.CREATE_NEW
                        : StandardOpenOption.CREATE);
            }
            if ((flags & FileFlags.O_TRUNC) != 0) {
                options.add(StandardOpenOption.TRUNCATE_EXISTING);
            }
        }
        return options;
    }

    @Override
    public boolean readable() {
        return access != FileFlags.O_WRONLY;
    }

    @Override
    public boolean writable() {
        return access != FileFlags.O_RDONLY;
    }

    @Override
    public int read(IoVector into, long at) {
        return switch (kind) {
            case DIRECTORY -> -Errno.EISDIR;
            case NULL -> 0;
            case ZERO -> zeros(into);
            case REGULAR -> readChannel(into, at);
        };
    }

    private static int zeros(IoVector into) {
        byte[] block = new byte[(int) Math.min(BLOCK, into.remaining())];
        int done = 0;
        while (into.remaining() > 0) {
            int part = into.put(block, 0, (int) Math.min(block.length, into.remaining()));
            if (part < 0) {
                return done > 0 ? done : part;
            }
            done += part;
        }
        return done;
    }

    private int readChannel(IoVector into, long at) {
        if (at < -1) {
            return -Errno.EINVAL;
        }
        long from = at == -1 ? position : at;
        int done = 0;
        try {
            while (into.remaining() > 0) {
                MemorySegment place = into.contiguous();
                if (place == null) {
                    boolean atEnd = from + done >= channel.size(); // then nothing is stored
                    return done > 0 || atEnd ? done : -Errno.EFAULT;
                }
                int size = (int) Math.min(place.byteSize(), 1 << 30);
                int part = channel.read(place.asSlice(0, size).asByteBuffer(), from + done);
                if (part <= 0) {
                    break;
                }
                into.skip(part);
                done += part;
            }
        } catch (IOException e) {
            return -Errno.EIO;
        }
        if (at == -1) {
            position += done;
        }
        return done;
    }

    @Override
    public int write(IoVector from, long at) {
        if (kind != Kind.REGULAR) {
            int size = (int) Math.min(from.remaining(), Integer.MAX_VALUE);
            from.skip(size);
            return size;
        }
        if (at < -1) {
            return -Errno.EINVAL;
        }
        int done = 0;
        try {
            long to = append ? channel.size() : at == -1 ? position : at;
            while (from.remaining() > 0) {
                MemorySegment place = from.contiguous();
                if (place == null) {
                    return done > 0 ? done : -Errno.EFAULT;
                }
                int size = (int) Math.min(place.byteSize(), 1 << 30);
                int part = channel.write(place.asSlice(0, size).asByteBuffer(), to + done);
                from.skip(part);
                done += part;
            }
            if (at == -1) {
                position = to + done;
            }
        } catch (IOException e) {
            return -Errno.EIO;
        }
        return done;
    }

    @Override
    public int sync() {
        if (kind != Kind.REGULAR) {
            return kind == Kind.DIRECTORY ? 0 : -Errno.EINVAL;
        }
        try {
            channel.force(true);
            return 0;
        } catch (IOException e) {
            return -Errno.EIO;
        }
    }

    @Override
    public References references() {
        return references;
    }

    @Override
    public WaitQueue waiters() {
        return null;
    }

    @Override
    public void release() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                System.getLogger(DiskFile.class.getName())
                        .log(System.Logger.Level.DEBUG, "closing a file", e);
            }
        }
    }
}
