package dev.rill.kernel;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Descriptors that were closed here and have not been opened here since, for [CheckingKernel].
/// What it has never heard of is taken to be open.
final class ClosedDescriptors {

    private final Set<Integer> closed = ConcurrentHashMap.newKeySet();
    /// Being closed at this moment: another thread may be given the same number before this one
    /// knows that it is free.
    private final Set<Integer> closing = ConcurrentHashMap.newKeySet();

    boolean isClosed(int fd) {
        return closed.contains(fd);
    }

    void opened(int fd) {
        closing.remove(fd);
        closed.remove(fd);
    }

    /// To be called before the kernel is asked to close it.
    void closing(int fd) {
        closing.add(fd);
    }

    /// The kernel has closed it, unless it has given out the number again since.
    void closed(int fd) {
        if (closing.remove(fd)) {
            closed.add(fd);
        }
    }

    /// Descriptors may have been opened without having been seen.
    void forget() {
        closing.clear();
        closed.clear();
    }
}
