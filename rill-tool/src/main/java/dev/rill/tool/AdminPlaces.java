package dev.rill.tool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Where a running process of this user can be looked into: a Unix socket named by the process
/// number, in a directory that nobody else can enter.
///
/// The directory is `rill-UID` in `$XDG_RUNTIME_DIR`, or in `/tmp` where that is not set. In `/tmp`
/// anybody may have made it before: it is used only when it is ours and closed to others.
final class AdminPlaces {

    private static final Set<PosixFilePermission> OURS =
            PosixFilePermissions.fromString("rwx------");
    /// What the address of a Unix socket has room for, in bytes.
    private static final int PATH_MAX = 107;

    private final Path directory;

    /// @param environment where `XDG_RUNTIME_DIR` is looked up
    AdminPlaces(Map<String, String> environment) {
        this(Path.of(base(environment)));
    }

    /// For tests, too: elsewhere.
    AdminPlaces(Path base) {
        directory = base.resolve("rill-" + owner(Path.of("/proc/self")));
    }

    /// The address of this process's socket, free to be bound.
    ///
    /// @throws IOException when there can be none, with the reason
    UnixDomainSocketAddress own() throws IOException {
        prepare();
        Path path = socket(directory, ProcessHandle.current().pid());
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > PATH_MAX) {
            throw new IOException("the path " + path + " has " + length + " bytes, a Unix socket's"
                    + " has at most " + PATH_MAX);
        }
        Files.deleteIfExists(path); // of one that had this number before
        return UnixDomainSocketAddress.of(path);
    }

    /// Where the socket of a process can be, the likeliest first. Root looks in the places of the
    /// process's user as well.
    List<Path> of(long pid) {
        String user = owner(Path.of("/proc/" + pid));
        return Stream.of(directory, Path.of("/run/user/" + user + "/rill-" + user),
                Path.of("/tmp/rill-" + user)).distinct().map(place -> socket(place, pid)).toList();
    }

    /// The processes of this user that can be looked into.
    List<Long> running() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[1-9][0-9]{0,17}\\.sock"))
                    .map(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
                    .filter(pid -> ProcessHandle.of(pid).isPresent())
                    .sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // nobody has made the directory yet
        }
    }

    private void prepare() throws IOException {
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OURS));
        } catch (FileAlreadyExistsException e) {
            boolean real = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
            if (!real || !owner(directory).equals(owner(Path.of("/proc/self")))
                    || !Files.getPosixFilePermissions(directory).equals(OURS)) {
                throw new IOException(directory + " is not a directory of this user alone (mode"
                        + " 0700): remove it, or set XDG_RUNTIME_DIR", e);
            }
        } catch (UnsupportedOperationException e) {
            throw new IOException(directory + ": its file system knows no owners", e);
        }
    }

    private static Path socket(Path directory, long pid) {
        return directory.resolve(pid + ".sock");
    }

    private static String base(Map<String, String> environment) {
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        return runtime.startsWith("/") && Files.isDirectory(Path.of(runtime)) ? runtime : "/tmp";
    }

    /// The number of a file's owner; the name of this user where there are no such numbers.
    private static String owner(Path path) {
        try {
            return Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).toString();
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return System.getProperty("user.name");
        }
    }
}
