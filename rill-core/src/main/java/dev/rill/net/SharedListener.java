package dev.rill.net;

import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/// Where several event loops listen at one address, made by [EventLoops#listen].
///
/// May be used from any thread.
public final class SharedListener implements AutoCloseable {

    /// A listener and the loop it belongs to.
    record Place(EventLoop loop, Listener listener) {

        void close() {
            try {
                loop.execute(listener::close);
            } catch (RejectedExecutionException e) {
                // the loop is closed, and its listeners with it; or so far behind that it is stuck
            }
        }
    }

    private final SocketAddress address;
    private final List<Place> places;

    SharedListener(List<Place> places) {
        this.places = List.copyOf(places);
        address = places.getFirst().listener.address();
    }

    /// Where it listens, with the real port when port 0 was asked for: the same for all loops.
    ///
    /// @return the address
    public SocketAddress address() {
        return address;
    }

    /// How many loops accept: all, or one that gives the others theirs.
    ///
    /// @return a number of loops
    public int acceptors() {
        return places.size();
    }

    /// Stops accepting, soon. Connections that were accepted stay.
    @Override
    public void close() {
        places.forEach(Place::close);
    }

    @Override
    public String toString() {
        return "listener of several loops on " + SocketAddresses.name(address);
    }
}
