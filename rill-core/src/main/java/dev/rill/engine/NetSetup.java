package dev.rill.engine;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_SOCK_NONEMPTY;
import static dev.rill.abi.SocketConstants.SOCK_CLOEXEC;
import static dev.rill.abi.SocketConstants.SOCK_NONBLOCK;
import static dev.rill.abi.SocketOpFlags.IORING_ACCEPT_DONTWAIT;
import static dev.rill.abi.SocketOpFlags.IORING_ACCEPT_MULTISHOT;
import static dev.rill.abi.SocketOpFlags.IORING_ACCEPT_POLL_FIRST;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.rill.abi.Errno;
import java.lang.foreign.MemorySegment;

/// Connections come and go: accept, connect, shutdown, socket, bind, listen (io_uring/net.c).
final class NetSetup {

    private static final int ADDRESS_MAX = 128;
    private static final int SOCKET_FLAGS = SOCK_CLOEXEC | SOCK_NONBLOCK;

    private NetSetup() {
    }

    // ---- ACCEPT ---------------------------------------------------------------------------

    static int prepareAccept(Request request) {
        int known = IORING_ACCEPT_MULTISHOT | IORING_ACCEPT_DONTWAIT | IORING_ACCEPT_POLL_FIRST;
        if (request.sqeLen != 0 || request.bufGroup != 0 || request.fileIndex != 0
                || (request.ioprio & ~known) != 0 || (request.opFlags & ~SOCKET_FLAGS) != 0) {
            return -Errno.EINVAL;
        }
        request.multishot = (request.ioprio & IORING_ACCEPT_MULTISHOT) != 0;
        request.noWait = (request.ioprio & IORING_ACCEPT_DONTWAIT) != 0;
        return 0;
    }

    static int accept(Request request, boolean fromPoll) {
        if ((request.ioprio & IORING_ACCEPT_POLL_FIRST) != 0 && !request.polled) {
            return -Errno.EAGAIN; // even before it is known whether it is a socket
        }
        if (!(request.file instanceof Socket socket)) {
            return -Errno.ENOTSOCK;
        }
        Socket[] accepted = new Socket[1];
        while (true) {
            int result = request.ring.kernel().faults().failsCall() && isReady(socket)
                    ? -Errno.EMFILE : socket.accept(accepted);
            if (result == -Errno.EAGAIN) {
                return result;
            }
            if (result == 0) {
                accepted[0].nonblocking((request.opFlags & SOCK_NONBLOCK) != 0);
                result = request.ring.kernel().files().open(accepted[0]);
                if (result >= 0) {
                    writeAddress(request, accepted[0].peerAddress());
                }
            }
            int more = result >= 0 && isReady(socket) ? IORING_CQE_F_SOCK_NONEMPTY : 0;
            if (result < 0 || !request.multishot
                    || !request.ring.postMore(request, result, IORING_CQE_F_MORE | more)) {
                return request.complete(result, more);
            }
        }
    }

    private static boolean isReady(Socket listener) {
        return (listener.poll(Events.IN) & Events.IN) != 0;
    }

    private static void writeAddress(Request request, byte[] peer) {
        if (request.addr == 0 || request.off == 0 || peer == null) {
            return;
        }
        MemorySegment length = request.memory().slice(request.off, Integer.BYTES);
        if (length == null) {
            return;
        }
        int room = Math.min(length.get(JAVA_INT_UNALIGNED, 0), peer.length);
        MemorySegment into = request.memory().slice(request.addr, Math.max(0, room));
        if (into != null) {
            MemorySegment.copy(peer, 0, into, JAVA_BYTE, 0, room);
            length.set(JAVA_INT_UNALIGNED, 0, peer.length);
        }
    }

    // ---- CONNECT, BIND --------------------------------------------------------------------

    static int prepareConnect(Request request) {
        if (request.sqeLen != 0 || request.bufGroup != 0 || request.opFlags != 0
                || request.fileIndex != 0) {
            return -Errno.EINVAL;
        }
        return copyAddress(request);
    }

    static int prepareBind(Request request) {
        return prepareConnect(request);
    }

    private static int copyAddress(Request request) {
        if (request.off < 0 || request.off > ADDRESS_MAX) {
            return -Errno.EINVAL;
        }
        if (request.off == 0) { // nothing is read
            request.destination = new byte[0];
            return 0;
        }
        MemorySegment address = request.memory().slice(request.addr, request.off);
        if (address == null) {
            return -Errno.EFAULT;
        }
        request.destination = address.toArray(JAVA_BYTE);
        return 0;
    }

    static int connect(Request request) {
        if (!(request.file instanceof Socket socket)) {
            return -Errno.ENOTSOCK;
        }
        int result = socket.connect(request.destination);
        if (result == -Errno.ECONNABORTED && !request.triedAgain) { // an earlier attempt is over
            request.triedAgain = true;
            result = request.unlocked ? socket.connect(request.destination) : -Errno.EAGAIN;
        }
        if (result == -Errno.EINPROGRESS || result == -Errno.EALREADY
                || result == -Errno.EAGAIN) {
            return -Errno.EAGAIN;
        }
        if (result == -Errno.EISCONN && request.polled) {
            result = 0; // it was this request that connected it
        }
        return request.complete(result);
    }

    static int bind(Request request) {
        return request.complete(request.file instanceof Socket socket
                ? socket.bind(request.destination) : -Errno.ENOTSOCK);
    }

    // ---- LISTEN, SHUTDOWN, SOCKET ---------------------------------------------------------

    static int prepareListen(Request request) {
        return request.off != 0 || request.addr != 0 || request.bufGroup != 0
                || request.opFlags != 0 || request.fileIndex != 0 ? -Errno.EINVAL : 0;
    }

    static int listen(Request request) {
        return request.complete(request.file instanceof Socket socket
                ? socket.listen(request.sqeLen) : -Errno.ENOTSOCK);
    }

    static int prepareShutdown(Request request) {
        if (request.off != 0 || request.addr != 0 || request.opFlags != 0
                || request.bufGroup != 0 || request.fileIndex != 0) {
            return -Errno.EINVAL;
        }
        request.forceAsync = true;
        return 0;
    }

    static int shutdown(Request request) {
        return request.file instanceof Socket socket
                ? request.answer(socket.shutdown(request.sqeLen)) : -Errno.ENOTSOCK;
    }

    static int prepareSocket(Request request) {
        int flags = (int) request.off & ~0xf;
        if (request.addr != 0 || request.opFlags != 0 || request.bufGroup != 0
                || request.fileIndex != 0 || (flags & ~SOCKET_FLAGS) != 0) {
            return -Errno.EINVAL;
        }
        return 0;
    }

    static int socket(Request request) {
        return request.complete(request.ring.kernel().openSocket(
                request.fd, (int) request.off, request.sqeLen));
    }
}
