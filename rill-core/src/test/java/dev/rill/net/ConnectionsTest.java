package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Slots are used again, generations are not.
class ConnectionsTest {

    private static Connection add(EventLoop loop, Connections connections) {
        int slot = connections.reserve();
        Connection connection = new Connection(loop, slot, connections.generation(slot), -1,
                (_, _) -> { });
        connections.put(connection);
        return connection;
    }

    @KernelTest
    void aLateCompletionIsNotTakenForOneOfTheSuccessor(Kernel kernel) {
        try (EventLoop loop = EventLoop.open(kernel)) {
            Connections connections = new Connections();
            Connection first = add(loop, connections);
            long late = first.tagged(UserData.RECEIVE);
            assertThat(connections.find(late)).isSameAs(first);
            connections.remove(first);
            assertThat(connections.find(late)).isNull();
            Connection second = add(loop, connections);
            assertThat(second.slot()).isEqualTo(first.slot());
            assertThat(connections.find(late)).isNull();
            assertThat(connections.find(second.tagged(UserData.RECEIVE))).isSameAs(second);
        }
    }

    @KernelTest
    void aSlotThatNeverWasFindsNobody(Kernel kernel) {
        try (EventLoop loop = EventLoop.open(kernel)) {
            Connections connections = new Connections();
            add(loop, connections);
            assertThat(connections.find(UserData.pack(UserData.SEND, 0, 1))).isNull();
            assertThat(connections.find(UserData.pack(UserData.SEND, 0, 1 << 20))).isNull();
        }
    }

    @KernelTest
    void anyOrderOfComingAndGoingKeepsEveryoneFound(Kernel kernel) {
        Random random = Seeds.random("ConnectionsTest");
        try (EventLoop loop = EventLoop.open(kernel)) {
            Connections connections = new Connections();
            List<Connection> live = new ArrayList<>();
            Set<Long> gone = new HashSet<>();
            for (int step = 0; step < 3000; step++) {
                int goal = step < 1500 ? 400 : 0; // growing, then shrinking
                if (live.isEmpty() || random.nextInt(400) < goal) {
                    Connection added = add(loop, connections);
                    assertThat(gone).doesNotContain(added.tagged(UserData.SEND));
                    live.add(added);
                } else {
                    Connection removed = live.remove(random.nextInt(live.size()));
                    connections.remove(removed);
                    gone.add(removed.tagged(UserData.SEND));
                }
                if (random.nextInt(3) == 0 && !live.isEmpty()) {
                    Connection removed = live.remove(random.nextInt(live.size()));
                    connections.remove(removed);
                    gone.add(removed.tagged(UserData.SEND));
                }
                assertThat(connections.count()).isEqualTo(live.size());
            }
            for (Connection each : live) {
                assertThat(connections.find(each.tagged(UserData.SEND))).isSameAs(each);
            }
            for (long late : gone) {
                assertThat(connections.find(late)).isNull();
            }
            Set<Connection> visited = new HashSet<>();
            connections.forEach(visited::add);
            assertThat(visited).containsExactlyInAnyOrderElementsOf(live);
        }
    }
}
