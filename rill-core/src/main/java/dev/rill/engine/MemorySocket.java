package dev.rill.engine;

/// A socket in memory, whichever kind.
sealed interface MemorySocket extends Socket
        permits TcpSocket, UdpSocket, UnixMessageSocket, UnixStreamSocket {

    SocketState state();

    default boolean listens() {
        return false;
    }

    @Override
    default int domain() {
        return state().domain;
    }

    @Override
    default int type() {
        return state().type;
    }

    @Override
    default int setOption(int level, int option, int value) {
        return state().options.set(level, option, value);
    }

    @Override
    default int setLinger(int on, int seconds) {
        return state().options.setLinger(on, seconds);
    }

    @Override
    default int getOption(int level, int option, int[] value) {
        if (SocketOptions.isError(level, option)) {
            value[0] = -state().takeError();
            return Integer.BYTES;
        }
        return state().options.get(level, option, value, listens());
    }

    @Override
    default boolean nonblocking() {
        return state().nonblocking;
    }

    @Override
    default void nonblocking(boolean on) {
        state().nonblocking = on;
    }

    @Override
    default References references() {
        return state().references;
    }

    @Override
    default WaitQueue waiters() {
        return state().waiters;
    }
}
