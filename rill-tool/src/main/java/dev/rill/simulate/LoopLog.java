package dev.rill.simulate;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Listens to what the library logs: that a handler has thrown is no news when it did so on
/// purpose, that accepting pauses belongs to a machine where calls fail, and that the program holds
/// a lot to one that does. Everything else should not be said.
final class LoopLog extends Handler {

    private final Logger logger = Logger.getLogger("dev.rill");
    private final boolean before = logger.getUseParentHandlers();
    private World world;

    LoopLog() {
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    void begin(World listener) {
        world = listener;
    }

    void end() {
        world = null;
    }

    @Override
    public void publish(LogRecord said) {
        boolean expected = said.getThrown() instanceof Misbehaviour
                || said.getThrown() instanceof Violation
                || said.getMessage().startsWith("accepting on ")
                || said.getMessage().startsWith("the program holds ");
        if (world != null && !expected && said.getLevel().intValue() >= Level.WARNING.intValue()) {
            world.fail("the library has nothing to complain about", said.getMessage(),
                    said.getThrown());
        }
    }

    @Override
    public void flush() {
        // nothing is kept
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(before);
    }
}
