package dev.rill.net;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A time in which there was always some connection that waited for a buffer.
@Name("dev.rill.ReceiveStarvation")
@Label("Receive Starvation")
@Category("Rill")
@Description("From the first receive that found no buffer until nobody waited for one any more")
@StackTrace(false)
final class ReceiveStarvationEvent extends Event {

    private static final ReceiveStarvationEvent ANY = new ReceiveStarvationEvent();

    @Label("Receives")
    @Description("How many receives found no buffer in this time")
    long receives;

    @Label("Waiting at Most")
    @Description("How many connections waited at the same time, at most")
    int waitingMost;

    @Label("Buffers")
    @Description("How many buffers the group may have")
    int buffers;

    /// @return null when nobody wants to know
    static ReceiveStarvationEvent start(int buffers) {
        if (!ANY.isEnabled()) {
            return null;
        }
        ReceiveStarvationEvent event = new ReceiveStarvationEvent();
        event.buffers = buffers;
        event.begin();
        return event;
    }

    void parked(int waiting) {
        receives++;
        waitingMost = Math.max(waitingMost, waiting);
    }
}
