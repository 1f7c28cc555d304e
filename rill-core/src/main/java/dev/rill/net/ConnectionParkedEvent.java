package dev.rill.net;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A connection from whose socket nothing was received for want of a buffer.
@Name("dev.rill.ConnectionParked")
@Label("Connection Parked")
@Category("Rill")
@Description("A receive found no buffer, and its connection waited until there was one")
@StackTrace(false)
final class ConnectionParkedEvent extends Event {

    private static final ConnectionParkedEvent ANY = new ConnectionParkedEvent();

    @Label("Connection")
    String connection;

    /// @return null when nobody wants to know
    static ConnectionParkedEvent start() {
        if (!ANY.isEnabled()) {
            return null;
        }
        ConnectionParkedEvent event = new ConnectionParkedEvent();
        event.begin();
        return event;
    }

    /// @param event from [#start]
    static void finish(ConnectionParkedEvent event, Connection connection) {
        if (event != null) {
            event.connection = connection.toString();
            event.commit();
        }
    }
}
