package dev.rill.engine;

import dev.rill.abi.Errno;

/// The classic way to lend buffers: one request for a run of them (io_uring/kbuf.c:
/// io_provide_buffers_prep, io_remove_buffers_prep and their issues).
final class ListGroups {

    private static final int BIDS = 65536;
    private static final long MAX_RW_COUNT = 0x7fff_f000L;

    private ListGroups() {
    }

    static int prepareProvide(Request request) {
        if (request.opFlags != 0 || request.fileIndex != 0) {
            return -Errno.EINVAL;
        }
        long count = Integer.toUnsignedLong(request.fd);
        long length = Integer.toUnsignedLong(request.sqeLen);
        if (count == 0 || count > BIDS) {
            return -Errno.E2BIG;
        }
        if (length == 0) {
            return -Errno.EINVAL;
        }
        long size = count * length;
        if (request.addr + size < 0 && request.addr >= 0) {
            return -Errno.EOVERFLOW;
        }
        if (request.addr < 0 && request.addr + size >= 0) {
            return -Errno.EOVERFLOW;
        }
        if (!AddressSpace.isUserRange(request.addr, size)) {
            return -Errno.EFAULT;
        }
        if (Long.compareUnsigned(request.off, BIDS - 1) > 0) {
            return -Errno.E2BIG;
        }
        return request.off + count > BIDS ? -Errno.EINVAL : 0;
    }

    static int provide(Request request) {
        BufferLists buffers = request.ring.buffers();
        BufferLists.Group group = buffers.group(request.bufGroup);
        if (group instanceof ProvidedRing) {
            return request.complete(-Errno.EINVAL);
        }
        ProvidedList list = (ProvidedList) group;
        if (list == null) {
            list = new ProvidedList();
            buffers.put(request.bufGroup, list);
        }
        Profile profile = request.profile();
        int capacity = profile.has(Quirk.ENDLESS_LISTS) ? Integer.MAX_VALUE
                : profile.has(Quirk.LARGER_LISTS) ? BIDS : BIDS - 1;
        long length = Integer.toUnsignedLong(request.sqeLen);
        int added = 0;
        while (added < request.fd && list.size() < capacity) {
            list.add(new ProvidedList.Buffer(request.addr + added * length,
                    Math.min(length, MAX_RW_COUNT), (int) request.off + added));
            added++;
        }
        return request.complete(added == 0 ? -Errno.EOVERFLOW : 0);
    }

    static int prepareRemove(Request request) {
        if (request.opFlags != 0 || request.addr != 0 || request.sqeLen != 0 || request.off != 0
                || request.fileIndex != 0) {
            return -Errno.EINVAL;
        }
        return request.fd <= 0 || request.fd > BIDS ? -Errno.EINVAL : 0;
    }

    static int remove(Request request) {
        return request.complete(
                switch (request.ring.buffers().group(request.bufGroup)) {
                    case null -> -Errno.ENOENT;
                    case ProvidedRing _ -> -Errno.EINVAL;
                    case ProvidedList list -> list.remove(request.fd);
                });
    }
}
