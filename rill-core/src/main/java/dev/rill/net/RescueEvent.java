package dev.rill.net;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// Bytes were moved out of receive buffers, so that others can use these.
@Name("dev.rill.Rescue")
@Label("Rescue")
@Category("Rill")
@Description("Bytes that nobody takes were moved out of the receive buffers that they kept")
@StackTrace(false)
final class RescueEvent extends Event {

    private static final RescueEvent ANY = new RescueEvent();

    @Label("Kind")
    @Description("unsent: a peer reads too slowly; held: the program has not closed its holds")
    String kind;

    @Label("Bytes Moved")
    @DataAmount
    long bytes;

    static void moved(String kind, long bytes) {
        if (ANY.isEnabled()) {
            RescueEvent event = new RescueEvent();
            event.kind = kind;
            event.bytes = bytes;
            event.commit();
        }
    }
}
