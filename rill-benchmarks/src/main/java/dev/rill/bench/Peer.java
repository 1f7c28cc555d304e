package dev.rill.bench;

import dev.rill.bench.server.PeerCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A server that takes part.
///
/// @param name as it is called in tables: `c`, `rill:4x256K` for one with other buffers, or
///        `rill@BASE` for another build
/// @param starter how its process is started
record Peer(String name, Starter starter) {

    /// Makes the command for a role.
    interface Starter {

        /// The command that starts it.
        ///
        /// @param connectOrNull where a proxy carries its connections to
        PeerCommand command(String role, String connectOrNull);

        /// Why it cannot take part in a role, as far as that can be seen beforehand.
        default Optional<String> whyNot(String role) {
            return Optional.empty();
        }
    }

    /// One of the servers of this module.
    static Peer of(String name, String server, Path app) {
        return of(name, server, app, List.of());
    }

    /// One of the servers of this module, with options.
    static Peer of(String name, String server, Path app, List<String> options) {
        return new Peer(name, new Starter() {
            @Override
            public PeerCommand command(String role, String connectOrNull) {
                return PeerCommand.of(server, role, app, "127.0.0.1:0", connectOrNull, options);
            }

            @Override
            public Optional<String> whyNot(String role) {
                return PeerCommand.whyNot(server, role);
            }
        });
    }
}
