package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.HugePages;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Receive memory of huge pages: it is made of them, or it is said why not, and works as well.
class HugePagesTest {

    private static final int MIB = 1024 * 1024;
    private static final BufferGroupOptions OPTIONS =
            BufferGroupOptions.incremental(0, 16, 256 * 1024).growing();

    private static boolean isReal(Kernel kernel) {
        return kernel.name().equals("linux");
    }

    /// What the machine says of the mapping that an address is in.
    private static List<String> smaps(long address) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
        int at = 0;
        while (!holds(lines.get(at), address)) {
            at++;
        }
        int end = at + 1;
        while (end < lines.size() && !lines.get(end).matches("[0-9a-f]+-[0-9a-f]+ .*")) {
            end++;
        }
        return lines.subList(at, end);
    }

    private static boolean holds(String line, long address) {
        if (!line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
            return false;
        }
        String[] range = line.substring(0, line.indexOf(' ')).split("-");
        return Long.parseUnsignedLong(range[0], 16) <= address
                && address < Long.parseUnsignedLong(range[1], 16);
    }

    @KernelTest
    void buffersAreMadeOfThemOrItIsSaidWhyNot(Kernel kernel) throws IOException {
        for (HugePages pages : HugePages.values()) {
            try (Rig rig = new Rig(kernel);
                    BufferGroup group =
                            BufferGroup.open(rig.ring(), OPTIONS.withHugePages(pages))) {
                receiveTwice(rig, group);
                List<StepDown> without = group.stepDowns();
                System.out.println("HugePagesTest on " + kernel + ", " + pages + ": " + without);
                if (pages == HugePages.NONE) {
                    assertThat(without).isEmpty();
                } else if (!isReal(kernel)) {
                    assertThat(without).singleElement()
                            .asString().contains("EOPNOTSUPP").contains("Only the real kernel");
                } else if (without.isEmpty()) {
                    long address = group.buffer(0).address();
                    assertThat(address % (2 * MIB)).isZero();
                    assertThat(smaps(address)).anyMatch(line -> pages == HugePages.EXPLICIT
                            ? line.matches("KernelPageSize: +2048 kB")
                            : line.startsWith("VmFlags:") && line.contains(" hg"));
                } else {
                    assertThat(without).singleElement().asString()
                            .contains(pages == HugePages.EXPLICIT ? "vm.nr_hugepages"
                                    : "transparent_hugepage");
                }
            }
        }
    }

    private static void receiveTwice(Rig rig, BufferGroup group) {
        Pair pair = rig.unixStream();
        for (int i = 0; i < 2; i++) {
            byte[] bytes = Rig.pattern(5000, i);
            rig.write(pair.right(), bytes);
            group.select(rig.sqe().prepRecv(pair.left(), 0, 0, 0));
            Cqe cqe = rig.await();
            group.received(cqe.res(), cqe.flags());
            assertThat(group.next()).isTrue();
            Bytes.expectSame(group.part().toArray(), bytes);
            assertThat(group.next()).isFalse();
            group.publish();
        }
    }

    @KernelTest
    void aMappingIsWholeAndGoesWithItsArena(Kernel kernel) throws IOException {
        for (HugePages pages : new HugePages[] {HugePages.TRANSPARENT, HugePages.EXPLICIT}) {
            long address;
            try (Arena arena = Arena.ofShared()) {
                MemorySegment memory = kernel.memory(5 * MIB + 1, pages, arena);
                assertThat(isReal(kernel)).isTrue();
                assertThat(memory.byteSize()).isEqualTo(5 * MIB + 1);
                address = memory.address();
                assertThat(address % (2 * MIB)).isZero();
                memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                memory.set(ValueLayout.JAVA_BYTE, 5 * MIB, (byte) 2);
                assertThat(memory.asSlice(1, 5 * MIB - 1).mismatch(
                        MemorySegment.ofArray(new byte[5 * MIB - 1]))).isEqualTo(-1);
            } catch (KernelException e) {
                assertThat(e).hasMessageContaining(isReal(kernel) ? "uge" : "EOPNOTSUPP");
                continue;
            }
            assertThat(Files.readAllLines(Path.of("/proc/self/smaps")))
                    .noneMatch(line -> holds(line, address) && line.contains("hugepage"));
        }
    }

    @KernelTest
    void sizesAreChecked(Kernel kernel) {
        try (Arena arena = Arena.ofShared()) {
            for (HugePages pages : HugePages.values()) {
                assertThatThrownBy(() -> kernel.memory(0, pages, arena))
                        .isInstanceOfAny(IllegalArgumentException.class, KernelException.class);
                assertThatThrownBy(() -> kernel.memory(Long.MAX_VALUE - 5, pages, arena))
                        .isInstanceOfAny(ArithmeticException.class, KernelException.class,
                                IllegalArgumentException.class);
            }
            if (isReal(kernel)) {
                assertThatThrownBy(() -> kernel.memory(4096, HugePages.TRANSPARENT, arena))
                        .isInstanceOf(KernelException.class);
            }
        }
    }

    @Test
    void anAreaHasAWholePage() {
        assertThat(OPTIONS.areaBuffers()).isEqualTo(4);
        assertThat(OPTIONS.withHugePages(HugePages.NONE)).isEqualTo(OPTIONS);
        BufferGroupOptions huge = OPTIONS.withHugePages(HugePages.TRANSPARENT);
        assertThat(huge.areaBuffers()).isEqualTo(8);
        assertThat(huge.lentMin()).isEqualTo(4);
        assertThat(huge.asClassic().hugePages()).isEqualTo(HugePages.TRANSPARENT);
        assertThat(huge.asClassic().areaBuffers() * huge.asClassic().bufferSize())
                .isEqualTo(2 * MIB);
        assertThat(BufferGroupOptions.incremental(0, 4, 1000).withHugePages(HugePages.EXPLICIT)
                .areaBuffers()).isEqualTo(4);
        assertThat(BufferGroupOptions.incremental(0, 4, 8 * MIB).growing()
                .withHugePages(HugePages.EXPLICIT).areaBuffers()).isEqualTo(2);
    }
}
