package dev.rill.linux;

import static dev.rill.abi.MemoryFlags.MADV_HUGEPAGE;
import static dev.rill.abi.MemoryFlags.MADV_POPULATE_WRITE;
import static dev.rill.abi.MemoryFlags.MAP_ANONYMOUS;
import static dev.rill.abi.MemoryFlags.MAP_HUGETLB;
import static dev.rill.abi.MemoryFlags.MAP_PRIVATE;
import static dev.rill.abi.MemoryFlags.PROT_READ;
import static dev.rill.abi.MemoryFlags.PROT_WRITE;

import dev.rill.abi.Errno;
import dev.rill.kernel.KernelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Memory of huge pages, or the reason why there is none.
///
/// @see <a href="https://docs.kernel.org/admin-guide/mm/hugetlbpage.html">hugetlbpage</a>
/// @see <a href="https://docs.kernel.org/admin-guide/mm/transhuge.html">transhuge</a>
final class HugeMemory {

    private static final Path TRANSPARENT = Path.of("/sys/kernel/mm/transparent_hugepage");
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Pattern HUGE_PAGE_SIZE = Pattern.compile("Hugepagesize:\\s+(\\d+) kB");

    private HugeMemory() {
    }

    /// Pages that were set aside. They are written to here, once: where a control group forbids
    /// what the machine has, the first access would end the process.
    static MemorySegment explicit(long byteSize, Arena lifetime) {
        long page = explicitPageSize();
        long whole = wholePages(byteSize, page);
        String operation = "mmap of " + whole + " bytes with MAP_HUGETLB";
        String advice = "Set aside " + whole / page + " more huge pages of " + page
                + " bytes: sysctl vm.nr_hugepages";
        MemorySegment mapping = map(whole, MAP_HUGETLB, operation, advice);
        int result = Libc.madvise(mapping, MADV_POPULATE_WRITE);
        if (result < 0 && result != -Errno.EINVAL) { // before Linux 5.14: nobody can say
            Libc.munmap(mapping);
            throw new KernelException(operation, result, advice);
        }
        return LinuxKernel.owned(mapping, lifetime).asSlice(0, byteSize);
    }

    /// Ordinary memory at the boundary of a huge page, with the advice to make huge ones of it.
    static MemorySegment transparent(long byteSize, Arena lifetime) {
        long page = transparentPageSize();
        String operation = "madvise of " + byteSize + " bytes with MADV_HUGEPAGE";
        if (byteSize < page) {
            throw new KernelException(operation, Errno.EINVAL,
                    "A huge page has " + page + " bytes: use more memory at a time");
        }
        long room = wholePages(Math.addExact(byteSize, page), page); // only reserved
        MemorySegment mapping = map(room, 0, "mmap of " + room + " bytes", "");
        long skip = -mapping.address() & page - 1;
        int result = Libc.madvise(mapping.asSlice(skip, byteSize), MADV_HUGEPAGE);
        if (result < 0) {
            Libc.munmap(mapping);
            throw new KernelException(operation, result, "");
        }
        return LinuxKernel.owned(mapping, lifetime).asSlice(skip, byteSize);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment map(long byteSize, int flags, String operation, String advice) {
        long address = Libc.mmap(byteSize, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
        if (address < 0) {
            throw new KernelException(operation, (int) address, advice);
        }
        return MemorySegment.ofAddress(address).reinterpret(byteSize);
    }

    private static long wholePages(long byteSize, long page) {
        return Math.addExact(byteSize, page - 1) & -page;
    }

    private static long explicitPageSize() {
        Matcher size = HUGE_PAGE_SIZE.matcher(text(MEMINFO));
        return size.find() ? requirePowerOfTwo(Long.parseLong(size.group(1)) * 1024)
                : requirePowerOfTwo(0);
    }

    private static long transparentPageSize() {
        String allowed = text(TRANSPARENT.resolve("enabled"));
        if (allowed.contains("[never]")) {
            throw new KernelException("transparent huge pages", Errno.EOPNOTSUPP,
                    "This machine forbids them: echo madvise > " + TRANSPARENT + "/enabled");
        }
        String size = text(TRANSPARENT.resolve("hpage_pmd_size"));
        return requirePowerOfTwo(size.matches("\\d{1,18}") ? Long.parseLong(size) : 0);
    }

    private static long requirePowerOfTwo(long page) {
        if (page <= 0 || Long.bitCount(page) != 1) {
            throw new KernelException("size of huge pages", Errno.EOPNOTSUPP,
                    "This kernel has none");
        }
        return page;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return ""; // this kernel has none
        }
    }
}
