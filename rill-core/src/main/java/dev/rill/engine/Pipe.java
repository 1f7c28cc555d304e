package dev.rill.engine;

import dev.rill.abi.Errno;
import java.util.ArrayDeque;

/// A pipe: sixteen pages in a ring (fs/pipe.c). A write adds to the last page what fits there as a
/// whole, and takes new pages for the rest.
final class Pipe {

    private static final int PAGE = 4096;
    private static final int PAGES_MAX = 16;

    private static final class Page {
        final byte[] bytes = new byte[PAGE];
        int read;
        int written;
    }

    private final Faults faults;
    private final ArrayDeque<Page> pages = new ArrayDeque<>();
    private boolean readerOpen = true;
    private boolean writerOpen = true;

    private final End reader;
    private final End writer;

    Pipe(Faults faults, boolean nonblocking) {
        this.faults = faults;
        reader = new End(this, false, nonblocking);
        writer = new End(this, true, nonblocking);
    }

    OpenFile reader() {
        return reader;
    }

    OpenFile writer() {
        return writer;
    }

    private int take(IoVector into) {
        if (into.remaining() == 0) {
            return 0;
        }
        if (pages.isEmpty()) {
            return writerOpen ? -Errno.EAGAIN : 0;
        }
        int most = faults.part((int) Math.min(into.remaining(), PAGES_MAX * PAGE));
        int taken = 0;
        while (!pages.isEmpty() && taken < most) {
            Page page = pages.getFirst();
            int part = into.put(page.bytes, page.read,
                    Math.min(page.written - page.read, most - taken));
            if (part < 0) {
                taken = taken > 0 ? taken : part;
                break;
            }
            page.read += part;
            taken += part;
            if (page.read == page.written) {
                pages.removeFirst();
            }
        }
        if (taken > 0) {
            writer.waiters.wake(Events.OUT);
        }
        return taken;
    }

    private int add(IoVector from) {
        if (from.remaining() == 0) {
            return 0; // also when nobody reads any more
        }
        if (!readerOpen) {
            return -Errno.EPIPE;
        }
        // Up to a page goes in as a whole or not at all (PIPE_BUF).
        long left = from.remaining() <= PAGE ? from.remaining()
                : faults.part((int) Math.min(from.remaining(), Integer.MAX_VALUE));
        int added = 0;
        int odd = (int) (left & PAGE - 1);
        Page last = pages.peekLast();
        if (odd > 0 && last != null && last.written + odd <= PAGE) {
            int part = from.get(last.bytes, last.written, odd);
            if (part < 0) {
                return part;
            }
            last.written += part;
            added += part;
        }
        while (added < left && pages.size() < PAGES_MAX) {
            Page page = new Page();
            int part = from.get(page.bytes, 0, (int) Math.min(PAGE, left - added));
            if (part < 0) {
                added = added > 0 ? added : part;
                break;
            }
            page.written = part;
            pages.add(page);
            added += part;
        }
        if (added > 0) {
            reader.waiters.wake(Events.IN);
        }
        return added == 0 ? -Errno.EAGAIN : added;
    }

    private int readEvents() {
        return (pages.isEmpty() ? 0 : Events.IN) | (writerOpen ? 0 : Events.HUP);
    }

    private int writeEvents() {
        return (pages.size() < PAGES_MAX ? Events.OUT : 0) | (readerOpen ? 0 : Events.ERR);
    }

    private void close(boolean writing) {
        if (writing) {
            writerOpen = false;
            reader.waiters.wake(0);
        } else {
            readerOpen = false;
            writer.waiters.wake(0);
        }
    }

    /// One end of a pipe.
    private record End(Pipe pipe, boolean writing, boolean nonblocking, References references,
            WaitQueue waiters) implements OpenFile {

        End(Pipe pipe, boolean writing, boolean nonblocking) {
            this(pipe, writing, nonblocking, new References(), new WaitQueue());
        }

        @Override
        public boolean readable() {
            return !writing;
        }

        @Override
        public boolean writable() {
            return writing;
        }

        @Override
        public int poll(int wanted) {
            return writing ? pipe.writeEvents() : pipe.readEvents();
        }

        @Override
        public int read(IoVector into, long position) {
            return pipe.take(into);
        }

        @Override
        public int write(IoVector from, long position) {
            return pipe.add(from);
        }

        @Override
        public void release() {
            pipe.close(writing);
        }
    }
}
