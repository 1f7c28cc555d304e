package dev.rill.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The list of what may differ is what `docs/fuzzing.md` says of it: empty.
final class AcceptedDifferencesTest {

    @Test
    void noDifferenceIsAccepted() {
        assertThat(AcceptedDifferences.ALL).isEmpty();
    }
}
