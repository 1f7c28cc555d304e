package dev.rill.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/// Records some of our events from its making on, until it is asked for them.
public final class FlightRecording implements AutoCloseable {

    private final Recording recording = new Recording();

    /// @param threshold shorter ones are not recorded
    /// @param names without the prefix `dev.rill.`
    public FlightRecording(Duration threshold, String... names) {
        for (String name : names) {
            recording.enable("dev.rill." + name).withThreshold(threshold);
        }
        recording.start();
    }

    /// Ends the recording.
    public List<RecordedEvent> events() throws IOException {
        recording.stop();
        Path file = Files.createTempFile("rill", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file);
        } finally {
            Files.delete(file);
        }
    }

    /// Those of one name.
    public static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.rill." + name))
                .toList();
    }

    @Override
    public void close() {
        recording.close();
    }
}
