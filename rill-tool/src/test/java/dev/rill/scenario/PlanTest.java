package dev.rill.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What a part needs is known before anything is done.
final class PlanTest {

    private static Plan plan(String lines) {
        Scenario scenario = ScenarioParser.parse(Path.of("my.scenario"), "case A a plan\n" + lines)
                .getFirst();
        return new Plan(scenario.parts().getFirst().statements());
    }

    @Test
    void theMemoryOfAGroupHasRoomForThoseThatShareIt() {
        Plan plan = plan("""
                  group 1 CL/2 {100#0, 200#1}
                  group 2 INC/2 shares 1 {5000#0}
                  group 3 INC/2 shares 2 {70#0}
                """);
        assertThat(plan.slabSize(1)).isGreaterThanOrEqualTo(5370);
        assertThat(plan.slabSize(2)).isGreaterThanOrEqualTo(5070);
        assertThat(plan.slabSize(3)).isBetween(70L, 299L);
    }
}
