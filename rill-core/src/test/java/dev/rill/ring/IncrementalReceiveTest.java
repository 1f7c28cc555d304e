package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import java.io.ByteArrayOutputStream;
import java.util.List;

/// Each receive takes the bytes it needs and the buffer stays current (C-029, C-032).
class IncrementalReceiveTest {

    @KernelTest
    void eachReceiveTakesItsBytesAndTheBufferStaysCurrent(Kernel kernel) {
        try (Rig rig = new Rig(kernel);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 32 * 1024))) {
            Rig.Pair pair = rig.unixStream();
            group.select(rig.ring().sqe().prepRecvMultishot(pair.left())).userData(1);
            int[] lengths = {0x1000, 0x2000, 0x5000, 0x1000};
            int[] flags = {0x13, 0x13, 0x3, 0x10013};
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < lengths.length; i++) {
                rig.write(pair.right(), Rig.pattern(lengths[i], i));
                Cqe cqe = rig.await();
                assertThat(cqe).isEqualTo(new Cqe(1, lengths[i], flags[i]));
                group.received(cqe.res(), cqe.flags());
                assertThat(group.next()).isTrue();
                all.writeBytes(group.part().toArray());
                assertThat(group.next()).isFalse();
                assertThat(all.toByteArray()).endsWith(Rig.pattern(lengths[i], i));
            }
            assertThat(group.bufferRing().head()).isEqualTo(1);
            rig.ring().sqe().prepCancel(1).userData(2);
            assertThat(rig.await(2)).isEqualTo(List.of(new Cqe(2, 0, 0), new Cqe(1, -125, 0)));
        }
    }
}
