package dev.rill.net;

import dev.rill.ring.BufferGroup;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The bytes one connection has still to send, in order: pieces of held receive buffers and
/// blocks of the copy pool.
///
/// A piece that continues where the last one ended, in the same memory, is joined to it, so that
/// neighbouring receives leave with one send. Grows by doubling and is kept: nothing is allocated
/// in steady state.
final class SendQueue {

    private static final int INITIAL_CAPACITY = 4;

    private final CopyPool copies;

    /// By position modulo the capacity: where the bytes are, how many, and whose memory it is: a
    /// bid when zero or more, otherwise the complement of a block.
    private long[] addresses = new long[INITIAL_CAPACITY];
    private int[] lengths = new int[INITIAL_CAPACITY];
    private int[] owners = new int[INITIAL_CAPACITY];
    /// The group of a bid, otherwise null.
    private BufferGroup[] groups = new BufferGroup[INITIAL_CAPACITY];
    private int head;
    private int count;
    private long bytes;
    /// Bytes in use of the block that is being filled.
    private int blockUsed;

    SendQueue(CopyPool copies) {
        this.copies = copies;
    }

    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return count == 0;
    }

    long firstAddress() {
        return addresses[head];
    }

    int firstLength() {
        return lengths[head];
    }

    /// How many pieces there are.
    int pieces() {
        return count;
    }

    /// Writes the first pieces into a vector, as many as it takes.
    ///
    /// @return how many
    int gather(SendVectors vectors, int vector) {
        int pieces = Math.min(count, SendVectors.PIECES_MAX);
        for (int i = 0; i < pieces; i++) {
            int at = position(i);
            vectors.set(vector, i, addresses[at], lengths[at]);
        }
        return pieces;
    }

    /// Whose memory a piece is in: a bid when zero or more.
    int owner(int piece) {
        return owners[position(piece)];
    }

    /// In which group that bid is; null when it is none.
    BufferGroup group(int piece) {
        return groups[position(piece)];
    }

    /// How many bytes a piece has.
    int length(int piece) {
        return lengths[position(piece)];
    }

    /// Appends received bytes where they are, and holds their buffer.
    void addHeld(BufferGroup group, int bid, long address, int length) {
        if (!join(group, bid, address, length)) {
            group.retain(bid);
            append(group, bid, address, length);
        }
    }

    /// Appends a copy of bytes.
    void addCopy(MemorySegment from, long offset, long length) {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            int block = tailBlock();
            int take = (int) Math.min(end - at, CopyPool.BLOCK_SIZE - blockUsed);
            MemorySegment.copy(from, at,
                    copies.area(block), copies.offset(block) + blockUsed, take);
            long address = copies.address(block) + blockUsed;
            blockUsed += take;
            if (!join(null, ~block, address, take)) {
                append(null, ~block, address, take);
            }
            at += take;
        }
    }

    /// The kernel has taken bytes.
    void sent(int length) {
        bytes -= length;
        int left = length;
        while (left > 0) {
            int first = lengths[head];
            if (left < first) {
                addresses[head] += left;
                lengths[head] = first - left;
                return;
            }
            left -= first;
            dropFirst();
        }
    }

    /// Lets go of everything.
    void clear() {
        while (count > 0) {
            dropFirst();
        }
        bytes = 0;
    }

    /// Whether any piece keeps a receive buffer from going back to the kernel.
    boolean holdsBuffers() {
        for (int i = 0; i < count; i++) {
            if (owners[position(i)] >= 0) {
                return true;
            }
        }
        return false;
    }

    /// Moves the bytes out of the receive buffers, which go back to the kernel.
    ///
    /// @param from the first piece to move; those before are being sent
    /// @return how many bytes were moved
    long moveOut(int from) {
        int kept = Math.min(from, count);
        int total = count;
        long[] oldAddresses = new long[total];
        int[] oldLengths = new int[total];
        int[] oldOwners = new int[total];
        BufferGroup[] oldGroups = new BufferGroup[total];
        for (int i = kept; i < total; i++) {
            oldAddresses[i] = addresses[position(i)];
            oldLengths[i] = lengths[position(i)];
            oldOwners[i] = owners[position(i)];
            oldGroups[i] = groups[position(i)];
            bytes -= oldLengths[i];
        }
        count = kept;
        long moved = 0;
        for (int i = kept; i < total; i++) {
            if (oldOwners[i] < 0) {
                append(null, oldOwners[i], oldAddresses[i], oldLengths[i]);
            } else {
                BufferGroup group = oldGroups[i];
                MemorySegment buffer = group.buffer(oldOwners[i]);
                addCopy(buffer, oldAddresses[i] - buffer.address(), oldLengths[i]);
                group.release(oldOwners[i]);
                moved += oldLengths[i];
            }
        }
        return moved;
    }

    private boolean join(BufferGroup group, int owner, long address, int length) {
        if (count == 0) {
            return false;
        }
        int last = position(count - 1);
        if (owners[last] != owner || groups[last] != group
                || addresses[last] + lengths[last] != address) {
            return false;
        }
        lengths[last] += length;
        bytes += length;
        return true;
    }

    private void append(BufferGroup group, int owner, long address, int length) {
        if (count == addresses.length) {
            grow();
        }
        int at = position(count);
        addresses[at] = address;
        lengths[at] = length;
        owners[at] = owner;
        groups[at] = group;
        count++;
        bytes += length;
    }

    /// The block that takes the next copied bytes: the newest when it has room, or a new one.
    private int tailBlock() {
        if (count > 0 && owners[position(count - 1)] < 0) {
            int last = position(count - 1);
            int block = ~owners[last];
            blockUsed = (int) (addresses[last] + lengths[last] - copies.address(block));
            if (blockUsed < CopyPool.BLOCK_SIZE) {
                return block;
            }
        }
        blockUsed = 0;
        return copies.take();
    }

    private void dropFirst() {
        int owner = owners[head];
        BufferGroup group = groups[head];
        groups[head] = null; // not kept from being closed
        head = head + 1 & addresses.length - 1;
        count--;
        if (owner >= 0) {
            group.release(owner);
        } else {
            copies.give(~owner);
        }
    }

    private int position(int index) {
        return head + index & addresses.length - 1;
    }

    private void grow() {
        int capacity = addresses.length;
        lengths = rotated(lengths, Arrays.copyOf(lengths, 2 * capacity), capacity);
        owners = rotated(owners, Arrays.copyOf(owners, 2 * capacity), capacity);
        groups = rotated(groups, Arrays.copyOf(groups, 2 * capacity), capacity);
        addresses = rotated(addresses, Arrays.copyOf(addresses, 2 * capacity), capacity);
        head = 0;
    }

    private <A> A rotated(A old, A into, int capacity) {
        System.arraycopy(old, head, into, 0, capacity - head);
        System.arraycopy(old, 0, into, capacity - head, head);
        return into;
    }
}
