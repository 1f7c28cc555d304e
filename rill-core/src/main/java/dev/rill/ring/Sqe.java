package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.CancelFlags;
import dev.rill.abi.CqeFlags;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.MsgRingFlags;
import dev.rill.abi.Opcode;
import dev.rill.abi.SocketOpFlags;
import dev.rill.abi.SqeFlags;
import java.lang.foreign.MemorySegment;

/// One submission queue entry: a view of 64 bytes that the kernel will read.
///
/// A `prep` method sets the opcode and its operands on a cleared entry; the other methods add to
/// it. All of them return the entry, so that a request is one sentence:
///
/// ```java
/// group.select(ring.sqe().prepRecvMultishot(fd)).userData(tag);
/// ```
///
/// The object stands for a slot of the queue, not for a request: it is valid until the ring is
/// entered and is then used again. Memory named by an address stays the caller's; it must come
/// from the kernel's `memory` and stay untouched until the request's last completion. Lengths are
/// in bytes. Used by the ring's owner thread only. Source: liburing `io_uring_prep_*`
/// (src/include/liburing.h), with the man page of each.
public final class Sqe {

    private final SubmissionQueue queue;
    private final MemorySegment sqes;
    private final long base;

    Sqe(SubmissionQueue queue, MemorySegment sqes, long base) {
        this.queue = queue;
        this.sqes = sqes;
        this.base = base;
    }

    Sqe clear() {
        for (long at = base; at < base + IoUringSqe.SIZE; at += Long.BYTES) {
            sqes.set(JAVA_LONG, at, 0);
        }
        return this;
    }

    /// Sets the four operands that nearly every opcode has.
    ///
    /// @param opcode `IORING_OP_*`
    /// @param fd a descriptor, or -1 where the opcode has none
    /// @param address an address, or what the opcode puts in its place
    /// @param length a length, or what the opcode puts in its place
    /// @param offset a file offset, or what the opcode puts in its place
    /// @return this entry
    public Sqe prep(int opcode, int fd, long address, int length, long offset) {
        sqes.set(JAVA_BYTE, base + IoUringSqe.OPCODE, (byte) opcode);
        sqes.set(JAVA_INT, base + IoUringSqe.FD, fd);
        sqes.set(JAVA_LONG, base + IoUringSqe.OFF, offset);
        sqes.set(JAVA_LONG, base + IoUringSqe.ADDR, address);
        sqes.set(JAVA_INT, base + IoUringSqe.LEN, length);
        return this;
    }

    /// Does nothing and completes.
    ///
    /// @return this entry
    public Sqe prepNop() {
        return prep(Opcode.IORING_OP_NOP, -1, 0, 0, 0);
    }

    /// Receives once from a socket. With buffer selection `address` is 0, and a `length` of 0 means
    /// as much as the buffer holds.
    ///
    /// @param fd the socket
    /// @param address where the bytes go
    /// @param length at most so many
    /// @param msgFlags `MSG_*`
    /// @return this entry
    public Sqe prepRecv(int fd, long address, int length, int msgFlags) {
        return prep(Opcode.IORING_OP_RECV, fd, address, length, 0).opFlags(msgFlags);
    }

    /// Receives from a socket until it ends, is cancelled, or no buffer is left; needs buffer
    /// selection. Linux 6.0.
    ///
    /// @param fd the socket
    /// @return this entry
    public Sqe prepRecvMultishot(int fd) {
        return prepRecv(fd, 0, 0, 0).ioprio(SocketOpFlags.IORING_RECV_MULTISHOT);
    }

    /// Receives once with address and control data.
    ///
    /// @param fd the socket
    /// @param msghdr address of a `struct msghdr`, which must live until completion
    /// @param msgFlags `MSG_*`
    /// @return this entry
    public Sqe prepRecvmsg(int fd, long msghdr, int msgFlags) {
        return prep(Opcode.IORING_OP_RECVMSG, fd, msghdr, 1, 0).opFlags(msgFlags);
    }

    /// Receives messages until cancelled; each selected buffer starts with a
    /// [dev.rill.abi.IoUringRecvmsgOut]. Linux 6.0.
    ///
    /// @param fd the socket
    /// @param msghdr address of a `struct msghdr`: only its name and control lengths are used
    /// @param msgFlags `MSG_*`
    /// @return this entry
    public Sqe prepRecvmsgMultishot(int fd, long msghdr, int msgFlags) {
        return prepRecvmsg(fd, msghdr, msgFlags).ioprio(SocketOpFlags.IORING_RECV_MULTISHOT);
    }

    /// Sends to a connected socket.
    ///
    /// @param fd the socket
    /// @param address where the bytes are
    /// @param length how many
    /// @param msgFlags `MSG_*`
    /// @return this entry
    public Sqe prepSend(int fd, long address, int length, int msgFlags) {
        return prep(Opcode.IORING_OP_SEND, fd, address, length, 0).opFlags(msgFlags);
    }

    /// Sends without copying: two completions, the second (`IORING_CQE_F_NOTIF`) when the memory is
    /// free again. Linux 6.0.
    ///
    /// @param fd the socket
    /// @param address where the bytes are
    /// @param length how many
    /// @param msgFlags `MSG_*`
    /// @return this entry
    public Sqe prepSendZc(int fd, long address, int length, int msgFlags) {
        return prep(Opcode.IORING_OP_SEND_ZC, fd, address, length, 0).opFlags(msgFlags);
    }

    /// Sends from several places, or to an address.
    ///
    /// @param fd the socket
    /// @param msghdr address of a `struct msghdr`, which must live until completion
    /// @param msgFlags `MSG_*`
    /// @return this entry
    public Sqe prepSendmsg(int fd, long msghdr, int msgFlags) {
        return prep(Opcode.IORING_OP_SENDMSG, fd, msghdr, 1, 0).opFlags(msgFlags);
    }

    /// Accepts one connection; the completion carries its descriptor.
    ///
    /// @param fd a listening socket
    /// @param socketFlags `SOCK_CLOEXEC`, `SOCK_NONBLOCK`
    /// @return this entry
    public Sqe prepAccept(int fd, int socketFlags) {
        return prep(Opcode.IORING_OP_ACCEPT, fd, 0, 0, 0).opFlags(socketFlags);
    }

    /// Accepts connections until cancelled. Linux 5.19.
    ///
    /// @param fd a listening socket
    /// @param socketFlags `SOCK_CLOEXEC`, `SOCK_NONBLOCK`
    /// @return this entry
    public Sqe prepAcceptMultishot(int fd, int socketFlags) {
        return prepAccept(fd, socketFlags).ioprio(SocketOpFlags.IORING_ACCEPT_MULTISHOT);
    }

    /// Connects a socket.
    ///
    /// @param fd the socket
    /// @param address address of a `struct sockaddr`, which must live until completion
    /// @param length its length
    /// @return this entry
    public Sqe prepConnect(int fd, long address, int length) {
        return prep(Opcode.IORING_OP_CONNECT, fd, address, 0, length);
    }

    /// Ends one or both directions of a connection. Linux 5.11.
    ///
    /// @param fd the socket
    /// @param how `SHUT_*`
    /// @return this entry
    public Sqe prepShutdown(int fd, int how) {
        return prep(Opcode.IORING_OP_SHUTDOWN, fd, 0, how, 0);
    }

    /// Closes a descriptor.
    ///
    /// @param fd the descriptor
    /// @return this entry
    public Sqe prepClose(int fd) {
        return prep(Opcode.IORING_OP_CLOSE, fd, 0, 0, 0);
    }

    /// Opens a socket; the completion carries its descriptor. Linux 5.19.
    ///
    /// @param domain `AF_*`
    /// @param type `SOCK_*`
    /// @param protocol `IPPROTO_*` or 0
    /// @return this entry
    public Sqe prepSocket(int domain, int type, int protocol) {
        return prep(Opcode.IORING_OP_SOCKET, domain, 0, protocol, type);
    }

    /// Gives a socket its address. Linux 6.11.
    ///
    /// @param fd the socket
    /// @param address address of a `struct sockaddr`
    /// @param length its length
    /// @return this entry
    public Sqe prepBind(int fd, long address, int length) {
        return prep(Opcode.IORING_OP_BIND, fd, address, 0, length);
    }

    /// Lets a socket accept connections. Linux 6.11.
    ///
    /// @param fd the socket
    /// @param backlog how many may wait to be accepted
    /// @return this entry
    public Sqe prepListen(int fd, int backlog) {
        return prep(Opcode.IORING_OP_LISTEN, fd, 0, backlog, 0);
    }

    /// Reads from a file, pipe or socket.
    ///
    /// @param fd the descriptor
    /// @param address where the bytes go
    /// @param length at most so many
    /// @param offset file offset, or -1 for the file position
    /// @return this entry
    public Sqe prepRead(int fd, long address, int length, long offset) {
        return prep(Opcode.IORING_OP_READ, fd, address, length, offset);
    }

    /// Reads into several places.
    ///
    /// @param fd the descriptor
    /// @param iovecs address of an array of `struct iovec`
    /// @param count how many of them
    /// @param offset file offset, or -1 for the file position
    /// @return this entry
    public Sqe prepReadv(int fd, long iovecs, int count, long offset) {
        return prep(Opcode.IORING_OP_READV, fd, iovecs, count, offset);
    }

    /// Reads from a pollable file until it ends or is cancelled; needs buffer selection. Linux 6.7.
    ///
    /// @param fd the descriptor
    /// @return this entry
    public Sqe prepReadMultishot(int fd) {
        return prep(Opcode.IORING_OP_READ_MULTISHOT, fd, 0, 0, -1);
    }

    /// Writes to a file, pipe or socket.
    ///
    /// @param fd the descriptor
    /// @param address where the bytes are
    /// @param length how many
    /// @param offset file offset, or -1 for the file position
    /// @return this entry
    public Sqe prepWrite(int fd, long address, int length, long offset) {
        return prep(Opcode.IORING_OP_WRITE, fd, address, length, offset);
    }

    /// Writes from several places.
    ///
    /// @param fd the descriptor
    /// @param iovecs address of an array of `struct iovec`
    /// @param count how many of them
    /// @param offset file offset, or -1 for the file position
    /// @return this entry
    public Sqe prepWritev(int fd, long iovecs, int count, long offset) {
        return prep(Opcode.IORING_OP_WRITEV, fd, iovecs, count, offset);
    }

    /// Opens a file; the completion carries its descriptor.
    ///
    /// @param directory a directory descriptor or `AT_FDCWD`
    /// @param path address of a zero-terminated path
    /// @param openFlags `O_*`
    /// @param mode permission bits of a file to be created
    /// @return this entry
    public Sqe prepOpenat(int directory, long path, int openFlags, int mode) {
        return prep(Opcode.IORING_OP_OPENAT, directory, path, mode, 0).opFlags(openFlags);
    }

    /// Forces a file to storage.
    ///
    /// @param fd the file
    /// @param fsyncFlags `IORING_FSYNC_*`
    /// @return this entry
    public Sqe prepFsync(int fd, int fsyncFlags) {
        return prep(Opcode.IORING_OP_FSYNC, fd, 0, 0, 0).opFlags(fsyncFlags);
    }

    /// Waits for readiness.
    ///
    /// @param fd the descriptor
    /// @param events `POLL*`
    /// @return this entry
    public Sqe prepPollAdd(int fd, int events) {
        return prep(Opcode.IORING_OP_POLL_ADD, fd, 0, 0, 0).opFlags(events);
    }

    /// Removes a poll request.
    ///
    /// @param target the user data of the poll
    /// @return this entry
    public Sqe prepPollRemove(long target) {
        return prep(Opcode.IORING_OP_POLL_REMOVE, -1, target, 0, 0);
    }

    /// Completes with `-ETIME` after a time, or with 0 after `count` other completions.
    ///
    /// @param timespec address of a `struct __kernel_timespec`
    /// @param count completions to wait for, 0 for none
    /// @param timeoutFlags `IORING_TIMEOUT_*`
    /// @return this entry
    public Sqe prepTimeout(long timespec, int count, int timeoutFlags) {
        return prep(Opcode.IORING_OP_TIMEOUT, -1, timespec, 1, count).opFlags(timeoutFlags);
    }

    /// Removes a timeout.
    ///
    /// @param target the user data of the timeout
    /// @return this entry
    public Sqe prepTimeoutRemove(long target) {
        return prep(Opcode.IORING_OP_TIMEOUT_REMOVE, -1, target, 0, 0);
    }

    /// Cancels the linked request before this one when it takes too long.
    ///
    /// @param timespec address of a `struct __kernel_timespec`
    /// @param timeoutFlags `IORING_TIMEOUT_*`
    /// @return this entry
    public Sqe prepLinkTimeout(long timespec, int timeoutFlags) {
        return prep(Opcode.IORING_OP_LINK_TIMEOUT, -1, timespec, 1, 0).opFlags(timeoutFlags);
    }

    /// Cancels the request with a given user data. The victim has a completion of its own; only
    /// that one ends its hold on memory.
    ///
    /// @param target the user data of the request
    /// @return this entry
    public Sqe prepCancel(long target) {
        return prep(Opcode.IORING_OP_ASYNC_CANCEL, -1, target, 0, 0);
    }

    /// Cancels all requests on a descriptor; completes with their number. Linux 5.19.
    ///
    /// @param fd the descriptor
    /// @return this entry
    public Sqe prepCancelFd(int fd) {
        return prep(Opcode.IORING_OP_ASYNC_CANCEL, fd, 0, 0, 0)
                .opFlags(CancelFlags.IORING_ASYNC_CANCEL_FD | CancelFlags.IORING_ASYNC_CANCEL_ALL);
    }

    /// Cancels every request of the ring; completes with their number. Linux 5.19.
    ///
    /// @return this entry
    public Sqe prepCancelAny() {
        return prep(Opcode.IORING_OP_ASYNC_CANCEL, -1, 0, 0, 0)
                .opFlags(CancelFlags.IORING_ASYNC_CANCEL_ANY | CancelFlags.IORING_ASYNC_CANCEL_ALL);
    }

    /// Adds buffers to a classic list group (the interface before buffer rings).
    ///
    /// @param address of the first buffer
    /// @param length of each buffer
    /// @param count how many, one behind the other in memory
    /// @param bgid the group
    /// @param firstBid the id of the first buffer
    /// @return this entry
    public Sqe prepProvideBuffers(long address, int length, int count, int bgid, int firstBid) {
        return prep(Opcode.IORING_OP_PROVIDE_BUFFERS, count, address, length, firstBid)
                .bufferGroup(bgid);
    }

    /// Takes buffers out of a classic list group; completes with how many.
    ///
    /// @param count at most so many
    /// @param bgid the group
    /// @return this entry
    public Sqe prepRemoveBuffers(int count, int bgid) {
        return prep(Opcode.IORING_OP_REMOVE_BUFFERS, count, 0, 0, 0).bufferGroup(bgid);
    }

    /// Posts a completion to another ring, with `IORING_CQE_F_MORE`: it ends none there. Linux 6.3.
    ///
    /// @param ring the other ring's descriptor
    /// @param result its `res`
    /// @param data its `user_data`
    /// @return this entry
    public Sqe prepMsgRing(int ring, int result, long data) {
        return prep(Opcode.IORING_OP_MSG_RING, ring, 0, result, data)
                .opFlags(MsgRingFlags.IORING_MSG_RING_FLAGS_PASS)
                .optlen(CqeFlags.IORING_CQE_F_MORE); // file_index: the flags to pass on
    }

    /// Sets the tag that the completion will carry.
    ///
    /// @param tag any value
    /// @return this entry
    public Sqe userData(long tag) {
        sqes.set(JAVA_LONG, base + IoUringSqe.USER_DATA, tag);
        return this;
    }

    /// Adds `IOSQE_*` flags.
    ///
    /// @param flags bits of [SqeFlags]
    /// @return this entry
    public Sqe flags(int flags) {
        byte set = sqes.get(JAVA_BYTE, base + IoUringSqe.FLAGS);
        if ((flags & ~set & SqeFlags.IOSQE_CQE_SKIP_SUCCESS) != 0) {
            queue.countSilent();
        }
        sqes.set(JAVA_BYTE, base + IoUringSqe.FLAGS, (byte) (set | flags));
        return this;
    }

    /// Adds bits to the field that receives and sends use for their options.
    ///
    /// @param bits `IORING_RECVSEND_*`, `IORING_RECV_MULTISHOT`, `IORING_ACCEPT_*`
    /// @return this entry
    public Sqe ioprio(int bits) {
        return setIoprio(ioprio() | bits);
    }

    Sqe setIoprio(int bits) {
        sqes.set(JAVA_SHORT, base + IoUringSqe.IOPRIO, (short) bits);
        return this;
    }

    /// Sets the flags word whose meaning depends on the opcode.
    ///
    /// @param bits `MSG_*`, `RWF_*`, `O_*`, `IORING_TIMEOUT_*` and so on
    /// @return this entry
    public Sqe opFlags(int bits) {
        sqes.set(JAVA_INT, base + IoUringSqe.OP_FLAGS, bits);
        return this;
    }

    /// Names a buffer group, without switching selection on: [BufferGroup#select] does both.
    ///
    /// @param bgid the group, 0 to 65535
    /// @return this entry
    public Sqe bufferGroup(int bgid) {
        sqes.set(JAVA_SHORT, base + IoUringSqe.BUF_GROUP, (short) bgid);
        return this;
    }

    /// Lets the kernel choose the buffer, unchecked: [BufferGroup#select] refuses what cannot work.
    ///
    /// @param bgid the group, 0 to 65535
    /// @return this entry
    public Sqe bufferSelect(int bgid) {
        return flags(SqeFlags.IOSQE_BUFFER_SELECT).bufferGroup(bgid);
    }

    /// Limits the bytes that a multishot receive takes in total. Linux 6.17.
    ///
    /// @param bytes the limit: the last piece may exceed it
    /// @return this entry
    public Sqe optlen(int bytes) {
        sqes.set(JAVA_INT, base + IoUringSqe.OPTLEN, bytes);
        return this;
    }

    /// Sets `len` where `prep` has none, as for each piece of a multishot receive (Linux 6.17).
    ///
    /// @param length in bytes
    /// @return this entry
    public Sqe length(int length) {
        sqes.set(JAVA_INT, base + IoUringSqe.LEN, length);
        return this;
    }

    int opcode() {
        return Byte.toUnsignedInt(sqes.get(JAVA_BYTE, base + IoUringSqe.OPCODE));
    }

    int flags() {
        return Byte.toUnsignedInt(sqes.get(JAVA_BYTE, base + IoUringSqe.FLAGS));
    }

    int ioprio() {
        return Short.toUnsignedInt(sqes.get(JAVA_SHORT, base + IoUringSqe.IOPRIO));
    }

    int word(int offset) {
        return sqes.get(JAVA_INT, base + offset);
    }

    @Override
    public String toString() {
        return Opcode.name(opcode()) + " fd=" + word(IoUringSqe.FD) + " len="
                + Integer.toUnsignedString(word(IoUringSqe.LEN)) + " user_data=0x"
                + Long.toHexString(sqes.get(JAVA_LONG, base + IoUringSqe.USER_DATA));
    }
}
