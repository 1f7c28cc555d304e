package dev.rill.engine;

import static dev.rill.abi.CqeFlags.IORING_CQE_BUFFER_SHIFT;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUF_MORE;

import dev.rill.abi.Errno;
import dev.rill.abi.Opcode;
import java.util.Arrays;

/// The provided buffers of a ring, by group: selection, early commit, peek, recycle, put
/// (io_uring/kbuf.c).
///
/// A request holds no buffer while it waits, unless it was committed early. Groups are looked up
/// by number at every selection.
final class BufferLists {

    /// The kinds of groups.
    sealed interface Group permits ProvidedRing, ProvidedList {
    }

    /// How many entries one peek looks at (`UIO_MAXIOV`), and how many it maps when the amount is
    /// known (`PEEK_MAX_IMPORT`).
    private static final int IOV_MAX = 1024;
    private static final int PEEK_MAX = 256;
    private static final long MAX_RW_COUNT = 0x7fff_f000L;

    private final Profile profile;
    private Group[] groups = new Group[16];

    BufferLists(Profile profile) {
        this.profile = profile;
    }

    Group group(int bgid) {
        return bgid >= 0 && bgid < groups.length ? groups[bgid] : null;
    }

    void put(int bgid, Group group) {
        if (bgid >= groups.length) {
            int size = Math.max(2 * groups.length, Integer.highestOneBit(bgid) << 1);
            groups = Arrays.copyOf(groups, size);
        }
        groups[bgid] = group;
    }

    /// Attaches one buffer to a request (`io_buffer_select`).
    ///
    /// @param want at most so many bytes; 0 for the whole buffer
    /// @return whether there was one; the place is in the request
    boolean select(Request request, long want) {
        Group group = group(request.bufGroup);
        return switch (group) {
            case null -> false;
            case ProvidedList list -> selectFrom(list, request, want);
            case ProvidedRing ring -> selectFrom(ring, request, want);
        };
    }

    private boolean selectFrom(ProvidedList list, Request request, long want) {
        ProvidedList.Buffer buffer = list.take();
        if (buffer == null) {
            return false;
        }
        if (list.isEmpty()) {
            request.lastBuffer = true;
        }
        request.held = Request.HELD_LIST;
        request.listBuffer = buffer;
        request.bid = buffer.bid();
        request.selectedAddress = buffer.address();
        request.selectedLength = limit(want, buffer.length());
        return request.selectedAddress != 0;
    }

    private boolean selectFrom(ProvidedRing ring, Request request, long want) {
        int tail = ring.tail();
        int head = ring.head();
        if (tail == head) {
            return false;
        }
        if (head + 1 == tail) { // without wrap: 65535 and 0 do not match
            request.lastBuffer = true;
        }
        long address = ring.address(head);
        long length = limit(want, ring.length(head));
        if (profile.has(Quirk.ACCESS_CHECK) && !AddressSpace.isUserRange(address, length)) {
            return false;
        }
        request.held = Request.HELD_RING;
        request.bid = ring.bid(head);
        request.selectedAddress = address;
        request.selectedLength = length;
        if (commitsEarly(request)) {
            boolean finished = ring.commit((int) length, 1);
            request.moreLatch = !finished && !profile.has(Quirk.EARLY_MORE_LOST);
            request.toCommit = false;
            request.commitRing = null;
            if (ring.incremental() && profile.has(Quirk.EARLY_ADDRESS_BUG)) {
                request.selectedAddress = ring.address(head);
            }
        } else {
            request.toCommit = true;
            request.commitRing = ring;
        }
        return address != 0;
    }

    /// A worker of the kernel and a file that cannot be polled consume at once: nobody will come
    /// back to do it later (`io_should_commit`).
    private static boolean commitsEarly(Request request) {
        return request.unlocked || !request.file.pollable();
    }

    /// Maps the entries a bundle or a send may use, without consuming them (`io_buffers_peek`).
    ///
    /// @param amount how many bytes are asked for; 0 when that is not known
    /// @param expand whether more entries than the request has room for may be mapped
    /// @return the number of entries mapped, or `-errno`
    int peek(Request request, long amount, boolean expand, boolean single) {
        Group group = group(request.bufGroup);
        return switch (group) {
            case null -> -Errno.ENOENT;
            // of a list a send takes the whole buffer, whatever its length
            case ProvidedList list -> selectFrom(list, request,
                    request.opcode == Opcode.IORING_OP_SEND ? 0 : amount)
                    ? mapped(request) : -Errno.ENOBUFS;
            case ProvidedRing ring -> peek(ring, request, amount, expand, single);
        };
    }

    private static int mapped(Request request) {
        request.message.data.clear()
                .add(request.memory(), request.selectedAddress, request.selectedLength);
        return AddressSpace.isUserRange(request.selectedAddress, request.selectedLength)
                ? 1 : -Errno.EFAULT;
    }

    private int peek(ProvidedRing ring, Request request, long amount, boolean expand,
            boolean single) {
        int head = ring.head();
        int tail = ring.tail();
        int available = Math.min(tail - head & 0xffff, IOV_MAX);
        if (available == 0) {
            return -Errno.ENOBUFS;
        }
        boolean seed = profile.has(Quirk.SINGLE_SLOT_COMMIT);
        if (amount != 0) {
            boolean one = seed && ring.incremental();
            long first = ring.length(head);
            if (first == 0 && (!one || request.opcode == Opcode.IORING_OP_SEND)) {
                return -Errno.ENOBUFS;
            }
            long needed = one ? 1 : Math.min((amount + first - 1) / first, PEEK_MAX);
            available = (int) Math.min(available, needed);
        }
        int capacity = single ? 1 : request.capacity;
        boolean grows = expand && available > capacity && amount != 0;
        capacity = grows ? available : Math.min(capacity, available);
        request.bid = ring.bid(head);
        int count = map(ring, request, amount == 0 ? Integer.MAX_VALUE : amount, capacity);
        if (grows && count > 0) {
            request.capacity = count; // new room is remembered as far as it was used
        }
        return count;
    }

    private int map(ProvidedRing ring, Request request, long amount, int capacity) {
        boolean seed = profile.has(Quirk.SINGLE_SLOT_COMMIT);
        IoVector vector = request.message.data.clear();
        long left = profile.has(Quirk.ACCESS_CHECK) ? Math.min(amount, MAX_RW_COUNT) : amount;
        long total = 0;
        int index = ring.head();
        int count = 0;
        while (count < capacity) {
            long length = ring.length(index);
            if (length > left) {
                length = left;
                if (!ring.incremental()) {
                    request.partialMap = true;
                    boolean endsBefore = !seed || request.opcode == Opcode.IORING_OP_SEND;
                    if (count > 0 && endsBefore && !profile.has(Quirk.PARTIAL_BUNDLE_RETRY)) {
                        break;
                    }
                    if (profile.has(Quirk.SHRINK_ENTRY)) {
                        ring.length(index, length);
                    }
                }
            }
            long address = ring.address(index);
            if (profile.has(Quirk.ACCESS_CHECK) && !AddressSpace.isUserRange(address, length)) {
                return -Errno.EFAULT;
            }
            vector.add(request.memory(), address, length);
            count++;
            total += length;
            left -= length;
            if (left > 0 || profile.has(Quirk.PART_OF_LAST_ENDS)) {
                index++;
            }
            if (left == 0) {
                break;
            }
        }
        if ((index & 0xffff) == ring.tail()) {
            request.lastBuffer = true;
        }
        request.held = Request.HELD_RING;
        request.toCommit = true;
        request.commitRing = ring;
        request.selectedLength = total;
        return count;
    }

    /// Takes what a peek mapped, before it is known how much of it will be used: what a send does.
    void commitPeeked(Request request, int entries) {
        if (request.toCommit) {
            boolean finished = request.commitRing.commit((int) request.selectedLength, entries);
            request.moreLatch = !finished && !profile.has(Quirk.EARLY_MORE_LOST);
            request.toCommit = false;
            request.commitRing = null;
        }
        request.noRecycle = true;
    }

    /// Consumes what a request that goes on waiting has received so far; what comes later is not
    /// consumed any more, and nothing tells that the buffer is not finished (Q8).
    void commitPart(Request request, int bytes, int entries) {
        if (request.toCommit && !profile.has(Quirk.WAITALL_UNCOMMITTED)) {
            request.commitRing.commit(bytes, entries);
            request.toCommit = false;
            request.commitRing = null;
        }
        request.noRecycle = true;
    }

    /// Gives the buffer back because nothing was transferred (`io_kbuf_recycle`).
    void recycle(Request request) {
        if (request.noRecycle || request.held == Request.HELD_NONE) {
            return;
        }
        if (request.held == Request.HELD_LIST) {
            if (group(request.bufGroup) instanceof ProvidedList list) {
                list.giveBack(request.listBuffer);
            }
            request.listBuffer = null;
            request.held = Request.HELD_NONE;
        } else if (request.toCommit) {
            request.toCommit = false;
            request.commitRing = null;
            request.held = Request.HELD_NONE;
        }
    }

    /// Consumes what was used, and says so in a completion's flags (`io_put_kbufs`).
    ///
    /// @return the flags about buffers
    int put(Request request, int bytes, int entries) {
        if (request.held == Request.HELD_NONE) {
            return 0;
        }
        int flags = IORING_CQE_F_BUFFER | request.bid << IORING_CQE_BUFFER_SHIFT;
        if (request.held == Request.HELD_RING) {
            boolean more = request.moreLatch;
            if (request.toCommit) {
                // What was unregistered meanwhile is not looked at, as if it stayed current.
                more |= group(request.bufGroup) == request.commitRing
                        ? !request.commitRing.commit(bytes, entries)
                        : request.commitRing.incremental();
            }
            if (more) {
                flags |= IORING_CQE_F_BUF_MORE;
            }
        }
        request.held = Request.HELD_NONE;
        request.toCommit = false;
        request.commitRing = null;
        request.listBuffer = null;
        request.moreLatch = false;
        request.noRecycle = false;
        return flags;
    }

    private static long limit(long want, long length) {
        return want == 0 || want > length ? length : want;
    }
}
