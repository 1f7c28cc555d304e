package dev.rill.net;

import java.io.IOException;
import java.io.Serial;

/// A connection ended otherwise than by its peer's orderly end.
public final class ConnectionClosedException extends IOException {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient CloseReason reason;

    ConnectionClosedException(Connection connection, CloseReason reason) {
        super(connection + " is gone: " + reason);
        this.reason = reason;
    }

    /// Why it is gone.
    ///
    /// @return the reason its handler was told; null after serialisation
    public CloseReason reason() {
        return reason;
    }
}
