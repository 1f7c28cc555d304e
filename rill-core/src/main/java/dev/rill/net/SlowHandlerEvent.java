package dev.rill.net;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/// A callback that has kept the loop's thread, and with it all of the loop's connections. While
/// nobody records it, a callback costs one look at a flag more.
@Name("dev.rill.SlowHandler")
@Label("Slow Handler")
@Category("Rill")
@Description("A handler or task has kept the thread of an event loop longer than the threshold")
@Threshold("20 ms")
@StackTrace(false)
final class SlowHandlerEvent extends Event {

    /// Only asked whether anybody wants to know.
    private static final SlowHandlerEvent ANY = new SlowHandlerEvent();

    @Label("Callback")
    @Description("The method of ConnectionHandler, or task")
    String callback;

    @Label("Whose")
    @Description("The connection it was called for, or the class of the task")
    String whose;

    /// @return null when nobody wants to know
    static SlowHandlerEvent start() {
        if (!ANY.isEnabled()) {
            return null;
        }
        SlowHandlerEvent event = new SlowHandlerEvent();
        event.begin();
        return event;
    }

    /// @param event from [#start]
    static void finish(SlowHandlerEvent event, String callback, Object whose) {
        if (event != null) {
            event.end();
            if (event.shouldCommit()) {
                event.callback = callback;
                event.whose = whose.toString();
                event.commit();
            }
        }
    }
}
