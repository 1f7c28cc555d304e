package dev.rill.ring;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// A hold that nobody can close any more.
@Name("dev.rill.HoldLeak")
@Label("Hold Leak")
@Category("Rill")
@Description("A hold was lost without having been closed: its buffer stays away from the kernel")
@StackTrace(false)
final class HoldLeakEvent extends Event {

    @Label("Source")
    @Description("Whom the bytes came from, if known")
    String source;

    @Label("Held Bytes")
    @DataAmount
    int bytes;

    @Label("Buffer")
    int bid;

    @Label("Open For")
    @Timespan
    long openFor;

    @Label("Taken At")
    @Description("Where in the program the hold was taken")
    String takenAt;

    static void lost(HeldBytes held, long now, Throwable place) {
        HoldLeakEvent event = new HoldLeakEvent();
        if (event.isEnabled()) {
            event.source = held.source() == null ? null : held.source().toString();
            event.bytes = held.length();
            event.bid = held.bid();
            event.openFor = now - held.since();
            event.takenAt = frame(place);
            event.commit();
        }
    }

    /// The first place that is not ours.
    private static String frame(Throwable place) {
        String ours = HoldLeakEvent.class.getPackageName();
        for (StackTraceElement element : place.getStackTrace()) {
            if (!element.getClassName().matches(ours.replace(".", "\\.") + "\\.(Hold|Holds"
                    + "|HoldWatch|BufferGroup|Received)")) {
                return element.toString();
            }
        }
        return place.toString();
    }
}
