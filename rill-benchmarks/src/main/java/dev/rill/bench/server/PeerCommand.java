package dev.rill.bench.server;

import dev.rill.Kernels;
import dev.rill.bench.server.ServerOptions.Role;
import dev.rill.kernel.Availability;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a peer is started.
///
/// Every JVM has the same options: a fixed small heap and the serial collector, so that no peer's
/// memory depends on the machine's and no collector's threads compete with the one that works.
///
/// @param peer its name
/// @param command the program and its arguments
/// @param configuration what is known of it before it runs; it says more when it is ready
public record PeerCommand(String peer, List<String> command, Map<String, String> configuration) {

    private static final List<String> JVM_OPTIONS = List.of("-Xms256m", "-Xmx256m",
            "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=512m", "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED");

    private static final List<String> PEERS = List.of("rill", "netty-uring-inc", "netty-uring",
            "netty-epoll", "netty-nio", "nio", "vthreads", "c", "haproxy", "nginx");

    /// Makes the collections constant.
    public PeerCommand {
        command = List.copyOf(command);
        configuration = Map.copyOf(configuration);
    }

    /// All there are, also those that cannot run here.
    ///
    /// @return names
    public static List<String> peers() {
        return PEERS;
    }

    /// Whether a peer can be expected to run here. It may still say that it cannot when it starts.
    ///
    /// @param peer its name
    /// @param role what it is to do
    /// @return why not; empty when it can
    public static Optional<String> whyNot(String peer, String role) {
        Role wanted = Role.of(role);
        return switch (peer) {
            case "rill" -> noUring();
            case "netty-uring-inc", "netty-uring" -> noUring();
            case "netty-epoll" -> noLinux();
            case "netty-nio", "nio" -> Optional.empty();
            case "vthreads" -> onlyFor(wanted, Role.ECHO, Role.SINK, Role.PROXY);
            case "c" -> CServer.whyNot().or(PeerCommand::noUring);
            case "haproxy", "nginx" -> onlyFor(wanted, Role.PROXY).or(() -> notInstalled(peer));
            default -> Optional.of("there is no peer of that name");
        };
    }

    /// The command that starts a peer.
    ///
    /// @param peer its name
    /// @param role what it is to do
    /// @param app the folder with this module's jars
    /// @param listen where, as `HOST:PORT`
    /// @param connectOrNull where a proxy carries its connections to
    /// @return the command
    public static PeerCommand of(String peer, String role, Path app, String listen,
            String connectOrNull) {
        return of(peer, role, app, listen, connectOrNull, List.of());
    }

    /// The same with more options: `--threads N`, and `--buffers N --buffer-size BYTES` for peers
    /// whose receive memory is a ring of buffers.
    ///
    /// @param peer its name
    /// @param role what it is to do
    /// @param app the folder with this module's jars
    /// @param listen where, as `HOST:PORT`
    /// @param connectOrNull where a proxy carries its connections to
    /// @param more options of the server, each followed by its value
    /// @return the command
    public static PeerCommand of(String peer, String role, Path app, String listen,
            String connectOrNull, List<String> more) {
        List<String> options = new ArrayList<>(List.of("--role", role, "--listen", listen));
        if (connectOrNull != null) {
            options.addAll(List.of("--connect", connectOrNull));
        }
        options.addAll(more);
        return peer.equals("c") ? compiled(app, options) : jvm(peer, app, options);
    }

    private static PeerCommand jvm(String peer, Path app, List<String> options) {
        List<String> jvmOptions = new ArrayList<>(JVM_OPTIONS);
        if (peer.equals("vthreads")) {
            jvmOptions.addAll(VirtualThreadServer.jvmOptions(options));
        }
        if (peer.startsWith("netty-")) {
            jvmOptions.addAll(NettyServer.jvmOptions());
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        Class<?> main = peer.equals("haproxy") || peer.equals("nginx") ? ExternalProxy.class
                : ServerMain.class;
        command.addAll(List.of("-cp", classPath(app), main.getName(), peer));
        command.addAll(options);
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("java", Runtime.version().toString());
        configuration.put("jvmOptions", String.join(" ", jvmOptions));
        return new PeerCommand(peer, command, configuration);
    }

    /// The laid-out app, or what this process runs on where there is none, as in tests.
    private static String classPath(Path app) {
        return isLaidOut(app) ? app + File.separator + "*"
                : System.getProperty("java.class.path");
    }

    private static boolean isLaidOut(Path app) {
        return app.resolve("rill-benchmarks.jar").toFile().exists();
    }

    private static PeerCommand compiled(Path app, List<String> options) {
        List<String> command = new ArrayList<>();
        Path target = isLaidOut(app) ? app.getParent() : app;
        command.add(CServer.program(target.resolve("c")).toString());
        command.addAll(options);
        return new PeerCommand("c", command, Map.of());
    }

    private static Optional<String> notInstalled(String program) {
        return Programs.find(program).isPresent() ? Optional.empty()
                : Optional.of(program + " is not installed");
    }

    private static Optional<String> noLinux() {
        return System.getProperty("os.name").equals("Linux") ? Optional.empty()
                : Optional.of("epoll is Linux");
    }

    private static Optional<String> noUring() {
        Availability linux = Kernels.linuxAvailability();
        return linux.available() ? Optional.empty() : Optional.of(linux.message());
    }

    private static Optional<String> onlyFor(Role wanted, Role... roles) {
        return List.of(roles).contains(wanted) ? Optional.empty()
                : Optional.of("it has no role " + wanted.word());
    }
}
