package dev.rill.engine;

import dev.rill.abi.Errno;

/// An open file that is a socket (`struct socket` with its `proto_ops`).
interface Socket extends OpenFile {

    /// `AF_*`.
    int domain();

    /// `SOCK_*`, without flags.
    int type();

    /// Receives into `message.data`; see [Message] for what else is filled in.
    ///
    /// @return bytes, 0 at the end, or `-errno`
    int receive(Message message);

    /// Sends `message.data`.
    ///
    /// @return bytes taken, or `-errno`
    int send(Message message);

    /// A plain read is a receive without anything else.
    @Override
    default int read(IoVector into, long position) {
        if (into.remaining() == 0) {
            return 0;
        }
        return position > 0 ? -Errno.ESPIPE : receive(new Message(into));
    }

    /// A plain write is a send without anything else.
    @Override
    default int write(IoVector from, long position) {
        return position > 0 ? -Errno.ESPIPE : send(new Message(from));
    }

    int bind(byte[] address);

    int listen(int backlog);

    /// Begins to connect, or says how an earlier call ended.
    ///
    /// @return 0, `-EINPROGRESS` when it goes on, `-EALREADY` when it still does, or `-errno`
    int connect(byte[] address);

    /// Takes the next connection.
    ///
    /// @param result its socket, in element 0
    /// @return 0 or `-errno`
    int accept(Socket[] result);

    int shutdown(int how);

    /// The socket's own address, or null when it has none.
    byte[] localAddress();

    /// The peer's address, or null when there is no peer.
    byte[] peerAddress();

    default int setOption(int level, int option, int value) {
        return -Errno.ENOPROTOOPT;
    }

    /// Sets `SO_LINGER`, the one option that is two numbers.
    default int setLinger(int on, int seconds) {
        return -Errno.ENOPROTOOPT;
    }

    /// @param value filled in: two elements, of which most options need one
    /// @return the value's length in bytes or `-errno`
    default int getOption(int level, int option, int[] value) {
        return -Errno.ENOPROTOOPT;
    }

    void nonblocking(boolean on);
}
