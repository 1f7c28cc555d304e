package dev.rill.engine;

import static dev.rill.abi.MsgFlags.MSG_CMSG_CLOEXEC;
import static dev.rill.abi.MsgFlags.MSG_CTRUNC;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.rill.abi.Errno;
import dev.rill.abi.IoUringRecvmsgOut;
import dev.rill.abi.Iovec;
import dev.rill.abi.Msghdr;
import java.lang.foreign.MemorySegment;

/// The `struct msghdr` of a request, copied when it was prepared.
///
/// @param address where the program's structure is
/// @param name where the address of a message goes or comes from
/// @param nameLength how much room there is, or how long it is
/// @param control where control data goes
/// @param controlLength how much room there is
/// @param vectorLength with buffer selection: how much is wanted, 0 for the whole buffer
record MessageHeader(long address, long name, int nameLength, long control, long controlLength,
        long vectorLength) {

    private static final int NAME_MAX = 128;
    /// `sizeof(struct cmsghdr)`.
    private static final int CONTROL_HEADER_SIZE = 16;

    /// Reads the structure of a receive.
    ///
    /// @return 0 or `-errno`
    static int prepareReceive(Request request) {
        MemorySegment header = request.memory().slice(request.addr, Msghdr.SIZE);
        if (header == null) {
            return -Errno.EFAULT;
        }
        long vectors = header.get(JAVA_LONG_UNALIGNED, Msghdr.IOV);
        long count = header.get(JAVA_LONG_UNALIGNED, Msghdr.IOVLEN);
        long wanted = 0;
        if (request.selects()) {
            if (count > 1 || count < 0) {
                return -Errno.EINVAL;
            }
            if (count == 1) {
                MemorySegment vector = request.memory().slice(vectors, Iovec.SIZE);
                if (vector == null) {
                    return -Errno.EFAULT;
                }
                wanted = vector.get(JAVA_LONG_UNALIGNED, Iovec.LEN);
                if (wanted < 0) {
                    return -Errno.EINVAL;
                }
            }
        } else {
            int result = importVectors(request, vectors, count);
            if (result != 0) {
                return result;
            }
        }
        MessageHeader copy = copy(request, header, wanted);
        if (copy.nameLength < 0 || copy.controlLength < 0
                || copy.controlLength > Integer.MAX_VALUE - copy.nameLength - 16L) {
            return copy.nameLength < 0 ? -Errno.EINVAL : -Errno.EOVERFLOW;
        }
        request.operation = copy;
        return 0;
    }

    /// Reads the structure of a send, with the address it names.
    ///
    /// @return 0 or `-errno`
    static int prepareSend(Request request) {
        MemorySegment header = request.memory().slice(request.addr, Msghdr.SIZE);
        if (header == null) {
            return -Errno.EFAULT;
        }
        int result = importVectors(request, header.get(JAVA_LONG_UNALIGNED, Msghdr.IOV),
                header.get(JAVA_LONG_UNALIGNED, Msghdr.IOVLEN));
        if (result != 0) {
            return result;
        }
        MessageHeader copy = copy(request, header, 0);
        request.operation = copy;
        if (copy.name == 0 || copy.nameLength <= 0) {
            return 0;
        }
        MemorySegment name = request.memory().slice(copy.name,
                Math.min(copy.nameLength, NAME_MAX));
        if (name == null) {
            return -Errno.EFAULT;
        }
        request.destination = name.toArray(JAVA_BYTE);
        return 0;
    }

    private static int importVectors(Request request, long vectors, long count) {
        if (count < 0 || count > Iovec.UIO_MAXIOV) {
            return -Errno.EMSGSIZE;
        }
        request.imported = true;
        request.capacity = (int) Math.max(1, count); // a later bundle has this room, too
        return ReadWriteOps.importVectors(request.memory(), request.message.data, vectors, count);
    }

    private static MessageHeader copy(Request request, MemorySegment header, long wanted) {
        return new MessageHeader(request.addr, header.get(JAVA_LONG_UNALIGNED, Msghdr.NAME),
                header.get(JAVA_INT_UNALIGNED, Msghdr.NAMELEN),
                header.get(JAVA_LONG_UNALIGNED, Msghdr.CONTROL),
                header.get(JAVA_LONG_UNALIGNED, Msghdr.CONTROLLEN), wanted);
    }

    /// What a multishot puts in front of each payload.
    int headerLength() {
        return IoUringRecvmsgOut.SIZE + nameLength + (int) controlLength;
    }

    /// Writes what comes in front of the payload into the selected buffer.
    ///
    /// @return 0 or `-errno`
    int writeAhead(Request request, int payloadLength) {
        MemorySegment out = request.memory().slice(request.selectedAddress, headerLength());
        if (out == null) {
            return -Errno.EFAULT;
        }
        Message message = request.message;
        int name = message.name == null || nameLength == 0 ? 0 : message.name.length;
        int controlRoom = controlSize(message);
        int flags = flags(message);
        out.set(JAVA_INT_UNALIGNED, IoUringRecvmsgOut.NAMELEN, name);
        out.set(JAVA_INT_UNALIGNED, IoUringRecvmsgOut.CONTROLLEN, controlRoom);
        out.set(JAVA_INT_UNALIGNED, IoUringRecvmsgOut.PAYLOADLEN, payloadLength);
        out.set(JAVA_INT_UNALIGNED, IoUringRecvmsgOut.FLAGS, flags);
        copy(message.name, Math.min(name, nameLength), out, IoUringRecvmsgOut.SIZE);
        copyControl(message, out, IoUringRecvmsgOut.SIZE + nameLength);
        return 0;
    }

    /// Tells a single receive's program what came with the bytes.
    void answer(AddressSpace memory, Message message) {
        MemorySegment header = memory.slice(address, Msghdr.SIZE);
        if (header == null) {
            return;
        }
        int nameSize = message.name == null ? 0 : message.name.length;
        if (name != 0) {
            MemorySegment into = memory.slice(name, Math.min(nameLength, nameSize));
            if (into != null) {
                copy(message.name, Math.min(nameLength, nameSize), into, 0);
            }
            header.set(JAVA_INT_UNALIGNED, Msghdr.NAMELEN, nameSize);
        }
        int controlRoom = controlSize(message);
        if (controlRoom > 0) {
            MemorySegment into = memory.slice(control, controlRoom);
            if (into != null) {
                copyControl(message, into, 0);
            }
        }
        header.set(JAVA_LONG_UNALIGNED, Msghdr.CONTROLLEN, controlRoom);
        header.set(JAVA_INT_UNALIGNED, Msghdr.FLAGS, flags(message));
    }

    /// What the program is told; one of its own flags comes back.
    private int flags(Message message) {
        return message.answerFlags | message.flags & MSG_CMSG_CLOEXEC;
    }

    /// Whether there was more control data than room for it, as a flag of the answer.
    int cutOff(Message message) {
        return message.control.length > controlLength ? MSG_CTRUNC : 0;
    }

    /// How much room control data takes: without room for its header it is left out.
    private int controlSize(Message message) {
        return controlLength < CONTROL_HEADER_SIZE ? 0
                : (int) Math.min(controlLength, message.control.length);
    }

    /// What is cut off is as long as its room (`put_cmsg`).
    private void copyControl(Message message, MemorySegment into, long at) {
        int size = controlSize(message);
        copy(message.control, size, into, at);
        if (size > 0 && into.get(JAVA_LONG_UNALIGNED, at) > size) {
            into.set(JAVA_LONG_UNALIGNED, at, size);
        }
    }

    private static void copy(byte[] from, int length, MemorySegment into, long at) {
        if (length > 0) {
            MemorySegment.copy(from, 0, into, JAVA_BYTE, at, length);
        }
    }
}
